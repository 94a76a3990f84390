"""What others have told already, near in place, time and words: suggested while writing. Public matters only, scrubbed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common import clock
from linli.desk.matters.lifecycle import State
from linli.desk.matters.queries import duplicates
from linli.desk.pages.resident.public_photos import first_photo_url

if TYPE_CHECKING:
    import datetime as dt

    from linli.desk.matters.models import Matter
    from linli.desk.pages.resident.told import Told
    from linli.desk.places.models import Community, Spot

_MOST = 3
_METRES_PER_DEGREE = 111_195


def near_rows(community: Community, told: Told, spot: Spot | None) -> list[dict[str, Any]]:
    """List what may be the same, the likeliest first; nothing for what is told in confidence."""
    if told.category is None or told.category.sensitive or told.confidential:
        return []
    lon, lat = (spot.lon, spot.lat) if spot else (told.lon, told.lat)
    if lon is None or lat is None:
        return []
    found = duplicates(community=community, category=told.category, lon=lon, lat=lat, words=told.words)
    # While one waits for its reporter's answer, nothing of another's can be added to it.
    public = [matter for matter in found if matter.public and matter.state != State.WAITING][:_MOST]
    return [_row(matter, community, lon, lat) for matter in public]


def _row(matter: Matter, community: Community, lon: float, lat: float) -> dict[str, Any]:
    parts = [_roughly(_metres(matter, lon, lat)), ago(matter.received_at), matter.code]
    return {
        "code": matter.code,
        "title": matter.category.name,
        "about": " · ".join(part for part in parts if part),
        "words": matter.public_words[:160],
        "photo_url": first_photo_url(matter, community.slug),
    }


def _metres(matter: Matter, lon: float, lat: float) -> float:
    if matter.lon is None or matter.lat is None:
        return math.inf
    east = (matter.lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, matter.lat - lat) * _METRES_PER_DEGREE


def _roughly(metres: float) -> str:
    """Say how far in steps so wide that nobody finds a door by asking from three sides."""
    for most in (50, 100, 250, 500):
        if metres <= most:
            return _("within {n} m").format(n=most)
    return ""


def ago(moment: dt.datetime) -> str:
    """Say how many days ago something was."""
    days = (clock.now() - moment).days
    if days <= 0:
        return _("in the last 24 hours")
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days)
