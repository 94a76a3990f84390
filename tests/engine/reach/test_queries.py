from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.engine.reach import (
    FAR,
    NO_WAY,
    Doors,
    k_nearest,
    matrix,
    native,
    nearest,
    node_times,
    path,
    prepare,
    within,
)
from tests.engine.reach.worlds import worlds

KERNELS = [
    pytest.param(
        True, id="native", marks=pytest.mark.skipif(not native.available(), reason="no compiled kernel")
    ),
    pytest.param(False, id="scipy"),
]
pytestmark = pytest.mark.parametrize("use_native", KERNELS)
PROFILE = settings(max_examples=120, deadline=None)
CUTOFFS = st.sampled_from([1, 7, 120, 9_000, 60_000, 200_000, 900_000])
DIRECTIONS = st.sampled_from(["to", "from"])
# A tick is cut-off / 60,000; rounding once per shortcut and door may add up to this.
SLACK = 0.2 / 900


def check(ticks, tick_ms, exact, cutoff):
    """Ticks say the exact times, within the slack; at the cut-off itself the slack decides."""
    slack = SLACK * cutoff if cutoff > 60_000 else 0
    told = np.where(ticks == FAR, np.inf, ticks * tick_ms)
    near = exact <= cutoff
    certain = np.abs(exact - cutoff) > slack if slack else np.ones_like(near)
    assert ((told < np.inf) == near)[certain].all()
    both = near & (told < np.inf)
    assert np.abs(told[both] - exact[both]).max(initial=0) <= slack


def least(exact, category, count):
    return np.stack([exact[category == c].min(axis=0, initial=np.inf) for c in range(count)], axis=-1)


def groups(world, data, count):
    return np.array(
        data.draw(st.lists(st.integers(0, count - 1), min_size=len(world.doors), max_size=len(world.doors))),
        int,
    )


@PROFILE
@given(
    world=worlds(),
    cutoff=CUTOFFS,
    direction=DIRECTIONS,
    data=st.data(),
    count=st.sampled_from([1, 3, 16, 19]),
)
def test_nearest_from_every_node_equals_dijkstra(use_native, world, cutoff, direction, data, count):
    prepared = prepare(**world.network(), bound_ms=max(cutoff, 1), use_native=use_native)
    category = groups(world, data, count)
    times = nearest(prepared, world.doors, category, count, cutoff_ms=cutoff, direction=direction)
    exact = least(world.door_to_node(toward=direction == "to"), category, count)
    check(times.ticks[prepared.row_of_node], times.tick_ms, exact, cutoff)


@PROFILE
@given(
    world=worlds(), cutoff=CUTOFFS, direction=DIRECTIONS, data=st.data(), count=st.sampled_from([1, 3, 19])
)
def test_nearest_from_doors_equals_dijkstra_even_on_one_edge(
    use_native, world, cutoff, direction, data, count
):
    prepared = prepare(**world.network(), bound_ms=cutoff, use_native=use_native)
    category = groups(world, data, count)
    times = nearest(
        prepared, world.doors, category, count, origins=world.doors, cutoff_ms=cutoff, direction=direction
    )
    exact = world.door_to_door()
    exact = least(exact.T if direction == "to" else exact, category, count)
    check(times.ticks, times.tick_ms, exact, cutoff)


@PROFILE
@given(
    world=worlds(),
    cutoff=CUTOFFS,
    direction=DIRECTIONS,
    data=st.data(),
    k=st.integers(1, 6),
    count=st.sampled_from([1, 2, 17]),
)
def test_k_nearest_equals_sorted_dijkstra(use_native, world, cutoff, direction, data, k, count):
    prepared = prepare(**world.network(), bound_ms=cutoff, use_native=use_native)
    category = groups(world, data, count)
    to_doors = world.door_to_door()
    for origins, exact in (
        (None, world.door_to_node(toward=direction == "to")),
        (world.doors, to_doors.T if direction == "to" else to_doors),
    ):
        times, target = k_nearest(
            prepared,
            world.doors,
            category,
            count,
            k=k,
            origins=origins,
            cutoff_ms=cutoff,
            direction=direction,
        )
        ticks = times.ticks
        if origins is None:
            ticks, target = ticks[prepared.row_of_node], target[prepared.row_of_node]
        ordered = np.full((*exact.shape[1:], count, k), np.inf)
        for c in range(count):
            best = np.sort(exact[category == c], axis=0)[:k]
            ordered[:, c, : len(best)] = best.T
        check(ticks, times.tick_ms, ordered, cutoff)
        assert ((target == -1) == (ticks == FAR)).all()
        place, c, _ = np.nonzero(target >= 0)
        named = target[target >= 0]
        assert (category[named] == c).all()
        check(ticks[target >= 0], times.tick_ms, np.minimum(exact[named, place], cutoff), cutoff)
        for cell in target.reshape(-1, k):
            assert len(set(cell[cell >= 0])) == (cell >= 0).sum()


