"""The compiled kernel. Every array it is given has been checked by then: see `prepared` and `queries`."""

from __future__ import annotations

import ctypes
import functools
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.compiled import at
from linli.engine.reach.library import DoorsStruct, Net, check, ends_struct, library
from linli.engine.reach.memory import Memory
from linli.engine.reach.times import FAR, Ticks, tick_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from linli.engine.reach.doors import Doors, Ends, Int32s
    from linli.engine.reach.kernel import Floats

_LANES = 16
_CUTOFFS_KEPT = 4
_THREADS = min(4, os.cpu_count() or 1)
_SHARE = 512  # sources worth a thread
_NUMBERS = 1_000_000  # of an answer worth a thread
_GATHER, _SPREAD, _TABLE = 0, 1, 2


def available() -> bool:
    """Whether the compiled kernel is there."""
    return library() is not None


def _call(name: str, *arguments: Any) -> int:
    loaded = library()
    assert loaded is not None
    return int(getattr(loaded, name)(*arguments) or 0)


class _Topology:
    """The eliminated network without weights, shared by all profiles."""

    def __init__(self, node_count: int, tail: Int32s, head: Int32s, lower: Int32s, bound_ms: int) -> None:
        handle, sizes = ctypes.c_void_p(), np.zeros(3, np.int64)
        check(
            _call(
                "linli_prepare", node_count, tail.size, at(tail), at(head), at(lower), bound_ms,
                ctypes.addressof(handle), at(sizes),
            )
        )  # fmt: skip
        arcs, self.dropped, self.height = (int(size) for size in sizes)
        self.tail, self.head = tail, head
        self.memory = Memory()
        try:
            self.start = np.empty(node_count + 1, np.int32)
            self.col, self.lower_ms = np.empty(arcs, np.int32), np.empty(arcs, np.int32)
            self.row_of_node, self.node_of_row = (
                np.empty(node_count, np.int32),
                np.empty(node_count, np.int32),
            )
            self.depth = np.empty(node_count, np.uint16)
            _call(
                "linli_take",
                handle,
                at(self.start),
                at(self.row_of_node),
                at(self.node_of_row),
                at(self.depth),
            )
            arrays = at(self.col), at(self.lower_ms)
            take = lambda first, end: _call(  # noqa: E731
                "linli_take_arcs", handle, at(self.start), at(self.node_of_row), first, end, *arrays
            )
            cuts = row_shares(node_count, 4 * arcs)
            _together(take, cuts[:-1], cuts[1:])
        finally:
            _call("linli_release", handle)

    @property
    def node_count(self) -> int:
        return self.row_of_node.size

    @cached_property
    def below(self) -> tuple[Int32s, Int32s, Int32s]:
        """Arcs by the row they lead to: starts, arcs, the rows they come from."""
        return transposed(self.node_count, self.start, self.col, self.col.size)

    @cached_property
    def edge_arc(self) -> Int32s:
        """Where each edge went."""
        arc = np.empty(self.tail.size, np.int32)
        _call(
            "linli_edge_arcs", at(self.start), at(self.col), at(self.row_of_node), self.tail.size, at(self.tail),
            at(self.head), at(arc),
        )  # fmt: skip
        return arc

    @cached_property
    def graph(self) -> tuple[NDArray[np.int64], Int32s, Int32s]:
        """The network's own edges by node: starts, nodes, edges."""
        start = np.empty(self.node_count + 1, np.int64)
        node, via = np.empty(2 * self.tail.size, np.int32), np.empty(2 * self.tail.size, np.int32)
        _call(
            "linli_graph",
            self.node_count,
            self.tail.size,
            at(self.tail),
            at(self.head),
            at(start),
            at(node),
            at(via),
        )
        return start, node, via


