from __future__ import annotations

import html as text
import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope
from shapely.geometry import mapping, shape

from linli.desk.common.models import LedgerEntry
from linli.desk.places.grids import drawn_now, replace_grids
from linli.desk.places.queries import draft_of, grids_of, homes_without_grid
from linli.engine.streets.datum import wgs84_to_gcj02
from tests.desk.pages.grids.conftest import client_of, halves, post
from tests.desk.people.conftest import Office, make_office
from tests.desk.places.test_grids import feature, features

pytestmark = pytest.mark.django_db
PATH = "/c/willow/desk/grids/"
CHANGE = PATH + "change/"


def words(html: str) -> str:
    main = html.partition("<main")[2]
    return text.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def version(office: Office) -> int:
    return drawn_now(office.community)[1]


def drawn(office: Office) -> dict[int, tuple[str, float, float]]:
    """Number → English name, and from where to where it reaches."""
    return {
        one.number: (one.name_en, round(one.area.bounds[0], 4), round(one.area.bounds[2], 4))
        for one in drawn_now(office.community)[0]
    }


def in_force(office: Office) -> list[int]:
    return [grid.number for grid in grids_of(office.community)]


def file(geojson: dict) -> SimpleUploadedFile:
    return SimpleUploadedFile("grids.geojson", json.dumps(geojson).encode())


def test_list_says_what_lies_in_each_grid_and_who_works_it(office: Office) -> None:
    html = client_of(office, "desk").get(PATH).content.decode()
    rows = [words(f"<main{row}") for row in re.findall(r'<tr id="grid-\d".*?</tr>', html, re.DOTALL)]
    assert [row.rpartition(" ")[0] for row in rows] == [
        "1 · West 0571-1 grid_worker of willow 3 21",
        "2 · East 0571-2 other of willow 2 17",
    ]
    assert "Every home lies in exactly one grid." in words(html)
    assert "每一户住处都恰好在一个网格里。" in client_of(office, "desk", "zh-CN").get(PATH).content.decode()


def test_auditor_looks_and_changes_nothing(office: Office) -> None:
    client = client_of(office, "auditor")
    html = client.get(PATH + "?grid=1").content.decode()
    assert "1 · West" in html
    assert CHANGE not in html
    assert client.post(CHANGE, {"verb": "fill", "version": 0}).status_code == 404
    assert draft_of(office.community) is None


def test_new_name_waits_in_the_draft_until_it_is_put_in_force(office: Office) -> None:
    client = client_of(office, "desk")
    given = {"number": 1, "version": 0, "name_zh": "柳西", "name_en": "Willow West", "phone": "0571-7"}
    html = post(client, CHANGE, "name", **given, code="3" * 15)
    assert "The name is kept in the draft." in html
    assert "Draft: it does not count yet" in html
    assert 'value="柳西"' in html
    assert grids_of(office.community)[0].name_en == "West"
    key = uuid.uuid4()
    for _time in range(2):
        assert "These grids are in force." in post(client, CHANGE, "apply", version=1, request_key=key)
    west = grids_of(office.community)[0]
    assert (west.name_zh, west.name_en, west.phone, west.code) == ("柳西", "Willow West", "0571-7", "3" * 15)
    assert draft_of(office.community) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name_zh": "", "name_en": ""}, "A grid needs a name."),
        ({"name_zh": "甲", "code": "12"}, "The code “12” does not have 15 digits. Correct it, or leave it empty."),
        ({"name_zh": "甲", "version": 7}, "Somebody else changed these grids meanwhile."),
        ({"name_zh": "甲", "version": "x"}, "“x” is no number from 0"),
    ],
)  # fmt: skip
def test_name_that_cannot_be_is_refused_in_words(office: Office, given: dict, said: str) -> None:
    html = post(client_of(office, "desk"), CHANGE, "name", **{"number": 1, "version": 0, **given})
    assert said in words(html)
    assert draft_of(office.community) is None


def test_file_in_another_datum_becomes_a_draft_where_it_belongs(office: Office, built_village) -> None:
    """Outside China GCJ-02 is WGS-84; what is declared is what is read."""
    areas = halves(built_village.place, at=0.02)
    given = features(*(feature(area, number=n, name=f"G{n}") for n, area in enumerate(areas, start=1)))
    html = post(client_of(office, "desk"), CHANGE, "import", file=file(given), datum="gcj02")
    assert "2 grids are in the draft." in html
    lon, _lat = wgs84_to_gcj02(0.02, 0.0)
    assert drawn(office)[1][2] == pytest.approx(float(lon), abs=0.01)
    assert in_force(office) == [1, 2]


def test_file_with_faults_is_refused_feature_by_feature_and_nothing_is_taken(office: Office) -> None:
    west = mapping(shape(grids_of(office.community)[0].boundary))
    given = features(
        {"type": "Feature", "properties": {"number": 1}, "geometry": west},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
        {"type": "Feature", "properties": {"number": 1, "code": "7"}, "geometry": west},
    )
    told = words(post(client_of(office, "desk"), CHANGE, "import", file=file(given), datum="wgs84"))
    assert "feature 2: This is not an area but Point." in told
    assert "feature 3: The code “7” does not have 15 digits." in told
    assert draft_of(office.community) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [({"datum": "wgs84"}, "No file was chosen."), ({"file": b"{}"}, "Nobody said which system")],
)
def test_file_or_datum_that_is_missing_is_asked_for(office: Office, given: dict, said: str) -> None:
    if "file" in given:
        given = {"file": SimpleUploadedFile("g.geojson", given["file"])}
    assert said in words(post(client_of(office, "desk"), CHANGE, "import", **given))


