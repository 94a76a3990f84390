"""Walking across squares, not only round their rim.

Where ways enter a square, people walk the straight line to where they leave it, as far as it lies inside; round a corner
or a hole they touch the corner. So each pair of entries and inner corners that see one another is joined by a line
(the visibility graph, Lozano-Pérez & Wesley 1979), on top of the rim itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.streets.extract import Ring, Square

# More corners than this are thinned out, entries last: lines grow with the square of it. A square with 40 entries gets at
# most 780 lines; what is lost is a few metres at entries next to a kept one, which the rim still serves.
MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Crossing:
    """Straight lines over one square, by OSM node ids at both ends."""

    from_id: NDArray[np.int64]
    to_id: NDArray[np.int64]


def cross(square: Square, entries: set[int]) -> Crossing:
    """Lines over `square` between its corners that see one another.

    Parameters
    ----------
    entries
        Ids of the ring nodes where other ways meet the square.
    """
    ids: list[tuple[int, int]] = []
    for polygon in _polygons(square.rings):
        ids += _lines(polygon, entries)
    pairs = np.array(ids, np.int64).reshape(-1, 2)
    return Crossing(pairs[:, 0], pairs[:, 1])


def _polygons(rings: list[Ring]) -> list[list[Ring]]:
    groups: list[list[Ring]] = []
    for ring in rings:
        if ring.inner:
            groups[-1].append(ring)
        else:
            groups.append([ring])
    return groups


def _lines(rings: list[Ring], entries: set[int]) -> list[tuple[int, int]]:
    shells = [np.column_stack((ring.lon, ring.lat)) for ring in rings]
    polygon = shapely.Polygon(shells[0], shells[1:])
    if not polygon.is_valid or polygon.is_empty:
        return []
    ids = np.concatenate([ring.node_ids[:-1] for ring in rings])
    points = np.concatenate([shell[:-1] for shell in shells])
    is_entry = np.fromiter((int(i) in entries for i in ids), bool, len(ids))
    if is_entry.sum() < 2:
        return []
    corner = np.concatenate(
        [_reflex(shell, inner=ring.inner) for shell, ring in zip(shells, rings, strict=True)]
    )
    chosen = _thin(np.flatnonzero(is_entry), np.flatnonzero(corner & ~is_entry))
    first, second = np.triu_indices(len(chosen), 1)
    a, b = chosen[first], chosen[second]
    before, after = _neighbours(rings)
    useful = (before[a] != b) & (after[a] != b)  # one side of the rim is walked anyway
    for one, other in ((a, b), (b, a)):
        useful &= is_entry[one] | _touches(points, before, after, one, other)
    a, b = a[useful], b[useful]
    shapely.prepare(polygon)
    lines = shapely.linestrings(np.stack((points[a], points[b]), axis=1))
    seen = shapely.covers(polygon, lines)
    return list(zip(ids[a[seen]].tolist(), ids[b[seen]].tolist(), strict=True))


def _reflex(shell: NDArray[np.float64], *, inner: bool) -> NDArray[np.bool_]:
    """Corners that stick into the square: the only ones, besides the ends, a shortest way can bend at."""
    points = shell[:-1]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    ring_area = np.sum(points[:, 0] * np.roll(points[:, 1], -1) - points[:, 1] * np.roll(points[:, 0], -1))
    left = turn * np.sign(ring_area)
    return np.asarray(left > 0 if inner else left < 0)


def _thin(entries: NDArray[np.intp], corners: NDArray[np.intp]) -> NDArray[np.intp]:
    """At most `MOST_POINTS` of them, entries first, spread evenly along the rings."""
    if len(entries) >= MOST_POINTS:
        return entries[np.linspace(0, len(entries) - 1, MOST_POINTS).astype(np.intp)]
    room = MOST_POINTS - len(entries)
    if len(corners) > room:
        corners = corners[np.linspace(0, len(corners) - 1, room).astype(np.intp)]
    return np.concatenate((entries, corners))


def _neighbours(rings: list[Ring]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The corner before and after each on its ring."""
    before, after, start = [], [], 0
    for ring in rings:
        corners = start + np.arange(len(ring.node_ids) - 1)
        before.append(np.roll(corners, 1))
        after.append(np.roll(corners, -1))
        start += len(corners)
    return np.concatenate(before), np.concatenate(after)


def _touches(
    points: NDArray[np.float64],
    before: NDArray[np.intp],
    after: NDArray[np.intp],
    corner: NDArray[np.intp],
    other: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Whether the line only grazes `corner`: a shortest way bends at a corner only so (both its sides on one side)."""
    line = points[corner] - points[other]
    sides = [points[near[corner]] - points[corner] for near in (before, after)]
    turns = [line[:, 0] * side[:, 1] - line[:, 1] * side[:, 0] for side in sides]
    return np.asarray(turns[0] * turns[1] >= 0)
