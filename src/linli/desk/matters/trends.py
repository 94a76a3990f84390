"""How it went over time: received, closed, still open, and how long it took; counted by the database."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from linli.desk.matters.lifecycle import OPEN, SETTLED
from linli.desk.matters.models import Matter

if TYPE_CHECKING:
    from linli.desk.matters.figures import Extent

_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Stretch:
    """What happened from one moment to another. One that was reopened was open all the while.

    Attributes
    ----------
    open_at_end : received by the end, and not closed by then.
    median_days : from receipt to closing, of those closed in this time; None where none was.
    """

    since: dt.datetime
    until: dt.datetime
    received: int
    closed: int
    open_at_end: int
    median_days: float | None


def by_time(asked: Extent, edges: Sequence[dt.datetime]) -> list[Stretch]:
    """Count what happened between each moment and the next; in four queries, however many there are.

    Where and what is as asked; the times are those given. Withdrawn, refused and merged matters are in no count.
    """
    where, first = asked.where, edges[0]
    last = len(edges) - 1
    received = _counts(where & Q(received_at__gte=first), "received_at", edges)
    closed = _counts(where & Q(closed_at__gte=first), "closed_at", edges)
    medians = _median_days(where, edges)
    # Backwards from now: what is open is few and has an index; all that ever came is many.
    open_now = Matter.objects.filter(where, state__in=OPEN | SETTLED).count()
    open_at_end = open_now - received[last] + closed[last]
    found = []
    for number in reversed(range(last)):
        found.append(
            Stretch(
                since=edges[number],
                until=edges[number + 1],
                received=received[number],
                closed=closed[number],
                open_at_end=open_at_end,
                median_days=medians.get(number),
            )
        )
        open_at_end += closed[number] - received[number]
    return found[::-1]


def late_count(asked: Extent) -> int:
    """Count what is late now, whenever it was received."""
    return Matter.objects.filter(asked.where, state__in=OPEN, overdue_at__isnull=False).count()


def _number_of(field: str, edges: Sequence[dt.datetime]) -> Case:
    """Say into which of the times a moment falls; those after the last edge get the number after the last."""
    cases = [When(Q(**{f"{field}__lt": edge}), then=Value(number)) for number, edge in enumerate(edges[1:])]
    return Case(*cases, default=Value(len(edges) - 1), output_field=IntegerField())


def _counts(condition: Q, field: str, edges: Sequence[dt.datetime]) -> dict[int, int]:
    rows = (
        Matter.objects.filter(condition)
        .order_by()
        .annotate(stretch=_number_of(field, edges))
        .values("stretch")
        .annotate(n=Count("pk"))
        .values_list("stretch", "n")
    )
    return defaultdict(int, rows)


def _median_days(where: Q, edges: Sequence[dt.datetime]) -> dict[int, float]:
    """Find the middle one of those closed in each time, or the mean of the middle two."""
    took = ExpressionWrapper(F("closed_at") - F("received_at"), output_field=DurationField())
    ranked = (
        Matter.objects.filter(where, closed_at__gte=edges[0], closed_at__lt=edges[-1])
        .order_by()
        .annotate(stretch=_number_of("closed_at", edges), took=took)
        .annotate(
            place=Window(RowNumber(), partition_by="stretch", order_by="took"),
            of=Window(Count("pk"), partition_by="stretch"),
        )
        .annotate(twice=F("place") * 2)
        .filter(twice__gte=F("of"), twice__lte=F("of") + 2)
    )
    middle: dict[int, list[dt.timedelta]] = defaultdict(list)
    for stretch, one in ranked.values_list("stretch", "took"):
        middle[stretch].append(one)
    return {stretch: sum(many, dt.timedelta()) / len(many) / _DAY for stretch, many in middle.items()}
