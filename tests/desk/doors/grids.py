"""Whose grid is whose for everybody; the desk draws grids and makes spots, the auditor looks on."""

from __future__ import annotations

from django.urls import reverse

from linli.desk.places.grids import drawn_now, keep_draft
from linli.desk.places.spots import make_grid_spots
from tests.desk.doors import EVERYBODY, A, D, K, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "grids:public": EVERYBODY,
    "grids:outlines": EVERYBODY,
    "grids:map": {D, K, A},
    "grids:drawn": {D, K, A},
    "grids:place": {D, K, A},
    "grids:spots": {D, K},
    "grids:sheet": {D, K},
}
POSTED: dict[str, Who] = {
    "grids:change": {D, K},
    "grids:look": {D, K},
    "grids:look_at_list": {D, K},
    "grids:change_place": {D, K},
    "grids:change_spots": {D, K},
}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    make_grid_spots(community=office.community, by="system")
    keep_draft(community=office.community, drawn=drawn_now(office.community)[0], by="system")
    return {}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    slug = office.community.slug
    return {
        "grids:map with a grid": (reverse("grids:map", args=[slug]) + "?grid=1", D),
        "grids:map for the auditor": (reverse("grids:map", args=[slug]) + "?grid=1", A),
        "grids:spots with words": (reverse("grids:spots", args=[slug]) + "?find=院", D),
        "grids:public with words": (reverse("grids:public", args=[slug]) + "?find=院", "nobody"),
    }
