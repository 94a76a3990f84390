"""Costs become rows, cheapest first; what cannot be is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from linli.engine.errors import InputError
from linli.engine.siting import from_pairs, from_table


def test_table_becomes_weighted_rows_cheapest_first_and_of_equals_the_lower_number_first() -> None:
    lists = from_table([[3, 1, 1], [np.inf, 2, np.nan]], weight=[2, 5])
    assert lists.start.tolist() == [0, 3, 4]
    assert lists.candidate.tolist() == [1, 2, 0, 1]
    assert lists.cost.tolist() == [2, 2, 6, 10]
    assert lists.must_serve
    assert lists.beyond.min() > 6 + 10


def test_pairs_are_the_same_as_their_table_and_of_a_pair_twice_the_cheaper_counts() -> None:
    table = from_table([[3, 1, 1], [np.inf, 2, np.nan]], weight=[2, 5])
    pairs = from_pairs(
        [1, 0, 0, 0, 0], [1, 2, 0, 1, 0], [2, 1, 9, 1, 3], demand_count=2, candidate_count=3, weight=[2, 5]
    )
    for name in ("start", "candidate", "cost", "beyond"):
        assert getattr(pairs, name).tolist() == getattr(table, name).tolist(), name


def test_demand_that_may_be_unserved_lists_only_what_is_cheaper_for_it() -> None:
    lists = from_table([[3, 1, 2], [5, 6, 7]], weight=[1, 2], unserved=[2, 5])
    assert lists.start.tolist() == [0, 1, 1]
    assert lists.candidate.tolist() == [1]
    assert lists.beyond.tolist() == [2, 10]
    assert not lists.must_serve
    assert lists.total([0, 2]) == 12
    assert lists.total([1]) == 11


def test_table_of_which_nothing_can_be_reached_has_empty_rows() -> None:
    lists = from_table(np.full((2, 3), np.inf))
    assert lists.start.tolist() == [0, 0, 0]
    assert lists.must_serve


@pytest.mark.parametrize(
    ("costs", "unit"), [([[4, 6], [10, 2]], 2), ([[4.5, 6]], 0), ([[0, 0]], 1), ([[1e17, 1]], 0)]
)
def test_unit_is_what_every_total_is_a_multiple_of(costs: list[list[float]], unit: float) -> None:
    assert from_table(costs).unit == unit


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"cost": [1, 2]}, "cost: a table"),
        ({"cost": [[1, -2]]}, "cost: finite numbers are needed, none of them negative"),
        ({"cost": [[1, 2]], "weight": [1, 2]}, "weight: 1 numbers are needed"),
        ({"cost": [[1, 2]], "weight": [-1]}, "weight: 1 numbers are needed, none of them negative"),
        ({"cost": [[1, 2]], "unserved": [-1]}, "unserved: finite numbers"),
    ],
)
def test_table_that_cannot_be_is_refused_by_the_name_of_what_is_wrong(given: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        from_table(**given)


@pytest.mark.parametrize(
    ("demand", "candidate", "cost", "told"),
    [
        ([0, 1], [0], [1], "three arrays of one length"),
        ([2], [0], [1], "demand: numbers from 0 to 1 are needed"),
        ([0], [-1], [1], "candidate: numbers from 0 to 2 are needed"),
        ([0], [0], [np.inf], "cost: finite numbers"),
    ],
)
def test_pairs_that_cannot_be_are_refused_by_the_name_of_what_is_wrong(
    demand: list, candidate: list, cost: list, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        from_pairs(demand, candidate, cost, demand_count=2, candidate_count=3)
