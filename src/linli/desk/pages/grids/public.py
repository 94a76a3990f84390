"""For everybody: which grid is mine, who works it, what number to call. Posted publicly, so nothing here asks who reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from linli.desk.common.language import name_in
from linli.desk.pages.grids.words import finding_words
from linli.desk.pages.resident.shown import frame
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.queries import public_grid_cards
from linli.desk.places.drawing import collection, written
from linli.desk.places.facts import find_homes
from linli.desk.places.queries import grids_at, grids_of
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.desk.people.queries import GridCards
    from linli.desk.places.drawing import Drawn
    from linli.desk.places.models import Grid
    from linli.desk.places.serving import Served

_LONGEST = 100


@public_page
@require_safe
def who(request: DeskRequest, slug: str) -> HttpResponse:
    """Show every grid with its worker; find one's own by words, by a tap on the map or by where one is."""
    grids = grids_of(request.community)
    cards = [card(grid, who) for grid, who in zip(grids, public_grid_cards(grids), strict=True)]
    served = served_place(slug=slug)
    find = " ".join(request.GET.get("find", "").split())[:_LONGEST]
    context = {
        **frame(request, "grids"),
        "grids": cards,
        "find": find,
        "found": _found(request, served, cards, find) if find and served is not None else None,
        "has_place": served is not None,
        "words": finding_words(),
    }
    return render(request, "pages/grids/who.html", context)


@public_page
@require_safe
def outlines(request: DeskRequest, slug: str) -> HttpResponse:
    """Give the grids in force as GeoJSON: for the map, and for whoever wants to keep them."""
    response = JsonResponse(
        to_show([written(grid) for grid in grids_of(request.community)]), content_type="application/geo+json"
    )
    response["Content-Disposition"] = f'inline; filename="{slug}-grids.geojson"'
    return response


def to_show(drawn: Sequence[Drawn]) -> dict[str, Any]:
    """Write grids for a map: with the name in the reader's language, and where on its ground the name may stand."""
    shown = collection(drawn)
    for feature, one in zip(shown["features"], drawn, strict=True):
        at = one.area.representative_point()
        feature["properties"] |= {"name": grid_name(one), "label": [round(at.x, 6), round(at.y, 6)]}
    return shown


def grid_name(grid: Any) -> str:
    """Name a grid, drawn or in force, in the reader's language."""
    return name_in(grid) or str(grid.number)


def card(grid: Grid, who: GridCards) -> dict[str, Any]:
    """Give what is posted about a grid."""
    return {
        "number": grid.number,
        "name": grid_name(grid),
        "worker": who.worker,
        "deputies": who.deputies,
        # The supervision number, unless it stands with the worker already.
        "phone": grid.phone if grid.phone != who.worker.phone else "",
    }


def _found(
    request: DeskRequest, served: Served, cards: list[dict[str, Any]], find: str
) -> list[dict[str, Any]]:
    homes = served.place.homes
    found = find_homes(served, text=find)
    indices = np.array([home["index"] for home in found], dtype=int)
    points = list(zip(homes.lon[indices].tolist(), homes.lat[indices].tolist(), strict=True))
    by_number = {one["number"]: one for one in cards}
    return [
        {
            "name": " · ".join(text for text in (home["address"], home["name"]) if text),
            "grid": None if grid is None else by_number[grid.number],
        }
        for home, grid in zip(found, grids_at(community=request.community, points=points), strict=True)
    ]
