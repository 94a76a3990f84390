"""Many polygons as a few arrays, so that they load memory-mapped and cost nothing until they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """MultiPolygons [n] in degrees; empty where there is no outline.

    Attributes
    ----------
    points : float64 [p, 2], lon and lat of all rings, one after another, each closed.
    ring : int64 [r + 1], where each ring begins in `points`.
    polygon : int64 [q + 1], where each polygon begins in `ring`; its first ring is the outer one.
    start : int64 [n + 1], where each outline begins in `polygon`.
    """

    points: NDArray[np.float64]
    ring: NDArray[np.int64]
    polygon: NDArray[np.int64]
    start: NDArray[np.int64]

    @classmethod
    def of(cls, shapes: Shapes) -> Outlines:
        """Pack polygons and multipolygons; anything else becomes empty."""
        count = len(shapes)
        areal = np.flatnonzero((shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes))
        polygons, owner = shapely.get_parts(shapes[areal], return_index=True)
        rings, of_polygon = shapely.get_rings(polygons, return_index=True)
        points, of_ring = shapely.get_coordinates(rings, return_index=True)
        return cls(
            points,
            _starts(of_ring, len(rings)),
            _starts(of_polygon, len(polygons)),
            _starts(areal[owner] if len(areal) else owner, count),
        )

    def __len__(self) -> int:
        return len(self.start) - 1

    def shapes(self) -> Shapes:
        """Give all of them as shapely MultiPolygons: object [n]."""
        offsets = (self.ring, self.polygon, self.start)
        return np.asarray(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, self.points, offsets))

    def rings(self, index: int) -> list[list[NDArray[np.float64]]]:
        """Give one as it stands in GeoJSON: polygons of rings of float64 [.., 2]."""
        return [
            [
                self.points[self.ring[r] : self.ring[r + 1]]
                for r in range(self.polygon[q], self.polygon[q + 1])
            ]
            for q in range(self.start[index], self.start[index + 1])
        ]


def _starts(owner: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Where the members of each owner begin, from the ascending owner of each member."""
    return np.searchsorted(owner, np.arange(count + 1)).astype(np.int64)
