"""Which part of a map file is the place: a GeoJSON file, a relation, a name, or a box."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from shapely.geometry import shape

from linli.engine.errors import InputError
from linli.engine.streets.geo import Plane
from linli.engine.streets.osmfile import index_storage, open_map, reading

_HOW = 'give a GeoJSON file, a relation like r123456, a name in the map file, or a box "W,S,E,N" in degrees'
_NUMBER = r"\s*[-+]?\d+(\.\d*)?\s*"
_BOX = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}")
_NAME_KEYS = ("name", "name:zh", "name:en", "official_name", "alt_name", "short_name")
# What may be asked for by name, in this order of preference.
_NAMED_KEYS = ("boundary", "place", "landuse", "residential", "amenity", "leisure")


def find_boundary(boundary: str, *, path: Path) -> shapely.Geometry:
    """The polygon or multipolygon in degrees that `boundary` names.

    Parameters
    ----------
    boundary
        Path of a GeoJSON file, `r` or `w` with a relation's or closed way's id, `W,S,E,N` in degrees, or a name in the map file.
    path
        The map file, in which relations and names are looked up.

    Raises
    ------
    InputError
        It names nothing, or nothing usable; the message says what and, for names, which ones come near.
    """
    if not boundary.strip():
        raise InputError(f"boundary: is empty; {_HOW}")
    if re.fullmatch(r"[rw]\d+", boundary):
        return _area(_Named(boundary[0], int(boundary[1:]), boundary, 0), path=path)
    if _BOX.fullmatch(boundary):
        return _box(boundary)
    file = Path(boundary)
    if file.suffix.lower() in {".geojson", ".json"} or (len(boundary) < 200 and file.is_file()):
        return _geojson(file)
    return _named(boundary, path=path)


def widen(geometry: shapely.Geometry, *, margin_m: float) -> shapely.Geometry:
    """The geometry (degrees) grown by at least `margin_m` metres on every side, its fine detail smoothed away."""
    if margin_m <= 0:
        return geometry
    west, south, east, north = geometry.bounds
    plane = Plane.around(np.array([west, east]), np.array([south, north]))
    flat = shapely.transform(geometry, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1])))
    slack = margin_m / 50  # what simplifying may cut off is added again
    grown = shapely.buffer(shapely.simplify(flat, slack), margin_m + slack, quad_segs=4)
    return shapely.transform(grown, lambda xy: np.column_stack(plane.to_lonlat(xy[:, 0], xy[:, 1])))


def _box(text: str) -> shapely.Geometry:
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise InputError(f"boundary {text}: is outside the world; {_HOW}")
    if west >= east:
        raise InputError(
            f"boundary {text}: its west is not west of its east; the order is W,S,E,N in degrees"
        )
    if south >= north:
        raise InputError(
            f"boundary {text}: its south is not south of its north; the order is W,S,E,N in degrees"
        )
    return shapely.box(west, south, east, north)


def _geojson(file: Path) -> shapely.Geometry:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such boundary file; check the path") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); check the path") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(
            f"{file}: is not GeoJSON ({error}); save the boundary as GeoJSON in WGS-84"
        ) from None
    geometries = list(_geometries(document, file=file))
    polygons = [g for g in geometries if g.geom_type in {"Polygon", "MultiPolygon"} and not g.is_empty]
    if not polygons:
        found = ", ".join(sorted({g.geom_type for g in geometries})) or "nothing"
        raise InputError(
            f"{file}: has no polygon in it (found: {found}); a boundary is a Polygon or MultiPolygon"
        )
    return _clean(shapely.union_all([shapely.make_valid(g) for g in polygons]), label=str(file))


def _geometries(node: Any, *, file: Path) -> list[shapely.Geometry]:
    """Every geometry of a GeoJSON document, whatever it is wrapped in."""
    if not isinstance(node, dict) or "type" not in node:
        raise InputError(f"{file}: is not GeoJSON (an object without “type”); save the boundary as GeoJSON")
    crs = json.dumps(node.get("crs", ""))
    if "crs" in node and node["crs"] and not re.search(r"CRS:?84|4326|:84", crs):
        raise InputError(
            f"{file}: is not in WGS-84 longitude and latitude (crs {crs[:80]}); convert it to EPSG:4326"
        )
    kind = node["type"]
    if kind in {"FeatureCollection", "GeometryCollection"}:
        parts = node.get("features" if kind == "FeatureCollection" else "geometries") or []
        return [geometry for part in parts for geometry in _geometries(part, file=file)]
    if kind == "Feature":
        return _geometries(node["geometry"], file=file) if node.get("geometry") else []
    try:
        return [shape(node)]
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        shapely.errors.GEOSException,
    ) as error:
        raise InputError(
            f"{file}: has a broken {kind} ({error}); draw or export the boundary again"
        ) from None


def _clean(geometry: shapely.Geometry, *, label: str) -> shapely.Geometry:
    """Only the polygons of what making it valid left; degrees checked."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 0]
    if not parts:
        raise InputError(f"{label}: encloses no ground; draw the boundary again")
    west, south, east, north = shapely.total_bounds(parts)
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise InputError(f"{label}: is not in degrees of longitude and latitude; convert it to EPSG:4326")
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


