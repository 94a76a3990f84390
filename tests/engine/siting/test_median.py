"""The best p candidates, against every choice there is."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from linli.engine.errors import InputError
from linli.engine.siting import bound_of, from_table, p_median
from linli.engine.siting.lists import Lists

INSTANCES = Path(__file__).parents[3].parent / "shared" / "data" / "instances" / "pmed"


def every_choice(lists: Lists, p: int, keep: tuple[int, ...], forbid: tuple[int, ...]) -> float:
    """The least total by trying all; infinite if none serves everybody who has to be."""
    return min(
        (
            lists.total(chosen)
            for chosen in combinations(range(lists.candidate_count), p)
            if set(keep) <= set(chosen)
            and not set(forbid) & set(chosen)
            and (not lists.must_serve or serves_all(lists, chosen))
        ),
        default=np.inf,
    )


def serves_all(lists: Lists, chosen: tuple[int, ...]) -> bool:
    rows = np.split(lists.candidate, lists.start[1:-1])
    return all(set(chosen) & set(row) for row in rows)


@st.composite
def problems(draw: st.DrawFn) -> dict[str, Any]:
    """Small ones of every kind: whole and broken costs, ties, pairs that cannot be, demands that may be unserved."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 8))
    numbers = draw(
        st.sampled_from(
            [st.integers(0, 9), st.integers(0, 5000), st.floats(0, 100, allow_subnormal=False), st.just(1)]
        )
    )
    if draw(st.booleans()):
        numbers = st.one_of(numbers, st.just(np.inf))
    row = st.lists(numbers, min_size=m, max_size=m)
    cost = draw(st.lists(row, min_size=n, max_size=n))
    weight = draw(st.none() | st.lists(st.integers(0, 5), min_size=n, max_size=n))
    unserved = draw(st.none() | st.integers(0, 200))
    candidates = draw(st.permutations(range(m)))
    kept, shut = draw(st.integers(0, m // 3)), draw(st.integers(0, m // 3))
    p = draw(st.integers(max(1, kept), m - shut))
    return {
        "lists": from_table(np.array(cost, float), weight=weight, unserved=unserved),
        "p": p,
        "keep": tuple(candidates[:kept]),
        "forbid": tuple(candidates[kept : kept + shut]),
    }


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(problem=problems())
def test_answer_is_the_least_of_every_choice_and_its_bound_holds(
    solver: str, problem: dict[str, Any]
) -> None:
    lists, p, keep, forbid = (problem[name] for name in ("lists", "p", "keep", "forbid"))
    best = every_choice(lists, p, keep, forbid)
    if np.isinf(best):
        with pytest.raises(InputError, match="reach"):
            p_median(lists, p, keep=keep, forbid=forbid)
        return
    answer = p_median(lists, p, keep=keep, forbid=forbid)
    assert answer.proven
    assert answer.total == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert answer.total == lists.total(answer.opened)
    assert answer.bound <= best * (1 + 1e-6) + 1e-6
    assert (len(set(answer.opened)), set(keep) <= set(answer.opened)) == (p, True)
    assert not set(forbid) & set(answer.opened)
    if answer.certified > -np.inf:
        certified = bound_of(
            lists, p, answer.multiplier, keep=np.array(keep, int), forbid=np.array(forbid, int)
        )
        assert certified == answer.certified <= best * (1 + 1e-9) + 1e-9


@settings(max_examples=60, deadline=None)
@given(problem=problems(), data=st.data())
def test_bound_of_any_multipliers_is_below_every_choice(problem: dict[str, Any], data: st.DataObject) -> None:
    lists, p, keep, forbid = (problem[name] for name in ("lists", "p", "keep", "forbid"))
    count = lists.demand_count
    multiplier = np.array(data.draw(st.lists(st.floats(-10, 6000), min_size=count, max_size=count)))
    bound = bound_of(lists, p, multiplier, keep=np.array(keep, int), forbid=np.array(forbid, int))
    assert bound <= every_choice(lists, p, keep, forbid) + 1e-6


def planar(count: int, seed: int) -> Lists:
    at = np.random.default_rng(seed).integers(0, 1000, (count, 2))
    return from_table(np.floor(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))))


def test_town_of_hundreds_is_proven_and_its_certificate_is_nearly_all_of_it() -> None:
    lists = planar(300, seed=5)
    heard: list[dict[str, float]] = []
    answer = p_median(lists, 12, tell=lambda **news: heard.append(news))
    assert answer.proven
    assert answer.gap == 0
    assert answer.bound == answer.total
    assert 0.99 * answer.total < bound_of(lists, 12, answer.multiplier) <= answer.total
    again = p_median(lists, 12)
    assert again.opened.tolist() == answer.opened.tolist()
    totals = [each["total"] for each in heard]
    assert totals == sorted(totals, reverse=True)
    assert all(each["bound"] <= answer.total for each in heard)
    assert heard[-1]["total"] == answer.total


def test_limit_gives_the_best_found_with_a_bound_that_is_below_it() -> None:
    lists = planar(300, seed=5)
    answer = p_median(lists, 12, limit_s=0)
    assert answer.total == lists.total(answer.opened)
    assert answer.bound < p_median(lists, 12).total <= answer.total
    assert not answer.proven
    assert 0 < answer.gap < 1


def test_tree_decides_where_the_relaxation_leaves_a_gap() -> None:
    # A ring of seven, each near its two neighbours: three places can serve it in halves better than in whole.
    step = np.abs(np.subtract.outer(np.arange(7), np.arange(7)))
    lists = from_table(np.minimum(step, 7 - step) > 1, unserved=1)
    answer = p_median(lists, 2)
    assert (answer.total, answer.proven) == (1, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"p": 0}, "at least one place"),
        ({"p": 1, "keep": [0, 1]}, "2 candidates are to be kept, but only 1 may be open"),
        ({"p": 2, "forbid": [0, 1]}, "2 are to be open, but only 1 candidates are allowed"),
        ({"p": 1, "keep": [1], "forbid": [1]}, "candidate 1 is both to be kept and forbidden"),
        ({"p": 1, "keep": [3]}, "keep: numbers from 0 to 2 are needed"),
        ({"p": 1, "forbid": [-1]}, "forbid: numbers from 0 to 2 are needed"),
        ({"p": 1}, "no 1 candidates reach every demand.*; open more"),
        ({"p": 2, "forbid": [2]}, "no allowed candidate reaches demand 1 \\(1 such demands\\)"),
    ],
)
def test_request_that_cannot_be_met_is_answered_by_what_is_in_the_way(
    solver: str, asked: dict[str, Any], told: str
) -> None:
    lists = from_table([[1, 1, np.inf], [np.inf, np.inf, 2]])
    with pytest.raises(InputError, match=told):
        p_median(lists, **asked)


def test_published_instances_have_their_known_optimum() -> None:
    if not INSTANCES.is_dir():
        pytest.skip("the OR-Library instances are not here")
    for number, known in ((1, 5819), (6, 7824), (14, 2968), (16, 8162)):
        lines = (INSTANCES / f"pmed{number}.txt").read_text().split("\n")
        nodes, _, p = map(int, lines[0].split())
        # Of an edge that comes twice the last counts.
        edges = {
            tuple(sorted(map(int, line.split()[:2]))): float(line.split()[2])
            for line in lines[1:]
            if line.strip()
        }
        a, b = np.array(list(edges)).T - 1
        graph = coo_matrix((list(edges.values()), (a, b)), shape=(nodes, nodes))
        answer = p_median(from_table(dijkstra(graph.tocsr(), directed=False)), p)
        assert (answer.total, answer.proven) == (known, True), number
