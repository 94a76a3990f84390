from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.extract import read_extract
from linli.engine.streets.network import NO_WAY, build_network
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.snap import Snap, snap

from .maps import PLANE, Drawing

ADULT, WHEELCHAIR = load_profiles()["adult"], load_profiles()["wheelchair_manual"]


def street(**tags: str) -> Drawing:
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 100, 0), ("c", 100, 100)):
        drawing.node(name, x, y)
    drawing.way("a b c", **({"highway": "residential"} | tags))
    return drawing


def doors_at(network, *xy: tuple[float, float], **options) -> Snap:
    x, y = np.array(xy, float).T
    return snap(network, *PLANE.to_lonlat(x, y), **options)


def test_snap_finds_the_point_on_the_edge_not_the_node(tmp_path):
    network = street().network(tmp_path)
    doors = doors_at(network, (40, 30), (120, 70))
    assert doors.edge.tolist() == [0, 0]
    assert doors.along_m == pytest.approx([40, 170], abs=0.1)
    assert doors.leg_m == pytest.approx([30, 20], abs=0.1)
    x, y = network.plane.to_xy(doors.lon, doors.lat)
    east, north = network.plane.to_xy(*PLANE.to_lonlat(np.array([40, 100.0]), np.array([0, 70.0])))
    assert x == pytest.approx(east, abs=0.1)
    assert y == pytest.approx(north, abs=0.1)


def test_snap_beyond_the_longest_leg_has_no_street(tmp_path):
    network = street().network(tmp_path)
    doors = doors_at(network, (40, -250), (40, -150))
    assert doors.edge.tolist() == [-1, 0]
    assert doors.island.tolist() == [-1, 0]
    assert np.isnan(doors.leg_m[0])
    milliseconds = doors.walk_ms(network, ADULT)
    assert milliseconds["from_tail_ms"][0] == milliseconds["to_head_ms"][0] == NO_WAY
    assert doors_at(network, (40, -150), max_leg_m=100).edge.tolist() == [-1]


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "steps"},
        {"highway": "footway", "bridge": "yes"},
        {"highway": "footway", "tunnel": "yes"},
        {"highway": "footway", "footway": "crossing"},
        {"highway": "trunk_link"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "elevator"},
    ],
)
def test_snap_never_opens_a_door_on(tmp_path, tags):
    drawing = street()
    for name, x in (("s", 0), ("t", 100)):
        drawing.node(name, x, -20)
    drawing.way("s t", **tags)
    doors = doors_at(drawing.network(tmp_path), (50, -15))
    assert doors.leg_m == pytest.approx([15], abs=0.1)
    drawing.ways[-1] = (drawing.ways[-1][0], {"highway": "footway"})
    assert doors_at(drawing.network(tmp_path), (50, -15)).leg_m == pytest.approx([5], abs=0.1)


def test_snap_on_an_island_says_which(tmp_path):
    drawing = street()
    for name, x in (("s", 0), ("t", 9)):
        drawing.node(name, x, -60)
    drawing.way("s t", highway="footway")
    assert doors_at(drawing.network(tmp_path), (5, -50), (50, 5)).island.tolist() == [1, 0]


def test_walk_ms_from_a_door_in_the_middle(tmp_path):
    network = street().network(tmp_path)
    found = doors_at(network, (50, 25)).walk_ms(network, ADULT)
    assert found["leg_ms"].tolist() == pytest.approx([20_000], abs=50)
    assert found["from_tail_ms"].tolist() == pytest.approx([60_000], abs=100)
    assert found["to_tail_ms"].tolist() == pytest.approx([60_000], abs=100)
    assert found["from_head_ms"].tolist() == pytest.approx([140_000], abs=100)
    assert found["tail_ahead_ms"].tolist() == pytest.approx([40_000], abs=50)
    assert found["head_ahead_ms"].tolist() == pytest.approx([120_000], abs=50)


def test_walk_ms_on_a_one_way_path(tmp_path):
    network = street(oneway__foot="yes").network(tmp_path)
    found = {key: int(value[0]) for key, value in doors_at(network, (50, 25)).walk_ms(network, ADULT).items()}
    assert found["from_head_ms"] == found["to_tail_ms"] == found["head_ahead_ms"] == NO_WAY
    assert found["from_tail_ms"] < NO_WAY
    assert found["to_head_ms"] < NO_WAY


def test_walk_ms_waits_at_the_end_one_passes(tmp_path):
    drawing = street()
    drawing.ways[0] = (["a", "b", "c"], {"highway": "footway"})
    drawing.node_tags["c"] = {"highway": "crossing", "crossing": "traffic_signals"}
    network = drawing.network(tmp_path)
    found = doors_at(network, (50, 0)).walk_ms(network, ADULT)
    assert found["from_tail_ms"].tolist() == pytest.approx([40_000], abs=50)
    assert found["to_head_ms"].tolist() == pytest.approx([120_000 + 7_500], abs=50)


def test_walk_ms_where_a_wheelchair_cannot_go_or_nobody_knows(tmp_path):
    network = street(surface="sand").network(tmp_path)
    assert doors_at(network, (50, 0)).walk_ms(network, WHEELCHAIR)["to_head_ms"].tolist() == [NO_WAY]
    network = street().network(tmp_path)
    doors = doors_at(network, (50, 0))
    assert doors.walk_ms(network, WHEELCHAIR)["to_head_ms"][0] < NO_WAY
    assert doors.walk_ms(network, WHEELCHAIR, wheelchair_unknown=False)["to_head_ms"].tolist() == [NO_WAY]


@pytest.mark.parametrize("key", ["adult", "senior_frail", "wheelchair_manual"])
def test_walk_ms_parts_add_up_to_the_edge_with_slope(shared_data, key):
    folder = shared_data / "monaco"
    network = build_network(read_extract(folder / "monaco.osm.gz"), elevation=folder / "N43E007.hgt.zip")
    rng = np.random.default_rng(2)
    doors = snap(network, rng.uniform(7.411, 7.43, 500), rng.uniform(43.728, 43.747, 500))
    profile = load_profiles()[key]
    forward, backward = network.times(profile)
    found = doors.walk_ms(network, profile)
    rows = np.flatnonzero(
        (doors.edge >= 0) & (found["from_tail_ms"] < NO_WAY) & (found["from_head_ms"] < NO_WAY)
    )
    assert len(rows) > 200
    edge = doors.edge[rows]
    assert (
        found["tail_ahead_ms"][rows] + found["to_head_ms"][rows] - found["leg_ms"][rows] == forward[edge]
    ).all()
    assert (
        found["head_ahead_ms"][rows] + found["to_tail_ms"][rows] - found["leg_ms"][rows] == backward[edge]
    ).all()


def test_metres_mm_add_up_to_the_edge(helsinki):
    network = build_network(read_extract(helsinki))
    rng = np.random.default_rng(3)
    doors = snap(network, rng.uniform(24.936, 24.953, 500), rng.uniform(60.165, 60.178, 500))
    found, (forward, _) = doors.metres_mm(network), network.metres()
    rows = (doors.edge >= 0) & (found["from_tail_ms"] < NO_WAY)
    length = forward[doors.edge[rows]]
    assert (
        found["from_tail_ms"][rows] + found["to_head_ms"][rows] - 2 * found["leg_ms"][rows] == length
    ).all()


def test_take_picks_doors(tmp_path):
    doors = doors_at(street().network(tmp_path), (40, 30), (120, 70))
    assert doors.take(np.array([1, 0])).along_m == pytest.approx(doors.along_m[::-1])
    assert len(doors.take(np.array([True, False]))) == 1
