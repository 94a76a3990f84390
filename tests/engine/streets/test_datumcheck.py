from __future__ import annotations

import numpy as np
import pytest
import shapely

from linli.engine.streets.datum import gcj02_to_wgs84, wgs84_to_gcj02
from linli.engine.streets.datumcheck import better_datum
from linli.engine.streets.geo import Plane

PLANE = Plane(117.2, 28.3)


@pytest.fixture
def town():
    """Twenty buildings 20 m wide, 170 m apart, and their middles."""
    x, y = (axis.ravel() * 170.0 for axis in np.meshgrid(np.arange(5), np.arange(4)))
    corners = [PLANE.to_lonlat(x + dx, y + dy) for dx, dy in ((-10, -10), (10, -10), (10, 10), (-10, 10))]
    rings = np.stack([np.column_stack(corner) for corner in corners], axis=1)
    return shapely.polygons(rings), *PLANE.to_lonlat(x, y)


def test_positions_declared_wgs84_but_written_in_gcj02_are_noticed(town):
    buildings, lon, lat = town
    written = wgs84_to_gcj02(lon, lat)
    datum, share, declared = better_datum(*written, declared=["wgs84"] * 20, buildings=buildings, plane=PLANE)
    assert datum == "gcj02"
    assert share == 1.0
    assert declared < 0.6


def test_positions_declared_gcj02_but_written_in_wgs84_are_noticed(town):
    buildings, lon, lat = town
    taken = gcj02_to_wgs84(lon, lat)
    found = better_datum(*taken, declared=["gcj02"] * 20, buildings=buildings, plane=PLANE)
    assert found[:2] == ("wgs84", 1.0)


def test_positions_rightly_declared_pass(town):
    buildings, lon, lat = town
    assert better_datum(lon, lat, declared=["bd09"] * 20, buildings=buildings, plane=PLANE) is None


def test_few_positions_say_nothing(town):
    buildings, lon, lat = town
    written = wgs84_to_gcj02(lon[:7], lat[:7])
    assert better_datum(*written, declared=["wgs84"] * 7, buildings=buildings, plane=PLANE) is None