@PROFILE
@given(
    world=worlds(), cutoff=st.sampled_from([1, 7, 120, 9_000, 60_000]), direction=DIRECTIONS, data=st.data()
)
def test_within_equals_a_count_of_dijkstra(use_native, world, cutoff, direction, data):
    prepared = prepare(**world.network(), bound_ms=cutoff, use_native=use_native)
    count = len(world.doors)
    weight = np.array(data.draw(st.lists(st.integers(0, 9), min_size=3 * count, max_size=3 * count)), float)
    weight = weight.reshape(count, 3)
    near = world.door_to_node(toward=direction == "to") <= cutoff
    every = within(prepared, world.doors, weight, cutoff_ms=cutoff, direction=direction)
    assert every[prepared.row_of_node].tolist() == (near.T @ weight).tolist()
    exact = world.door_to_door()
    near = (exact if direction == "to" else exact.T) <= cutoff
    some = world.doors.take(slice(0, data.draw(st.integers(0, count))))
    assert (
        within(
            prepared, world.doors, weight[:, 0], origins=some, cutoff_ms=cutoff, direction=direction
        ).tolist()
        == (near[: len(some)] @ weight[:, 0]).tolist()
    )
    near = near[:, : len(some)]
    assert (
        within(
            prepared, some, weight[: len(some)], origins=world.doors, cutoff_ms=cutoff, direction=direction
        ).tolist()
        == (near @ weight[: len(some)]).tolist()
    )


@PROFILE
@given(world=worlds(), cutoff=CUTOFFS, data=st.data())
def test_matrix_equals_dijkstra(use_native, world, cutoff, data):
    prepared = prepare(**world.network(), bound_ms=cutoff, use_native=use_native)
    exact = world.door_to_door()
    first = data.draw(st.integers(0, len(world.doors)))
    some = world.doors.take(slice(0, first))
    for origins, targets, times in (
        (some, world.doors, exact[:first]),
        (world.doors, some, exact[:, :first]),
    ):
        table = matrix(prepared, origins, targets, cutoff_ms=cutoff)
        check(table.ticks, table.tick_ms, times, cutoff)


@PROFILE
@given(world=worlds(), factor=st.sampled_from([0.5, 1, 1.3, 4]), seed=st.integers(0, 2**32), data=st.data())
def test_customised_equals_a_fresh_preparation(use_native, world, factor, seed, data):
    rng = np.random.default_rng(seed)
    forward, backward = (
        np.where(
            rng.random(old.size) < 0.05,
            NO_WAY,
            np.minimum(old * factor * rng.uniform(1, 2, old.size), NO_WAY),
        ).astype(np.int32)
        for old in (world.forward.astype(float), world.backward.astype(float))
    )
    bound = data.draw(st.sampled_from([50, 5_000, 60_000, NO_WAY - 1]))
    other = prepare(**world.network(), bound_ms=bound, use_native=use_native).customised(forward, backward)
    cutoff = min(other.limit_ms, 60_000)
    if cutoff < 1:
        return
    assert factor < 1 or NO_WAY in {*world.forward, *world.backward} or other.limit_ms >= bound * 0.99
    fresh = prepare(
        node_count=world.node_count, tail=world.tail, head=world.head, forward_ms=forward, backward_ms=backward,
        bound_ms=cutoff, use_native=use_native,
    )  # fmt: skip
    doors = Doors.at_nodes(np.arange(world.node_count))
    category = np.arange(world.node_count)
    for direction in ("to", "from"):
        answers = [
            nearest(p, doors, category, len(doors), cutoff_ms=cutoff, direction=direction).ticks[
                p.row_of_node
            ]
            for p in (other, fresh)
        ]
        assert (answers[0] == answers[1]).all()
    graph = world.graph(forward, backward)
    import networkx as nx  # noqa: PLC0415

    exact = np.full((world.node_count, world.node_count), np.inf)
    for node, found in nx.all_pairs_dijkstra_path_length(graph, weight="ms"):
        exact[list(found), node] = list(found.values())
    check(answers[0], 1.0, exact.T, cutoff) if direction == "to" else check(answers[0], 1.0, exact, cutoff)


