"""Real maps: walks over the contracted network between snapped doors, against networkx on the raw graph of the map.

The raw graph has every point of every way as a node and every door as a node on its segment; weights are seconds in
floating point, made here from lengths, kinds and waits. Only which raw segment an edge's points are is taken from the
contraction.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pytest

from linli.engine.reach import FAR, Doors, matrix, native, nearest, path, prepare
from linli.engine.streets import walkable
from linli.engine.streets.contract import contract
from linli.engine.streets.extract import read_extract
from linli.engine.streets.network import Network, build_network
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.rawgraph import RawGraph, drop_lone_squares, raw_graph
from linli.engine.streets.slopes import tobler_factor
from linli.engine.streets.snap import snap
from linli.engine.streets.thresholds import apply_nodes
from linli.engine.streets.walkable import Flag

CUTOFF_S = 900
TOLERANCE_S = 0.2
DOORS = 60


@dataclass(frozen=True)
class Town:
    network: Network
    raw: RawGraph
    half: np.ndarray  # raw segment × 2 + reversed, along every edge
    forward_m: np.ndarray  # level metres of each raw segment, tail → head
    backward_m: np.ndarray


def town(extract, *, slopes=None, elevation=None):
    network = build_network(extract, elevation=elevation)
    if elevation is not None:
        return uncontracted(network)
    raw = raw_graph(extract)
    apply_nodes(raw, extract.street_nodes)
    drop_lone_squares(raw)
    half = contract(raw).half
    _segment, _reverse = half >> 1, (half & 1).astype(bool)
    forward, backward = raw.length_m.copy(), raw.length_m.copy()
    inner = np.ones(network.point_lon.size, bool)
    inner[network.point_start[1:] - 1] = False
    first = np.flatnonzero(inner)
    assert first.size == half.size
    if slopes == "made up":
        east, north = network.plane.to_xy(raw.lon, raw.lat)
        height = 40 * np.sin(east / 130) * np.cos(north / 170) + 0.03 * east
        sloped = ~np.isin(raw.kind, (walkable.STEPS, walkable.ESCALATOR, walkable.LIFT)) & (raw.length_m > 0)
        slope = np.zeros(raw.length_m.size)
        slope[sloped] = (height[raw.head] - height[raw.tail])[sloped] / raw.length_m[sloped]
        forward = np.where(sloped, forward * tobler_factor(slope), forward)
        backward = np.where(sloped, backward * tobler_factor(-slope), backward)
        network = with_levels(network, first, half, forward, backward)
    return Town(network, raw, half, forward, backward)


def uncontracted(network):
    """With measured slopes edges have points of their own, where heights were sampled: each of them as a node."""
    last = network.point_start[1:] - 1
    inner = np.ones(network.point_lon.size, bool)
    inner[last] = False
    first = np.flatnonzero(inner)
    edge = np.searchsorted(network.point_start, first, "right") - 1
    node = network.node_count + np.arange(network.point_lon.size)
    node[network.point_start[:-1]], node[last] = network.edge_tail, network.edge_head
    waits = network.edge_waits[edge].copy()
    waits[first != network.point_start[edge], 0::2] = 0
    waits[first + 1 != last[edge], 1::2] = 0
    steps = {
        name: np.diff(getattr(network, f"point_{name}_m"), append=0)[first]
        for name in ("along", "level_forward", "level_backward")
    }
    assert (steps["level_forward"] != steps["along"]).any()
    nobody = np.zeros(0)
    raw = RawGraph(
        lon=nobody, lat=nobody, osm_id=nobody, tail=node[first], head=node[first + 1], length_m=steps["along"],
        kind=network.edge_kind[edge], flags=network.edge_flags[edge], wheelchair=network.edge_wheelchair[edge],
        stroller=network.edge_stroller[edge], kerb_cm=network.edge_kerb_cm[edge],
        incline_percent=network.edge_incline_percent[edge], waits=waits, way_id=nobody, name=nobody, names=[],
    )  # fmt: skip
    return Town(network, raw, 2 * np.arange(first.size), steps["level_forward"], steps["level_backward"])


def with_levels(network, first, half, forward, backward):
    segment, reverse = half >> 1, (half & 1).astype(bool)
    columns = {}
    for name, there, back in (("forward", forward, backward), ("backward", backward, forward)):
        step = np.zeros(network.point_lon.size)
        step[first + 1] = np.where(reverse, back[segment], there[segment])
        along = np.concatenate([
            np.cumsum(step[begin:end] * (np.arange(end - begin) > 0))
            for begin, end in zip(network.point_start[:-1], network.point_start[1:], strict=True)
        ])  # fmt: skip
        columns[f"point_level_{name}_m"] = along
        columns[f"edge_level_{name}_m"] = along[network.point_start[1:] - 1]
    return replace(network, **columns)


def usable(raw, profile):
    if profile.wheelchair:
        steep = np.nan_to_num(raw.incline_percent) > profile.incline_max_percent
        steep &= (raw.flags & np.uint32(Flag.WHEELCHAIR_SAID)) == 0
        return (raw.wheelchair != walkable.NO) & ~steep & (raw.kerb_cm <= profile.kerb_max_cm)
    if profile.stairs == "never":
        return raw.stroller != walkable.NO
    return np.ones(raw.kind.size, bool)


def raw_walks(place, profile, snapped):
    """[d, d] seconds from door to door over the raw graph."""
    raw, network = place.raw, place.network
    pace = np.full(raw.kind.size, 1 / profile.speed_m_s)
    pace[raw.kind == walkable.STEPS] *= profile.stairs_factor
    pace[raw.kind == walkable.ESCALATOR] = 1 / walkable.table()["escalator"]["speed_m_s"]
    half_waits = raw.waits[:, :2] * (profile.signal_delay_s / 2) + raw.waits[:, 2:] * (
        profile.lift_wait_s / 2
    )
    good, oneway = usable(raw, profile), (raw.flags & np.uint32(Flag.ONEWAY)) > 0
    doors_on = defaultdict(list)
    for door in np.flatnonzero(snapped.edge >= 0):
        edge = snapped.edge[door]
        begin, end = network.point_start[edge], network.point_start[edge + 1]
        along = network.point_along_m[begin:end]
        step = int(np.clip(np.searchsorted(along, snapped.along_m[door], "right") - 1, 0, along.size - 2))
        share = (snapped.along_m[door] - along[step]) / (along[step + 1] - along[step])
        half = place.half[begin - edge + step]  # an edge has one half less than points
        if good[half >> 1]:  # a door on a street one may not use leads nowhere, not even to itself
            doors_on[half >> 1].append((1 - share if half & 1 else share, door))
    graph = nx.MultiDiGraph()
    for s in range(raw.kind.size):
        stops = [(0.0, int(raw.tail[s]), half_waits[s, 0]), *((share, ("foot", d), 0.0) for share, d in sorted(doors_on[s])),
                 (1.0, int(raw.head[s]), half_waits[s, 1])]  # fmt: skip
        for (a, here, wait), (b, there, waits) in itertools.pairwise(stops):
            if good[s]:
                graph.add_edge(here, there, s=(b - a) * place.forward_m[s] * pace[s] + wait + waits)
                if not oneway[s]:
                    graph.add_edge(there, here, s=(b - a) * place.backward_m[s] * pace[s] + wait + waits)
    count = snapped.edge.size
    for door in range(count):
        if ("foot", door) in graph:
            leg_s = snapped.leg_m[door] / profile.speed_m_s
            graph.add_edge(("door", door), ("foot", door), s=leg_s)
            graph.add_edge(("foot", door), ("door", door), s=leg_s)
    walks = np.full((count, count), np.inf)
    for door in range(count):
        if ("door", door) in graph:
            found = nx.single_source_dijkstra_path_length(
                graph, ("door", door), cutoff=CUTOFF_S + 5, weight="s"
            )
            walks[door] = [found.get(("door", other), np.inf) for other in range(count)]
            walks[door, door] = 2 * snapped.leg_m[door] / profile.speed_m_s
    return walks


def check_town(place, *, profile_key, use_native, seed=0):
    network, profile = place.network, load_profiles()[profile_key]
    rng = np.random.default_rng(seed)
    # Half the doors near one node, so that some share an edge and some stand a cut-off apart.
    east, north = network.plane.to_xy(network.node_lon, network.node_lat)
    centre = rng.integers(0, network.node_count)
    close = np.argsort(np.hypot(east - east[centre], north - north[centre]))[
        : max(8, network.node_count // 40)
    ]
    node = np.concatenate([rng.choice(close, DOORS // 2), rng.integers(0, network.node_count, DOORS // 2)])
    lon, lat = network.plane.to_lonlat(*(axis[node] + rng.normal(0, 15, DOORS) for axis in (east, north)))
    snapped = snap(network, lon, lat)
    exact = raw_walks(place, profile, snapped)
    forward, backward = network.times(profile)
    prepared = prepare(
        node_count=network.node_count, tail=network.edge_tail, head=network.edge_head, forward_ms=forward,
        backward_ms=backward, use_native=use_native,
    )  # fmt: skip
    doors = Doors(**snapped.walk_ms(network, profile))
    told = matrix(prepared, doors, doors, cutoff_ms=CUTOFF_S * 1000)
    assert_agree(told, exact)
    kind = rng.integers(0, 5, DOORS)
    least = np.stack([exact[:, kind == k].min(axis=1, initial=np.inf) for k in range(5)], axis=1)
    assert_agree(nearest(prepared, doors, kind, 5, origins=doors, cutoff_ms=CUTOFF_S * 1000), least)
    return prepared, doors, exact, kind, least


def assert_agree(times, exact_s):
    told = times.ms().astype(float) / 1000
    sure = np.abs(exact_s - CUTOFF_S) > TOLERANCE_S
    assert ((told < np.inf) == (exact_s <= CUTOFF_S))[sure].all()
    both = (times.ticks != FAR) & np.isfinite(exact_s)
    assert both.sum() > DOORS
    assert np.abs(told[both] - exact_s[both]).max() <= TOLERANCE_S


@pytest.fixture(scope="module")
def helsinki_extract(helsinki):
    return read_extract(helsinki)


@pytest.mark.parametrize("use_native", [pytest.param(True, marks=pytest.mark.skipif(not native.available(), reason="no compiled kernel")), False])  # fmt: skip
@pytest.mark.parametrize("slopes", [None, "made up"])
def test_helsinki_equals_the_raw_graph(helsinki_extract, slopes, use_native):
    place = town(helsinki_extract, slopes=slopes)
    prepared, doors, _, kind, least = check_town(place, profile_key="adult", use_native=use_native)
    for origin in range(0, DOORS, 6):
        walks = path(
            prepared, doors.take(slice(origin, origin + 1)), doors, kind, 5, cutoff_ms=CUTOFF_S * 1000
        )
        for walk, best in zip(walks, least[origin], strict=True):
            if abs(best - CUTOFF_S) > TOLERANCE_S:
                assert (walk is not None) == (best <= CUTOFF_S)
            assert walk is None or abs(walk.walk_ms / 1000 - best) < TOLERANCE_S


@pytest.mark.slow
@pytest.mark.parametrize("profile_key", ["adult", "senior_frail", "stroller", "wheelchair_manual"])
@pytest.mark.parametrize(
    ("folder", "slopes"),
    [
        ("panzhihua", None),
        ("panzhihua", "made up"),
        ("monaco", None),
        ("monaco", "made up"),
        ("monaco", "measured"),
    ],
)
def test_real_places_equal_the_raw_graph(shared_data, folder, slopes, profile_key):
    [file] = [*(shared_data / folder).glob("*.osm.*")]
    elevation = shared_data / "monaco" / "N43E007.hgt.zip" if slopes == "measured" else None
    place = town(read_extract(file), slopes=slopes, elevation=elevation)
    for use_native in [native.available(), False]:
        check_town(place, profile_key=profile_key, use_native=use_native, seed=len(profile_key))
