"""Ways → a graph with every node of the map; `thresholds` then adds what single nodes do."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.streets import walkable
from linli.engine.streets.extract import Way
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.islands import components
from linli.engine.streets.squares import cross
from linli.engine.streets.walkable import Flag, WayClass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Extract, Square


@dataclass
class RawGraph:
    """Segments between map nodes. `tail`/`head` index nodes; a one-way segment runs tail → head.

    `waits` is uint8 [s, 4]: half waits at signals (tail, head) and at lifts (tail, head). Who passes a signal leaves one
    segment's end and enters another's, and so waits two halves; who walks along without passing waits none.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    osm_id: NDArray[np.int64]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    length_m: NDArray[np.float64]
    kind: NDArray[np.uint8]
    flags: NDArray[np.uint32]
    wheelchair: NDArray[np.uint8]
    stroller: NDArray[np.uint8]
    kerb_cm: NDArray[np.float32]
    incline_percent: NDArray[np.float32]
    waits: NDArray[np.uint8]
    way_id: NDArray[np.int64]
    name: NDArray[np.int32]
    names: list[str]


NODE_COLUMNS = ("lon", "lat", "osm_id")
SEGMENT_COLUMNS = tuple(
    name for name in RawGraph.__dataclass_fields__ if name not in NODE_COLUMNS and name != "names"
)


def raw_graph(extract: Extract) -> RawGraph:
    """The graph of everything that is walked in `extract`."""
    rows: list[tuple[Way, WayClass]] = []
    for way in [*extract.ways, *_rims(extract)]:
        kept = walkable.classify_way(way.tags)
        if kept is not None:
            rows.append((way, kept))
    rows += _over_squares(extract, rows)
    signals = {
        i for i, node in extract.street_nodes.items() if walkable.classify_node(node.tags).crossing_signals
    }
    return _segments(rows, signals)


def drop_lone_squares(graph: RawGraph) -> None:
    """Leave out squares that no way meets: paving beside a street, drawn for the eye, leads nowhere.

    Kept, each would be an island, and the doors on it would be cut off from the street two metres away.
    """
    label = components(len(graph.lon), graph.tail, graph.head)
    has_way = np.zeros(label.max(initial=0) + 1, bool)
    has_way[label[graph.tail[graph.kind != walkable.SQUARE]]] = True
    stays = has_way[label[graph.tail]]
    if not stays.any():
        return
    for name in SEGMENT_COLUMNS:
        setattr(graph, name, getattr(graph, name)[stays])


def _rims(extract: Extract) -> Iterable[Way]:
    """Rings of squares that are relations: their member ways need not carry a tag of their own."""
    for square in extract.squares:
        if square.osm_type == "r":
            tags = square.tags | {"area": "yes"}
            for ring in square.rings:
                yield Way(square.osm_id, tags, ring.node_ids, ring.lon, ring.lat)


def _over_squares(extract: Extract, rows: list[tuple[Way, WayClass]]) -> list[tuple[Way, WayClass]]:
    """Straight lines over the squares, each as a way of two nodes."""
    squares: list[tuple[Square, WayClass]] = []
    for square in extract.squares:
        kept = walkable.classify_way(square.tags | {"area": "yes"})
        if kept is not None:
            squares.append((square, replace(kept, flags=kept.flags | int(Flag.ACROSS))))
    on_rims = {int(i) for square, _ in squares for ring in square.rings for i in ring.node_ids}
    met_by: dict[int, set[int]] = defaultdict(set)
    for way, _ in rows:
        for node in way.node_ids.tolist():
            if node in on_rims:
                met_by[node].add(way.osm_id)
    lines: list[tuple[Way, WayClass]] = []
    for square, kept in squares:
        place = {
            int(i): (x, y)
            for ring in square.rings
            for i, x, y in zip(ring.node_ids, ring.lon, ring.lat, strict=True)
        }
        entries = {node for node in place if met_by[node] - {square.osm_id}}
        entries |= {node for node in place if node in extract.street_nodes}
        found = cross(square, entries)
        for a, b in zip(found.from_id.tolist(), found.to_id.tolist(), strict=True):
            lon, lat = np.array((place[a][0], place[b][0])), np.array((place[a][1], place[b][1]))
            lines.append((Way(square.osm_id, square.tags, np.array((a, b)), lon, lat), kept))
    return lines


def _segments(rows: list[tuple[Way, WayClass]], signals: set[int]) -> RawGraph:
    sizes = np.array([len(way.node_ids) for way, _ in rows], np.int64)
    ids = np.concatenate([way.node_ids for way, _ in rows]) if rows else np.zeros(0, np.int64)
    lon = np.concatenate([way.lon for way, _ in rows]) if rows else np.zeros(0)
    lat = np.concatenate([way.lat for way, _ in rows]) if rows else np.zeros(0)
    osm_id, first, node = np.unique(ids, return_index=True, return_inverse=True)
    row_of = np.repeat(np.arange(len(rows)), sizes)
    inside = (
        np.flatnonzero((row_of[1:] == row_of[:-1]) & (node[1:] != node[:-1]))
        if len(ids)
        else np.zeros(0, int)
    )
    tail, head, row = node[inside], node[inside + 1], row_of[inside]
    direction = np.array([kept.direction for _, kept in rows], np.int8)[row] if rows else np.zeros(0, np.int8)
    tail, head = np.where(direction < 0, head, tail), np.where(direction < 0, tail, head)
    names: dict[str, int] = {"": 0}
    name = np.array([names.setdefault(_name(way), len(names)) for way, _ in rows], np.int32)

    def column(values: list[Any], dtype: type) -> NDArray[Any]:
        return np.asarray(np.array(values, dtype)[row])

    kept = [each for _, each in rows]
    oneway = np.where(direction != 0, np.uint32(Flag.ONEWAY), np.uint32(0))
    waits = np.zeros((len(row), 4), np.uint8)
    waits[column([each.kind for each in kept], np.uint8) == walkable.LIFT, 2:] = 1
    for index, (way, each) in enumerate(rows):
        if each.signals and not signals.intersection(way.node_ids.tolist()):
            first_of, after = np.searchsorted(row, (index, index + 1))
            if after > first_of:  # a crossing tagged as signalled as a whole: half a wait at each kerb
                waits[first_of, 0 if each.direction >= 0 else 1] += 1
                waits[after - 1, 1 if each.direction >= 0 else 0] += 1
    lon, lat = lon[first], lat[first]
    return RawGraph(
        lon=lon,
        lat=lat,
        osm_id=osm_id,
        tail=tail,
        head=head,
        length_m=haversine_m(lon[tail], lat[tail], lon[head], lat[head]),
        kind=column([each.kind for each in kept], np.uint8),
        flags=np.bitwise_or(column([each.flags for each in kept], np.uint32), oneway),
        wheelchair=column([each.wheelchair for each in kept], np.uint8),
        stroller=column([each.stroller for each in kept], np.uint8),
        kerb_cm=column([each.kerb_cm for each in kept], np.float32),
        incline_percent=column([each.incline_percent for each in kept], np.float32),
        waits=waits,
        way_id=column([way.osm_id for way, _ in rows], np.int64),
        name=name[row],
        names=list(names),
    )


def _name(way: Way) -> str:
    return way.tags.get("name") or way.tags.get("name:zh") or way.tags.get("name:en") or ""
