from __future__ import annotations

import numpy as np

from linli.engine.streets.extract import Ring, Square
from linli.engine.streets.squares import MOST_POINTS, cross


def square(*rings: list[tuple[float, float]]) -> Square:
    """Rings with node ids counted through; the first ring is the outer one."""
    made, start = [], 0
    for number, ring in enumerate(rings):
        ids = np.append(np.arange(start, start + len(ring)), start)
        lon, lat = np.array([*ring, ring[0]], float).T
        made.append(Ring(ids, lon, lat, inner=number > 0))
        start += len(ring)
    return Square("w", 1, {}, made)


def lines(shape: Square, entries: set[int]) -> set[frozenset[int]]:
    found = cross(shape, entries)
    return {frozenset(pair) for pair in zip(found.from_id.tolist(), found.to_id.tolist(), strict=True)}


BOX = [(0, 0), (4, 0), (4, 4), (0, 4)]


def test_cross_joins_entries_that_see_one_another():
    assert lines(square(BOX), {0, 2}) == {frozenset({0, 2})}


def test_cross_leaves_sides_of_the_rim_to_the_rim():
    assert lines(square(BOX), {0, 1}) == set()


def test_cross_needs_two_entries():
    assert lines(square(BOX), {0}) == set()


def test_cross_bends_round_the_corner_of_an_l():
    shape = square([(0, 0), (4, 0), (4, 1), (1, 1), (1, 4), (0, 4)])
    assert lines(shape, {1, 5}) == {frozenset({1, 3}), frozenset({3, 5})}


def test_cross_passes_a_hole_on_both_sides():
    found = lines(square(BOX, [(1, 2), (2, 3), (3, 2), (2, 1)]), {0, 2})
    assert frozenset({0, 2}) not in found
    assert {frozenset({0, 4}), frozenset({0, 7}), frozenset({2, 5}), frozenset({2, 6})} == found


def test_cross_is_bounded_on_a_huge_square():
    angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    disc = square(list(zip(np.cos(angle), np.sin(angle), strict=True)))
    assert len(cross(disc, set(range(500))).from_id) <= MOST_POINTS * (MOST_POINTS - 1) / 2


def test_cross_of_a_twisted_ring_is_left_to_the_rim():
    assert lines(square([(0, 0), (4, 4), (4, 0), (0, 4)]), {0, 2}) == set()
