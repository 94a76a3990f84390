"""Chinese map datums to WGS-84 and back.

AutoNavi, Tencent and most Chinese map apps publish GCJ-02, Baidu BD-09 (GCJ-02 with one more offset); OpenStreetMap and
GPS are WGS-84. Taking one for another misplaces a point by some 300 to 600 m, so a datum is declared, never guessed.

The forward transform is the formula in common use (a = 6378245, e² = 0.00669342162296594323); the inverse is found by
fixed-point iteration, whose error after three rounds is below 0.02 mm.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)

_A_M = 6378245.0
_E2 = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_ROUNDS = 4
# The box outside which GCJ-02 is the same as WGS-84: west, south, east, north.
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)


def in_china_box(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Whether each point lies where GCJ-02 differs from WGS-84, so that its datum must be known."""
    west, south, east, north = CHINA_BOX
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _gcj_offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _E2 * np.sin(phi) ** 2
    d_lat_deg = np.degrees(d_lat / (_A_M * (1.0 - _E2) / magic**1.5))
    d_lon_deg = np.degrees(d_lon / (_A_M / np.sqrt(magic) * np.cos(phi)))
    inside = in_china_box(lon, lat)
    return np.where(inside, d_lon_deg, 0.0), np.where(inside, d_lat_deg, 0.0)


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 → GCJ-02, degrees, elementwise; unchanged outside the China box."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    d_lon, d_lat = _gcj_offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 → WGS-84, degrees, elementwise; within 0.02 mm of the exact inverse."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    wgs_lon, wgs_lat = lon, lat
    for _ in range(_ROUNDS):
        d_lon, d_lat = _gcj_offset(wgs_lon, wgs_lat)
        wgs_lon, wgs_lat = lon - d_lon, lat - d_lat
    return wgs_lon, wgs_lat


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS-84 → BD-09, degrees, elementwise."""
    return _gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 → WGS-84, degrees, elementwise; iterated, so that there and back again is exact to the millimetre."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    gcj_lon, gcj_lat = lon - 0.0065, lat - 0.006
    for _ in range(_ROUNDS):
        back_lon, back_lat = _gcj02_to_bd09(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon + lon - back_lon, gcj_lat + lat - back_lat
    return gcj02_to_wgs84(gcj_lon, gcj_lat)


def to_wgs84(lon: Floats, lat: Floats, *, datum: Datum) -> tuple[Floats, Floats]:
    """Degrees in `datum` → WGS-84 degrees, elementwise."""
    match datum:
        case "gcj02":
            return gcj02_to_wgs84(lon, lat)
        case "bd09":
            return bd09_to_wgs84(lon, lat)
        case "wgs84":
            return np.asarray(lon, np.float64), np.asarray(lat, np.float64)
