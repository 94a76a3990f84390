from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.geo import EARTH_RADIUS_M, Plane, haversine_m


def test_haversine_of_one_degree_of_latitude():
    assert float(haversine_m(7.0, 43.0, 7.0, 44.0)) == pytest.approx(np.radians(1) * EARTH_RADIUS_M)


def test_haversine_of_a_longitude_shrinks_to_the_pole():
    at_equator, at_60 = haversine_m(np.array([0.0, 0.0]), np.array([0.0, 60.0]), 1.0, np.array([0.0, 60.0]))
    assert at_60 / at_equator == pytest.approx(0.5, rel=0.0002)


def test_plane_and_back_and_true_within_a_kilometre():
    plane = Plane.around(np.array([113.0, 113.1]), np.array([28.0, 28.1]))
    lon, lat = np.array([113.01]), np.array([28.02])
    assert np.allclose(plane.to_lonlat(*plane.to_xy(lon, lat)), (lon, lat))
    (x,), (y,) = plane.to_xy(np.array([113.05]) + 0.007, np.array([28.05]) + 0.006)
    assert np.hypot(x, y) == pytest.approx(float(haversine_m(113.05, 28.05, 113.057, 28.056)), rel=1e-4)
