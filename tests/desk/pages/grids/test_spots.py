from __future__ import annotations

import html as text
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.desk.places.models import Spot
from linli.desk.places.queries import spots_of
from linli.desk.places.spots import import_spots, make_spot
from tests.desk.pages.grids.conftest import client_of, post
from tests.desk.people.conftest import Office, make_office

pytestmark = pytest.mark.django_db
PATH = "/c/willow/desk/spots/"
CHANGE = PATH + "change/"


def words(html: str) -> str:
    return text.unescape(" ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split()))


def lamp(office: Office, name: str = "路灯 7", lon: float = 0.001) -> Spot:
    return make_spot(community=office.community, kind="lamp", name_zh=name, lon=lon, lat=0.0, by="system")


def found(office: Office) -> list[tuple[str, str, int | None]]:
    return [(one.kind, one.name_zh, one.grid and one.grid.number) for one in spots_of(office.community)]


def look(office: Office, data: str, datum: str = "wgs84", name: str = "spots.csv") -> tuple[int, str]:
    file = SimpleUploadedFile(name, data.encode())
    answer = client_of(office, "desk").post(PATH + "look/", {"file": file, "datum": datum})
    return answer.status_code, answer.content.decode()


def test_made_spot_stands_in_the_list_with_its_grid_and_leads_to_the_report(office: Office) -> None:
    client = client_of(office, "desk")
    given = {"kind": "building", "name_zh": "3 号楼", "lon": "0.0300000", "lat": "0.0001"}
    key = uuid.uuid4()
    for _time in range(2):
        html = post(client, CHANGE, "make", request_key=key, **given)
    [spot] = spots_of(office.community)
    code = f"{spot.code[:4]}-{spot.code[4:]}"
    assert f"3 号楼 has its code: {code}" in words(html)
    assert f"3 号楼 Building or door East {code}" in words(html)
    page = Client(headers={"accept-language": "en"}).get(f"/c/willow/q/{spot.code}/", follow=True)
    assert "3 号楼" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name_zh": ""}, "The spot has no name."),
        ({"lon": ""}, "There is no place."),
        ({"kind": "moon"}, "This kind of spot is not known."),
    ],
)
def test_spot_that_cannot_be_is_refused_in_words(office: Office, given: dict, said: str) -> None:
    told = {"kind": "lamp", "name_zh": "灯", "lon": "0.01", "lat": "0", **given}
    assert said in words(post(client_of(office, "desk"), CHANGE, "make", **told))
    assert found(office) == []


def test_building_found_by_words_fills_in_the_new_spots_place(office: Office) -> None:
    client = client_of(office, "desk")
    html = client.get(PATH, {"find": "东院"}).content.decode()
    assert f"?lon=0.025500&amp;lat=0.000100&amp;name={'%E4%B8%9C%E9%99%A2'}#new-spot" in html
    filled = client.get(PATH, {"lon": "0.025500", "lat": "0.000100", "name": "东院"}).content.decode()
    assert 'name="lon" value="0.025500"' in filled
    assert 'name="name_zh" value="东院"' in filled


def test_list_is_looked_at_before_anything_is_made(office: Office) -> None:
    lamp(office, "灯 1")
    status, html = look(
        office, "kind,name,lon,lat\nlamp,灯 1,0.001,0\nbuilding,5 号楼,0.03,0\nother,井,7,7\n"
    )
    told = words(html)
    assert status == 200
    assert "This list would make 3 spots" in told
    assert "1 lies in no grid. Is the system of coordinates the right one?" in told
    assert "1 has a name that is in use already" in told
    assert len(found(office)) == 1
    given = re.search(r'name="list" id="look-list" value="([^"]*)"', html)
    assert given is not None
    client = client_of(office, "desk")
    key = uuid.uuid4()
    for _time in range(2):
        told = words(post(client, CHANGE, "import", list=text.unescape(given[1]), request_key=key))
    assert "3 spots were made." in told
    assert found(office)[1:] == [("lamp", "灯 1", 1), ("building", "5 号楼", 2), ("other", "井", None)]
    assert "3 spots are out of use again." in words(post(client, CHANGE, "undo"))
    assert found(office) == [("lamp", "灯 1", 1)]


