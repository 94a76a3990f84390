from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.desk.places.mvt import EXTENT, LINE, POLYGON, TileWriter, commands


def written(shapes: list[shapely.Geometry], of_type: int, *, left: int = 0, top: int = 0) -> list[dict]:
    cut = commands(np.array(shapes, dtype=object), of_type=of_type)
    tile = TileWriter()
    tile.add_layer(
        "x", of_type, [(cut.at(i, left=left, top=top), (("home", i),)) for i in range(len(shapes))]
    )
    data = tile.bytes()
    if not data:
        return []
    return mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})["x"]["features"]


def shape_of(feature: dict) -> shapely.Geometry:
    return shapely.geometry.shape(feature["geometry"])


def test_polygon_with_a_hole_is_read_back_whole() -> None:
    shape = shapely.Polygon([(0, 0), (40, 0), (40, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])
    (feature,) = written([shape], POLYGON)
    assert feature["properties"] == {"home": 0}
    assert shape_of(feature).equals(shape)


def test_polygon_wound_either_way_is_wound_as_the_form_asks() -> None:
    ring = [(0, 0), (40, 0), (40, 30), (0, 30)]
    for feature in written([shapely.Polygon(ring), shapely.Polygon(ring[::-1])], POLYGON):
        # Positive area with y downwards is anticlockwise as shapely, with y upwards, sees it.
        assert shape_of(feature).exterior.is_ccw


def test_multipolygon_and_multiline_keep_their_parts() -> None:
    areas = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(10, 10, 12, 19)])
    lines = shapely.MultiLineString([[(0, 0), (5, 5)], [(7, 1), (8, 2), (9, 9)]])
    assert shape_of(written([areas], POLYGON)[0]).equals(areas)
    assert shape_of(written([lines], LINE)[0]).equals(lines)


def test_shape_is_placed_from_the_corner_of_its_tile() -> None:
    far = shapely.box(7 * EXTENT + 10, 3 * EXTENT - 20, 7 * EXTENT + 30, 3 * EXTENT + 5)
    (feature,) = written([far], POLYGON, left=7 * EXTENT, top=3 * EXTENT)
    assert shape_of(feature).bounds == (10, -20, 30, 5)


def test_what_rounds_to_nothing_is_left_out() -> None:
    speck = shapely.box(5.1, 5.1, 5.3, 5.3)
    thread = shapely.Polygon([(0, 0), (9, 0.1), (18, 0)])
    assert [f["properties"]["home"] for f in written([speck, shapely.box(0, 0, 2, 2), thread], POLYGON)] == [
        1
    ]
    assert written([shapely.LineString([(3, 3), (3.2, 3.4)])], LINE) == []


def test_hole_goes_with_its_outer_ring() -> None:
    shape = shapely.MultiPolygon(
        [
            shapely.Polygon([(0, 0), (0.4, 0), (0.4, 0.4)], [[(0.1, 0.05), (0.2, 0.05), (0.2, 0.1)]]),
            shapely.box(5, 5, 9, 9),
        ]
    )
    assert shape_of(written([shape], POLYGON)[0]).equals(shapely.box(5, 5, 9, 9))


def test_no_shape_makes_no_tile() -> None:
    assert written([], POLYGON) == []
    assert written([shapely.MultiPolygon(), shapely.Polygon()], POLYGON) == []


def test_text_and_number_tags_are_kept() -> None:
    tile = TileWriter()
    cut = commands(np.array([shapely.LineString([(0, 0), (1, 1)])]), of_type=LINE)
    tile.add_layer(
        "streets", LINE, [(cut.at(0, left=0, top=0), (("class", "steps"), ("name", "石阶"), ("n", 7)))]
    )
    layer = mapbox_vector_tile.decode(tile.bytes())["streets"]
    assert (layer["version"], layer["extent"]) == (2, EXTENT)
    assert layer["features"][0]["properties"] == {"class": "steps", "name": "石阶", "n": 7}


@st.composite
def clouds(draw: st.DrawFn) -> list[shapely.Geometry]:
    point = st.tuples(st.integers(-500, 5000), st.integers(-500, 5000))
    return [
        shapely.MultiPoint(draw(st.lists(point, min_size=3, max_size=12))).convex_hull
        for _ in range(draw(st.integers(1, 5)))
    ]


@given(clouds(), st.integers(-3, 3), st.integers(-3, 3))
@settings(max_examples=80, deadline=None)
def test_areas_of_any_whole_shape_are_read_back(
    shapes: list[shapely.Geometry], right: int, down: int
) -> None:
    left, top = right * EXTENT, down * EXTENT
    moved = [shapely.transform(shape, lambda xy: xy + np.array([left, top])) for shape in shapes]
    areal = {i: shape for i, shape in enumerate(shapes) if shape.geom_type == "Polygon"}
    found = {
        feature["properties"]["home"]: shape_of(feature)
        for feature in written(
            [
                m if s.geom_type == "Polygon" else shapely.Polygon()
                for m, s in zip(moved, shapes, strict=True)
            ],
            POLYGON,
            left=left,
            top=top,
        )
    }
    assert found.keys() == areal.keys()
    for index, shape in areal.items():
        assert found[index].symmetric_difference(shape).area == pytest.approx(0)
