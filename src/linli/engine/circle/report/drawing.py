"""The place's shapes for the page's own map: homes, streets, areas, in the cells of one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from linli.engine.circle.report.pack import Frame, morton_order, text_block, words_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Shapes are thinned to about this, in degrees (1.1 m): less than a line's width on any zoom the page allows.
_THIN_DEG = 1e-5
# A home without an outline is drawn as a square of this half-width.
_HALF_DEG = 4e-5


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes of rings of points: rings a shape [s], points a ring [r], cells [p, 2]."""

    rings: NDArray[np.int64]
    points: NDArray[np.int64]
    cells: NDArray[np.int32]

    def blocks(self, name: str, *, kind: Sequence[str] | None = None) -> dict[str, str]:
        """Pack it as `page/data.js` unpacks it (`shapesBlock`); `kind` says what each shape is."""
        counts: dict[str, Any] = {"points": self.points.tolist()}
        if (self.rings != 1).any():
            counts["rings"] = self.rings.tolist()
        if kind is not None:
            counts["kind"] = list(kind)
        packed = {f"{name}-counts": text_block(counts)}
        if len(self.cells):
            packed[f"{name}-points"] = words_block(self.cells)
        return packed


def outlines(geometry: NDArray[np.object_], frame: Frame) -> tuple[Shapes, NDArray[np.int64]]:
    """Outlines of homes (points become small squares) in Morton order, and that order.

    geometry : shapely Point, Polygon or MultiPolygon [h], degrees.
    """
    bounds = shapely.bounds(geometry)
    middle = frame.cells((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2)
    order = morton_order(middle)
    drawn = geometry[order]
    flat = shapely.get_dimensions(drawn) < 2
    west, south, east, north = shapely.bounds(drawn[flat]).T
    drawn[flat] = shapely.box(west - _HALF_DEG, south - _HALF_DEG, east + _HALF_DEG, north + _HALF_DEG)
    return areas(drawn, frame), order


def areas(geometry: NDArray[np.object_], frame: Frame) -> Shapes:
    """Rings of polygons, thinned; holes are rings that run the other way round."""
    # Outer rings one way round and holes the other: overlapping shapes may then be filled together.
    thin = shapely.simplify(geometry, _THIN_DEG / 2, preserve_topology=False)
    gone = shapely.is_empty(thin)
    thin[gone] = geometry[gone]
    thin = shapely.orient_polygons(thin)
    rings, owner = shapely.get_rings(thin, return_index=True)
    return _shapes(np.bincount(owner, minlength=len(geometry)), rings, frame, closed=True)


def lines(geometry: NDArray[np.object_], frame: Frame) -> Shapes:
    """Lines, thinned."""
    return _shapes(
        np.ones(len(geometry), np.int64),
        shapely.simplify(geometry, _THIN_DEG, preserve_topology=False),
        frame,
        closed=False,
    )


def _shapes(rings: NDArray[np.int64], parts: NDArray[np.object_], frame: Frame, *, closed: bool) -> Shapes:
    coordinates, owner = shapely.get_coordinates(parts, return_index=True)
    cells = frame.cells(coordinates[:, 0], coordinates[:, 1])
    # Points that fall into the cell of the one before say nothing; each part keeps its first. A closed ring's last
    # point is its first again, and the page closes rings itself.
    first = np.ones(len(owner), bool)
    first[1:] = owner[1:] != owner[:-1]
    keep = np.ones(len(owner), bool)
    keep[1:] = first[1:] | (cells[1:] != cells[:-1]).any(axis=1)
    if closed and len(owner):
        keep &= first | ~np.append(first[1:], True)
    return Shapes(rings.astype(np.int64), np.bincount(owner[keep], minlength=len(parts)), cells[keep])