def test_suggested_grids_are_a_draft_that_can_be_thrown_away(office: Office) -> None:
    client = client_of(office, "desk")
    html = post(client, CHANGE, "suggest", households=2)
    assert "Every home lies in exactly one grid." in words(html)
    assert len(drawn(office)) > 2
    post(client, CHANGE, "drop", version=version(office))
    assert draft_of(office.community) is None
    assert drawn(office) == {1: ("West", -0.001, 0.0145), 2: ("East", 0.0145, 0.052)}


def test_outline_typed_as_corners_moves_the_neighbours_border(office: Office) -> None:
    client = client_of(office, "desk")
    corners = "-0.001, -0.001\n0.02, -0.001\n0.02，0.001\n-0.001 0.001\n"
    html = post(client, CHANGE, "outline", number=1, version=0, corners=corners)
    assert "The outline is kept in the draft." in html
    assert drawn(office) == {1: ("West", -0.001, 0.02), 2: ("East", 0.02, 0.052)}
    assert "0.0200000, -0.0010000" in html
    assert "Every home lies in exactly one grid." in words(html)


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        ("0 0\n1 1", "A grid has at least three corners."),
        ("0 0\nhere\n1 1", "“here” is no corner"),
        ("0 0\n0.01 0.001\n0.01 0\n0 0.001", "The outline crosses or touches itself"),
        ("100 1\n101 1\n101 2", "This outline lies wholly outside the place."),
    ],
)
def test_outline_that_cannot_be_is_refused_in_words(office: Office, corners: str, said: str) -> None:
    html = post(client_of(office, "desk"), CHANGE, "outline", number=1, version=0, corners=corners)
    assert said in words(html)
    assert "feature 1" not in words(html)
    assert draft_of(office.community) is None


def test_new_outline_takes_its_ground_from_the_others(office: Office) -> None:
    client = client_of(office, "desk")
    corners = "0.01 -0.002\n0.02 -0.002\n0.02 0.002\n0.01 0.002"
    post(client, CHANGE, "carve", version=0, corners=corners)
    assert drawn(office) == {
        1: ("West", -0.001, 0.01),
        2: ("East", 0.02, 0.052),
        3: ("Grid 3", 0.01, 0.02),
    }


def test_grid_taken_out_leaves_homes_out_until_the_gaps_are_filled(office: Office) -> None:
    client = client_of(office, "desk")
    told = words(post(client, CHANGE, "remove", number=2, version=0))
    assert "2 homes lie in no grid." in told
    assert "No longer drawn: 2" in told
    assert "Put it in force" not in told
    assert "2 homes lie in no grid." in words(post(client, CHANGE, "apply", version=1))
    assert in_force(office) == [1, 2]
    assert "Every home lies in exactly one grid." in words(post(client, CHANGE, "fill", version=1))
    post(client, CHANGE, "apply", version=2)
    assert in_force(office) == [1]
    assert homes_without_grid(office.community) == 0
    assert "The last change is undone." in post(client, CHANGE, "undo", set=2)
    assert in_force(office) == [1, 2]


def test_two_grids_become_one(office: Office) -> None:
    post(client_of(office, "desk"), CHANGE, "merge", number=2, version=0, **{"with": 1})
    assert drawn(office) == {1: ("West", -0.001, 0.052)}


def test_undo_of_what_is_no_longer_last_is_refused(office: Office, built_village) -> None:
    whole = features(feature(built_village.place.boundary, number=1))
    replace_grids(community=office.community, geojson=whole, datum="wgs84", by="system")
    told = words(post(client_of(office, "desk"), CHANGE, "undo", set=1))
    assert "Somebody else changed these grids meanwhile." in told
    assert in_force(office) == [1]


def test_ledger_names_who_put_grids_in_force(office: Office) -> None:
    client = client_of(office, "director")
    post(client, CHANGE, "merge", number=2, version=0, **{"with": 1})
    post(client, CHANGE, "apply", version=1)
    with scope(community=office.community):
        last = LedgerEntry.objects.order_by("-number")[0]
    assert (last.event, last.actor) == ("grids.replaced", office.accounts["director"].key)


def test_map_gets_what_is_being_drawn_with_its_gaps(office: Office) -> None:
    client = client_of(office, "auditor")
    post(client_of(office, "desk"), CHANGE, "remove", number=2, version=0)
    found = json.loads(client.get(PATH + "drawn.json").content)
    assert [one["properties"]["name"] for one in found["grids"]["features"]] == ["West"]
    assert shape(found["gaps"]["features"][0]["geometry"]).bounds[0] == pytest.approx(0.0145)
    assert Client().get(PATH + "drawn.json").status_code == 302


def test_page_asks_as_often_for_three_grids_as_for_one(office: Office, built_village) -> None:
    client = client_of(office, "desk")

    def count(*areas) -> int:
        given = features(*(feature(area, number=number) for number, area in enumerate(areas, start=1)))
        replace_grids(community=office.community, geojson=given, datum="wgs84", by="system")
        client.get(PATH)
        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)
        return len(queries)

    west, east = halves(built_village.place)
    middle = halves(built_village.place, at=0.03)[0]
    one = count(built_village.place.boundary)
    assert count(west, east.intersection(middle), east.difference(middle)) == one


def test_community_without_a_place_can_still_bring_its_grids(office: Office) -> None:
    del office
    bare = make_office("river")
    html = client_of(bare, "desk").get("/c/river/desk/grids/").content.decode()
    assert "No place was read in here" in html
    assert "data-place-url" not in html
    told = words(post(client_of(bare, "desk"), "/c/river/desk/grids/change/", "suggest", households=400))
    assert "There are no homes to make grids of." in told
