from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.run import choose_profiles
from linli.engine.circle.trace import HomeWalk, walks_of
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.place import Place, build_place
from tests.engine.circle.conftest import EAST, ISLAND, METRES_PER_DEGREE, TERRACE, WEST

if TYPE_CHECKING:
    from pathlib import Path

LEG_M = 0.0001 * METRES_PER_DEGREE


def measured(place: Place, *profiles: str) -> Measurement:
    return measure_place(place, standards=[], profiles=choose_profiles(profiles))


def walks(measurement: Measurement, home: int, profile: int = 0) -> dict[str, HomeWalk]:
    found = walks_of(measurement.walker, home=home, profile=measurement.profiles[profile])
    return {measurement.kinds[walk.kind].key: walk for walk in found}


@pytest.fixture(scope="module")
def village_measured(village_place: Place) -> Measurement:
    return measured(village_place, "adult", "wheelchair_manual")


def test_walk_over_the_steps_is_drawn_from_door_to_street_to_door(village_measured: Measurement) -> None:
    walk = walks(village_measured, TERRACE)["primary"]
    # Down from the door to the footway, along it, down the steps, along the street to opposite the school.
    assert np.allclose(walk.lon, [0.003, 0.003, 0.002, 0.002, 0.005], atol=1e-7)
    assert np.allclose(walk.lat, [0.0006, 0.0005, 0.0005, 0.0, 0.0], atol=1e-7)
    assert walk.length_m == pytest.approx(0.0045 * METRES_PER_DEGREE + 2 * LEG_M, abs=0.05)
    assert walk.certain


def test_walk_to_a_place_whose_kind_is_not_settled_is_told(village_measured: Measurement) -> None:
    walk = walks(village_measured, EAST)["primary"]
    assert (walk.certain, village_measured.place.facilities.name[walk.facility]) == (False, "实验学校")


def test_walk_of_a_wheelchair_over_untagged_streets_is_told(village_measured: Measurement) -> None:
    assert walks(village_measured, WEST, profile=1)["convenience"].certain
    assert not walks(village_measured, EAST, profile=1)["pharmacy"].certain


def test_walks_of_a_home_on_an_island_are_none(village_measured: Measurement) -> None:
    assert walks(village_measured, ISLAND) == {}


def test_every_walk_of_a_real_place_is_as_long_as_the_number_it_stands_behind(helsinki: Path) -> None:
    measurement = measured(build_place(helsinki), "adult", "senior")
    place = measurement.place
    checked = 0
    for home in range(0, len(place.homes), 20):
        for profile in (0, 1):
            key = measurement.profiles[profile].key
            for walk in walks_of(measurement.walker, home=home, profile=measurement.profiles[profile]):
                drawn = float(haversine_m(walk.lon[:-1], walk.lat[:-1], walk.lon[1:], walk.lat[1:]).sum())
                legs_m = place.facilities.door.leg_m[place.facilities.door_facility == walk.facility]
                assert np.abs(drawn + legs_m - walk.length_m).min() < 0.1
                if walk.certain:
                    assert walk.walk_s == pytest.approx(measurement.walk_s[key][home, walk.kind], abs=0.3)
                    checked += 1
    assert checked > 300
