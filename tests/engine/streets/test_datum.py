from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.datum import (
    bd09_to_wgs84,
    gcj02_to_wgs84,
    in_china_box,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from linli.engine.streets.geo import haversine_m

# domain.md §8.2: WGS-84 → GCJ-02
POINTS = {
    "Beijing": (116.4074, 39.9042, 116.41364225, 39.90560334, 555),
    "Shanghai": (121.4737, 31.2304, 121.47822306, 31.22845774, 481),
    "Wuhan": (114.3055, 30.5928, 114.31094489, 30.59039056, 586),
}


@pytest.mark.parametrize("name", POINTS)
def test_gcj02_of_known_points(name):
    lon, lat, gcj_lon, gcj_lat, shift_m = POINTS[name]
    found = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    assert found[0][0] == pytest.approx(gcj_lon, abs=1e-8)
    assert found[1][0] == pytest.approx(gcj_lat, abs=1e-8)
    assert haversine_m(lon, lat, *found)[0] == pytest.approx(shift_m, abs=1)


@pytest.mark.parametrize(
    ("there", "back"), [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)]
)
def test_inverse_is_exact_to_a_millimetre_all_over_china(there, back):
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(75, 134, 60), np.linspace(19, 53, 50)))
    again = back(*there(lon, lat))
    assert haversine_m(lon, lat, *again).max() < 1e-3


def test_gcj02_outside_china_is_unchanged():
    lon, lat = np.array([-15.43, 24.94]), np.array([28.12, 60.17])
    assert not in_china_box(lon, lat).any()
    np.testing.assert_array_equal(gcj02_to_wgs84(lon, lat), (lon, lat))


def test_bd09_lies_further_than_gcj02():
    lon, lat = np.array([116.4074]), np.array([39.9042])
    bd = wgs84_to_bd09(lon, lat)
    assert bd[0][0] == pytest.approx(116.4200, abs=1e-3)
    assert bd[1][0] == pytest.approx(39.9118, abs=1e-3)
    assert to_wgs84(*bd, datum="bd09")[0][0] == pytest.approx(116.4074, abs=1e-8)
