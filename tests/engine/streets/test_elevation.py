from __future__ import annotations

import zipfile

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import transform

from linli.engine.errors import InputError
from linli.engine.streets.elevation import open_heights

BOX = (7.41, 43.72, 7.44, 43.75)


def write_raster(path, grid, *, west=7.40, north=43.76, cell=0.001, crs="EPSG:4326", **options):
    profile = {
        "driver": "GTiff",
        "width": grid.shape[1],
        "height": grid.shape[0],
        "count": 1,
        "dtype": "float32",
    }
    place = Affine(cell, 0, west, 0, -cell, north)
    with rasterio.open(path, "w", **profile, crs=crs, transform=place, **options) as raster:
        raster.write(grid.astype("float32"), 1)
    return path


def write_tile(path, side=1201, fill=None):
    """An SRTM tile whose height is its row: 0 in the north, 1200 in the south."""
    grid = np.repeat(np.arange(side, dtype=">i2")[:, None], side, axis=1)
    if fill is not None:
        grid[...] = fill
    path.write_bytes(grid.tobytes())
    return path


def at(heights, lon, lat):
    return float(heights.at(np.array([lon]), np.array([lat]))[0])


def test_open_heights_of_a_tile_is_bilinear_between_its_posts(tmp_path):
    heights = open_heights(write_tile(tmp_path / "N43E007.hgt"), bounds=BOX)
    assert at(heights, 7.42, 43.75) == pytest.approx(300, abs=1e-6)
    assert at(heights, 7.42, 43.75 - 0.5 / 1200) == pytest.approx(300.5, abs=1e-6)
    assert np.isnan(at(heights, 8.5, 43.75))


def test_open_heights_of_a_zipped_tile_is_the_same(shared_data, tmp_path):
    packed = shared_data / "monaco" / "N43E007.hgt.zip"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    plain = open_heights(next(tmp_path.glob("*.hgt")), bounds=BOX)
    assert at(plain, 7.4207, 43.7314) == at(open_heights(packed, bounds=BOX), 7.4207, 43.7314)
    assert 30 < at(plain, 7.4207, 43.7314) < 80  # the palace stands on a rock of about 60 m


def test_open_heights_of_a_raster_takes_cell_centres(tmp_path):
    grid = np.tile(np.arange(60.0) * 10, (60, 1))
    heights = open_heights(write_raster(tmp_path / "d.tif", grid), bounds=BOX)
    assert at(heights, 7.4205, 43.73) == pytest.approx(200, abs=1e-3)
    assert at(heights, 7.4210, 43.73) == pytest.approx(205, abs=1e-3)


def test_open_heights_of_a_projected_raster(tmp_path):
    grid = np.tile(np.arange(400.0), (400, 1))
    path = write_raster(tmp_path / "u.tif", grid, west=370_000, north=4_846_000, cell=20, crs="EPSG:32632")
    heights = open_heights(path, bounds=BOX)
    (x,), _ = transform("EPSG:4326", "EPSG:32632", [7.42], [43.735])
    assert at(heights, 7.42, 43.735) == pytest.approx((x - 370_000) / 20 - 0.5, abs=0.01)


def test_open_heights_smooths_the_noise_of_small_cells(tmp_path):
    noise = np.random.default_rng(1).normal(0, 3, (300, 300))
    fine = open_heights(write_raster(tmp_path / "f.tif", noise, cell=0.0002), bounds=BOX)
    coarse = open_heights(
        write_raster(tmp_path / "c.tif", noise, cell=0.001, west=7.3, north=43.9), bounds=BOX
    )
    assert np.nanstd(fine.grid) < 0.5 * 3
    assert np.nanstd(coarse.grid) == pytest.approx(3, rel=0.1)


def test_open_heights_reads_a_fine_raster_coarser(tmp_path):
    grid = np.full((2000, 2000), 7.0)
    heights = open_heights(
        write_raster(tmp_path / "l.tif", grid, cell=0.00001, west=7.41, north=43.74), bounds=BOX
    )
    assert max(heights.grid.shape) <= 250
    assert at(heights, 7.42, 43.73) == pytest.approx(7)


def test_open_heights_takes_no_data_for_unknown(tmp_path):
    grid = np.full((60, 60), 5.0)
    grid[:, 30:] = -9999
    heights = open_heights(write_raster(tmp_path / "n.tif", grid, nodata=-9999), bounds=BOX)
    assert at(heights, 7.42, 43.73) == pytest.approx(5)
    assert np.isnan(at(heights, 7.44, 43.73))


def test_open_heights_refuses_in_one_line(tmp_path):
    (tmp_path / "text.tif").write_text("no raster")
    (tmp_path / "bad.hgt.zip").write_bytes(b"PK no zip")
    with zipfile.ZipFile(tmp_path / "N00E000.hgt.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    write_tile(tmp_path / "tile.hgt")
    (tmp_path / "N43E007.hgt").write_bytes(bytes(1000))
    cases = {
        "none.tif": "there is no such elevation file",
        "text.tif": "cannot be read as a raster",
        "bad.hgt.zip": "cannot be read",
        "N00E000.hgt.zip": "has no .hgt tile",
        "tile.hgt": "does not say where it lies",
        "N43E007.hgt": "is no whole SRTM tile",
        write_tile(tmp_path / "S12W077.hgt").name: "has no heights for this place",
        write_tile(tmp_path / "N43E007_v3.hgt", fill=-32768).name: "has no heights for this place",
        write_raster(
            tmp_path / "far.tif", np.ones((9, 9)), west=0, north=1
        ).name: "has no heights for this place",
        write_raster(
            tmp_path / "bare.tif", np.ones((99, 99)), crs=None
        ).name: "does not say its coordinate system",
    }
    for name, says in cases.items():
        with pytest.raises(InputError, match=says) as raised:
            open_heights(tmp_path / name, bounds=BOX)
        assert "\n" not in str(raised.value)
