"""The kernel on scipy, for machines without the compiled one: the same answers, some fifty times slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.reach.doors import NO_WAY, Doors, Ends, Int32s, same_edge_walks
from linli.engine.reach.times import FAR, Ticks, to_ticks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from linli.engine.reach.kernel import Floats

# Sources searched at once: bounds memory at 8 B × nodes × this.
_CHUNK = 64


class ScipyKernel:
    """See `kernel.Kernel`. Rows are nodes."""

    def __init__(
        self, node_count: int, tail: Int32s, head: Int32s, forward_ms: Int32s, backward_ms: Int32s
    ) -> None:
        self.row_of_node = self.node_of_row = np.arange(node_count, dtype=np.int32)
        self.dropped = 0
        self._edges = (tail, head)
        edge = np.arange(tail.size)
        start = np.concatenate([tail, head])
        end = np.concatenate([head, tail])
        ms = np.concatenate([forward_ms, backward_ms])
        via = np.concatenate([2 * edge, 2 * edge + 1]).astype(np.int32)
        # scipy adds parallel arcs up: only the quickest of each may stay.
        order = np.lexsort((ms, end, start))
        order = order[ms[order] != NO_WAY]
        pair = start[order].astype(np.int64) * node_count + end[order]
        order = order[np.concatenate([[True], pair[1:] != pair[:-1]])] if order.size else order
        self._start, self._end, self._ms, self._via = start[order], end[order], ms[order], via[order]

    def customised(self, forward_ms: Int32s, backward_ms: Int32s) -> ScipyKernel:
        return ScipyKernel(self.row_of_node.size, *self._edges, forward_ms, backward_ms)

    def nearest(
        self,
        ends: Ends,
        category: Int32s,
        category_count: int,
        *,
        cutoff_ms: int,
        toward: bool,
    ) -> Ticks:
        found = self._distances(ends, category, category_count, cutoff_ms=cutoff_ms, toward=toward)
        return np.ascontiguousarray(to_ticks(found, cutoff_ms).T)

    def k_nearest(
        self, ends: Ends, category: Int32s, category_count: int, *, k: int, cutoff_ms: int, toward: bool
    ) -> tuple[Ticks, Int32s]:
        shape = (self.row_of_node.size, category_count, k)
        ticks, target = np.full(shape, FAR, np.uint16), np.full(shape, -1, np.int32)
        for c in range(category_count):
            best = np.full((shape[0], k), np.inf)
            members = np.flatnonzero(category == c)
            for begin in range(0, members.size, _CHUNK):
                some = members[begin : begin + _CHUNK]
                found = self._distances(
                    _some(ends, some), np.arange(some.size), some.size, cutoff_ms=cutoff_ms, toward=toward
                )
                times = np.concatenate([best, found.T], axis=1)
                ids = np.concatenate([target[:, c], np.broadcast_to(some, (shape[0], some.size))], axis=1)
                order = np.argsort(times, axis=1, kind="stable")[:, :k]
                best, target[:, c] = np.take_along_axis(times, order, 1), np.take_along_axis(ids, order, 1)
            ticks[:, c] = to_ticks(best, cutoff_ms)
        target[ticks == FAR] = -1
        return ticks, target

    def gather(
        self, sources: Doors, sinks: Doors | None, weight: Floats, *, cutoff_ms: int, toward: bool
    ) -> Floats:
        total = np.zeros((self.row_of_node.size if sinks is None else len(sinks), weight.shape[1]))
        for some, ticks in self._tables(sources, sinks, cutoff_ms=cutoff_ms, toward=toward):
            total += (ticks != FAR).T @ weight[some]
        return total

    def spread(self, sources: Doors, sinks: Doors, weight: Floats, *, cutoff_ms: int, toward: bool) -> Floats:
        total = np.zeros((len(sources), weight.shape[1]))
        for some, ticks in self._tables(sources, sinks, cutoff_ms=cutoff_ms, toward=toward):
            total[some] = (ticks != FAR) @ weight
        return total

    def table(self, sources: Doors, sinks: Doors, *, cutoff_ms: int, toward: bool) -> Ticks:
        result = np.full((len(sources), len(sinks)), FAR, np.uint16)
        for some, ticks in self._tables(sources, sinks, cutoff_ms=cutoff_ms, toward=toward):
            result[some] = ticks
        return result

    def search(
        self, start: Ends, goals: Ends | None, category: Int32s, category_count: int, *, cutoff_ms: int
    ) -> tuple[Int32s, Int32s]:
        del goals, category, category_count  # scipy cannot stop at the goals
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 -- half a second to import

        count = self.row_of_node.size
        graph = self._graph(start, np.zeros(1, np.int32), 1, toward=False)
        found, before = dijkstra(graph, indices=count, limit=cutoff_ms, return_predecessors=True)
        ms, before = found[:count], before[:count].astype(np.int64)
        reached = np.isfinite(ms)
        via = np.full(count, -1, np.int32)
        inner = np.flatnonzero(reached & (before != count))
        arc = np.searchsorted(self._start.astype(np.int64) * count + self._end, before[inner] * count + inner)
        via[inner] = self._via[arc]
        return np.where(reached, ms, NO_WAY).astype(np.int32), via

    def _tables(
        self, sources: Doors, sinks: Doors | None, *, cutoff_ms: int, toward: bool
    ) -> Iterator[tuple[slice, Ticks]]:
        """Find the times between some sources and every sink, a chunk of sources at a time."""
        for begin in range(0, len(sources), _CHUNK):
            some = slice(begin, min(begin + _CHUNK, len(sources)))
            doors = sources.take(some)
            ends = doors.inward() if toward else doors.outward()
            found = self._distances(
                ends, np.arange(len(doors)), len(doors), cutoff_ms=cutoff_ms, toward=toward
            )
            if sinks is not None:
                far = sinks.outward() if toward else sinks.inward()
                found = np.minimum(
                    *(
                        np.where((node >= 0) & (ms != NO_WAY), found[:, node] + ms, np.inf)
                        for node, ms in ((far.tail, far.tail_ms), (far.head, far.head_ms))
                    )
                )
                pair = (sinks, doors) if toward else (doors, sinks)
                origin, target, walk_ms = same_edge_walks(*pair)
                source, sink = (target, origin) if toward else (origin, target)
                np.minimum.at(found, (source, sink), walk_ms)
            yield some, to_ticks(found, cutoff_ms)

    def _distances(
        self, ends: Ends, category: NDArray[Any], count: int, *, cutoff_ms: int, toward: bool
    ) -> NDArray[np.float64]:
        """[count, n] exact ms from the doors of each category, through one further node per category."""
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 -- half a second to import

        nodes = self.row_of_node.size
        graph = self._graph(ends, category, count, toward=toward)
        found = dijkstra(graph, indices=np.arange(nodes, nodes + count), limit=cutoff_ms)
        return np.asarray(found[:, :nodes])

    def _graph(self, ends: Ends, category: NDArray[Any], count: int, *, toward: bool) -> Any:
        from scipy.sparse import csr_array  # noqa: PLC0415 -- half a second to import

        nodes = self.row_of_node.size
        start, end = (self._end, self._start) if toward else (self._start, self._end)
        root = np.concatenate([category, category]).astype(np.int64) + nodes
        node, ms = np.concatenate([ends.tail, ends.head]), np.concatenate([ends.tail_ms, ends.head_ms])
        order = np.lexsort((ms, node, root))
        order = order[(node[order] >= 0) & (ms[order] != NO_WAY)]
        pair = root[order] * nodes + node[order]
        order = order[np.concatenate([[True], pair[1:] != pair[:-1]])] if order.size else order
        start, end = np.concatenate([start, root[order]]), np.concatenate([end, node[order]])
        weight = np.concatenate([self._ms, ms[order]]).astype(np.float64)
        return csr_array((weight, (start, end)), shape=(nodes + count, nodes + count))


def _some(ends: Ends, which: NDArray[np.int64]) -> Ends:
    return Ends(ends.tail[which], ends.head[which], ends.tail_ms[which], ends.head_ms[which])
