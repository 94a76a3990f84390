"""Staff draw the grids: a map, the same as a list, a draft that counts only once it is put in force."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import shapely
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from shapely.geometry import mapping

from linli.desk.pages.grids import verbs
from linli.desk.pages.grids.public import grid_name, to_show
from linli.desk.pages.grids.words import change_names, datum_choices, drawing_words
from linli.desk.pages.staff.frame import frame
from linli.desk.people.access import DeskRequest, desk_page
from linli.desk.people.models import Role
from linli.desk.people.queries import staff_of
from linli.desk.places.drawing import check
from linli.desk.places.grids import HOUSEHOLDS, drawn_now
from linli.desk.places.queries import draft_of, last_grid_set, place_of

if TYPE_CHECKING:
    from linli.desk.people.models import Post
    from linli.desk.places.drawing import GridPreview

# More corners than anybody would type; such an outline is moved on the map or brought as a file.
MOST_CORNERS_AS_TEXT = 150


@desk_page("grids.see")
@require_safe
def grid_map(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the grids in force, or the draft with what is wrong with it."""
    del slug
    community = request.community
    draft = draft_of(community)
    drawn, version = drawn_now(community)
    preview = check(community, drawn)
    posts = staff_of(community)
    rows = _rows(preview, posts)
    in_force = last_grid_set(community)
    names = {post.account.key: post.account.name for post in posts}
    context = {
        **frame(request, view="grids"),
        # Called anew by every form: each is a request of its own.
        "fresh_key": uuid.uuid4,
        "may_change": request.actor.may("grids.change"),
        "may_hire": request.actor.may("staff.change"),
        "draft": draft and {"at": _local(request, draft.changed_at), "by": names.get(draft.by, "")},
        "in_force": in_force and {"at": _local(request, in_force.made_at), "number": in_force.number},
        "version": version,
        "preview": preview,
        "errors": preview.errors if rows or draft else [],
        "rows": rows,
        "chosen": next((row for row in rows if str(row["number"]) == request.GET.get("grid")), None),
        "households": HOUSEHOLDS,
        "homes_all": sum(row["homes"] for row in rows),
        "households_all": sum(row["households"] for row in rows),
        "has_place": place_of(community) is not None,
        "datums": datum_choices(),
        "words": drawing_words(),
    }
    return render(request, "pages/grids/map.html", context)


@desk_page("grids.see")
@require_safe
def drawn(request: DeskRequest, slug: str) -> HttpResponse:
    """Give the grids as they are being drawn, and what no grid covers, for the map's script."""
    del slug
    found, _version = drawn_now(request.community)
    preview = check(request.community, found)
    gaps = [] if preview.gaps is None else [_gap(preview.gaps)]
    return JsonResponse(
        {"grids": to_show(preview.drawn), "gaps": {"type": "FeatureCollection", "features": gaps}}
    )


@desk_page("grids.change")
@require_POST
def change(request: DeskRequest, slug: str) -> HttpResponse:
    """Do one thing to the draft, or put it in force; then show the page again, with what was said."""
    said = verbs.do(request)
    add = messages.error if said.refused else messages.success
    for text in said.texts:
        add(request, text)
    return HttpResponseRedirect(
        reverse("grids:map", args=[slug]) + (f"?grid={said.number}" if said.number else "")
    )


def _gap(area: shapely.Geometry) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": mapping(area)}


def _local(request: DeskRequest, moment: dt.datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(request.community.timezone)):%Y-%m-%d %H:%M}"


def _rows(preview: GridPreview, posts: list[Post]) -> list[dict[str, Any]]:
    held = [
        post for post in posts if post.role == Role.GRID_WORKER and not post.deputy and post.account.is_active
    ]
    workers = {post.grid.number: post.account.name for post in held if post.grid is not None}
    names = change_names()
    most = max((row.households for row in preview.rows), default=0) or 1
    return [
        {
            "number": row.drawn.number,
            "name": grid_name(row.drawn),
            "drawn": row.drawn,
            "change": row.change,
            "change_name": names[row.change],
            "homes": row.homes,
            "households": row.households,
            "hectares": row.area_m2 / 10_000,
            "corners": _corners(row.drawn.area),
            "worker": workers.get(row.drawn.number, ""),
            "share": round(100 * row.households / most, 1),
        }
        for row in preview.rows
    ]


def _corners(area: shapely.Geometry) -> str:
    """Write an outline of one ring as text, a corner a line; nothing where it has holes, parts or too many corners."""
    if area.geom_type != "Polygon" or area.interiors or len(area.exterior.coords) > MOST_CORNERS_AS_TEXT:
        return ""
    return "\n".join(f"{lon:.7f}, {lat:.7f}" for lon, lat in area.exterior.coords[:-1])
