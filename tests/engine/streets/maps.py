"""Small maps drawn in metres, written as real .osm files, and the shortest walks over a network by networkx."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import networkx as nx
import numpy as np

from linli.engine.streets.extract import read_extract
from linli.engine.streets.geo import Plane
from linli.engine.streets.network import NO_WAY, Network, build_network
from linli.engine.streets.snap import snap

if TYPE_CHECKING:
    from pathlib import Path

PLANE = Plane(113.0, 28.0)
Tags = dict[str, str]


@dataclass
class Drawing:
    """Nodes by name at metres east and north of a corner in Hunan; ways and relations over them."""

    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    node_tags: dict[str, Tags] = field(default_factory=dict)
    ways: list[tuple[list[str], Tags]] = field(default_factory=list)
    relations: list[tuple[list[tuple[int, str]], Tags]] = field(default_factory=list)

    def node(self, name: str, x: float, y: float, /, **tags: str) -> str:
        self.nodes[name] = (x, y)
        if tags:
            self.node_tags[name] = {key.replace("__", ":"): value for key, value in tags.items()}
        return name

    def way(self, path: str, /, **tags: str) -> int:
        """A way over the nodes named in `path`, parted by spaces. Returns its id."""
        self.ways.append((path.split(), {key.replace("__", ":"): value for key, value in tags.items()}))
        return 1000 + len(self.ways)

    def id_of(self, name: str) -> int:
        return 1 + list(self.nodes).index(name)

    def lonlat(self, name: str) -> tuple[float, float]:
        x, y = self.nodes[name]
        lon, lat = PLANE.to_lonlat(np.float64(x), np.float64(y))
        return round(float(lon), 7), round(float(lat), 7)

    def xml(self) -> str:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="test">']
        for name in self.nodes:
            lon, lat = self.lonlat(name)
            tags = _tags(self.node_tags.get(name, {}))
            lines.append(f'<node id="{self.id_of(name)}" version="1" lon="{lon}" lat="{lat}">{tags}</node>')
        for number, (path, tags) in enumerate(self.ways, 1):
            refs = "".join(f'<nd ref="{self.id_of(name)}"/>' for name in path)
            lines.append(f'<way id="{1000 + number}" version="1">{refs}{_tags(tags)}</way>')
        for number, (members, tags) in enumerate(self.relations, 1):
            rows = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
            lines.append(f'<relation id="{5000 + number}" version="1">{rows}{_tags(tags)}</relation>')
        return "\n".join([*lines, "</osm>"])

    def write(self, path: Path) -> Path:
        path.write_text(self.xml(), encoding="utf-8")
        return path

    def network(self, folder: Path, **options: object) -> Network:
        return build_network(read_extract(self.write(folder / "drawing.osm")), **options)


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def node_of(network: Network, drawing: Drawing, name: str) -> int:
    """Index of a drawn node that is a node of the network too."""
    found = np.flatnonzero(network.node_osm_id == drawing.id_of(name))
    assert len(found) == 1, f"{name} is {len(found)} nodes of the network"
    return int(found[0])


def digraph(network: Network, forward: np.ndarray, backward: np.ndarray) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(network.node_count))
    for tail, head, ahead, back in zip(
        network.edge_tail.tolist(),
        network.edge_head.tolist(),
        forward.tolist(),
        backward.tolist(),
        strict=True,
    ):
        for a, b, weight in ((tail, head, ahead), (head, tail, back)):
            if weight < NO_WAY and weight < graph.get_edge_data(a, b, {"weight": NO_WAY})["weight"]:
                graph.add_edge(a, b, weight=weight)
    return graph


def walk_m(
    network: Network, start: tuple[float, float], end: tuple[float, float], *, without: int = 0
) -> float:
    """Metres of the shortest walk between two points (lon, lat) put on their edges, legs not counted.

    Edges with any flag of `without` are not used. Infinite where there is no way.
    """
    forward, backward = network.metres()
    closed = (network.edge_flags & np.uint32(without)) > 0
    graph = digraph(network, np.where(closed, NO_WAY, forward), np.where(closed, NO_WAY, backward))
    doors = snap(network, np.array([start[0], end[0]]), np.array([start[1], end[1]]))
    millimetres = doors.metres_mm(network)
    for side in ("tail", "head"):
        node = int(getattr(doors, side)[0]), int(getattr(doors, side)[1])
        leaving, arriving = millimetres[f"to_{side}_ms"], millimetres[f"from_{side}_ms"]
        if leaving[0] < NO_WAY:
            graph.add_edge("start", node[0], weight=int(leaving[0] - millimetres["leg_ms"][0]))
        if arriving[1] < NO_WAY:
            graph.add_edge(node[1], "end", weight=int(arriving[1] - millimetres["leg_ms"][1]))
    try:
        return nx.shortest_path_length(graph, "start", "end", weight="weight") / 1000
    except nx.NetworkXNoPath:
        return float("inf")
