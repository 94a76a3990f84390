from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio

from linli.engine.errors import InputError
from linli.engine.streets.buildings import find_homes
from linli.engine.streets.population import (
    Basis,
    Grid,
    cells_must_stand_for_homes,
    read_grid,
    settle,
    unplaced,
)
from linli.engine.streets.register import read_homes
from tests.engine.streets.town import PLANE, Town, degrees


def town():
    """Three blocks of 1200, 600 and 600 m² of floor: two in the cell around 0,0, one in that around 1000,0."""
    drawn = Town().box(0, 0, 20, 10, building="apartments", building__levels="6")
    drawn.box(40, 0, 60, 10, building="apartments", building__levels="3")
    drawn.box(1000, 0, 1020, 10, building="apartments", building__levels="3")
    return find_homes(drawn.features, plane=PLANE)


def grid(*cells):
    x, y, people = (np.array(column, float) for column in zip(*cells, strict=True))
    lon, lat = degrees(x, y)
    return Grid(lon, lat, people, 700.0, "grid.csv")


def register(tmp_path, text):
    path = tmp_path / "homes.csv"
    path.write_text(text)
    return read_homes(path)


def test_residents_by_floor_area_use_the_assumption():
    people = settle(town(), plane=PLANE)
    assert people.residents == pytest.approx([30, 15, 15], rel=1e-3)
    assert people.dwellings == pytest.approx(np.array([30, 15, 15]) / 2.62, rel=1e-3)
    assert set(people.basis) == {Basis.FLOOR_AREA}
    assert np.isnan(people.groups["residents_65"]).all()


def test_grid_shares_a_cell_among_its_homes_by_floor_area():
    people = settle(town(), plane=PLANE, grid=grid((0, 0, 90), (1000, 0, 40)))
    assert people.residents == pytest.approx([60, 30, 40], rel=1e-3)
    assert set(people.basis) == {Basis.GRID}
    assert people.cell.tolist() == [0, 0, 1]


def test_people_of_cells_without_homes_are_unplaced():
    cells = grid((0, 0, 90), (0, 1000, 25), (1000, 0, 40))
    people = settle(town(), plane=PLANE, grid=cells)
    assert people.residents.sum() == pytest.approx(130)
    assert unplaced(cells, people, inside=np.ones(3, bool)) == (25, 1)
    assert unplaced(cells, people, inside=np.array([True, False, True])) == (0, 0)


def test_home_outside_the_grid_falls_back_to_floor_area():
    people = settle(town(), plane=PLANE, grid=grid((0, 0, 90)))
    assert people.residents == pytest.approx([60, 30, 15], rel=1e-3)
    assert people.basis.tolist() == [Basis.GRID, Basis.GRID, Basis.FLOOR_AREA]


def test_cells_stand_for_homes_where_most_people_would_be_unplaced():
    cells = grid((0, 0, 90), (0, 1000, 400))
    people = settle(town(), plane=PLANE, grid=cells)
    assert cells_must_stand_for_homes(cells, people, inside=np.ones(2, bool))
    assert not cells_must_stand_for_homes(cells, people, inside=np.array([True, False]))


def test_register_wins_over_the_grid_and_its_people_are_taken_off_the_cell(tmp_path):
    rows = register(tmp_path, "osm,dwellings,residents,65岁以上\nw1,12,50,9\n")
    people = settle(town(), plane=PLANE, register=rows, grid=grid((0, 0, 90), (1000, 0, 40)))
    assert people.residents == pytest.approx([50, 40, 40], rel=1e-3)
    assert people.dwellings[0] == 12
    assert people.basis.tolist() == [Basis.REGISTER, Basis.GRID, Basis.GRID]
    assert people.groups["residents_65"].tolist() == pytest.approx([9, math.nan, math.nan], nan_ok=True)


def test_register_larger_than_its_cell_leaves_nobody_for_the_others(tmp_path):
    rows = register(tmp_path, "osm,residents\nw1,500\n")
    people = settle(town(), plane=PLANE, register=rows, grid=grid((0, 0, 90), (1000, 0, 40)))
    assert people.residents.tolist() == pytest.approx([500, 0, 40])


def test_register_lines_of_one_building_add_up(tmp_path):
    lon, lat = degrees([5, 15], [5, 5])
    text = f"lon,lat,residents,residents_65\n{lon[0]},{lat[0]},20,3\n{lon[1]},{lat[1]},30,4\n"
    people = settle(town(), plane=PLANE, register=register(tmp_path, text))
    assert people.residents[0] == 50
    assert people.groups["residents_65"][0] == 7


def test_register_with_dwellings_only_assumes_the_household(tmp_path):
    people = settle(town(), plane=PLANE, register=register(tmp_path, "osm,dwellings\nw2,10\n"))
    assert people.residents[1] == pytest.approx(26.2)
    assert people.dwellings[1] == 10


