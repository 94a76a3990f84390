"""Time-driven work: sweeps look for rows whose time has come, and a row that fails cannot stall the others."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django_scopes import scopes_disabled

from linli.desk.common import clock
from linli.desk.common.models import SweepRun

_log = logging.getLogger(__name__)
_Row = TypeVar("_Row", bound=models.Model)
_Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something done again and again."""

    name: str
    every_s: float
    work: _Work


_registered: dict[str, Sweep] = {}


def sweep(name: str, *, every_s: float) -> Callable[[_Work], _Work]:
    """Have a function called about every so many seconds, by one worker at a time, outside any community's scope."""

    def register(work: _Work) -> _Work:
        known = _registered.get(name)
        if known is not None and (known.work.__module__, known.work.__name__) != (
            work.__module__,
            work.__name__,
        ):
            raise ValueError(f"sweep {name}: there is another of that name")
        _registered[name] = Sweep(name, every_s, work)
        return work

    return register


def registered() -> list[Sweep]:
    """Return every sweep there is."""
    return list(_registered.values())


def run_due() -> int:
    """Run each sweep whose time has come; return how many ran. Several workers may call this at once."""
    now = clock.now()
    due = {run.name: run.due_at for run in SweepRun.objects.filter(name__in=_registered)}
    ran = 0
    for one in registered():
        if due.get(one.name, now) <= now and _claimed(one, due.get(one.name), now):
            _run(one)
            ran += 1
    return ran


def forget_unknown() -> int:
    """Delete what is written of sweeps that are no more: they would be late for ever."""
    return SweepRun.objects.exclude(name__in=_registered).delete()[0]


def _claimed(one: Sweep, was_due_at: dt.datetime | None, now: dt.datetime) -> bool:
    next_at = now + dt.timedelta(seconds=one.every_s)
    if was_due_at is not None:
        mine = SweepRun.objects.filter(name=one.name, due_at=was_due_at)
        return mine.update(due_at=next_at, last_ran_at=now) == 1
    try:
        with transaction.atomic():
            SweepRun(name=one.name, due_at=next_at, last_ran_at=now).save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _run(one: Sweep) -> None:
    try:
        with scopes_disabled():
            one.work()
    except Exception as error:  # noqa: BLE001 -- whatever one sweep does, the others must go on
        _log.error("sweep %s failed: %s", one.name, without_words(error))
        SweepRun.objects.filter(name=one.name).update(
            failures=F("failures") + 1, problem=without_words(error)
        )
    else:
        SweepRun.objects.filter(name=one.name).exclude(failures=0).update(failures=0, problem="")


def without_words(error: BaseException) -> str:
    """Say what failed and where. An error's own text may quote what a resident wrote, so it is left out."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}" if trace is not None else ""
    return f"{type(error).__name__}{where}"[:200]


def due_rows(queryset: models.QuerySet[_Row], *, field: str = "due_at", limit: int = 100) -> list[_Row]:
    """Return the rows whose moment has come, longest waiting first."""
    return list(queryset.filter(**{f"{field}__lte": clock.now()}).order_by(field, "pk")[:limit])


def push_forward(row: models.Model, *, field: str = "due_at", by_s: float = 300) -> bool:
    """Have a row wait; False where somebody else has moved it meanwhile."""
    rows = type(row)._base_manager.filter(pk=row.pk, **{field: getattr(row, field)})  # noqa: SLF001 -- Django's public part
    return rows.update(**{field: clock.now() + dt.timedelta(seconds=by_s)}) == 1


def work_through(
    queryset: models.QuerySet[_Row],
    work: Callable[[_Row], Any],
    *,
    field: str = "due_at",
    limit: int = 100,
    push_s: float = 300,
) -> int:
    """Do the work for each row that is due, each in a transaction of its own; return how many went well.

    The work must move the row's moment itself, and look again, under its lock, whether it is still due. A row whose work
    fails is logged and pushed forward, and the next one has its turn.
    """
    done = 0
    for row in due_rows(queryset, field=field, limit=limit):
        try:
            with transaction.atomic():
                work(row)
        except Exception as error:  # noqa: BLE001 -- see above
            label = row._meta.label_lower  # noqa: SLF001 -- Django's public part
            _log.error("%s:%s failed: %s", label, row.pk, without_words(error))
            push_forward(row, field=field, by_s=push_s)
        else:
            done += 1
    return done
