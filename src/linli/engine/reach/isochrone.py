"""The area truly reached on foot from a door: streets cut where the time runs out, and the ground beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.reach.doors import NO_WAY, Doors, Int32s
from linli.engine.reach.walks import node_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.engine.reach.prepared import Prepared
    from linli.engine.streets.network import Network

    Floats = NDArray[np.float64]

# How far to either side of a street counts as reached: a front garden and the house behind it.
BESIDE_M = 25.0
# Ground shut in by reached streets counts as reached up to this size, a block of 200 m by 200 m.
BLOCK_M2 = 40_000.0


def isochrone(
    network: Network,
    prepared: Prepared,
    origin: Doors,
    *,
    cutoffs_ms: Sequence[int],
    beside_m: float = BESIDE_M,
    block_m2: float = BLOCK_M2,
) -> list[shapely.Polygon | shapely.MultiPolygon]:
    """Draw the area reached from one door within each cut-off.

    Every edge is cut exactly where the time runs out (slopes included; waits at its ends are spread along it). What is
    reached is then the ground within `beside_m` of a reached street, and blocks of at most `block_m2` shut in by it.

    Parameters
    ----------
    network
        The network that `prepared` was made from: its nodes and edges, in its order.
    origin
        One door.
    cutoffs_ms
        In the unit of the weights of `prepared`; any order.

    Returns
    -------
    list of shapely.Polygon or MultiPolygon
        In degrees, one for each cut-off; that of a longer one contains that of a shorter. Empty where not even the
        street is reached.

    Raises
    ------
    ValueError
        No cut-offs, `origin` is not one door of this network, or `prepared` is of another network.
    """
    if not len(cutoffs_ms):
        raise ValueError("cutoffs_ms: none; give at least one")
    if len(network.node_lon) != prepared.node_count or len(network.edge_tail) != prepared.tail.size:
        raise ValueError("prepared: made from another network")
    x, y = network.plane.to_xy(network.point_lon, network.point_lat)
    drawn = _Drawn(network, prepared, np.column_stack([x, y]))
    ms = node_times(prepared, origin, cutoff_ms=max(cutoffs_ms))
    area: shapely.Polygon | shapely.MultiPolygon = shapely.Polygon()
    areas = {}
    for cutoff in sorted(set(cutoffs_ms)):
        lines = drawn.reached(ms, origin, cutoff)
        if lines:
            # Line by line: GEOS takes minutes to buffer a net of lines as one.
            area = _without_blocks(
                shapely.union_all([area, *shapely.buffer(lines, beside_m, quad_segs=4)]), block_m2
            )
        areas[cutoff] = shapely.transform(area, lambda xy: np.column_stack(network.plane.to_lonlat(*xy.T)))
    return [areas[cutoff] for cutoff in cutoffs_ms]


class _Drawn:
    """The network as lines in metres."""

    def __init__(self, network: Network, prepared: Prepared, xy: Floats) -> None:
        self.network, self.prepared, self.xy = network, prepared, xy

    def reached(self, ms: Int32s, origin: Doors, cutoff: int) -> list[shapely.LineString]:
        """Whole edges, and parts of edges, walked within the cut-off."""
        prepared = self.prepared
        ahead = _share(ms[prepared.tail], prepared.forward_ms, cutoff)
        astern = _share(ms[prepared.head], prepared.backward_ms, cutoff)
        whole = (ahead >= 1) | (astern >= 1)
        sizes = np.diff(self.network.point_start)[whole]
        points = np.repeat(whole, np.diff(self.network.point_start))
        lines = list(shapely.linestrings(self.xy[points], indices=np.repeat(np.arange(sizes.size), sizes)))
        for edge in np.flatnonzero(~whole & ((ahead > 0) | (astern > 0))).tolist():
            begin, end = self._ahead(edge, ahead[edge]), self._astern(edge, astern[edge])
            if begin >= end:
                lines.append(self._part(edge, 0.0, np.inf))
                continue
            lines += [self._part(edge, 0.0, begin)] if ahead[edge] > 0 else []
            lines += [self._part(edge, end, np.inf)] if astern[edge] > 0 else []
        lines += self._own(origin, cutoff)
        return lines

    def _own(self, origin: Doors, cutoff: int) -> list[shapely.LineString]:
        """The part of the door's own edge that it reaches without leaving it."""
        edge, left = int(origin.edge[0]), cutoff - int(origin.leg_ms[0])
        if edge < 0 or left < 0:
            return []
        pieces = []
        for here, total, place in (
            (int(origin.tail_ahead_ms[0]), int(self.prepared.forward_ms[edge]), self._ahead),
            (int(origin.head_ahead_ms[0]), int(self.prepared.backward_ms[edge]), self._astern),
        ):
            if NO_WAY in {here, total}:
                continue
            shares = np.minimum(np.array([here, here + left]) / max(total, 1), 1.0)
            begin, end = sorted((place(edge, shares[0]), place(edge, shares[1])))
            pieces.append(self._part(edge, begin, end))
        return pieces

    def _points(self, edge: int) -> slice:
        return slice(int(self.network.point_start[edge]), int(self.network.point_start[edge + 1]))

    def _ahead(self, edge: int, share: float) -> float:
        """Metres from the tail after a share of the walk forward."""
        points = self._points(edge)
        level = self.network.point_level_forward_m[points]
        return float(np.interp(share * level[-1], level, self.network.point_along_m[points]))

    def _astern(self, edge: int, share: float) -> float:
        """Metres from the tail after a share of the walk backward, from the head."""
        points = self._points(edge)
        level = self.network.point_level_backward_m[points]
        return float(np.interp((1 - share) * level[-1], level, self.network.point_along_m[points]))

    def _part(self, edge: int, begin_m: float, end_m: float) -> shapely.LineString:
        points = self._points(edge)
        along, xy = self.network.point_along_m[points], self.xy[points]
        end_m = min(end_m, float(along[-1]))
        inside = (along > begin_m) & (along < end_m)
        ends = [[np.interp(at, along, axis) for axis in xy.T] for at in (begin_m, end_m)]
        return shapely.LineString(np.vstack([ends[0], xy[inside], ends[1]]))


def _share(ms: Int32s, over_ms: Int32s, cutoff: int) -> Floats:
    """How much of each edge is walked by the cut-off, from an end reached at `ms`."""
    left = np.where((ms == NO_WAY) | (over_ms == NO_WAY), -1.0, cutoff - ms.astype(np.float64))
    return np.where(left < 0, 0.0, np.minimum(left / np.maximum(over_ms, 1), 1.0) + (over_ms == 0))


def _without_blocks(
    area: shapely.Polygon | shapely.MultiPolygon, block_m2: float
) -> shapely.Polygon | shapely.MultiPolygon:
    """Fill the holes up to this size."""
    parts = []
    for part in getattr(area, "geoms", [area]):
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > block_m2]
        parts.append(shapely.Polygon(part.exterior, holes))
    return shapely.union_all(parts) if len(parts) > 1 else parts[0]
