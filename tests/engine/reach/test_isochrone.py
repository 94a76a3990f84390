from __future__ import annotations

import numpy as np
import pytest
import shapely

from linli.engine.reach import NO_WAY, Doors, isochrone, node_times, prepare
from linli.engine.streets.extract import read_extract
from linli.engine.streets.network import build_network
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.snap import snap

CUTOFFS_MS = [600_000, 120_000, 300_000]


@pytest.fixture(scope="module")
def place(helsinki):
    network = build_network(read_extract(helsinki))
    adult = load_profiles()["adult"]
    forward, backward = network.times(adult)
    prepared = prepare(
        node_count=network.node_count, tail=network.edge_tail, head=network.edge_head, forward_ms=forward,
        backward_ms=backward,
    )  # fmt: skip
    # Doors on the street and within the place: one in the middle, one elsewhere.
    middle = np.argsort(np.hypot(network.node_lon - 24.945, (network.node_lat - 60.17) * 2))[[0, 400]]
    snapped = snap(network, network.node_lon[middle] + 1e-4, network.node_lat[middle])
    return network, prepared, snapped, Doors(**snapped.walk_ms(network, adult))


def flat(network, shape):
    return shapely.transform(shape, lambda lonlat: np.column_stack(network.plane.to_xy(*lonlat.T)))


@pytest.mark.parametrize("door", [0, 1])
def test_isochrone_holds_what_is_reached_and_nothing_farther_than_feet_go(place, door):
    network, prepared, snapped, doors = place
    origin = doors.take([door])
    areas = [flat(network, area) for area in isochrone(network, prepared, origin, cutoffs_ms=CUTOFFS_MS)]
    x, y = network.plane.to_xy(network.node_lon, network.node_lat)
    ms = node_times(prepared, origin, cutoff_ms=max(CUTOFFS_MS))
    foot = shapely.Point(*network.plane.to_xy(snapped.lon[door], snapped.lat[door]))
    speed_m_ms = load_profiles()["adult"].speed_m_s / 1000
    for area, cutoff in zip(areas, CUTOFFS_MS, strict=True):
        assert area.is_valid
        assert area.contains(foot)
        reached = (ms != NO_WAY) & (ms <= cutoff)
        assert reached.sum() > 10
        assert shapely.contains_xy(area, x[reached], y[reached]).all()
        # Cut exactly: no point of the outline is more than the walk and a garden from the door.
        farthest = max(shapely.Point(point).distance(foot) for point in shapely.get_coordinates(area))
        assert farthest <= speed_m_ms * cutoff + 25.5
    assert areas[0].covers(areas[2])
    assert areas[2].covers(areas[1])
    assert areas[0].area > 2 * areas[1].area


def test_isochrone_cuts_an_edge_where_the_time_runs_out(place):
    network, prepared, snapped, doors = place
    origin = doors.take([0])
    edge = int(snapped.edge[0])
    left_ms = min(int(origin.tail_ahead_ms[0]), int(origin.head_ahead_ms[0])) // 2
    cutoff = int(origin.leg_ms[0]) + left_ms
    [area] = isochrone(network, prepared, origin, cutoffs_ms=[cutoff], beside_m=0.5)
    speed_m_ms = load_profiles()["adult"].speed_m_s / 1000
    # A thin band along the street, as long as one walks both ways in what is left after the access leg.
    assert flat(network, area).area == pytest.approx(2 * left_ms * speed_m_ms * 1.0 + np.pi / 4, rel=0.05)
    assert network.edge_length_m[edge] > 2 * left_ms * speed_m_ms


def test_isochrone_is_empty_where_not_even_the_street_is_reached(place):
    network, prepared, _, doors = place
    far = doors.take([0])
    leg = int(far.leg_ms[0])
    assert leg > 1
    [area] = isochrone(network, prepared, far, cutoffs_ms=[leg - 1])
    assert area.is_empty


def test_isochrone_leaves_large_holes_open_and_fills_blocks(place):
    network, prepared, _, doors = place
    [filled] = isochrone(network, prepared, doors.take([0]), cutoffs_ms=[600_000])
    [open_] = isochrone(network, prepared, doors.take([0]), cutoffs_ms=[600_000], block_m2=0)
    assert flat(network, filled).area > flat(network, open_).area
    assert len(shapely.get_parts(open_)[0].interiors) > 0


def test_isochrone_refuses_what_does_not_fit(place):
    network, prepared, _, doors = place
    with pytest.raises(ValueError, match="cutoffs_ms"):
        isochrone(network, prepared, doors.take([0]), cutoffs_ms=[])
    with pytest.raises(ValueError, match="origin: 2 doors"):
        isochrone(network, prepared, doors, cutoffs_ms=[1000])
    other = prepare(node_count=2, tail=[0], head=[1], forward_ms=[1], backward_ms=[1])
    with pytest.raises(ValueError, match="another network"):
        isochrone(network, other, doors.take([0]), cutoffs_ms=[1000])
