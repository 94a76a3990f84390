"""Where one enters: entrances and gates on an outline, streets that lead through it or along it, or its nearest point.

All of it works on many shapes at once. A node lies on an outline when its position is one of the outline's own points,
as it is in OpenStreetMap, where both are the same node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.streets.kinds import Clause, load_entered
from linli.engine.streets.snap import door_segments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from linli.engine.streets.extract import TaggedNode
    from linli.engine.streets.geo import Plane
    from linli.engine.streets.network import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

ALONG_M = 10.0  # a street drawn this near an open outline runs along it: half its width, and the pavement
_SAMPLE_M = 20.0  # along an outline, a door at least so often
_THIN_M = 15.0  # doors nearer to each other than this are one
_FACADE_SLACK_M = 3.0  # a front need not run exactly along the street
_FARTHEST_M = 200.0  # as far as a door may lie from a street


@dataclass(frozen=True, slots=True)
class DoorNodes:
    """Nodes through which one may enter: positions, and how good a way in (0 the best)."""

    lon: Floats
    lat: Floats
    rank: Ints

    @classmethod
    def of_entrances(cls, nodes: Iterable[TaggedNode], *, ranks: list[list[str]]) -> DoorNodes:
        """Take the nodes tagged `entrance` with one of the ranked values."""
        rank_of = {value: rank for rank, values in enumerate(ranks) for value in values}
        rows = [
            (n.lon, n.lat, rank_of[n.tags["entrance"]]) for n in nodes if n.tags.get("entrance") in rank_of
        ]
        return cls._of(rows)

    @classmethod
    def of_visitors(cls, nodes: Iterable[TaggedNode]) -> DoorNodes:
        """Take entrances and gates that let a visitor in, by `kinds.toml`; a gate ranks as a main entrance does."""
        rule = load_entered()
        rank_of = {value: rank for rank, values in enumerate(rule["entrance"]) for value in values}
        gates, shut = frozenset(rule["gate"]), Clause.of({"when": rule["shut"]})
        rows = []
        for node in nodes:
            rank = rank_of.get(
                node.tags.get("entrance", ""), 0 if node.tags.get("barrier") in gates else None
            )
            if rank is not None and not shut.matches(node.tags):
                rows.append((node.lon, node.lat, rank))
        return cls._of(rows)

    @classmethod
    def _of(cls, rows: list[tuple[float, float, int]]) -> DoorNodes:
        columns = np.array(rows, np.float64).reshape(-1, 3)
        return cls(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].astype(np.int64))

    def on(self, shapes: Shapes) -> tuple[Ints, Ints]:
        """Find (shape index, node index) of every node that is a point of a shape's outline."""
        if not len(self.lon) or not len(shapes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        points, shape = shapely.get_coordinates(shapes, return_index=True)
        keys = _key(points[:, 0], points[:, 1])
        own = _key(self.lon, self.lat)
        order = np.argsort(own)
        place = np.searchsorted(own[order], keys)
        place[place == len(own)] = 0
        hit = own[order][place] == keys
        pairs = np.unique(np.column_stack((shape[hit], order[place[hit]])), axis=0)
        return pairs[:, 0], pairs[:, 1]


def _key(lon: Floats, lat: Floats) -> NDArray[np.uint64]:
    """Write a position, to OpenStreetMap's own precision of 1e-7 degrees, as one number."""
    east = np.rint((np.asarray(lon) + 180) * 1e7).astype(np.uint64)
    north = np.rint((np.asarray(lat) + 90) * 1e7).astype(np.uint64)
    return np.asarray((east << np.uint64(32)) | north)


@dataclass(frozen=True)
class Streets:
    """The streets a door may open on, as lines on the plane, ready to be asked what is near."""

    lines: Shapes
    tree: shapely.STRtree
    plane: Plane

    @classmethod
    def of(cls, network: Network) -> Streets:
        """Take the stretches of a network from which buildings are entered."""
        first = door_segments(network)
        x, y = network.plane.to_xy(network.point_lon, network.point_lat)
        points = np.column_stack((x, y))
        lines = shapely.linestrings(np.stack((points[first], points[first + 1]), axis=1))
        return cls(lines, shapely.STRtree(lines), network.plane)

    def flat(self, shapes: Shapes) -> Shapes:
        """Put shapes of degrees on the plane, metres."""
        return np.asarray(
            shapely.transform(shapes, lambda xy: np.column_stack(self.plane.to_xy(xy[:, 0], xy[:, 1])))
        )

    def outlines(self, shapes: Shapes) -> Shapes:
        """Put shapes of degrees on the plane as lines: the outline of an area, lines and points as they are."""
        flat = self.flat(shapes)
        area = shapely.get_dimensions(flat) == 2
        return np.asarray(np.where(area, shapely.boundary(flat), flat))

    def distance_m(self, lon: Floats, lat: Floats) -> Floats:
        """Measure how far each point of degrees is from a street; nan where none is within 200 m."""
        far = np.full(len(lon), np.nan)
        if not len(lon) or not len(self.lines):
            return far
        points = shapely.points(*self.plane.to_xy(lon, lat))
        (which, _), metres = self.tree.query_nearest(
            points, max_distance=_FARTHEST_M, return_distance=True, all_matches=False
        )
        far[which] = metres
        return far

    def nearest_points(self, outlines: Shapes) -> tuple[Floats, Floats]:
        """Find the point of each outline nearest to a street, degrees; nan where no street is within 200 m."""
        xy, _ = self._nearest(outlines)
        return self.plane.to_lonlat(xy[:, 0], xy[:, 1])

    def _nearest(self, outlines: Shapes) -> tuple[Floats, Floats]:
        """Find the nearest points on the plane [n, 2], and how far from the street they are; nan likewise."""
        xy, metres = np.full((len(outlines), 2), np.nan), np.full(len(outlines), np.nan)
        if not len(outlines) or not len(self.lines):
            return xy, metres
        (which, street), away_m = self.tree.query_nearest(
            outlines, max_distance=_FARTHEST_M, return_distance=True, all_matches=False
        )
        metres[which] = away_m
        between = shapely.shortest_line(outlines[which], self.lines[street])
        xy[which] = shapely.get_coordinates(shapely.get_point(between, 0))
        return xy, metres

    def facade_points(self, outlines: Shapes, middle: Shapes) -> tuple[Floats, Floats]:
        """Find a point in the middle of the side that each building turns to the street, degrees; nan as above.

        The nearest point of a front that runs along the street is any point of it, most often a corner. So the middle of
        the building (`middle`: points on the plane) is taken to its nearest street, and the door is where that line leaves
        the outline; the nearest point stands where that is clearly further from the street.
        """
        xy, metres = self._nearest(outlines)
        some = np.flatnonzero(~np.isnan(metres))
        which, street = self.tree.query_nearest(middle[some], all_matches=False)
        some = some[which]
        straight = shapely.shortest_line(middle[some], self.lines[street])
        foot = shapely.get_point(straight, -1)
        wall = shapely.intersection(outlines[some], straight)
        back = shapely.shortest_line(np.where(shapely.is_empty(wall), outlines[some], wall), foot)
        good = shapely.length(back) <= metres[some] + _FACADE_SLACK_M
        xy[some[good]] = shapely.get_coordinates(shapely.get_point(back[good], 0))
        return self.plane.to_lonlat(xy[:, 0], xy[:, 1])

    def through(self, outlines: Shapes) -> tuple[Ints, Floats, Floats]:
        """Find where streets cross or touch outlines: outline index, lon, lat of each place."""
        which, street = self.tree.query(outlines, predicate="intersects")
        meeting = shapely.intersection(outlines[which], self.lines[street])
        points, at = shapely.get_coordinates(meeting, return_index=True)
        return (which[at], *self.plane.to_lonlat(points[:, 0], points[:, 1]))

    def along(self, outlines: Shapes) -> tuple[Ints, Floats, Floats]:
        """Find where streets run along outlines, at most 10 m away: as `through`, a point every 20 m."""
        length_m = shapely.length(outlines)
        count = np.maximum(1, np.ceil(length_m / _SAMPLE_M)).astype(np.int64)
        which = np.repeat(np.arange(len(outlines)), count)
        step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        parts, owner = shapely.get_parts(outlines, return_index=True)
        first = np.searchsorted(owner, np.arange(len(outlines)))  # of several rings the first: the outer one
        ring = parts[first[which]]
        points = shapely.line_interpolate_point(ring, step * shapely.length(ring) / count[which])
        near, _ = self.tree.query_nearest(points, max_distance=ALONG_M, all_matches=False)
        xy = shapely.get_coordinates(points[near])
        return (which[near], *self.plane.to_lonlat(xy[:, 0], xy[:, 1]))

    def thinned(self, which: Ints, lon: Floats, lat: Floats) -> Ints:
        """Choose the first door of each outline in each square of 15 m: indexes, ascending; nan are left out."""
        there = np.flatnonzero(~np.isnan(lon))
        x, y = self.plane.to_xy(lon[there], lat[there])
        squares = np.column_stack((which[there], np.floor(x / _THIN_M), np.floor(y / _THIN_M))).astype(
            np.int64
        )
        _, first = np.unique(squares, axis=0, return_index=True)
        return np.sort(there[first])


def pick(shape: Ints, node: Ints, *, rank: Ints, leg_m: Floats) -> tuple[Ints, Ints]:
    """Choose one node for each shape: the best rank, then the shortest way to a street (nan last)."""
    order = np.lexsort((np.nan_to_num(leg_m, nan=np.inf), rank[node], shape))
    first = np.ones(len(order), bool)
    first[1:] = shape[order][1:] != shape[order][:-1]
    return shape[order[first]], node[order[first]]


def best_ranked(shape: Ints, node: Ints, *, rank: Ints) -> NDArray[np.bool_]:
    """Mark, of the nodes of each shape, those whose rank is the best there is on it."""
    if not len(shape):
        return np.zeros(0, bool)
    best = np.full(int(shape.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(best, shape, rank[node])
    return np.asarray(rank[node] == best[shape])
