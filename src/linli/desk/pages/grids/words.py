"""Words of the pages of grids and spots, in the reader's language."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from linli.desk.common.language import of_two
from linli.desk.places.models import SpotKind, State
from linli.desk.places.registers import ListKind
from linli.engine.streets.kinds import load_kinds


def change_names() -> dict[str, str]:
    """Name what a draft does to a grid."""
    return {"new": _("new"), "changed": _("changed"), "same": _("as it is")}


def datum_choices() -> list[dict[str, str]]:
    """Name the systems coordinates may be in; none is chosen beforehand."""
    return [
        {"key": "wgs84", "name": _("WGS-84 (GPS, OpenStreetMap, QGIS)")},
        {"key": "gcj02", "name": _("GCJ-02 (AutoNavi, Tencent)")},
        {"key": "bd09", "name": _("BD-09 (Baidu)")},
    ]


def kind_names() -> dict[str, str]:
    """Name the kinds of spots."""
    return {
        SpotKind.GRID.value: _("Notice board of a grid"),
        SpotKind.BUILDING.value: _("Building or door"),
        SpotKind.LAMP.value: _("Lamp post"),
        SpotKind.OTHER.value: _("Other place"),
    }


def list_names() -> dict[str, str]:
    """Name the lists a committee keeps of its place."""
    return {
        ListKind.FACILITIES.value: _("Places people go to"),
        ListKind.HOMES.value: _("Homes and who lives there"),
    }


def column_names() -> dict[str, str]:
    """Name the columns of those lists."""
    return {
        "kind": _("Kind"),
        "name": _("Name of the place"),
        "address": _("Address on the list"),
        "hours": _("Opening hours"),
        "step_free": _("Step-free"),
        "status": _("Status"),
        "osm": _("Number on the map"),
        "dwellings": _("Households"),
        "residents": _("Residents"),
        "residents_65": _("65 and older"),
        "residents_0_6": _("0 to 6 years"),
        "residents_disabled": _("With a disability"),
    }


def cell_words() -> dict[tuple[str, str], str]:
    """Say what a list's own words mean: column and word → in the reader's language."""
    kinds = {("kind", kind.key): of_two(kind.zh, kind.en) for kind in load_kinds().values()}
    return kinds | {
        ("step_free", "yes"): _("yes"),
        ("step_free", "no"): _("no"),
        ("status", "open"): _("there"),
        ("status", "closed"): _("closed for good"),
        ("status", "none"): _("none here"),
    }


def import_states() -> dict[str, str]:
    """Say how a reading of the place went."""
    return {
        State.WAITING.value: _("about to be read in"),
        State.RUNNING.value: _("being read in"),
        State.CURRENT.value: _("in use"),
        State.REPLACED.value: _("replaced"),
        State.FAILED.value: _("not read in"),
        State.STOPPED.value: _("nothing changed"),
    }


def _map_words() -> dict[str, str]:
    return {
        "map_title": _("Map of the grids. Arrow keys move it, plus and minus change its scale."),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "map_failed": _("The map cannot be drawn just now. Everything can be done in the list."),
    }


def drawing_words() -> str:
    """Words of static/grids/draw.js."""
    return json.dumps(
        {
            **_map_words(),
            "draw_how": _(
                "Tap the corners one after another on the map, then “Finish”. Ground that lies in other grids becomes the new one's."
            ),
            "edit_how": _(
                "Drag a corner; drag a small dot to make it a corner. Where grids meet, the border moves for both."
            ),
            "corner_of": _("Corner {n} of {count}"),
            "corners_so_far_one": _("{n} corner so far"),
            "corners_so_far_other": _("{n} corners so far"),
            "corner_gone": _("Corner taken away"),
            "stepped_back": _("One step back"),
            "three_needed": _("A grid has at least three corners."),
            "nothing_changed": _("Nothing was changed yet."),
        },
        ensure_ascii=False,
    )


def finding_words() -> str:
    """Words of static/grids/who.js."""
    return json.dumps(
        {
            **_map_words(),
            "here_asking": _("Asking where you are …"),
            "here_failed": _(
                "Where you are could not be found out. Type the address, or tap your home on the map."
            ),
            "in_grid": _("{place}: {name}"),
            "here": _("Where you are"),
            "tapped": _("The place you tapped"),
            "in_none": _("{place} lies in no grid of this community."),
        },
        ensure_ascii=False,
    )


def spot_words() -> str:
    """Words of static/grids/spots.js."""
    return json.dumps(
        {**_map_words(), "pin_put": _("The place is marked on the map: {lat}, {lon}")}, ensure_ascii=False
    )
