"""A place → the tiles of its map, one PMTiles file: streets, homes, other buildings, green, water, boundary.

Nothing of the map comes from outside. Layers and their tags are what `pages/static/pages/map-style.js` draws; a home carries
its index as `home`, so that the page can colour it by what it knows of that index.
"""

from __future__ import annotations

import gzip
import math
import os
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from linli.desk.places.mvt import EXTENT, LINE, POLYGON, Commands, Shapes, Tag, TileWriter, commands
from linli.engine.streets.progress import Progress, silent
from linli.engine.streets.walkable import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from linli.engine.streets.place import Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# At the last zoom a unit is a third of a metre or less; closer views enlarge it.
MAX_ZOOM = 15
_FIRST_ZOOM = 10
_BUFFER = 96  # units that a tile reaches beyond its edge, so that broad lines are whole
_HOMES_AS_THEY_ARE = 13  # from this zoom; farther out, a box stands for a home
_LATITUDE_MAX = 85.05
_STEP = "make the map's tiles"


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes [n] of one layer, in the unit square of Web Mercator, and what each is tagged with.

    `from_zoom` is where each begins to show: int [n].
    """

    name: str
    type: int
    shapes: Shapes
    tags: list[tuple[Tag, ...]]
    from_zoom: Ints
    smallest_units: float = 0.0  # areas below so many square units are not worth a place in a tile
    boxed: bool = False  # whether boxes stand for shapes far out


Features = list[tuple[list[int], tuple[Tag, ...]]]
# (column, row) → layer → what of it lies there.
Tiles = dict[tuple[int, int], dict[str, Features]]


def write_tiles(place: Place, path: Path, *, progress: Progress | None = None) -> None:
    """Write the tiles of `place` to `path`, whole or not at all."""
    report = progress or silent
    report(_STEP, 0.0)
    layers = layers_of(place)
    west, south, east, north = _covered(place)
    zooms = range(_lowest_zoom(west, south, east, north), MAX_ZOOM + 1)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with unfinished.open("wb") as file, ExitStack() as aside:
            writer = Writer(file)
            aside.enter_context(
                writer.tile_f
            )  # its own file of what was written, closed even if we are cut off
            for done, zoom in enumerate(zooms):
                # Ids grow along a curve; written in their order, what is near on the map is near in the file.
                tiles = {zxy_to_tileid(zoom, *at): data for at, data in tiles_of(layers, zoom)}
                for tile in sorted(tiles):
                    writer.write_tile(tile, gzip.compress(tiles[tile], 6, mtime=0))
                report(_STEP, (done + 1) / len(zooms))
            writer.finalize(
                _header(zooms, west, south, east, north),
                {
                    "name": place.name,
                    "attribution": place.meta["attribution"],
                    "type": "baselayer",
                    "vector_layers": [
                        {"id": layer.name, "fields": _fields(layer), "minzoom": zooms[0], "maxzoom": MAX_ZOOM}
                        for layer in layers
                    ],
                },
            )
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _fields(layer: Layer) -> dict[str, str]:
    return {
        key: "Number" if isinstance(value, int) else "String"
        for tags in layer.tags[:1]
        for key, value in tags
    }


def _header(zooms: range, west: float, south: float, east: float, north: float) -> dict[str, object]:
    def e7(degrees: float) -> int:
        return round(degrees * 1e7)

    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": e7(west),
        "min_lat_e7": e7(south),
        "max_lon_e7": e7(east),
        "max_lat_e7": e7(north),
        "center_zoom": zooms[0],
        "center_lon_e7": e7((west + east) / 2),
        "center_lat_e7": e7((south + north) / 2),
    }


def _covered(place: Place) -> tuple[float, float, float, float]:
    network = place.network
    west, south, east, north = place.boundary.bounds
    return (
        min(west, float(network.point_lon.min())),
        min(south, float(network.point_lat.min())),
        max(east, float(network.point_lon.max())),
        max(north, float(network.point_lat.max())),
    )


def _lowest_zoom(west: float, south: float, east: float, north: float) -> int:
    """Choose a zoom at which the whole place fits a telephone's screen, or farther out."""
    corners = _mercator(np.array([[west, south], [east, north]]))
    span = float(np.abs(corners[1] - corners[0]).max())
    return min(_FIRST_ZOOM, max(0, math.floor(-math.log2(max(span, 1e-9))) - 1))


def _mercator(degrees: Floats) -> Floats:
    """Put lon, lat on the unit square of Web Mercator, y downwards; float64 [.., 2]."""
    lat = np.radians(np.clip(degrees[:, 1], -_LATITUDE_MAX, _LATITUDE_MAX))
    return np.column_stack((degrees[:, 0] / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)))


def layers_of(place: Place) -> list[Layer]:
    """Collect everything the map shows."""
    backdrop, homes = place.backdrop, place.homes
    shown = np.flatnonzero(np.diff(homes.outline.start) > 0)
    outlines = homes.outline.shapes()[shown]
    return [
        _areas("green", backdrop.green.shapes(), from_zoom=0, smallest_units=16),
        _areas("water", backdrop.water.shapes(), from_zoom=0, smallest_units=16),
        _areas("buildings", backdrop.buildings.shapes(), from_zoom=_HOMES_AS_THEY_ARE, smallest_units=16),
        Layer(
            name="homes",
            type=POLYGON,
            shapes=shapely.transform(outlines, _mercator),
            tags=[(("home", index),) for index in shown.tolist()],
            from_zoom=np.zeros(len(shown), np.int64),
            boxed=True,
        ),
        _streets(place),
        Layer(
            name="boundary",
            type=LINE,
            shapes=shapely.transform(np.array([shapely.boundary(place.boundary)]), _mercator),
            tags=[()],
            from_zoom=np.zeros(1, np.int64),
        ),
    ]


