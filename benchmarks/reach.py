"""Walking times against pandana 0.8 and scipy, on one core's worth of questions, in one run.

W1: for every node the nearest facility of 12 kinds (10 to 2,000 at random nodes each) within 15 minutes at 4.5 km/h.
W2: the five nearest. W3: the weighted sum of 2,000 facilities within 15 minutes.
"""

from __future__ import annotations

import contextlib
import io
import time
import warnings

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.figures import Figure, Figures, said, seconds, shared_data
from benchmarks.graphs import Graph, las_palmas, moscow, tiled
from linli.engine import reach
from linli.engine.reach import native

try:
    import pandana
    import pandas as pd
except ImportError:
    pandana = None

CUTOFF_MS = 900_000
KINDS = 12
TILES = 13


class Case:
    """One graph and what is asked of it."""

    def __init__(self, name: str, graph: Graph) -> None:
        rng = np.random.default_rng(2)
        self.name, self.graph = name, graph
        sizes = np.linspace(10, 2000, KINDS).astype(int)
        self.node = rng.integers(0, graph.node_count, sizes.sum()).astype(np.int32)
        self.kind = np.repeat(np.arange(KINDS), sizes)
        self.doors = reach.Doors.at_nodes(self.node)
        self.counted = reach.Doors.at_nodes(self.node[-2000:])
        self.weight = rng.integers(1, 100, 2000).astype(float)
        self.prepared = self.prepare()
        # Slopes: each direction of each edge up to 30 % slower than the flat.
        slope = rng.uniform(1, 1.3, (4, graph.tail.size))
        self.adult = (graph.ms * slope[:2]).astype(np.int32)
        self.senior = (graph.ms * slope[2:] * 1.5).astype(np.int32)
        self.on_edges = self.doors_on_edges(rng)

    def prepare(self, weights=None, bound_ms=1_800_000):
        graph = self.graph
        forward, backward = (graph.ms, graph.ms) if weights is None else weights
        return reach.prepare(
            node_count=graph.node_count, tail=graph.tail, head=graph.head, forward_ms=forward, backward_ms=backward,
            lower_bound_ms=graph.ms, bound_ms=bound_ms,
        )  # fmt: skip

    def doors_on_edges(self, rng):
        """The facilities moved to a random place along a random edge of theirs, 5 s behind it."""
        graph, count = self.graph, self.node.size
        edge = rng.integers(0, graph.tail.size, count)
        ahead = (graph.ms[edge] * rng.random(count)).astype(np.int32)
        astern, leg = graph.ms[edge] - ahead, np.full(count, 5_000, np.int32)
        return reach.Doors(
            edge=edge, tail=graph.tail[edge], head=graph.head[edge], from_tail_ms=ahead + leg, to_tail_ms=ahead + leg,
            from_head_ms=astern + leg, to_head_ms=astern + leg, leg_ms=leg, tail_ahead_ms=ahead, head_ahead_ms=astern,
        )  # fmt: skip

    def nearest(self, prepared, doors):
        return reach.nearest(prepared, doors, self.kind, KINDS, cutoff_ms=CUTOFF_MS)

    def first_answer(self):
        """Prepare for this one question, as both peers do, and ask it."""
        return self.nearest(self.prepare(bound_ms=CUTOFF_MS), self.doors)

    def directed_job(self):
        """Prepare for slopes, ask with seeds on edges, change the profile, ask again."""
        prepared = self.prepare(self.adult)
        self.nearest(prepared, self.on_edges)
        return self.nearest(prepared.customised(*self.senior), self.on_edges)


