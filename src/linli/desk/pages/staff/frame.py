"""What every page of the desk has around it: the place's name, the ways to the other pages, a fresh request key."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from linli.desk.pages.views import name_of

if TYPE_CHECKING:
    from linli.desk.people.access import DeskRequest

# What is asked for, its permission, its address. Addresses of rooms that are not there are left out.
_WAYS = (
    ("inbox", "desk.see", "staff:inbox"),
    ("new", "desk.see", "staff:intake"),
    ("work", "work.see", "staff:work"),
    ("director", "director.see", "staff:director"),
    ("grids", "grids.see", "grids:map"),
    ("spots", "grids.change", "grids:spots"),
    ("residents", "residents.list", "people:residents"),
    ("staff", "staff.see", "people:staff"),
)


def frame(request: DeskRequest, *, view: str) -> dict[str, Any]:
    """Collect what the templates of the desk expect."""
    community = request.community
    return {
        "community": {"slug": community.slug, "name": name_of(community)},
        "view": view,
        "ways": _ways(request, view),
        "me": request.actor,
        "request_key": uuid.uuid4(),
    }


def _ways(request: DeskRequest, view: str) -> list[dict[str, Any]]:
    names = {
        "inbox": _("Inbox"),
        "new": _("Take in"),
        "work": _("My round"),
        "director": _("Overview"),
        "grids": _("Grids"),
        "spots": _("QR codes"),
        "residents": _("Residents"),
        "staff": _("Staff"),
    }
    ways = []
    for key, permission, address in _WAYS:
        if not request.actor.may(permission):
            continue
        try:
            url = reverse(address, args=[request.community.slug])
        except NoReverseMatch:
            continue
        ways.append({"name": names[key], "url": url, "current": key == view})
    return ways


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
