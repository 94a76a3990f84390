"""Open data: everybody's facts about matters as files to load, counts without the few, and a feed to follow."""

from __future__ import annotations

import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
from functools import wraps
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from defusedcsv import csv
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_scopes import scope

from linli.desk.api.doors import count_address
from linli.desk.api.xml_text import sayable
from linli.desk.common import clock
from linli.desk.common.language import name_in
from linli.desk.common.limits import LimitedError
from linli.desk.matters.models import Matter
from linli.desk.matters.openly import DECIMALS, OpenMatter, facts_of, open_matters
from linli.desk.partners.queries import LICENCE_ADDRESSES, licence_of
from linli.desk.people.access import community_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from linli.desk.places.models import Community

    View = Callable[..., HttpResponse]

# The newest; whoever wants older ones asks by year.
MOST = 20_000
IN_FEED = 50
# A count of fewer people than this could be about somebody: our own choice, no rule names a number.
FEW = 5
ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
ROUNDING = (
    f"Places are rounded to {DECIMALS} decimals of a degree (about 100 m). Words and photos stand here only as a person of "
    f"the committee has let them through. Counts from 1 to {FEW - 1} are left empty."
)
_KEPT_S = 300


def door(view: View) -> View:
    """Find the community, count who asks, and let pages of others read what comes."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, slug: str, **more: Any) -> HttpResponse:
        community = community_at(slug)
        if community is None:
            raise Http404
        try:
            count_address(request)
        except LimitedError as error:
            response = HttpResponse(
                f"Too many requests; try again in {error.retry_after_s} s.",
                status=429,
                content_type="text/plain",
            )
            response["Retry-After"] = str(error.retry_after_s)
            return response
        licence = licence_of(community)
        with scope(community=community):
            response = view(request, community, licence, **more)
        response["Access-Control-Allow-Origin"] = "*"
        response["Cache-Control"] = f"public, max-age={_KEPT_S}"
        if licence:
            response["Link"] = f'<{LICENCE_ADDRESSES[licence]}>; rel="license"'
        return response

    return page


def _asked(request: HttpRequest, community: Community) -> QuerySet[Matter]:
    """Read which are asked for: by `year`, `category`, `grid`; what makes no sense finds nothing."""
    found = open_matters(community)
    year, grid = request.GET.get("year", ""), request.GET.get("grid", "")
    if year:
        if not (year.isascii() and year.isdecimal() and 1900 <= int(year[:5]) <= 9000):
            raise Http404
        zone = ZoneInfo(community.timezone)
        first, last = (dt.datetime(int(year) + more, 1, 1, tzinfo=zone) for more in (0, 1))
        found = found.filter(received_at__gte=first, received_at__lt=last)
    if grid:
        if not (grid.isascii() and grid.isdecimal() and len(grid) < 7):
            raise Http404
        found = found.filter(grid__number=int(grid))
    if category := request.GET.get("category", ""):
        if "\x00" in category:
            raise Http404
        found = found.filter(category__key=category)
    return found


def _rows(request: HttpRequest, community: Community) -> list[dict[str, Any]]:
    return [_row(facts_of(one)) for one in _asked(request, community).order_by("-number")[:MOST]]


COLUMNS = (
    "code", "category", "category_zh", "category_en", "group", "state", "outcome", "open", "received_at", "changed_at",
    "closed_at", "grid", "lon", "lat", "words",
)  # fmt: skip


def _row(facts: OpenMatter) -> dict[str, Any]:
    return {
        "code": facts.code,
        "category": facts.category.key,
        "category_zh": facts.category.name_zh,
        "category_en": facts.category.name_en,
        "group": facts.category.group,
        "state": facts.state,
        "outcome": facts.outcome,
        "open": facts.is_open,
        "received_at": _moment(facts.received_at),
        "changed_at": _moment(facts.changed_at),
        "closed_at": _moment(facts.closed_at),
        "grid": facts.grid,
        "lon": facts.lon,
        "lat": facts.lat,
        "words": facts.words,
    }


def _moment(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None


def _about(community: Community, licence: str) -> dict[str, Any]:
    """Whose data they are, on what terms, and what was done to them."""
    return {
        "source": {"zh": community.name_zh, "en": community.name_en},
        "licence": licence or None,
        "licence_url": LICENCE_ADDRESSES.get(licence),
        "note": ROUNDING,
        "made_at": _moment(clock.now()),
        "invented": community.invented,
    }


@door
def as_csv(request: HttpRequest, community: Community, licence: str) -> HttpResponse:
    """Answer a table; cells that a spreadsheet would take for a formula are written so that it does not."""
    del licence
    rows = _rows(request, community)
    return _csv(COLUMNS, rows, name=f"{community.slug}-matters")


def _csv(columns: tuple[str, ...], rows: list[dict[str, Any]], *, name: str) -> HttpResponse:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    # With its mark, so that spreadsheets read the Chinese right.
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


@door
def as_json(request: HttpRequest, community: Community, licence: str) -> HttpResponse:
    """Answer the same as JSON."""
    rows = _rows(request, community)
    return _json({**_about(community, licence), "matters": rows}, "application/json")


@door
def as_geojson(request: HttpRequest, community: Community, licence: str) -> HttpResponse:
    """Answer those that have a place as GeoJSON (RFC 7946)."""
    features = []
    for row in _rows(request, community):
        lon, lat = row.pop("lon"), row.pop("lat")
        if lon is not None:
            point = {"type": "Point", "coordinates": [lon, lat]}
            features.append({"type": "Feature", "id": row["code"], "geometry": point, "properties": row})
    return _json(
        {"type": "FeatureCollection", **_about(community, licence), "features": features},
        "application/geo+json",
    )


def _json(told: dict[str, Any], content_type: str) -> HttpResponse:
    return HttpResponse(json.dumps(told, ensure_ascii=False), content_type=content_type)


@door
def counts(request: HttpRequest, community: Community, licence: str) -> HttpResponse:
    """Answer how many matters came in each month in each category, also of those that are not public; never the sensitive.

    A count that could be about somebody is left empty, and there is no sum from which it could be worked out.
    """
    del request, licence
    month = TruncMonth("received_at", tzinfo=ZoneInfo(community.timezone))
    found = (
        Matter.objects.filter(community=community, confidential=False, category__sensitive=False)
        .order_by()
        .values("category__key", month=month)
        .annotate(count=Count("pk"))
        .order_by("month", "category__key")
    )
    rows = [
        {
            "month": f"{one['month']:%Y-%m}",
            "category": one["category__key"],
            "received": one["count"] if one["count"] >= FEW else None,
        }
        for one in found
    ]
    return _csv(("month", "category", "received"), rows, name=f"{community.slug}-counts")


@door
def feed(request: HttpRequest, community: Community, licence: str) -> HttpResponse:
    """Answer what changed last as Atom (RFC 4287), of the whole community, one grid or one category."""
    touched = _asked(request, community).order_by("-updated_at", "-number")[:IN_FEED]
    # A note inside touches a matter too; what everybody may know of orders them.
    newest = sorted((facts_of(one) for one in touched), key=lambda one: one.changed_at, reverse=True)
    ET.register_namespace("", ATOM)
    ET.register_namespace("georss", GEORSS)
    here = request.build_absolute_uri()
    top = ET.Element(f"{{{ATOM}}}feed")
    _add(top, "id", here)
    _add(top, "title", name_in(community))
    _add(top, "updated", _moment(newest[0].changed_at if newest else community.created_at))
    _add(ET.SubElement(top, f"{{{ATOM}}}author"), "name", name_in(community))
    ET.SubElement(top, f"{{{ATOM}}}link", {"rel": "self", "href": here, "type": "application/atom+xml"})
    _add(top, "rights", licence or ROUNDING)
    for one in newest:
        page = request.build_absolute_uri(reverse("resident:matter", args=[community.slug, one.code]))
        entry = ET.SubElement(top, f"{{{ATOM}}}entry")
        _add(entry, "id", page)
        _add(entry, "title", f"{one.category.name} · {one.state_words}")
        _add(entry, "published", _moment(one.received_at))
        _add(entry, "updated", _moment(one.changed_at))
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": page})
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": one.category.key, "label": one.category.name})
        _add(entry, "content", one.words or one.state_words)
        if one.lat is not None:
            ET.SubElement(entry, f"{{{GEORSS}}}point").text = f"{one.lat} {one.lon}"
    body = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _add(element: ET.Element, name: str, text: str | None) -> None:
    ET.SubElement(element, f"{{{ATOM}}}{name}").text = sayable(text or "")
