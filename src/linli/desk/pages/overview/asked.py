"""What the overview is asked for: a period, a grid, a category; it lives in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common import clock
from linli.desk.matters import queries
from linli.desk.matters.figures import Extent
from linli.desk.pages.staff.showing import grid_name
from linli.desk.places.queries import grids_of

if TYPE_CHECKING:
    from linli.desk.places.models import Community

USUAL_WEEKS = 12
OFFERED_WEEKS = (4, 12, 26, 52)
LONGEST_DAYS = 3 * 366
#: Nobody kept matters here before; and there are days before which there are none to compare with.
EARLIEST = dt.date(2000, 1, 1)
#: More columns than this are no longer told apart on a telephone.
MOST_WEEKS = 53
NO_GRID = "none"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """A period of whole days there, the last one included; and what it is narrowed to."""

    community: Community
    first: dt.date
    last: dt.date
    grid: str = ""
    category: str = ""
    problem: str = ""

    @property
    def extent(self) -> Extent:
        """The same for counting."""
        return Extent(
            self.community,
            since=midnight(self.first, self.community),
            until=midnight(self.last + _DAY, self.community),
            grid=int(self.grid) if self.grid.isdecimal() else None,
            no_grid=self.grid == NO_GRID,
            category=self.category,
        )

    @property
    def days(self) -> int:
        """How long the period is."""
        return (self.last - self.first).days + 1

    def mondays(self) -> list[dt.date]:
        """Give the weeks that the period touches, the latest where they are too many."""
        first, last = monday_of(self.first), monday_of(self.last)
        count = (last - first).days // 7 + 1
        return [last - 7 * back * _DAY for back in range(min(count, MOST_WEEKS) - 1, -1, -1)]

    def week_edges(self) -> list[dt.datetime]:
        """Say when each of those weeks begins, and when the last one ends."""
        mondays = self.mondays()
        return [midnight(day, self.community) for day in [*mondays, mondays[-1] + 7 * _DAY]]

    def query(self, **other: Any) -> str:
        """Write the address's query, with something else in it."""
        said = {"since": self.first, "until": self.last, "grid": self.grid, "category": self.category} | other
        return urlencode({name: value for name, value in said.items() if value})


def read(query: QueryDict, community: Community) -> Asked:
    """Read what was asked for; what is not understood narrows nothing, and a period that cannot be is said to be so."""
    today = today_at(community)
    grids = {str(grid.pk) for grid in grids_of(community)} | {NO_GRID}
    categories = {each.key for each in queries.categories_of(community)}
    grid, category = query.get("grid", ""), query.get("category", "")
    usual = (today - (7 * USUAL_WEEKS - 1) * _DAY, today)
    problem = ""
    try:
        last = min(dt.date.fromisoformat(str(query.get("until") or today)), today)
        first = dt.date.fromisoformat(str(query.get("since") or last - (7 * USUAL_WEEKS - 1) * _DAY))
    except (ValueError, OverflowError):
        first = last = dt.date.min
    if last < EARLIEST:
        first, last = usual
        problem = _("These are no dates we understand. Shown are the usual %(n)d weeks.") % {"n": USUAL_WEEKS}
    if first > last:
        first, last = usual
        problem = _("The period ends before it begins. Shown are the usual %(n)d weeks.") % {"n": USUAL_WEEKS}
    if (last - first).days >= LONGEST_DAYS:
        first = last - (LONGEST_DAYS - 1) * _DAY
        problem = _("That is more than three years. Shown are the last three.")
    return Asked(
        community=community,
        first=first,
        last=last,
        grid=grid if grid in grids else "",
        category=category if category in categories else "",
        problem=problem,
    )


def choices(asked: Asked) -> dict[str, Any]:
    """Collect what the form offers."""
    today = today_at(asked.community)
    return {
        "grids": [
            *(
                {"key": str(grid.pk), "name": grid_name(grid), "chosen": asked.grid == str(grid.pk)}
                for grid in grids_of(asked.community)
            ),
            {"key": NO_GRID, "name": _("in no grid"), "chosen": asked.grid == NO_GRID},
        ],
        "categories": [
            {"key": each.key, "name": each.name, "chosen": asked.category == each.key}
            for each in queries.categories_of(asked.community)
        ],
        "periods": [
            {
                "name": ngettext("{n} week", "{n} weeks", weeks).format(n=weeks),
                "url": "?" + asked.query(since=today - (7 * weeks - 1) * _DAY, until=today),
                "current": asked.last == today and asked.days == 7 * weeks,
            }
            for weeks in OFFERED_WEEKS
        ],
    }


def today_at(community: Community) -> dt.date:
    """Say what day it is there."""
    return clock.now().astimezone(ZoneInfo(community.timezone)).date()


def midnight(day: dt.date, community: Community) -> dt.datetime:
    """Say when a day begins there."""
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo(community.timezone))


def monday_of(day: dt.date) -> dt.date:
    """Give the Monday of a day's week."""
    return day - day.weekday() * _DAY
