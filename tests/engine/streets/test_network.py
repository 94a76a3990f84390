from __future__ import annotations

import csv

import networkx as nx
import numpy as np
import pytest

from linli.engine.errors import InputError
from linli.engine.streets import walkable
from linli.engine.streets.extract import read_extract
from linli.engine.streets.geo import haversine_m
from linli.engine.streets.network import NO_WAY, Network, build_network
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.rawgraph import drop_lone_squares, raw_graph
from linli.engine.streets.store import load_arrays, save_arrays
from linli.engine.streets.thresholds import apply_nodes
from linli.engine.streets.walkable import Flag

from .maps import Drawing, digraph, node_of, walk_m

ADULT, SENIOR, STROLLER, WHEELCHAIR = (
    load_profiles()[key] for key in ("adult", "senior", "stroller", "wheelchair_manual")
)
PLACES = ("bupt/beijing_bupt.osm.pbf", "guixi/guixi.osm.pbf", "panzhihua/panzhihua_bingcaogang.osm.pbf")


def line(*, count: int = 5, **tags: str) -> Drawing:
    """A way east over nodes n0, n1, … a hundred metres apart."""
    drawing = Drawing()
    for i in range(count):
        drawing.node(f"n{i}", 100 * i, 0)
    drawing.way(" ".join(drawing.nodes), **({"highway": "footway"} | tags))
    return drawing


def test_build_network_contracts_a_bent_way_to_one_edge_with_exact_length(tmp_path):
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 30, 40), ("c", 60, 0), ("d", 60, 100)):
        drawing.node(name, x, y)
    drawing.way("a b c d", highway="residential", name="解放路")
    network = drawing.network(tmp_path)
    assert network.edge_count == 1
    assert network.edge_length_m[0] == pytest.approx(200, abs=0.03)
    lon, lat = network.geometry(0)
    assert [(x, y) for x, y in zip(lon, lat, strict=True)] == [drawing.lonlat(name) for name in "abcd"]
    assert network.point_along_m[:4] == pytest.approx([0, 50, 100, 200], abs=0.03)
    assert network.name(0) == "解放路"


def test_build_network_measures_each_step_on_the_sphere(tmp_path):
    drawing = line()
    a, b = drawing.lonlat("n0"), drawing.lonlat("n1")
    length = drawing.network(tmp_path).point_along_m[1]
    assert length == pytest.approx(float(haversine_m(a[0], a[1], b[0], b[1])), abs=1e-9)


def test_build_network_breaks_chains_where_the_way_changes(tmp_path):
    drawing = line(count=4)
    drawing.ways = [
        (["n0", "n1"], {"highway": "footway"}),
        (["n1", "n2"], {"highway": "steps"}),
        (["n2", "n3"], {"highway": "footway", "bridge": "yes"}),
    ]
    network = drawing.network(tmp_path)
    assert [walkable.KINDS[kind] for kind in network.edge_kind] == ["path", "steps", "path"]
    assert [bool(flags & Flag.BRIDGE) for flags in network.edge_flags] == [False, False, True]


def test_build_network_breaks_a_loop_at_its_middle(tmp_path):
    drawing = Drawing()
    for name, x, y in (("in", -50, 0), ("a", 0, 0), ("b", 100, 0), ("c", 100, 100), ("d", 0, 100)):
        drawing.node(name, x, y)
    drawing.way("in a", highway="residential")
    drawing.way("a b c d a", highway="residential", oneway="yes")
    network = drawing.network(tmp_path)
    assert network.edge_count == 3
    assert (network.edge_tail != network.edge_head).all()
    assert network.edge_length_m.sum() == pytest.approx(450, abs=0.1)


def test_build_network_keeps_a_ring_nothing_touches_and_parallel_edges(tmp_path):
    drawing = Drawing()
    for name, x, y in (
        ("a", 0, 0),
        ("b", 100, 0),
        ("c", 100, 100),
        ("p", 500, 0),
        ("q", 600, 0),
        ("r", 550, 50),
    ):
        drawing.node(name, x, y)
    drawing.way("a b c a", highway="footway")
    drawing.node("p0", 450, 0)
    drawing.node("q0", 650, 0)
    drawing.way("p0 p q q0", highway="residential")
    drawing.way("p r q", highway="footway")
    network = drawing.network(tmp_path)
    assert (network.edge_tail != network.edge_head).all()
    pairs = sorted(zip(network.edge_tail.tolist(), network.edge_head.tolist(), strict=True))
    p, q = node_of(network, drawing, "p"), node_of(network, drawing, "q")
    assert sum({tail, head} == {p, q} for tail, head in pairs) == 2
    assert network.edge_length_m.sum() == pytest.approx(100 + 100 + 141.42 + 200 + 2 * 70.71, abs=0.1)


