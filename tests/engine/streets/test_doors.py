from __future__ import annotations

import numpy as np
import pytest
import shapely

from linli.engine.streets.assumptions import homes_table
from linli.engine.streets.doors import DoorNodes, Streets, best_ranked, pick
from linli.engine.streets.network import build_network
from tests.engine.streets.town import Town, degrees, metres


def shapes(town):
    return np.array([feature.geometry for feature in town.features], dtype=object)


@pytest.fixture(scope="module")
def main_street():
    """A street along the x axis from -500 to 500 m."""
    return Streets.of(build_network(Town().street((-500, 0), (500, 0)).extract()))


def test_entrances_are_found_on_the_outline_they_are_part_of():
    town = Town().box(0, 0, 20, 10, building="yes").box(30, 0, 50, 10, building="yes")
    town.node(20, 10, entrance="yes").node(30, 0, entrance="main").node(25, 5, entrance="yes")
    nodes = DoorNodes.of_entrances(town.street_nodes.values(), ranks=[["main"], ["yes"]])
    shape, node = nodes.on(shapes(town))
    assert list(zip(shape.tolist(), node.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert nodes.rank.tolist() == [1, 0, 1]


def test_entrance_shared_by_two_buildings_is_on_both():
    town = (
        Town()
        .box(0, 0, 20, 10, building="yes")
        .box(20, 0, 40, 10, building="yes")
        .node(20, 10, entrance="yes")
    )
    shape, node = DoorNodes.of_visitors(town.street_nodes.values()).on(shapes(town))
    assert shape.tolist() == [0, 1]
    assert node.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("tags", "count"),
    [
        ({"entrance": "main"}, 1),
        ({"entrance": "exit"}, 0),
        ({"entrance": "garage"}, 0),
        ({"entrance": "yes", "access": "private"}, 0),
        ({"barrier": "gate"}, 1),
        ({"barrier": "gate", "access": "no"}, 0),
        ({"barrier": "kerb"}, 0),
    ],
)
def test_visitors_come_in_through_open_entrances_and_gates(tags, count):
    town = Town().node(0, 0, **tags)
    assert len(DoorNodes.of_visitors(town.street_nodes.values()).lon) == count


def test_residents_use_their_staircase_before_the_main_entrance():
    ranks = homes_table()["doors"]["entrance"]
    town = Town().node(0, 0, entrance="main").node(5, 0, entrance="staircase").node(9, 0, entrance="service")
    town.node(12, 0, entrance="staircase").node(15, 0, entrance="emergency")
    nodes = DoorNodes.of_entrances(town.street_nodes.values(), ranks=ranks)
    every = np.zeros(4, int), np.arange(4)
    leg_m = np.array([1.0, 9.0, 1.0, 3.0])
    assert pick(*every, rank=nodes.rank, leg_m=leg_m)[1].tolist() == [3]
    assert best_ranked(*every, rank=nodes.rank).tolist() == [False, True, False, True]


def test_nearest_point_is_on_the_outline(main_street):
    town = Town().box(0, 20, 30, 40).box(0, 900, 30, 940)
    lon, lat = main_street.nearest_points(main_street.outlines(shapes(town)))
    x, y = metres(lon, lat)
    assert y[0] == pytest.approx(20, abs=0.02)
    assert -0.1 <= x[0] <= 30.1
    assert np.isnan(x[1])  # no street within 200 m


def test_street_is_entered_where_it_crosses_an_outline(main_street):
    town = Town().box(100, -50, 300, 50, leisure="park").box(0, 20, 50, 50)
    which, lon, lat = main_street.through(main_street.outlines(shapes(town)))
    x, y = metres(lon, lat)
    assert which.tolist() == [0, 0]
    assert sorted(x) == pytest.approx([100, 300], abs=0.02)
    assert y == pytest.approx([0, 0], abs=0.02)


def test_street_along_an_edge_gives_a_door_every_twenty_metres(main_street):
    town = Town().box(100, 8, 300, 108).box(100, 12, 300, 112)
    which, lon, lat = main_street.along(main_street.outlines(shapes(town)))
    x, y = metres(lon, lat)
    assert set(which) == {0}
    assert y == pytest.approx(np.full(len(y), 8), abs=2.1)
    gaps = np.diff(np.sort(x))
    assert gaps.max() < 25
    assert (x.min(), x.max()) == pytest.approx((100, 300), abs=20)


def test_doors_nearer_than_fifteen_metres_are_one(main_street):
    which = np.array([0, 0, 1, 0, 0])
    lon, lat = degrees([1, 2, 3, 40, np.nan], [1, 1, 1, 1, 1])
    assert main_street.thinned(which, lon, lat).tolist() == [0, 2, 3]


def test_bridges_and_steps_are_no_street_to_open_a_door_on():
    town = Town().street((-500, 0), (0, 0)).street((0, 0), (500, 0), bridge="yes")
    town.street((0, 0), (0, 500), highway="steps")
    streets = Streets.of(build_network(town.extract()))
    town.box(300, 20, 330, 40).box(-300, 20, -270, 40)
    lon, _ = streets.nearest_points(streets.outlines(shapes(town)))
    assert np.isnan(lon).tolist() == [True, False]


def test_distance_of_points(main_street):
    lon, lat = np.array([10.0, 10.0]), np.array([0.001, 0.1])
    assert main_street.distance_m(lon, lat) == pytest.approx([111.2, np.nan], abs=0.1, nan_ok=True)


def test_nothing_to_enter_gives_nothing(main_street):
    none = main_street.outlines(np.zeros(0, object))
    for found in (main_street.through(none), main_street.along(none), main_street.nearest_points(none)):
        assert all(len(column) == 0 for column in found)


def test_outline_of_a_line_is_the_line(main_street):
    line = shapely.LineString([(10.0, 0.0005), (10.001, 0.0005)])
    lon, lat = main_street.nearest_points(main_street.outlines(np.array([line], dtype=object)))
    assert lat[0] == pytest.approx(0.0005)
    assert 10.0 <= lon[0] <= 10.001
