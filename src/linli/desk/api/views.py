"""The addresses of the API: each finds its community, asks `places`, and says it in the form promised."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_protect
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from linli.desk.api.bodies import answer, etag_of, file_answer, once
from linli.desk.api.problems import problem
from linli.desk.api.schemas import (
    FacilitiesOut,
    HomeOut,
    LeftOutPage,
    PlaceOut,
    Problem,
    RulesOut,
    WalksOut,
    WhatIfIn,
    checked,
)
from linli.desk.places import facts, walks
from linli.desk.places.serving import Served, served_place
from linli.desk.places.whatif import Change, Pin, apply_change

if TYPE_CHECKING:
    from collections.abc import Container

    import numpy as np
    from django.http.response import HttpResponseBase
    from numpy.typing import NDArray

JSON, GEOJSON = "application/json", "application/geo+json"
BINARY, PMTILES = "application/octet-stream", "application/vnd.pmtiles"

router = Router(tags=["place"])
Slug = Annotated[str, Path(max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")]
Key = Annotated[str, Query(max_length=60)]
PathKey = Annotated[str, Path(max_length=60)]
HomeIndex = Annotated[int, Path(ge=0, le=2**31)]


def _served(slug: str) -> Served:
    served = served_place(slug=slug)
    if served is None:
        raise Http404
    return served


def _must_know(things: Container[str], *keys: str) -> None:
    """Absent and not of this community look the same: 404."""
    if not all(key in things for key in keys):
        raise Http404


def _home_of(served: Served, index: int) -> int:
    if index >= len(served.place.homes):
        raise Http404
    return index


@router.get("/place.json", response={200: PlaceOut, 404: Problem, 422: Problem}, summary="What the place is")
def place(request: HttpRequest, slug: Slug) -> HttpResponseBase:
    """Name, extent, kinds of facility, profiles, standards with their evidence, and what the numbers assume."""
    served = _served(slug)
    return answer(
        request, served, content_type=JSON, make=lambda: checked(PlaceOut, facts.place_facts(served))
    )


@router.get(
    "/tiles.pmtiles",
    response={200: bytes, 206: bytes, 404: Problem, 416: Problem, 422: Problem},
    summary="The map's tiles",
)
def tiles(request: HttpRequest, slug: Slug) -> HttpResponseBase:
    """Answer PMTiles 3 of vector tiles, in parts as asked; layers streets, homes, buildings, green, water, boundary."""
    served = _served(slug)
    return file_answer(
        request, served.row.tiles_file, etag=etag_of(served, request.path), content_type=PMTILES
    )


@router.get(
    "/minutes/{profile}/{kind}.bin",
    response={200: bytes, 404: Problem, 422: Problem},
    summary="Walks of all homes, in time",
)
def minutes(request: HttpRequest, slug: Slug, profile: PathKey, kind: PathKey) -> HttpResponseBase:
    """Answer uint16 little-endian, one per home: whole seconds; 65533 no wheelchair tags, 65534 too far, 65535 unknown."""
    served = _served(slug)
    _must_know(served.profiles, profile)
    _must_know(served.kind_index, kind)
    return answer(
        request,
        served,
        content_type=BINARY,
        make=lambda: _binary(walks.seconds_of(served, profile=profile, kind=kind)),
    )


@router.get(
    "/metres/{kind}.bin",
    response={200: bytes, 404: Problem, 422: Problem},
    summary="Walks of all homes, in length",
)
def metres(request: HttpRequest, slug: Slug, kind: PathKey) -> HttpResponseBase:
    """Answer uint16 little-endian, one per home: whole metres along streets, codes as of `minutes`."""
    served = _served(slug)
    _must_know(served.kind_index, kind)
    return answer(
        request, served, content_type=BINARY, make=lambda: _binary(walks.metres_of(served, kind=kind))
    )


@router.get(
    "/residents.bin", response={200: bytes, 404: Problem, 422: Problem}, summary="Residents of all homes"
)
def residents(request: HttpRequest, slug: Slug) -> HttpResponseBase:
    """Answer float32 little-endian, one per home."""
    served = _served(slug)
    return answer(
        request,
        served,
        content_type=BINARY,
        make=lambda: walks.residents_of(served).astype("<f4").tobytes(),
    )


def _binary(codes: NDArray[np.uint16]) -> bytes:
    return codes.astype("<u2").tobytes()


@router.get(
    "/facilities.geojson",
    response={200: FacilitiesOut, 404: Problem, 422: Problem},
    summary="Places of one kind",
)
def facilities(request: HttpRequest, slug: Slug, kind: Key) -> HttpResponseBase:
    """Answer points, each with the id that a plan names it by."""
    served = _served(slug)
    _must_know(served.kind_index, kind)
    return answer(
        request,
        served,
        content_type=GEOJSON,
        make=lambda: checked(FacilitiesOut, facts.facility_facts(served, kind=kind)),
    )


@router.get("/homes/{home}.json", response={200: HomeOut, 404: Problem, 422: Problem}, summary="One home")
def home_facts(request: HttpRequest, slug: Slug, home: HomeIndex, profile: Key) -> HttpResponseBase:
    """Answer who lives there and how far every kind of place is."""
    served = _served(slug)
    _must_know(served.profiles, profile)
    index = _home_of(served, home)
    return answer(
        request,
        served,
        content_type=JSON,
        make=lambda: checked(HomeOut, facts.home_facts(served, home=index, profile=profile)),
    )


@router.get(
    "/homes/{home}/walks.geojson",
    response={200: WalksOut, 404: Problem, 422: Problem},
    summary="One home's walks",
)
def home_walks(request: HttpRequest, slug: Slug, home: HomeIndex, profile: Key) -> HttpResponseBase:
    """Answer a line for each kind within reach, street by street."""
    served = _served(slug)
    _must_know(served.profiles, profile)
    index = _home_of(served, home)
    return answer(
        request,
        served,
        content_type=GEOJSON,
        make=lambda: checked(WalksOut, facts.walk_facts(served, home=index, profile=profile)),
    )


@router.get(
    "/rules.json", response={200: RulesOut, 404: Problem, 422: Problem}, summary="Verdicts of a standard"
)
def rules(request: HttpRequest, slug: Slug, standard: Key, profile: Key) -> HttpResponseBase:
    """Answer how many residents each rule covers, with the evidence behind the rule."""
    served = _served(slug)
    _must_know(served.standards, standard)
    _must_know(served.profiles, profile)
    return answer(
        request,
        served,
        content_type=JSON,
        make=lambda: checked(RulesOut, facts.rule_facts(served, standard=standard, profile=profile)),
    )


@router.get(
    "/left-out.json", response={200: LeftOutPage, 404: Problem, 422: Problem}, summary="Who a rule leaves out"
)
def left_out(
    request: HttpRequest,
    slug: Slug,
    standard: Key,
    rule: Key,
    profile: Key,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HttpResponseBase:
    """Answer homes, worst first, a page of 50 at a time."""
    served = _served(slug)
    _must_know(served.standards, standard)
    _must_know(served.profiles, profile)
    result = facts.result_of(served, standard=standard, rule=rule, profile=profile)
    found = facts.left_out_facts(served, result, page=page) if result else None
    if found is None:
        raise Http404
    return answer(request, served, content_type=JSON, make=lambda: checked(LeftOutPage, found))


@router.post(
    "/what-if",
    response={200: bytes, 400: Problem, 403: Problem, 404: Problem, 422: Problem},
    summary="Walks of all homes, were places moved, opened or closed",
)
@decorate_view(csrf_protect)
def what_if(request: HttpRequest, slug: Slug, change: WhatIfIn) -> HttpResponse:
    """Answer as `minutes`, with `Linli-Summary` (JSON: who gains, who loses) and `Server-Timing`."""
    began = time.perf_counter()
    served = _served(slug)
    _must_know(served.profiles, change.profile)
    _must_know(served.kind_index, change.kind)
    named = [*(pin.facility for pin in change.moved), *change.removed]
    _must_know(served.facility_index, *named)
    of_kind = set(served.place.facilities.of_kind(served.kind_index[change.kind]).tolist())
    if not all(served.facility_index[name] in of_kind for name in named):
        return problem(
            422, "A facility named is not of this kind; name only places of the kind that the plan is about."
        )
    west, south, east, north = served.bounds
    if not all(
        west <= pin.lon <= east and south <= pin.lat <= north for pin in (*change.moved, *change.added)
    ):
        return problem(
            422, "A pin lies outside the place; put it within the bounds of `reach` in place.json."
        )
    outcome = apply_change(
        served,
        Change(
            profile=change.profile,
            kind=change.kind,
            moved=[(served.facility_index[pin.facility], Pin(pin.lon, pin.lat)) for pin in change.moved],
            added=[Pin(pin.lon, pin.lat) for pin in change.added],
            removed=[served.facility_index[name] for name in change.removed],
        ),
    )
    walked = time.perf_counter()
    response = once(request, _binary(outcome.seconds), content_type=BINARY)
    ended = time.perf_counter()
    response["Linli-Summary"] = json.dumps(outcome.summary)
    response["Server-Timing"] = (
        f"walk;dur={1000 * (walked - began):.2f}, pack;dur={1000 * (ended - walked):.2f}, "
        f"total;dur={1000 * (ended - began):.2f}"
    )
    return response