def test_layers_without_a_shared_node_do_not_meet(tmp_path):
    drawing = line(count=3)
    for name, y in (("s", -100), ("t", 100)):
        drawing.node(name, 100, y)
    drawing.way("s t", highway="footway", bridge="yes", layer="1")
    drawing.node("up", 100, -200)
    drawing.way("up s", highway="footway")
    assert walk_m(drawing.network(tmp_path), drawing.lonlat("n0"), drawing.lonlat("up")) == float("inf")


@pytest.mark.parametrize(
    ("tags", "metres"),
    [
        ({"barrier": "gate"}, 400),
        ({"barrier": "gate", "locked": "yes"}, float("inf")),
        ({"barrier": "fence"}, float("inf")),
        ({"barrier": "gate", "access": "private"}, 400),
    ],
)
def test_barrier_on_a_way(tmp_path, tags, metres):
    drawing = line()
    drawing.node_tags["n2"] = tags
    found = walk_m(drawing.network(tmp_path), drawing.lonlat("n0"), drawing.lonlat("n4"))
    assert found == pytest.approx(metres, abs=0.1)


def test_barrier_closed_at_a_junction_closes_every_way(tmp_path):
    drawing = line(count=3)
    drawing.node("north", 100, 100)
    drawing.way("n1 north", highway="footway")
    drawing.node_tags["n1"] = {"barrier": "gate", "access": "no"}
    network = drawing.network(tmp_path)
    for end in ("n2", "north"):
        assert walk_m(network, drawing.lonlat("n0"), drawing.lonlat(end)) == float("inf")


def test_private_gate_is_open_as_the_only_way_in_and_closed_as_a_short_cut(tmp_path):
    drawing = line(count=3)
    for name, x, y in (("a", 0, 300), ("b", 200, 300)):
        drawing.node(name, x, y)
    drawing.way("n0 a b n2", highway="residential")
    drawing.node_tags["n1"] = {"barrier": "gate", "access": "private"}
    drawing.node("yard", 200, 600)
    drawing.node("door", 200, 450, barrier="gate", access="private")
    drawing.way("b door yard", highway="service", access="private")
    network = drawing.network(tmp_path)
    assert walk_m(network, drawing.lonlat("n0"), drawing.lonlat("n2")) == pytest.approx(800, abs=0.2)
    assert walk_m(network, drawing.lonlat("b"), drawing.lonlat("yard")) == pytest.approx(300, abs=0.2)


def test_square_is_walked_across_and_round_its_hole(tmp_path):
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 100, 0), ("c", 100, 100), ("d", 0, 100)):
        drawing.node(name, x, y)
    drawing.node("west", -50, 0)
    drawing.node("east", 150, 100)
    rim = drawing.way("a b c d a", highway="pedestrian", area="yes")
    drawing.way("west a", highway="footway")
    drawing.way("c east", highway="footway")
    network = drawing.network(tmp_path)
    west, east = drawing.lonlat("west"), drawing.lonlat("east")
    assert walk_m(network, west, east) == pytest.approx(100 + 141.42, abs=0.1)
    assert walk_m(network, west, east, without=Flag.ACROSS) == pytest.approx(300, abs=0.1)

    for name, x, y in (("e", 40, 40), ("f", 60, 40), ("g", 60, 60), ("h", 40, 60)):
        drawing.node(name, x, y)
    fountain = drawing.way("e f g h e")
    drawing.ways[rim - 1001] = (drawing.ways[rim - 1001][0], {})
    members = [(rim, "outer"), (fountain, "inner")]
    drawing.relations.append((members, {"type": "multipolygon", "highway": "pedestrian", "area": "yes"}))
    around = 100 + 2 * float(np.hypot(60, 40))
    assert walk_m(drawing.network(tmp_path), west, east) == pytest.approx(around, abs=0.1)


def test_square_that_no_way_meets_is_left_out(tmp_path):
    drawing = line()
    for name, x, y in (("a", 0, 10), ("b", 50, 10), ("c", 50, 50)):
        drawing.node(name, x, y)
    drawing.way("a b c a", highway="pedestrian", area="yes")
    assert drawing.network(tmp_path).summary()["length_m_by_kind"]["square"] == 0


