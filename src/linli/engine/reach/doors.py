"""Where walks begin and end: doors on the edges of the network.

A door stands somewhere along an edge, behind a short access leg. It is reached through either end of its edge, so it
seeds a search twice, each end with its own offset; two doors on one edge may also walk straight to each other.
Units are whole milliseconds, or any other whole unit (millimetres for rules in metres): nothing here knows which.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int32s = NDArray[np.int32]
Direction = Literal["to", "from"]

# A direction nobody may walk, in weights and in offsets.
NO_WAY = 2**31 - 1


def as_int32(name: str, values: ArrayLike, *, shape: tuple[int, ...] | None = None) -> Int32s:
    """`values` as a contiguous int32 array, or a ValueError that names the argument."""
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name}: {array.dtype} values; give whole numbers")
    if shape is None and array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions; give one")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name}: shape {array.shape}; expected {shape}")
    if array.dtype != np.int32 and array.size and (array.min() < -(2**31) or array.max() > NO_WAY):
        raise ValueError(f"{name}: values beyond 32 bits; the largest is NO_WAY = {NO_WAY}")
    return np.ascontiguousarray(array, dtype=np.int32)


def check_range(name: str, values: Int32s, *, low: int, high: int) -> None:
    """Refuse values outside low … high − 1."""
    if values.size and (int(values.min()) < low or int(values.max()) >= high):
        raise ValueError(f"{name}: holds values outside {low} … {high - 1}")


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """How each of d doors hangs on the network: a node and an offset at either end (node −1: none)."""

    tail: Int32s
    head: Int32s
    tail_ms: Int32s
    head_ms: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Doors on edges, int32 arrays of one length d.

    edge
        The edge a door stands on, −1 for a door at a node or without a street.
    tail, head
        The nodes at the ends of that edge (for a door at a node: that node twice), −1 where there is no street.
    from_tail_ms, to_tail_ms, from_head_ms, to_head_ms
        The walk from (to) the node to (from) the door, its access leg included; `NO_WAY` where it may not be walked.
    leg_ms
        The access leg between the street and the door.
    tail_ahead_ms, head_ahead_ms
        From the tail forward (from the head backward) to the door's foot point, without the leg; `NO_WAY` where that
        direction may not be walked. Two doors on one edge are set against each other with these.
    """

    edge: Int32s
    tail: Int32s
    head: Int32s
    from_tail_ms: Int32s
    to_tail_ms: Int32s
    from_head_ms: Int32s
    to_head_ms: Int32s
    leg_ms: Int32s
    tail_ahead_ms: Int32s
    head_ahead_ms: Int32s

    def __post_init__(self) -> None:
        count = np.asarray(self.edge).size
        for field in fields(self):
            array = as_int32(field.name, getattr(self, field.name), shape=(count,))
            if count and int(array.min()) < (-1 if field.name in {"edge", "tail", "head"} else 0):
                raise ValueError(f"{field.name}: holds negative values")
            object.__setattr__(self, field.name, array)

    @classmethod
    def at_nodes(cls, nodes: ArrayLike) -> Doors:
        """Doors that stand on nodes themselves."""
        node = as_int32("nodes", nodes)
        none, zero = np.full(node.size, NO_WAY, np.int32), np.zeros(node.size, np.int32)
        return cls(
            edge=np.full(node.size, -1, np.int32), tail=node, head=node, from_tail_ms=zero, to_tail_ms=zero,
            from_head_ms=zero, to_head_ms=zero, leg_ms=zero, tail_ahead_ms=none, head_ahead_ms=none,
        )  # fmt: skip

    def __len__(self) -> int:
        return int(self.edge.size)

    def take(self, indexes: Any) -> Doors:
        """Take the doors at `indexes` (anything that indexes an array)."""
        return Doors(
            **{field.name: np.atleast_1d(getattr(self, field.name)[indexes]) for field in fields(self)}
        )

    def inward(self) -> Ends:
        """From the network to the doors."""
        return Ends(self.tail, self.head, self.from_tail_ms, self.from_head_ms)

    def outward(self) -> Ends:
        """From the doors to the network."""
        return Ends(self.tail, self.head, self.to_tail_ms, self.to_head_ms)


def same_edge_walks(
    origins: Doors, targets: Doors
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every origin and target on one edge that can walk straight to each other.

    Returns
    -------
    origin, target : int64 [p]
        Indexes of the pairs.
    walk_ms : int64 [p]
        From origin to target along the edge, both legs included.
    """
    by_edge = np.argsort(targets.edge, kind="stable")
    edges = targets.edge[by_edge]
    first = np.searchsorted(edges, origins.edge, "left")
    count = np.searchsorted(edges, origins.edge, "right") - first
    count[origins.edge < 0] = 0
    origin = np.repeat(np.arange(len(origins)), count)
    starts = np.cumsum(count) - count
    target = by_edge[np.repeat(first - starts, count) + np.arange(origin.size)]
    best = np.full(origin.size, NO_WAY, np.int64)
    for ahead in ("tail_ahead_ms", "head_ahead_ms"):
        here = getattr(origins, ahead)[origin].astype(np.int64)
        there = getattr(targets, ahead)[target].astype(np.int64)
        walkable = (here != NO_WAY) & (there != NO_WAY) & (there >= here)
        best = np.where(walkable, np.minimum(best, there - here), best)
    legs = origins.leg_ms[origin].astype(np.int64) + targets.leg_ms[target]
    met = (best < NO_WAY) & (best + legs < NO_WAY)
    return origin[met], target[met], (best + legs)[met]
