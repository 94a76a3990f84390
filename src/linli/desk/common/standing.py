"""How the desk's own work stands: its worker, its messages, its sweeps. Cheap to ask, and of nobody's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django_scopes import scopes_disabled

from linli.desk.common import clock
from linli.desk.common.models import Message, MessageState, SweepRun
from linli.desk.common.outbox import ERASED
from linli.desk.common.sweeps import sweep

ALIVE = "worker.alive"
# Messages that were given up so lately are worth somebody's look.
_LATELY = dt.timedelta(days=7)


@sweep(ALIVE, every_s=20)
def live() -> None:
    """Do nothing: that this runs at all is what it says."""


@dataclass(frozen=True, slots=True)
class Work:
    """How the work stands.

    Attributes
    ----------
    worker_seen_s : since a worker was last at its sweeps; None where none ever was.
    oldest_due_s : how long the message that is due longest has waited.
    sweep_late_s : how late the latest sweep is.
    """

    worker_seen_s: float | None
    oldest_due_s: float
    waiting: int
    no_gateway: int
    dead: int
    sweep_late_s: float
    sweeps_failing: int


def of_the_work() -> Work:
    """Ask the database, three times by indexes."""
    now = clock.now()
    runs = list(SweepRun.objects.all())
    seen = next((run.last_ran_at for run in runs if run.name == ALIVE), None)
    given_up = Q(state=MessageState.DEAD, created_at__gte=now - _LATELY) & ~Q(problem=ERASED)
    with scopes_disabled():
        waiting = Message.objects.filter(state=MessageState.WAITING).aggregate(
            count=Count("pk"), oldest=Min("due_at", filter=Q(due_at__lte=now))
        )
        stuck = Message.objects.filter(state__in=[MessageState.DEAD, MessageState.NO_GATEWAY]).aggregate(
            dead=Count("pk", filter=given_up), no_gateway=Count("pk", filter=Q(state=MessageState.NO_GATEWAY))
        )
    return Work(
        worker_seen_s=None if seen is None else _since(seen, now),
        oldest_due_s=0.0 if waiting["oldest"] is None else _since(waiting["oldest"], now),
        waiting=waiting["count"],
        no_gateway=stuck["no_gateway"],
        dead=stuck["dead"],
        sweep_late_s=max((_since(run.due_at, now) for run in runs), default=0.0),
        sweeps_failing=sum(run.failures > 0 for run in runs),
    )


def _since(moment: dt.datetime, now: dt.datetime) -> float:
    return max(0.0, (now - moment).total_seconds())
