"""Staff make spots: places with a QR code that fills in where one is; printed as a sheet to cut up."""

from __future__ import annotations

import ipaddress
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common.language import name_in
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.common.tokens import grouped
from linli.desk.pages.grids.files import file_in
from linli.desk.pages.grids.public import grid_name
from linli.desk.pages.grids.words import datum_choices, kind_names, spot_words
from linli.desk.pages.staff.frame import frame, request_key_of
from linli.desk.people.access import AbsentError, DeskRequest, desk_page
from linli.desk.places.facts import find_homes
from linli.desk.places.imports import UnusableListError
from linli.desk.places.queries import last_spot_list, place_of, spot_by_code, spots_of
from linli.desk.places.serving import served_place
from linli.desk.places.spots import (
    change_spot,
    import_spots,
    make_grid_spots,
    make_spot,
    preview_spots,
    retire_spot,
    undo_last_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linli.desk.places.models import Spot
    from linli.desk.places.spots import Pinned

_SHOWN = 20


@desk_page("grids.change")
@require_safe
def spots(request: DeskRequest, slug: str) -> HttpResponse:
    """List the spots; forms to make, name and retire them."""
    del slug
    return _page(request)


@desk_page("grids.change")
@require_POST
def look(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what a list would make, or what is wrong with it; nothing is written yet."""
    del slug
    data, name = file_in(request)
    datum = request.POST.get("datum", "")
    try:
        pinned = preview_spots(
            community=request.community,
            data=data,
            name=name,
            datum=datum,
        )
    except UnusableListError as error:
        faults = [str(fault) for fault in error.faults]
        said = {"faults": faults[:_SHOWN], "faults_more": max(0, len(faults) - _SHOWN), "datum": datum}
        return _page(request, said, status=422)
    return _page(request, {"look": _look(pinned)})


@desk_page("grids.change")
@require_POST
def change(request: DeskRequest, slug: str) -> HttpResponse:
    """Do one thing, then show the list again, with what was said."""
    verb = _VERBS.get(request.POST.get("verb", ""))
    try:
        if verb is None:
            messages.error(request, _("This cannot be done here. Load the page again."))
        else:
            messages.success(request, verb(request))
    except UnusableListError as error:
        for fault in error.faults[:_SHOWN]:
            messages.error(request, str(fault))
    except ReusedKeyError:
        messages.error(
            request, _("This form was sent before, with something else in it. Load the page again.")
        )
    return HttpResponseRedirect(reverse("grids:spots", args=[slug]))


@desk_page("grids.change")
@require_safe
def sheet(request: DeskRequest, slug: str) -> HttpResponse:
    """Lay out codes for printing: those chosen, or all."""
    del slug
    chosen = set(request.GET.getlist("code"))
    rows = [row for row in _rows(request) if not chosen or row["code"] in chosen]
    for row in rows:
        # Middle error correction: a scratch on a lamp post must not make it unreadable.
        code = segno.make(row["url"], error="m", micro=False)
        row["qr"] = code.svg_data_uri(scale=4, border=2, dark="#000", light="#fff", omitsize=True)
    context = {
        **frame(request, view="spots"),
        "rows": rows,
        "host": urlsplit(rows[0]["url"]).netloc if rows else "",
        "only_here": bool(rows) and _only_here(urlsplit(rows[0]["url"]).hostname or ""),
    }
    return render(request, "pages/grids/sheet.html", context)


def _page(request: DeskRequest, more: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    community = request.community
    find = " ".join(request.GET.get("find", "").split())[:100]
    served = served_place(slug=community.slug) if find else None
    last = last_spot_list(community)
    rows = _rows(request)
    chosen = request.GET.get("spot", "")
    context = {
        **frame(request, view="spots"),
        # Called anew by every form: each is a request of its own.
        "fresh_key": uuid.uuid4,
        "rows": rows,
        "chosen": next((row for row in rows if row["code"] == chosen), None),
        "kinds": [{"key": key, "name": name} for key, name in kind_names().items()],
        "datums": datum_choices(),
        "last_list": last,
        "find": find,
        "found": [] if served is None else _homes(served, find),
        "at": {name: request.GET.get(name, "")[:_SHOWN] for name in ("lon", "lat")},
        "name": request.GET.get("name", "")[:100],
        "has_place": place_of(community) is not None,
        "words": spot_words(),
        **(more or {}),
    }
    return render(request, "pages/grids/spots.html", context, status=status)


def _look(pinned: Sequence[Pinned]) -> dict[str, Any]:
    kinds = kind_names()
    features = [one.feature() for one in pinned]
    return {
        "count": len(pinned),
        "rows": [
            {
                "kind": kinds[one.kind],
                "name": name_in(one),
                "grid": "" if one.grid is None else grid_name(one.grid),
                "known": one.known,
            }
            for one in pinned
        ],
        "outside": sum(one.grid is None for one in pinned),
        "known": sum(one.known for one in pinned),
        # Sent back as it is when it is to count: in WGS-84 already.
        "list": json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
    }


def _homes(served: Any, find: str) -> list[dict[str, Any]]:
    homes = served.place.homes
    return [
        {
            "name": (name := " ".join(text for text in (home["address"], home["name"]) if text)),
            "query": {
                "lon": f"{homes.lon[home['index']]:.6f}",
                "lat": f"{homes.lat[home['index']]:.6f}",
                "name": name,
            },
        }
        for home in find_homes(served, text=find)
    ]


def _rows(request: DeskRequest) -> list[dict[str, Any]]:
    kinds = kind_names()
    base: str = settings.PUBLIC_URL
    slug = request.community.slug
    rows = []
    for spot in spots_of(request.community):
        path = reverse("resident:at_spot", args=[slug, spot.code])
        rows.append(
            {
                "code": spot.code,
                "shown_code": grouped(spot.code),
                "kind": spot.kind,
                "kind_name": kinds[spot.kind],
                "name": name_in(spot),
                "spot": spot,
                "grid": grid_name(spot.grid) if spot.grid is not None else "",
                "url": base + path if base else request.build_absolute_uri(path),
            }
        )
    return rows


def _only_here(host: str) -> bool:
    """Whether an address opens on this computer alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _make(request: DeskRequest) -> str:
    try:
        lon, lat = float(request.POST.get("lon", "")), float(request.POST.get("lat", ""))
    except ValueError:
        lon = lat = float("nan")  # refused below, in words
    spot = make_spot(
        community=request.community,
        **_named(request),
        lon=lon,
        lat=lat,
        by=request.actor.key,
        key=_key(request),
    )
    return _("{name} has its code: {code}").format(name=name_in(spot), code=grouped(spot.code))


def _bring(request: DeskRequest) -> str:
    count = import_spots(
        community=request.community,
        data=request.POST.get("list", "").encode(),
        name="spots.geojson",
        datum="wgs84",
        by=request.actor.key,
        key=_key(request),
    )
    return _made(count)


def _for_grids(request: DeskRequest) -> str:
    count = make_grid_spots(community=request.community, by=request.actor.key, key=_key(request))
    return _made(count) if count else _("Every grid has its spot already.")


def _undo(request: DeskRequest) -> str:
    count = undo_last_list(community=request.community, by=request.actor.key, key=_key(request))
    return ngettext("{count} spot is out of use again.", "{count} spots are out of use again.", count).format(
        count=count
    )


def _rename(request: DeskRequest) -> str:
    spot = _spot(request)
    change_spot(
        community=request.community,
        spot=spot,
        **_named(request),
        by=request.actor.key,
        key=_key(request),
    )
    return _("The name is changed. Print its code again.")


def _retire(request: DeskRequest) -> str:
    spot = _spot(request)
    retire_spot(community=request.community, spot=spot, by=request.actor.key)
    return _("{name} is out of use. Take its code down.").format(name=name_in(spot))


def _made(count: int) -> str:
    return ngettext("{count} spot was made.", "{count} spots were made.", count).format(count=count)


def _named(request: DeskRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in ("kind", "name_zh", "name_en")}


def _key(request: DeskRequest) -> Any:
    return request_key_of(request.POST.get("request_key"))


def _spot(request: DeskRequest) -> Spot:
    spot = spot_by_code(community=request.community, code=request.POST.get("code", ""))
    if spot is None:
        raise AbsentError(request.POST.get("code", ""))
    return spot


_VERBS: dict[str, Callable[[DeskRequest], str]] = {
    "make": _make,
    "import": _bring,
    "for_grids": _for_grids,
    "undo": _undo,
    "rename": _rename,
    "retire": _retire,
}
