"""Heights from a raster: GeoTIFF and whatever else rasterio reads, and SRTM tiles (`.hgt`, `.hgt.zip`) without it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Box = tuple[float, float, float, float]

_REMEDY = "give a GeoTIFF with its coordinate system, or an SRTM tile like N43E007.hgt or .hgt.zip"
_TILE = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_VOID = -32768
# Finer rasters show parked cars and kerbs, not the slope of a street: they are averaged to cells of about this size.
_FINEST_M = 10.0
# Cells smaller than this are smoothed with their neighbours (weights 1-2-1): a metre of noise in SRTM's 30 m would
# otherwise read as slopes of several percent that add to every walk, up and down.
_SMOOTH_BELOW_M = 45.0


@dataclass(frozen=True)
class Heights:
    """A grid of heights in metres (nan: no data) and how longitude and latitude lead into it."""

    grid: Floats
    to_cell: tuple[
        float, float, float, float, float, float
    ]  # col = a·x + b·y + c; row = d·x + e·y + f, of cell centres
    crs: Any = None  # None: x, y are longitude and latitude

    def at(self, lon: Floats, lat: Floats) -> Floats:
        """Heights by bilinear interpolation; nan where more than half of the weight has no data."""
        x, y = lon, lat
        if self.crs is not None:
            from rasterio.warp import transform  # noqa: PLC0415 -- costs start-up time, rarely wanted

            x, y = (np.asarray(values) for values in transform("EPSG:4326", self.crs, lon, lat))
        a, b, c, d, e, f = self.to_cell
        col, row = a * x + b * y + c, d * x + e * y + f
        rows, cols = self.grid.shape
        inside = (col >= -0.5) & (col <= cols - 0.5) & (row >= -0.5) & (row <= rows - 0.5)
        col, row = np.clip(col, 0, cols - 1), np.clip(row, 0, rows - 1)
        left, top = np.floor(col).astype(int), np.floor(row).astype(int)
        right, below = np.minimum(left + 1, cols - 1), np.minimum(top + 1, rows - 1)
        east, south = col - left, row - top
        corners = np.stack(
            [self.grid[top, left], self.grid[top, right], self.grid[below, left], self.grid[below, right]]
        )
        weights = np.stack([(1 - east) * (1 - south), east * (1 - south), (1 - east) * south, east * south])
        known = ~np.isnan(corners)
        weight = np.sum(weights * known, axis=0)
        height = np.sum(weights * np.where(known, corners, 0), axis=0)
        good = inside & (weight >= 0.5)
        return np.where(good, height / np.where(good, weight, 1), np.nan)


def open_heights(path: Path, *, bounds: Box) -> Heights:
    """Read the part of a raster that covers `bounds` (west, south, east, north in degrees).

    Raises
    ------
    InputError
        It cannot be read, has no coordinate system, or lies elsewhere.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such elevation file; check the path")
    if path.name.lower().endswith((".hgt", ".hgt.zip")):
        heights, cell_m = _srtm(path)
    else:
        heights, cell_m = _raster(path, bounds)
    if cell_m < _SMOOTH_BELOW_M:
        heights = Heights(_smooth(heights.grid), heights.to_cell, heights.crs)
    west, south, east, north = bounds
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 25))
    )
    if np.isnan(heights.at(lon, lat)).all():
        raise InputError(f"{path}: has no heights for this place; give a raster that covers it")
    return heights


