from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from linli.desk.pages.staff.drawing import Span, deadline_bar

DAY = dt.timedelta(days=1)
START = dt.datetime(2026, 11, 2, 1, tzinfo=dt.UTC)


def test_deadline_bar_of_half_the_time_is_half_full() -> None:
    bar = deadline_bar(received=START, due=START + 10 * DAY, until=START + 5 * DAY)
    assert (bar.run, bar.over, bar.due_x, bar.now_x, bar.mood) == (Span(0, 50), None, 100, 50, "good")


def test_deadline_bar_warns_in_the_last_fifth() -> None:
    assert deadline_bar(received=START, due=START + 10 * DAY, until=START + 8.5 * DAY).mood == "soon"


def test_deadline_bar_overdue_shows_how_much() -> None:
    bar = deadline_bar(received=START, due=START + 6 * DAY, until=START + 8 * DAY)
    assert (bar.run, bar.over, bar.due_x, bar.mood) == (Span(0, 75), Span(75, 25), 75, "late")


def test_deadline_bar_shows_pauses_also_one_that_lasts() -> None:
    pauses = [(START + DAY, START + 2 * DAY), (START + 4 * DAY, None)]
    bar = deadline_bar(received=START, due=START + 10 * DAY, until=START + 5 * DAY, pauses=pauses)
    assert bar.pauses == [Span(10, 10), Span(40, 10)]


@given(st.integers(0, 400), st.integers(0, 400))
def test_deadline_bar_stays_in_its_frame(due_h: int, until_h: int) -> None:
    hour = dt.timedelta(hours=1)
    bar = deadline_bar(received=START, due=START + due_h * hour, until=START + until_h * hour)
    spans = [bar.run, *([bar.over] if bar.over else [])]
    assert all(span.x >= 0 and span.width >= 0 and span.x + span.width <= 100.01 for span in spans)
