from __future__ import annotations

import numpy as np
import shapely

from linli.engine.streets.outlines import Outlines


def test_outlines_give_back_polygons_with_holes_and_several_parts():
    holed = shapely.Polygon(
        shapely.box(0, 0, 9, 9).exterior.coords, [shapely.box(1, 1, 2, 2).exterior.coords]
    )
    several = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    shapes = np.array([shapely.Point(3, 3), holed, shapely.Polygon(), several, shapely.LineString([(0, 0), (1, 1)])], dtype=object)  # fmt: skip
    outlines = Outlines.of(shapes)
    assert len(outlines) == 5
    back = outlines.shapes()
    assert [shape.is_empty for shape in back] == [True, False, True, False, True]
    assert shapely.equals(back[1], holed)
    assert shapely.equals(back[3], several)
    assert [len(rings) for rings in outlines.rings(1)] == [2]
    assert [len(rings) for rings in outlines.rings(3)] == [1, 1]
    assert outlines.rings(0) == []
    np.testing.assert_array_equal(outlines.rings(3)[1][0], shapely.get_coordinates(several.geoms[1]))


def test_outlines_may_be_none():
    assert len(Outlines.of(np.zeros(0, object))) == 0
