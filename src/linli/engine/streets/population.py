"""How many people live in each home: from the committee's list, else a population grid, else floor area.

The grid's people of a cell are shared among the homes in it by floor area (dasymetric mapping), after those whom the
committee's list already counts there. People of cells without a home are not moved to another cell: they are counted as
unplaced. Where the map has so few buildings that most of the grid's people would be unplaced, the cells themselves
stand for homes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.errors import InputError
from linli.engine.streets.assumptions import assumed
from linli.engine.streets.csvtable import Faults, read_table
from linli.engine.streets.geo import Plane, haversine_m
from linli.engine.streets.register import GROUPS, read_positions

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from linli.engine.streets.buildings import Buildings
    from linli.engine.streets.register import HomeRegister, HomeRow

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Box = tuple[float, float, float, float]

_MATCH_M = 30.0  # how far a position in the committee's list may lie from the house it means
# Below this share of the grid's people living in cells with a home, the map does not know the homes of this place.
_PLACED_ENOUGH = 0.5
_RASTERS = {".tif", ".tiff", ".vrt", ".asc"}


class Basis(IntEnum):
    """What a home's number of residents rests on."""

    REGISTER = 0
    GRID = 1
    FLOOR_AREA = 2


@dataclass(frozen=True)
class Grid:
    """A population grid near a place: cells by the position of their centre.

    Attributes
    ----------
    lon, lat : float64 [c], degrees.
    people : float64 [c].
    groups : float64 [c] for each group the grid counts (a CSV may have the columns of the committee's list); nan where blank.
    reach_m : no point of a cell is further from its centre than this.
    name : the file's name, to be shown.
    """

    lon: Floats
    lat: Floats
    people: Floats
    reach_m: float
    name: str
    groups: dict[str, Floats] = field(default_factory=dict)

    def cell_of(self, lon: Floats, lat: Floats) -> Ints:
        """Find the cell of each point: that of the nearest centre; -1 outside the grid."""
        cells = np.full(len(lon), -1, np.int64)
        if not len(self.people) or not len(lon):
            return cells
        plane = Plane.around(self.lon, self.lat)
        centres = shapely.points(*plane.to_xy(self.lon, self.lat))
        points = shapely.points(*plane.to_xy(lon, lat))
        point, cell = shapely.STRtree(centres).query_nearest(
            points, max_distance=self.reach_m, all_matches=False
        )
        cells[point] = cell
        return cells


@dataclass(frozen=True)
class People:
    """Who lives in each building: arrays [n] as in `Buildings`; nan where a group is not known.

    `extra` are rows of the committee's list that no building of the map answers to: homes of their own, as points.
    """

    residents: Floats
    dwellings: Floats
    groups: dict[str, Floats]
    basis: NDArray[np.uint8]
    cell: Ints
    extra: tuple[HomeRow, ...]

    @property
    def household_size(self) -> float:
        """People per dwelling, assumed where only one of the two is known."""
        return assumed("household_size")


def read_grid(path: Path, *, box: Box, crs: str | None = None) -> Grid:
    """Read a population grid: a CSV of cell centres (`lon,lat,population[,crs]`), or a raster of people per cell.

    Parameters
    ----------
    box
        West, south, east, north in degrees; cells further out are left unread.
    crs
        Datum of a CSV without a column for it; as in `register`, one must be named in China.

    Raises
    ------
    InputError
        The file cannot be read, has a bad line, or has no people near the place.
    """
    grid = _read_raster(path, box) if path.suffix.lower() in _RASTERS else _read_cells(path, crs)
    west, south, east, north = box
    near = (grid.lon >= west) & (grid.lon <= east) & (grid.lat >= south) & (grid.lat <= north)
    if not grid.people[near].sum() > 0:
        raise InputError(f"{path}: has no people near the place; give the grid that covers it (WGS-84)")
    groups = {group: people[near] for group, people in grid.groups.items()}
    return replace(grid, lon=grid.lon[near], lat=grid.lat[near], people=grid.people[near], groups=groups)


