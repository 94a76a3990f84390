from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from linli.desk.common.working_time import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkingCalendar(SHANGHAI, {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)})
PLAIN = WorkingCalendar(SHANGHAI)
HELSINKI = WorkingCalendar(ZoneInfo("Europe/Helsinki"))


def at(text: str, calendar: WorkingCalendar = CHINA) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=calendar.tz)


def local(moment: dt.datetime, calendar: WorkingCalendar = CHINA) -> str:
    assert moment.tzinfo is dt.UTC
    return moment.astimezone(calendar.tz).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("date", "working"),
    [
        ("2026-02-13", True),  # Friday
        ("2026-02-14", True),  # make-up Saturday
        ("2026-02-15", False),  # Spring Festival, nine days
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # make-up Saturday
        ("2026-03-01", False),  # Sunday
        ("2026-09-20", True),  # make-up Sunday
        ("2026-09-30", True),
        ("2026-10-01", False),  # National Day, seven days
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # make-up Saturday
        ("2026-11-21", False),
    ],
)
def test_day_is_working(date: str, working: bool) -> None:
    assert CHINA.is_working(dt.date.fromisoformat(date)) is working


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-24 10:00", 0, "2026-11-25 00:00"),
        ("2026-11-24 10:00", 1, "2026-11-26 00:00"),
        ("2026-11-24 00:00", 1, "2026-11-26 00:00"),
        ("2026-11-24 23:59", 1, "2026-11-26 00:00"),
        ("2026-11-27 10:00", 1, "2026-12-01 00:00"),  # Friday → Monday
        ("2026-11-28 10:00", 1, "2026-12-01 00:00"),  # Saturday → Monday
        ("2026-02-13 10:00", 1, "2026-02-15 00:00"),  # Friday → the make-up Saturday
        ("2026-02-14 10:00", 1, "2026-02-25 00:00"),  # over Spring Festival
        ("2026-02-27 10:00", 1, "2026-03-01 00:00"),  # Friday → the make-up Saturday
        ("2026-02-27 10:00", 2, "2026-03-03 00:00"),
        ("2026-09-30 10:00", 1, "2026-10-09 00:00"),  # over National Day
        ("2026-10-03 10:00", 1, "2026-10-09 00:00"),
        ("2026-09-30 10:00", 3, "2026-10-11 00:00"),  # Thursday, Friday, the make-up Saturday
    ],
)
def test_add_working_days_ends_with_the_last_of_them(start: str, days: int, due: str) -> None:
    assert local(CHINA.add_working_days(at(start), days)) == due


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-24 10:00", 0, "2026-11-24 10:00"),
        ("2026-11-24 10:00", 2, "2026-11-24 12:00"),
        ("2026-11-24 10:00", 7, "2026-11-24 17:00"),
        ("2026-11-24 10:00", 7.5, "2026-11-25 09:30"),
        ("2026-11-24 20:00", 1, "2026-11-25 10:00"),
        ("2026-11-24 03:00", 1, "2026-11-24 10:00"),
        ("2026-02-14 16:00", 2, "2026-02-24 10:00"),
        ("2026-09-30 16:30", 1, "2026-10-08 09:30"),
        ("2026-10-04 12:00", 8, "2026-10-08 17:00"),
    ],
)
def test_add_working_hours_counts_the_office_open(start: str, hours: float, due: str) -> None:
    assert local(CHINA.add_working_hours(at(start), hours)) == due


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-24 10:00", "2026-11-24 10:00", 0),
        ("2026-11-24 12:00", "2026-11-24 10:00", 0),
        ("2026-11-24 08:00", "2026-11-24 18:00", 8),
        ("2026-11-24 18:00", "2026-11-25 08:00", 0),
        ("2026-10-01 00:00", "2026-10-08 09:00", 0),
        ("2026-09-30 16:00", "2026-10-08 10:00", 2),
        ("2026-02-13 09:00", "2026-02-25 09:00", 24),  # Friday, the make-up Saturday, Tuesday
    ],
)
def test_working_seconds_between_counts_the_office_open(begin: str, end: str, hours: float) -> None:
    assert CHINA.working_seconds_between(at(begin), at(end)) == hours * 3600


