from __future__ import annotations

import numpy as np
import pytest

from linli.engine.streets.elevation import Heights
from linli.engine.streets.extract import read_extract
from linli.engine.streets.network import build_network
from linli.engine.streets.profiles import load_profiles
from linli.engine.streets.slopes import Shapes, levels_over, tobler_factor, with_samples
from linli.engine.streets.walkable import Flag

from .maps import PLANE


def ramp(percent: float) -> Heights:
    """Ground that rises to the east, on cells of ten metres."""
    east, north = PLANE.metres_per_degree
    cells = np.arange(-20, 200)
    to_cell = (east / 10, 0.0, -PLANE.lon_0 * east / 10 + 20, 0.0, north / 10, -PLANE.lat_0 * north / 10 + 20)
    return Heights(np.tile(cells * 10 * percent / 100, (220, 1)), to_cell)


def shapes(*edges: list[tuple[float, float]], nodes: list[tuple[int, int]], **kinds: list[bool]) -> Shapes:
    x, y = np.concatenate([np.array(edge, float) for edge in edges]).T
    lon, lat = PLANE.to_lonlat(x, y)
    sizes = [len(edge) for edge in edges]
    along = [
        np.concatenate(([0], np.cumsum(np.hypot(*np.diff(np.array(e, float), axis=0).T)))) for e in edges
    ]
    tail, head = np.array(nodes, np.int32).T
    no = [False] * len(edges)
    return Shapes(
        lon=lon, lat=lat, along_m=np.concatenate(along), point_start=np.concatenate(([0], np.cumsum(sizes))),
        tail=tail, head=head, node_count=int(max(tail.max(), head.max())) + 1,
        level=np.array(kinds.get("level", no)), spans=np.array(kinds.get("spans", no)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("slope", "factor"),
    [
        (-0.10, 1.0),
        (-0.05, 0.839),
        (0.0, 1.0),
        (0.05, 1.191),
        (0.08, 1.323),
        (0.10, 1.419),
        (0.15, 1.690),
        (0.9, 2.858),
    ],
)
def test_tobler_factor(slope, factor):
    assert float(tobler_factor(np.array(slope))) == pytest.approx(factor, abs=0.001)


def test_levels_over_a_steady_rise_differ_by_direction_and_add_up_along():
    levels = levels_over(shapes([(0, 0), (50, 0), (200, 0)], nodes=[(0, 1)]), ramp(5))
    assert levels.forward_m == pytest.approx([0, 50 * 1.191, 200 * 1.191], rel=0.001)
    assert levels.backward_m == pytest.approx([0, 50 * 0.839, 200 * 0.839], rel=0.001)
    assert levels.incline_percent == pytest.approx([5], rel=0.001)
    assert levels.share_without == 0


def test_levels_over_steps_are_their_length():
    levels = levels_over(shapes([(0, 0), (100, 0)], nodes=[(0, 1)], level=[True]), ramp(20))
    assert levels.forward_m == pytest.approx([0, 100])
    assert np.isnan(levels.incline_percent).all()


def test_levels_over_a_valley_are_straight_on_a_bridge_of_two_edges():
    heights = ramp(0)
    heights.grid[:, 30:50] = -40  # a ravine from x = 100 to 300
    edges = [(0, 0), (80, 0)], [(80, 0), (200, 0)], [(200, 0), (320, 0)], [(320, 0), (400, 0)]
    nodes = [(0, 1), (1, 2), (2, 3), (3, 4)]
    over = levels_over(shapes(*edges, nodes=nodes, spans=[False, True, True, False]), heights)
    assert over.forward_m[[3, 5]] == pytest.approx([120, 120], rel=0.01)
    through = levels_over(shapes(*edges, nodes=nodes), heights)
    assert through.forward_m[3] > 150


def test_levels_where_heights_are_missing_are_level_and_told():
    heights = ramp(10)
    heights.grid[:, 45:] = np.nan
    levels = levels_over(shapes([(0, 0), (200, 0)], [(300, 0), (400, 0)], nodes=[(0, 1), (2, 3)]), heights)
    assert levels.forward_m == pytest.approx([0, 200 * 1.419, 0, 100], rel=0.001)
    assert levels.share_without == pytest.approx(1 / 3, abs=0.01)
    assert np.isnan(levels.incline_percent[1])


def test_levels_do_not_trust_a_slope_over_a_few_metres():
    assert np.isnan(levels_over(shapes([(0, 0), (20, 0)], nodes=[(0, 1)]), ramp(20)).incline_percent).all()


def test_porto_alegre_is_walked_up_and_down_its_hills(shared_data):
    folder = shared_data / "porto_alegre"
    extract = read_extract(folder / "poa.osm.pbf")
    hilly = build_network(extract, elevation=folder / "poa_elevation.tif")
    flat = build_network(extract)
    assert 0.01 < hilly.elevation["share_without_heights"] < 0.10
    assert hilly.edge_length_m == pytest.approx(flat.edge_length_m)
    ratio = hilly.edge_level_forward_m.sum() / flat.edge_level_forward_m.sum()
    assert 1.02 < ratio < 1.10
    assert (hilly.edge_level_forward_m >= 0.838 * hilly.edge_length_m - 1e-6).all()
    assert (hilly.edge_level_forward_m <= 2.859 * hilly.edge_length_m + 1e-6).all()
    long = hilly.edge_length_m > 100
    differ = np.abs(hilly.edge_level_forward_m - hilly.edge_level_backward_m) > 0.1 * hilly.edge_length_m
    assert differ[long].mean() > 0.2
    last = hilly.point_start[1:] - 1
    assert hilly.point_level_forward_m[last] == pytest.approx(hilly.edge_level_forward_m)
    chair = load_profiles()["wheelchair_manual"]
    said = (hilly.edge_flags & np.uint32(Flag.WHEELCHAIR_SAID)) > 0
    assert (hilly.usable(chair)[said] == flat.usable(chair)[said]).all()
    assert hilly.usable(chair).sum() < flat.usable(chair).sum()


def test_with_samples_puts_a_door_at_its_own_height():
    heights = ramp(10)
    heights.grid[:, 30:] = heights.grid[0, 30]  # up 10 % as far as x = 100, level from there
    long = shapes([(0, 0), (240, 0)], nodes=[(0, 1)])
    fine = with_samples(long)
    assert fine.along_m == pytest.approx(np.arange(9) * 30.0)
    assert fine.point_start.tolist() == [0, 9]
    levels = levels_over(fine, heights)
    assert levels.forward_m[3] == pytest.approx(90 * 1.419, rel=0.001)
    assert levels.forward_m[-1] == pytest.approx(levels_over(long, heights).forward_m[-1])


def test_with_samples_keeps_every_corner_of_every_edge():
    before = shapes([(0, 0), (40, 0), (40, 50)], [(0, 10), (5, 10)], nodes=[(0, 1), (2, 3)])
    after = with_samples(before)
    assert after.point_start.tolist() == [0, 5, 7]
    assert after.along_m == pytest.approx([0, 30, 40, 60, 90, 0, 5])
    for name in ("lon", "lat"):
        assert set(getattr(before, name).round(9)) <= set(getattr(after, name).round(9))
