"""Towns drawn by hand, in metres around a point on the equator, as the extracts that reading a map file would give."""

from __future__ import annotations

from itertools import count

import numpy as np
import shapely

from linli.engine.streets.extract import Extract, Feature, TaggedNode, Way
from linli.engine.streets.geo import Plane

PLANE = Plane(10.0, 0.0)


def degrees(x_m, y_m):
    """Metres → degrees, rounded as OpenStreetMap rounds them."""
    lon, lat = PLANE.to_lonlat(np.asarray(x_m, float), np.asarray(y_m, float))
    return np.round(lon, 7), np.round(lat, 7)


def metres(lon, lat):
    return PLANE.to_xy(np.asarray(lon), np.asarray(lat))


class Town:
    def __init__(self):
        self.ids = count(1)
        self.nodes = {}
        self.ways, self.features, self.street_nodes = [], [], {}

    def _node_id(self, x_m, y_m):
        return self.nodes.setdefault((round(x_m, 2), round(y_m, 2)), len(self.nodes) + 1)

    def street(self, *points, **tags):
        """Draw a way; points that are written alike are one node."""
        lon, lat = degrees(*zip(*points, strict=True))
        ids = np.array([self._node_id(*point) for point in points], np.int64)
        self.ways.append(Way(next(self.ids), {"highway": "residential", **tags}, ids, lon, lat))
        return self

    def node(self, x_m, y_m, **tags):
        """Put a barrier or an entrance."""
        lon, lat = degrees(x_m, y_m)
        number = self._node_id(x_m, y_m)
        self.street_nodes[number] = TaggedNode(number, tags, float(lon), float(lat))
        return self

    def point(self, x_m, y_m, **tags):
        """Put a feature that is a node."""
        self._feature("n", shapely.Point(*degrees(x_m, y_m)), tags)
        return self

    def area(self, *points, **tags):
        """Draw a feature that is an area."""
        lon, lat = degrees(*zip(*points, strict=True))
        polygon = shapely.Polygon(np.column_stack((lon, lat)))
        self._feature("w", shapely.MultiPolygon([polygon]), tags)
        return self

    def box(self, west, south, east, north, **tags):
        """Draw a feature that is an upright rectangle."""
        return self.area((west, south), (east, south), (east, north), (west, north), **tags)

    def _feature(self, osm_type, geometry, tags):
        tags = {key.replace("__", ":"): value for key, value in tags.items()}
        self.features.append(Feature(osm_type, next(self.ids), tags, geometry))

    def extract(self, boundary=(-1000, -1000, 1000, 1000)):
        west, south = degrees(*boundary[:2])
        east, north = degrees(*boundary[2:])
        source = {"file": "town.osm", "attribution": "drawn by hand"}
        return Extract(
            ways=self.ways,
            street_nodes=self.street_nodes,
            features=self.features,
            boundary=shapely.box(west, south, east, north),
            margin_m=2500.0,
            source=source,
        )
