"""Drawings as numbers: where the rectangles of a chart lie. Templates make SVG of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100.0
# The last fifth before the deadline is when the sweeps warn.
SOON = 0.2

Pause = tuple[dt.datetime, dt.datetime | None]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the bar, in hundredths of its width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DeadlineBar:
    """From the first word to the deadline, or beyond it: what has run, what was a pause, what is too late."""

    run: Span
    over: Span | None
    pauses: list[Span]
    due_x: float
    now_x: float
    mood: str  # "good", "soon", "late"


def deadline_bar(
    *, received: dt.datetime, due: dt.datetime, until: dt.datetime, pauses: Sequence[Pause] = ()
) -> DeadlineBar:
    """Lay out the bar; `until` is now, or when it was done."""
    end = max(due, until, received + dt.timedelta(minutes=1))
    whole_s = (end - received).total_seconds()

    def x(moment: dt.datetime) -> float:
        share = (moment - received).total_seconds() / whole_s
        return round(WIDTH * min(1.0, max(0.0, share)), 2)

    def span(start: dt.datetime, stop: dt.datetime) -> Span:
        return Span(x(start), round(x(stop) - x(start), 2))

    late = until > due
    soon = not late and due - until < (due - received) * SOON
    return DeadlineBar(
        run=span(received, min(until, due)),
        over=span(due, until) if late else None,
        pauses=[span(start, stop or until) for start, stop in pauses],
        due_x=x(due),
        now_x=x(until),
        mood="late" if late else "soon" if soon else "good",
    )


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in the seven days from a Monday."""

    monday: dt.date
    received: int
    closed: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of the chart, in its own units."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Columns by week, ticks of the value axis, and a label under every so many weeks."""

    width: int
    height: int
    base: float
    bars: list[Bar]
    ticks: list[tuple[float, int]]
    labels: list[tuple[float, str]]


LEFT, TOP, BOTTOM = 40, 12, 26
SERIES = ("received", "closed", "reopened")


def trend(weeks: Sequence[Week], *, width: int = 720, height: int = 240) -> Trend:
    """Lay out three columns a week."""
    most = nice_top(max((max(getattr(week, kind) for kind in SERIES) for week in weeks), default=0))
    base, room = height - BOTTOM, height - BOTTOM - TOP
    step = (width - LEFT) / max(1, len(weeks))
    column = step * 0.8 / len(SERIES)
    bars = []
    for index, week in enumerate(weeks):
        for place, kind in enumerate(SERIES):
            tall = room * getattr(week, kind) / most
            x = LEFT + index * step + step * 0.1 + place * column
            bars.append(Bar(kind, round(x, 1), round(base - tall, 1), round(column, 1), round(tall, 1)))
    every = max(1, -(-len(weeks) * 58 // (width - LEFT)))
    labels = [
        (round(LEFT + index * step + step / 2, 1), f"{week.monday.month}-{week.monday.day:02}")
        for index, week in enumerate(weeks)
        if index % every == 0
    ]
    ticks = [(round(base - room * share, 1), round(most * share)) for share in (0, 0.5, 1)]
    return Trend(width, height, float(base), bars, ticks, labels)


def nice_top(most: int) -> int:
    """Round up to an even number that reads well at the top of an axis."""
    for power in range(9):
        for factor in (2, 4, 6, 10):
            if most <= factor * 10**power:
                return factor * 10**power
    return most
