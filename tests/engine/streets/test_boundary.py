from __future__ import annotations

import json

import pytest
import shapely

from linli.engine.errors import InputError
from linli.engine.streets.boundary import find_boundary, widen
from linli.engine.streets.geo import EARTH_RADIUS_M, Plane

from .maps import Drawing

SQUARE = [[[113.0, 28.0], [113.1, 28.0], [113.1, 28.1], [113.0, 28.1], [113.0, 28.0]]]


@pytest.fixture
def quarters(tmp_path):
    """A boundary relation 炳草岗街道, a closed way 向阳小区, two quarters called 新村, and a relation with a gap."""
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 1000, 0), ("c", 1000, 1000), ("d", 0, 1000), ("e", 500, 500)):
        drawing.node(name, x, y)
    outer = drawing.way("a b c d a")
    drawing.way("a b e a", landuse="residential", name="向阳小区")
    drawing.way("a b c a", landuse="residential", name="新村")
    drawing.way("b c d b", landuse="residential", name="新村")
    gap = drawing.way("a b c")
    tags = {"type": "boundary", "boundary": "administrative", "name": "炳草岗街道", "name:en": "Bingcaogang"}
    drawing.relations.append(([(outer, "outer")], tags))
    drawing.relations.append(
        ([(gap, "outer")], {"type": "boundary", "boundary": "administrative", "name": "断"})
    )
    return drawing.write(tmp_path / "quarters.osm")


def test_find_boundary_by_relation_and_by_name_are_the_same(quarters):
    by_id = find_boundary("r5001", path=quarters)
    assert by_id.area == pytest.approx(find_boundary("炳草岗街道", path=quarters).area)
    assert by_id.equals(find_boundary("bingcaogang", path=quarters))


def test_find_boundary_by_name_of_a_closed_way(quarters):
    assert find_boundary("向阳小区", path=quarters).area < find_boundary("r5001", path=quarters).area / 2


def test_find_boundary_with_an_unknown_name_offers_near_ones(quarters):
    with pytest.raises(InputError, match="did you mean “炳草岗街道”"):
        find_boundary("炳草岗", path=quarters)


def test_find_boundary_with_an_ambiguous_name_lists_them(quarters):
    with pytest.raises(InputError, match=r"2 areas have this name \(w1003, w1004\)"):
        find_boundary("新村", path=quarters)


def test_find_boundary_by_the_id_of_a_way(quarters):
    assert find_boundary("w1003", path=quarters).area > 0


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("r999", "has no such relation"),
        ("r5002", "its outline is not complete"),
        ("w999", "has no such"),
        ("", "is empty"),
        ("3,2,1,4", "its west is not west of its east"),
        ("1,4,3,2", "its south is not south of its north"),
        ("1,2,3,400", "outside the world"),
        ("missing.geojson", "there is no such boundary file"),
    ],
)
def test_find_boundary_refuses_in_one_line(quarters, asked, says):
    with pytest.raises(InputError, match=says) as raised:
        find_boundary(asked, path=quarters)
    assert "\n" not in str(raised.value)


def test_find_boundary_by_box(quarters):
    assert find_boundary("113.0, 28.0,113.1,28.2", path=quarters).bounds == (113.0, 28.0, 113.1, 28.2)


def test_find_boundary_by_geojson_joins_all_polygons(quarters, tmp_path):
    second = [[[x + 0.2, y] for x, y in SQUARE[0]]]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": c}}
        for c in (SQUARE, second)
    ]
    file = tmp_path / "b.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = find_boundary(str(file), path=quarters)
    assert found.geom_type == "MultiPolygon"
    assert found.area == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not GeoJSON"),
        ("[1]", "is not GeoJSON"),
        ('{"type": "Point", "coordinates": [1, 2]}', r"has no polygon in it \(found: Point\)"),
        ('{"type": "Polygon", "coordinates": [[[1, 2]]]}', "has a broken Polygon"),
        ('{"type": "Polygon", "coordinates": "x"}', "has a broken Polygon"),
        ('{"type": "FeatureCollection", "features": []}', "has no polygon"),
        ('{"type": "Polygon", "coordinates": [[[500000, 0], [500001, 0], [500001, 1], [500000, 0]]]}', "is not in degrees"),
        ('{"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [1, 1], [1, 1]]]}', "encloses no ground"),
        ('{"type": "Feature", "geometry": null, "crs": {"properties": {"name": "EPSG:3857"}}}', "is not in WGS-84"),
    ],
)  # fmt: skip
def test_find_boundary_refuses_bad_geojson_in_one_line(quarters, tmp_path, text, says):
    file = tmp_path / "b.geojson"
    file.write_text(text)
    with pytest.raises(InputError, match=says) as raised:
        find_boundary(str(file), path=quarters)
    assert "\n" not in str(raised.value)


def test_widen_grows_by_the_margin_on_every_side():
    box = shapely.box(113.0, 28.0, 113.1, 28.1)
    grown = widen(box, margin_m=1000)
    plane = Plane(113.05, 28.05)
    x, _ = plane.to_xy(grown.bounds[2] - 0.1, 28.05)
    assert 1000 <= (grown.bounds[3] - 28.1) * 3.141592653589793 / 180 * EARTH_RADIUS_M <= 1050
    assert 950 <= float(x) + 4915 <= 1100
    assert widen(box, margin_m=0) is box
