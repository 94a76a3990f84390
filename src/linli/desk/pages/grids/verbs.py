"""What one can do on the page of grids: each verb reads its form, calls the room below, says what came of it."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.desk.common.receipts import ReusedKeyError
from linli.desk.pages.grids.files import file_in
from linli.desk.pages.staff.frame import request_key_of
from linli.desk.places import shaping
from linli.desk.places.drawing import collection, read_drawn
from linli.desk.places.grids import (
    HOUSEHOLDS,
    GridsRefusedError,
    StaleDraftError,
    apply_draft,
    carve,
    drawn_now,
    drop_draft,
    fill_gaps,
    keep_draft,
    reshape,
    suggest_grids,
    undo_grids,
)
from linli.desk.places.imports import UnusableListError
from linli.desk.places.queries import grids_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import shapely

    from linli.desk.people.access import DeskRequest
    from linli.desk.places.drawing import Drawn

MOST_HOUSEHOLDS = 5000
_SHOWN = 20


@dataclass(frozen=True)
class Said:
    """What the reader is told, and the grid to show next."""

    texts: list[str]
    refused: bool = False
    number: int = 0


class _RefusedError(ValueError):
    pass


def do(request: DeskRequest) -> Said:
    """Do what the form asks for; refusals are sentences, never failures."""
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        return Said([_("This cannot be done here. Load the page again.")], refused=True)
    number = request.POST.get("number", "")
    here = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    try:
        return verb(request)
    except UnusableListError as error:
        return Said([*map(str, error.faults[:_SHOWN]), *_more(len(error.faults))], refused=True, number=here)
    except GridsRefusedError as error:
        return Said(error.problems, refused=True, number=here)
    except (_RefusedError, StaleDraftError) as error:
        return Said([str(error)], refused=True, number=here)
    except ReusedKeyError:
        return Said(
            [_("This form was sent before, with something else in it. Load the page again.")], refused=True
        )


def _bring(request: DeskRequest) -> Said:
    """Read a file into the draft."""
    data, name = _file(request)
    drawn = read_drawn(
        data, datum=request.POST.get("datum", ""), present=grids_of(request.community), name=name
    )
    _put(request, drawn)
    return Said([_read(len(drawn))])


def _suggest(request: DeskRequest) -> Said:
    households = _whole(request.POST.get("households", str(HOUSEHOLDS)), most=MOST_HOUSEHOLDS)
    drawn = suggest_grids(community=request.community, households=households)
    if not drawn:
        raise _RefusedError(_("There are no homes to make grids of. Read in a map of the place first."))
    _put(request, drawn)
    return Said([_read(len(drawn))])


def _outline(request: DeskRequest) -> Said:
    """Take another outline of a grid; its neighbours' borders follow."""
    number = _number(request)
    drawn = _drawn(request)
    if number not in {one.number for one in drawn}:
        raise _RefusedError(_no_grid())
    area = _area(request)
    try:
        shaped = reshape(community=request.community, drawn=drawn, number=number, area=area)
    except ValueError as error:
        raise _RefusedError(str(error)) from error
    _keep(request, shaped)
    return Said([_("The outline is kept in the draft.")], number=number)


def _carve(request: DeskRequest) -> Said:
    """Take one new outline: its ground is the others' no more."""
    area = _area(request)
    try:
        cut = carve(community=request.community, drawn=_drawn(request), area=area)
    except ValueError as error:
        raise _RefusedError(str(error)) from error
    _keep(request, cut)
    return Said([_("The new grid is in the draft. Give it a name.")], number=cut[-1].number)


def _name(request: DeskRequest) -> Said:
    number = _number(request)
    fields = {name: request.POST.get(name, "").strip() for name in ("name_zh", "name_en", "code", "phone")}
    if not fields["name_zh"] and not fields["name_en"]:
        raise _RefusedError(_("A grid needs a name."))
    drawn = [dataclasses.replace(one, **fields) if one.number == number else one for one in _drawn(request)]
    # Read back as a file would be: the same checks, the same sentences.
    _keep(request, read_drawn(collection(drawn), datum="wgs84", present=[]))
    return Said([_("The name is kept in the draft.")], number=number)


def _remove(request: DeskRequest) -> Said:
    number = _number(request)
    _keep(request, [one for one in _drawn(request) if one.number != number])
    return Said([_("The grid is taken out of the draft.")])