def row_shares(rows: int, size: int) -> list[int]:
    """Cut rows into a share for each thread that an answer of this many numbers is worth."""
    shares = max(1, min(_THREADS, size // _NUMBERS))
    return [rows * share // shares for share in range(shares + 1)]


def transposed(n: int, start: Int32s, col: Int32s, arcs: int) -> tuple[Int32s, Int32s, Int32s]:
    """Arcs by column, without those of a row to itself: starts [n + 1], arcs, rows."""
    below, arc, row = np.empty(n + 1, np.int32), np.empty(arcs, np.int32), np.empty(arcs, np.int32)
    _call("linli_transpose", n, at(start), at(col), at(below), at(arc), at(row))
    return below, arc[: below[-1]], row[: below[-1]]


@dataclass(frozen=True, eq=False)
class _Quantised:
    """The weights in ticks of one cut-off, kept for the next question."""

    topology: _Topology
    per_ms: float
    limit: int
    start: Int32s
    col: Int32s
    slot: Ticks
    up: Ticks
    down: Ticks

    @cached_property
    def below(self) -> tuple[Int32s, Int32s, Ticks, Ticks]:
        """Arcs by the row they lead to: starts, the rows they come from, up and down."""
        start, arc, row = transposed(self.topology.node_count, self.start, self.col, int(self.start[-1]))
        up = self.up[arc]
        return start, row, up, up if self.down is self.up else self.down[arc]

    def net(self, *, toward: bool) -> Net:
        """For walks toward the doors the sweep up adds a row's walk from above, and the sweep down its walk upward."""
        rising, falling = (self.down, self.up) if toward else (self.up, self.down)
        topology = self.topology
        return Net(
            topology.node_count, topology.height, at(self.start), at(self.col), at(self.slot), at(topology.depth),
            at(rising), at(falling), at(topology.row_of_node), self.per_ms, self.limit,
        )  # fmt: skip


class NativeKernel:
    """See `kernel.Kernel`."""

    def __init__(
        self, topology: _Topology, forward: Int32s, backward: Int32s, up: Int32s, down: Int32s
    ) -> None:
        self.row_of_node, self.node_of_row = topology.row_of_node, topology.node_of_row
        self.dropped = topology.dropped
        self._topology = topology
        self._forward, self._backward = forward, backward
        self._up, self._down = up, down
        self._quantised: dict[int, _Quantised] = {}
        self._lock = threading.Lock()

    def customised(self, forward_ms: Int32s, backward_ms: Int32s) -> NativeKernel:
        return _customised(self._topology, forward_ms, backward_ms)

    def nearest(
        self,
        ends: Ends,
        category: Int32s,
        category_count: int,
        *,
        cutoff_ms: int,
        toward: bool,
    ) -> Ticks:
        quantised = self._in_ticks(cutoff_ms)
        net, doors = quantised.net(toward=toward), ends_struct(ends)
        tables = []
        for first in range(0, category_count, _LANES):
            memory, used = self._topology.memory.empty(self.row_of_node.size * _LANES, np.uint16)
            table = memory.reshape(-1, _LANES)
            handle = ctypes.c_void_p()
            try:
                check(
                    _call(
                        "linli_nearest_open", ctypes.addressof(net), ctypes.addressof(doors), at(category), first,
                        ctypes.addressof(handle),
                    )
                )  # fmt: skip
                cuts = row_shares(table.shape[0], table.size // 8)
                down = functools.partial(_nearest_down, net, handle, table, again=used)
                for code in _together(down, cuts[:-1], cuts[1:]):
                    check(code)
            finally:
                _call("linli_nearest_close", handle)
            tables.append(table)
        return _side_by_side(tables)[:, :category_count]

    def k_nearest(
        self, ends: Ends, category: Int32s, category_count: int, *, k: int, cutoff_ms: int, toward: bool
    ) -> tuple[Ticks, Int32s]:
        quantised = self._in_ticks(cutoff_ms)
        net, doors = quantised.net(toward=toward), ends_struct(ends)
        count = np.bincount(category, minlength=category_count)
        if count.max(initial=0) >= FAR:
            raise ValueError(
                f"targets: more than {FAR - 1} of one category; k_nearest cannot tell them apart"
            )
        begin = (np.cumsum(count) - count).astype(np.int32)
        order = np.argsort(category, kind="stable").astype(np.int32)
        rank = np.empty(order.size, np.uint16)
        rank[order] = np.arange(order.size) - begin[category[order]]
        ticks_parts: list[Ticks] = []
        door_parts: list[Int32s] = []
        for first in range(0, category_count, _LANES):
            lanes = min(_LANES, category_count - first)
            shape = self.row_of_node.size, k, lanes
            size = math.prod(shape)
            ticks, _ = self._topology.memory.empty(size + _LANES, np.uint16)
            door, _ = self._topology.memory.empty(size + _LANES, np.int32)
            handle = ctypes.c_void_p()
            try:
                check(
                    _call(
                        "linli_k_open", ctypes.addressof(net), ctypes.addressof(doors), at(category), at(rank),
                        first, lanes, k, ctypes.addressof(handle),
                    )
                )  # fmt: skip
                cuts = row_shares(shape[0], size)
                down = functools.partial(self._k_down, net, handle, begin[first:], lanes, k, ticks, door)
                for code in _together(down, cuts[:-1], cuts[1:]):
                    check(code)
            finally:
                _call("linli_k_close", handle)
            ticks_parts.append(ticks[:size].reshape(shape).transpose(0, 2, 1))
            door_parts.append(door[:size].reshape(shape).transpose(0, 2, 1))
        found = _side_by_side(door_parts)
        if (np.diff(order) < 0).any():  # the targets were not given category by category
            found = np.append(order, np.int32(-1))[found]
        return _side_by_side(ticks_parts), found

    def _k_down(
        self, net: Net, handle: ctypes.c_void_p, begin: Int32s, lanes: int, k: int, ticks: Ticks, door: Int32s,
        first_row: int, end_row: int,
    ) -> int:  # fmt: skip
        return _call(
            "linli_k_down",
            ctypes.addressof(net),
            handle,
            at(begin),
            lanes,
            k,
            first_row,
            end_row,
            at(ticks),
            at(door),
        )

    def gather(
        self, sources: Doors, sinks: Doors | None, weight: Floats, *, cutoff_ms: int, toward: bool
    ) -> Floats:
        total = np.zeros((self.row_of_node.size if sinks is None else len(sinks), weight.shape[1]))
        self._between(sources, sinks, _GATHER, weight, total, cutoff_ms=cutoff_ms, toward=toward)
        return total

    def spread(self, sources: Doors, sinks: Doors, weight: Floats, *, cutoff_ms: int, toward: bool) -> Floats:
        total = np.zeros((len(sources), weight.shape[1]))
        self._between(sources, sinks, _SPREAD, weight, total, cutoff_ms=cutoff_ms, toward=toward)
        return total

    def table(self, sources: Doors, sinks: Doors, *, cutoff_ms: int, toward: bool) -> Ticks:
        ticks = np.full((len(sources), len(sinks)), FAR, np.uint16)
        self._between(sources, sinks, _TABLE, None, ticks, cutoff_ms=cutoff_ms, toward=toward)
        return ticks

    def search(
        self, start: Ends, goals: Ends | None, category: Int32s, category_count: int, *, cutoff_ms: int
    ) -> tuple[Int32s, Int32s]:
        first, node, via = self._topology.graph
        count = self.row_of_node.size
        ms, reached_by = np.empty(count, np.int32), np.empty(count, np.int32)
        origin, targets = ends_struct(start), None if goals is None else ends_struct(goals)
        check(
            _call(
                "linli_search", count, at(first), at(node), at(via), at(self._forward), at(self._backward),
                ctypes.addressof(origin), targets and ctypes.addressof(targets), at(category), category_count,
                cutoff_ms, at(ms), at(reached_by),
            )
        )  # fmt: skip
        return ms, reached_by

    def sweep_bytes(self, *, cutoff_ms: int) -> tuple[int, int]:
        """Count what the sweep down of `nearest` must at least read and write, for a benchmark's floor."""
        rows, arcs = self.row_of_node.size, int(self._in_ticks(cutoff_ms).start[-1])
        return rows * (4 + 2) + arcs * (2 + 2), rows * 2 * _LANES

    def _between(
        self, sources: Doors, sinks: Doors | None, mode: int, weight: Floats | None, out: NDArray[Any], *,
        cutoff_ms: int, toward: bool,
    ) -> None:  # fmt: skip
        quantised = self._in_ticks(cutoff_ms)
        net = quantised.net(toward=toward)
        start, row, up, down = quantised.below
        inward: Callable[[Doors], Ends] = lambda doors: doors.inward()  # noqa: E731
        outward: Callable[[Doors], Ends] = lambda doors: doors.outward()  # noqa: E731
        near, far = (inward, outward) if toward else (outward, inward)
        ends = near(sources)
        source = ends_struct(ends, sources)
        sink: DoorsStruct | None = None
        if sinks is not None:
            sink_ends = far(sinks)
            sink = ends_struct(sink_ends, sinks)
        # Neighbours in the tree are neighbours on the ground: in one batch they touch much the same rows.
        order = np.argsort(self.row_of_node[np.maximum(ends.tail, ends.head)], kind="stable").astype(np.int32)
        # Batch by batch in turn, so that no thread has all of the centre.
        threads = min(_THREADS, -(-order.size // _SHARE)) or 1
        batch = np.arange(order.size) // _LANES
        shares = [order[batch % threads == thread] for thread in range(threads)]
        # Each source has a row of its own in the answer, except where sinks gather what they are given.
        outs = [out, *(np.zeros_like(out) if mode == _GATHER else out for _ in shares[1:])]

        def answer(share: Int32s, into: NDArray[Any]) -> int:
            table, _ = self._topology.memory.empty(self.row_of_node.size * _LANES, np.uint16)
            return _call(
                "linli_between", ctypes.addressof(net), at(start), at(row), at(up if toward else down),
                at(table), ctypes.addressof(source), at(share), share.size, sink and ctypes.addressof(sink),
                self._topology.tail.size, toward, mode, at(weight), 0 if weight is None else weight.shape[1], at(into),
            )  # fmt: skip

        for code in _together(answer, shares, outs):
            check(code)
        if mode == _GATHER:
            for part in outs[1:]:
                out += part

    def _in_ticks(self, cutoff_ms: int) -> _Quantised:
        with self._lock:
            if cutoff_ms not in self._quantised:
                while len(self._quantised) >= _CUTOFFS_KEPT:
                    self._quantised.pop(next(iter(self._quantised)))
                self._quantised[cutoff_ms] = self._quantise(cutoff_ms)
            return self._quantised[cutoff_ms]

    def _quantise(self, cutoff_ms: int) -> _Quantised:
        topology = self._topology
        tick_ms, limit = tick_of(cutoff_ms)
        arcs = topology.col.size + 2 * topology.node_count
        start, col = np.empty(topology.node_count + 1, np.int32), np.empty(arcs, np.int32)
        slot, up = np.empty(arcs, np.uint16), np.empty(arcs, np.uint16)
        down = None if self._down is self._up else np.empty(arcs, np.uint16)
        _call(
            "linli_quantise", topology.node_count, at(topology.start), at(topology.col), at(topology.depth),
            at(self._up), None if down is None else at(self._down), 1 / tick_ms, limit, at(start), at(col), at(slot),
            at(up), at(down),
        )  # fmt: skip
        return _Quantised(topology, 1 / tick_ms, limit, start, col, slot, up, up if down is None else down)


def prepare_kernel(
    node_count: int,
    tail: Int32s,
    head: Int32s,
    forward: Int32s,
    backward: Int32s,
    lower: Int32s,
    bound_ms: int,
) -> NativeKernel:
    """Eliminate with `lower`, then put the weights on. `TooLargeError` if the network is beyond the kernel."""
    topology = _Topology(node_count, tail, head, lower, bound_ms)
    if np.array_equal(forward, lower) and np.array_equal(backward, lower):
        return NativeKernel(topology, forward, backward, topology.lower_ms, topology.lower_ms)
    return _customised(topology, forward, backward)


def _customised(topology: _Topology, forward: Int32s, backward: Int32s) -> NativeKernel:
    below, arc, row = topology.below
    up = np.empty(topology.col.size, np.int32)
    down = np.empty(topology.col.size, np.int32)
    check(
        _call(
            "linli_customise", topology.node_count, at(topology.start), at(topology.col), at(below), at(arc),
            at(row), topology.tail.size, at(topology.edge_arc), at(forward), at(backward), at(up), at(down),
        )
    )  # fmt: skip
    return NativeKernel(topology, forward, backward, up, down)


def _nearest_down(
    net: Net, handle: ctypes.c_void_p, table: Ticks, first_row: int, end_row: int, *, again: bool
) -> int:
    return _call("linli_nearest_down", ctypes.addressof(net), handle, first_row, end_row, at(table), again)


def _together(work: Callable[..., int], *arguments: Sequence[Any]) -> list[int]:
    """Map, a thread for each piece, this one included: the kernel runs outside Python's lock."""
    first, *others = zip(*arguments, strict=True)
    if not others:
        return [work(*first)]
    with ThreadPoolExecutor(len(others)) as pool:
        started = [pool.submit(work, *other) for other in others]
        return [work(*first), *(each.result() for each in started)]


def _side_by_side(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Join tables of 16 categories each."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
