"""What the scripts of the staff pages say, translated here and handed over in a data attribute."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _


def map_words() -> dict[str, str]:
    """What every small map says."""
    return {
        "map_title": _("Map"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "marker_title": _("Place"),
        "picked_here": _("The place is marked on the map."),
        "pick_centre": _("Mark the middle of the map"),
    }


def inbox_words() -> str:
    """Words of static/staff/inbox.js."""
    return json.dumps(
        {
            "unreachable": _("The server cannot be reached; the list may be old."),
            "new": _("just in"),
            "arrived_one": _("{n} new matter"),
            "arrived_other": _("{n} new matters"),
        },
        ensure_ascii=False,
    )


def intake_words() -> str:
    """Words of static/staff/intake.js."""
    return json.dumps(map_words(), ensure_ascii=False)