def _read_cells(path: Path, crs: str | None) -> Grid:
    table = read_table(
        path,
        known=frozenset(("lon", "lat", "crs", "residents", *GROUPS)),
        needed=(frozenset(("lon",)), frozenset(("lat",)), frozenset(("residents",))),
    )
    faults = Faults(path)
    positions = read_positions(table, faults=faults, crs=crs)
    people = np.array([row.number("residents", faults) for row in table.rows], np.float64)
    groups = {
        group: np.array([row.number(group, faults) for row in table.rows], np.float64)
        for group in GROUPS
        if group in table.columns
    }
    for row, position in zip(table.rows, positions, strict=True):
        if not position.given:
            faults.add(row.line, "has no position; give lon and lat of the cell's centre")
    faults.raise_if_any()
    if not positions:
        raise InputError(f"{path}: has no cells; give lines of lon,lat,population")
    lon = np.array([position.lon for position in positions])
    lat = np.array([position.lat for position in positions])
    return Grid(lon, lat, np.nan_to_num(people), _reach_of(lon, lat), path.name, groups)


def _reach_of(lon: Floats, lat: Floats) -> float:
    """How far a cell reaches from its centre, from the spacing of the centres: 1/√2 of it for squares, less for hexagons."""
    if len(lon) < 2:
        return 500.0
    x, y = Plane.around(lon, lat).to_xy(lon, lat)
    centres = shapely.points(x, y)
    some = centres[:: max(1, len(centres) // 500)]
    _, spacing_m = shapely.STRtree(centres).query_nearest(
        some, exclusive=True, return_distance=True, all_matches=False
    )
    return float(np.median(spacing_m)) * 0.75


def _read_raster(path: Path, box: Box) -> Grid:
    import rasterio  # noqa: PLC0415 -- a second to import, wanted by few
    import rasterio.warp  # noqa: PLC0415
    import rasterio.windows  # noqa: PLC0415

    try:
        with rasterio.open(path) as raster:
            bounds = rasterio.warp.transform_bounds("EPSG:4326", raster.crs, *box)
            window = rasterio.windows.from_bounds(*bounds, transform=raster.transform)
            left, top = math.floor(window.col_off), math.floor(window.row_off)
            right, bottom = (
                math.ceil(window.col_off + window.width),
                math.ceil(window.row_off + window.height),
            )
            window = rasterio.windows.Window(left, top, right - left, bottom - top)
            whole = rasterio.windows.Window(0, 0, raster.width, raster.height)
            if not rasterio.windows.intersect(window, whole):
                raise InputError(f"{path}: does not cover the place; give the grid that covers it")
            window = window.intersection(whole)
            people = raster.read(1, window=window, masked=True).filled(0).astype(np.float64)
            row, column = np.nonzero(people > 0)
            a, b, c, d, e, f = raster.transform[:6]
            # Two more points: the middle of the window and half a cell away from it, for the size of a cell.
            middle = np.array([0.0, 0.5])
            across = np.concatenate((column + 0.5, window.width / 2 + middle)) + window.col_off
            down = np.concatenate((row + 0.5, window.height / 2 + middle)) + window.row_off
            x, y = c + a * across + b * down, f + d * across + e * down
            lon, lat = np.array(rasterio.warp.transform(raster.crs, "EPSG:4326", x, y))
    except (rasterio.errors.RasterioError, rasterio.errors.CRSError) as error:
        raise InputError(f"{path}: is no raster one can read ({error}); give a GeoTIFF") from error
    half_cell_m = float(haversine_m(lon[-2:-1], lat[-2:-1], lon[-1:], lat[-1:])[0])
    return Grid(lon[:-2], lat[:-2], people[row, column], half_cell_m * 1.05, path.name)


def settle(
    homes: Buildings, *, plane: Plane, register: HomeRegister | None = None, grid: Grid | None = None
) -> People:
    """Say how many people live in each building.

    Parameters
    ----------
    homes
        All homes of the extract, its margin included: a cell on the boundary is shared with those beyond it.
    register
        The committee's list of homes.
    grid
        A population grid; homes outside it fall back to floor area.
    """
    count = len(homes)
    household = assumed("household_size")
    residents = homes.floor_area_m2 / assumed("m2_per_resident")
    dwellings = np.where(np.isnan(homes.dwellings), residents / household, homes.dwellings)
    residents = np.where(np.isnan(homes.dwellings), residents, homes.dwellings * household)
    basis = np.full(count, Basis.FLOOR_AREA, np.uint8)
    groups = {group: np.full(count, np.nan) for group in GROUPS}
    rows = register.rows if register else ()
    building_of_row = _match(homes, register, plane) if register else np.zeros(0, np.int64)
    listed = np.zeros(count, bool)
    listed[building_of_row[building_of_row >= 0]] = True

    cell = np.full(count, -1, np.int64)
    if grid is not None:
        cell = grid.cell_of(homes.lon, homes.lat)
    known: dict[int, list[HomeRow]] = {int(index): [] for index in np.flatnonzero(listed)}
    for row, index in zip(rows, building_of_row, strict=True):
        if index >= 0:
            known[index].append(row)
    for index, lines in known.items():
        people = [_residents(row) for row in lines]
        residents[index], basis[index] = sum(people), Basis.REGISTER
        dwellings[index] = sum(
            n / household if math.isnan(row.dwellings) else row.dwellings
            for row, n in zip(lines, people, strict=True)
        )
        for group, values in groups.items():
            values[index] = sum(getattr(row, group) for row in lines)  # nan when a line leaves it out
    if grid is not None:
        shared = (cell >= 0) & ~listed
        left = grid.people.copy()
        in_grid = listed & (cell >= 0)
        np.subtract.at(left, cell[in_grid], residents[in_grid])
        left = np.maximum(left, 0.0)
        floor = np.bincount(cell[shared], homes.floor_area_m2[shared], len(grid.people))
        part = homes.floor_area_m2[shared] / floor[cell[shared]]
        residents[shared] = left[cell[shared]] * part
        basis[shared] = Basis.GRID
        tagged = shared & ~np.isnan(homes.dwellings)
        dwellings[shared] = residents[shared] / household
        dwellings[tagged] = homes.dwellings[tagged]
        for group, counted in grid.groups.items():
            share = np.divide(counted, grid.people, out=np.zeros(len(counted)), where=grid.people > 0)
            groups[group][shared] = residents[shared] * np.minimum(share, 1.0)[cell[shared]]
    extra = tuple(row for row, index in zip(rows, building_of_row, strict=True) if index < 0)
    return People(residents, dwellings, groups, basis, cell, extra)


def _residents(row: HomeRow) -> float:
    return row.dwellings * assumed("household_size") if math.isnan(row.residents) else row.residents


def _match(homes: Buildings, register: HomeRegister, plane: Plane) -> Ints:
    """Find the building each line means, by OSM reference, else by position within 30 m; -1: none on the map."""
    rows = register.rows
    found = np.full(len(rows), -1, np.int64)
    by_ref = {f"{f.osm_type}{f.osm_id}": index for index, f in enumerate(homes.feature)}
    placed = []
    for number, row in enumerate(rows):
        found[number] = by_ref.get(row.position.osm, -1)
        if found[number] < 0 and row.position.given:
            placed.append(number)
        elif found[number] < 0:
            raise InputError(
                f"{register.path}:{row.line}: osm {row.position.osm} is no building of this map; give lon and lat as well"
            )
    if not placed or not len(homes):
        return found
    flat = shapely.transform(homes.geometry, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1])))
    lon = np.array([rows[number].position.lon for number in placed])
    lat = np.array([rows[number].position.lat for number in placed])
    points = shapely.points(*plane.to_xy(lon, lat))
    which, building = shapely.STRtree(flat).query_nearest(points, max_distance=_MATCH_M, all_matches=False)
    found[np.array(placed)[which]] = building
    return found


def unplaced(grid: Grid, people: People, *, inside: NDArray[np.bool_]) -> tuple[float, int]:
    """Count the people, and the cells, of the place (`inside`: bool [c]) that have no home to live in."""
    empty = inside & (grid.people > 0)
    empty[people.cell[people.cell >= 0]] = False
    return float(grid.people[empty].sum()), int(empty.sum())


def cells_must_stand_for_homes(grid: Grid, people: People, *, inside: NDArray[np.bool_]) -> bool:
    """Whether the map has so few homes that most of the grid's people would be unplaced."""
    total = float(grid.people[inside].sum())
    return total > 0 and unplaced(grid, people, inside=inside)[0] > (1 - _PLACED_ENOUGH) * total
