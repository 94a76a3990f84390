"""A map file → the streets and features of one place, with a margin around it.

One pass over the file with osmium (two where multipolygons ask for it). Memory holds what is kept of the place, plus the
positions of the file's nodes, which go to disk for large files.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import shapely

from linli.engine.errors import InputError
from linli.engine.streets import tags as keep
from linli.engine.streets.boundary import find_boundary, widen
from linli.engine.streets.osmfile import expected_objects, fingerprint, index_storage, open_map, reading
from linli.engine.streets.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

Tags = dict[str, str]
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
_BATCH = 4096
_ONE_RING = 22  # bytes of WKB before the points of a multipolygon of one ring


@dataclass(frozen=True, slots=True)
class Way:
    """A line one may perhaps walk, with the ids of its nodes: shared ids are where ways meet."""

    osm_id: int
    tags: Tags
    node_ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ring:
    """A closed ring of a square (first node repeated last)."""

    node_ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    inner: bool


@dataclass(frozen=True, slots=True)
class Square:
    """An area one may perhaps walk across: outer rings first, holes after them."""

    osm_type: str
    osm_id: int
    tags: Tags
    rings: list[Ring]


@dataclass(frozen=True, slots=True)
class TaggedNode:
    """A node that matters to walkers: barrier, crossing, kerb, lift, entrance, signals."""

    osm_id: int
    tags: Tags
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Feature:
    """Anything of the place that is not a street: geometry in lon/lat degrees (Point, LineString, MultiPolygon)."""

    osm_type: str
    osm_id: int
    tags: Tags
    geometry: shapely.Geometry


@dataclass(frozen=True)
class Extract:
    """What a map file holds of one place."""

    ways: list[Way]
    street_nodes: dict[int, TaggedNode]
    features: list[Feature]
    boundary: shapely.Geometry
    margin_m: float
    source: dict[str, str] = field(default_factory=dict)
    squares: list[Square] = field(default_factory=list)


def read_extract(
    path: Path, *, boundary: str | None = None, margin_m: float = 2500.0, progress: Progress | None = None
) -> Extract:
    """Read `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.

    Parameters
    ----------
    boundary
        Path of a GeoJSON file, `r` with a relation's id, `W,S,E,N` in degrees, or a name in the file; without one the
        place is the box of the file's data.
    margin_m
        How far beyond the boundary streets and features are kept: one longest walk, so that the edge is not wrong.

    Raises
    ------
    InputError
        The file cannot be read or is no map; the boundary cannot be found or lies outside the data.
    """
    report = progress or silent
    place = None if boundary is None else find_boundary(boundary, path=path)
    zone = None if place is None else widen(place, margin_m=margin_m)
    reader = _Reader(zone)
    source = {"file": path.name, "sha256": fingerprint(path), "attribution": ATTRIBUTION}
    with reading(path), index_storage(path) as storage:
        wanted = osmium.filter.KeyFilter(*keep.READ_KEYS)
        file = osmium.FileProcessor(open_map(path)).with_locations(storage).with_areas(wanted)
        source["timestamp"] = _timestamp(file.header)
        header_box = _header_box(file.header)
        expected = expected_objects(path)
        for count, entity in enumerate(file.with_filter(wanted)):
            reader.take(entity)
            if count % 2048 == 0:
                report("read the map", min(0.99, count / expected))
    reader.flush()
    report("read the map", 1.0)
    if place is not None and not _reaches(place, reader):
        covers = f" (which covers {_box_text(header_box)})" if header_box else ""
        raise InputError(
            f"boundary {boundary}: lies outside the data of {path}{covers}; give one inside it, or another map"
        )
    if not reader.ways and not reader.features:
        raise InputError(f"{path}: has no streets or buildings in it; give a map that covers the place")
    if place is None:
        place, margin_m = header_box or _data_box(reader), 0.0
    return Extract(reader.ways, reader.street_nodes, reader.features, place, margin_m, source, reader.squares)


class _Reader:
    """Sorts the file's objects into streets and features and drops what lies outside the zone."""

    def __init__(self, zone: shapely.Geometry | None) -> None:
        self.ways: list[Way] = []
        self.squares: list[Square] = []
        self.street_nodes: dict[int, TaggedNode] = {}
        self.features: list[Feature] = []
        self._zone = zone
        self._box = None if zone is None else zone.bounds
        self._wkb = osmium.geom.WKBFactory()
        self._rows: list[tuple[str, int, Tags]] = []
        self._shapes: list[Any] = []
        if zone is not None:
            shapely.prepare(zone)

    def take(self, entity: Any) -> None:
        if entity.is_node():
            self._node(entity)
        elif entity.is_way():
            self._way(entity)
        elif entity.is_area():
            self._area(entity)

    def _inside(self, west: float, south: float, east: float, north: float) -> bool:
        box = self._box
        return box is None or (west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1])

    def _meets_box(self, points: NDArray[np.float64]) -> bool:
        if self._box is None:
            return True
        return self._inside(*points.min(axis=0).tolist(), *points.max(axis=0).tolist())

    def _node(self, node: Any) -> None:
        lon, lat = node.location.lon, node.location.lat
        if not self._inside(lon, lat, lon, lat):
            return
        tags_of = node.tags
        if tags_of.get("highway") in keep.NEVER_NODES or "natural" in tags_of:
            return  # lamps, trees: half of all nodes with tags
        tags = dict(tags_of)
        if keep.STREET_NODE_KEYS & tags.keys() or tags.get("highway") in keep.STREET_NODE_HIGHWAYS:
            self.street_nodes[node.id] = TaggedNode(node.id, _kept(tags, keep.NODE_TAGS), lon, lat)
        if keep.is_feature(tags):
            self._add("n", node.id, tags, shapely.Point(lon, lat))

    def _way(self, way: Any) -> None:
        tags_of = way.tags
        closed = way.is_closed()
        if closed and "highway" not in tags_of and "building" in tags_of:
            return  # comes again as an area, without which a third of the time would go into reading tags twice
        line = self._line(way)
        points = (
            None if line is None else np.frombuffer(bytes.fromhex(line), np.float64, offset=9).reshape(-1, 2)
        )
        if points is not None and not self._meets_box(points):
            return
        tags = dict(tags_of)
        if keep.is_street(tags):
            kept = _kept(tags, keep.WAY_TAGS)
            self.ways += [Way(way.id, kept, *piece) for piece in self._pieces(way, points)]
        if not closed and line is not None and keep.is_feature(tags):
            self._add("w", way.id, tags, line)

    def _line(self, way: Any) -> str | None:
        """The way as WKB; None where nodes are missing because the file was cut there, or it is a single point."""
        try:
            return str(self._wkb.create_linestring(way, osmium.geom.use_nodes.ALL))
        except (osmium.InvalidLocationError, RuntimeError):
            return None

    def _pieces(
        self, way: Any, points: NDArray[np.float64] | None
    ) -> Iterable[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        """Node ids, lon, lat of the way; several where nodes are missing."""
        if points is None:
            yield from self._broken_pieces(way)
        else:
            ids = np.array([node.ref for node in way.nodes], np.int64)
            yield ids, points[:, 0].copy(), points[:, 1].copy()

    def _broken_pieces(self, way: Any) -> Iterable[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        run: list[tuple[int, float, float]] = []
        runs = [run]
        for node in way.nodes:
            if node.location.valid():
                run.append((node.ref, node.location.lon, node.location.lat))
            elif run:
                run = []
                runs.append(run)
        for part in runs:
            if len(part) < 2:
                continue
            ids, lon, lat = (np.array(column) for column in zip(*part, strict=True))
            if self._inside(lon.min(), lat.min(), lon.max(), lat.max()):
                yield ids, lon, lat

    def _area(self, area: Any) -> None:
        try:
            polygon = self._wkb.create_multipolygon(area)
        except (osmium.InvalidLocationError, RuntimeError):
            return  # it could not be put together: members are missing
        if self._box is not None and area.num_rings() == (1, 0):
            ring = np.frombuffer(bytes.fromhex(polygon), np.float64, offset=_ONE_RING).reshape(-1, 2)
            if not self._meets_box(ring):
                return  # before its tags are read, which takes longer
        tags = dict(area.tags)
        is_square = keep.is_square(tags, from_way=area.from_way())
        is_feature = keep.is_feature(tags)
        osm_type = "w" if area.from_way() else "r"
        if is_square:
            self._square(area, osm_type, tags)
        if is_feature:
            self._add(osm_type, area.orig_id(), tags, polygon)

    def _square(self, area: Any, osm_type: str, tags: Tags) -> None:
        rings = []
        for outer in area.outer_rings():
            rings.append(_ring(outer, inner=False))
            rings += [_ring(inner, inner=True) for inner in area.inner_rings(outer)]
        if self._meets_box(np.concatenate([np.column_stack((ring.lon, ring.lat)) for ring in rings])):
            self.squares.append(Square(osm_type, area.orig_id(), _kept(tags, keep.WAY_TAGS), rings))

    def _add(self, osm_type: str, osm_id: int, tags: Tags, geometry: Any) -> None:
        self._rows.append((osm_type, osm_id, _kept(tags, keep.FEATURE_KEEP)))
        self._shapes.append(geometry)
        if len(self._rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Turn what is gathered into features; exact cut by the zone, many at once."""
        geometries = np.empty(len(self._shapes), object)
        text = np.array([isinstance(item, str) for item in self._shapes], bool)
        geometries[text] = shapely.from_wkb([item for item in self._shapes if isinstance(item, str)])
        geometries[~text] = [item for item in self._shapes if not isinstance(item, str)]
        inside = np.ones(len(geometries), bool)
        if self._zone is not None and len(geometries):
            inside = shapely.intersects(self._zone, geometries)
        for row, geometry, stays in zip(self._rows, geometries, inside, strict=True):
            if stays:
                self.features.append(Feature(*row, geometry))
        self._rows, self._shapes = [], []


def _ring(nodes: Any, *, inner: bool) -> Ring:
    rows = [(node.ref, node.location.lon, node.location.lat) for node in nodes]
    ids, lon, lat = zip(*rows, strict=True)
    return Ring(np.array(ids, np.int64), np.array(lon), np.array(lat), inner)


def _kept(tags: Tags, names: frozenset[str]) -> Tags:
    return {key: value for key, value in tags.items() if key in names}


def _timestamp(header: Any) -> str:
    text = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    try:
        return dt.datetime.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return ""


def _header_box(header: Any) -> shapely.Geometry | None:
    box = header.box()
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _data_box(reader: _Reader) -> shapely.Geometry:
    boxes = [(way.lon.min(), way.lat.min(), way.lon.max(), way.lat.max()) for way in reader.ways]
    boxes += [feature.geometry.bounds for feature in reader.features if "building" in feature.tags]
    boxes = boxes or [feature.geometry.bounds for feature in reader.features]
    rows = np.array(boxes)
    return shapely.box(*rows[:, :2].min(axis=0), *rows[:, 2:].max(axis=0))


def _box_text(geometry: shapely.Geometry) -> str:
    return ",".join(f"{degrees:.4f}" for degrees in geometry.bounds)


def _reaches(place: shapely.Geometry, reader: _Reader) -> bool:
    """Whether any street or building is in the place itself, not only in the margin."""
    shapely.prepare(place)
    lines = [shapely.LineString(np.column_stack((way.lon, way.lat))) for way in reader.ways]
    if lines and bool(shapely.intersects(place, lines).any()):
        return True
    shapes = [feature.geometry for feature in reader.features]
    return bool(shapes) and bool(shapely.intersects(place, shapes).any())