def test_times_of_steps_and_of_who_cannot_take_them(tmp_path):
    network = line(count=2, highway="steps").network(tmp_path)
    length = network.edge_length_m[0]
    assert network.times(ADULT)[0].tolist() == [round(length * 3 / 1.25 * 1000)]
    assert network.times(SENIOR)[1].tolist() == [round(length * 3 / 0.9 * 1000)]
    assert network.times(STROLLER)[0].tolist() == [NO_WAY]
    assert network.times(WHEELCHAIR)[1].tolist() == [NO_WAY]


def test_times_where_walkers_may_go_one_way_only(tmp_path):
    drawing = line(count=2, oneway__foot="-1")
    network = drawing.network(tmp_path)
    forward, backward = network.times(ADULT)
    assert (forward < NO_WAY).tolist() == [True]
    assert backward.tolist() == [NO_WAY]
    assert network.metres()[1].tolist() == [NO_WAY]
    assert int(network.edge_tail[0]) == node_of(network, drawing, "n1")


def test_times_keep_one_way_parts_apart_from_the_rest(tmp_path):
    drawing = line(count=4)
    drawing.ways = [
        (["n0", "n1"], {"highway": "footway"}),
        (["n1", "n2"], {"highway": "footway", "oneway:foot": "yes"}),
        (["n3", "n2"], {"highway": "footway", "oneway:foot": "yes"}),
    ]
    network = drawing.network(tmp_path)
    assert network.edge_count == 3
    assert walk_m(network, drawing.lonlat("n0"), drawing.lonlat("n2")) == pytest.approx(200, abs=0.1)
    assert walk_m(network, drawing.lonlat("n2"), drawing.lonlat("n3")) == float("inf")


def crossroads(**node_tags: str) -> Drawing:
    """A road north and a footway east that crosses it at `x`."""
    drawing = Drawing()
    for name, px, py in (("w", -50, 0), ("x", 0, 0), ("e", 50, 0), ("s", 0, -50), ("n", 0, 50)):
        drawing.node(name, px, py)
    drawing.node_tags["x"] = node_tags
    drawing.way("w x e", highway="footway", footway="crossing")
    drawing.way("s x n", highway="primary")
    return drawing


def ms_between(network: Network, drawing: Drawing, a: str, b: str, profile=ADULT) -> int:
    graph = digraph(network, *network.times(profile))
    return nx.shortest_path_length(
        graph, node_of(network, drawing, a), node_of(network, drawing, b), weight="weight"
    )


def test_times_wait_at_a_signalled_crossing_only_for_who_crosses(tmp_path):
    drawing = crossroads(highway="crossing", crossing="traffic_signals")
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "w", "e") == pytest.approx(80_000 + 15_000, abs=20)
    assert ms_between(network, drawing, "s", "n") == pytest.approx(80_000, abs=20)


def test_times_wait_once_where_the_crossing_as_a_whole_is_signalled(tmp_path):
    drawing = crossroads(highway="crossing")
    drawing.ways[0][1]["crossing"] = "traffic_signals"
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "w", "e") == pytest.approx(95_000, abs=20)


def test_times_wait_at_the_signals_of_a_junction(tmp_path):
    drawing = crossroads(highway="traffic_signals")
    drawing.ways[0] = (drawing.ways[0][0], {"highway": "secondary"})
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "w", "n") == pytest.approx(95_000, abs=20)


def test_times_wait_at_a_lift(tmp_path):
    drawing = line(count=3)
    drawing.node_tags["n1"] = {"highway": "elevator"}
    drawing.node("up", 110, 10)
    drawing.way("n1 up", highway="footway", level="1")
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "n0", "n2") == pytest.approx(160_000 + 45_000, abs=20)


def test_times_of_a_lift_drawn_as_a_way(tmp_path):
    drawing = line(count=3)
    drawing.ways = [(["n0", "n1"], {"highway": "footway"}), (["n1", "n2"], {"highway": "elevator"})]
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "n0", "n2", WHEELCHAIR) == pytest.approx(
        200 / 0.9 * 1000 + 45_000, abs=60
    )


