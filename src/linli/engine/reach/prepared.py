"""Preparation, done once per network; profiles are weights over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.reach import native
from linli.engine.reach.doors import NO_WAY, Doors, Int32s, as_int32, check_range
from linli.engine.reach.fallback import ScipyKernel
from linli.engine.reach.library import TooLargeError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from linli.engine.reach.kernel import Kernel

_UNBOUNDED = NO_WAY - 1


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A network ready to be asked. Threads may share it."""

    node_count: int
    tail: Int32s
    head: Int32s
    forward_ms: Int32s
    backward_ms: Int32s
    lower_bound_ms: Int32s  # what the topology was made from
    bound_ms: int
    limit_ms: int  # the largest cut-off these weights can answer exactly
    kernel: Kernel

    @property
    def row_of_node(self) -> Int32s:
        """Tables over the whole network come in rows: `table[prepared.row_of_node]` is in node order."""
        return self.kernel.row_of_node

    @property
    def node_of_row(self) -> Int32s:
        """The node of each row."""
        return self.kernel.node_of_row

    def customised(self, forward_ms: ArrayLike, backward_ms: ArrayLike) -> Prepared:
        """Put other weights on the same network, in a fraction of the time of `prepare`.

        Exact up to the new `limit_ms`: the bound times the least ratio of a new weight to the lower bound that the
        topology was made from. Any path within that limit was within the bound, so no shortcut it needs is missing.
        """
        forward, backward = _weights(self.tail.size, forward_ms, backward_ms)
        kernel = self.kernel.customised(forward, backward)
        limit = _limit(self.bound_ms, self.lower_bound_ms, forward, backward, dropped=kernel.dropped)
        return replace(self, forward_ms=forward, backward_ms=backward, limit_ms=limit, kernel=kernel)

    def check_doors(self, name: str, doors: Doors) -> None:
        """Refuse doors that are not of this network."""
        check_range(f"{name}.tail", doors.tail, low=-1, high=self.node_count)
        check_range(f"{name}.head", doors.head, low=-1, high=self.node_count)
        check_range(f"{name}.edge", doors.edge, low=-1, high=self.tail.size)
        placed = doors.edge >= 0
        edge = doors.edge[placed]
        if (self.tail[edge] != doors.tail[placed]).any() or (self.head[edge] != doors.head[placed]).any():
            raise ValueError(f"{name}: edge, tail and head are not of this network")

    def check_cutoff(self, cutoff_ms: int) -> int:
        """Refuse cut-offs that are not positive or are beyond what these weights can answer."""
        if cutoff_ms < 1:
            raise ValueError(f"cutoff_ms: {cutoff_ms}; give at least 1")
        if cutoff_ms > self.limit_ms:
            raise ValueError(
                f"cutoff_ms: {cutoff_ms} is beyond this network's limit_ms = {self.limit_ms}; "
                "prepare it with a larger bound_ms, or with the fastest profile as lower_bound_ms"
            )
        return int(cutoff_ms)


def prepare(
    *,
    node_count: int,
    tail: ArrayLike,
    head: ArrayLike,
    forward_ms: ArrayLike,
    backward_ms: ArrayLike,
    bound_ms: int = 1_800_000,
    lower_bound_ms: ArrayLike | None = None,
    use_native: bool | None = None,
) -> Prepared:
    """Make a network ready for walking-time questions.

    The compiled kernel eliminates nodes in minimum-degree order, adding shortcuts: Gaussian elimination in the
    (min, +) semiring, known as a customisable contraction hierarchy (Dibbelt, Strasser, Wagner 2016).

    Parameters
    ----------
    node_count
        Nodes are 0 … node_count − 1.
    tail, head : int [m]
        The ends of each edge. Parallel edges and loops are welcome.
    forward_ms, backward_ms : int [m]
        The walk tail → head and head → tail in whole ms (or any other whole unit); `NO_WAY` where not allowed.
    bound_ms
        Shortcuts longer than this are dropped; no question may look farther. `NO_WAY - 1`: none are.
    lower_bound_ms : int [m], optional
        For each edge a time no profile will beat in either direction, for a network that will be `customised`: then
        every profile can be asked up to the whole bound. By default the lesser of the two directions.
    use_native
        None: the compiled kernel where it is there. True, False: insist on it, or on scipy.

    Raises
    ------
    ValueError
        An argument has the wrong shape, type or range; the message names it.
    MemoryError
    """
    if not 1 <= node_count < NO_WAY:
        raise ValueError(f"node_count: {node_count}; give at least 1")
    if not 1 <= bound_ms < NO_WAY:
        raise ValueError(f"bound_ms: {bound_ms}; give 1 … {_UNBOUNDED}")
    tails = as_int32("tail", tail)
    heads = as_int32("head", head, shape=tails.shape)
    if tails.size >= 2**30:
        raise ValueError(f"tail: {tails.size} edges; at most {2**30 - 1}")
    check_range("tail", tails, low=0, high=node_count)
    check_range("head", heads, low=0, high=node_count)
    forward, backward = _weights(tails.size, forward_ms, backward_ms)
    if lower_bound_ms is None:
        lower = np.minimum(forward, backward)
    else:
        lower = as_int32("lower_bound_ms", lower_bound_ms, shape=tails.shape)
        check_range("lower_bound_ms", lower, low=0, high=NO_WAY + 1)
    kernel: Kernel | None = None
    if native.available() if use_native is None else use_native:
        try:
            kernel = native.prepare_kernel(node_count, tails, heads, forward, backward, lower, bound_ms)
        except TooLargeError:
            if use_native:
                raise
    kernel = kernel or ScipyKernel(node_count, tails, heads, forward, backward)
    limit = _limit(bound_ms, lower, forward, backward, dropped=kernel.dropped)
    return Prepared(node_count, tails, heads, forward, backward, lower, bound_ms, limit, kernel)


def _weights(count: int, forward_ms: ArrayLike, backward_ms: ArrayLike) -> tuple[Int32s, Int32s]:
    forward = as_int32("forward_ms", forward_ms, shape=(count,))
    backward = as_int32("backward_ms", backward_ms, shape=(count,))
    check_range("forward_ms", forward, low=0, high=NO_WAY + 1)
    check_range("backward_ms", backward, low=0, high=NO_WAY + 1)
    return forward, backward


def _limit(bound_ms: int, lower: Int32s, forward: Int32s, backward: Int32s, *, dropped: int) -> int:
    """Find the longest walk whose every part, at the lower-bound weights, stays within the bound.

    An edge that the lower bound rules out (NO_WAY) counts as one that takes NO_WAY: allowing it limits the answers.
    """
    least = np.minimum(forward, backward)
    told = (lower > 0) & (least < NO_WAY)
    if not told.any():
        return _UNBOUNDED if dropped == 0 else bound_ms
    if dropped == 0 and not (lower[told] == NO_WAY).any():
        return _UNBOUNDED
    return min(_UNBOUNDED, int(bound_ms * float((least[told] / lower[told]).min()) * (1 + 1e-12)))
