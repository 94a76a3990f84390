from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.doors import Streets
from linli.engine.streets.facilities import Source, find_facilities
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.network import build_network
from linli.engine.streets.register import read_facilities
from tests.engine.streets.town import Town, degrees, metres

KINDS = list(load_kinds())


def streets_of_town():
    """One street along the x axis, one along x = 200 m."""
    return Town().street((-500, 0), (0, 0), (200, 0), (500, 0)).street((200, -500), (200, 0), (200, 500))


def facilities(town, register=None, residents=1000.0):
    extract = town.extract()
    network = build_network(extract)
    return find_facilities(
        extract, network, streets=Streets.of(network), residents=residents, register=register
    )


def feet(found, facility=0):
    """Where a facility's doors meet the street, metres."""
    rows = np.flatnonzero(found.door_facility == facility)
    return sorted(zip(*(axis.round().tolist() for axis in metres(found.door.lon[rows], found.door.lat[rows])), strict=True))  # fmt: skip


def test_point_is_its_own_door():
    found = facilities(streets_of_town().point(50, 12, amenity="pharmacy", name="A"))
    assert list(found.name) == ["A"]
    assert feet(found) == [(50, 0)]
    assert found.door.leg_m == pytest.approx([12], abs=0.1)
    assert found.of_kind(KINDS.index("pharmacy")).tolist() == [0]


def test_building_is_entered_at_its_entrance():
    town = (
        streets_of_town()
        .box(40, 10, 80, 30, amenity="pharmacy", building="yes")
        .node(80, 10, entrance="main")
    )
    assert feet(facilities(town)) == [(80, 0)]


def test_building_without_entrance_is_entered_at_its_nearest_point():
    town = streets_of_town().box(150, 100, 190, 130, amenity="pharmacy", building="yes")
    (foot,) = feet(facilities(town))
    assert foot[0] == 200
    assert 100 <= foot[1] <= 130


def test_grounds_are_entered_at_their_gate_and_not_where_a_street_passes():
    town = streets_of_town().box(20, 3, 150, 100, amenity="school").node(20, 100, barrier="gate")
    town.street((0, 0), (0, 100), (20, 100), highway="footway")
    assert feet(facilities(town)) == [(20, 100)]


def test_grounds_without_gate_are_entered_where_a_street_leads_in():
    town = (
        streets_of_town()
        .box(20, 3, 150, 100, amenity="school")
        .street((0, 0), (0, 50), (60, 50), highway="service")
    )
    assert feet(facilities(town)) == [(20, 50)]


def test_grounds_with_neither_are_entered_at_their_nearest_point():
    town = streets_of_town().box(20, 3, 150, 100, amenity="school")
    found = facilities(town)
    assert len(found.door) == 1
    assert found.door.leg_m[0] == pytest.approx(3, abs=0.1)


def test_open_space_is_entered_all_along_a_street():
    found = facilities(streets_of_town().box(20, 4, 140, 100, leisure="park"))
    doors = feet(found)
    assert 5 <= len(doors) <= 8
    assert {y for _, y in doors} == {0}


def test_fenced_open_space_is_entered_at_gates_and_paths_through_it_only():
    town = streets_of_town().box(20, 4, 140, 100, leisure="park").node(20, 4, barrier="gate")
    town.street((200, 50), (100, 50), highway="footway")
    assert feet(facilities(town)) == [(20, 0), (140, 50)]


def test_facility_far_from_any_street_has_no_door():
    found = facilities(streets_of_town().point(-300, 400, amenity="pharmacy").point(0, 5, amenity="bank"))
    assert len(found) == 2
    assert found.door_facility.tolist() == [1]


def test_kind_never_found_is_not_surveyed():
    found = facilities(streets_of_town().point(50, 12, amenity="pharmacy"))
    assert [KINDS[k] for k in np.flatnonzero(found.surveyed)] == ["pharmacy"]


@pytest.mark.parametrize(("residents", "surveyed"), [(100_000, True), (100_001, False)])
def test_kind_too_rare_for_the_people_here_is_not_surveyed(residents, surveyed):
    found = facilities(streets_of_town().point(50, 12, amenity="pharmacy"), residents=residents)
    assert found.surveyed[KINDS.index("pharmacy")] == surveyed


def test_school_of_unknown_level_is_marked():
    found = facilities(streets_of_town().point(50, 12, amenity="school", name="实验学校"))
    assert found.kind.tolist() == [KINDS.index("primary"), KINDS.index("middle")]
    assert found.kind_sure.tolist() == [False, False]


def test_register_wins_and_surveys(tmp_path):
    lon, lat = degrees(60, 12)
    path = tmp_path / "register.csv"
    path.write_text(
        "类别,名称,经度,纬度,坐标系,无障碍,状态\n"
        f"药店,便民药房,{lon},{lat},wgs84,有,\n"
        "社区食堂,,,,,,无\n"
        "派出所,老所,,,,,关闭\n"
    )
    town = (
        streets_of_town()
        .point(50, 12, amenity="pharmacy", name="旧")
        .point(90, 5, amenity="police", name="老所")
    )
    found = facilities(town, register=read_facilities(path))
    assert list(found.name) == ["便民药房"]
    assert found.source.tolist() == [Source.REGISTER]
    assert found.step_free.tolist() == [1]
    surveyed = {KINDS[k] for k in np.flatnonzero(found.surveyed)}
    assert surveyed == {"pharmacy", "canteen", "police"}


def test_facilities_may_be_none():
    found = facilities(streets_of_town())
    assert len(found) == 0
    assert len(found.door) == 0
    assert not found.surveyed.any()