@dataclass(frozen=True, slots=True)
class _Named:
    osm_type: str
    osm_id: int
    name: str
    rank: int  # lower is the likelier meaning of a name

    @property
    def ref(self) -> str:
        return f"{self.osm_type}{self.osm_id}"


def _named(name: str, *, path: Path) -> shapely.Geometry:
    everything = _named_areas(path)
    wanted = name.strip().casefold()
    hits = [area for area in everything if area.name.casefold() == wanted]
    if not hits:
        names = {area.name.casefold(): area.name for area in everything}
        parts = [known for key, known in names.items() if wanted in key or key in wanted]
        near = [names[key] for key in difflib.get_close_matches(wanted, names, n=5, cutoff=0.5)]
        offer = list(dict.fromkeys(near + sorted(parts, key=len)))[:5]
        hint = f"did you mean {', '.join(f'“{n}”' for n in offer)}?" if offer else _HOW
        raise InputError(f"boundary “{name}”: no area of this name in {path}; {hint}")
    best = [area for area in hits if area.rank == min(area.rank for area in hits)]
    refs = sorted({area.ref for area in best})
    if len(refs) > 1:
        some = ", ".join(refs[:8])
        raise InputError(
            f"boundary “{name}”: {len(refs)} areas have this name ({some}); give one of these ids"
        )
    return _area(best[0], path=path)


def _named_areas(path: Path) -> list[_Named]:
    """Boundary relations, multipolygons and closed ways with a name, under each of their names."""
    found: list[_Named] = []
    with reading(path):
        reader = osmium.FileProcessor(open_map(path), osmium.osm.WAY | osmium.osm.RELATION)
        entity: Any
        for entity in reader.with_filter(osmium.filter.KeyFilter(*_NAME_KEYS)):
            tags = dict(entity.tags)
            is_way = entity.is_way()
            if is_way and (not entity.is_closed() or "highway" in tags):
                continue
            if not is_way and tags.get("type") not in {"boundary", "multipolygon"}:
                continue
            rank = next((i for i, key in enumerate(_NAMED_KEYS) if key in tags), None)
            if rank is None:
                continue
            names = {tags[key] for key in _NAME_KEYS if key in tags}
            found += [_Named("w" if is_way else "r", entity.id, name, rank) for name in names]
    return found


def _area(named: _Named, *, path: Path) -> shapely.Geometry:
    """The polygons of a relation or closed way of the file."""
    is_relation = named.osm_type == "r"
    writer = osmium.geom.WKBFactory()
    ids = osmium.filter.IdFilter([named.osm_id])
    area_id = osmium.filter.IdFilter([2 * named.osm_id + int(is_relation)])
    kind = osmium.osm.RELATION if is_relation else osmium.osm.WAY
    with reading(path), index_storage(path) as storage:
        known = any(True for _ in osmium.FileProcessor(open_map(path), kind).with_filter(ids))
        if known:
            reader = osmium.FileProcessor(open_map(path)).with_locations(storage).with_areas(ids)
            only_areas = osmium.filter.EntityFilter(osmium.osm.AREA)
            area: Any
            for area in reader.with_filter(only_areas).with_filter(area_id):
                if area.num_rings()[0] == 0:
                    break  # an area that could not be put together comes without rings
                return _clean(
                    shapely.from_wkb(writer.create_multipolygon(area)), label=f"boundary {named.ref}"
                )
    if not known:
        raise InputError(
            f"boundary {named.ref}: {path} has no such {'relation' if is_relation else 'way'}; {_HOW}"
        )
    raise InputError(
        f"boundary {named.ref}: its outline is not complete in {path}; give the boundary as a GeoJSON file"
    )
