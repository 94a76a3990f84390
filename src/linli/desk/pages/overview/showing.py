"""Figures as they are read: shares with what they are of, how they stood before, charts, ladders."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common import clock
from linli.desk.matters import queries
from linli.desk.matters.figures import Rates, by_category, by_grid, rates_of, summed
from linli.desk.matters.models import OPEN, RUNNING, Category, Escalation, LadderRung, Matter, Proposal
from linli.desk.matters.sweeps import ladder_of
from linli.desk.matters.trends import by_time, late_count
from linli.desk.pages.figures import percent, whole
from linli.desk.pages.overview import drawing
from linli.desk.pages.overview.drawing import Chart, Series
from linli.desk.pages.staff.showing import due_words, grid_name, last_day, matter_url, place_of, who_has_it
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.matters.clusters import Cluster, Recurring
    from linli.desk.matters.figures import Rate
    from linli.desk.matters.trends import Stretch
    from linli.desk.pages.overview.asked import Asked
    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

RATES = ("response", "solution", "satisfaction")
#: With fewer than so many a share says little. Our own choice.
FEW = 5


def rate_names() -> dict[str, str]:
    """Name the three rates."""
    return {"response": _("Response"), "solution": _("Solution"), "satisfaction": _("Satisfaction")}


def rate_cell(name: str, now: Rate, before: Rate | None) -> dict[str, Any]:
    """Show one rate: the share, what it is of, and how it stood in the period before."""
    cell: dict[str, Any] = {
        "key": name,
        "label": rate_names()[name],
        "percent": "" if now.share is None else percent(now.share),
        "part": whole(now.numerator),
        "whole": whole(now.denominator),
        "width": round(100 * (now.share or 0), 1),
        "few": 0 < now.denominator < FEW,
        "before": "",
        "change": "",
    }
    if before is not None and before.share is not None:
        part, of = whole(before.numerator), whole(before.denominator)
        cell["before"] = f"{percent(before.share)} ({part} / {of})"
        if now.share is not None:
            points = round(100 * now.share) - round(100 * before.share)
            cell["change"] = "up" if points > 0 else "down" if points < 0 else "same"
            cell["points"] = abs(points)
    return cell


def rate_tables(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Show the three rates by grid and by category, all together first; in six queries."""
    now, before = rates_of(asked.extent), rates_of(asked.extent.before())
    everything = _rate_row(_("All together"), summed(now.values()), summed(before.values())) | {
        "is_sum": True
    }
    return {
        "by_grid": [everything, *_rate_rows(_grid_names(asked.community), by_grid(now), by_grid(before))],
        "by_category": [
            everything,
            *_rate_rows(_category_names(asked.community), by_category(now), by_category(before)),
        ],
    }


def _rate_rows(
    named: Iterable[tuple[Any, str]], now: Mapping[Any, Rates], before: Mapping[Any, Rates]
) -> list[dict[str, Any]]:
    return [_rate_row(name, now[pk], before.get(pk)) for pk, name in named if pk in now]


def _rate_row(name: str, now: Rates, before: Rates | None) -> dict[str, Any]:
    cells = [
        rate_cell(key, getattr(now, key), getattr(before, key) if before is not None else None)
        for key in RATES
    ]
    return {"name": name, "rates": cells, "unanswered": now.unanswered}


def _grid_names(community: Community) -> list[tuple[int | None, str]]:
    # Retired ones too: matters stay with the grid they were received in.
    grids = Grid.objects.filter(community=community).order_by("number", "pk")
    named: list[tuple[int | None, str]] = [
        (
            grid.pk,
            grid_name(grid) if grid.retired_at is None else _("{grid} (former)").format(grid=grid_name(grid)),
        )
        for grid in grids
    ]
    return [*named, (None, _("in no grid"))]


def _category_names(community: Community) -> list[tuple[int | None, str]]:
    return [(each.pk, each.name) for each in Category.objects.filter(community=community)]


