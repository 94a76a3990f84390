"""Areas of grids: what they share, what they leave out, how one is cut out of others or joined. All in degrees; nothing is written."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import shapely
from django.utils.translation import gettext as _

from linli.engine.streets.geo import Plane

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linli.desk.places.drawing import Drawn

# Neighbours drawn by hand overlap by a hair's breadth; that hair is given to the lower number.
HAIR_M = 1.0
_GAP_M2 = 100.0
_SHOWN = 20


def apart(drawn: list[Drawn]) -> tuple[list[Drawn], list[str]]:
    """Trim hairs where neighbours overlap, and name those that overlap for real."""
    if len(drawn) < 2:
        return drawn, []
    plane = plane_of([one.area for one in drawn])
    tree = shapely.STRtree([one.area for one in drawn])
    errors: list[str] = []
    trimmed = list(drawn)
    pairs = {
        (index, int(other))
        for index, one in enumerate(drawn)
        for other in tree.query(one.area, predicate="intersects")
        if index < other
    }
    for first, second in sorted(pairs):
        both = shapely.intersection(trimmed[first].area, trimmed[second].area)
        shared = flat(both, plane)
        if shared.area <= 0:
            continue
        if shared.buffer(-HAIR_M / 2).is_empty:
            rest = areal(shapely.difference(trimmed[second].area, trimmed[first].area))
            trimmed[second] = dataclasses.replace(trimmed[second], area=rest)
        elif len(errors) < _SHOWN:
            errors.append(
                _("{one} and {other} overlap by {area} m². Draw the border between them again.").format(
                    one=drawn[first].name, other=drawn[second].name, area=f"{shared.area:.0f}"
                )
            )
    return trimmed, errors


def filled(drawn: Sequence[Drawn], boundary: shapely.Geometry) -> list[Drawn]:
    """Give each piece of the boundary that no grid covers to the grid it has the longest border with."""
    grown = list(apart(list(drawn))[0])
    if not grown:
        return grown
    _share_out(shapely.difference(boundary, shapely.union_all([one.area for one in grown])), grown)
    return grown


def _share_out(ground: shapely.Geometry, grown: list[Drawn], *, only_neighbours: bool = False) -> None:
    """Give each piece of ground to the grid it has the longest border with; where it has none, to the nearest or to nobody."""
    plane = plane_of([ground])
    for piece in shapely.get_parts(ground):
        if piece.geom_type != "Polygon" or piece.area == 0:
            continue
        # Outlines drawn by hand touch only nearly: borders are measured with a metre to spare.
        near = flat(piece, plane).buffer(HAIR_M)
        shared = [near.intersection(flat(one.area, plane)).area for one in grown]
        if max(shared) > 0:
            index = int(np.argmax(shared))
        elif only_neighbours:
            continue
        else:
            index = int(np.argmin([near.distance(flat(one.area, plane)) for one in grown]))
        joined = shapely.union_all([grown[index].area, piece])
        grown[index] = dataclasses.replace(grown[index], area=areal(joined))


def carved(drawn: Sequence[Drawn], new: Drawn, boundary: shapely.Geometry | None) -> list[Drawn]:
    """Add a grid drawn over others: its ground is theirs no more; beyond the boundary it has none.

    Raises
    ------
    ValueError
        It has no ground inside the boundary.
    """
    area = _within(new.area, boundary)
    return [*_without(drawn, area), dataclasses.replace(new, area=area)]


def reshaped(
    drawn: Sequence[Drawn], number: int, area: shapely.Geometry, boundary: shapely.Geometry | None
) -> list[Drawn]:
    """Give a grid another outline: what it gains is its neighbours' no more, what it gives up is theirs.

    Raises
    ------
    ValueError
        It has no ground inside the boundary.
    """
    own = next(one for one in drawn if one.number == number)
    area = _within(area, boundary)
    others = _without([one for one in drawn if one is not own], area)
    if others:
        taken = shapely.union_all([area, *(one.area for one in others)])
        _share_out(areal(shapely.difference(own.area, taken)), others, only_neighbours=True)
    return [*others, dataclasses.replace(own, area=area)]


def _within(area: shapely.Geometry, boundary: shapely.Geometry | None) -> shapely.Geometry:
    kept = area if boundary is None else areal(shapely.intersection(area, boundary))
    if kept.is_empty:
        raise ValueError(_("This outline lies wholly outside the place. Draw it inside the boundary."))
    return kept


def _without(drawn: Sequence[Drawn], area: shapely.Geometry) -> list[Drawn]:
    """Take ground away from grids; one of which only slivers are left goes with it."""
    rest = [dataclasses.replace(one, area=areal(shapely.difference(one.area, area))) for one in drawn]
    plane = plane_of([area])
    return [one for one in rest if not one.area.is_empty and flat(one.area, plane).buffer(-HAIR_M).area > 0]


def merged(drawn: Sequence[Drawn], numbers: Iterable[int]) -> list[Drawn]:
    """Join grids into the one of the lowest number."""
    joining = sorted(set(numbers))
    members = [one for one in drawn if one.number in joining]
    if len(members) < 2:
        return list(drawn)
    first = min(members, key=lambda one: one.number)
    whole = dataclasses.replace(first, area=areal(shapely.union_all([one.area for one in members])))
    return [whole if one is first else one for one in drawn if one is first or one.number not in joining]


def gaps_of(drawn: Sequence[Drawn], boundary: shapely.Geometry) -> shapely.Geometry | None:
    """Find what of the boundary no grid covers, if it is more than slivers."""
    rest = shapely.difference(boundary, shapely.union_all([one.area for one in drawn]))
    plane = plane_of([boundary])
    real = [
        piece
        for piece in shapely.get_parts(rest)
        if piece.geom_type == "Polygon" and flat(piece, plane).buffer(-HAIR_M).area > _GAP_M2
    ]
    return shapely.multipolygons(real) if real else None


def areal(found: shapely.Geometry) -> shapely.Geometry:
    """Keep only areas: cutting leaves lines and points behind."""
    parts = [part for part in shapely.get_parts(found) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.multipolygons(parts) if len(parts) > 1 else parts[0] if parts else shapely.Polygon()


def plane_of(shapes: list[shapely.Geometry]) -> Plane:
    """Lay a flat map around shapes."""
    west, south, east, north = (
        shapely.total_bounds(np.array(shapes, dtype=object)) if shapes else (0, 0, 1, 1)
    )
    return Plane((west + east) / 2, (south + north) / 2)


def flat(area: shapely.Geometry, plane: Plane) -> shapely.Geometry:
    """Turn degrees into metres."""
    return shapely.transform(area, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1])))