def test_working_days_between_leaves_out_the_first_and_takes_the_last() -> None:
    between = CHINA.working_days_between
    assert between(dt.date(2026, 2, 13), dt.date(2026, 2, 14)) == 1
    assert between(dt.date(2026, 2, 14), dt.date(2026, 2, 23)) == 0
    assert between(dt.date(2026, 9, 30), dt.date(2026, 10, 10)) == 3
    assert between(dt.date(2026, 10, 10), dt.date(2026, 9, 30)) == 0


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-09-28 10:00", "2026-09-28 16:00", "2026-10-09 00:00"),  # within a day: nothing
        ("2026-09-28 10:00", "2026-09-29 09:00", "2026-10-10 00:00"),
        ("2026-10-01 10:00", "2026-10-07 10:00", "2026-10-09 00:00"),  # nobody worked anyhow
        ("2026-09-28 10:00", "2026-10-08 10:00", "2026-10-13 00:00"),  # 29, 30, 8 → 9, 10, 12
    ],
)
def test_wait_moves_a_deadline_in_days_by_the_working_days_begun(paused: str, resumed: str, due: str) -> None:
    first = CHINA.add_working_days(at("2026-09-28 09:00"), 3)
    assert local(first) == "2026-10-09 00:00"
    moved = CHINA.days_due_after_pause(first, paused_at=at(paused), resumed_at=at(resumed))
    assert local(moved) == due


def test_wait_moves_a_deadline_in_hours_by_the_office_time_waited() -> None:
    due = CHINA.add_working_hours(at("2026-09-30 15:00"), 4)
    assert local(due) == "2026-10-08 11:00"
    waited = CHINA.hours_due_after_pause(
        due, paused_at=at("2026-09-30 16:00"), resumed_at=at("2026-10-08 10:00")
    )
    assert local(waited) == "2026-10-08 13:00"


def test_moment_at_share_is_counted_in_office_time() -> None:
    due = CHINA.add_working_days(at("2026-09-29 09:00"), 1)
    assert local(CHINA.moment_at_share(at("2026-09-29 09:00"), due, 0.75)) == "2026-09-30 13:00"
    night = at("2026-09-29 20:00"), at("2026-09-30 00:00")
    assert local(CHINA.moment_at_share(*night, 0.75)) == "2026-09-29 23:00"


def test_days_end_at_midnight_though_the_clocks_change() -> None:
    friday = at("2026-03-27 10:00", HELSINKI)  # clocks go forward on Sunday the 29th
    due = HELSINKI.add_working_days(friday, 1)
    assert local(due, HELSINKI) == "2026-03-31 00:00"
    assert due == dt.datetime(2026, 3, 30, 21, tzinfo=dt.UTC)
    assert HELSINKI.working_seconds_between(friday, at("2026-03-30 10:00", HELSINKI)) == 8 * 3600


def test_calendar_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no deadline would ever come"):
        WorkingCalendar(SHANGHAI, weekly=frozenset())
    with pytest.raises(ValueError, match="closes before it opens"):
        WorkingCalendar(SHANGHAI, opens=dt.time(17), closes=dt.time(9))
    with pytest.raises(ValueError, match="counted forward"):
        CHINA.add_working_days(at("2026-11-24 10:00"), -1)
    with pytest.raises(ValueError, match="counted forward"):
        CHINA.add_working_hours(at("2026-11-24 10:00"), -1)


