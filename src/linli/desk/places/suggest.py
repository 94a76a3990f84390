"""Grids as they might be drawn: equal in households, in one piece each, with borders along streets where there are any.

The boundary is cut into blocks by its streets; a block too large for that is cut straight. Blocks are then shared out by
halving again and again: of a dozen directions the one is taken whose cut is shortest for its balance. What is left hanging
over goes to the neighbour with the longest border, and blocks change sides where that evens the numbers. The same place
gives the same grids.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linli.engine.streets.geo import Plane
from linli.engine.streets.walkable import STREET, Flag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from linli.engine.streets.place import Place

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

# A seventh decimal is a centimetre: borders are rounded to it before they are cut, so that they fit exactly afterwards.
_DIGIT = 1e-7
# A block of more than this share of a grid would spoil the balance; it is cut.
_LARGE_BLOCK = 0.3
_DIRECTIONS = 12
# One part in a hundred out of balance weighs as much as a cut this much longer (in widths of what is cut).
_BALANCE = 8.0
_PIECES = 0.5
_ROUNDS = 20


def suggest(place: Place, *, households: float) -> list[shapely.Geometry]:
    """Cut a place into grids of about `households` each: polygons in degrees, disjoint, covering it, from its north-west on."""
    weight = dwellings_of(place)
    parts = max(1, min(round(float(weight.sum()) / households), int(np.count_nonzero(weight))))
    boundary = shapely.set_precision(place.boundary, _DIGIT)
    blocks = _blocks(place, boundary, weight, most=_LARGE_BLOCK * float(weight.sum()) / parts)
    group = _evened(blocks, _in_one_piece(blocks, _shared_out(blocks, parts)))
    made = [shapely.unary_union(blocks.shapes[group == number], grid_size=_DIGIT) for number in range(parts)]
    return _in_reading_order([one for one in made if not one.is_empty])


def dwellings_of(place: Place) -> Floats:
    """Count the households of each home: those known or assumed; at least one where anybody lives."""
    homes = place.homes
    counted = np.nan_to_num(np.asarray(homes.dwellings, np.float64))
    return np.maximum(counted, 1.0)


@dataclass(frozen=True)
class _Blocks:
    """What is shared out: shapes, households in each, their middles in metres."""

    shapes: Shapes
    weight: Floats
    plane: Plane

    @cached_property
    def middles(self) -> Floats:
        points = shapely.point_on_surface(self.shapes)
        return np.column_stack(self.plane.to_xy(shapely.get_x(points), shapely.get_y(points)))

    @cached_property
    def borders(self) -> tuple[Ints, Ints, Floats]:
        """Pairs of neighbours and the metres of border they share."""
        first, second = shapely.STRtree(self.shapes).query(self.shapes, predicate="intersects")
        once = first < second
        first, second = first[once], second[once]
        shared = shapely.intersection(self.shapes[first], self.shapes[second])
        length = shapely.length(shapely.transform(shared, self._metres))
        real = length > 1.0
        return first[real], second[real], length[real]

    def _metres(self, degrees: Floats) -> Floats:
        return np.column_stack(self.plane.to_xy(degrees[:, 0], degrees[:, 1]))

    def pieces(self, members: Ints) -> Ints:
        """Say for each of some blocks which connected piece of them it belongs to."""
        position = np.full(len(self.shapes), -1)
        position[members] = np.arange(len(members))
        first, second, _ = self.borders
        inside = (position[first] >= 0) & (position[second] >= 0)
        rows, columns = position[first[inside]], position[second[inside]]
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(members), len(members)))
        return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _blocks(place: Place, boundary: shapely.Geometry, weight: Floats, *, most: float) -> _Blocks:
    network, homes = place.network, place.homes
    plane = Plane.around(*(np.array(side) for side in (boundary.bounds[::2], boundary.bounds[1::2])))
    shaping = (network.edge_kind == STREET) & ~(network.edge_flags & (Flag.TUNNEL | Flag.INDOOR)).astype(bool)
    points = np.column_stack((network.point_lon, network.point_lat))
    edges = np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.LINESTRING, points, (network.point_start,))
    )
    streets = shapely.intersection(edges[shaping], boundary)
    lines = [*streets[~shapely.is_empty(streets)], boundary.boundary]
    shapes = _faces(lines, boundary)
    owner = _owners(shapes, homes.lon, homes.lat)
    cuts = [
        cut
        for block in range(len(shapes))
        for cut in _cuts(shapes[block], homes.lon[owner == block], homes.lat[owner == block],
                         weight[owner == block], plane, most)
    ]  # fmt: skip
    if cuts:
        shapes = _faces([*lines, *cuts], boundary)
        owner = _owners(shapes, homes.lon, homes.lat)
    held = np.bincount(owner, weights=weight, minlength=len(shapes))
    return _Blocks(shapes, np.asarray(held, np.float64), plane)


def _faces(lines: list[shapely.Geometry], boundary: shapely.Geometry) -> Shapes:
    noded = shapely.unary_union(lines, grid_size=_DIGIT)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(boundary)
    inside = faces[shapely.intersects(boundary, shapely.point_on_surface(faces))]
    # In an order of its own, whatever order the geometry library finds them in.
    west, south, _, _ = shapely.bounds(inside).T
    return np.asarray(inside[np.lexsort((shapely.area(inside), west, -south))])


def _owners(shapes: Shapes, lon: Floats, lat: Floats) -> Ints:
    """Say in which block each home is; one on an edge or a step outside is in the nearest."""
    return np.asarray(shapely.STRtree(shapes).nearest(shapely.points(lon, lat)), np.int64)


def _cuts(
    shape: shapely.Geometry, lon: Floats, lat: Floats, weight: Floats, plane: Plane, most: float
) -> Iterator[shapely.Geometry]:
    """Lines that cut a block with too many households, each between two homes, across its longer side."""
    if weight.sum() <= most or len(weight) < 2:
        return
    x, y = plane.to_xy(lon, lat)
    across = np.ptp(x) >= np.ptp(y)
    along = lon if across else lat
    order = np.lexsort((lat, lon) if across else (lon, lat))
    before = np.cumsum(weight[order])[:-1]
    apart = along[order][1:] - along[order][:-1] > 2 * _DIGIT
    if not apart.any():
        return
    uneven = np.where(apart, np.abs(before - weight.sum() / 2), np.inf)
    at = int(np.argmin(uneven))
    middle = float(along[order][at] + along[order][at + 1]) / 2
    west, south, east, north = shape.bounds
    line = [(middle, south - 1), (middle, north + 1)] if across else [(west - 1, middle), (east + 1, middle)]
    # A hair longer than the block, so that rounding cannot leave it short of the border.
    yield shapely.intersection(shapely.LineString(line), shapely.buffer(shape, 10 * _DIGIT))
    sides = along <= middle
    halves = (
        shapely.box(west - 1, south - 1, middle, north + 1),
        shapely.box(middle, south - 1, east + 1, north + 1),
    )
    if not across:
        halves = (
            shapely.box(west - 1, south - 1, east + 1, middle),
            shapely.box(west - 1, middle, east + 1, north + 1),
        )
    for half, members in zip(halves, (sides, ~sides), strict=True):
        yield from _cuts(
            shapely.intersection(shape, half), lon[members], lat[members], weight[members], plane, most
        )


def _shared_out(blocks: _Blocks, parts: int) -> Ints:
    group = np.zeros(len(blocks.shapes), np.int64)
    waiting = [(np.arange(len(blocks.shapes)), parts, 0)]
    while waiting:
        members, count, first = waiting.pop()
        if count == 1:
            group[members] = first
            continue
        here = count // 2
        side = _halved(blocks, members, here / count)
        waiting.append((members[side], here, first))
        waiting.append((members[~side], count - here, first + here))
    return group


def _halved(blocks: _Blocks, members: Ints, share: float) -> NDArray[np.bool_]:
    """Choose the blocks of one side, which is to hold this share of the households."""
    weight, middles = blocks.weight[members], blocks.middles[members]
    width = max(float(np.ptp(middles, axis=0).max()), 1.0)
    best, best_score = np.zeros(len(members), bool), np.inf
    for angle in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        order = np.argsort(middles @ np.array([np.cos(angle), np.sin(angle)]), kind="stable")
        heaped = np.cumsum(weight[order]) / max(weight.sum(), 1e-9)
        cut = int(np.argmin(np.abs(heaped - share)))
        side = np.zeros(len(members), bool)
        side[order[: cut + 1]] = True
        if side.all():
            side[order[-1]] = False
        pieces = sum(int(blocks.pieces(members[half]).max(initial=0)) for half in (side, ~side))
        out = abs(float(weight[side].sum()) / max(float(weight.sum()), 1e-9) - share)
        score = _cut_m(blocks, members[side], members[~side]) / width + _BALANCE * out + _PIECES * pieces
        if score < best_score - 1e-9:
            best, best_score = side, score
    return best


def _cut_m(blocks: _Blocks, one: Ints, other: Ints) -> float:
    side = np.zeros(len(blocks.shapes), np.int8)
    side[one], side[other] = 1, 2
    first, second, length = blocks.borders
    return float(length[side[first] * side[second] == 2].sum())


def _in_one_piece(blocks: _Blocks, group: Ints) -> Ints:
    """Give whatever hangs apart from the main piece of its grid to the neighbour with the longest border."""
    group = group.copy()
    first, second, length = blocks.borders
    for _ in range(_ROUNDS):
        moved = False
        for number in range(int(group.max()) + 1):
            members = np.flatnonzero(group == number)
            pieces = blocks.pieces(members)
            if not len(members) or not pieces.max():
                continue
            held = np.bincount(pieces, weights=blocks.weight[members] + 1e-6)
            for piece in np.flatnonzero(np.arange(len(held)) != np.argmax(held)):
                apart = np.zeros(len(group), bool)
                apart[members[pieces == piece]] = True
                out = np.where(apart[first] & ~apart[second], group[second], -1)
                back = np.where(apart[second] & ~apart[first], group[first], -1)
                towards = np.where(out >= 0, out, back)
                real = (towards >= 0) & (towards != number)
                if real.any():
                    metres = np.bincount(towards[real], weights=length[real])
                    group[apart] = int(np.argmax(metres))
                    moved = True
        if not moved:
            break
    return group


def _evened(blocks: _Blocks, group: Ints) -> Ints:
    """Move single blocks over a border, from a grid to a smaller neighbour, while that evens them and splits none."""
    group = group.copy()
    first, second, _ = blocks.borders
    neighbours: dict[int, list[int]] = {}
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    held = np.bincount(group, weights=blocks.weight)
    for _ in range(_ROUNDS):
        moved = False
        for block in np.argsort(-blocks.weight, kind="stable").tolist():
            weight, here = float(blocks.weight[block]), int(group[block])
            there = min(
                {int(group[other]) for other in neighbours.get(block, [])} - {here},
                key=lambda number: (held[number], number),
                default=here,
            )
            # Evener only if the gap between the two is wider than the block.
            if weight <= 0 or held[here] - held[there] <= weight:
                continue
            left = np.flatnonzero((group == here) & (np.arange(len(group)) != block))
            if not len(left) or blocks.pieces(left).max():
                continue
            group[block] = there
            held[here] -= weight
            held[there] += weight
            moved = True
        if not moved:
            break
    return group


def _in_reading_order(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """From north to south in rows about as high as a grid, each row from west to east."""
    middles = [shape.centroid for shape in shapes]
    bounds: Any = shapely.total_bounds(np.array(shapes, dtype=object))
    row = max((bounds[3] - bounds[1]) / max(1.0, len(shapes) ** 0.5), _DIGIT)

    def place_on_page(index: int) -> tuple[int, float]:
        return int((bounds[3] - middles[index].y) // row), float(middles[index].x)

    return [shapes[index] for index in sorted(range(len(shapes)), key=place_on_page)]
