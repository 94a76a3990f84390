"""The page of the week, to be printed and pinned up: numbers with what they are of, what is late, thanks. One A4 page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from linli.desk.matters.clusters import recurring
from linli.desk.matters.models import Callback
from linli.desk.pages.overview import asked as asking
from linli.desk.pages.overview import showing
from linli.desk.pages.overview.asked import Asked, monday_of, today_at
from linli.desk.pages.staff.frame import frame
from linli.desk.people.access import desk_page
from linli.desk.people.models import Account

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.matters.figures import Extent
    from linli.desk.people.access import DeskRequest

#: Rates are of the matters received in so many weeks up to this one: of a single week few are answered yet.
RATE_WEEKS = 4
#: So many weeks are drawn.
DRAWN_WEEKS = 12
#: One page: more than these are counted, not listed.
MOST_LATE, MOST_RECURRING, MOST_GRIDS = 7, 4, 10
_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)


@require_safe
@desk_page("director.see")
def week(request: DeskRequest, slug: str) -> HttpResponse:
    """Show a week, Monday to Sunday; without one, the last that is over."""
    monday, latest = _monday(request), monday_of(today_at(request.community))
    community = request.community
    this = Asked(community, first=monday, last=monday + 6 * _DAY)
    month = Asked(community, first=monday - (RATE_WEEKS - 1) * _WEEK, last=this.last)
    season = Asked(community, first=monday - (DRAWN_WEEKS - 1) * _WEEK, last=this.last)
    late = showing.late_by_rung(this)
    # It is pinned up: what was told in confidence is counted with the others and named nowhere.
    openly = showing.overdue(request.actor, this).filter(confidential=False, category__sensitive=False)
    held = list(openly[:MOST_LATE])
    back = [one for one in showing.recurring_rows(recurring(community), slug, most_codes=4) if one["openly"]]
    grids = showing.rate_tables(month)["by_grid"]
    context = frame(request, view="overview") | {
        "asked": this,
        "month": month,
        "totals": showing.totals(this),
        "rates": grids[: MOST_GRIDS + 1],
        "rates_more": max(0, len(grids) - MOST_GRIDS - 1),
        "chart": showing.weeks(season)["charts"][0],
        "drawn_weeks": DRAWN_WEEKS,
        "late": late,
        "late_rows": showing.late_rows(request.actor, held, community),
        "late_more": max(0, late["count"] - len(held)),
        "recurring": back[:MOST_RECURRING],
        "recurring_more": len(back) > MOST_RECURRING,
        "thanks": thanks(this.extent),
        "running": monday == latest,
        "earlier": _address(slug, monday - _WEEK),
        "later": _address(slug, monday + _WEEK) if monday < latest else "",
        "latest": latest + 6 * _DAY,
    }
    return render(request, "pages/overview/week.html", context)


def _monday(request: DeskRequest) -> dt.date:
    """Take the week that any day of it was given for; what cannot be is the last that is over."""
    today = today_at(request.community)
    last_over = monday_of(today) - _WEEK
    try:
        asked = monday_of(dt.date.fromisoformat(request.GET.get("week", "")))
    except (ValueError, OverflowError):
        return last_over
    return asked if asking.EARLIEST <= asked <= today else last_over


def _address(slug: str, monday: dt.date) -> str:
    return f"{reverse('overview:week', args=[slug])}?week={monday}"


def thanks(extent: Extent) -> dict[str, Any]:
    """Say who is thanked: whoever had what residents called solved this week, by name, so that nobody is ranked; and how many residents said how it was."""
    answered = Callback.objects.filter(
        community=extent.community, answered_at__gte=extent.since, answered_at__lt=extent.until
    ).order_by()
    told = answered.count()
    solved = answered.filter(solved=True)
    workers = solved.filter(matter__worker__isnull=False).values("matter__worker")
    names = list(Account.objects.filter(pk__in=workers).order_by("name", "pk").values_list("name", flat=True))
    count = solved.count()
    return {
        "solved": count,
        "told": told,
        "names": _(", ").join(names),
        "words": ngettext(
            "{n} of {of} call-back answered this week says “solved”.",
            "{n} of {of} call-backs answered this week say “solved”.",
            told,
        ).format(n=count, of=told),
    }
