"""The desk's work that nobody waits for: messages go out, sweeps are run; in `linli up`, or as `linli work`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections
from django.utils.module_loading import autodiscover_modules

from linli.desk.common import outbox, receipts, standing, sweeps  # noqa: F401 -- two of them have a sweep
from linli.desk.common.sweeps import without_words

_log = logging.getLogger(__name__)
_LOOK_S = 2.0
_AFTER_ERROR_S = 10.0


class Worker:
    """Two threads, so that a gateway that is slow to answer keeps no deadline from being seen."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._tidied = False
        self._threads = [
            threading.Thread(target=self._run, args=(work,), name=f"linli-{name}", daemon=True)
            for name, work in (("outbox", self._send), ("sweeps", self._sweep))
        ]

    def start(self) -> None:
        """Begin."""
        # Sweeps are known once the modules that hold them are: the addresses lead to nearly every one.
        import_module(settings.ROOT_URLCONF)
        autodiscover_modules("sweeps", "tasks")
        for thread in self._threads:
            thread.start()

    def told_to_stop(self) -> None:
        """Begin nothing more; for signal handlers, which must not wait."""
        self._stopping.set()
        outbox.woken.set()

    def stop(self, *, within_s: float = 10.0) -> bool:
        """Begin nothing more; False where something at work did not end in time. What it held is taken up again later."""
        self.told_to_stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(within_s)
        return not any(thread.is_alive() for thread in self._threads)

    def wait(self) -> None:
        """Return once told to stop."""
        while not self._stopping.wait(0.5):
            pass

    def _send(self) -> None:
        outbox.woken.wait(_LOOK_S)
        outbox.woken.clear()
        while not self._stopping.is_set() and outbox.deliver_due(limit=5):
            pass

    def _sweep(self) -> None:
        if not self._tidied:
            sweeps.forget_unknown()
            self._tidied = True
        sweeps.run_due()
        self._stopping.wait(_LOOK_S)

    def _run(self, work: Callable[[], None]) -> None:
        try:
            while not self._stopping.is_set():
                close_old_connections()
                try:
                    work()
                except DatabaseError as error:
                    _log.error("the worker waits for the database: %s", without_words(error))
                    self._stopping.wait(_AFTER_ERROR_S)
                except Exception as error:  # noqa: BLE001 -- nothing may end the thread
                    _log.error("the worker failed and goes on: %s", without_words(error))
                    self._stopping.wait(_AFTER_ERROR_S)
        finally:
            connections.close_all()
