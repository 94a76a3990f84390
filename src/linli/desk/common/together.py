"""Small writes of many at once, one commit for all that wait.

SQLite syncs its file for each commit, one after the other, and that is nearly all a small write costs. Whoever's turn it
is therefore writes what the threads behind it have brought meanwhile, and only when it is on disk is any of them told so.
PostgreSQL does the same by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction

_Result = TypeVar("_Result")


@dataclass
class _Brought:
    work: Callable[[], Any]
    result: Any = None
    error: BaseException | None = None
    done: bool = False


_waiting: list[_Brought] = []
_guard = threading.Lock()
_turn = threading.Lock()


def together(work: Callable[[], _Result]) -> _Result:
    """Do `work` in a transaction and return once it is on disk; perhaps in another thread, and in the same as others'.

    What it raises undoes its own writes only. Inside a transaction it is simply part of it.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return work()
    mine = _Brought(work)
    with _guard:
        _waiting.append(mine)
    with _turn:
        if not mine.done:
            with _guard:
                batch, _waiting[:] = list(_waiting), []
            _write(batch)
    if mine.error is not None:
        raise mine.error
    result: _Result = mine.result
    return result


def _write(batch: list[_Brought]) -> None:
    try:
        with transaction.atomic():
            for one in batch:
                try:
                    with transaction.atomic():
                        one.result = one.work()
                except Exception as error:  # noqa: BLE001 -- raised where it belongs
                    one.error = error
    except BaseException as error:
        for one in batch:
            one.error = one.error or error
        raise
    finally:
        for one in batch:
            one.done = True