# Any calendar: some days off, some weekends worked, in three zones, one of them with clocks that change.
DAYS = st.dates(dt.date(2025, 12, 1), dt.date(2027, 2, 1))
CALENDARS = st.builds(
    WorkingCalendar,
    tz=st.sampled_from(
        [SHANGHAI, ZoneInfo("Europe/Helsinki"), ZoneInfo("America/Santiago"), ZoneInfo("UTC")]
    ),
    special=st.dictionaries(DAYS, st.booleans(), max_size=60),
    weekly=st.frozensets(st.integers(0, 6), min_size=1),
)
YEAR = dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31)  # noqa: DTZ001 -- the zone is given beside them
MOMENTS = st.datetimes(*YEAR, timezones=st.just(dt.UTC))
SPANS = st.timedeltas(dt.timedelta(0), dt.timedelta(hours=120))
COUNTS = st.integers(0, 20)


@given(CALENDARS, MOMENTS, MOMENTS, COUNTS)
def test_later_start_is_never_due_earlier(
    calendar: WorkingCalendar, one: dt.datetime, other: dt.datetime, days: int
) -> None:
    one, other = sorted((one, other))
    assert calendar.add_working_days(one, days) <= calendar.add_working_days(other, days)
    assert calendar.add_working_hours(one, days) <= calendar.add_working_hours(other, days)


@given(CALENDARS, MOMENTS, COUNTS)
def test_due_day_is_worked_and_as_many_days_on_as_asked(
    calendar: WorkingCalendar, start: dt.datetime, days: int
) -> None:
    due = calendar.add_working_days(start, days)
    last = calendar.date_of(due - dt.timedelta.resolution)
    assert due > start
    assert calendar.end_of(last) == due
    assert calendar.working_days_between(calendar.date_of(start), last) == days
    assert days == 0 or calendar.is_working(last)


@given(CALENDARS, MOMENTS, COUNTS, COUNTS)
def test_days_add_up(calendar: WorkingCalendar, start: dt.datetime, some: int, more: int) -> None:
    date = calendar.date_of(start)
    there = calendar.working_day_after(calendar.working_day_after(date, some), more)
    assert there == calendar.working_day_after(date, some + more)


@given(CALENDARS, MOMENTS, SPANS, SPANS)
def test_office_time_adds_up_and_is_measured_back(
    calendar: WorkingCalendar, start: dt.datetime, some: dt.timedelta, more: dt.timedelta
) -> None:
    due = calendar.add_working_time(start, some)
    assert calendar.working_time_between(start, due) == some
    assert calendar.add_working_time(due, more) == calendar.add_working_time(start, some + more)


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_office_time_between_is_the_sum_of_its_parts(
    calendar: WorkingCalendar, one: dt.datetime, two: dt.datetime, three: dt.datetime
) -> None:
    one, two, three = sorted((one, two, three))
    between = calendar.working_time_between
    assert between(one, three) == between(one, two) + between(two, three)
    assert dt.timedelta(0) <= between(one, three) <= three - one


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS, COUNTS)
def test_wait_in_two_parts_moves_a_deadline_as_one(
    calendar: WorkingCalendar, one: dt.datetime, two: dt.datetime, three: dt.datetime, days: int
) -> None:
    one, two, three = sorted((one, two, three))
    for due, move in (
        (calendar.add_working_days(one, days), calendar.days_due_after_pause),
        (calendar.add_working_hours(one, days), calendar.hours_due_after_pause),
    ):
        whole = move(due, paused_at=one, resumed_at=three)
        parts = move(move(due, paused_at=one, resumed_at=two), paused_at=two, resumed_at=three)
        assert whole == parts >= due


@given(CALENDARS, MOMENTS, MOMENTS, st.floats(0, 1))
def test_share_of_the_time_lies_within_it(
    calendar: WorkingCalendar, one: dt.datetime, two: dt.datetime, share: float
) -> None:
    one, two = sorted((one, two))
    assert one <= calendar.moment_at_share(one, two, share) <= two


@given(CALENDARS, DAYS)
def test_next_working_day_leaves_no_working_day_out(calendar: WorkingCalendar, date: dt.date) -> None:
    found = calendar.next_working_day(date)
    assert found > date
    assert calendar.is_working(found)
    assert calendar.working_days_between(date, found) == 1
