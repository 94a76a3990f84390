from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles

from linli.desk.places.tiles import MAX_ZOOM, write_tiles
from linli.engine.streets.place import Place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desk.conftest import Built

LAYERS = {"streets", "homes", "buildings", "green", "water", "boundary"}


@pytest.fixture(scope="module")
def helsinki_tiles(built_helsinki: Built) -> dict[tuple[int, int, int], dict]:
    with (built_helsinki.folder / "tiles.pmtiles").open("rb") as file:
        return {
            at: mapbox_vector_tile.decode(gzip.decompress(data), default_options={"y_coord_down": True})
            for at, data in all_tiles(MmapSource(file))
        }


def features(tiles: dict, zoom: int, layer: str) -> list[tuple[tuple[int, int], dict]]:
    return [
        ((column, row), feature)
        for (z, column, row), tile in tiles.items()
        if z == zoom and layer in tile
        for feature in tile[layer]["features"]
    ]


def degrees(tile: tuple[int, int], zoom: int, geometry: shapely.Geometry) -> shapely.Geometry:
    def back(xy: np.ndarray) -> np.ndarray:
        x, y = ((xy / 4096 + tile) / 2**zoom).T
        return np.column_stack((x * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))))

    return shapely.transform(geometry, back)


def test_tiles_hold_every_layer_and_every_zoom(helsinki_tiles: dict) -> None:
    assert {layer for tile in helsinki_tiles.values() for layer in tile} == LAYERS
    assert {zoom for zoom, _, _ in helsinki_tiles} == set(range(10, MAX_ZOOM + 1))


@pytest.mark.parametrize("zoom", range(10, MAX_ZOOM + 1))
def test_every_home_is_at_every_zoom(built_helsinki: Built, helsinki_tiles: dict, zoom: int) -> None:
    homes = built_helsinki.place.homes
    drawn = {i for i in range(len(homes)) if homes.outline.rings(i)}
    found = {feature["properties"]["home"] for _, feature in features(helsinki_tiles, zoom, "homes")}
    assert found == drawn


def test_homes_lie_where_they_are(built_helsinki: Built, helsinki_tiles: dict) -> None:
    outlines = built_helsinki.place.homes.outline.shapes()
    metre = 1 / 111_195
    checked = 0
    for tile, feature in features(helsinki_tiles, MAX_ZOOM, "homes"):
        shape = degrees(tile, MAX_ZOOM, shapely.geometry.shape(feature["geometry"]))
        outline = outlines[feature["properties"]["home"]]
        # A unit at this zoom is 0.15 m here; simplifying may take another.
        assert shapely.hausdorff_distance(shape, outline) < 0.5 * metre * 2
        checked += 1
    assert checked >= len(outlines) * 0.9


def test_streets_carry_class_and_name(helsinki_tiles: dict) -> None:
    found = [feature["properties"] for _, feature in features(helsinki_tiles, 14, "streets")]
    assert {"street", "path", "steps"} <= {tags["class"] for tags in found}
    assert "Mannerheimintie" in {tags.get("name") for tags in found}
    assert all(tags.get("name") != "" for tags in found)


def test_far_out_only_streets_for_all_are_drawn(helsinki_tiles: dict) -> None:
    assert {f["properties"]["class"] for _, f in features(helsinki_tiles, 10, "streets")} == {"street"}
    assert features(helsinki_tiles, 12, "buildings") == []


def test_header_and_metadata_tell_where_and_whose(built_helsinki: Built) -> None:
    with (built_helsinki.folder / "tiles.pmtiles").open("rb") as file:
        reader = Reader(MmapSource(file))
        header, metadata = reader.header(), reader.metadata()
    west, _, _, north = built_helsinki.place.boundary.bounds
    assert header["min_lon_e7"] / 1e7 <= west + 1e-4
    assert header["max_lat_e7"] / 1e7 >= north - 1e-4
    assert (header["min_zoom"], header["max_zoom"]) == (10, MAX_ZOOM)
    assert metadata["attribution"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert {layer["id"] for layer in metadata["vector_layers"]} == LAYERS


def test_place_without_outlines_still_has_a_map(built_village: Built) -> None:
    with (built_village.folder / "tiles.pmtiles").open("rb") as file:
        layers = {
            layer
            for _, data in all_tiles(MmapSource(file))
            for layer in mapbox_vector_tile.decode(gzip.decompress(data))
        }
    assert layers == {"streets", "boundary"}


def test_tiles_cut_off_leave_no_file(built_village: Built, tmp_path: Path) -> None:
    def stop(_step: str, share: float, /) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tiles(built_village.place, tmp_path / "tiles.pmtiles", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_same_place_makes_the_same_tiles(built_village: Built, tmp_path: Path) -> None:
    write_tiles(Place.load(built_village.folder / "place.linli"), tmp_path / "again.pmtiles")
    assert (tmp_path / "again.pmtiles").read_bytes() == (built_village.folder / "tiles.pmtiles").read_bytes()
