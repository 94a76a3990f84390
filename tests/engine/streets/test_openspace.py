from __future__ import annotations

import numpy as np
import pytest
import shapely

from linli.engine.streets.openspace import groups_of, joined_area_m2


def boxes(*corners):
    return np.array([shapely.box(*corner) for corner in corners], dtype=object)


def test_area_of_pieces_that_overlap_counts_once():
    areas = joined_area_m2(boxes((0, 0, 100, 100), (50, 0, 150, 100), (300, 0, 310, 10)))
    assert areas.tolist() == [15_000, 15_000, 100]


def test_area_joins_through_a_chain():
    areas = joined_area_m2(boxes((0, 0, 10, 10), (10, 0, 20, 10), (20, 0, 30, 10)))
    assert areas.tolist() == [300, 300, 300]


def test_strip_does_not_join_two_parks():
    # 1000 m long and 10 m wide: 1 ha, and 2 % of its circle
    areas = joined_area_m2(boxes((0, 0, 100, 100), (100, 0, 1100, 10), (1100, 0, 1200, 100)))
    assert areas.tolist() == [10_000, 10_000, 10_000]


def test_small_strip_joins():
    # 400 m × 10 m is below half a hectare
    areas = joined_area_m2(boxes((0, 0, 100, 100), (100, 0, 500, 10)))
    assert areas.tolist() == [14_000, 14_000]


def test_area_of_a_point_is_not_known():
    shapes = np.array([shapely.Point(0, 0), shapely.box(0, 0, 10, 10)], dtype=object)
    assert joined_area_m2(shapes) == pytest.approx([np.nan, 100], nan_ok=True)


def test_groups_follow_their_links():
    groups = groups_of(5, np.array([0, 3]), np.array([4, 4]))
    assert [group.tolist() for group in groups] == [[0, 3, 4], [1], [2]]
    assert groups_of(0, np.zeros(0, int), np.zeros(0, int)) == []