class Scipy:
    """The same questions to scipy.sparse.csgraph."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.matrix = self.build()

    def build(self):
        graph = self.case.graph
        low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
        order = np.lexsort((graph.ms, high, low))
        low, high, ms = low[order], high[order], graph.ms[order].astype(float)
        first = np.concatenate([[True], (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
        low, high, ms = low[first], high[first], ms[first]
        both = np.concatenate([low, high]), np.concatenate([high, low])
        return csr_array((np.concatenate([ms, ms]), both), shape=(graph.node_count,) * 2)

    def nearest(self, matrix=None):
        matrix = self.matrix if matrix is None else matrix
        case = self.case
        return [
            dijkstra(matrix, indices=case.node[case.kind == kind], min_only=True, limit=CUTOFF_MS)
            for kind in range(KINDS)
        ]

    def first_answer(self):
        return self.nearest(self.build())

    def within(self):
        total = np.zeros(self.case.graph.node_count)
        for begin in range(0, 2000, 50):
            found = dijkstra(self.matrix, indices=self.case.counted.tail[begin : begin + 50], limit=CUTOFF_MS)
            total += self.case.weight[begin : begin + 50] @ np.isfinite(found)
        return total


class Pandana:
    """The same questions to pandana; its unit is the second."""

    def __init__(self, case: Case) -> None:
        self.case = case
        started = time.perf_counter()
        self.network = self.build()
        self.build_s = time.perf_counter() - started
        started = time.perf_counter()
        self.place(1)
        self.place_s = time.perf_counter() - started

    def build(self):
        graph = self.case.graph
        with quiet():
            return pandana.Network(
                pd.Series(graph.lon.copy()), pd.Series(graph.lat.copy()), pd.Series(graph.tail.astype(np.int64)),
                pd.Series(graph.head.astype(np.int64)), pd.DataFrame({"s": graph.ms / 1000}), twoway=True,
            )  # fmt: skip

    def place(self, k):
        graph = self.case.graph
        for kind in range(KINDS):
            node = self.case.node[self.case.kind == kind]
            x, y = pd.Series(graph.lon[node]), pd.Series(graph.lat[node])
            self.network.set_pois(f"{kind}/{k}", CUTOFF_MS / 1000, k, x, y)

    def nearest(self, k=1):
        with quiet():
            return [
                self.network.nearest_pois(CUTOFF_MS / 1000, f"{kind}/{k}", num_pois=k, include_poi_ids=k > 1)
                for kind in range(KINDS)
            ]

    def within(self):
        self.network.set(pd.Series(self.case.counted.tail), pd.Series(self.case.weight), name="weight")
        return self.network.aggregate(CUTOFF_MS / 1000, type="sum", decay="flat", name="weight")


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def figures() -> Figures:
    data = shared_data()
    if data is None:
        yield Figure.skipped("reach", "no shared data; set LINLI_SHARED_DATA")
        return
    if not native.available():
        yield Figure.skipped("reach", "the compiled kernel is absent")
        return
    if pandana is None:
        yield Figure.skipped("pandana", "not installed here; script/bench makes an environment with it")
    small = las_palmas(data)
    for case in (Case("Las Palmas", small), Case("Moscow", moscow(data))):
        yield from against_peers(case)
    yield from at_a_million(Case("Las Palmas", small), Case(f"{TILES} × Las Palmas", tiled(small, TILES)))


def against_peers(case: Case) -> Figures:
    where = f"{case.name}, {case.graph.node_count:,} nodes"
    scipy = Scipy(case)
    yield exactness(case, where)

    runs = {"linli": (lambda: case.nearest(case.prepared, case.doors), 20), "scipy": (scipy.nearest, 3)}
    runs["first"] = (case.first_answer, 6)
    runs["scipy first"] = (scipy.first_answer, 2)
    runs["directed"] = (case.directed_job, 6)
    runs["directed query"] = (lambda: case.nearest(directed, case.on_edges), 20)
    runs["W2"] = (
        lambda: reach.k_nearest(case.prepared, case.doors, case.kind, KINDS, k=5, cutoff_ms=CUTOFF_MS), 8,
    )  # fmt: skip
    runs["W3"] = (lambda: reach.within(case.prepared, case.counted, case.weight, cutoff_ms=CUTOFF_MS), 8)
    runs["scipy W3"] = (scipy.within, 1)
    directed = case.prepare(case.adult)
    if pandana:
        peer = Pandana(case)
        peer.place(5)
        runs["pandana"] = (peer.nearest, 2)
        runs["pandana W2"] = (lambda: peer.nearest(5), 2)
        if case.graph.node_count < 200_000:
            runs["pandana W3"] = (peer.within, 1)
    took = seconds(runs)
    if pandana:
        took["pandana first"] = peer.build_s + peer.place_s + took["pandana"]

    def ratio(claim, ours, theirs, goal):
        detail = f"{said(took[ours])} against {said(took[theirs])}, {where}"
        return Figure.at_least(claim, took[theirs] / took[ours], goal, detail)

    if pandana:
        yield ratio("W1 against pandana", "linli", "pandana", 1000)
    yield ratio("W1 against scipy", "linli", "scipy", 50)
    if pandana:
        yield ratio("preparation + first query against pandana", "first", "pandana first", 150)
    yield ratio("preparation + first query against scipy", "first", "scipy first", 3)
    detail = f"{said(took['directed'])} against {said(took['first'])}, {where}"
    name = "directed slopes, seeds on edges, then another profile; against own undirected preparation + query"
    yield Figure.at_most(name, took["directed"] / took["first"], 2.5, detail)
    detail = f"{said(took['directed query'])} against {said(took['linli'])}, {where}"
    name = "W1 with directed slopes and seeds on edges, against own undirected W1"
    yield Figure.at_most(name, took["directed query"] / took["linli"], 2.5, detail)
    if pandana:
        yield ratio("W2 against pandana", "W2", "pandana W2", 150)
    yield ratio("W3 against scipy", "W3", "scipy W3", 25)
    if "pandana W3" in took:
        yield ratio("W3 against pandana", "W3", "pandana W3", 500)


def exactness(case: Case, where: str) -> Figure:
    """The largest difference to scipy's exact times, where both are within the cut-off."""
    exact = np.stack(Scipy(case).nearest(), axis=1)
    ours = case.nearest(case.prepared, case.doors).ms()[case.prepared.row_of_node]
    both = np.isfinite(exact) & np.isfinite(ours)
    off_s = float(np.abs(exact[both] - ours[both]).max()) / 1000
    one_sided = np.isfinite(exact) != np.isfinite(ours)
    sure = np.abs(np.where(np.isfinite(exact), exact, ours)[one_sided] - CUTOFF_MS) > 200
    name, value = "W1 against exact times", f"{off_s:.3f} s at most ({where})"
    return Figure(name, value, "≤ 0.2 s", off_s <= 0.2 and not sure.any())