def test_register_position_far_from_any_building_is_a_home_of_its_own(tmp_path):
    lon, lat = degrees(500, 500)
    rows = register(tmp_path, f"lon,lat,residents\n{lon},{lat},7\n")
    people = settle(town(), plane=PLANE, register=rows)
    assert [row.residents for row in people.extra] == [7]
    assert set(people.basis) == {Basis.FLOOR_AREA}


def test_register_reference_that_is_not_on_the_map_is_refused(tmp_path):
    rows = register(tmp_path, "osm,residents\nw999,7\n")
    with pytest.raises(
        InputError, match=r"homes\.csv:2: osm w999 is no building of this map; give lon and lat"
    ):
        settle(town(), plane=PLANE, register=rows)


def test_flats_on_the_map_give_dwellings_and_residents():
    drawn = Town().box(0, 0, 20, 10, building="apartments", building__flats="20")
    people = settle(find_homes(drawn.features, plane=PLANE), plane=PLANE)
    assert people.dwellings.tolist() == [20]
    assert people.residents.tolist() == pytest.approx([52.4])


def test_grid_of_porto_alegre_is_read(shared_data):
    cells = read_grid(shared_data / "porto_alegre" / "poa_hexgrid.csv", box=(-51.3, -30.2, -51.1, -29.9))
    assert cells.people.sum() == 812_935
    assert len(cells.people) == 1_227
    assert 177 < cells.reach_m < 307  # hexagons 177 m a side, their centres 307 m apart


def test_grid_far_from_the_place_is_refused(shared_data):
    with pytest.raises(InputError, match="has no people near the place"):
        read_grid(shared_data / "porto_alegre" / "poa_hexgrid.csv", box=(10, 59, 11, 60))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("lon,lat\n1,1\n", "has no column residents"),
        ("lon,lat,population\n1,1,many\n", ":2: residents is “many”"),
        ("lon,lat,population\n,,5\n", ":2: has no position"),
        ("lon,lat,population\n1,,5\n", ":2: has no lat; give both"),
        ("lon,lat,population\n", "has no cells"),
    ],
)
def test_bad_grid_is_refused(tmp_path, text, fault):
    path = tmp_path / "grid.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=fault):
        read_grid(path, box=(0, 0, 2, 2))


def test_raster_of_people_is_read(tmp_path):
    people = np.arange(100, dtype=np.float32).reshape(10, 10)
    people[0, 0] = -9999
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=10, height=10, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(0.001, 0, 10.0, 0, -0.001, 0.01), nodata=-9999,
    ) as raster:  # fmt: skip
        raster.write(people, 1)
    cells = read_grid(path, box=(10.0, 0.0, 10.01, 0.01))
    assert cells.people.sum() == 4950
    assert cells.cell_of(np.array([10.0015]), np.array([0.0095])).tolist() == [0]
    assert cells.people[0] == 1
    assert cells.reach_m == pytest.approx(111.2 * math.sqrt(0.5), rel=0.06)
    inner = read_grid(path, box=(10.002, 0.002, 10.004, 0.004))
    assert inner.people.sum() == people[6:8, 2:4].sum()
    with pytest.raises(InputError, match="does not cover the place"):
        read_grid(path, box=(50.0, 10.0, 50.01, 10.01))


def test_no_raster_is_refused(tmp_path):
    path = tmp_path / "people.tif"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="is no raster one can read"):
        read_grid(path, box=(0, 0, 1, 1))


def test_grid_in_china_must_name_its_datum(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text("lon,lat,population\n117.2,28.3,50\n")
    box = (117.0, 28.0, 117.5, 28.5)
    with pytest.raises(InputError, match=r"grid\.csv:2: has no datum"):
        read_grid(path, box=box)
    assert read_grid(path, box=box, crs="wgs84").lon.tolist() == [117.2]
    path.write_text("lon,lat,population,crs\n117.2,28.3,50,gcj02\n")
    assert read_grid(path, box=box).lon[0] == pytest.approx(117.195, abs=1e-3)


def test_grid_that_counts_groups_gives_homes_the_share_of_their_cell(tmp_path):
    lon, lat = degrees([0, 1000], [0, 0])
    path = tmp_path / "grid.csv"
    path.write_text(
        f"lon,lat,population,65岁以上\n{lon[0]:.7f},{lat[0]:.7f},90,30\n{lon[1]:.7f},{lat[1]:.7f},40,\n"
    )
    cells = read_grid(path, box=(9.9, -0.1, 10.1, 0.1))
    people = settle(town(), plane=PLANE, grid=cells)
    assert people.groups["residents_65"].tolist() == pytest.approx([20, 10, np.nan], rel=1e-3, nan_ok=True)
    assert np.isnan(people.groups["residents_0_6"]).all()
