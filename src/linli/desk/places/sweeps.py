"""Places that wait to be read in are, beside everything else that is due: building one may take minutes."""

from __future__ import annotations

import logging
import threading

from django.db import connections
from django_scopes import scopes_disabled

from linli.desk.common.sweeps import sweep, without_words
from linli.desk.places.actions import read_waiting
from linli.desk.places.models import Community, State
from linli.desk.places.serving import served_place

_log = logging.getLogger(__name__)
_EVERY_S = 3.0
_reading: dict[int, threading.Thread] = {}


@sweep("places.read_waiting", every_s=_EVERY_S)
def read_what_waits() -> None:
    """Begin to read in what waits, each community's in a thread of its own."""
    with scopes_disabled():
        # One that runs may have been cut off; while it is at work, its lock keeps others away.
        open_ones = [State.WAITING, State.RUNNING]
        waiting = list(Community.objects.filter(imports__state__in=open_ones).distinct())
    for community in waiting:
        at_work = _reading.get(community.pk)
        if at_work is None or not at_work.is_alive():
            reader = threading.Thread(target=_read, args=(community,), name="linli-reader", daemon=True)
            _reading[community.pk] = reader
            reader.start()


def _read(community: Community) -> None:
    # A process that ends meanwhile leaves the import cut off: the next start takes it up again.
    try:
        if read_waiting(community=community) is not None:
            # Measured here, nobody has to wait for it who opens the map next.
            served_place(slug=community.slug)
    except Exception as error:  # noqa: BLE001 -- the import itself says what was wrong; nothing may end in a thread's traceback
        _log.error("reading in a place failed: %s", without_words(error))
    finally:
        connections.close_all()
