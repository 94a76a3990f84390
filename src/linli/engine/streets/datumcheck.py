"""Whether a list's positions fit the map better under another datum than the one it declares.

A facility stands in or beside a building. Positions in the wrong datum lie some 500 m off, where a building is near only
by chance, so that the share of them within 30 m of one tells the datums apart once there are a few. The declared datum is
used whatever comes out: this only warns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.streets.datum import DATUMS, in_china_box, to_wgs84, wgs84_to_bd09, wgs84_to_gcj02

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.datum import Datum
    from linli.engine.streets.geo import Plane

    Floats = NDArray[np.float64]

_NEAR_M = 30.0
_FEWEST = 8  # positions below which chance decides
_CLEARLY = 0.4  # so much larger a share of them near a building is no chance


def better_datum(
    lon: Floats, lat: Floats, *, declared: Sequence[Datum], buildings: NDArray[np.object_], plane: Plane
) -> tuple[Datum, float, float] | None:
    """Find a datum under which clearly more positions lie at a building.

    Parameters
    ----------
    lon, lat
        Positions in WGS-84 degrees, as converted from what they declared; float64 [n].
    declared
        The datum of each.
    buildings
        Shapes of degrees.

    Returns
    -------
    datum, share, declared share
        The better datum with its share of positions within 30 m of a building, and the share as declared; or None.
    """
    if len(lon) < _FEWEST or not len(buildings) or not in_china_box(lon, lat).all():
        return None
    flat = shapely.transform(buildings, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1])))
    tree = shapely.STRtree(flat)
    written = _written(lon, lat, declared)
    shares = {datum: _share(tree, plane, *to_wgs84(*written, datum=datum)) for datum in DATUMS}
    as_declared = _share(tree, plane, lon, lat)
    best = max(shares, key=lambda datum: shares[datum])
    if shares[best] - as_declared < _CLEARLY:
        return None
    return best, shares[best], as_declared


def _written(lon: Floats, lat: Floats, declared: Sequence[Datum]) -> tuple[Floats, Floats]:
    """Turn positions back into what the list has."""
    back = {"gcj02": wgs84_to_gcj02(lon, lat), "bd09": wgs84_to_bd09(lon, lat), "wgs84": (lon, lat)}
    rows = range(len(lon))
    return (
        np.array([back[declared[row]][0][row] for row in rows]),
        np.array([back[declared[row]][1][row] for row in rows]),
    )


def _share(tree: shapely.STRtree, plane: Plane, lon: Floats, lat: Floats) -> float:
    points = shapely.points(*plane.to_xy(lon, lat))
    near, _ = tree.query(points, predicate="dwithin", distance=_NEAR_M)
    return len(np.unique(near)) / len(points)