def totals(asked: Asked) -> list[dict[str, Any]]:
    """Show how many came, went and stayed, beside the period before."""
    extent = asked.extent
    edge = extent.before().since
    assert edge is not None
    assert extent.since is not None
    assert extent.until is not None
    before, now = by_time(extent, [edge, extent.since, extent.until])
    late = late_count(extent)
    return [
        _total("received", _("received"), now.received, before.received),
        _total("closed", _("closed"), now.closed, before.closed),
        _total("open", _("open at the end"), now.open_at_end, before.open_at_end),
        _total("median", _("median days to closing"), now.median_days, before.median_days),
        {"key": "late", "name": _("overdue now"), "value": whole(late), "before": "", "is_late": late > 0},
    ]


def _total(key: str, name: str, now: float | None, before: float | None) -> dict[str, Any]:
    return {"key": key, "name": name, "value": _number(now), "before": _number(before)}


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    return whole(value) if isinstance(value, int) else formats.number_format(round(value, 1), 1)


def weeks(asked: Asked) -> dict[str, Any]:
    """Show how it went week by week: three charts, and a table that says the same."""
    mondays = asked.mondays()
    found = by_time(asked.extent, asked.week_edges())
    received = Series("received", _("received"), [one.received for one in found])
    closed = Series("closed", _("closed"), [one.closed for one in found])
    still = Series("open", _("open at the end of the week"), [one.open_at_end for one in found])
    took = Series("median", _("median days to closing"), [one.median_days for one in found])
    charts = [
        _charted(_("Received and closed"), mondays, [received, closed], drawing.columns),
        _charted(_("Open at the end of the week"), mondays, [still], drawing.lines),
        _charted(_("Median days from receipt to closing"), mondays, [took], drawing.lines),
    ]
    return {
        "charts": charts,
        "rows": [_week_row(monday, one) for monday, one in zip(mondays, found, strict=True)],
        "running": found[-1].until > clock.now(),
    }


def _charted(
    name: str, mondays: Sequence[dt.date], series: list[Series], draw: Callable[..., Chart]
) -> dict[str, Any]:
    widths = (("wide", drawing.WIDE), ("narrow", drawing.NARROW))
    return {
        "name": name,
        # One line needs no key.
        "series": series if len(series) > 1 else [],
        "drawn": [{"size": size, "chart": draw(mondays, series, width=width)} for size, width in widths],
    }


def _week_row(monday: dt.date, one: Stretch) -> dict[str, Any]:
    return {
        "monday": monday,
        "received": whole(one.received),
        "closed": whole(one.closed),
        "open": whole(one.open_at_end),
        "median": _number(one.median_days),
    }


def late_by_rung(asked: Asked) -> dict[str, Any]:
    """Show how far up the ladder what is late has come."""
    late = Matter.objects.filter(asked.extent.where, state__in=OPEN, overdue_at__isnull=False)
    found = dict(late.order_by().values("rung").annotate(n=Count("pk")).values_list("rung", "n"))
    rungs = ladder_of(asked.community)
    count = sum(found.values())
    # A ladder that was shortened leaves matters above its top.
    at_top = sum(n for rung, n in found.items() if rung >= len(rungs))
    counts = [*(found.get(number, 0) for number in range(1, len(rungs))), at_top]
    return {
        "count": count,
        "rungs": [
            {"name": rung_name(rung.who), "n": n, "width": round(100 * n / count, 1) if count else 0}
            for rung, n in zip(rungs, counts, strict=True)
        ],
    }


def rung_name(who: str) -> str:
    """Name who stands on a rung."""
    return str(LadderRung.Told(who).label)


def late_rows(actor: Actor, matters: Sequence[Matter], community: Community) -> list[dict[str, Any]]:
    """Show what is late: since when, with whom, who was told and who has answered; in two queries."""
    told: dict[int, list[Escalation]] = {}
    for one in Escalation.objects.filter(matter__in=[each.pk for each in matters]).order_by("pk"):
        told.setdefault(one.matter_id, []).append(one)
    rungs = ladder_of(community)
    now = clock.now()
    rows = []
    for matter in matters:
        reached = told.get(matter.pk, [])
        waits = any(one.acknowledged_at is None for one in reached)
        rows.append(
            {
                "code": matter.code,
                "url": matter_url(matter, community.slug),
                "version": matter.version,
                "request_key": uuid.uuid4(),
                "category": matter.category.name,
                "where": place_of(matter),
                "grid": grid_name(matter.grid) if matter.grid is not None else "",
                "due": due_words(matter, now),
                "was_due": last_day(matter.solve_due_at, community),
                "worker": who_has_it(matter),
                "ladder": _ladder(rungs, reached),
                "waits": waits,
                "may_acknowledge": waits
                and matter.state in RUNNING
                and actor.may("matters.acknowledge", matter),
                "notes": [one.note for one in reached if one.note][-1:],
            }
        )
    return rows


