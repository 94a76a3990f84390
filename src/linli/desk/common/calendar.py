"""Which days a community works: a table that the desk may edit, seeded from what the state announced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.models_extras import CalendarDay
from linli.desk.common.working_time import WorkingCalendar

if TYPE_CHECKING:
    from django.db.models import Model

# The working week of most; the weekly days of a country that `holidays` knows differently are taken from it.
_WEEK = frozenset(range(5))


def seed_calendar(*, community: Model, years: Iterable[int]) -> int:
    """Add the holidays and make-up working days of some years; return how many. What is there already stays as it is.

    China's come with the make-up days that the State Council announces for one year at a time: a year not announced yet
    adds nothing, and is added by calling this again.
    """
    days = _announced(str(getattr(community, "country", "")) or "CN", sorted(set(years)))
    rows = [
        CalendarDay(community_id=community.pk, date=date, working=working, name=name[:100])
        for date, (working, name) in sorted(days.items())
    ]
    with transaction.atomic(), scope(community=community):
        before = CalendarDay.objects.count()
        CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
        return CalendarDay.objects.count() - before


def years_ahead() -> range:
    """Years whose holidays a deadline may meet: this one and the next."""
    this = clock.now().year
    return range(this, this + 2)


def _announced(country: str, years: list[int]) -> dict[dt.date, tuple[bool, str]]:
    if country == "CN":
        return _of_china(years)
    import holidays  # noqa: PLC0415 -- large, and not needed in China

    try:
        found = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        return {}
    made = {date: (False, name) for date, name in found.items()}
    # A weekend worked to make up for a day off.
    for date in getattr(found, "weekend_workdays", ()):
        if date.year in years:
            made[date] = (True, "")
    return made


def _of_china(years: list[int]) -> dict[dt.date, tuple[bool, str]]:
    from chinese_calendar.constants import Holiday, holidays, workdays  # noqa: PLC0415 -- see above

    names = {day.value: day.chinese for day in Holiday}
    return {
        date: (working, f"{names.get(name, name)}{'调休' if working else ''}")
        for days, working in ((holidays, False), (workdays, True))
        for date, name in days.items()
        if date.year in years
    }


def announced_until(country: str = "CN") -> dt.date | None:
    """Say up to which day China's announcements are known; None for countries whose rule needs no announcement."""
    if country != "CN":
        return None
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415 -- see above

    return dt.date(max(*holidays, *workdays).year, 12, 31)


def working_calendar(community: Model) -> WorkingCalendar:
    """Make the calendar of a community from its rows."""
    zone = str(
        getattr(community, "timezone", "") or getattr(settings, "COMMUNITY_TIME_ZONE", "Asia/Shanghai")
    )
    with scope(community=community):
        special = dict(CalendarDay.objects.values_list("date", "working"))
    return WorkingCalendar(tz=ZoneInfo(zone), special=special, weekly=_WEEK)
