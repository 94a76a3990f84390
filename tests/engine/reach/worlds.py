"""Random networks with doors, and the plain answer to every question, by networkx on the same directed graph."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from linli.engine.reach import NO_WAY, Doors


@dataclass(frozen=True)
class World:
    node_count: int
    tail: np.ndarray
    head: np.ndarray
    forward: np.ndarray
    backward: np.ndarray
    doors: Doors

    def network(self):
        return {
            "node_count": self.node_count, "tail": self.tail, "head": self.head,
            "forward_ms": self.forward, "backward_ms": self.backward,
        }  # fmt: skip

    def graph(self, forward=None, backward=None):
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(self.node_count))
        for a, b, there, back in zip(
            self.tail,
            self.head,
            self.forward if forward is None else forward,
            self.backward if backward is None else backward,
            strict=True,
        ):
            if there != NO_WAY:
                graph.add_edge(int(a), int(b), ms=int(there))
            if back != NO_WAY:
                graph.add_edge(int(b), int(a), ms=int(back))
        return graph

    def door_to_door(self):
        """[d, d] exact ms, inf where there is no way: each door's edge is really split at the door."""
        doors, count = self.doors, len(self.doors)
        graph = self.graph()
        for d in range(count):
            for node, out, back in (
                (doors.tail[d], doors.to_tail_ms[d], doors.from_tail_ms[d]),
                (doors.head[d], doors.to_head_ms[d], doors.from_head_ms[d]),
            ):
                if node < 0:
                    continue
                if out != NO_WAY:
                    graph.add_edge(("out", d), int(node), ms=int(out))
                if back != NO_WAY:
                    graph.add_edge(int(node), ("in", d), ms=int(back))
            for e in range(count):
                if doors.edge[d] < 0 or doors.edge[d] != doors.edge[e]:
                    continue
                legs = int(doors.leg_ms[d]) + int(doors.leg_ms[e])
                for ahead in (doors.tail_ahead_ms, doors.head_ahead_ms):
                    if NO_WAY not in {ahead[d], ahead[e]} and ahead[e] >= ahead[d]:
                        graph.add_edge(("out", d), ("in", e), ms=legs + int(ahead[e]) - int(ahead[d]))
        result = np.full((count, count), np.inf)
        for d in range(count):
            if ("out", d) in graph:
                found = nx.single_source_dijkstra_path_length(graph, ("out", d), weight="ms")
                for e in range(count):
                    result[d, e] = found.get(("in", e), np.inf)
        return result

    def door_to_node(self, *, toward):
        """[d, n] exact ms from each door to every node, or with `toward` from every node to each door."""
        doors = self.doors
        graph = self.graph()
        if toward:
            graph = graph.reverse()
        ends = doors.inward() if toward else doors.outward()
        result = np.full((len(doors), self.node_count), np.inf)
        for d in range(len(doors)):
            for node, ms in ((ends.tail[d], ends.tail_ms[d]), (ends.head[d], ends.head_ms[d])):
                if node >= 0 and ms != NO_WAY:
                    graph.add_edge("door", int(node), ms=int(ms))
            if "door" in graph:
                for node, ms in nx.single_source_dijkstra_path_length(graph, "door", weight="ms").items():
                    if node != "door":
                        result[d, node] = ms
                graph.remove_node("door")
        return result


def make_world(rng, *, nodes, edges, doors, longest):
    """A world from a numpy generator: islands, parallel edges, loops, zero weights, one-way edges, shared edges."""
    tail = rng.integers(0, nodes, edges)
    span = rng.integers(1, nodes + 1)
    head = np.clip(tail + rng.integers(-span, span + 1, edges), 0, nodes - 1)
    weights = rng.integers(0, longest + 1, (2, edges))
    weights[:, rng.random(edges) < 0.5] = weights[0, rng.random(edges) < 0.5].max(initial=3)
    weights[rng.random((2, edges)) < 0.1] = NO_WAY
    weights[rng.random((2, edges)) < 0.1] = 0
    forward, backward = weights
    made = []
    for _ in range(doors):
        kind = rng.random()
        if kind < 0.1 or edges == 0:
            made.append((-1, -1, -1, NO_WAY, NO_WAY, NO_WAY, NO_WAY, 0, NO_WAY, NO_WAY))
            continue
        edge = int(rng.integers(0, edges)) if rng.random() < 0.6 else 0
        share, leg = rng.choice([0, 0.25, 0.5, 1, rng.random()]), int(rng.integers(0, longest // 3 + 2))
        if kind < 0.2:
            made.append((-1, tail[edge], tail[edge], 0, 0, 0, 0, 0, NO_WAY, NO_WAY))
            continue
        there, back = int(forward[edge]), int(backward[edge])
        ahead = NO_WAY if there == NO_WAY else round(there * share)
        astern = NO_WAY if back == NO_WAY else round(back * (1 - share))
        made.append((
            edge, tail[edge], head[edge],
            NO_WAY if there == NO_WAY else leg + ahead,
            NO_WAY if back == NO_WAY else leg + back - astern,
            NO_WAY if back == NO_WAY else leg + astern,
            NO_WAY if there == NO_WAY else leg + there - ahead,
            leg, ahead, astern,
        ))  # fmt: skip
    columns = np.array(made, dtype=np.int64).reshape(-1, 10).T.astype(np.int32)
    return World(
        nodes, *(array.astype(np.int32) for array in (tail, head, forward, backward)), Doors(*columns)
    )


@st.composite
def worlds(draw, *, longest=None):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes = draw(st.integers(1, 40))
    return make_world(
        rng,
        nodes=nodes,
        edges=draw(st.integers(0, 2 * nodes + 4)),
        doors=draw(st.integers(0, 24)),
        longest=longest or draw(st.sampled_from([4, 60, 5_000, 90_000])),
    )
