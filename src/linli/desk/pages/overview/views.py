"""The director's overview: what is late, where it clusters, what keeps coming back, how it goes, the three rates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common.receipts import ReusedKeyError
from linli.desk.matters import actions, queries
from linli.desk.matters.clusters import clusters, recurring
from linli.desk.matters.errors import RefusedError
from linli.desk.pages.overview import asked as asking
from linli.desk.pages.overview import showing
from linli.desk.pages.staff.frame import frame, place_map, request_key_of
from linli.desk.people.access import desk_page, require

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

MOST_LATE = 20
#: So many at once; the others behind a click.
FIRST_LATE = 6
MOST_RECURRING = 12


@require_safe
@desk_page("director.see")
def director(request: DeskRequest, slug: str) -> HttpResponse:
    """Show all of it, of the period, grid and category asked for."""
    asked = asking.read(request.GET, request.community)
    late = showing.late_by_rung(asked)
    held = list(showing.overdue(request.actor, asked)[:MOST_LATE])
    found = showing.cluster_rows(clusters(asked.extent), slug)
    back = recurring(request.community, most=MOST_RECURRING + 1)
    context = frame(request, view="overview") | {
        "asked": asked,
        **asking.choices(asked),
        "totals": showing.totals(asked),
        "late": late,
        "late_rows": showing.late_rows(request.actor, held, request.community),
        "late_first": FIRST_LATE,
        "late_more": max(0, late["count"] - len(held)),
        "clusters": found,
        "map": place_map(slug) | {"words": _map_words(), "points": json.dumps(found, ensure_ascii=False)},
        "recurring": showing.recurring_rows(back[:MOST_RECURRING], slug),
        "recurring_more": len(back) > MOST_RECURRING,
        "weeks": showing.weeks(asked),
        **showing.rate_tables(asked),
        "few": showing.FEW,
        "query": asked.query(),
        "may_export": request.actor.may("matters.export"),
        "may_propose": request.actor.may("matters.propose"),
    }
    return render(request, "pages/overview/director.html", context)


@require_POST
@desk_page("director.see")
def acknowledge(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Answer for a late matter, from the list of what is late."""
    matter = queries.matter_for(request.actor, code)
    require(request.actor, "matters.acknowledge", matter)
    version = request.POST.get("version", "")
    try:
        actions.acknowledge_rung(
            matter=matter,
            by=request.actor,
            note=request.POST.get("note", ""),
            key=request_key_of(request.POST.get("request_key")),
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
        messages.success(request, _("{code}: acknowledged.").format(code=code))
    except RefusedError as error:
        messages.error(request, f"{code}: {error}")
    except ReusedKeyError:
        messages.error(request, _("This form was sent before. Load the page again."))
    return HttpResponseRedirect(_back(request, reverse("overview:director", args=[slug])) + "#late")


def _back(request: DeskRequest, otherwise: str) -> str:
    """Go back to what was looked at, but nowhere else."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(f"{otherwise}?")
    return back if safe else otherwise


def _map_words() -> str:
    """Words of static/overview/clusters.js."""
    words = {
        "map_title": _("Map"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "cluster_one": ngettext("{n} matter", "{n} matters", 1),
        "cluster_other": ngettext("{n} matter", "{n} matters", 2),
    }
    return json.dumps(words, ensure_ascii=False)
