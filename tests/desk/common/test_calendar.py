from __future__ import annotations

import datetime as dt

import pytest
from django_scopes import scope

from linli.desk.common import calendar
from linli.desk.common.models import CalendarDay
from linli.desk.places.models import Community

pytestmark = pytest.mark.django_db


def days(community: Community) -> dict[str, tuple[bool, str]]:
    with scope(community=community):
        return {str(day.date): (day.working, day.name) for day in CalendarDay.objects.all()}


def test_seed_takes_holidays_and_make_up_days_of_china(bridge: Community) -> None:
    assert calendar.seed_calendar(community=bridge, years=[2026]) == 39
    seeded = days(bridge)
    assert seeded["2026-02-14"] == seeded["2026-02-28"] == (True, "春节调休")
    assert seeded["2026-02-17"] == (False, "春节")
    assert [date for date, (working, _) in seeded.items() if working] == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip
    assert all(seeded[f"2026-10-0{day}"] == (False, "国庆节") for day in range(1, 8))


def test_seed_leaves_what_the_desk_changed(bridge: Community) -> None:
    with scope(community=bridge):
        CalendarDay(community=bridge, date=dt.date(2026, 10, 1), working=True, name="值班").save()
    assert calendar.seed_calendar(community=bridge, years=[2026]) == 38
    assert calendar.seed_calendar(community=bridge, years=[2025, 2026]) == 33
    assert calendar.seed_calendar(community=bridge, years=[2026]) == 0
    assert days(bridge)["2026-10-01"] == (True, "值班")


def test_year_not_announced_yet_adds_nothing(bridge: Community) -> None:
    assert calendar.announced_until() == dt.date(2026, 12, 31)
    assert calendar.seed_calendar(community=bridge, years=[2027]) == 0


def test_seed_takes_holidays_of_another_country(bridge: Community) -> None:
    bridge.country = "FI"
    assert calendar.seed_calendar(community=bridge, years=[2026]) > 10
    assert days(bridge)["2026-12-06"][0] is False
    assert calendar.announced_until("FI") is None
    bridge.country = "XX"
    assert calendar.seed_calendar(community=bridge, years=[2026]) == 0


def test_working_calendar_is_that_of_the_rows(bridge: Community, mill: Community) -> None:
    calendar.seed_calendar(community=bridge, years=[2026])
    ours, theirs = calendar.working_calendar(bridge), calendar.working_calendar(mill)
    assert str(ours.tz) == "Asia/Shanghai"
    assert ours.is_working(dt.date(2026, 2, 14))
    assert not theirs.is_working(dt.date(2026, 2, 14))
    received = dt.datetime(2026, 9, 30, 2, tzinfo=dt.UTC)
    assert ours.add_working_days(received, 1) == dt.datetime(2026, 10, 8, 16, tzinfo=dt.UTC)
    assert theirs.add_working_days(received, 1) == dt.datetime(2026, 10, 1, 16, tzinfo=dt.UTC)


def test_working_calendar_takes_one_query(bridge: Community, django_assert_num_queries: object) -> None:
    calendar.seed_calendar(community=bridge, years=[2026])
    with django_assert_num_queries(1):
        calendar.working_calendar(bridge)
