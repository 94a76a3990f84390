"""What every page of the desk has around it: the place's name, the ways to the other pages, a fresh request key."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseNotModified

from linli.desk.common.language import name_in
from linli.desk.places import facts
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from linli.desk.people.access import DeskRequest


def frame(request: DeskRequest, *, view: str) -> dict[str, Any]:
    """Collect what the templates of the desk expect."""
    community = request.community
    return {
        "community": {"slug": community.slug, "name": name_in(community)},
        "view": view,
        "me": request.actor,
        "request_key": uuid.uuid4(),
    }


def place_map(slug: str) -> dict[str, str]:
    """Give what a small map of the place needs; nothing where no place is served."""
    served = served_place(slug=slug)
    if served is None:
        return {"tiles_url": "", "bounds": ""}
    place = facts.place_facts(served)
    box = place.get("lived_in") or place["bounds"]
    return {"tiles_url": f"/api/c/{slug}/tiles.pmtiles", "bounds": ",".join(str(one) for one in box)}


def request_key_of(text: str | None) -> uuid.UUID | None:
    """Read the key a form came with; None where it has none that can be read."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def unless_known(request: DeskRequest, response: HttpResponse) -> HttpResponse:
    """Send a page only to who has not got this very one."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    response["ETag"] = etag
    return response