def at_a_million(small: Case, large: Case) -> Figures:
    """The floor: what the sweep must read and write, at the rate at which a large array is copied.

    Both the answer and the copy go to memory fresh from the system.
    """
    moved = sum(large.prepared.kernel.sweep_bytes(cutoff_ms=CUTOFF_MS))
    array = np.ones(2**25)  # 256 MB, far more than any cache
    took = seconds({
        "small": (lambda: small.nearest(small.prepared, small.doors), 40),
        "large": (lambda: large.nearest(large.prepared, large.doors), 40),
        "copy": (array.copy, 12),
    })  # fmt: skip
    floor = moved * took["copy"] / (2 * array.nbytes)
    rate = f"{moved / 1e6:.0f} MB at {2 * array.nbytes / took['copy'] / 1e9:.1f} GB/s"
    detail = f"{said(took['large'])} against {said(floor)} for {rate}"
    where = f"{large.name}, {large.graph.node_count:,} nodes"
    name = "W1 against the floor of memory bandwidth"
    yield Figure.at_most(name, took["large"] / floor, 3, f"{detail}; {where}")
    growth = (took["large"] / took["small"]) / (large.graph.node_count / small.graph.node_count)
    detail = f"{said(took['small'])} → {said(took['large'])}, {small.graph.node_count:,} → {large.graph.node_count:,} nodes"
    yield Figure.at_most("growth of W1 against linear", growth, 1.3, detail)
