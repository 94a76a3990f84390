from __future__ import annotations

import pytest
import shapely
from django.utils.translation import override

from linli.desk.places.drawing import read_drawn
from linli.desk.places.imports import Faults, Line, UnusableListError, position
from tests.desk.places.test_grids import feature, features


def faults_of(geojson: dict) -> list[str]:
    with pytest.raises(UnusableListError) as caught:
        read_drawn(geojson, datum="wgs84", present=[])
    return [str(fault) for fault in caught.value.faults]


BOWTIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


def test_every_feature_with_a_fault_is_named_with_what_to_do() -> None:
    bad = features(
        feature(shapely.box(0, 0, 1, 1), number=1),
        {"type": "Feature", "properties": {}, "geometry": BOWTIE},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
        feature(shapely.box(3, 0, 4, 1), number=1),
    )
    with override("en"):
        said = faults_of(bad)
    assert said == [
        "feature 2: The outline crosses or touches itself near 0.500000, 0.500000. Draw this grid again without crossing lines.",
        "feature 3: This is not an area but Point. Give each grid as a Polygon or MultiPolygon.",
        "feature 4: Grid 1 is there twice (see 1). Give each its own number, or join them to one MultiPolygon.",
    ]
    with override("zh-hans"):
        assert (
            faults_of(bad)[1]
            == "第 3 个图形：这不是一块区域，而是 Point。每个网格请用 Polygon 或 MultiPolygon。"
        )


def test_line_of_a_table_is_called_a_line_in_the_readers_language() -> None:
    line = Line(4, {"lon": "x", "lat": "30"})
    faults = Faults.of([line])
    assert position(line, datum="wgs84", faults=faults) is None
    with override("zh-hans"):
        position(Line(5, {"lon": "30", "lat": "114"}), datum="wgs84", faults=faults)
        said = [str(fault) for fault in faults.found.values()]
    assert said[0].startswith("第 4 行：")
    assert said[1] == "第 5 行：30.0, 114.0 不是地球上的位置。先经度，后纬度。"
