from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.candidates import find_candidates, same_name
from linli.engine.streets.kinds import load_kinds
from tests.engine.streets.town import PLANE, Town

KINDS = list(load_kinds())


def found(town):
    return find_candidates(town.features, plane=PLANE)


def kinds(candidate):
    return {KINDS[index] for index in candidate.kinds}


def test_node_inside_its_own_area_is_one_facility():
    town = Town().box(0, 0, 60, 40, amenity="school", name="凤凰小学").point(30, 20, amenity="school")
    (school,) = found(town)
    assert (school.name, school.ref, kinds(school)) == ("凤凰小学", "w1", {"primary", "middle"})
    assert school.kinds == {KINDS.index("primary"): True, KINDS.index("middle"): False}
    assert [style for _, style in school.shapes] == ["gate"]
    assert school.area_m2 == pytest.approx(2400, rel=1e-3)


def test_node_of_another_name_inside_an_area_stays_apart():
    town = Town().box(0, 0, 60, 40, amenity="restaurant", name="A").point(30, 20, amenity="cafe", name="B")
    assert [candidate.name for candidate in found(town)] == ["A", "B"]


def test_node_of_another_kind_inside_an_area_stays_apart():
    town = Town().box(0, 0, 60, 40, leisure="park").point(30, 20, leisure="playground")
    assert [kinds(candidate) for candidate in found(town)] == [{"park"}, {"playground"}]


def test_two_stops_of_one_name_across_the_road_are_one_with_two_doors():
    town = (
        Town().point(0, 0, highway="bus_stop", name="人民路").point(20, 10, highway="bus_stop", name="人民路")
    )
    (stop,) = found(town)
    assert [style for _, style in stop.shapes] == ["point", "point"]


@pytest.mark.parametrize(("apart_m", "count"), [(59, 1), (61, 2)])
def test_same_name_within_sixty_metres_is_one_facility(apart_m, count):
    town = (
        Town()
        .point(0, 0, shop="convenience", name="小 店")
        .point(apart_m, 0, shop="convenience", name="小店")
    )
    assert len(found(town)) == count


def test_same_name_of_another_kind_stays_apart():
    town = Town().point(0, 0, amenity="bank", name="Nord").point(5, 0, amenity="library", name="Nord")
    assert len(found(town)) == 2


def test_shops_without_a_name_stay_apart():
    assert len(found(Town().point(0, 0, shop="bakery").point(5, 0, shop="bakery"))) == 2


def test_station_is_entered_at_its_entrances():
    town = Town().point(0, 0, railway="station", station="subway", name="新街口")
    town.point(80, 0, railway="subway_entrance").point(-90, 10, railway="subway_entrance", wheelchair="yes")
    town.point(900, 0, railway="subway_entrance")
    station, lone = found(town)
    assert station.name == "新街口"
    assert [round(shape.x, 4) for shape, _ in station.shapes] == [10.0007, 9.9992]
    assert station.step_free == 1
    assert (lone.name, kinds(lone)) == ("", {"metro"})


def test_building_is_entered_by_doors_and_open_space_at_its_edge():
    town = Town().box(0, 0, 9, 9, amenity="pharmacy", building="yes").box(20, 0, 90, 90, leisure="park")
    town.box(100, 0, 120, 20, leisure="sports_centre", building="yes").box(
        200, 0, 220, 20, amenity="hospital"
    )
    assert [style for c in found(town) for _, style in c.shapes] == ["door", "edge", "door", "gate"]


def test_private_and_school_gardens_are_no_open_space():
    town = Town().box(0, 0, 200, 200, amenity="school", name="中学").box(10, 10, 50, 50, leisure="garden")
    town.box(300, 0, 340, 40, leisure="garden", garden__type="residential").box(
        400, 0, 440, 40, leisure="park", access="private"
    )
    town.box(500, 0, 540, 40, leisure="garden")
    assert [c.ref for c in found(town) if kinds(c) == {"park"}] == ["w5"]


def test_pedestrian_square_is_open_space():
    town = (
        Town().box(0, 0, 40, 40, highway="pedestrian", area="yes").box(100, 0, 140, 40, highway="pedestrian")
    )
    assert [c.ref for c in found(town)] == ["w1"]


def test_parks_that_touch_are_one_open_space_and_stay_two_facilities():
    town = Town().box(0, 0, 100, 100, leisure="park").box(100, 0, 200, 100, leisure="park")
    town.box(500, 0, 600, 100, leisure="park")
    assert [round(c.area_m2, -2) for c in found(town)] == [20_000, 20_000, 10_000]


def test_names_address_and_hours_are_kept():
    town = Town().point(0, 0, amenity="library", name__en="City Library", addr__street="Main St", addr__housenumber="3", opening_hours="Mo-Fr 9-17", wheelchair="no")  # fmt: skip
    (library,) = found(town)
    assert (library.name, library.address, library.hours) == ("City Library", "Main St 3", "Mo-Fr 9-17")
    assert library.step_free == 2


def test_point_has_no_area():
    (shop,) = found(Town().point(0, 0, shop="bakery"))
    assert np.isnan(shop.area_m2)


def test_features_may_be_none():
    assert found(Town().box(0, 0, 9, 9, building="yes")) == []


def test_same_name_ignores_spaces_case_and_marks():
    assert same_name("7-Eleven （二店）") == same_name("7 eleven(二店)")
