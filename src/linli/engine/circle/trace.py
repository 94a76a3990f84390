"""The walk behind a number: from one home to the nearest facility of every kind, street by street, exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.engine.circle.nearest import DoorKinds
from linli.engine.reach import path

if TYPE_CHECKING:
    from linli.engine.circle.walker import Reading, Walker
    from linli.engine.reach import Walk
    from linli.engine.streets.network import Network
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HomeWalk:
    """One walk, to draw and to check.

    `certain` is False for a walk that may turn out not to count: over streets whose tags do not say whether a wheelchair
    may pass, or to a place whose kind the map does not settle.
    """

    kind: int  # index into `place.kinds`
    facility: int  # index into `place.facilities`
    walk_s: float
    length_m: float  # both access legs included
    lon: Floats  # from the home's door to where the facility's meets the street, degrees
    lat: Floats
    certain: bool


def walks_of(walker: Walker, *, home: int, profile: Profile) -> list[HomeWalk]:
    """Walk from one home to the nearest facility of every kind within the cut-off; kinds out of reach are left out."""
    found: dict[int, HomeWalk] = {}
    for certain in (True, False):
        pairs = DoorKinds.of(walker.place, settled=certain)
        reading = walker.reading(profile, certain=certain)
        for kind, walk in enumerate(_paths(reading, walker.place, pairs, home)):
            if walk is not None and kind not in found:
                door = int(pairs.door[walk.target])
                lon, lat, length_m = _line(walker.place, home, door, walk)
                found[kind] = HomeWalk(
                    kind, int(pairs.facility[walk.target]), walk.walk_ms / 1000, length_m, lon, lat, certain
                )
    return [found[kind] for kind in sorted(found)]


def _paths(reading: Reading, place: Place, pairs: DoorKinds, home: int) -> list[Walk | None]:
    return path(
        reading.prepared,
        reading.homes.take([home]),
        reading.facilities.take(pairs.door),
        pairs.kind,
        len(place.kinds),
        cutoff_ms=reading.cutoff,
    )


def _line(place: Place, home: int, door: int, walk: Walk) -> tuple[Floats, Floats, float]:
    """Draw a walk from the home's door along the streets to where the facility's door meets them; and its metres."""
    network, start, goal = place.network, place.homes.door, place.facilities.door
    lon, lat = [float(place.homes.lon[home])], [float(place.homes.lat[home])]
    length_m = float(start.leg_m[home]) + float(goal.leg_m[door])
    last = len(walk.edges) - 1
    for step, (edge, forward) in enumerate(zip(walk.edges.tolist(), walk.forward.tolist(), strict=True)):
        edge_m = float(network.edge_length_m[edge])
        begin, end = (0.0, edge_m) if forward else (edge_m, 0.0)
        if step == 0 and edge == start.edge[home]:
            begin = float(start.along_m[home])
        if step == last and edge == goal.edge[door]:
            end = float(goal.along_m[door])
        part_lon, part_lat = _part(network, edge, begin, end)
        lon += part_lon
        lat += part_lat
        length_m += abs(end - begin)
    moved = np.ones(len(lon), bool)
    moved[1:] = (np.diff(lon) != 0) | (np.diff(lat) != 0)
    return np.array(lon)[moved], np.array(lat)[moved], length_m


def _part(network: Network, edge: int, begin_m: float, end_m: float) -> tuple[list[float], list[float]]:
    """Points of an edge between two distances from its tail, in walking order."""
    points = slice(int(network.point_start[edge]), int(network.point_start[edge + 1]))
    along, lon, lat = (network.point_along_m[points], network.point_lon[points], network.point_lat[points])
    low, high = min(begin_m, end_m), max(begin_m, end_m)
    inside = along[(along > low) & (along < high)]
    stops = np.concatenate([[low], inside, [high]])
    if begin_m > end_m:
        stops = stops[::-1]
    return np.interp(stops, along, lon).tolist(), np.interp(stops, along, lat).tolist()