def _areas(name: str, shapes: Shapes, *, from_zoom: int, smallest_units: float) -> Layer:
    there = shapes[~shapely.is_empty(shapes)] if len(shapes) else shapes
    return Layer(
        name=name,
        type=POLYGON,
        shapes=shapely.transform(there, _mercator),
        tags=[()] * len(there),
        from_zoom=np.full(len(there), from_zoom, np.int64),
        smallest_units=smallest_units,
    )


def _streets(place: Place) -> Layer:
    """Join the stretches of each street of one class and name: fewer, longer lines, and a name that has room."""
    network = place.network
    points = _mercator(np.column_stack((network.point_lon, network.point_lat)))
    edges = np.asarray(
        shapely.from_ragged_array(shapely.GeometryType.LINESTRING, points, (network.point_start,))
    )
    group = network.edge_kind.astype(np.int64) * len(network.names) + network.edge_name
    order = np.argsort(group, kind="stable")
    groups, first = np.unique(group[order], return_index=True)
    lines, tags, from_zoom = [], [], []
    for number, members in zip(groups.tolist(), np.split(order, first[1:]), strict=True):
        kind, name = divmod(number, len(network.names))
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges[members])))
        text = network.names[name]
        tag: tuple[Tag, ...] = (("class", KINDS[kind]), *((("name", text),) if text else ()))
        lines.append(merged)
        tags += [tag] * len(merged)
        from_zoom += [0 if KINDS[kind] == "street" else 12 if KINDS[kind] == "path" else 13] * len(merged)
    shapes = np.concatenate(lines) if lines else np.zeros(0, object)
    return Layer("streets", LINE, shapes, tags, np.array(from_zoom, np.int64))


def tiles_of(layers: list[Layer], zoom: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Make every tile of one zoom: (column, row), bytes."""
    tiles: Tiles = {}
    for layer in layers:
        _place_layer(layer, zoom, tiles)
    for at, by_layer in tiles.items():
        tile = TileWriter()
        for layer in layers:
            tile.add_layer(layer.name, layer.type, by_layer.get(layer.name, ()))
        if data := tile.bytes():
            yield at, data


def _place_layer(layer: Layer, zoom: int, tiles: Tiles) -> None:
    index, shapes = _drawn(layer, zoom)
    if not len(index):
        return
    bounds = shapely.bounds(shapes)
    low = np.floor((bounds[:, :2] - _BUFFER) / EXTENT).astype(np.int64)
    high = np.floor((bounds[:, 2:] + _BUFFER) / EXTENT).astype(np.int64)
    wide = ((bounds[:, 2:] - bounds[:, :2]) > EXTENT).any(axis=1)
    whole = commands(shapes, of_type=layer.type)
    rows = zip(index.tolist(), low.tolist(), high.tolist(), wide.tolist(), strict=True)
    for shape, (number, (west, north), (east, south), cut) in enumerate(rows):
        for column, row in product(range(west, east + 1), range(north, south + 1)):
            if cut:
                geometry = _clipped(shapes[shape], layer.type, column, row)
            else:
                geometry = whole.at(shape, left=column * EXTENT, top=row * EXTENT)
            if geometry:
                here = tiles.setdefault((column, row), {}).setdefault(layer.name, [])
                here.append((geometry, layer.tags[number]))


def _drawn(layer: Layer, zoom: int) -> tuple[Ints, Shapes]:
    """Choose what of a layer shows at a zoom, as plain as it may be drawn, in its units."""
    scale = 2.0**zoom * EXTENT
    index = np.flatnonzero(layer.from_zoom <= zoom)
    shapes = shapely.transform(layer.shapes[index], lambda xy: xy * scale)
    if layer.smallest_units:
        large = shapely.area(shapes) >= layer.smallest_units
        index, shapes = index[large], shapes[large]
    if layer.boxed and zoom < _HOMES_AS_THEY_ARE:
        return index, _boxes(shapes)
    plain = shapely.simplify(shapes, 0.8, preserve_topology=False)
    shapes = np.where(shapely.is_empty(plain), shapes, plain)
    if layer.boxed:
        # No home may vanish, however small: it is somebody's.
        tiny = shapely.area(shapes) < 2
        shapes[tiny] = _boxes(shapes[tiny])
    return index, shapes


def _boxes(shapes: Shapes) -> Shapes:
    """Put in the place of each shape a box around it, at least one unit wide once rounded."""
    west, north, east, south = np.rint(shapely.bounds(shapes)).T
    return np.asarray(shapely.box(west, north, np.maximum(east, west + 1), np.maximum(south, north + 1)))


def _clipped(shape: shapely.Geometry, of_type: int, column: int, row: int) -> list[int]:
    left, top = column * EXTENT, row * EXTENT
    part = shapely.clip_by_rect(
        shape, left - _BUFFER, top - _BUFFER, left + EXTENT + _BUFFER, top + EXTENT + _BUFFER
    )
    kept = [one for one in shapely.get_parts(part) if shapely.get_dimensions(one) == of_type - 1]
    if not kept:
        return []
    join = shapely.multipolygons if of_type == POLYGON else shapely.multilinestrings
    cut: Commands = commands(np.array([join(kept)]), of_type=of_type)
    return cut.at(0, left=left, top=top)
