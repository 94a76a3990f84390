from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.engine.streets.contract import contract, ends
from linli.engine.streets.rawgraph import RawGraph
from linli.engine.streets.walkable import Flag


def graph_of(nodes: int, segments: list[tuple[int, int, int, int, int, int]]) -> RawGraph:
    """Segments as (tail, head, metres, kind, oneway, wait at tail)."""
    rows = np.array(segments, np.int64).reshape(-1, 6)
    tail, head, metres, kind, oneway, wait = rows.T
    count = len(rows)
    waits = np.zeros((count, 4), np.uint8)
    waits[:, 0] = wait
    return RawGraph(
        lon=np.arange(nodes, dtype=float), lat=np.zeros(nodes), osm_id=np.arange(nodes),
        tail=tail.copy(), head=head.copy(), length_m=metres.astype(float), kind=kind.astype(np.uint8),
        flags=np.where(oneway, np.uint32(Flag.ONEWAY), np.uint32(0)), wheelchair=np.zeros(count, np.uint8),
        stroller=np.zeros(count, np.uint8), kerb_cm=np.zeros(count, np.float32),
        incline_percent=np.full(count, np.nan, np.float32), waits=waits, way_id=np.zeros(count, np.int64),
        name=np.zeros(count, np.int32), names=[""],
    )  # fmt: skip


@st.composite
def graphs(draw: st.DrawFn) -> RawGraph:
    nodes = draw(st.integers(2, 14))
    node = st.integers(0, nodes - 1)
    flag = st.sampled_from((0, 0, 0, 0, 1))
    segment = st.tuples(node, node, st.integers(1, 50), flag, flag, flag).filter(lambda row: row[0] != row[1])
    return graph_of(nodes, draw(st.lists(segment, min_size=1, max_size=30)))


def shortest(graph: RawGraph, tails, heads, lengths, oneway) -> dict:
    digraph = nx.DiGraph()
    digraph.add_nodes_from(range(len(graph.lon)))
    for tail, head, length, single in zip(tails, heads, lengths, oneway, strict=True):
        for a, b in ((tail, head),) if single else ((tail, head), (head, tail)):
            if length < digraph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
                digraph.add_edge(a, b, weight=length)
    return dict(nx.all_pairs_dijkstra_path_length(digraph))


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_contract_keeps_every_distance_segment_and_difference(graph):
    chains = contract(graph)
    begin, end = ends(graph, chains.half)
    inside = np.ones(len(chains.half), bool)
    inside[chains.start[1:] - 1] = False
    joints = np.flatnonzero(inside)
    assert (end[joints] == begin[joints + 1]).all()
    assert sorted(chains.half >> 1) == list(range(len(graph.tail)))  # each segment once
    tails, heads = begin[chains.start[:-1]], end[chains.start[1:] - 1]
    assert (tails != heads).all()
    first = chains.half[chains.start[:-1]] >> 1
    oneway = graph.flags[first] > 0
    lengths = np.add.reduceat(graph.length_m[chains.half >> 1], chains.start[:-1])
    for edge in range(len(first)):
        members = chains.half[chains.start[edge] : chains.start[edge + 1]]
        assert len(set(graph.kind[members >> 1])) == 1
        if oneway[edge]:
            assert (members & 1 == 0).all()
        inner = members[1:]
        assert (graph.waits[inner >> 1, inner & 1] == 0).all()
    full = shortest(graph, graph.tail, graph.head, graph.length_m, graph.flags > 0)
    small = shortest(graph, tails, heads, lengths, oneway)
    kept = set(tails) | set(heads)
    for a in kept:
        assert {b: d for b, d in full[a].items() if b in kept} == {
            b: d for b, d in small[a].items() if b in kept
        }


def test_contract_of_a_long_chain_is_one_edge():
    chains = contract(graph_of(1001, [(i, i + 1, 1, 0, 0, 0) for i in range(1000)]))
    assert chains.start.tolist() == [0, 1000]


@pytest.mark.parametrize("count", [3, 4, 101])
def test_contract_of_a_ring_gives_two_edges(count):
    chains = contract(graph_of(count, [(i, (i + 1) % count, 1, 0, 0, 0) for i in range(count)]))
    assert len(chains.start) - 1 == 2
