from __future__ import annotations

import math

import numpy as np
import pytest

from linli.engine.streets.buildings import find_homes, own_verdict, parse_levels
from tests.engine.streets.town import PLANE, Town


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        ({"building": "apartments"}, "yes"),
        ({"building": "house"}, "yes"),
        ({"building": "dormitory", "amenity": "school"}, "yes"),
        ({"building": "school"}, "no"),
        ({"building": "garage"}, "no"),
        ({"building": "roof"}, "no"),
        ({"building": "construction"}, "no"),
        ({"building": "yes"}, "ask"),
        ({"building": "yes", "amenity": "hospital"}, "no"),
        ({"building": "yes", "office": "company"}, "no"),
        ({"building": "yes", "shop": "mall"}, "no"),
        ({"building": "yes", "shop": "hairdresser"}, "mixed"),
        ({"building": "yes", "amenity": "bank"}, "mixed"),
        ({"building": "yes", "shop": "bakery", "building:flats": "12"}, "yes"),
        ({"building": "yes", "name": "幸福里小区3号楼"}, "yes"),
        ({"building": "yes", "name": "医院家属院"}, "yes"),
        ({"building": "yes", "name": "人民医院"}, "no"),
        ({"building": "yes", "name": "12栋"}, "yes"),
        ({"building": "yes", "name": "市规划局"}, "no"),
        ({"building": "yes", "name": "Central Station"}, "no"),
        ({"building": "yes", "name": "长发中心C座"}, "no"),
        ({"building": "yes", "name": "Kosmos"}, "ask"),
    ],
)
def test_own_verdict_of_tags(tags, verdict):
    assert own_verdict(tags) == verdict


@pytest.mark.parametrize(
    ("tags", "levels"),
    [
        ({"building:levels": "6"}, 6),
        ({"building:levels": "5.5"}, 5.5),
        ({"building:levels": "3;5"}, 5),
        ({"building:levels": "2-4"}, 4),
        ({"height": "18"}, 6),
        ({"height": "18.5 m"}, 6),
        ({"height": "60'"}, 6),
        ({"height": "2"}, 1),
        ({"building:levels": "7", "height": "9"}, 7),
        ({"building:levels": "0"}, math.nan),
        ({"building:levels": "many"}, math.nan),
        ({}, math.nan),
    ],
)
def test_levels_of_tags(tags, levels):
    assert parse_levels(tags) == pytest.approx(levels, nan_ok=True)


def homes(town, **options):
    return find_homes(town.features, plane=PLANE, **options)


def test_floor_area_is_footprint_times_levels():
    found = homes(Town().box(0, 0, 20, 10, building="apartments", building__levels="6"))
    assert len(found) == 1
    assert found.levels_known.tolist() == [True]
    assert found.footprint_m2[0] == pytest.approx(200, rel=2e-3)
    assert found.floor_area_m2[0] == pytest.approx(1200, rel=2e-3)


def test_ground_floor_of_a_shop_is_not_lived_on():
    found = homes(Town().box(0, 0, 20, 10, building="yes", shop="bakery", building__levels="6"))
    assert found.floor_area_m2[0] == pytest.approx(1000, rel=2e-3)


def test_shop_of_low_or_unknown_height_is_no_home():
    town = Town().box(0, 0, 20, 10, building="yes", shop="bakery")
    town.box(30, 0, 50, 10, building="yes", shop="bakery", building__levels="2")
    assert len(homes(town)) == 0


@pytest.mark.parametrize(
    ("land", "count"),
    [
        ({"landuse": "residential"}, 1),
        ({"landuse": "industrial"}, 0),
        ({"landuse": "commercial"}, 0),
        ({"amenity": "school"}, 0),
        ({"leisure": "park"}, 0),
        ({"natural": "water"}, 1),
    ],
)
def test_land_decides_what_building_yes_is(land, count):
    town = Town().box(-50, -50, 100, 100, **land).box(0, 0, 20, 10, building="yes")
    assert len(homes(town)) == count


def test_smallest_land_around_a_building_decides():
    town = Town().box(-500, -500, 500, 500, landuse="industrial").box(-50, -50, 50, 50, landuse="residential")
    town.box(0, 0, 20, 10, building="yes").box(200, 0, 220, 10, building="yes")
    assert homes(town).lon.round(4).tolist() == [10.0001]


def test_apartments_on_industrial_land_stay_homes():
    town = Town().box(-50, -50, 100, 100, landuse="industrial").box(0, 0, 20, 10, building="apartments")
    assert len(homes(town)) == 1


def test_school_node_inside_makes_a_building_no_home():
    town = Town().box(0, 0, 20, 10, building="yes").point(10, 5, amenity="school")
    town.box(30, 0, 50, 10, building="yes").point(40, 5, amenity="restaurant")
    assert [f.osm_id for f in homes(town).feature] == [3]


def test_size_settles_what_nothing_else_does():
    town = (
        Town()
        .box(0, 0, 5, 5, building="yes")
        .box(10, 0, 20, 10, building="yes")
        .box(30, 0, 100, 60, building="yes")
    )
    assert homes(town).footprint_m2.round() == pytest.approx([100])


def test_house_may_be_small():
    assert len(homes(Town().box(0, 0, 5, 5, building="house"))) == 1


def test_house_mapped_as_a_node_has_the_median_footprint():
    found = homes(Town().box(0, 0, 10, 10, building="house").point(50, 50, building="house"))
    assert found.floor_area_m2 == pytest.approx([200, 200], rel=2e-3)


def test_building_on_the_committees_list_is_a_home():
    town = Town().box(0, 0, 20, 10, building="office")
    assert len(homes(town)) == 0
    assert len(homes(town, listed=frozenset({"w1"}))) == 1


def test_typical_levels_are_the_median_of_the_place_when_enough_are_known():
    town = Town()
    for number in range(20):
        town.box(
            number * 30, 0, number * 30 + 20, 10, building="apartments", building__levels=str(8 + number % 3)
        )
    town.box(0, 50, 20, 60, building="apartments")
    found = homes(town)
    assert found.typical_levels == {"apartments": (9.0, 20)}
    assert found.levels[-1] == 9
    assert not found.levels_known[-1]


def test_typical_levels_are_the_tables_when_few_are_known():
    found = homes(Town().box(0, 0, 20, 10, building="apartments"))
    assert found.typical_levels == {"apartments": (6.0, 0)}
    assert found.levels.tolist() == [6]


def test_homes_may_be_none():
    found = homes(Town())
    assert len(found) == 0
    assert found.floor_area_m2.tolist() == []
    assert np.size(found.lon) == 0
