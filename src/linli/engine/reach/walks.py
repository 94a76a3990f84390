"""The walk itself, edge by edge and exact: to draw, and to check the fast answers against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.reach.doors import NO_WAY, Doors, Ends, Int32s, as_int32, check_range, same_edge_walks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from linli.engine.reach.prepared import Prepared


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A walk from a door to a door.

    target
        Index of the target it leads to.
    edges : int32 [e]
        Edges in the order they are walked. If the origin is on an edge, the first is that edge and is walked in part
        (from the door's foot point on); if the target is, the last is. One edge only: both doors are on it and the
        walk goes straight from one to the other.
    forward : bool [e]
        Whether each is walked from its tail to its head.
    walk_ms
        The whole walk, access legs included.
    """

    target: int
    edges: Int32s
    forward: NDArray[np.bool_]
    walk_ms: int


def path(
    prepared: Prepared,
    origin: Doors,
    targets: Doors,
    category: ArrayLike,
    category_count: int,
    *,
    cutoff_ms: int,
) -> list[Walk | None]:
    """Find the walk from one door to the nearest target of every category; None where none is within the cut-off.

    One search (Dijkstra 1959) over the network's own edges, so it owes nothing to shortcuts or ticks.

    Raises
    ------
    ValueError
        An argument has the wrong shape, type or range; the message names it.
    """
    if cutoff_ms < 1:
        raise ValueError(f"cutoff_ms: {cutoff_ms}; give at least 1")
    cutoff_ms = min(int(cutoff_ms), NO_WAY - 1)
    _one(prepared, origin)
    prepared.check_doors("targets", targets)
    if category_count < 1:
        raise ValueError(f"category_count: {category_count}; give at least 1")
    group = as_int32("category", category, shape=(len(targets),))
    check_range("category", group, low=0, high=category_count)
    start, goals = origin.outward(), targets.inward()
    ms, via = prepared.kernel.search(start, goals, group, category_count, cutoff_ms=cutoff_ms)
    at_tail, at_head = _at(ms, goals.tail, goals.tail_ms), _at(ms, goals.head, goals.head_ms)
    straight = np.full(len(targets), NO_WAY, np.int64)
    _, target, walk_ms = same_edge_walks(origin, targets)
    straight[target] = walk_ms
    best = np.minimum(np.minimum(at_tail, at_head), straight)
    walks: list[Walk | None] = []
    for c in range(category_count):
        members = np.flatnonzero(group == c)
        nearest = members[np.argmin(best[members])] if members.size else -1
        if nearest < 0 or best[nearest] > cutoff_ms:
            walks.append(None)
            continue
        edge = int(targets.edge[nearest])
        if straight[nearest] == best[nearest]:
            here, there = int(origin.tail_ahead_ms[0]), int(targets.tail_ahead_ms[nearest])
            legs = int(origin.leg_ms[0]) + int(targets.leg_ms[nearest])
            forward = NO_WAY not in {here, there} and there - here + legs == best[nearest]
            steps = [(edge, forward)]
        else:
            by_tail = bool(at_tail[nearest] <= at_head[nearest])
            node = int((goals.tail if by_tail else goals.head)[nearest])
            steps = _steps(prepared, origin, start, ms, via, node)
            if edge >= 0:
                steps.append((edge, by_tail))
        walks.append(
            Walk(
                target=int(nearest),
                edges=np.array([edge for edge, _ in steps], np.int32),
                forward=np.array([forward for _, forward in steps], np.bool_),
                walk_ms=int(best[nearest]),
            )
        )
    return walks


def node_times(prepared: Prepared, origin: Doors, *, cutoff_ms: int) -> Int32s:
    """Exact ms from one door to every node, in the order of nodes; `NO_WAY` beyond the cut-off."""
    if cutoff_ms < 1:
        raise ValueError(f"cutoff_ms: {cutoff_ms}; give at least 1")
    _one(prepared, origin)
    nobody = np.zeros(0, np.int32)
    ms, _ = prepared.kernel.search(
        origin.outward(), None, nobody, 0, cutoff_ms=min(int(cutoff_ms), NO_WAY - 1)
    )
    return ms


def _one(prepared: Prepared, origin: Doors) -> None:
    if len(origin) != 1:
        raise ValueError(f"origin: {len(origin)} doors; give one")
    prepared.check_doors("origin", origin)


def _at(ms: Int32s, node: Int32s, offset_ms: Int32s) -> NDArray[np.int64]:
    """Give the time at each goal through one of its ends."""
    reached = (node >= 0) & (offset_ms != NO_WAY) & (ms[node] != NO_WAY)
    return np.where(reached, ms[node].astype(np.int64) + offset_ms, NO_WAY)


def _steps(
    prepared: Prepared, origin: Doors, start: Ends, ms: Int32s, via: Int32s, node: int
) -> list[tuple[int, bool]]:
    """From the origin to a node, walked back along the search's tree."""
    steps = []
    while via[node] >= 0:
        edge, backward = divmod(int(via[node]), 2)
        steps.append((edge, not backward))
        node = int((prepared.head if backward else prepared.tail)[edge])
    if origin.edge[0] >= 0:
        leaves_by_head = node == start.head[0] and ms[node] == start.head_ms[0]
        steps.append((int(origin.edge[0]), bool(leaves_by_head)))
    return steps[::-1]
