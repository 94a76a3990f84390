"""Chains of nodes where nothing branches become one edge, with their exact length and shape.

List ranking by pointer doubling (Wyllie 1979) over half-edges: segment `s` gives half-edges `2s` (tail → head) and
`2s + 1` (head → tail); each points to the half-edge that goes on where its head does not branch, or to itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.streets.walkable import Flag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.streets.rawgraph import RawGraph


@dataclass(frozen=True, slots=True)
class Chains:
    """`half[start[e]:start[e + 1]]` are the half-edges of edge `e` in walking order from its tail to its head."""

    start: NDArray[np.int64]
    half: NDArray[np.int64]


def contract(graph: RawGraph) -> Chains:
    """Chains of like segments between nodes that branch, end, or change the kind of way.

    No chain begins and ends at the same node: a loop is broken at its middle.
    """
    breaks, partner = _breaks(graph)
    while True:
        chains, astray = _trace(graph, breaks, partner)
        if len(astray):  # rings nothing else touches: break each somewhere
            breaks[astray] = True
            continue
        loops = _middles_of_loops(graph, chains)
        if not len(loops):
            return chains
        breaks[loops] = True


def ends(graph: RawGraph, half: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nodes at which half-edges begin and end."""
    segment, backward = half >> 1, (half & 1).astype(bool)
    tail, head = graph.tail[segment], graph.head[segment]
    return np.where(backward, head, tail), np.where(backward, tail, head)


def _breaks(graph: RawGraph) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Nodes where chains end; and for every half-edge the half-edge that leaves its head to the other side."""
    count = len(graph.tail)
    half = np.arange(2 * count, dtype=np.int64)
    start, _ = ends(graph, half)
    order = np.argsort(start, kind="stable")
    degree = np.bincount(start, minlength=len(graph.lon))
    first = np.concatenate(([0], np.cumsum(degree)))[:-1]
    through = np.flatnonzero(degree == 2)
    a, b = order[first[through]], order[first[through] + 1]  # the two half-edges that leave each such node
    same = _class_of(graph)
    s, t = a >> 1, b >> 1
    like = (same[s] == same[t]) & (s != t)
    oneway = (graph.flags[s] & np.uint32(Flag.ONEWAY)) > 0
    like &= ~oneway | ((a & 1) != (b & 1))
    like &= ~_waits_at(graph, a) & ~_waits_at(graph, b)
    breaks = np.ones(len(graph.lon), bool)
    breaks[through[like]] = False
    partner = half.copy()
    partner[a ^ 1], partner[b ^ 1] = b, a
    return breaks, partner


def _waits_at(graph: RawGraph, leaving: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether one waits where these half-edges begin."""
    side = leaving & 1
    waits = graph.waits[leaving >> 1]
    rows = np.arange(len(leaving))
    return np.asarray((waits[rows, side] > 0) | (waits[rows, 2 + side] > 0))


def _class_of(graph: RawGraph) -> NDArray[np.int64]:
    """Segments with the same number are alike in all that an edge records."""
    columns = (
        graph.kind,
        graph.flags,
        graph.wheelchair,
        graph.stroller,
        np.round(graph.kerb_cm * 10),
        np.nan_to_num(np.round(graph.incline_percent * 10), nan=-1),
        graph.name,
    )
    table = np.stack([np.asarray(column, np.int64) for column in columns], axis=1)
    return np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)


def _trace(
    graph: RawGraph, breaks: NDArray[np.bool_], partner: NDArray[np.int64]
) -> tuple[Chains, NDArray[np.int64]]:
    count = 2 * len(graph.tail)
    half = np.arange(count, dtype=np.int64)
    begin, end = ends(graph, half)
    last = breaks[end]
    onward = np.where(last, half, partner)
    rank = (~last).astype(np.int64)
    for _ in range(max(1, int(count).bit_length())):
        if last[onward].all():
            break
        rank += rank[onward]
        onward = onward[onward]
    astray = half[~last[onward]]
    if len(astray):
        return Chains(np.zeros(1, np.int64), half[:0]), _one_per_ring(partner, astray, end)
    first = half[breaks[begin]]
    mirror = onward[first] ^ 1  # the same chain, walked the other way, begins here
    key, mirror_key = (first & 1) * count + first, (mirror & 1) * count + mirror
    first = first[(key < mirror_key)]
    chain_of_last = np.full(count, -1, np.int64)
    chain_of_last[onward[first]] = np.arange(len(first))
    chain = chain_of_last[onward]
    members = half[chain >= 0]
    order = np.lexsort((-rank[members], chain[members]))
    members = members[order]
    start = np.concatenate(([0], np.cumsum(np.bincount(chain[members], minlength=len(first)))))
    return Chains(start.astype(np.int64), members), half[:0]


def _one_per_ring(
    partner: NDArray[np.int64], astray: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A node of each ring without any branching."""
    chosen, seen = [], set()
    for begin in astray.tolist():
        if begin in seen:
            continue
        chosen.append(int(end[begin]))
        step = begin
        while step not in seen:
            seen |= {step, step ^ 1}
            step = int(partner[step])
    return np.array(chosen, np.int64)


def _middles_of_loops(graph: RawGraph, chains: Chains) -> NDArray[np.int64]:
    begin, _ = ends(graph, chains.half[chains.start[:-1]])
    _, end = ends(graph, chains.half[chains.start[1:] - 1])
    loops = np.flatnonzero(begin == end)
    middle = (chains.start[loops] + chains.start[loops + 1] - 1) // 2
    return np.asarray(ends(graph, chains.half[middle])[1])
