from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

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

needs_kernel = pytest.mark.skipif(not native.available(), reason="no compiled kernel")

SQUARE = {
    "node_count": 4,
    "tail": [0, 1, 2, 3],
    "head": [1, 2, 3, 0],
    "forward_ms": [10, 10, 10, 10],
    "backward_ms": [10, 10, 10, NO_WAY],
}
# Every node has three neighbours, and none of them are neighbours of each other.
WOVEN = {
    "node_count": 6,
    "tail": [0, 0, 0, 1, 1, 1, 2, 2, 2],
    "head": [3, 4, 5] * 3,
    "forward_ms": [40] * 9,
    "backward_ms": [40] * 9,
}


def with_(**changed):
    return {**SQUARE, **changed}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"node_count": 0}, "node_count"),
        ({"tail": [0, 1, 2]}, "head: shape"),
        ({"tail": [0, 1, 2, 4]}, "tail: holds values outside 0 … 3"),
        ({"head": [1, 2, 3, -1]}, "head: holds values outside 0 … 3"),
        ({"head": [[1, 2], [3, 0]]}, "head: shape"),
        ({"tail": [0.5, 1, 2, 3]}, "tail: float64"),
        ({"tail": [0, 1, 2, 2**40]}, "tail: values beyond 32 bits"),
        ({"forward_ms": [10, 10, 10, -1]}, "forward_ms: holds values outside"),
        ({"backward_ms": [10, 10]}, "backward_ms: shape"),
        ({"lower_bound_ms": [1, 1, 1]}, "lower_bound_ms: shape"),
        ({"lower_bound_ms": [1, 1, 1, -5]}, "lower_bound_ms: holds"),
        ({"bound_ms": 0}, "bound_ms"),
        ({"bound_ms": NO_WAY}, "bound_ms"),
    ],
)
def test_prepare_refuses_a_damaged_argument_by_name(changed, message):
    with pytest.raises(ValueError, match=message):
        prepare(**with_(**changed))