@PROFILE
@given(world=worlds(), cutoff=CUTOFFS, count=st.sampled_from([1, 3]), data=st.data())
def test_path_is_a_walk_of_the_length_it_says(use_native, world, cutoff, count, data):
    doors = world.doors
    if not len(doors):
        return
    prepared = prepare(**world.network(), use_native=use_native)
    category = groups(world, data, count)
    o = data.draw(st.integers(0, len(doors) - 1))
    exact = world.door_to_door()[o]
    origin = doors.take(slice(o, o + 1))
    walks = path(prepared, origin, doors, category, count, cutoff_ms=cutoff)
    times = node_times(prepared, origin, cutoff_ms=cutoff)
    to_nodes = world.door_to_node(toward=False)[o]
    assert (np.where(to_nodes <= cutoff, to_nodes, NO_WAY) == times).all()
    for c, walk in enumerate(walks):
        best = exact[category == c].min(initial=np.inf)
        if best > cutoff:
            assert walk is None
            continue
        assert walk.walk_ms == best == exact[walk.target]
        assert category[walk.target] == c
        t, steps = walk.target, list(zip(walk.edges, walk.forward, strict=True))
        if len(steps) == 1 and doors.edge[o] == doors.edge[t] >= 0:
            ahead = doors.tail_ahead_ms if steps[0][1] else doors.head_ahead_ms
            assert walk.walk_ms == int(ahead[t]) - int(ahead[o]) + int(doors.leg_ms[o]) + int(doors.leg_ms[t])
            continue
        total, here = 0, doors.tail[o]
        if doors.edge[o] >= 0:
            edge, forward = steps.pop(0)
            assert edge == doors.edge[o]
            total += int((doors.to_head_ms if forward else doors.to_tail_ms)[o])
            here = (doors.head if forward else doors.tail)[o]
        last = steps.pop() if doors.edge[t] >= 0 else None
        for edge, forward in steps:
            assert here == (world.tail if forward else world.head)[edge]
            total += int((world.forward if forward else world.backward)[edge])
            here = (world.head if forward else world.tail)[edge]
        if last:
            assert last[0] == doors.edge[t]
            assert here == (doors.tail if last[1] else doors.head)[t]
            total += int((doors.from_tail_ms if last[1] else doors.from_head_ms)[t])
        else:
            assert here == doors.tail[t]
        assert total == walk.walk_ms


def test_a_large_world_is_answered_alike_by_both_kernels(use_native):
    """A street grid of 3,600 crossings, more seeds than fit in the first allocations, and an odd number of lanes."""
    if not use_native:
        return
    rng = np.random.default_rng(7)
    node = np.arange(3_600).reshape(60, 60)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    forward, backward = rng.integers(20_000, 90_000, (2, tail.size))
    network = {
        "node_count": node.size,
        "tail": tail,
        "head": head,
        "forward_ms": forward,
        "backward_ms": backward,
    }
    kernels = [prepare(**network, use_native=which) for which in (True, False)]
    doors, category = Doors.at_nodes(rng.integers(0, node.size, 900)), rng.integers(0, 21, 900)
    slack = SLACK * 900_000
    for direction in ("to", "from"):
        exact, told = (
            nearest(p, doors, category, 21, cutoff_ms=900_000, direction=direction).ms()[p.row_of_node]
            for p in reversed(kernels)
        )
        assert np.abs(exact[exact < 890_000] - told[exact < 890_000]).max() < slack
        for k in (1, 2, 5):
            exact, told = (
                k_nearest(p, doors, category, 21, k=k, cutoff_ms=900_000, direction=direction)[0].ms()[
                    p.row_of_node
                ]
                for p in reversed(kernels)
            )
            assert np.abs(exact[exact < 890_000] - told[exact < 890_000]).max() < slack
        few, told, many = (
            within(p, doors, np.ones(900), cutoff_ms=cutoff, direction=direction)[p.row_of_node]
            for p, cutoff in ((kernels[1], 899_800), (kernels[0], 900_000), (kernels[1], 900_200))
        )
        assert ((few <= told) & (told <= many)).all()
        assert told.max() > 40
    some = doors.take(slice(0, 100))
    exact, told = (matrix(p, some, doors, cutoff_ms=900_000).ms() for p in reversed(kernels))
    assert np.abs(exact[exact < 890_000] - told[exact < 890_000]).max() < slack
