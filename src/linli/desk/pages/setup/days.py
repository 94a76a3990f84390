"""The working calendar, a year at a time: what the state announced, and what the community puts right."""

from __future__ import annotations

import calendar as almanac
import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common import clock
from linli.desk.common.calendar import announced_until, working_calendar
from linli.desk.common.models import CalendarDay, LedgerEntry
from linli.desk.matters.actions.community import FIRST_YEAR, LAST_YEAR, seed_year, set_day
from linli.desk.pages.setup.frame import did, page
from linli.desk.pages.staff import showing
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.common.working_time import WorkingCalendar
    from linli.desk.people.access import DeskRequest


class DayForm(KeyedForm):
    """Whether a day is worked, and what it is called."""

    working = forms.TypedChoiceField(
        label=gettext_lazy("On this day the office"),
        coerce=lambda given: given == "yes",
        choices=[("yes", gettext_lazy("works")), ("no", gettext_lazy("is closed"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=gettext_lazy("What day it is"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@require_safe
@desk_page("matters.calendar")
def this_year(request: DeskRequest, slug: str) -> HttpResponse:
    """Go to this year."""
    return redirect("setup:year", slug, showing.local(clock.now(), request.community).year)


@require_safe
@desk_page("matters.calendar")
def year(request: DeskRequest, slug: str, number: int) -> HttpResponse:
    """Show a year: twelve months, every day a way to its form."""
    _check(number)
    community = request.community
    known = working_calendar(community)
    held = {row.date: row for row in CalendarDay.objects.filter(date__year=number)}
    edited = _edited(number)
    today = showing.local(clock.now(), community).date()
    until = announced_until(community.country)
    months = [
        {"name": _month(number, month), "weeks": _weeks(number, month, known, held, edited, today, slug)}
        for month in range(1, 13)
    ]
    return page(
        request,
        "year.html",
        room="calendar",
        number=number,
        before=number - 1 if number > FIRST_YEAR else None,
        after=number + 1 if number < LAST_YEAR else None,
        months=months,
        weekdays=_weekdays(),
        rows=[
            {"row": row, "when": formats.date_format(date, "n月j日 l" if showing.in_chinese() else "j F, l"), "edited": date in edited}
            for date, row in sorted(held.items())
        ],
        unannounced=until is not None and dt.date(number, 12, 31) > until,
        form=KeyedForm(auto_id="seed_%s"),
    )  # fmt: skip


def _weekdays() -> list[str]:
    names = [formats.date_format(dt.date(2024, 1, day), "D") for day in range(1, 8)]
    return [name[-1] for name in names] if showing.in_chinese() else names


def _month(number: int, month: int) -> str:
    return formats.date_format(dt.date(number, month, 1), "n月" if showing.in_chinese() else "F")


def _weeks(
    number: int,
    month: int,
    known: WorkingCalendar,
    held: dict[dt.date, CalendarDay],
    edited: set[dt.date],
    today: dt.date,
    slug: str,
) -> list[list[dict[str, Any] | None]]:
    def day(date: dt.date) -> dict[str, Any] | None:
        if date.month != month:
            return None
        row, working = held.get(date), known.is_working(date)
        return {
            "number": date.day,
            "url": reverse("setup:day", args=[slug, date.isoformat()]),
            "mood": "off" if not working else "made-up" if date.weekday() >= 5 else "",
            "told": _told(row, working=working, edited=date in edited),
            "edited": date in edited,
            "today": date == today,
        }

    weeks = almanac.Calendar().monthdatescalendar(number, month)
    return [[day(date) for date in week] for week in weeks]


def _told(row: CalendarDay | None, *, working: bool, edited: bool) -> str:
    words = [_("works") if working else _("is closed")]
    if row is not None and row.name:
        words.append(row.name)
    if edited:
        words.append(_("set here"))
    return ", ".join(words)


def _edited(number: int) -> set[dt.date]:
    """Which days of a year somebody has set: the ledger knows."""
    found = LedgerEntry.objects.filter(event="calendar.day_set", about__startswith=f"day:{number}-")
    return {
        dt.date.fromisoformat(about.removeprefix("day:")) for about in found.values_list("about", flat=True)
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.calendar")
def day(request: DeskRequest, slug: str, date: str) -> HttpResponse:
    """Set one day."""
    del slug
    try:
        when = dt.date.fromisoformat(date)
    except ValueError:
        raise AbsentError(date) from None
    _check(when.year)
    row = CalendarDay.objects.filter(date=when).first()
    working = working_calendar(request.community).is_working(when)
    known = {"working": "yes" if working else "no", "name": row.name if row is not None else ""}
    form = DayForm(request.POST or None, initial=known)
    if request.method == "POST":
        answer = did(
            request,
            form,
            lambda: set_day(
                by=request.actor,
                date=when,
                working=form.cleaned_data["working"],
                name=form.cleaned_data["name"],
                key=form.cleaned_data["request_key"],
            ),
            to="setup:year",
            args=(when.year,),
        )
        if answer is not None:
            return answer
    told = formats.date_format(when, "Y年n月j日 l" if showing.in_chinese() else "l, j F Y")
    return page(
        request, "day.html", room="calendar", form=form, told=told, year=when.year,
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@require_POST
@desk_page("matters.calendar")
def seed(request: DeskRequest, slug: str, number: int) -> HttpResponse:
    """Fill in what is announced for a year."""
    _check(number)
    form = KeyedForm(request.POST)
    added: list[int] = []
    if done(
        form,
        lambda: added.append(seed_year(by=request.actor, year=number, key=form.cleaned_data["request_key"])),
    ):
        words = ngettext(
            "{n} day added; what was there stays.", "{n} days added; what was there stays.", added[0]
        )
        messages.success(request, words.format(n=added[0]))
    return redirect("setup:year", slug, number)


def _check(number: int) -> None:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise AbsentError(number)
