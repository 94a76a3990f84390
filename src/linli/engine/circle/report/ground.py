"""The place under the homes: frame, order of homes, streets, green, water, boundary, facilities, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from linli.engine.circle.report import drawing, pack
from linli.engine.streets.walkable import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.circle.measure import Measurement
    from linli.engine.streets.homes import Homes
    from linli.engine.streets.network import Network
    from linli.engine.streets.place import Place

# Streets and pins this far beyond the homes are still drawn: about 500 m.
_MARGIN_DEG = 0.005
_FARTHEST_DEG = 0.03
# How the page draws each kind of stretch; crossings and lifts are too short to be seen.
_DRAWN_AS = {"path": "path", "street": "street", "steps": "steps", "escalator": "steps", "square": "path"}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the map is drawn from.

    order : int64 [h], the page's order of homes → index in the place.
    shown_number : words [f + 1], facility index → the page's number + 1, 0 for none (index −1 too).
    """

    frame: pack.Frame
    bounds: list[float]
    order: NDArray[np.int64]
    shown_number: NDArray[np.int32]
    blocks: dict[str, str]


def ground_of(measurement: Measurement) -> Ground:
    """Pack the shapes and names of the place."""
    place = measurement.place
    shapes = _home_shapes(place.homes)
    box = shapely.total_bounds(shapes)
    frame_box = box + np.array([-1, -1, 1, 1]) * _MARGIN_DEG
    # The boundary is shown whole, unless it runs far out to sea or into the hills.
    reach, edge = box + np.array([-1, -1, 1, 1]) * _FARTHEST_DEG, np.array(place.boundary.bounds)
    frame_box[:2] = np.minimum(frame_box[:2], np.maximum(edge[:2], reach[:2]))
    frame_box[2:] = np.maximum(frame_box[2:], np.minimum(edge[2:], reach[2:]))
    shown = _facilities_shown(measurement, frame_box)
    lon, lat = place.facilities.lon[shown], place.facilities.lat[shown]
    frame = pack.Frame.around(
        np.concatenate([frame_box[[0, 2]], lon]), np.concatenate([frame_box[[1, 3]], lat])
    )
    homes, order = drawing.outlines(shapes, frame)
    streets, street_kinds = _streets(place.network, frame_box)
    areas, area_kinds = _areas(place, frame_box)
    shown_number = np.zeros(len(place.facilities.lon) + 1, np.int32)
    shown_number[shown] = np.arange(1, len(shown) + 1)
    blocks = {
        **homes.blocks("homes"),
        **drawing.lines(streets, frame).blocks("streets", kind=street_kinds),
        **drawing.areas(areas, frame).blocks("areas", kind=area_kinds),
        "names": pack.text_block(_home_names(place.homes, order)),
        "facilities": pack.text_block(_facilities(measurement, shown, shown_number, frame)),
    }
    return Ground(frame, [float(edge) for edge in box], order, shown_number, blocks)


def _home_shapes(homes: Homes) -> NDArray[np.object_]:
    """Outlines [h]; the door where there is none."""
    shapes = homes.outline.shapes()
    none = shapely.is_empty(shapes)
    shapes[none] = shapely.points(homes.lon[none], homes.lat[none])
    return shapes


def _home_names(homes: Homes, order: NDArray[np.int64]) -> list[str]:
    """Address, else name, else "#" and the reference, in the page's order."""
    names = [
        address or name or f"#{ref}"
        for address, name, ref in zip(homes.address, homes.name, homes.ref, strict=True)
    ]
    return [names[home] for home in order]


def _streets(network: Network, box: NDArray[np.float64]) -> tuple[NDArray[np.object_], list[str]]:
    """Lines of the streets that touch the box, in Morton order by their beginning, and how each is drawn."""
    owner = np.repeat(np.arange(network.edge_count), np.diff(network.point_start))
    west, south, east, north = box
    near = (
        (network.point_lon >= west) & (network.point_lon <= east)
        & (network.point_lat >= south) & (network.point_lat <= north)
    )  # fmt: skip
    drawn = [kind in _DRAWN_AS for kind in KINDS]
    wanted = np.zeros(network.edge_count, bool)
    wanted[owner[near]] = True
    wanted &= np.asarray(drawn)[network.edge_kind]
    kept = wanted[owner]
    number = np.cumsum(wanted) - 1
    lines = shapely.linestrings(network.point_lon[kept], network.point_lat[kept], indices=number[owner[kept]])
    edges = np.flatnonzero(wanted)
    frame = pack.Frame.around(box[[0, 2]], box[[1, 3]])
    begin = network.point_start[edges]
    order = pack.morton_order(frame.cells(network.point_lon[begin], network.point_lat[begin]))
    return lines[order], [_DRAWN_AS[KINDS[network.edge_kind[edge]]] for edge in edges[order]]


def _areas(place: Place, box: NDArray[np.float64]) -> tuple[NDArray[np.object_], list[str]]:
    """Polygons of the ground within the box and what each is."""
    shapes: list[NDArray[np.object_]] = []
    kinds: list[str] = []
    for kind, outlines in (
        ("green", place.backdrop.green), ("water", place.backdrop.water), ("building", place.backdrop.buildings),
    ):  # fmt: skip
        found = outlines.shapes() if len(outlines) else np.zeros(0, object)
        bounds = shapely.bounds(found).reshape(-1, 4)
        found = found[
            (bounds[:, 0] <= box[2])
            & (bounds[:, 2] >= box[0])
            & (bounds[:, 1] <= box[3])
            & (bounds[:, 3] >= box[1])
        ]
        if kind != "building":  # a forest or a river goes on for miles
            found = shapely.make_valid(found)
            found = shapely.clip_by_rect(found, *box) if len(found) else found
        found = found[shapely.get_dimensions(found) == 2]
        shapes.append(found)
        kinds += [kind] * len(found)
    boundary = shapely.clip_by_rect(place.boundary, *box)
    if shapely.get_dimensions(boundary) == 2:
        shapes.append(np.array([boundary], object))
        kinds.append("boundary")
    return np.concatenate(shapes), kinds


def _facilities_shown(measurement: Measurement, box: NDArray[np.float64]) -> NDArray[np.int64]:
    """Facilities within the frame, and those farther out that some home's walk leads to."""
    facilities = measurement.place.facilities
    west, south, east, north = box
    shown = (
        (facilities.lon >= west)
        & (facilities.lon <= east)
        & (facilities.lat >= south)
        & (facilities.lat <= north)
    )
    for reached in measurement.reached.values():
        shown[reached.facility[reached.facility >= 0]] = True
    return np.flatnonzero(shown)


def _facilities(
    measurement: Measurement, shown: NDArray[np.int64], shown_number: NDArray[np.int32], frame: pack.Frame
) -> dict[str, Any]:
    facilities = measurement.place.facilities
    names = list(facilities.name)
    cells = frame.cells(facilities.lon[shown], facilities.lat[shown])
    number = shown_number[facilities.kind_facility] - 1
    return {
        "names": [names[facility] for facility in shown],
        "x": cells[:, 0].tolist(),
        "y": cells[:, 1].tolist(),
        "of": [
            number[(facilities.kind == kind) & (number >= 0)].tolist()
            for kind in range(len(measurement.kinds))
        ],
    }
