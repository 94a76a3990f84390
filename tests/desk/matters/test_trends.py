from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.desk.common import clock
from linli.desk.matters.figures import Extent
from linli.desk.matters.models import Matter, Outcome, State
from linli.desk.matters.trends import by_time, late_count
from tests.desk.matters.rows import DAY, put
from tests.desk.people.conftest import Office


def weeks(count: int) -> list[dt.datetime]:
    return [clock.now() - 7 * number * DAY for number in range(count, -1, -1)]


def test_by_time_counts_what_came_went_and_stayed(office: Office, django_assert_num_queries) -> None:
    put(office, days_ago=40)  # before all of it, and still open
    put(office, days_ago=20, closed_after=1)  # came and went in the first week
    put(office, days_ago=20, closed_after=8)  # went in the second
    put(office, days_ago=9, closed_after=1)
    put(office, days_ago=9, closed_after=0.5)
    put(office, days_ago=1)
    with django_assert_num_queries(4):
        found = by_time(Extent(office.community), weeks(3))
    assert [(one.received, one.closed, one.open_at_end) for one in found] == [(2, 1, 2), (2, 3, 1), (1, 0, 2)]
    assert [one.median_days for one in found] == [1.0, 1.0, None]


def test_by_time_median_of_two_is_between_them(office: Office) -> None:
    put(office, days_ago=6, closed_after=1)
    put(office, days_ago=6, closed_after=4)
    assert [one.median_days for one in by_time(Extent(office.community), weeks(1))] == [2.5]


def test_by_time_of_a_time_that_is_over_knows_nothing_of_later(office: Office) -> None:
    put(office, days_ago=20, closed_after=15)
    put(office, days_ago=3)
    [found] = by_time(Extent(office.community), weeks(3)[:2])
    assert (found.received, found.closed, found.open_at_end, found.median_days) == (1, 0, 1, None)


def test_by_time_leaves_out_what_was_no_work_of_the_desk(office: Office) -> None:
    put(office, state=State.REFUSED)
    put(office, closed_after=0.5, outcome=Outcome.WITHDRAWN)
    put(office, closed_after=0.5, outcome=Outcome.MERGED)
    [found] = by_time(Extent(office.community), weeks(1))
    assert (found.received, found.closed, found.open_at_end, found.median_days) == (0, 0, 0, None)


def test_by_time_keeps_to_grid_and_category(office: Office) -> None:
    first, second = office.grids
    put(office, grid=first)
    put(office, grid=second, category="noise")
    put(office, grid=None)

    def received(**asked) -> int:
        return by_time(Extent(office.community, **asked), weeks(1))[0].received

    assert received() == 3
    assert received(grid=second.pk) == 1
    assert received(no_grid=True) == 1
    assert received(category="lighting") == 2
    assert received(grid=first.pk, category="noise") == 0


def test_late_count_is_of_what_is_open(office: Office) -> None:
    put(office, overdue_at=clock.now())
    put(office, overdue_at=clock.now(), closed_after=0.1)
    put(office)
    assert late_count(Extent(office.community)) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 60)), max_size=8))
def test_by_time_agrees_with_counting_one_by_one(office: Office, lives: list[tuple[int, int | None]]) -> None:
    Matter.objects.all().delete()
    now, edges = clock.now(), weeks(4)
    spans = []
    for ago, took in lives:
        ends = took if took is not None and took <= ago else None
        put(office, days_ago=ago + 0.01, closed_after=ends)
        start = now - (ago + 0.01) * DAY
        spans.append((start, None if ends is None else start + ends * DAY))
    found = by_time(Extent(office.community), edges)
    for one in found:
        assert one.received == sum(one.since <= start < one.until for start, _end in spans)
        assert one.closed == sum(end is not None and one.since <= end < one.until for _start, end in spans)
        assert one.open_at_end == sum(
            start < one.until and (end is None or end >= one.until) for start, end in spans
        )
