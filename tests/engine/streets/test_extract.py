from __future__ import annotations

import pytest

from linli.engine.errors import InputError
from linli.engine.streets.extract import read_extract

from .maps import Drawing


def town() -> Drawing:
    """A street of 6 km east, a building every kilometre, a shop, a tree, a lift gate."""
    drawing = Drawing()
    for km in range(7):
        drawing.node(f"s{km}", 1000 * km, 0)
        for corner, (x, y) in {"a": (0, 20), "b": (10, 20), "c": (10, 30), "d": (0, 30)}.items():
            drawing.node(f"h{km}{corner}", 1000 * km + x, y)
        drawing.way(f"h{km}a h{km}b h{km}c h{km}d h{km}a", building="apartments", source="survey")
        if km:
            drawing.way(f"s{km - 1} s{km}", highway="residential", name=f"{km}", created_by="JOSM")
    drawing.node("shop", 500, 10, shop="convenience", name="小卖部", note="x")
    drawing.node("tree", 510, 10, natural="tree")
    drawing.node("gate", 0, 0.5, barrier="lift_gate")
    return drawing


def test_read_extract_keeps_streets_features_and_street_nodes(tmp_path):
    extract = read_extract(town().write(tmp_path / "m.osm"))
    assert [way.tags for way in extract.ways[:2]] == [
        {"highway": "residential", "name": "1"},
        {"highway": "residential", "name": "2"},
    ]
    kinds = sorted(f"{f.osm_type} {f.geometry.geom_type} {sorted(f.tags)}" for f in extract.features)
    assert kinds == ["n Point ['name', 'shop']"] + ["w MultiPolygon ['building']"] * 7
    assert [node.tags for node in extract.street_nodes.values()] == [{"barrier": "lift_gate"}]


def test_read_extract_without_boundary_is_the_box_of_the_data(tmp_path):
    drawing = town()
    extract = read_extract(drawing.write(tmp_path / "m.osm"))
    west, south = drawing.lonlat("s0")
    east, north = drawing.lonlat("h6c")
    assert extract.boundary.bounds == pytest.approx((west, south, east, north))
    assert extract.margin_m == 0


def test_read_extract_keeps_a_margin_beyond_the_boundary(tmp_path):
    drawing = town()
    path = drawing.write(tmp_path / "m.osm")
    west, south = drawing.lonlat("s0")
    east, north = drawing.lonlat("s1")
    box = f"{west - 0.001},{south - 0.001},{east + 0.001},{north + 0.001}"
    near = read_extract(path, boundary=box, margin_m=1500)
    assert [way.tags["name"] for way in near.ways] == ["1", "2", "3"]
    assert sum("building" in feature.tags for feature in near.features) == 3
    assert near.boundary.bounds[2] == pytest.approx(east + 0.001)
    wide = read_extract(path, boundary=box)
    assert wide.margin_m == 2500
    assert [way.tags["name"] for way in wide.ways] == ["1", "2", "3", "4"]


def test_read_extract_outside_the_data_is_refused(tmp_path):
    path = town().write(tmp_path / "m.osm")
    with pytest.raises(InputError, match="lies outside the data"):
        read_extract(path, boundary="7.40,43.72,7.44,43.75")


def test_read_extract_with_only_the_margin_inside_the_data_is_refused(tmp_path):
    drawing = town()
    path = drawing.write(tmp_path / "m.osm")
    _, south = drawing.lonlat("s0")
    east, _ = drawing.lonlat("s6")
    with pytest.raises(InputError, match="lies outside the data"):
        read_extract(path, boundary=f"{east + 0.01},{south - 0.01},{east + 0.02},{south + 0.01}")


def test_read_extract_splits_a_way_where_nodes_are_missing(tmp_path):
    drawing = Drawing()
    for i in range(6):
        drawing.node(f"n{i}", 100 * i, 0)
    drawing.way("n0 n1 n2 n3 n4 n5", highway="path")
    lines = drawing.xml().splitlines()
    path = tmp_path / "cut.osm"
    path.write_text("\n".join(line for line in lines if '<node id="3"' not in line), encoding="utf-8")
    assert [way.node_ids.tolist() for way in read_extract(path).ways] == [[1, 2], [4, 5, 6]]


def test_read_extract_makes_a_multipolygon_square_with_its_hole(tmp_path):
    drawing = Drawing()
    for name, x, y in (("a", 0, 0), ("b", 100, 0), ("c", 100, 100), ("d", 0, 100)):
        drawing.node(name, x, y)
        drawing.node(name + "i", 40 + x / 5, 40 + y / 5)
    outer, inner = drawing.way("a b c d a"), drawing.way("ai bi ci di ai")
    drawing.relations.append(
        ([(outer, "outer"), (inner, "inner")], {"type": "multipolygon", "highway": "pedestrian"})
    )
    extract = read_extract(drawing.write(tmp_path / "m.osm"))
    assert [(s.osm_type, s.osm_id, [ring.inner for ring in s.rings]) for s in extract.squares] == [
        ("r", 5001, [False, True])
    ]


def test_read_extract_tells_how_far_it_is_and_where_from(tmp_path):
    seen = []
    extract = read_extract(
        town().write(tmp_path / "m.osm"), progress=lambda step, share: seen.append((step, share))
    )
    assert seen[-1] == ("read the map", 1.0)
    assert all(0 <= share <= 1 for _, share in seen)
    assert extract.source["file"] == "m.osm"
    assert "OpenStreetMap" in extract.source["attribution"]


@pytest.mark.slow
def test_read_extract_cuts_las_palmas_by_its_boundary(shared_data):
    folder = shared_data / "las_palmas"
    file = folder / "las_palmas_20230221.osm.pbf"
    whole = read_extract(file)
    cut = read_extract(file, boundary=str(folder / "boundary_municipality.geojson"), margin_m=0)
    named = read_extract(file, boundary="Las Palmas de Gran Canaria", margin_m=0)
    assert 0.5 * len(whole.ways) < len(cut.ways) < len(whole.ways)
    assert abs(len(named.ways) - len(cut.ways)) < 0.02 * len(cut.ways)
    assert cut.boundary.area == pytest.approx(named.boundary.area, rel=0.02)
