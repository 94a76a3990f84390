"""Charts as numbers: where columns, lines and labels lie. Templates make SVG of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

#: A chart is drawn twice, for a desk and for a telephone; the stylesheet shows one of them.
WIDE, NARROW = 640, 320
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 190, 44, 12, 12, 28
#: What a label of a week takes up, with room between.
LABEL = 84


@dataclass(frozen=True, slots=True)
class Series:
    """One thing week by week; None where there is nothing to tell."""

    kind: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the chart, in its own units."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line from week to week, broken where nothing is known, with a dot at each."""

    kind: str
    paths: list[str]
    dots: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns or lines by week, ticks of the value axis, a label under every so many weeks."""

    width: int
    height: int
    columns: list[Column]
    lines: list[Line]
    ticks: list[tuple[float, int]]
    labels: list[tuple[float, str]]


def columns(mondays: Sequence[dt.date], series: Sequence[Series], *, width: int = WIDE) -> Chart:
    """Lay out a column for each series in each week, beside each other."""
    frame = _Frame(mondays, series, width)
    column = frame.step * 0.8 / max(1, len(series))
    drawn = []
    for index in range(len(mondays)):
        for place, one in enumerate(series):
            top = frame.y(one.values[index] or 0)
            x = frame.left(index) + frame.step * 0.1 + place * column
            drawn.append(Column(one.kind, round(x, 1), top, round(column, 1), round(frame.base - top, 1)))
    return frame.chart(columns=drawn)


def lines(mondays: Sequence[dt.date], series: Sequence[Series], *, width: int = WIDE) -> Chart:
    """Lay out a line for each series, through the middle of each week."""
    frame = _Frame(mondays, series, width)
    return frame.chart(lines=[_line(one, frame) for one in series])


def _line(series: Series, frame: _Frame) -> Line:
    paths: list[str] = []
    dots = []
    broken = True
    for index, value in enumerate(series.values):
        if value is None:
            broken = True
            continue
        x, y = round(frame.left(index) + frame.step / 2, 1), frame.y(value)
        dots.append((x, y))
        if broken:
            paths.append(f"M{x} {y}")
        else:
            paths[-1] += f"L{x} {y}"
        broken = False
    return Line(series.kind, paths, dots)


class _Frame:
    """What all charts of weeks have in common: the axes."""

    def __init__(self, mondays: Sequence[dt.date], series: Sequence[Series], width: int) -> None:
        self.mondays, self.width = mondays, width
        self.base = float(HEIGHT - BOTTOM)
        self.step = (width - LEFT - RIGHT) / max(1, len(mondays))
        self.most = nice_top(max((value or 0 for one in series for value in one.values), default=0))

    def left(self, index: int) -> float:
        return LEFT + index * self.step

    def y(self, value: float) -> float:
        return round(self.base - (self.base - TOP) * value / self.most, 1)

    def chart(self, *, columns: Sequence[Column] = (), lines: Sequence[Line] = ()) -> Chart:
        every = max(1, -(-len(self.mondays) * LABEL // (self.width - LEFT - RIGHT)))
        return Chart(
            width=self.width,
            height=HEIGHT,
            columns=list(columns),
            lines=list(lines),
            ticks=[(self.y(self.most * share), round(self.most * share)) for share in (0, 0.5, 1)],
            labels=[
                (round(self.left(index) + self.step / 2, 1), f"{monday.month}-{monday.day:02}")
                for index, monday in enumerate(self.mondays)
                if index % every == 0
            ],
        )


def nice_top(most: float) -> int:
    """Round up to an even number that reads well at the top of an axis."""
    for power in range(9):
        for factor in (2, 4, 6, 10):
            if most <= factor * 10**power:
                return int(factor * 10**power)
    return round(most)