def test_times_of_wheelchairs_know_three_answers(tmp_path):
    drawing = line(count=4)
    drawing.ways = [
        (["n0", "n1"], {"highway": "footway", "surface": "asphalt"}),
        (["n1", "n2"], {"highway": "footway"}),
        (["n2", "n3"], {"highway": "footway", "surface": "sand"}),
    ]
    network = drawing.network(tmp_path)
    assert network.edge_wheelchair.tolist() == [walkable.YES, walkable.UNKNOWN, walkable.NO]
    assert (network.times(WHEELCHAIR)[0] < NO_WAY).tolist() == [True, True, False]
    assert (network.times(WHEELCHAIR, wheelchair_unknown=False)[0] < NO_WAY).tolist() == [True, False, False]
    assert (network.times(ADULT, wheelchair_unknown=False)[0] < NO_WAY).all()
    assert network.summary()["share_wheelchair_unknown"] == pytest.approx(1 / 3, abs=0.001)


def test_times_of_wheelchairs_stop_at_a_high_kerb_on_the_crossing_only(tmp_path):
    drawing = crossroads()
    drawing.node("sw", -50, -50)
    drawing.node("nw", -50, 50)
    drawing.way("sw w nw", highway="footway", footway="sidewalk")
    drawing.node_tags["w"] = {"barrier": "kerb", "kerb": "raised"}
    network = drawing.network(tmp_path)
    assert ms_between(network, drawing, "sw", "nw", WHEELCHAIR) == pytest.approx(100 / 0.9 * 1000, abs=20)
    with pytest.raises(nx.NetworkXNoPath):
        ms_between(network, drawing, "w", "e", WHEELCHAIR)
    assert ms_between(network, drawing, "w", "e") == pytest.approx(80_000, abs=20)


def test_times_of_wheelchairs_by_kerb_and_incline_limits(tmp_path):
    power = load_profiles()["wheelchair_power"]
    drawing = line(count=3)
    drawing.ways = [
        (["n0", "n1"], {"highway": "footway", "surface": "asphalt", "incline": "9%"}),
        (["n1", "n2"], {"highway": "footway", "footway": "crossing", "surface": "asphalt", "kerb": "0.05"}),
    ]
    network = drawing.network(tmp_path)
    assert (network.times(WHEELCHAIR)[0] < NO_WAY).tolist() == [False, False]
    assert (network.times(power)[0] < NO_WAY).tolist() == [True, True]


def test_stile_stops_wheels_but_leaves_the_way_on_both_sides(tmp_path):
    drawing = line(count=3)
    drawing.node_tags["n1"] = {"barrier": "stile"}
    network = drawing.network(tmp_path)
    assert network.edge_length_m.sum() == pytest.approx(200, abs=0.05)
    usable = network.usable(WHEELCHAIR)
    assert network.edge_length_m[~usable].sum() == pytest.approx(2, abs=0.01)
    assert ms_between(network, drawing, "n0", "n2") == pytest.approx(160_000, abs=20)


def test_islands_are_numbered_by_length_and_the_main_network_is_0(tmp_path):
    drawing = line(count=40)
    for i, metres in enumerate((60, 90)):
        drawing.node(f"i{i}", 0, 500 * (i + 1))
        drawing.node(f"j{i}", metres, 500 * (i + 1))
        drawing.way(f"i{i} j{i}", highway="footway")
    network = drawing.network(tmp_path)
    assert [(row["nodes"], round(row["length_m"])) for row in network.islands] == [
        (2, 3900),
        (2, 90),
        (2, 60),
    ]
    assert network.node_island[node_of(network, drawing, "i0")] == 2
    assert network.islands[1]["lat"] == pytest.approx(drawing.lonlat("i1")[1])


def test_two_halves_of_a_town_are_both_main(tmp_path):
    drawing = line(count=11)
    for i in range(8):
        drawing.node(f"h{i}", 100 * i, 900)
    drawing.way(" ".join(f"h{i}" for i in range(8)), highway="footway")
    assert drawing.network(tmp_path).node_island.tolist() == [0, 0, 0, 0]


def test_network_is_the_same_after_saving_and_loading(tmp_path):
    network = crossroads(highway="crossing", crossing="traffic_signals").network(tmp_path)
    meta, arrays = network.to_arrays()
    save_arrays(tmp_path / "n.linli", kind="network", meta=meta, arrays=arrays)
    again = Network.from_arrays(*load_arrays(tmp_path / "n.linli", kind="network"))
    assert again.summary() == network.summary()
    assert (again.times(ADULT)[0] == network.times(ADULT)[0]).all()
    assert [again.name(e) for e in range(again.edge_count)] == [
        network.name(e) for e in range(network.edge_count)
    ]


