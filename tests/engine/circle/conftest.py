"""A village whose walks one can work out by hand.

Everything stands along one straight street on the equator from longitude 0 to 0.03, where 0.001° is 111.195 m. Houses
and shops lie 0.0001° (11.12 m) north of it. Stairs of 0.0005° lead from 0.002 up to a terrace with one more house. East of
0.02 nobody has written whether a wheelchair may pass. A street that hangs together with nothing carries the last house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linli.engine.streets.place import Place, build_place

if TYPE_CHECKING:
    from pathlib import Path

METRES_PER_DEGREE = 111_195.08

_STREETS = {
    101: ({"highway": "residential", "wheelchair": "yes"}, [(1, 0.0, 0.0), (2, 0.002, 0.0), (8, 0.02, 0.0)]),
    102: ({"highway": "steps"}, [(2, 0.002, 0.0), (4, 0.002, 0.0005)]),
    103: ({"highway": "footway", "wheelchair": "yes"}, [(4, 0.002, 0.0005), (5, 0.003, 0.0005)]),
    104: ({"highway": "residential"}, [(6, 0.05, 0.0), (7, 0.051, 0.0)]),
    105: ({"highway": "residential"}, [(8, 0.02, 0.0), (3, 0.03, 0.0)]),
}
_PLACES = {
    201: (0.005, 0.0001, {"amenity": "school", "name": "桥头小学"}),
    202: (
        0.0105,
        0.0001,
        {"shop": "convenience", "name": "街口便利店", "opening_hours": "Mo-Su 07:00-22:00"},
    ),
    203: (0.0285, 0.0001, {"amenity": "pharmacy", "name": "东头药店"}),
    204: (0.0105, 0.0001, {"amenity": "school", "name": "实验学校"}),
}
HOMES = """osm,lon,lat,crs,residents,residents_65,residents_0_6,name
,0.001,0.0001,wgs84,30,10,3,西院
,0.0145,0.0001,wgs84,20,5,1,中院
,0.0255,0.0001,wgs84,40,4,6,东院
,0.003,0.0006,wgs84,6,6,0,高台
,0.0505,0.0001,wgs84,4,1,0,孤院
"""
WEST, MIDDLE, EAST, TERRACE, ISLAND = range(5)


def map_text() -> str:
    nodes = {osm_id: (lon, lat, {}) for _, shape in _STREETS.values() for osm_id, lon, lat in shape} | _PLACES
    lines = ['<bounds minlat="-0.001" minlon="-0.001" maxlat="0.001" maxlon="0.052"/>']
    lines += [
        f'<node id="{key}" lon="{lon}" lat="{lat}">{_tags(tags)}</node>'
        for key, (lon, lat, tags) in nodes.items()
    ]
    for key, (tags, shape) in _STREETS.items():
        refs = "".join(f'<nd ref="{osm_id}"/>' for osm_id, _, _ in shape)
        lines.append(f'<way id="{key}">{refs}{_tags(tags)}</way>')
    return '<?xml version="1.0"?>\n<osm version="0.6">\n' + "\n".join(lines) + "\n</osm>\n"


def _tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map file; the register of homes lies beside it as homes.csv."""
    folder = tmp_path_factory.mktemp("village")
    (folder / "homes.csv").write_text(HOMES, encoding="utf-8")
    path = folder / "village.osm"
    path.write_text(map_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def village_place(village: Path) -> Place:
    return build_place(village, homes_register=village.with_name("homes.csv"))
