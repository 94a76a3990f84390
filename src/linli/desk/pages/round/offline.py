"""What a phone needs to work without a network: the service worker, and word of who is logged in."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings as conf
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.desk.people.access import desk_page, public_page

if TYPE_CHECKING:
    from linli.desk.people.access import DeskRequest

# What the page cannot do without.
THINGS = (
    "pages/seal.svg",
    "vendor/maplibre-gl/maplibre-gl.css",
    "pages/pages.css",
    "staff/staff.css",
    "round/round.css",
    "round/round.js",
    "round/outbox.js",
    "round/sender.js",
    "round/sheet.js",
    "round/recorder.js",
    "round/waiting.js",
    "round/keeping.js",
    "round/guard.js",
    "pages/dom.js",
    "pages/words.js",
    "resident/shrink.js",
    "resident/exif-place.js",
    "vendor/pmtiles/pmtiles.js",
)
# What draws the map. It is the larger part, and the list says the same: kept where there is room and time for it.
MAP_THINGS = ("staff/little-map.js", "pages/map-style.js", "vendor/maplibre-gl/maplibre-gl.mjs")
# Found by MapLibre itself, beside its own file, under the name that carries no hash.
UNHASHED = ("vendor/maplibre-gl/maplibre-gl-worker.mjs",)


@require_safe
@desk_page("work.see")
def who(request: DeskRequest, slug: str) -> HttpResponse:
    """Tell who is logged in, and the token without which nothing can be sent: the page on the phone may be days old."""
    del slug
    return JsonResponse({"actor": request.actor.key, "token": get_token(request)})


@require_safe
@public_page
def worker(request: DeskRequest, slug: str) -> HttpResponse:
    """Give the service worker. It holds nothing of anybody, so that a phone can renew it while nobody is logged in.

    With `?sends` it is a module that also sends what waits while the page is closed, for browsers that wake it up for that.
    """
    things = [static(one) for one in THINGS]
    of_the_map = [*(static(one) for one in MAP_THINGS), *(f"{conf.STATIC_URL}{one}" for one in UNHASHED)]
    settings = {
        "community": slug,
        "version": _version((*things, *of_the_map)),
        "page": reverse("round:day", args=[slug]),
        "who": reverse("round:who", args=[slug]),
        "photos": f"/c/{slug}/photos/",
        "tiles": f"/api/c/{slug}/tiles.pmtiles",
        "things": things,
        "map_things": of_the_map,
    }
    sends = "sends" in request.GET
    lines = [
        f"import {{ sendAll }} from {json.dumps(static('round/sender.js'))};"
        if sends
        else "const sendAll = null;",
        f"const LINLI = {json.dumps(settings)};",
        _source(),
    ]
    response = HttpResponse("\n".join(lines), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _source() -> str:
    return Path(__file__).with_name("worker.js").read_text(encoding="utf-8")


def _version(things: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join((*things, _source())).encode()).hexdigest()[:12]