def _ladder(rungs: Sequence[LadderRung], reached: Iterable[Escalation]) -> list[dict[str, str]]:
    last: dict[str, Escalation] = {one.who: one for one in reached}

    def mood(who: str) -> str:
        if who not in last:
            return "ahead"
        return "told" if last[who].acknowledged_at is None else "answered"

    says = {"ahead": _("not told yet"), "told": _("told, no answer yet"), "answered": _("has answered")}
    return [
        {"name": rung_name(rung.who), "mood": mood(rung.who), "says": says[mood(rung.who)]} for rung in rungs
    ]


def cluster_rows(found: Sequence[Cluster], slug: str) -> list[dict[str, Any]]:
    """Show where matters lie close together, as numbered rows and pins."""
    most = max((one.count for one in found), default=1)
    rows = []
    for number, one in enumerate(found, start=1):
        grids = [grid_name(grid) if grid is not None else _("in no grid") for grid, _n in one.grids]
        rows.append(
            {
                "number": number,
                "count": one.count,
                "late": one.late,
                "width": round(100 * one.count / most, 1),
                "grids": _and_so_on(grids),
                "kinds": _and_so_on([f"{category.name} {n}" for category, n in one.categories]),
                "codes": [
                    {"code": code, "url": reverse("staff:matter", args=[slug, code])} for code in one.codes
                ],
                "more": one.count > len(one.codes),
                "lon": round(one.lon, 5),
                "lat": round(one.lat, 5),
                # Four sizes, by area: a number alone is not seen from afar.
                "size": min(4, 1 + round(3 * (one.count / most) ** 0.5)),
            }
        )
    return rows


def _and_so_on(names: Sequence[str], most: int = 3) -> str:
    words = _(", ").join(names[:most])
    return words if len(names) <= most else words + _(" and more")


def recurring_rows(found: Sequence[Recurring], slug: str, *, most_codes: int = 8) -> list[dict[str, Any]]:
    """Show what came back, and what has been proposed about it; in one query."""
    pks = [matter.pk for one in found for matter in one.matters]
    proposed: dict[int, Proposal] = {}
    links = Proposal.matters.through.objects.filter(matter__in=pks).select_related("proposal").order_by("pk")
    for link in links:
        proposed[link.matter_id] = link.proposal
    rows = []
    for one in found:
        about = next((proposed[matter.pk] for matter in one.matters if matter.pk in proposed), None)
        rows.append(
            {
                "category": one.category.name,
                "where": _where(one),
                "times": ngettext("{n} time", "{n} times", one.times).format(n=one.times),
                "codes": [
                    {"code": matter.code, "url": matter_url(matter, slug)}
                    for matter in one.matters[:most_codes]
                ],
                "more": max(0, len(one.matters) - most_codes),
                "all_codes": [matter.code for matter in one.matters],
                "proposal": about,
                # What was told in confidence speaks for no project, and is pinned up nowhere.
                "openly": not one.category.sensitive
                and not any(matter.confidential for matter in one.matters),
            }
        )
    return rows


def _where(one: Recurring) -> str:
    words = [matter.place_words for matter in one.matters if matter.place_words]
    grids = [grid_name(matter.grid) for matter in one.matters if matter.grid is not None]
    return " · ".join(dict.fromkeys([*grids[:1], *words[:1]])) or _("in no grid")


def overdue(actor: Actor, asked: Asked) -> QuerySet[Matter]:
    """Give what is late of what was asked for, the latest first."""
    filters = queries.Filters(
        overdue=True,
        grid=int(asked.grid) if asked.grid.isdecimal() else None,
        no_grid=asked.extent.no_grid,
        category=asked.category,
    )
    return queries.matters_for(actor, filters)