def test_list_with_faults_makes_nothing_and_names_every_line(office: Office) -> None:
    status, html = look(office, "kind,name,lon,lat\nmoon,A,0.5,0.5\nlamp,,0.5,0.5\nlamp,C,x,0.5\n")
    told = words(html)
    assert status == 422
    assert "line 2: “moon” is no kind of spot. Write grid, building, lamp or other." in told
    assert "line 3: The spot has no name." in told
    assert "line 4: There is no place." in told
    assert found(office) == []


def test_list_without_datum_or_file_is_asked_for(office: Office) -> None:
    assert "Nobody said which system the coordinates are in." in words(
        look(office, "name,lon,lat\nA,0,0\n", datum="")[1]
    )
    answer = client_of(office, "desk").post(PATH + "look/", {"datum": "wgs84"})
    assert (answer.status_code, "The list is empty." in words(answer.content.decode())) == (422, True)


def test_every_grid_gets_its_notice_board_once(office: Office) -> None:
    client = client_of(office, "desk")
    assert "2 spots were made." in words(post(client, CHANGE, "for_grids"))
    assert found(office) == [("grid", "西网格", 1), ("grid", "东网格", 2)]
    assert "Every grid has its spot already." in words(post(client, CHANGE, "for_grids"))


def test_spot_is_renamed_and_retired(office: Office) -> None:
    client, spot = client_of(office, "desk"), lamp(office)
    assert 'value="路灯 7"' in client.get(PATH, {"spot": spot.code}).content.decode()
    given = {"code": spot.code, "kind": "other", "name_zh": "井盖", "name_en": "Cover"}
    assert "The name is changed." in words(post(client, CHANGE, "rename", **given))
    assert found(office) == [("other", "井盖", 1)]
    assert "Cover is out of use. Take its code down." in words(post(client, CHANGE, "retire", code=spot.code))
    assert found(office) == []
    assert client.post(CHANGE, {"verb": "retire", "code": spot.code}).status_code == 404


def test_spot_of_another_community_is_absent(office: Office) -> None:
    theirs = lamp(make_office("river"))
    client = client_of(office, "desk")
    for verb in ("retire", "rename"):
        assert client.post(CHANGE, {"verb": verb, "code": theirs.code, "kind": "lamp"}).status_code == 404
    assert f"/q/{theirs.code}/" not in client.get(PATH + "sheet/", {"code": theirs.code}).content.decode()
    assert len(spots_of(theirs.community)) == 1


def test_sheet_holds_the_codes_chosen_or_all(office: Office) -> None:
    first, second = lamp(office, "路灯 7"), lamp(office, "路灯 8")
    client = client_of(office, "desk")
    html = client.get(PATH + "sheet/", {"code": first.code}).content.decode()
    assert f"http://testserver/c/willow/q/{first.code}/" in html
    assert second.code not in html
    assert html.count('src="data:image/svg+xml') == 1
    assert "opens on this computer alone" not in html
    assert client.get(PATH + "sheet/").content.decode().count('src="data:image/svg+xml') == 2


def test_sheet_warns_where_codes_would_lead_to_this_computer_alone(office: Office) -> None:
    lamp(office)
    client = client_of(office, "desk")
    for host, warned in (("127.0.0.1:8000", True), ("localhost", True)):
        html = client.get(PATH + "sheet/", headers={"host": host}).content.decode()
        assert (f"These codes lead to {host}, which opens on this computer alone." in html) is warned


def test_page_asks_as_often_for_three_spots_as_for_one(office: Office) -> None:
    client = client_of(office, "desk")

    def count(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    lamp(office)
    one = [count(PATH), count(PATH + "sheet/")]
    import_spots(
        community=office.community,
        data=b"name,lon,lat\nA,0.03,0\nB,0.001,0\n",
        name="spots.csv",
        datum="wgs84",
        by="system",
    )
    assert [count(PATH), count(PATH + "sheet/")] == one
