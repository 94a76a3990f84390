"""In what order to walk today's places: by walking time over the streets, not by the crow's flight."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.reach import Doors, matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.desk.places.serving import Served

    Floats = NDArray[np.float64]

Point = tuple[float, float]  # lon, lat in degrees, WGS-84

# Our own choices for what no street leads to: slow enough never to be preferred to a walk that is known.
DETOUR = 1.5
SPEED_M_S = 1.0
M_PER_DEGREE = 111_195.08
MOST_ROUNDS = 50
LEAST_GAIN_S = 1e-6


@dataclass(frozen=True, slots=True)
class Round:
    """`order` holds indices of the places given; `leg_s` the walk to each from the one before, in that order.

    `estimated` tells of each leg whether it is a guess along the straight line, since no street was found in time.
    """

    order: list[int]
    leg_s: list[int]
    estimated: list[bool]

    @property
    def walk_s(self) -> int:
        return sum(self.leg_s)


def plan_round(served: Served | None, start: Point, places: Sequence[Point], *, profile: str) -> Round:
    """Order the places for a walk that begins at `start` and ends wherever the last one is."""
    if not places:
        return Round([], [], [])
    walk_s, estimated = walking_times(served, [start, *places], profile=profile)
    order = open_tour(walk_s)
    legs = list(itertools.pairwise(order))
    return Round(
        order=[index - 1 for index in order[1:]],
        leg_s=[round(float(walk_s[leg])) for leg in legs],
        estimated=[bool(estimated[leg]) for leg in legs],
    )


def walking_times(
    served: Served | None, points: Sequence[Point], *, profile: str
) -> tuple[Floats, NDArray[np.bool_]]:
    """Seconds from each point to each other [n, n], and which of them are only guessed."""
    lon, lat = np.array([point[0] for point in points]), np.array([point[1] for point in points])
    guess_s = _flight_m(lon, lat) * DETOUR / SPEED_M_S
    if served is None or profile not in served.profiles:
        return guess_s, ~np.eye(len(points), dtype=bool)
    who = served.profiles[profile]
    reading = served.measurement.walker.reading(who)
    doors = Doors(**served.snapper.snap(lon, lat).walk_ms(served.place.network, who))
    walk_s = matrix(reading.prepared, doors, doors, cutoff_ms=reading.cutoff).ms() / 1000
    np.fill_diagonal(walk_s, 0)
    unknown = ~np.isfinite(walk_s)
    return np.where(unknown, guess_s, walk_s), unknown


def _flight_m(lon: Floats, lat: Floats) -> Floats:
    east = (lon[:, None] - lon[None, :]) * np.cos(np.radians(lat.mean()))
    return np.asarray(np.hypot(east, lat[:, None] - lat[None, :]) * M_PER_DEGREE)


def open_tour(walk_s: Floats) -> list[int]:
    """Order all points for one walk from point 0: nearest neighbour, then 2-opt and moves of one until nothing is gained.

    `walk_s` need not be symmetric (hills, one-way stairs). The same input gives the same order.
    """
    order = _nearest_neighbour(walk_s)
    for _ in range(MOST_ROUNDS):
        gain, better = max(_best_reversal(walk_s, order), _best_move(walk_s, order), key=lambda each: each[0])
        if gain <= LEAST_GAIN_S:
            break
        order = better
    return order


def _nearest_neighbour(walk_s: Floats) -> list[int]:
    order, left = [0], set(range(1, len(walk_s)))
    while left:
        here = order[-1]
        order.append(min(left, key=lambda there: (walk_s[here, there], there)))
        left.remove(order[-1])
    return order


def _best_reversal(walk_s: Floats, order: list[int]) -> tuple[float, list[int]]:
    """Walk that stretch the other way round that gains most."""
    route = np.array(order)
    ahead = np.concatenate(([0.0], np.cumsum(walk_s[route[:-1], route[1:]])))
    back = np.concatenate(([0.0], np.cumsum(walk_s[route[1:], route[:-1]])))
    best, found = 0.0, (0, 0)
    for first in range(1, len(route) - 1):
        for last in range(first + 1, len(route)):
            before, a, b = route[first - 1], route[first], route[last]
            gain = walk_s[before, a] - walk_s[before, b]
            gain += (ahead[last] - ahead[first]) - (back[last] - back[first])
            if last + 1 < len(route):
                after = route[last + 1]
                gain += walk_s[b, after] - walk_s[a, after]
            if gain > best:
                best, found = float(gain), (first, last)
    first, last = found
    return best, order[:first] + order[first : last + 1][::-1] + order[last + 1 :]


def _best_move(walk_s: Floats, order: list[int]) -> tuple[float, list[int]]:
    """Take that one point out and put it where it gains most: an open walk has such that no reversal finds."""
    best, found = 0.0, order
    for at in range(1, len(order)):
        point, rest = order[at], order[:at] + order[at + 1 :]
        saved = _leg(walk_s, order, at - 1) + _leg(walk_s, order, at) - _leg(walk_s, rest, at - 1)
        for after in range(len(rest)):
            if after == at - 1:
                continue
            longer = walk_s[rest[after], point] - _leg(walk_s, rest, after)
            if after + 1 < len(rest):
                longer += walk_s[point, rest[after + 1]]
            if saved - longer > best:
                best, found = float(saved - longer), [*rest[: after + 1], point, *rest[after + 1 :]]
    return best, found


def _leg(walk_s: Floats, order: list[int], at: int) -> float:
    """Give the walk from the point at a position to the next; nothing after the last."""
    return float(walk_s[order[at], order[at + 1]]) if at + 1 < len(order) else 0.0
