"""The bar of a deadline as numbers: where its rectangles lie. A template makes SVG of them."""

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
