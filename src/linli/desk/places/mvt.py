"""Shapes → Mapbox Vector Tiles, many at a time.

Within a shape, every point is written relative to the one before, so what a shape looks like in one tile and in the next
differs only in its first point. Hence all shapes of a zoom are turned into MVT commands in one go, as arrays, and a tile only
copies them. Form: https://github.com/mapbox/vector-tile-spec, version 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
Tag = tuple[str, str | int]

EXTENT = 4096  # a tile is this many units wide
LINE, POLYGON = 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7  # the three commands


@dataclass(frozen=True, slots=True)
class Commands:
    """MVT geometry of shapes [n], in whole units of one zoom counted from the corner of the world.

    Attributes
    ----------
    values : int list; those of shape i are `start[i]:start[i + 1]`, its first point still absolute in `x`, `y`.
    start : int list [n + 1].
    x, y : int list [n], the first point.
    type : LINE or POLYGON.
    """

    values: list[int]
    start: list[int]
    x: list[int]
    y: list[int]
    type: int

    def at(self, shape: int, *, left: int, top: int) -> list[int]:
        """Write one shape as it stands in the tile whose corner is at `left`, `top`; empty where nothing is left of it."""
        values = self.values[self.start[shape] : self.start[shape + 1]]
        if values:
            values[1], values[2] = _zigzag(self.x[shape] - left), _zigzag(self.y[shape] - top)
        return values


def commands(shapes: Shapes, *, of_type: int) -> Commands:
    """Turn lines, or polygons, with coordinates in units of a zoom (y downwards) into commands.

    Points that fall on the one before are dropped, and so are rings and lines of which nothing is left to see.
    """
    if of_type == POLYGON:
        parts, part_owner = shapely.get_parts(shapes, return_index=True)
        parts = shapely.orient_polygons(parts)  # outer rings: positive area with y downwards, as MVT wants it
        rings, ring_part = shapely.get_rings(parts, return_index=True)
        owner = part_owner[ring_part]
    else:
        rings, owner = shapely.get_parts(shapes, return_index=True)
        ring_part = np.arange(len(rings))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = np.rint(xy).astype(np.int64).T
    kept = np.ones(len(ring), bool)
    kept[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (ring[1:] != ring[:-1])
    if of_type == POLYGON:
        # The last point of a ring is its first; with points dropped it is the last one kept.
        at = np.flatnonzero(kept)
        last = np.ones(len(at), bool)
        last[:-1] = ring[at[1:]] != ring[at[:-1]]
        kept[at[last]] = False
    x, y, ring = x[kept], y[kept], ring[kept]
    size = np.bincount(ring, minlength=len(rings))
    good = size >= (3 if of_type == POLYGON else 2)
    if of_type == POLYGON:
        good &= _areas(x, y, ring, size) != 0
        # A hole goes with its outer ring, the first of its part.
        outer = np.ones(len(rings), bool)
        outer[1:] = ring_part[1:] != ring_part[:-1]
        lost = ring_part[outer & ~good]
        good &= ~np.isin(ring_part, lost)
    inside = good[ring]
    return _written(x[inside], y[inside], size[good], owner[good], count=len(shapes), of_type=of_type)


def _areas(x: Ints, y: Ints, ring: Ints, size: Ints) -> Ints:
    """Twice the signed area of each ring (points not repeated)."""
    start = np.cumsum(size) - size
    following = np.arange(1, len(ring) + 1)
    ends = (start + size)[size > 0] - 1
    following[ends] = start[size > 0]
    # From the first point of each ring, so that products stay small.
    ax, ay = x - x[start[ring]], y - y[start[ring]]
    cross = ax * ay[following] - ax[following] * ay
    return np.rint(np.bincount(ring, cross.astype(np.float64), minlength=len(size))).astype(np.int64)


def _written(x: Ints, y: Ints, size: Ints, owner: Ints, *, count: int, of_type: int) -> Commands:
    closing = 1 if of_type == POLYGON else 0
    length = 2 * size + 2 + closing
    end = np.cumsum(length)
    start = end - length
    first = np.cumsum(size) - size
    dx, dy = np.diff(x, prepend=0), np.diff(y, prepend=0)
    ring = np.repeat(np.arange(len(size)), size)
    step = np.arange(len(x)) - first[ring]
    values = np.zeros(int(end[-1]) if len(end) else 0, np.int64)
    values[start] = _MOVE | (1 << 3)
    values[start + 3] = _LINE | ((size - 1) << 3)
    if closing:
        values[end - 1] = _CLOSE | (1 << 3)
    place = start[ring] + np.where(step == 0, 1, 2 + 2 * step)
    values[place], values[place + 1] = _zigzags(dx), _zigzags(dy)
    of_shape = np.searchsorted(owner, np.arange(count + 1))
    bounds = np.concatenate((start, [len(values)]))[of_shape]
    points = (
        np.append(first, 0)[np.minimum(of_shape[:-1], len(first))]
        if len(first)
        else np.zeros(count, np.int64)
    )
    xs, ys = (x[points], y[points]) if len(x) else (points, points)
    return Commands(values.tolist(), bounds.tolist(), xs.tolist(), ys.tolist(), of_type)


def _zigzags(numbers: Ints) -> Ints:
    return (numbers << 1) ^ (numbers >> 63)


def _zigzag(number: int) -> int:
    return (number << 1) ^ (number >> 63)


class TileWriter:
    """One tile in the making."""

    def __init__(self) -> None:
        self._tile = vector_tile_pb2.tile()

    def add_layer(
        self, name: str, of_type: int, features: Iterable[tuple[list[int], tuple[Tag, ...]]]
    ) -> None:
        """Add features, each commands and tags; those without commands are left out, and so is a layer without features."""
        layer = vector_tile_pb2.tile.layer()
        layer.version, layer.name, layer.extent = 2, name, EXTENT
        keys: dict[str, int] = {}
        values: dict[str | int, int] = {}
        for geometry, tags in features:
            if not geometry:
                continue
            feature = layer.features.add()
            feature.type = of_type
            feature.geometry.extend(geometry)
            for key, value in tags:
                feature.tags.extend((keys.setdefault(key, len(keys)), values.setdefault(value, len(values))))
        if not layer.features:
            return
        layer.keys.extend(keys)
        for value in values:
            written = layer.values.add()
            if isinstance(value, str):
                written.string_value = value
            else:
                written.uint_value = value
        self._tile.layers.append(layer)

    def bytes(self) -> bytes:
        """Return the tile, empty where it has no layer."""
        return bytes(self._tile.SerializeToString())
