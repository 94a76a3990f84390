"""Distances on the ground. Everything inside Linli is WGS-84 longitude and latitude in degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Mean radius of the earth (IUGG R1), as every walking router uses; the ellipsoid differs by at most 0.3 %,
# which is less than what a mapper's hand differs.
EARTH_RADIUS_M = 6_371_008.8


def haversine_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Great-circle metres between points given in degrees, elementwise; shapes broadcast."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_lat = (phi_b - phi_a) / 2
    half_lon = np.radians(np.asarray(lon_b) - np.asarray(lon_a)) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class Plane:
    """A flat map of a place in metres, true to a few centimetres a kilometre for a city around its centre."""

    lon_0: float
    lat_0: float

    @classmethod
    def around(cls, lon: Floats, lat: Floats) -> Plane:
        """The plane centred on the middle of these points' bounding box."""
        return cls(float(np.min(lon) + np.max(lon)) / 2, float(np.min(lat) + np.max(lat)) / 2)

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        north = np.radians(1.0) * EARTH_RADIUS_M
        return float(north * np.cos(np.radians(self.lat_0))), float(north)

    def to_xy(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Degrees → metres east and north of the centre."""
        east, north = self.metres_per_degree
        return (np.asarray(lon) - self.lon_0) * east, (np.asarray(lat) - self.lat_0) * north

    def to_lonlat(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Metres east and north of the centre → degrees."""
        east, north = self.metres_per_degree
        return np.asarray(x_m) / east + self.lon_0, np.asarray(y_m) / north + self.lat_0