def test_build_network_of_a_map_without_ways_is_refused(tmp_path):
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 10, 0), ("c", 10, 10)):
        drawing.node(name, x, y)
    drawing.way("a b c a", building="yes")
    with pytest.raises(InputError, match="no streets or paths"):
        drawing.network(tmp_path)


@pytest.mark.parametrize("place", PLACES)
def test_contracted_distances_equal_those_of_the_raw_graph(shared_data, place):
    extract = read_extract(shared_data / place)
    graph = raw_graph(extract)
    apply_nodes(graph, extract.street_nodes)
    drop_lone_squares(graph)
    raw = nx.DiGraph()
    for tail, head, length, flags in zip(graph.tail, graph.head, graph.length_m, graph.flags, strict=True):
        for a, b in ((tail, head),) if flags & Flag.ONEWAY else ((tail, head), (head, tail)):
            if length < raw.get_edge_data(a, b, {"weight": np.inf})["weight"]:
                raw.add_edge(a, b, weight=length)
    network = build_network(extract)
    small = nx.DiGraph()
    oneway = (network.edge_flags & np.uint32(Flag.ONEWAY)) > 0
    for tail, head, length, single in zip(
        network.edge_tail, network.edge_head, network.edge_length_m, oneway, strict=True
    ):
        for a, b in ((tail, head),) if single else ((tail, head), (head, tail)):
            if length < small.get_edge_data(a, b, {"weight": np.inf})["weight"]:
                small.add_edge(a, b, weight=length)
    assert network.edge_length_m.sum() == pytest.approx(graph.length_m.sum(), rel=1e-9)
    once, first, count = np.unique(graph.osm_id, return_index=True, return_counts=True)
    known = dict(
        zip(once[count == 1].tolist(), first[count == 1].tolist(), strict=True)
    )  # closed gates are several
    sources = np.random.default_rng(1).choice(network.node_count, 5, replace=False)
    for source in sources.tolist():
        if int(network.node_osm_id[source]) not in known:
            continue
        short = nx.single_source_dijkstra_path_length(small, source)
        full = nx.single_source_dijkstra_path_length(raw, known[int(network.node_osm_id[source])])
        for node, metres in short.items():
            if int(network.node_osm_id[node]) in known:
                assert metres == pytest.approx(full[known[int(network.node_osm_id[node])]], abs=1e-6)


def test_monaco_walks_are_as_long_as_another_router_published(shared_data):
    folder = shared_data / "monaco"
    network = build_network(read_extract(folder / "monaco.osm.gz"))
    routes = (folder / "graphhopper_expected_foot_routes.csv").read_text().splitlines()
    for row in csv.DictReader(routes):
        start = float(row["from_lon"]), float(row["from_lat"])
        end = float(row["to_lon"]), float(row["to_lat"])
        expected = float(row["expected_shortest_foot_m"])
        # that router walks round squares, not across
        assert walk_m(network, start, end, without=Flag.ACROSS) == pytest.approx(expected, rel=0.002)
        assert walk_m(network, start, end) <= expected * 1.002


def test_nanjing_has_islands_and_they_are_told(shared_data):
    network = build_network(read_extract(shared_data / "nanjing" / "nanjing_xinjiekou.osm.pbf"))
    told = network.summary()
    assert len(told["islands"]) > 10
    assert 0.02 < told["share_on_islands"] < 0.2
    assert sum(row["nodes"] for row in told["islands"]) == network.node_count
    longest = [row["length_m"] for row in told["islands"][1:]]
    assert longest == sorted(longest, reverse=True)


def test_panzhihua_is_farther_for_seniors_and_closed_in_part_to_wheelchairs(shared_data):
    network = build_network(read_extract(shared_data / "panzhihua" / "panzhihua_bingcaogang.osm.pbf"))
    adult, senior, chair = (network.times(p)[0].astype(float) for p in (ADULT, SENIOR, WHEELCHAIR))
    street = network.edge_waits.sum(axis=1) == 0
    assert (senior[street] / np.maximum(adult[street], 1)).mean() == pytest.approx(1.25 / 0.9, rel=0.01)
    assert 50 < (chair == NO_WAY).sum() < network.edge_count / 2
