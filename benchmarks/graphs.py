"""The graphs the figures are taken on, uncontracted: every point of every way is a node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import osmium

from linli.engine.streets.geo import haversine_m

if TYPE_CHECKING:
    from pathlib import Path

WALK_MM_PER_S = 1250  # 4.5 km/h
_NOT_ON_FOOT = {
    "motorway",
    "motorway_link",
    "construction",
    "proposed",
    "raceway",
    "bus_guideway",
    "abandoned",
}


@dataclass(frozen=True)
class Graph:
    lon: np.ndarray  # or metres east
    lat: np.ndarray  # or metres north
    tail: np.ndarray
    head: np.ndarray
    ms: np.ndarray  # at 4.5 km/h

    @property
    def node_count(self):
        return self.lon.size


def las_palmas(data: Path) -> Graph:
    """All walkable ways of the extract, islands and all."""
    [path] = data.glob("las_palmas/*.osm.pbf")
    number: dict[int, int] = {}
    places, pairs = [], []
    for way in osmium.FileProcessor(path).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
        if not way.is_way():
            continue
        if way.tags["highway"] in _NOT_ON_FOOT or way.tags.get("foot") == "no":
            continue
        previous = -1
        for node in way.nodes:
            if not node.location.valid():
                previous = -1
                continue
            here = number.setdefault(node.ref, len(number))
            if here == len(places):
                places.append((node.lon, node.lat))
            if previous >= 0 and previous != here:
                pairs.append((previous, here))
            previous = here
    lon, lat = np.array(places).T
    tail, head = np.array(pairs, dtype=np.int32).T
    length_m = haversine_m(lon[tail], lat[tail], lon[head], lat[head])
    return Graph(lon, lat, tail.copy(), head.copy(), _ms(length_m))


def moscow(data: Path) -> Graph:
    xy = np.fromfile(next(data.glob("moscow/*.co.bin")), "<i4").reshape(-1, 2).astype(float)
    pairs = np.fromfile(next(data.glob("moscow/*.gr.bin")), "<i4").reshape(-1, 2) - 1
    tail, head = pairs.T.astype(np.int32)
    length_m = np.hypot(*(xy[tail] - xy[head]).T)
    return Graph(xy[:, 0], xy[:, 1], tail.copy(), head.copy(), _ms(length_m))


def tiled(graph: Graph, copies: int) -> Graph:
    """Copies side by side, each tied to the next by a few streets."""
    n = graph.node_count
    width = float(np.ptp(graph.lon))
    shift = np.arange(copies, dtype=np.int32)[:, None]
    ties = np.linspace(0, n - 1, 50).astype(np.int32)
    tie_tail = (ties + shift[:-1] * n).ravel()
    return Graph(
        (graph.lon + shift * width).ravel(),
        np.tile(graph.lat, copies),
        np.concatenate([(graph.tail + shift * n).ravel(), tie_tail]).astype(np.int32),
        np.concatenate([(graph.head + shift * n).ravel(), tie_tail + n]).astype(np.int32),
        np.concatenate([np.tile(graph.ms, copies), np.full(tie_tail.size, 60_000, np.int32)]).astype(
            np.int32
        ),
    )


def _ms(length_m: np.ndarray) -> np.ndarray:
    return np.maximum(np.rint(length_m * 1e6 / WALK_MM_PER_S), 1).astype(np.int32)
