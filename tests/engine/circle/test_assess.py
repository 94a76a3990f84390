from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from linli.engine.circle.assess import (
    COVERED,
    LEFT_OUT,
    UNKNOWN,
    Coverage,
    Walks,
    any_of,
    by_group,
    coverage,
    left_out,
    lost_time,
    score,
    verdicts,
)

INF = np.inf


def walks(sure: list[float], maybe: list[float] | None = None) -> Walks:
    low = sure if maybe is None else maybe
    return Walks(np.array(sure, np.float32), np.array(low, np.float32))


@st.composite
def some_walks(draw: st.DrawFn, homes: int = 12) -> Walks:
    length = st.one_of(st.floats(0, 3000, width=32), st.just(INF))
    one, other = (draw(arrays(np.float32, homes, elements=length)) for _ in range(2))
    return Walks(np.maximum(one, other), np.minimum(one, other))


residents = arrays(np.float64, 12, elements=st.one_of(st.floats(0, 500), st.just(np.nan)))


def test_verdicts_at_the_threshold_count_as_covered() -> None:
    found = verdicts(walks([0, 300, 300.1, INF]), at_most=300)
    assert found.tolist() == [COVERED, COVERED, LEFT_OUT, LEFT_OUT]


def test_verdicts_of_walks_not_known_are_unknown_only_where_it_matters() -> None:
    found = verdicts(walks([200, INF, 400, INF], [100, 0, 250, 301]), at_most=300)
    assert found.tolist() == [COVERED, UNKNOWN, UNKNOWN, LEFT_OUT]


def test_any_of_covers_when_one_kind_is_near_and_is_unknown_when_one_was_never_surveyed() -> None:
    near_and_far = walks([100, 900])
    never_surveyed = walks([INF, INF], [0, 0])
    assert verdicts(any_of([near_and_far, never_surveyed]), at_most=300).tolist() == [COVERED, UNKNOWN]


def test_coverage_counts_residents() -> None:
    found = np.array([COVERED, LEFT_OUT, UNKNOWN, COVERED], np.int8)
    counted = coverage(found, np.array([10.0, 20.0, 30.0, np.nan]))
    assert counted == Coverage(total=60.0, covered=10.0, left_out=20.0, unknown=30.0)
    assert counted.share == 10 / 60
    assert counted.unknown_share == 0.5


def test_coverage_of_a_group_nobody_counted_is_none() -> None:
    found = np.array([COVERED, LEFT_OUT], np.int8)
    groups = {"65+": np.array([3.0, 1.0]), "disabled": np.array([np.nan, np.nan])}
    assert by_group(found, groups) == {"65+": Coverage(4.0, 3.0, 1.0, 0.0), "disabled": None}


def test_share_is_none_where_all_are_unknown_or_nobody_lives() -> None:
    assert Coverage(5.0, 0.0, 0.0, 5.0).share is None
    assert Coverage(0.0, 0.0, 0.0, 0.0).share is None
    assert Coverage(0.0, 0.0, 0.0, 0.0).unknown_share is None


def test_left_out_lists_the_worst_first_and_by_how_much() -> None:
    seen = walks([100, 450, INF, 320, 1000])
    homes, over = left_out(seen, verdicts(seen, at_most=300), at_most=300)
    assert homes.tolist() == [2, 4, 1, 3]
    assert over.tolist() == [INF, 700, 150, 20]


def test_left_out_with_a_walk_not_known_is_over_by_at_least_its_shortest() -> None:
    seen = walks([900, INF], [700, 400])
    homes, over = left_out(seen, verdicts(seen, at_most=300), at_most=300)
    assert homes.tolist() == [0, 1]
    assert over.tolist() == [400, 100]


def test_score_counts_rules_met_at_least_and_at_most() -> None:
    low, high = score(
        [np.array([COVERED, COVERED, LEFT_OUT], np.int8), np.array([COVERED, UNKNOWN, LEFT_OUT], np.int8)]
    )
    assert low.tolist() == [2, 1, 0]
    assert high.tolist() == [2, 2, 0]


def test_lost_time_is_the_walk_beyond_the_threshold_there_and_back() -> None:
    # 100 people who walk 900 s where 600 s are asked, twice a week: 100 × 300 s × 2 × 2 × 52 / 3600 h
    lost = lost_time(
        walks([900, 300]), np.array([100.0, 50.0]), at_most_s=600.0, cutoff_s=1800, visits_per_week=2
    )
    assert np.isclose(lost.hours, 100 * 300 * 2 * 2 * 52 / 3600)
    assert (lost.residents_beyond_cutoff, lost.residents_unknown) == (0.0, 0.0)


def test_lost_time_beyond_the_cutoff_is_a_lower_bound_and_unknown_is_not_counted() -> None:
    lost = lost_time(
        walks([INF, INF, INF], [INF, 0, 700]),
        np.array([1.0, 2.0, 4.0]),
        at_most_s=600.0,
        cutoff_s=1800,
        visits_per_week=1,
    )
    assert np.isclose(lost.hours, 1200 * 2 * 52 / 3600)
    assert (lost.residents_beyond_cutoff, lost.residents_unknown) == (1.0, 6.0)


@given(seen=some_walks(), people=residents, near=st.floats(0, 3000), more=st.floats(0, 1000))
def test_coverage_grows_with_the_threshold_and_adds_up(
    seen: Walks, people: np.ndarray, near: float, more: float
) -> None:
    closer, wider = (verdicts(seen, at_most=limit) for limit in (near, near + more))
    assert (wider[closer == COVERED] == COVERED).all()
    assert (closer[wider == LEFT_OUT] == LEFT_OUT).all()
    counted = [coverage(found, people) for found in (closer, wider)]
    if np.isnan(people).all():
        assert counted == [None, None]
        return
    tight, loose = counted
    assert tight is not None
    assert loose is not None
    assert tight.covered <= loose.covered + 1e-9
    assert tight.left_out >= loose.left_out - 1e-9
    for one in (tight, loose):
        assert np.isclose(one.covered + one.left_out + one.unknown, one.total)
        assert np.isclose(one.total, np.nansum(people))


@given(one=some_walks(), other=some_walks(), limit=st.floats(0, 3000))
def test_any_of_is_never_worse_than_either(one: Walks, other: Walks, limit: float) -> None:
    both, first = verdicts(any_of([one, other]), at_most=limit), verdicts(one, at_most=limit)
    assert (both[first == COVERED] == COVERED).all()
    assert (first[both == LEFT_OUT] == LEFT_OUT).all()


@given(seen=some_walks(), limit=st.floats(0, 3000, width=32))
def test_left_out_is_each_home_left_out_once_by_more_than_nothing(seen: Walks, limit: float) -> None:
    found = verdicts(seen, at_most=limit)
    homes, over = left_out(seen, found, at_most=limit)
    assert sorted(homes.tolist()) == np.flatnonzero(found == LEFT_OUT).tolist()
    assert (over > 0).all()
    assert (np.diff(over[np.isfinite(over)]) <= 0).all()
