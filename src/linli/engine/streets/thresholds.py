"""What single nodes do to a walk: closed gates cut, kerbs and stiles stop wheels, signals and lifts make one wait."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.streets import walkable
from linli.engine.streets.islands import components
from linli.engine.streets.rawgraph import NODE_COLUMNS, SEGMENT_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.streets.extract import TaggedNode
    from linli.engine.streets.rawgraph import RawGraph
    from linli.engine.streets.walkable import NodeClass

# A kerb or a stile is a point; on the graph it takes this much of each way that meets there.
PIECE_M = 1.0

_Ends = dict[int, list[tuple[int, str]]]  # node → (segment, "tail" or "head")


def apply_nodes(graph: RawGraph, nodes: dict[int, TaggedNode]) -> None:
    """Change `graph` in place by what the tagged nodes on it do."""
    ids = np.fromiter(nodes, np.int64, len(nodes))
    at = np.minimum(np.searchsorted(graph.osm_id, ids), max(len(graph.osm_id) - 1, 0))
    on_graph = graph.osm_id[at] == ids if len(graph.osm_id) else np.zeros(len(ids), bool)
    classes: dict[int, NodeClass] = {}
    for node, osm_id in zip(at[on_graph].tolist(), ids[on_graph].tolist(), strict=True):
        found = walkable.classify_node(nodes[osm_id].tags)
        if found.matters:
            classes[node] = found
    _close(graph, classes)
    _put_pieces(graph, classes)
    _put_waits(graph, classes)


def _ends(graph: RawGraph, nodes: list[int]) -> _Ends:
    """Which ends of which segments meet at each of `nodes`."""
    wanted = np.zeros(len(graph.lon), bool)
    wanted[nodes] = True
    ends: _Ends = defaultdict(list)
    for side in ("tail", "head"):
        column = getattr(graph, side)
        segments = np.flatnonzero(wanted[column])
        for segment, node in zip(segments.tolist(), column[segments].tolist(), strict=True):
            ends[node].append((segment, side))
    return ends


def _close(graph: RawGraph, classes: dict[int, NodeClass]) -> None:
    """Give each way that meets at a closed barrier an end of its own there, so that none passes.

    A private gate is opened again where its sides do not hang together otherwise: there it is the way in for those who
    live behind it. Where they do, it would only be a short cut through private ground.
    """
    ends = _ends(graph, [node for node, each in classes.items() if each.passage != "open"])
    cut = [(node, here) for node, here in ends.items() if len(here) > 1]
    if not cut:
        return
    nodes = np.array([node for node, here in cut for _ in here])
    copies = _add_nodes(graph, graph.lon[nodes], graph.lat[nodes], graph.osm_id[nodes])
    _move(graph, [end for _, here in cut for end in here], copies)
    private = np.array([classes[node].passage == "private" for node, here in cut for _ in here])
    if not private.any():
        return
    label = components(len(graph.lon), graph.tail, graph.head)[copies]
    sides: dict[int, set[int]] = defaultdict(set)
    for node, island in zip(nodes[private].tolist(), label[private].tolist(), strict=True):
        sides[node].add(island)
    for node, here in cut:
        if len(sides[node]) > 1:
            _move(graph, here, np.full(len(here), node))


def _put_pieces(graph: RawGraph, classes: dict[int, NodeClass]) -> None:
    """Let the first metre of each way at a kerb or stile carry what it does, the rest of the way be as it was."""
    ends = _ends(
        graph, [n for n, each in classes.items() if each.wheelchair_no or each.stroller_no or each.kerb_cm]
    )
    wanted: dict[str, list[tuple[int, NodeClass]]] = {"tail": [], "head": []}
    for node, here in ends.items():
        each = classes[node]
        if not each.wheelchair_no and not each.stroller_no:  # a kerb: it is met by those who cross
            here = [end for end in here if graph.kind[end[0]] == walkable.CROSSING] or here  # noqa: PLW2901
        for segment, side in here:
            wanted[side].append((segment, each))
    for side, rows in wanted.items():
        pieces = _cut_pieces(graph, np.array([segment for segment, _ in rows], np.int64), side)
        each_kerb = np.array([each.kerb_cm for _, each in rows], np.float32)
        graph.kerb_cm[pieces] = np.maximum(graph.kerb_cm[pieces], each_kerb)
        graph.wheelchair[pieces[np.array([each.wheelchair_no for _, each in rows], bool)]] = walkable.NO
        graph.stroller[pieces[np.array([each.stroller_no for _, each in rows], bool)]] = walkable.NO


def _put_waits(graph: RawGraph, classes: dict[int, NodeClass]) -> None:
    """Half a wait at each end that meets a signal or a lift: who passes leaves one end and enters another."""
    nodes = [n for n, each in classes.items() if each.crossing_signals or each.junction_signals or each.lift]
    for node, here in _ends(graph, nodes).items():
        each = classes[node]
        if each.lift:
            _add_waits(graph, here, column=2)
        off_road = [end for end in here if graph.kind[end[0]] != walkable.STREET]
        on_road = [end for end in here if graph.kind[end[0]] == walkable.STREET]
        if each.crossing_signals and off_road:
            _add_waits(graph, off_road, column=0)
        elif each.junction_signals and len(on_road) > 2:
            _add_waits(graph, here, column=0)


def _add_waits(graph: RawGraph, ends: list[tuple[int, str]], *, column: int) -> None:
    for segment, side in ends:
        graph.waits[segment, column + (side == "head")] += 1


def _move(graph: RawGraph, ends: list[tuple[int, str]], nodes: NDArray[np.integer]) -> None:
    """Put each of these ends on the node given for it."""
    for (segment, side), node in zip(ends, nodes.tolist(), strict=True):
        getattr(graph, side)[segment] = node


def _add_nodes(
    graph: RawGraph, lon: NDArray[np.float64], lat: NDArray[np.float64], osm_id: NDArray[np.int64]
) -> NDArray[np.int64]:
    first = len(graph.lon)
    for name, column in zip(NODE_COLUMNS, (lon, lat, osm_id), strict=True):
        setattr(graph, name, np.concatenate((getattr(graph, name), column)))
    return np.arange(first, len(graph.lon))


def _cut_pieces(graph: RawGraph, segments: NDArray[np.int64], side: str) -> NDArray[np.int64]:
    """Split off the last metre of each segment at its `side` end; returns the new segments at that end."""
    other = "head" if side == "tail" else "tail"
    length = graph.length_m[segments]
    share = PIECE_M / np.maximum(length, 2 * PIECE_M)  # half of what is shorter than two metres
    near, far = getattr(graph, side)[segments], getattr(graph, other)[segments]
    lon, lat = (at[near] + share * (at[far] - at[near]) for at in (graph.lon, graph.lat))
    middle = _add_nodes(graph, lon, lat, np.full(len(segments), -1))  # -1: no node of the map
    pieces = np.arange(len(graph.tail), len(graph.tail) + len(segments))
    for name in SEGMENT_COLUMNS:
        column = getattr(graph, name)
        setattr(graph, name, np.concatenate((column, column[segments])))
    getattr(graph, side)[segments] = middle
    getattr(graph, other)[pieces] = middle
    at_side, at_other = ((0, 2), (1, 3)) if side == "tail" else ((1, 3), (0, 2))
    for column in at_side:
        graph.waits[segments, column] = 0
    for column in at_other:
        graph.waits[pieces, column] = 0
    graph.length_m[pieces] = share * length
    graph.length_m[segments] = (1 - share) * length
    return pieces
