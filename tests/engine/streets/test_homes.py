from __future__ import annotations

import numpy as np
import pytest
import shapely

from linli.engine.streets.buildings import find_homes
from linli.engine.streets.doors import Streets
from linli.engine.streets.homes import Homes, build_homes
from linli.engine.streets.network import build_network
from linli.engine.streets.population import Basis, settle
from linli.engine.streets.register import read_homes
from tests.engine.streets.town import Town, degrees, metres


def homes(town, rows=None, boundary=(-1000, -1000, 1000, 1000)):
    extract = town.extract(boundary)
    network = build_network(extract)
    buildings = find_homes(extract.features, plane=network.plane)
    return build_homes(
        buildings,
        settle(buildings, plane=network.plane, register=rows),
        inside=shapely.contains_xy(extract.boundary, buildings.lon, buildings.lat),
        nodes=extract.street_nodes.values(),
        network=network,
        streets=Streets.of(network),
        boundary=extract.boundary,
    )


def streets_of_town():
    return Town().street((-500, 0), (0, 0), (500, 0))


def test_door_is_the_entrance_of_the_outline():
    town = streets_of_town().box(0, 20, 40, 30, building="apartments").node(0, 30, entrance="staircase")
    found = homes(town.node(40, 20, entrance="service"))
    assert metres(found.lon, found.lat) == pytest.approx(np.array([[0], [30]]), abs=0.02)
    assert found.door.leg_m == pytest.approx([30], abs=0.1)


def test_door_without_entrance_is_the_middle_of_the_front():
    town = streets_of_town().box(0, 20, 40, 30, building="apartments")  # along the street
    town.area((100, 20), (110, 22), (110, 60), (100, 60), building="apartments")  # one corner nearer, 2 m
    town.area(
        (200, 20), (205, 60), (240, 60), (240, 65), (200, 65), building="apartments"
    )  # one corner much nearer
    found = homes(town)
    x, y = metres(found.lon, found.lat)
    assert x == pytest.approx([20, 105, 200], abs=1)
    assert y == pytest.approx([20, 21, 20], abs=0.5)


def test_status_tells_islands_and_homes_without_a_street():
    town = streets_of_town().street((0, 500), (20, 500), highway="footway")
    town.box(0, 20, 40, 30, building="house").box(0, 510, 40, 520, building="house").box(
        0, -800, 40, -780, building="house"
    )
    found = homes(town)
    assert found.status.tolist() == [Homes.MEASURED, Homes.ISLAND, Homes.NO_STREET]
    assert found.door.edge[2] == -1
    assert metres(found.lon[2:], found.lat[2:])[1][0] == pytest.approx(-790, abs=10)


def test_homes_outside_the_boundary_are_left_out():
    town = streets_of_town().box(0, 20, 40, 30, building="house").box(300, 20, 340, 30, building="house")
    assert list(homes(town, boundary=(-100, -100, 100, 100)).ref) == ["w2"]


def test_outline_name_and_address_are_kept():
    town = streets_of_town().box(
        0, 20, 40, 30, building="house", name="三号楼", addr__street="人民路", addr__housenumber="3"
    )
    found = homes(town)
    assert (found.name[0], found.address[0], found.ref[0]) == ("三号楼", "人民路 3", "w2")
    (ring,) = found.outline.rings(0)[0]
    assert ring.shape == (5, 2)
    assert found.outline.shapes()[0].area == pytest.approx(town.features[0].geometry.area)


def test_line_of_the_register_that_is_no_building_is_a_home_at_its_position(tmp_path):
    lon, lat = degrees(100, 50)
    path = tmp_path / "homes.csv"
    path.write_text(f"lon,lat,residents,residents_65,name\n{lon},{lat},7,2,平房\n")
    town = streets_of_town().box(0, 20, 40, 30, building="house")
    found = homes(town, rows=read_homes(path))
    assert list(found.ref) == ["w2", "line 2"]
    assert found.residents[1] == 7
    assert found.residents_65.tolist() == pytest.approx([np.nan, 2], nan_ok=True)
    assert found.basis.tolist() == [Basis.FLOOR_AREA, Basis.REGISTER]
    assert found.name[1] == "平房"
    assert found.outline.shapes()[1].is_empty
    assert np.isnan(found.levels[1])


def test_homes_may_be_none():
    found = homes(streets_of_town())
    assert len(found) == 0
    assert found.outline.shapes().tolist() == []
