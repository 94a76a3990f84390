"""The walking network of a place: edges between places where one can choose, with exact lengths, shapes and waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.errors import InputError
from linli.engine.streets import islands as pieces
from linli.engine.streets import walkable
from linli.engine.streets.contract import Chains, contract, ends
from linli.engine.streets.geo import Plane
from linli.engine.streets.progress import Progress, silent
from linli.engine.streets.rawgraph import RawGraph, drop_lone_squares, raw_graph
from linli.engine.streets.slopes import Levels, Shapes, flat_levels, levels_over, with_samples
from linli.engine.streets.strings import Strings
from linli.engine.streets.thresholds import apply_nodes
from linli.engine.streets.walkable import KINDS, Flag

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Extract
    from linli.engine.streets.profiles import Profile

NO_WAY = 2**31 - 1
_NOT_ARRAYS = {"plane", "names", "islands", "elevation"}


@dataclass(frozen=True)
class Network:
    """Nodes [n], edges [m] and the points [p] of their shapes; all lengths in metres, positions in degrees.

    An edge is walked both ways unless `edge_flags` says `ONEWAY` (then only tail → head). *Level* metres are metres on the
    flat that take as long as the slope does: length × Tobler's factor in that direction, equal to the length where
    no elevation is known and on steps. No edge begins and ends at the same node; several may join the same two.
    `edge_waits` is uint8 [m, 4]: half waits at signals (tail, head) and at lifts (tail, head).
    Points of edge `e` are `point_start[e]:point_start[e + 1]`, from its tail to its head, both included;
    `point_*` lengths are cumulative from the tail (`level_backward`: of walking from there back to the tail).
    """

    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    node_osm_id: NDArray[np.int64]  # -1: a point beside a kerb or stile
    node_island: NDArray[np.int32]  # 0: the main network
    edge_tail: NDArray[np.int32]
    edge_head: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    edge_level_forward_m: NDArray[np.float64]
    edge_level_backward_m: NDArray[np.float64]
    edge_kind: NDArray[np.uint8]  # index into walkable.KINDS
    edge_flags: NDArray[np.uint32]  # walkable.Flag
    edge_wheelchair: NDArray[np.uint8]  # 0 unknown, 1 yes, 2 no
    edge_stroller: NDArray[np.uint8]
    edge_kerb_cm: NDArray[np.float32]
    edge_incline_percent: NDArray[np.float32]  # steepest that is tagged or measured; nan: not known
    edge_waits: NDArray[np.uint8]
    edge_way_id: NDArray[np.int64]
    edge_name: NDArray[np.int32]  # index into `names`
    point_start: NDArray[np.int64]
    point_lon: NDArray[np.float64]
    point_lat: NDArray[np.float64]
    point_along_m: NDArray[np.float64]
    point_level_forward_m: NDArray[np.float64]
    point_level_backward_m: NDArray[np.float64]
    plane: Plane
    names: Strings
    islands: list[dict[str, float]] = field(default_factory=list)  # [0] is the main network
    elevation: dict[str, Any] = field(default_factory=dict)  # file, share of length without heights

    @property
    def node_count(self) -> int:
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        return len(self.edge_tail)

    def times(
        self, profile: Profile, *, wheelchair_unknown: bool = True
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Milliseconds over each edge, tail → head and head → tail, waits included.

        Parameters
        ----------
        wheelchair_unknown
            Whether a wheelchair may use edges whose tags do not say if it can. With False only what is known to be
            passable counts, so that the two answers bound the truth.

        Returns
        -------
        int32 [m], int32 [m]
            `NO_WAY` where that direction may not be used.
        """
        forward, backward = self._walk_s(profile, self.edge_level_forward_m, self.edge_level_backward_m)
        waits = self.waits_s(profile).sum(axis=1)
        usable = self.usable(profile, wheelchair_unknown=wheelchair_unknown)
        return self._integers(forward + waits, backward + waits, usable, unit=1000)

    def metres(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Millimetres over each edge in both directions, for rules in metres; shaped like `times`."""
        usable = np.ones(self.edge_count, bool)
        return self._integers(self.edge_length_m, self.edge_length_m, usable, unit=1000)

    def usable(self, profile: Profile, *, wheelchair_unknown: bool = True) -> NDArray[np.bool_]:
        """Which edges this walker can use at all: bool [m]."""
        if profile.wheelchair:
            good = self.edge_wheelchair != walkable.NO
            if not wheelchair_unknown:
                good = self.edge_wheelchair == walkable.YES
            steep = np.nan_to_num(self.edge_incline_percent, nan=0.0) > profile.incline_max_percent
            steep &= (self.edge_flags & np.uint32(Flag.WHEELCHAIR_SAID)) == 0
            return np.asarray(good & ~steep & (self.edge_kerb_cm <= profile.kerb_max_cm))
        if profile.stairs == "never":
            return np.asarray(self.edge_stroller != walkable.NO)
        return np.ones(self.edge_count, bool)

    def seconds_per_level_m(self, profile: Profile) -> NDArray[np.float64]:
        """Seconds for a metre on each edge: float64 [m]; stairs and escalators have a pace of their own."""
        pace = np.full(self.edge_count, 1 / profile.speed_m_s)
        pace[self.edge_kind == walkable.STEPS] *= profile.stairs_factor
        pace[self.edge_kind == walkable.ESCALATOR] = 1 / walkable.table()["escalator"]["speed_m_s"]
        return pace

    def waits_s(self, profile: Profile) -> NDArray[np.float64]:
        """Seconds one waits at the tail and at the head end of each edge: float64 [m, 2]."""
        signals, lifts = self.edge_waits[:, :2], self.edge_waits[:, 2:]
        return np.asarray(signals * (profile.signal_delay_s / 2) + lifts * (profile.lift_wait_s / 2))

    def geometry(self, edge: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude along `edge`, from its tail to its head."""
        part = slice(self.point_start[edge], self.point_start[edge + 1])
        return self.point_lon[part], self.point_lat[part]

    def name(self, edge: int) -> str:
        """The street's name, or nothing."""
        return self.names[int(self.edge_name[edge])]

    def summary(self) -> dict[str, Any]:
        """Totals for a report: lengths by kind, what is unknown to wheelchairs, private ground, islands, elevation."""
        length = np.where((self.edge_flags & np.uint32(Flag.ACROSS)) > 0, 0.0, self.edge_length_m)
        total = float(length.sum())

        def share(mask: NDArray[np.bool_]) -> float:
            return float(length[mask].sum() / total) if total else 0.0

        lengths = np.bincount(self.edge_kind, length, minlength=len(KINDS))
        return {
            "nodes": self.node_count,
            "edges": self.edge_count,
            "length_m": total,
            "length_m_by_kind": {kind: float(length) for kind, length in zip(KINDS, lengths, strict=True)},
            "share_wheelchair_unknown": share(self.edge_wheelchair == walkable.UNKNOWN),
            "share_wheelchair_no": share(self.edge_wheelchair == walkable.NO),
            "share_private": share((self.edge_flags & np.uint32(Flag.PRIVATE)) > 0),
            "share_on_islands": share(self.node_island[self.edge_tail] > 0),
            "islands": self.islands,
            "elevation": self.elevation,
        }

    def to_arrays(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Everything as JSON-able meta and arrays, for `store.save_arrays`."""
        arrays = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in _NOT_ARRAYS}
        arrays |= {"names_data": self.names.data, "names_start": self.names.start}
        plane = [self.plane.lon_0, self.plane.lat_0]
        return {"plane": plane, "islands": self.islands, "elevation": self.elevation}, arrays

    @classmethod
    def from_arrays(cls, meta: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Network:
        """The network that `to_arrays` gave."""
        columns = {name: arrays[name] for name in cls.__dataclass_fields__ if name not in _NOT_ARRAYS}
        names = Strings(arrays["names_data"], arrays["names_start"])
        return cls(
            **columns,
            plane=Plane(*meta["plane"]),
            names=names,
            islands=meta["islands"],
            elevation=meta["elevation"],
        )

    def _walk_s(
        self, profile: Profile, forward_m: NDArray[np.float64], backward_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        pace = self.seconds_per_level_m(profile)
        return forward_m * pace, backward_m * pace

    def _integers(
        self,
        forward: NDArray[np.float64],
        backward: NDArray[np.float64],
        usable: NDArray[np.bool_],
        *,
        unit: int,
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        oneway = (self.edge_flags & np.uint32(Flag.ONEWAY)) > 0
        ahead = np.where(usable, np.rint(forward * unit), NO_WAY).astype(np.int32)
        back = np.where(usable & ~oneway, np.rint(backward * unit), NO_WAY).astype(np.int32)
        return ahead, back


def build_network(
    extract: Extract, *, elevation: Path | None = None, progress: Progress | None = None
) -> Network:
    """The walking network of everything in `extract`, margin included.

    Parameters
    ----------
    elevation
        A raster of heights in metres (GeoTIFF and the like, or an SRTM tile `.hgt` or `.hgt.zip`). Without one, or where
        it has no data, the ground counts as level.

    Raises
    ------
    InputError
        Nothing in the extract is walked, or the raster cannot be read or lies elsewhere.
    """
    report = progress or silent
    report("build the network", 0.0)
    graph = raw_graph(extract)
    if not len(graph.tail):
        raise InputError(
            "the map has no streets or paths that may be walked in this place; give a fuller map"
        )
    apply_nodes(graph, extract.street_nodes)
    drop_lone_squares(graph)
    report("build the network", 0.4)
    chains = contract(graph)
    shapes, nodes = _shapes(graph, chains)
    report("build the network", 0.7)
    shapes, levels, about = _levels(shapes, elevation)
    segment = chains.half[chains.start[:-1]] >> 1  # the first of each chain: all are alike
    last = shapes.point_start[1:] - 1
    length = shapes.along_m[last]
    drawn = np.where((graph.flags[segment] & np.uint32(Flag.ACROSS)) > 0, 0.0, length)
    island, table = pieces.find(shapes.tail, shapes.head, drawn, graph.lon[nodes], graph.lat[nodes])
    network = Network(
        node_lon=graph.lon[nodes],
        node_lat=graph.lat[nodes],
        node_osm_id=graph.osm_id[nodes],
        node_island=island,
        edge_tail=shapes.tail,
        edge_head=shapes.head,
        edge_length_m=length,
        edge_level_forward_m=levels.forward_m[last],
        edge_level_backward_m=levels.backward_m[last],
        edge_kind=graph.kind[segment],
        edge_flags=graph.flags[segment],
        edge_wheelchair=graph.wheelchair[segment],
        edge_stroller=graph.stroller[segment],
        edge_kerb_cm=graph.kerb_cm[segment],
        edge_incline_percent=np.fmax(
            graph.incline_percent[segment], levels.incline_percent.astype(np.float32)
        ),
        edge_waits=_waits(graph.waits, chains),
        edge_way_id=graph.way_id[segment],
        edge_name=graph.name[segment],
        point_start=shapes.point_start,
        point_lon=shapes.lon,
        point_lat=shapes.lat,
        point_along_m=shapes.along_m,
        point_level_forward_m=levels.forward_m,
        point_level_backward_m=levels.backward_m,
        plane=Plane.around(shapes.lon, shapes.lat),
        names=Strings.of(graph.names),
        islands=table,
        elevation=about,
    )
    report("build the network", 1.0)
    return network


def _shapes(graph: RawGraph, chains: Chains) -> tuple[Shapes, NDArray[np.int64]]:
    """The shape of each chain, and which nodes of the graph are nodes of the network."""
    begin, end = ends(graph, chains.half)
    tail, head = begin[chains.start[:-1]], end[chains.start[1:] - 1]
    nodes, index = np.unique(np.concatenate((tail, head)), return_inverse=True)
    # points: the begin of every half-edge, and the end of each chain's last one
    point_start = chains.start + np.arange(len(chains.start))
    is_last = np.zeros(int(point_start[-1]), bool)
    is_last[point_start[1:] - 1] = True
    point = np.empty(len(is_last), np.int64)
    point[~is_last], point[is_last] = begin, head
    step = np.zeros(len(is_last))
    step[np.flatnonzero(~is_last) + 1] = graph.length_m[chains.half >> 1]
    total = np.cumsum(step)
    segment = chains.half[chains.start[:-1]] >> 1
    shapes = Shapes(
        lon=graph.lon[point],
        lat=graph.lat[point],
        along_m=total - np.repeat(total[point_start[:-1]], np.diff(point_start)),
        point_start=point_start,
        tail=index[: len(tail)].astype(np.int32),
        head=index[len(tail) :].astype(np.int32),
        node_count=len(nodes),
        level=np.isin(graph.kind[segment], (walkable.STEPS, walkable.ESCALATOR, walkable.LIFT)),
        spans=(graph.flags[segment] & np.uint32(Flag.BRIDGE | Flag.TUNNEL)) > 0,
    )
    return shapes, nodes


def _levels(shapes: Shapes, elevation: Path | None) -> tuple[Shapes, Levels, dict[str, Any]]:
    """Slopes by the raster, the shapes with points where it was sampled, and what to say of it."""
    if elevation is None:
        return shapes, flat_levels(shapes), {}
    from linli.engine.streets.elevation import open_heights  # noqa: PLC0415 -- wanted only where heights are given

    bounds = shapes.lon.min(), shapes.lat.min(), shapes.lon.max(), shapes.lat.max()
    heights = open_heights(elevation, bounds=bounds)
    shapes = with_samples(shapes)
    levels = levels_over(shapes, heights)
    return shapes, levels, {"file": elevation.name, "share_without_heights": levels.share_without}


def _waits(waits: NDArray[np.uint8], chains: Chains) -> NDArray[np.uint8]:
    """Half waits at both ends of each chain, from those of its first and last segment."""
    first, last = chains.half[chains.start[:-1]], chains.half[chains.start[1:] - 1]
    signals = waits[first >> 1, first & 1], waits[last >> 1, 1 - (last & 1)]
    lifts = waits[first >> 1, 2 + (first & 1)], waits[last >> 1, 3 - (last & 1)]
    return np.stack((*signals, *lifts), axis=1)
