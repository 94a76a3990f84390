"""Questions to a prepared network: nearest, k nearest, within, matrix.

Every answer about the whole network (`origins=None`) comes in the order of rows, which is what the kernel works in;
`answer[prepared.row_of_node]` is in the order of nodes. Times are rounded to ticks (see `Times`) once per shortcut and
once per door: within 15 minutes the sum is within 0.2 s of the exact walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linli.engine.reach.doors import (
    NO_WAY,
    Direction,
    Doors,
    Ends,
    Int32s,
    as_int32,
    check_range,
    same_edge_walks,
)
from linli.engine.reach.times import FAR, Ticks, Times, tick_of, to_ticks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from linli.engine.reach.prepared import Prepared

MAX_K = 64


def nearest(
    prepared: Prepared,
    targets: Doors,
    category: ArrayLike,
    category_count: int,
    *,
    origins: Doors | None = None,
    cutoff_ms: int,
    direction: Direction = "to",
) -> Times:
    """Find the walk to the nearest target of every category.

    Parameters
    ----------
    targets : t doors
    category : int [t]
        Of each target, 0 … category_count − 1. A target of two categories is given twice.
    origins
        Doors to answer for; None: every node.
    direction
        "to": people walk from the origin to the target. "from": from the target to the origin.

    Returns
    -------
    Times [origins or n, category_count]

    Raises
    ------
    ValueError
        An argument has the wrong shape, type or range, or the cut-off is beyond `prepared.limit_ms`.

    Notes
    -----
    One linear sweep over the network (PHAST: Delling, Goldberg, Nowatzyk, Werneck 2011) with 16 categories a row.
    """
    toward = _toward(direction)
    cutoff, group = _checked(prepared, targets, category, category_count, origins, cutoff_ms)
    ends = targets.inward() if toward else targets.outward()
    table = prepared.kernel.nearest(ends, group, category_count, cutoff_ms=cutoff, toward=toward)
    tick_ms, _ = tick_of(cutoff)
    if origins is None:
        return Times(table, tick_ms)
    at = np.minimum(
        *(_reached(table[node], ms, cutoff) for node, ms in _rows(prepared, origins, toward=toward))
    )
    origin, target, walk_ms = _direct(origins, targets, toward=toward)
    np.minimum.at(at, (origin, group[target]), to_ticks(walk_ms, cutoff))
    return Times(at, tick_ms)


def k_nearest(
    prepared: Prepared,
    targets: Doors,
    category: ArrayLike,
    category_count: int,
    *,
    k: int,
    origins: Doors | None = None,
    cutoff_ms: int,
    direction: Direction = "to",
) -> tuple[Times, Int32s]:
    """Find the walks to the k nearest targets of every category, nearest first; arguments as of `nearest`.

    Returns
    -------
    Times [origins or n, category_count, k]
    target : int32, same shape
        Which target each leads to; −1 where there are fewer than k.
    """
    toward = _toward(direction)
    if not 1 <= k <= MAX_K:
        raise ValueError(f"k: {k}; give 1 … {MAX_K}")
    cutoff, group = _checked(prepared, targets, category, category_count, origins, cutoff_ms)
    ends = targets.inward() if toward else targets.outward()
    ticks, found = prepared.kernel.k_nearest(
        ends, group, category_count, k=k, cutoff_ms=cutoff, toward=toward
    )
    tick_ms, _ = tick_of(cutoff)
    if origins is None:
        return Times(ticks, tick_ms), found
    rows = _rows(prepared, origins, toward=toward)
    times = [_reached(ticks[node], ms, cutoff) for node, ms in rows]
    ids = [found[node] for node, _ in rows]
    for near_ticks, near_ids in _ranked(origins, targets, group, category_count, k, cutoff, toward=toward):
        times.append(near_ticks[:, :, None])
        ids.append(near_ids[:, :, None])
    if k == 1:
        merged, which = _least(times, ids)
    else:
        merged, which = _merge(np.concatenate(times, axis=2), np.concatenate(ids, axis=2), k)
    return Times(merged, tick_ms), which


def within(
    prepared: Prepared,
    targets: Doors,
    weight: ArrayLike,
    *,
    origins: Doors | None = None,
    cutoff_ms: int,
    direction: Direction = "to",
) -> NDArray[np.float64]:
    """How much of what is within the cut-off.

    Parameters
    ----------
    weight : float [t] or [t, c]
        What each target counts for (1 to count targets), in one or several columns.

    Returns
    -------
    float64 [origins or n] or [origins or n, c]
    """
    toward = _toward(direction)
    cutoff = prepared.check_cutoff(cutoff_ms)
    prepared.check_doors("targets", targets)
    amount = np.asarray(weight, dtype=np.float64)
    if amount.ndim not in {1, 2} or amount.shape[0] != len(targets):
        raise ValueError(f"weight: shape {amount.shape}; give [{len(targets)}] or [{len(targets)}, c]")
    columns = np.ascontiguousarray(amount if amount.ndim == 2 else amount[:, None])
    kernel = prepared.kernel
    if origins is not None:
        prepared.check_doors("origins", origins)
    if origins is not None and len(origins) < len(targets):
        total = kernel.spread(origins, targets, columns, cutoff_ms=cutoff, toward=not toward)
    else:
        total = kernel.gather(targets, origins, columns, cutoff_ms=cutoff, toward=toward)
    return total[:, 0] if amount.ndim == 1 else total


def matrix(prepared: Prepared, origins: Doors, targets: Doors, *, cutoff_ms: int) -> Times:
    """Find the walk from every origin to every target: Times [o, t]."""
    cutoff = prepared.check_cutoff(cutoff_ms)
    prepared.check_doors("origins", origins)
    prepared.check_doors("targets", targets)
    if len(origins) <= len(targets):
        ticks = prepared.kernel.table(origins, targets, cutoff_ms=cutoff, toward=False)
    else:
        ticks = prepared.kernel.table(targets, origins, cutoff_ms=cutoff, toward=True).T
    return Times(ticks, tick_of(cutoff)[0])


def _toward(direction: Direction) -> bool:
    if direction not in {"to", "from"}:
        raise ValueError(f"direction: {direction!r}; give 'to' or 'from'")
    return direction == "to"


def _checked(
    prepared: Prepared, targets: Doors, category: ArrayLike, count: int, origins: Doors | None, cutoff_ms: int
) -> tuple[int, Int32s]:
    cutoff = prepared.check_cutoff(cutoff_ms)
    prepared.check_doors("targets", targets)
    if origins is not None:
        prepared.check_doors("origins", origins)
    if count < 1:
        raise ValueError(f"category_count: {count}; give at least 1")
    group = as_int32("category", category, shape=(len(targets),))
    check_range("category", group, low=0, high=count)
    return cutoff, group


def _rows(prepared: Prepared, origins: Doors, *, toward: bool) -> list[tuple[Int32s, Int32s]]:
    """Find the rows of both ends of each origin and the offsets there; row 0 at NO_WAY where there is none."""
    ends: Ends = origins.outward() if toward else origins.inward()
    return [
        (np.where(node < 0, 0, prepared.row_of_node[node]), np.where(node < 0, NO_WAY, ms).astype(np.int32))
        for node, ms in ((ends.tail, ends.tail_ms), (ends.head, ends.head_ms))
    ]


def _reached(ticks: Ticks, offset_ms: Int32s, cutoff_ms: int) -> Ticks:
    """Ticks at a node and the walk between node and door, together; FAR beyond the cut-off."""
    tick_ms, limit = tick_of(cutoff_ms)
    offset = np.minimum(np.rint(offset_ms / tick_ms), FAR).astype(np.uint32)
    both = ticks + offset.reshape(-1, *(1,) * (ticks.ndim - 1))
    both[both > limit] = FAR
    return both.astype(np.uint16)


def _direct(
    origins: Doors, targets: Doors, *, toward: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """`same_edge_walks`, whichever way people walk; still (origin, target, ms)."""
    if toward:
        return same_edge_walks(origins, targets)
    target, origin, walk_ms = same_edge_walks(targets, origins)
    return origin, target, walk_ms


def _ranked(
    origins: Doors, targets: Doors, group: Int32s, count: int, k: int, cutoff_ms: int, *, toward: bool
) -> list[tuple[Ticks, Int32s]]:
    """Rank walks along one edge, as tables [o, c]: the nearest of each, the second nearest … up to the k-th."""
    origin, target, walk_ms = _direct(origins, targets, toward=toward)
    order = np.lexsort((walk_ms, group[target], origin))
    origin, target, ticks = origin[order], target[order], to_ticks(walk_ms[order], cutoff_ms)
    cell = origin * count + group[target]
    rank = np.arange(cell.size) - np.searchsorted(cell, cell, "left")
    tables = []
    for place in range(min(k, int(rank.max(initial=-1)) + 1)):
        here = rank == place
        times = np.full((len(origins), count), FAR, np.uint16)
        ids = np.full((len(origins), count), -1, np.int32)
        times[origin[here], group[target[here]]] = ticks[here]
        ids[origin[here], group[target[here]]] = target[here]
        tables.append((times, ids))
    return tables


def _merge(times: Ticks, ids: Int32s, k: int) -> tuple[Ticks, Int32s]:
    """Keep the k least times along the last axis, each target once."""
    order = np.argsort(times, axis=-1, kind="stable")
    times, ids = np.take_along_axis(times, order, -1), np.take_along_axis(ids, order, -1)
    for later in range(1, ids.shape[-1]):
        seen = (ids[..., :later] == ids[..., later : later + 1]).any(axis=-1)
        times[..., later][seen] = FAR
    order = np.argsort(times, axis=-1, kind="stable")[..., :k]
    times, ids = np.take_along_axis(times, order, -1), np.take_along_axis(ids, order, -1)
    ids[times == FAR] = -1
    return times, ids


def _least(times: list[Ticks], ids: list[Int32s]) -> tuple[Ticks, Int32s]:
    """Keep the least of several tables of times: `_merge` for k = 1, where sorting would be most of the work."""
    best, which = times[0], ids[0]
    for other, theirs in zip(times[1:], ids[1:], strict=True):
        nearer = other < best
        best, which = np.where(nearer, other, best), np.where(nearer, theirs, which)
    return best, np.where(best == FAR, -1, which).astype(np.int32)
