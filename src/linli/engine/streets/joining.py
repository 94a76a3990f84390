"""The committee's list over the map's: what it lists replaces, what it closes goes, what it says there is none of goes.

One line of the list replaces, for its kind, every facility of the map with the same name within 500 m and the nearest one
within 80 m, whatever that is called: staff place a pin by hand, and the map may know the place under another name. A
facility of several kinds loses only the kind that the list speaks of. Where the map knows the *area* of what is replaced
(a park, a school's grounds), its edge and its gates stay the way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.errors import InputError
from linli.engine.streets.candidates import (
    STEP_FREE_NO,
    STEP_FREE_UNKNOWN,
    STEP_FREE_YES,
    Candidate,
    Style,
    same_name,
)
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.kinds import load_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Feature
    from linli.engine.streets.register import FacilityRegister, FacilityRow

REPLACED_M = 80.0
SAME_NAME_REPLACED_M = 500.0
_LARGEST_M = 2000.0  # no facility's grounds reach further from their middle
_ONE_PLACE_M = 10.0  # lines of one name this near are one place of several kinds


def join(
    candidates: Sequence[Candidate],
    register: FacilityRegister,
    *,
    features: Sequence[Feature],
    boundary: shapely.Geometry,
) -> list[Candidate]:
    """Lay the committee's list over the facilities of the map (which are changed: they may lose kinds).

    Parameters
    ----------
    features
        Where lines that give only an OSM reference find their position.
    boundary
        The place: "there is none" speaks of it, and not of the margin around it.

    Raises
    ------
    InputError
        A line's OSM reference is not in the map.
    """
    index_of = {key: index for index, key in enumerate(load_kinds())}
    here = _inside(candidates, boundary)
    for key in register.none_of:
        for candidate, inside in zip(candidates, here, strict=True):
            if inside:
                candidate.kinds.pop(index_of[key], None)
    listed = {row.position.osm for row in register.rows} - {""}
    shapes = {f"{f.osm_type}{f.osm_id}": f.geometry for f in features if f"{f.osm_type}{f.osm_id}" in listed}
    own: list[Candidate] = []
    for row in register.rows:
        lon, lat = _position(row, shapes, register)
        replaced = _replaced(candidates, row, kind=index_of[row.kind], lon=lon, lat=lat)
        for candidate in replaced:
            candidate.kinds.pop(index_of[row.kind])
        if not row.closed:
            _add(own, row, kind=index_of[row.kind], lon=lon, lat=lat, replaced=replaced)
    return [candidate for candidate in [*candidates, *own] if candidate.kinds]


def _inside(candidates: Sequence[Candidate], boundary: shapely.Geometry) -> list[bool]:
    lon, lat = np.array([c.lon for c in candidates]), np.array([c.lat for c in candidates])
    return [bool(inside) for inside in shapely.contains_xy(boundary, lon, lat)]


def _position(
    row: FacilityRow, shapes: Mapping[str, shapely.Geometry], register: FacilityRegister
) -> tuple[float, float]:
    position = row.position
    if position.given or (row.closed and not position.osm):
        return position.lon, position.lat
    if position.osm in shapes:
        point = shapely.point_on_surface(shapes[position.osm])
        return point.x, point.y
    raise InputError(
        f"{register.path}:{row.line}: osm {position.osm} is not in the map; give lon and lat as well"
    )


def _replaced(
    candidates: Sequence[Candidate], row: FacilityRow, *, kind: int, lon: float, lat: float
) -> list[Candidate]:
    """Which facilities of the map this line speaks of."""
    of_kind = [candidate for candidate in candidates if kind in candidate.kinds]
    if not of_kind:
        return []
    by_ref = [candidate for candidate in of_kind if row.position.osm and candidate.ref == row.position.osm]
    name = same_name(row.name)
    alike = np.array([bool(name) and same_name(candidate.name) == name for candidate in of_kind])
    if np.isnan(lon):
        return by_ref or [candidate for candidate, same in zip(of_kind, alike, strict=True) if same]
    away_m = _away_m(of_kind, lon, lat)
    point = shapely.Point(lon, lat)
    for number in np.flatnonzero(away_m <= _LARGEST_M):
        if any(style != "point" and shape.covers(point) for shape, style in of_kind[number].shapes):
            away_m[number] = 0.0
    chosen = set(np.flatnonzero(alike & (away_m <= SAME_NAME_REPLACED_M)).tolist())
    nearest = int(np.argmin(away_m))
    if not by_ref and away_m[nearest] <= REPLACED_M:
        chosen.add(nearest)
    return [*by_ref, *(of_kind[number] for number in sorted(chosen) if of_kind[number] not in by_ref)]


def _add(
    own: list[Candidate], row: FacilityRow, *, kind: int, lon: float, lat: float, replaced: list[Candidate]
) -> None:
    """Add the line as a facility, or its kind to that of an earlier line about the same place."""
    areas: list[tuple[shapely.Geometry, Style]] = [
        (shape, style) for c in replaced for shape, style in c.shapes if style in {"gate", "edge"}
    ]
    twin = next((c for c in own if row.name and c.name == row.name and _near(c, lon, lat)), None)
    if twin is not None:
        twin.kinds[kind] = True
        return
    area_m2 = [c.area_m2 for c in replaced if not np.isnan(c.area_m2)]
    own.append(
        Candidate(
            name=row.name or next((c.name for c in replaced if c.name), ""),
            ref=row.position.osm or (replaced[0].ref if replaced else ""),
            kinds={kind: True},
            lon=lon,
            lat=lat,
            area_m2=max(area_m2, default=np.nan),
            shapes=areas or [(shapely.Point(lon, lat), "point")],
            source="register",
            address=row.address or next((c.address for c in replaced if c.address), ""),
            hours=row.hours or next((c.hours for c in replaced if c.hours), ""),
            step_free=_step_free(row, replaced),
        )
    )


def _near(candidate: Candidate, lon: float, lat: float) -> bool:
    return bool(_away_m([candidate], lon, lat)[0] <= _ONE_PLACE_M)


def _away_m(candidates: Sequence[Candidate], lon: float, lat: float) -> NDArray[np.float64]:
    there = np.array([(c.lon, c.lat) for c in candidates])
    return haversine_m(np.array(lon), np.array(lat), there[:, 0], there[:, 1])


def _step_free(row: FacilityRow, replaced: Sequence[Candidate]) -> int:
    if row.step_free is None:
        return next((c.step_free for c in replaced if c.step_free), STEP_FREE_UNKNOWN)
    return STEP_FREE_YES if row.step_free else STEP_FREE_NO
