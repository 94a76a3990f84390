from __future__ import annotations

import pytest

from linli.engine.errors import InputError
from linli.engine.streets.candidates import find_candidates
from linli.engine.streets.joining import join
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.register import read_facilities
from tests.engine.streets.town import PLANE, Town, degrees

KINDS = list(load_kinds())


def joined(tmp_path, town, *rows, columns="kind,name,x,y,osm,status,step_free,hours"):
    """Join rows written as `kind,name,x_m,y_m,…`; positions in metres."""
    lines = [columns.replace("x,y", "lon,lat")]
    for row in rows:
        cells = row.split(",")
        if cells[2]:
            lon, lat = degrees(float(cells[2]), float(cells[3]))
            cells[2:4] = [f"{lon:.7f}", f"{lat:.7f}"]
        lines.append(",".join(cells))
    path = tmp_path / "register.csv"
    path.write_text("\n".join(lines))
    extract = town.extract()
    candidates = find_candidates(town.features, plane=PLANE)
    return join(candidates, read_facilities(path), features=extract.features, boundary=extract.boundary)


def told(candidates):
    return sorted((c.source, c.name, "+".join(KINDS[kind] for kind in c.kinds)) for c in candidates)


def test_line_replaces_the_nearest_of_its_kind_within_eighty_metres(tmp_path):
    town = Town().point(0, 0, amenity="pharmacy", name="Old").point(70, 0, amenity="pharmacy", name="Other")
    town.point(10, 0, amenity="bank", name="Bank")
    found = joined(tmp_path, town, "pharmacy,New,20,0")
    assert told(found) == [
        ("osm", "Bank", "bank"),
        ("osm", "Other", "pharmacy"),
        ("register", "New", "pharmacy"),
    ]


def test_line_further_than_eighty_metres_adds(tmp_path):
    town = Town().point(0, 0, amenity="pharmacy", name="Old")
    assert len(joined(tmp_path, town, "pharmacy,New,81,0")) == 2
    assert len(joined(tmp_path, town, "pharmacy,New,79,0")) == 1


def test_same_name_is_replaced_further_away(tmp_path):
    town = (
        Town()
        .point(0, 0, amenity="pharmacy", name="仁和 药房")
        .point(600, 0, amenity="pharmacy", name="仁和药房")
    )
    found = joined(tmp_path, town, "pharmacy,仁和药房,300,0")
    assert told(found) == [("register", "仁和药房", "pharmacy")]
    found = joined(tmp_path, town, "pharmacy,仁和药房,-450,0")
    assert told(found) == [("osm", "仁和药房", "pharmacy"), ("register", "仁和药房", "pharmacy")]


def test_facility_of_several_kinds_loses_only_the_listed_one(tmp_path):
    town = Town().point(0, 0, shop="supermarket", name="Market")
    found = joined(tmp_path, town, "supermarket,Market,5,0")
    assert told(found) == [("osm", "Market", "fresh_food"), ("register", "Market", "supermarket")]


def test_two_lines_of_one_place_are_one_facility_of_two_kinds(tmp_path):
    found = joined(tmp_path, Town(), "canteen,One Stop,0,0", "library,One Stop,1,0", "library,Else,50,0")
    assert told(found) == [
        ("register", "Else", "library"),
        ("register", "One Stop", "library+canteen"),
    ] or told(found) == [("register", "Else", "library"), ("register", "One Stop", "canteen+library")]


def test_area_of_the_map_stays_the_way_in(tmp_path):
    town = Town().box(0, 0, 200, 200, leisure="park", name="Park")
    (park,) = joined(tmp_path, town, "park,口袋公园,150,150")
    assert (park.name, park.source, park.area_m2) == ("口袋公园", "register", pytest.approx(40_000, rel=1e-3))
    assert [style for _, style in park.shapes] == ["edge"]


def test_building_of_the_map_gives_way_to_the_committees_own_point(tmp_path):
    town = Town().box(0, 0, 20, 20, amenity="pharmacy", building="yes")
    (pharmacy,) = joined(tmp_path, town, "pharmacy,A,21,10")
    assert [style for _, style in pharmacy.shapes] == ["point"]


def test_closed_line_takes_the_facility_away(tmp_path):
    town = Town().point(0, 0, amenity="pharmacy", name="A").point(500, 0, amenity="pharmacy", name="B")
    assert told(joined(tmp_path, town, "pharmacy,,20,0,,closed")) == [("osm", "B", "pharmacy")]
    assert told(joined(tmp_path, town, "pharmacy,B,,,,closed")) == [("osm", "A", "pharmacy")]
    assert told(joined(tmp_path, town, "pharmacy,,,,n1,closed")) == [("osm", "B", "pharmacy")]


def test_closed_line_without_a_counterpart_changes_nothing(tmp_path):
    town = Town().point(0, 0, amenity="pharmacy", name="A")
    assert told(joined(tmp_path, town, "pharmacy,Z,,,,closed")) == [("osm", "A", "pharmacy")]


def test_none_takes_the_kind_away_inside_the_boundary_only(tmp_path):
    town = Town().point(0, 0, amenity="canteen", name="Here").point(1500, 0, amenity="canteen", name="Beyond")
    assert told(joined(tmp_path, town, "canteen,none,,")) == [("osm", "Beyond", "canteen")]


def test_reference_gives_the_position_and_replaces_exactly(tmp_path):
    town = Town().point(0, 0, amenity="clinic", name="A").point(30, 0, amenity="clinic", name="B")
    town.box(100, 100, 120, 120, building="yes")
    found = joined(tmp_path, town, "health_centre,站,,,n2", "canteen,食堂,,,w3")
    assert told(found) == [
        ("osm", "A", "health_centre"),
        ("register", "站", "health_centre"),
        ("register", "食堂", "canteen"),
    ]
    canteen = next(c for c in found if c.name == "食堂")
    assert (canteen.lon, canteen.lat) == pytest.approx(degrees(110, 110), abs=1e-6)


def test_reference_that_is_not_on_the_map_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"register.csv:2: osm n77 is not in the map; give lon and lat"):
        joined(tmp_path, Town().point(0, 0, amenity="clinic"), "canteen,A,,,n77")


def test_line_wins_on_hours_and_steps_and_else_inherits(tmp_path):
    town = Town().point(0, 0, amenity="library", opening_hours="9-17", wheelchair="no", addr__full="Main 1")
    (library,) = joined(tmp_path, town, "library,,5,0,,,yes,10-12")
    assert (library.step_free, library.hours, library.address) == (1, "10-12", "Main 1")
    (library,) = joined(tmp_path, town, "library,,5,0")
    assert (library.step_free, library.hours) == (2, "9-17")