@pytest.mark.parametrize("kernel", [True, False])
def test_arrays_of_other_types_and_strides_are_taken(kernel):
    if kernel and not native.available():
        pytest.skip("no compiled kernel")
    tail = np.array([[0, 9], [1, 9], [2, 9], [3, 9]], dtype=np.int64)[:, 0]
    prepared = prepare(**with_(tail=tail), use_native=kernel)
    times = nearest(prepared, Doors.at_nodes([0]), [0], 1, cutoff_ms=100)
    assert times.ticks[prepared.row_of_node, 0].tolist() == [0, 10, 20, 10]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda p: nearest(p, Doors.at_nodes([4]), [0], 1, cutoff_ms=9), r"targets\.tail"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [1], 1, cutoff_ms=9), "category: holds"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [0, 0], 1, cutoff_ms=9), "category: shape"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [0], 0, cutoff_ms=9), "category_count"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [0], 1, cutoff_ms=0), "cutoff_ms: 0"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [0], 1, cutoff_ms=9, direction="up"), "direction: 'up'"),
        (lambda p: nearest(p, Doors.at_nodes([1]), [0], 1, origins=Doors.at_nodes([7]), cutoff_ms=9), r"origins\.tail"),
        (lambda p: k_nearest(p, Doors.at_nodes([1]), [0], 1, k=0, cutoff_ms=9), "k: 0"),
        (lambda p: k_nearest(p, Doors.at_nodes([1]), [0], 1, k=65, cutoff_ms=9), "k: 65"),
        (lambda p: within(p, Doors.at_nodes([1]), [1.0, 2.0], cutoff_ms=9), "weight: shape"),
        (lambda p: matrix(p, Doors.at_nodes([9]), Doors.at_nodes([1]), cutoff_ms=9), r"origins\.tail"),
        (lambda p: path(p, Doors.at_nodes([0, 1]), Doors.at_nodes([1]), [0], 1, cutoff_ms=9), "origin: 2 doors"),
        (lambda p: node_times(p, Doors.at_nodes([0]), cutoff_ms=0), "cutoff_ms: 0"),
        (lambda _: Doors.at_nodes([-2]), "tail: holds negative"),
        (lambda p: nearest(p, strange_door(edge=9), [0], 1, cutoff_ms=9), r"targets\.edge"),
        (lambda p: nearest(p, strange_door(tail=2), [0], 1, cutoff_ms=9), "not of this network"),
        (lambda _: strange_door(leg_ms=-1), "leg_ms: holds negative"),
        (lambda _: strange_door(leg_ms=[1, 2]), "leg_ms: shape"),
    ],
)  # fmt: skip
def test_questions_refuse_a_damaged_argument_by_name(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(prepare(**SQUARE))


@needs_kernel
def test_a_cutoff_beyond_the_bound_is_refused():
    with pytest.raises(ValueError, match="limit_ms = 50"):
        nearest(prepare(**WOVEN, bound_ms=50), Doors.at_nodes([1]), [0], 1, cutoff_ms=51)


def strange_door(**changed):
    values = {
        "edge": 0, "tail": 0, "head": 1, "from_tail_ms": 5, "to_tail_ms": 5, "from_head_ms": 5, "to_head_ms": 5,
        "leg_ms": 0, "tail_ahead_ms": 5, "head_ahead_ms": 5,
    } | changed  # fmt: skip
    return Doors(**{name: np.atleast_1d(value) for name, value in values.items()})


@needs_kernel
def test_limit_follows_the_fastest_edge_of_a_profile():
    cut = prepare(**WOVEN, bound_ms=60)
    assert cut.limit_ms == 60
    assert cut.customised([80, 60, *[80] * 7], [80] * 9).limit_ms == 90
    assert cut.customised([80, 20, *[80] * 7], [80] * 9).limit_ms == 30
    assert prepare(**WOVEN, bound_ms=NO_WAY - 1).customised([1] * 9, [1] * 9).limit_ms == NO_WAY - 1


@needs_kernel
def test_limit_is_none_where_only_chains_are_longer_than_the_bound():
    chain = {"node_count": 4, "tail": [0, 1, 2], "head": [1, 2, 3]}
    cut = prepare(**chain, forward_ms=[40] * 3, backward_ms=[40] * 3, bound_ms=60)
    assert cut.limit_ms == NO_WAY - 1
    times = nearest(cut, Doors.at_nodes([0]), [0], 1, cutoff_ms=120)
    assert times.ticks[cut.row_of_node, 0].tolist() == [0, 40, 80, 120]


@needs_kernel
def test_chains_longer_than_any_number_are_no_way():
    ring = {"node_count": 4, "tail": [0, 1, 2, 3], "head": [1, 2, 3, 0]}
    long = NO_WAY - 2
    cut = prepare(**ring, forward_ms=[long] * 4, backward_ms=[long] * 4, bound_ms=NO_WAY - 1)
    times = nearest(cut, Doors.at_nodes([0]), [0], 1, cutoff_ms=NO_WAY - 1)
    assert (times.ticks[cut.row_of_node, 0] == FAR).tolist() == [False, False, True, False]


@needs_kernel
def test_an_edge_opened_beyond_the_lower_bound_limits_the_answers():
    prepared = prepare(**with_(forward_ms=[10, 10, 10, NO_WAY], backward_ms=[10, 10, 10, NO_WAY]))
    opened = prepared.customised([10] * 4, [10] * 4)
    with pytest.raises(ValueError, match="limit_ms"):
        nearest(opened, Doors.at_nodes([0]), [0], 1, cutoff_ms=100)
    allowed = prepare(
        **with_(forward_ms=[10, 10, 10, NO_WAY], backward_ms=[10, 10, 10, NO_WAY], lower_bound_ms=[10] * 4)
    ).customised([10] * 4, [10] * 4)
    times = nearest(allowed, Doors.at_nodes([0]), [0], 1, cutoff_ms=100)
    assert times.ticks[allowed.row_of_node, 0].tolist() == [0, 10, 20, 10]


def test_times_say_minutes_and_far():
    prepared = prepare(node_count=3, tail=[0], head=[1], forward_ms=[90_000], backward_ms=[90_000])
    times = nearest(prepared, Doors.at_nodes([0]), [0], 1, cutoff_ms=900_000)
    assert times.tick_ms == 15
    assert times.ticks[prepared.row_of_node, 0].tolist() == [0, 6000, FAR]
    assert times.minutes()[prepared.row_of_node, 0].tolist() == [0, 1.5, np.inf]
    assert times.ms().dtype == np.float32


def test_no_targets_is_far_from_everywhere():
    prepared = prepare(**SQUARE)
    nobody = Doors.at_nodes([])
    assert (nearest(prepared, nobody, [], 3, cutoff_ms=100).ticks == FAR).all()
    times, target = k_nearest(prepared, nobody, [], 3, k=2, cutoff_ms=100)
    assert (times.ticks == FAR).all()
    assert (target == -1).all()
    assert within(prepared, nobody, np.zeros((0, 2)), cutoff_ms=100).tolist() == [[0, 0]] * 4
    assert matrix(prepared, nobody, Doors.at_nodes([1]), cutoff_ms=100).ticks.shape == (0, 1)
    assert path(prepared, Doors.at_nodes([0]), nobody, [], 2, cutoff_ms=100) == [None, None]


@needs_kernel
def test_long_chains_keep_the_tree_low_and_the_error_small():
    """A street of 4,000 points: rounding must not add up point by point."""
    count = 4_000
    step = np.full(count - 1, 217)  # 14.47 ticks: each step alone is 0.47 ticks off
    prepared = prepare(
        node_count=count,
        tail=np.arange(count - 1),
        head=np.arange(1, count),
        forward_ms=step,
        backward_ms=step,
    )
    times = nearest(prepared, Doors.at_nodes([0]), [0], 1, cutoff_ms=900_000).ms()[prepared.row_of_node, 0]
    exact = np.arange(count) * 217.0
    assert np.abs(times - exact)[exact < 899_000].max() < 100


def test_importing_reach_does_not_import_scipy():
    code = "import sys, linli.engine.reach; print('scipy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )
