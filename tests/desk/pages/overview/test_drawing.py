from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from linli.desk.pages.overview.drawing import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    Series,
    columns,
    lines,
    nice_top,
)

MONDAY = dt.date(2026, 11, 2)
WEEK = dt.timedelta(days=7)
ROOM = HEIGHT - TOP - BOTTOM


def mondays(count: int) -> list[dt.date]:
    return [MONDAY + number * WEEK for number in range(count)]


def test_columns_stand_beside_each_other_to_scale() -> None:
    drawn = columns(mondays(2), [Series("received", "", [10, 0]), Series("closed", "", [5, 3])])
    assert [(one.kind, one.height) for one in drawn.columns] == [
        ("received", ROOM),
        ("closed", ROOM / 2),
        ("received", 0),
        ("closed", ROOM * 0.3),
    ]
    first, second = drawn.columns[:2]
    assert first.x + first.width == second.x
    assert drawn.ticks == [(HEIGHT - BOTTOM, 0), (TOP + ROOM / 2, 5), (TOP, 10)]
    assert [label for _x, label in drawn.labels] == ["11-02", "11-09"]


def test_lines_break_where_nothing_is_known() -> None:
    drawn = lines(mondays(5), [Series("median", "", [1.0, 2.0, None, 2.0, None])], width=LEFT + RIGHT + 500)
    [line] = drawn.lines
    half, top = HEIGHT - BOTTOM - ROOM / 2, float(TOP)
    x = [LEFT + 50.0 + 100 * number for number in range(5)]
    assert line.paths == [f"M{x[0]} {half}L{x[1]} {top}", f"M{x[3]} {top}"]
    assert line.dots == [(x[0], half), (x[1], top), (x[3], top)]


def test_charts_of_nothing_are_empty_frames() -> None:
    assert columns([], []).columns == []
    assert lines(mondays(1), [Series("median", "", [None])]).lines[0].paths == []


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=53), st.sampled_from([320, 640]))
def test_columns_stay_in_their_frame_and_labels_apart(values: list[int], width: int) -> None:
    drawn = columns(mondays(len(values)), [Series("received", "", values)], width=width)
    assert all(one.x >= LEFT and one.x + one.width <= width for one in drawn.columns)
    assert all(one.y >= TOP and one.y + one.height <= HEIGHT - BOTTOM + 0.01 for one in drawn.columns)
    places = [x for x, _label in drawn.labels]
    assert all(after - before >= 60 for before, after in pairwise(places))


def test_nice_top_is_never_below() -> None:
    assert [nice_top(most) for most in (0, 0.4, 2, 3, 7, 11, 61, 1000)] == [2, 2, 2, 4, 10, 20, 100, 1000]
