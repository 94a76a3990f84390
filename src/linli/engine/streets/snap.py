"""Where a door meets the street: the nearest point of the nearest walkable edge, not the nearest node."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.streets import walkable
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.network import NO_WAY
from linli.engine.streets.walkable import Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.streets.network import Network
    from linli.engine.streets.profiles import Profile

    Floats = NDArray[np.float64]

_NOT_ENTERED_FROM = Flag.NO_DOORS | Flag.BRIDGE | Flag.TUNNEL


@dataclass(frozen=True, slots=True)
class Snap:
    """Doors [d] on edges. `edge` is -1 where no street is near enough; then all else is 0 or nan.

    `along_m` runs from the tail; `along_level_forward_m` is of walking tail → door, `along_level_backward_m` head → door; `leg_m`
    is the straight line from the door to the street at `lon`, `lat`; `island` 0 is the main network, -1 no street.
    """

    edge: NDArray[np.int32]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    along_m: Floats
    along_level_forward_m: Floats
    along_level_backward_m: Floats
    leg_m: Floats
    lon: Floats
    lat: Floats
    island: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.edge)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Snap:
        """The doors at `rows`, in that order."""
        return Snap(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def walk_ms(
        self, network: Network, profile: Profile, *, wheelchair_unknown: bool = True
    ) -> dict[str, NDArray[np.int32]]:
        """Milliseconds between each door and both ends of its edge: the arguments of `reach.Doors`.

        `from_tail_ms` is tail → door and `to_tail_ms` door → tail, both with the leg, likewise for the head; `tail_ahead_ms`
        is tail → point on the street and `head_ahead_ms` head → point on the street, without it. Along an edge the parts add up
        to `network.times` exactly. `NO_WAY` where that way may not be walked.
        """
        forward, backward = network.times(profile, wheelchair_unknown=wheelchair_unknown)
        edge = np.maximum(self.edge, 0)
        pace, waits = network.seconds_per_level_m(profile)[edge], network.waits_s(profile)[edge]
        return self._between(
            forward,
            backward,
            from_tail=1000 * (waits[:, 0] + self.along_level_forward_m * pace),
            from_head=1000 * (waits[:, 1] + self.along_level_backward_m * pace),
            leg=1000 * self.leg_m / profile.speed_m_s,
        )

    def metres_mm(self, network: Network) -> dict[str, NDArray[np.int32]]:
        """The same in millimetres, for rules in metres."""
        forward, backward = network.metres()
        edge = np.maximum(self.edge, 0)
        return self._between(
            forward,
            backward,
            from_tail=1000 * self.along_m,
            from_head=1000 * (network.edge_length_m[edge] - self.along_m),
            leg=1000 * self.leg_m,
        )

    def _between(
        self,
        forward: NDArray[np.int32],
        backward: NDArray[np.int32],
        *,
        from_tail: Floats,
        from_head: Floats,
        leg: Floats,
    ) -> dict[str, NDArray[np.int32]]:
        edge = np.maximum(self.edge, 0)
        ahead, back = forward[edge].astype(np.int64), backward[edge].astype(np.int64)
        leg_ms = np.rint(np.nan_to_num(leg)).astype(np.int64)
        tail_ahead = np.clip(np.rint(np.nan_to_num(from_tail)).astype(np.int64), 0, ahead)
        head_ahead = np.clip(np.rint(np.nan_to_num(from_head)).astype(np.int64), 0, back)
        no_forward = (ahead == NO_WAY) | (self.edge < 0)
        no_backward = (back == NO_WAY) | (self.edge < 0)

        def held(value: NDArray[np.int64], closed: NDArray[np.bool_]) -> NDArray[np.int32]:
            return np.where(closed, NO_WAY, value).astype(np.int32)

        return {
            "edge": self.edge,
            "tail": self.tail,
            "head": self.head,
            "from_tail_ms": held(tail_ahead + leg_ms, no_forward),
            "to_tail_ms": held(back - head_ahead + leg_ms, no_backward),
            "from_head_ms": held(head_ahead + leg_ms, no_backward),
            "to_head_ms": held(ahead - tail_ahead + leg_ms, no_forward),
            "leg_ms": leg_ms.astype(np.int32),
            "tail_ahead_ms": held(tail_ahead, no_forward),
            "head_ahead_ms": held(head_ahead, no_backward),
        }


def snap(network: Network, lon: Floats, lat: Floats, *, max_leg_m: float = 200.0) -> Snap:
    """Put doors on the nearest edge from which buildings are entered.

    Parameters
    ----------
    lon, lat
        Doors in degrees; float64 [d].
    max_leg_m
        A door farther than this from every street stays without one.
    """
    return Snapper(network).snap(lon, lat, max_leg_m=max_leg_m)


class Snapper:
    """`snap` for one network again and again: its streets are sorted once, then a door costs microseconds."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._first = door_segments(network)
        self._x, self._y = network.plane.to_xy(network.point_lon, network.point_lat)
        points = np.column_stack((self._x, self._y))
        ends = np.stack((points[self._first], points[self._first + 1]), axis=1)
        self._tree = shapely.STRtree(shapely.linestrings(ends))

    def snap(self, lon: Floats, lat: Floats, *, max_leg_m: float = 200.0) -> Snap:
        """As the function `snap`."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        door_x, door_y = self.network.plane.to_xy(lon, lat)
        door, found = self._tree.query_nearest(
            shapely.points(door_x, door_y), max_distance=max_leg_m, all_matches=False
        )
        point = np.zeros(len(lon), np.int64)
        point[door] = self._first[found]
        none = np.ones(len(lon), bool)
        none[door] = False
        return _place(
            self.network, point, none, x=self._x, y=self._y, door_x=door_x, door_y=door_y, lon=lon, lat=lat
        )


def door_segments(network: Network) -> NDArray[np.int64]:
    """Index of the first point of every segment a door may open on."""
    closed = (network.edge_flags & np.uint32(_NOT_ENTERED_FROM)) > 0
    closed |= np.isin(
        network.edge_kind, (walkable.STEPS, walkable.ESCALATOR, walkable.CROSSING, walkable.LIFT)
    )
    usable = np.repeat(~closed, np.diff(network.point_start))
    usable[network.point_start[1:] - 1] = False
    return np.flatnonzero(usable)


def _place(
    network: Network,
    point: NDArray[np.int64],
    none: NDArray[np.bool_],
    *,
    x: Floats,
    y: Floats,
    door_x: Floats,
    door_y: Floats,
    lon: Floats,
    lat: Floats,
) -> Snap:
    along_x, along_y = x[point + 1] - x[point], y[point + 1] - y[point]
    squared = along_x**2 + along_y**2
    share = (door_x - x[point]) * along_x + (door_y - y[point]) * along_y
    share = np.clip(np.divide(share, squared, out=np.zeros_like(share), where=squared > 0), 0.0, 1.0)

    def between(column: Floats) -> Floats:
        return np.asarray(column[point] + share * (column[point + 1] - column[point]))

    edge = np.searchsorted(network.point_start, point, side="right") - 1
    foot_lon, foot_lat = between(network.point_lon), between(network.point_lat)
    values = {
        "along_m": between(network.point_along_m),
        "along_level_forward_m": between(network.point_level_forward_m),
        "along_level_backward_m": network.edge_level_backward_m[edge]
        - between(network.point_level_backward_m),
        "leg_m": haversine_m(lon, lat, foot_lon, foot_lat),
        "lon": foot_lon,
        "lat": foot_lat,
    }
    values = {name: np.where(none, np.nan, column) for name, column in values.items()}

    def index(column: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(none, -1, column).astype(np.int32)

    return Snap(
        edge=index(edge.astype(np.int32)),
        tail=index(network.edge_tail[edge]),
        head=index(network.edge_head[edge]),
        island=index(network.node_island[network.edge_tail[edge]]),
        **values,
    )
