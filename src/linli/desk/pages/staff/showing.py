"""A matter as the staff read it: dates by the clock on the wall there, moods of deadlines, where and with whom."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common.language import in_chinese, name_in
from linli.desk.matters.models import OPEN, Matter, State

if TYPE_CHECKING:
    from linli.desk.common.models import Upload
    from linli.desk.places.models import Community

SHORT = 90


def local(at: dt.datetime, community: Community) -> dt.datetime:
    """Tell a moment by the clock on the wall there."""
    return at.astimezone(ZoneInfo(community.timezone))


def day(at: dt.datetime, community: Community) -> str:
    """Month and day, with the year where it is another."""
    there = local(at, community)
    return formats.date_format(there, "n月j日" if in_chinese() else "j M")


def moment(at: dt.datetime, community: Community) -> str:
    """Day and time."""
    return f"{day(at, community)} {local(at, community):%H:%M}"


def last_day(due: dt.datetime, community: Community) -> str:
    """Name the last day that counts: a deadline at midnight is the end of the day before."""
    return day(due - dt.timedelta(seconds=1), community)


def mood_of(matter: Matter, now: dt.datetime) -> str:
    """Say how the deadline stands: "late", "soon" or nothing."""
    if matter.state not in OPEN or matter.state == State.WAITING:
        return ""
    if matter.solve_due_at <= now:
        return "late"
    return "soon" if matter.warn_at is not None and matter.warn_at <= now else ""


def due_words(matter: Matter, now: dt.datetime) -> str:
    """Say when it is due, in words that need no colour."""
    community = matter.community
    if matter.state not in OPEN:
        return _("no deadline")
    if matter.state == State.WAITING:
        return _("clock stopped")
    if matter.solve_due_at > now:
        today = (
            local(now, community).date()
            == local(matter.solve_due_at - dt.timedelta(seconds=1), community).date()
        )
        return _("due today") if today else _("by {day}").format(day=last_day(matter.solve_due_at, community))
    days = (now - matter.solve_due_at).days
    if days < 1:
        return _("overdue since today")
    return ngettext("overdue by {n} day", "overdue by {n} days", days).format(n=days)


def place_of(matter: Matter) -> str:
    """Say where it is: the grid, and the words for the place."""
    grid = grid_name(matter.grid) if matter.grid_id else ""
    spot = name_in(matter.spot) if matter.spot_id else ""
    return " · ".join(part for part in (grid, spot, matter.place_words) if part)


def grid_name(grid: Any) -> str:
    """Give a grid's name, or its number."""
    return name_in(grid) or _("Grid {n}").format(n=grid.number)


def who_has_it(matter: Matter) -> str:
    """Say with whom it is."""
    if matter.lead:
        return matter.lead
    return matter.worker.name if matter.worker is not None else _("nobody yet")


def shortened(words: str) -> str:
    """Give the first words."""
    line = " ".join(words.split())
    return line if len(line) <= SHORT else f"{line[:SHORT]}…"


def list_words(matter: Matter) -> str:
    """Give the first words where many matters stand together; what was told in confidence is not read in passing."""
    if matter.confidential or matter.category.sensitive:
        return _("told in confidence")
    return shortened(matter.words)


def file_url(upload: Upload, slug: str) -> str:
    """Address a photo or voice note; whoever asks is asked for leave anew."""
    name = "resident:photo" if upload.kind == "photo" else "staff:voice"
    return reverse(name, args=[slug, upload.key])


def matter_url(matter: Matter, slug: str) -> str:
    """Address the desk's page of a matter."""
    return reverse("staff:matter", args=[slug, matter.code])


def row_of(matter: Matter, *, slug: str, now: dt.datetime) -> dict[str, Any]:
    """Collect what a list shows of a matter."""
    return {
        "code": matter.code,
        "version": matter.version,
        "url": matter_url(matter, slug),
        "category": matter.category.name,
        "words": list_words(matter),
        "where": place_of(matter),
        "state": matter.get_state_display(),
        "reopened": matter.reopened,
        "confidential": matter.confidential,
        "mood": mood_of(matter, now),
        "due": due_words(matter, now),
        "worker": who_has_it(matter),
    }
