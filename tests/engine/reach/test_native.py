from __future__ import annotations

import numpy as np
import pytest

from linli.engine.reach import k_nearest, matrix, native, nearest, prepare, within
from tests.engine.reach.worlds import make_world

pytestmark = pytest.mark.skipif(not native.available(), reason="no compiled kernel")


def answers(world, category, cutoff_ms):
    prepared = prepare(**world.network(), bound_ms=cutoff_ms, use_native=True)
    doors, weight = world.doors, np.arange(len(world.doors), dtype=float)
    found = []
    for direction in ("to", "from"):
        asked = {"cutoff_ms": cutoff_ms, "direction": direction}
        found.append(nearest(prepared, doors, category, 19, **asked).ticks)
        for k in (1, 2, 5):
            times, target = k_nearest(prepared, doors, category, 19, k=k, **asked)
            found += [times.ticks, target]
        found.append(within(prepared, doors, weight, **asked))
        found.append(within(prepared, doors, weight, origins=doors.take(slice(0, 20)), **asked))
        found.append(within(prepared, doors.take(slice(0, 20)), weight[:20], origins=doors, **asked))
    found.append(matrix(prepared, doors, doors, cutoff_ms=cutoff_ms).ticks)
    return [each.copy() for each in found]


def test_shares_of_threads_answer_as_one(monkeypatch):
    """Small worlds cut into more shares than a large one would be: every row may be where a thread begins."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        nodes = int(rng.integers(1, 300))
        world = make_world(rng, nodes=nodes, edges=2 * nodes, doors=40, longest=5_000)
        category = rng.integers(0, 19, 40)
        alone = answers(world, category, 60_000)
        monkeypatch.setattr(native, "_THREADS", 5)
        monkeypatch.setattr(native, "_NUMBERS", 1)
        monkeypatch.setattr(native, "_SHARE", 7)
        shared = answers(world, category, 60_000)
        monkeypatch.undo()
        for one, other in zip(alone, shared, strict=True):
            assert (one == other).all()


def test_threads_may_share_a_prepared_network():
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    rng = np.random.default_rng(1)
    world = make_world(rng, nodes=500, edges=900, doors=60, longest=9_000)
    category = rng.integers(0, 5, 60)
    prepared = prepare(**world.network(), bound_ms=90_000, use_native=True)

    def ask(turn):
        cutoff = 30_000 + 10_000 * (turn % 6)  # more cut-offs than are kept
        return cutoff, nearest(prepared, world.doors, category, 5, cutoff_ms=cutoff).ticks

    with ThreadPoolExecutor(4) as pool:
        for cutoff, ticks in pool.map(ask, range(60)):
            fresh = prepare(**world.network(), bound_ms=90_000, use_native=True)
            assert (ticks == nearest(fresh, world.doors, category, 5, cutoff_ms=cutoff).ticks).all()


def test_the_library_is_left_out_when_asked(monkeypatch):
    from linli.engine.reach import library  # noqa: PLC0415

    monkeypatch.setenv("LINLI_NO_KERNEL", "1")
    library.library.cache_clear()
    try:
        assert not native.available()
        assert (
            type(prepare(node_count=1, tail=[], head=[], forward_ms=[], backward_ms=[]).kernel).__name__
            == "ScipyKernel"
        )
    finally:
        monkeypatch.undo()
        library.library.cache_clear()
