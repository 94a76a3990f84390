"""Where everybody finds what they may load, and on what terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.desk.common.language import name_in
from linli.desk.matters.queries import categories_of
from linli.desk.partners.models import OpenTerms
from linli.desk.partners.queries import LICENCE_ADDRESSES, licence_of
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.places.queries import grids_of

if TYPE_CHECKING:
    from django.http import HttpResponse


@public_page
@require_safe
def open_data(request: DeskRequest, slug: str) -> HttpResponse:
    """List the files and the feeds, what was done to protect people, and the licence."""
    community = request.community
    licence = licence_of(community)
    files = [
        ("open:csv", _("Table"), "CSV"),
        ("open:geojson", _("For maps"), "GeoJSON"),
        ("open:json", _("For programs"), "JSON"),
        ("open:counts", _("Counts by month and category"), "CSV"),
    ]
    feed = reverse("open:feed", args=[slug])
    feeds = [(_("The whole community"), feed)]
    feeds += [(name_in(grid), f"{feed}?grid={grid.number}") for grid in grids_of(community)]
    shown = [one for one in categories_of(community) if one.public and not one.sensitive]
    feeds += [(one.name, f"{feed}?category={one.key}") for one in shown]
    context = {
        "place_name": name_in(community),
        "slug": slug,
        "files": [(name, form, reverse(address, args=[slug])) for address, name, form in files],
        "feeds": feeds,
        "licence": OpenTerms.Licence(licence).label,
        "licence_url": LICENCE_ADDRESSES.get(licence, ""),
        "api": request.build_absolute_uri(reverse("api:matters", args=[slug])),
        "document": reverse("api:openapi-json"),
        "open311": request.build_absolute_uri(reverse("open311:root")),
    }
    return render(request, "pages/partners/open.html", context)
