"""Whether the desk can keep its promises, for whoever watches it."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_scopes import scopes_disabled

from linli import __version__
from linli.desk.common import clock, standing
from linli.desk.matters.models import Slip

# Our own choices. A worker looks every other second, and a sweep may take minutes.
WORKER_SEEN_WITHIN_S = 300
MESSAGE_DUE_WITHIN_S = 900
SWEEP_LATE_WITHIN_S = 900
REPORT_WITHIN_S = 300
ROOM_BYTES = 256 << 20
_OK = "ok"


@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 where reports are taken, messages go out and deadlines are watched, else 503; each check says how it stands."""
    checks = {"database": _database(), "disk": _disk()}
    if checks["database"] == _OK:
        checks |= _work()
    well = all(said == _OK for name, said in checks.items() if name != "messages")
    told = {"status": _OK if well else "failing", "version": __version__, "checks": checks}
    return JsonResponse(told, status=200 if well else 503)


def _database() -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # On SQLite the transaction itself has taken the lock to write.
            if connection.vendor == "postgresql":
                cursor.execute("SELECT current_setting('transaction_read_only')")
                if cursor.fetchone()[0] != "off":
                    return "cannot be written"
            else:
                cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer, or cannot be written"
    return _OK


def _disk() -> str:
    try:
        free = shutil.disk_usage(settings.DATA).free
    except OSError:
        return "the data folder cannot be reached"
    return _OK if free >= ROOM_BYTES else "nearly full"


def _work() -> dict[str, str]:
    """Check what happens without anybody waiting; `messages` asks for somebody's look, and is no failure."""
    try:
        work = standing.of_the_work()
    except DatabaseError:
        return {"worker": "not known: the database is not made ready"}
    seen = work.worker_seen_s
    alive = seen is not None and seen <= WORKER_SEEN_WITHIN_S
    return {
        "reports": _OK if _reports_wait_s() <= REPORT_WITHIN_S else "some wait to be made matters",
        "worker": _OK if alive else "not seen: is `linli work` running?",
        "outbox": _OK if work.oldest_due_s <= MESSAGE_DUE_WITHIN_S else "messages wait too long",
        "sweeps": _sweeps(work),
        "messages": _messages(work),
    }


def _reports_wait_s() -> float:
    with scopes_disabled():
        first = Slip.objects.aggregate(first=Min("at"))["first"]
    return 0.0 if first is None else (clock.now() - first).total_seconds()


def _sweeps(work: standing.Work) -> str:
    if work.sweep_late_s > SWEEP_LATE_WITHIN_S:
        return "deadlines are not watched in time"
    return "some fail; the log says which" if work.sweeps_failing else _OK


def _messages(work: standing.Work) -> str:
    told = []
    if work.dead:
        told.append(f"{work.dead} given up within a week")
    if work.no_gateway:
        told.append(f"{work.no_gateway} wait for a gateway")
    return "; ".join(told) or _OK
