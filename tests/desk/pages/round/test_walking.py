from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.desk.pages.round.walking import open_tour, plan_round, walking_times

if TYPE_CHECKING:
    from linli.desk.places.serving import Served

M_PER_DEGREE = 111_195.08
ADULT = "adult"


def length(walk_s: np.ndarray, order: list[int]) -> float:
    return float(sum(walk_s[a, b] for a, b in itertools.pairwise(order)))


def test_open_tour_of_one_point_stays_there() -> None:
    assert open_tour(np.zeros((1, 1))) == [0]


def test_open_tour_undoes_what_greed_did() -> None:
    # On a line: start at 0, places at −2, 1.5, 3: the greedy walk goes 1.5, 3, −2 (8); −2 first is 2 + 5 = 7.
    at = np.array([0.0, -2.0, 1.5, 3.0])
    walk_s = np.abs(at[:, None] - at[None, :])
    assert open_tour(walk_s) == [0, 1, 2, 3]


def test_open_tour_knows_that_uphill_takes_longer() -> None:
    # To 1 it is near and back is far; 2 first and then 1 is the shorter round.
    walk_s = np.array([[0.0, 5.0, 6.0], [5.0, 0.0, 50.0], [6.0, 4.0, 0.0]])
    assert open_tour(walk_s) == [0, 2, 1]


@given(st.integers(2, 7), st.integers(0, 10_000))
def test_open_tour_visits_each_once_and_no_reversal_shortens_it(count: int, seed: int) -> None:
    walk_s = np.random.default_rng(seed).integers(1, 100, (count, count)).astype(float)
    np.fill_diagonal(walk_s, 0)
    order = open_tour(walk_s)
    assert (order[0], sorted(order)) == (0, list(range(count)))
    for first in range(1, count):
        for last in range(first + 1, count):
            turned = order[:first] + order[first : last + 1][::-1] + order[last + 1 :]
            assert length(walk_s, turned) >= length(walk_s, order) - 1e-6


@pytest.mark.django_db
def test_walking_times_follow_the_street(village: Served) -> None:
    walk_s, guessed = walking_times(village, [(0.005, 0.0), (0.0105, 0.0)], profile=ADULT)
    speed = village.profiles[ADULT].speed_m_s
    assert walk_s[0, 1] == pytest.approx(0.0055 * M_PER_DEGREE / speed, abs=1.5)
    assert walk_s[0, 0] == 0
    assert not guessed.any()


@pytest.mark.django_db
def test_plan_round_in_the_village_goes_there_before_it_comes_back(village: Served) -> None:
    places = [(0.0145, 0.0), (0.004, 0.0), (0.008, 0.0), (0.001, 0.0)]
    found = plan_round(village, (0.003, 0.0), places, profile=ADULT)
    # 0.004 is nearest, but going west first saves walking all the way back from the east.
    assert [places[index][0] for index in found.order] == [0.001, 0.004, 0.008, 0.0145]
    speed = village.profiles[ADULT].speed_m_s
    assert found.walk_s == pytest.approx((0.002 + 0.0135) * M_PER_DEGREE / speed, abs=4)
    assert found.estimated == [False] * 4


@pytest.mark.django_db
def test_plan_round_guesses_where_no_street_leads(village: Served) -> None:
    island = (0.0505, 0.0)
    found = plan_round(village, (0.003, 0.0), [island, (0.004, 0.0)], profile=ADULT)
    assert found.order == [1, 0]
    assert found.estimated == [False, True]
    assert found.leg_s[1] == pytest.approx(0.0465 * M_PER_DEGREE * 1.5, rel=0.01)


def test_plan_round_without_a_place_goes_by_the_crow() -> None:
    found = plan_round(None, (0.0, 0.0), [(0.002, 0.0), (0.001, 0.0)], profile=ADULT)
    assert found.order == [1, 0]
    assert found.estimated == [True, True]


def test_plan_round_of_nothing_is_nothing() -> None:
    assert plan_round(None, (0.0, 0.0), [], profile=ADULT).order == []