def _merge(request: DeskRequest) -> Said:
    numbers = [_number(request), _whole(request.POST.get("with", ""), most=1_000_000)]
    drawn = _drawn(request)
    if not set(numbers) <= {one.number for one in drawn}:
        raise _RefusedError(_no_grid())
    _keep(request, shaping.merged(drawn, numbers))
    return Said([_("The two grids are one in the draft.")], number=min(numbers))


def _fill(request: DeskRequest) -> Said:
    _keep(request, fill_gaps(community=request.community, drawn=_drawn(request)))
    return Said([_("What was left out is given to its neighbours, in the draft.")])


def _drop(request: DeskRequest) -> Said:
    drop_draft(community=request.community, version=_version(request))
    return Said([_("The draft is thrown away. The grids in force stay as they are.")])


def _apply(request: DeskRequest) -> Said:
    version, by = _version(request), request.actor.key
    apply_draft(community=request.community, version=version, by=by, key=_key(request))
    return Said([_("These grids are in force.")])


def _undo(request: DeskRequest) -> Said:
    last = _whole(request.POST.get("set", ""), most=1_000_000)
    undone = undo_grids(community=request.community, by=request.actor.key, number=last, key=_key(request))
    if undone is None:
        raise _RefusedError(_("There is no change that could be undone."))
    return Said([_("The last change is undone. The grids before it are in force.")])


VERBS: dict[str, Callable[[DeskRequest], Said]] = {
    "import": _bring,
    "suggest": _suggest,
    "outline": _outline,
    "carve": _carve,
    "name": _name,
    "remove": _remove,
    "merge": _merge,
    "fill": _fill,
    "drop": _drop,
    "apply": _apply,
    "undo": _undo,
}


def _read(count: int) -> str:
    return ngettext(
        "{count} grid is in the draft. Look at it, then put it in force.",
        "{count} grids are in the draft. Look at them, then put them in force.",
        count,
    ).format(count=count)


def _more(count: int) -> list[str]:
    return [_("… and {count} more.").format(count=count - _SHOWN)] if count > _SHOWN else []


def _no_grid() -> str:
    return _("This grid is not there any more. Load the page again.")


def _file(request: DeskRequest) -> tuple[bytes, str]:
    if "file" not in request.FILES:
        raise _RefusedError(_("No file was chosen."))
    return file_in(request)


def _area(request: DeskRequest) -> shapely.Geometry:
    """Read one outline in WGS-84: from the map's script as a file, or corners that were typed."""
    if "file" in request.FILES:
        data, name = _file(request)
    else:
        ring = [_corner(line) for line in request.POST.get("corners", "").splitlines() if line.strip()]
        if len(ring) < 3:
            raise _RefusedError(_("A grid has at least three corners."))
        feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        data, name = json.dumps(feature).encode(), "corners.geojson"
    try:
        return read_drawn(data, datum="wgs84", present=[], name=name)[0].area
    except UnusableListError as error:
        # There is one outline only: no line needs to be named.
        raise _RefusedError(str(dataclasses.replace(error.faults[0], line=0))) from None


def _corner(line: str) -> list[float]:
    try:
        lon, lat = (float(text) for text in re.split(r"[,，、;\s]+", line.strip()))
    except ValueError:
        raise _RefusedError(
            _("“{line}” is no corner: write longitude, then latitude, like 114.3055, 30.5928.").format(
                line=line.strip()[:40]
            )
        ) from None
    return [lon, lat]


def _drawn(request: DeskRequest) -> list[Drawn]:
    return drawn_now(request.community)[0]


def _put(request: DeskRequest, drawn: list[Drawn]) -> None:
    """Keep a whole new draft in the place of what is there."""
    keep_draft(community=request.community, drawn=drawn, by=request.actor.key, key=_key(request))


def _keep(request: DeskRequest, drawn: list[Drawn]) -> None:
    """Keep the draft changed, if it still is the one that was looked at."""
    version, by = _version(request), request.actor.key
    keep_draft(community=request.community, drawn=drawn, by=by, version=version, key=_key(request))


def _key(request: DeskRequest) -> Any:
    return request_key_of(request.POST.get("request_key"))


def _version(request: DeskRequest) -> int:
    return _whole(request.POST.get("version", ""), most=2_000_000_000, least=0)


def _number(request: DeskRequest) -> int:
    return _whole(request.POST.get("number", ""), most=1_000_000)


def _whole(text: str, *, most: int, least: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
        raise _RefusedError(
            _("“{text}” is no number from {least} to {most}.").format(text=text[:20], least=least, most=most)
        )
    return int(text)
