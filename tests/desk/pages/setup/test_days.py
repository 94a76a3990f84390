"""The working calendar: a year seen, a day set, and what is announced never writes over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from linli.desk.common.calendar import working_calendar
from linli.desk.common.models import CalendarDay, LedgerEntry
from linli.desk.matters import sweeps
from tests.desk.matters.conftest import Receive
from tests.desk.pages.setup.conftest import Desk
from tests.desk.people.conftest import Office

Look = Callable[..., Desk]
NATIONAL_DAY = dt.date(2026, 10, 1)


def test_calendar_opens_at_this_year_for_whoever_keeps_it(desk: Look) -> None:
    answer = desk("desk").client.get("/c/willow/desk/setup/calendar/")
    assert answer["Location"] == "/c/willow/desk/setup/calendar/2026/"
    assert desk("grid_worker").client.get("/c/willow/desk/setup/calendar/").status_code == 404


def test_year_shows_holidays_and_weekends_that_are_worked(desk: Look) -> None:
    page = desk("desk").see("calendar/2026/")
    assert "国庆节" in page
    # The Saturday before the Spring Festival is worked.
    assert 'class="day made-up" href="/c/willow/desk/setup/calendar/day/2026-02-14/"' in page
    assert page.count('class="day off"') > 104


def test_day_that_is_set_stays_whatever_is_announced(desk: Look, office: Office) -> None:
    clerk = desk("desk")
    clerk.send("calendar/day/2026-10-01/", working="yes", name="社区值班")
    assert working_calendar(office.community).is_working(NATIONAL_DAY)
    clerk.send("calendar/2026/fill/")
    sweeps.seed_calendars()
    row = CalendarDay.objects.get(date=NATIONAL_DAY)
    assert (row.working, row.name) == (True, "社区值班")
    assert "set here" in clerk.see("calendar/2026/")
    entry = LedgerEntry.objects.get(event="calendar.day_set")
    assert (entry.about, entry.data) == ("day:2026-10-01", {"working": True})


def test_closed_day_moves_what_is_reported_from_now_on(desk: Look, receive: Receive) -> None:
    before = receive().matter
    desk("desk").send("calendar/day/2026-11-25/", working="no", name="停电")
    after = receive().matter
    before.refresh_from_db()
    # One working day later, over a weekend; what was told stays.
    assert before.solve_due_at == dt.datetime(2026, 11, 27, 16, tzinfo=dt.UTC)
    assert after.solve_due_at == dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)


def test_year_that_is_not_announced_says_so_and_is_filled_in_where_it_can_be(desk: Look) -> None:
    clerk = desk("desk")
    assert "not announced yet" in clerk.see("calendar/2090/")
    CalendarDay.objects.filter(date__year=2026).delete()
    clerk.send("calendar/2026/fill/")
    assert CalendarDay.objects.get(date=NATIONAL_DAY).working is False


def test_day_of_no_calendar_is_absent(desk: Look) -> None:
    clerk = desk("desk")
    clerk.see("calendar/day/2026-02-30/", status=404)
    clerk.see("calendar/day/1800-01-01/", status=404)
    clerk.see("calendar/1800/", status=404)


def test_year_asks_as_often_for_few_days_as_for_many(desk: Look) -> None:
    clerk = desk("desk")
    many = clerk.queries("calendar/2026/")
    CalendarDay.objects.exclude(date=NATIONAL_DAY).delete()
    assert clerk.queries("calendar/2026/") == many