def _srtm(path: Path) -> tuple[Heights, float]:
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                name = next((n for n in archive.namelist() if n.lower().endswith(".hgt")), None)
                if name is None:
                    raise InputError(f"{path}: has no .hgt tile in it; {_REMEDY}")
                data = archive.read(name)
        else:
            name, data = path.name, path.read_bytes()
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{path}: cannot be read ({error}); download it again") from None
    corner = _TILE.search(name) or _TILE.search(path.name)
    side = round((len(data) / 2) ** 0.5)
    if corner is None:
        raise InputError(f"{path}: its name does not say where it lies; name it like N43E007.hgt")
    if side not in {1201, 3601} or 2 * side * side != len(data):
        raise InputError(f"{path}: is no whole SRTM tile ({len(data)} bytes); download it again")
    south = int(corner[2]) * (1 if corner[1].upper() == "N" else -1)
    west = int(corner[4]) * (1 if corner[3].upper() == "E" else -1)
    grid = np.frombuffer(data, ">i2").reshape(side, side).astype(np.float64)
    grid[grid == _VOID] = np.nan
    per_degree = side - 1
    to_cell = (per_degree, 0.0, -west * per_degree, 0.0, -per_degree, (south + 1) * per_degree)
    return Heights(grid, to_cell), 111_195 / per_degree


def _raster(path: Path, bounds: Box) -> tuple[Heights, float]:
    import rasterio  # noqa: PLC0415 -- costs start-up time, wanted only where a raster is given
    from rasterio.enums import Resampling  # noqa: PLC0415
    from rasterio.errors import RasterioError  # noqa: PLC0415
    from rasterio.warp import transform_bounds  # noqa: PLC0415
    from rasterio.windows import Window, from_bounds  # noqa: PLC0415

    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise InputError(f"{path}: does not say its coordinate system; {_REMEDY}")
            window = from_bounds(
                *transform_bounds("EPSG:4326", raster.crs, *bounds), transform=raster.transform
            )
            col, row = int(np.floor(window.col_off)) - 2, int(np.floor(window.row_off)) - 2
            width, height = int(np.ceil(window.width)) + 5, int(np.ceil(window.height)) + 5
            left, top = max(col, 0), max(row, 0)
            right, below = min(col + width, raster.width), min(row + height, raster.height)
            if right <= left or below <= top:
                raise InputError(f"{path}: has no heights for this place; give a raster that covers it")
            part = Window(left, top, right - left, below - top)
            cell_m = abs(raster.transform.a) * (111_195 if raster.crs.is_geographic else 1.0)
            coarser = max(1, int(_FINEST_M // cell_m))
            shape = (max(1, (below - top) // coarser), max(1, (right - left) // coarser))
            grid = raster.read(1, window=part, out_shape=shape, masked=True, resampling=Resampling.average)
            whole = raster.transform
            crs = None if raster.crs.to_epsg() == 4326 else raster.crs
    except (RasterioError, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: cannot be read as a raster of heights ({reason[:120]}); {_REMEDY}"
        ) from None
    wide, tall = (right - left) / shape[1], (below - top) / shape[0]
    corner = whole.a * left + whole.b * top + whole.c, whole.d * left + whole.e * top + whole.f
    inverse = ~type(whole)(
        whole.a * wide, whole.b * tall, corner[0], whole.d * wide, whole.e * tall, corner[1]
    )
    to_cell = (inverse.a, inverse.b, inverse.c - 0.5, inverse.d, inverse.e, inverse.f - 0.5)
    heights = np.ma.filled(grid.astype(np.float64), np.nan)
    return Heights(heights, to_cell, crs), cell_m * coarser


def _smooth(grid: Floats) -> Floats:
    """Each cell with its neighbours, weights 1-2-1 each way; cells without data take no part and stay without."""
    known = ~np.isnan(grid)
    total, weight = np.where(known, grid, 0.0), known.astype(np.float64)
    for axis in (0, 1):
        total, weight = _one_two_one(total, axis), _one_two_one(weight, axis)
    return np.where(known, total / np.where(weight > 0, weight, 1), np.nan)


def _one_two_one(grid: Floats, axis: int) -> Floats:
    edge = [(1, 1) if i == axis else (0, 0) for i in range(2)]
    wide = np.pad(grid, edge)
    size = grid.shape[axis]
    before, here, after = (np.take(wide, np.arange(start, start + size), axis=axis) for start in (0, 1, 2))
    return np.asarray(before + 2 * here + after)
