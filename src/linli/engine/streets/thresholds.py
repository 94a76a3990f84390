"""What single nodes do to a walk: closed gates cut, kerbs and stiles stop wheels, signals and lifts make one wait."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.streets import walkable
from linli.engine.streets.islands import components
from linli.engine.streets.rawgraph import NODE_COLUMNS, SEGMENT_COLUMNS

if TYPE_CHECKING:
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
    shut = [node for node, each in classes.items() if each.passage != "open"]
    ends = _ends(graph, shut)
    copies: dict[int, list[int]] = {}
    for node in shut:
        if len(ends[node]) < 2:
            continue
        copies[node] = [_copy_node(graph, node) for _ in ends[node]]
        for (segment, side), copy in zip(ends[node], copies[node], strict=True):
            getattr(graph, side)[segment] = copy
    private = [node for node in copies if classes[node].passage == "private"]
    if not private:
        return
    label = components(len(graph.lon), graph.tail, graph.head)
    for node in private:
        if len({int(label[copy]) for copy in copies[node]}) > 1:
            for segment, side in ends[node]:
                getattr(graph, side)[segment] = node


def _put_pieces(graph: RawGraph, classes: dict[int, NodeClass]) -> None:
    """Let the first metre of each way at a kerb or stile carry what it does, the rest of the way be as it was."""
    nodes = [n for n, each in classes.items() if each.wheelchair_no or each.stroller_no or each.kerb_cm]
    ends = _ends(graph, nodes)
    for node in nodes:
        each = classes[node]
        here = ends[node]
        if not each.wheelchair_no and not each.stroller_no:  # a kerb: it is met by those who cross
            here = [end for end in here if graph.kind[end[0]] == walkable.CROSSING] or here
        for segment, side in here:
            piece = _cut_piece(graph, segment, side)
            graph.kerb_cm[piece] = max(float(graph.kerb_cm[piece]), each.kerb_cm)
            if each.wheelchair_no:
                graph.wheelchair[piece] = walkable.NO
            if each.stroller_no:
                graph.stroller[piece] = walkable.NO


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


def _copy_node(graph: RawGraph, node: int) -> int:
    for name in NODE_COLUMNS:
        column = getattr(graph, name)
        setattr(graph, name, np.append(column, column[node]))
    return len(graph.lon) - 1


def _cut_piece(graph: RawGraph, segment: int, side: str) -> int:
    """Split off the last metre of `segment` at its `side` end; returns the new segment at that end."""
    length = float(graph.length_m[segment])
    share = min(PIECE_M / length, 0.5) if length > 0 else 0.5
    tail, head = int(graph.tail[segment]), int(graph.head[segment])
    near, far = (tail, head) if side == "tail" else (head, tail)
    middle = _copy_node(graph, near)
    graph.lon[middle] += share * (graph.lon[far] - graph.lon[near])
    graph.lat[middle] += share * (graph.lat[far] - graph.lat[near])
    graph.osm_id[middle] = -1  # no node of the map
    piece = len(graph.tail)
    for name in SEGMENT_COLUMNS:
        column = getattr(graph, name)
        setattr(graph, name, np.concatenate((column, column[segment : segment + 1])))
    waits = {"tail": (0, 2), "head": (1, 3)}
    other = "head" if side == "tail" else "tail"
    getattr(graph, side)[segment] = middle
    getattr(graph, other)[piece] = middle
    graph.waits[segment, waits[side]] = 0
    graph.waits[piece, waits[other]] = 0
    graph.length_m[piece] = share * length
    graph.length_m[segment] = (1 - share) * length
    return piece
