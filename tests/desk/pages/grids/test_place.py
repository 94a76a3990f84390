from __future__ import annotations

import html as text
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from linli.desk.places import sweeps
from linli.desk.places.actions import read_waiting
from linli.desk.places.models import PlaceImport
from linli.desk.places.queries import place_of
from tests.desk.pages.grids.conftest import client_of
from tests.desk.people.conftest import Office, make_office

pytestmark = pytest.mark.django_db
PATH = "/c/willow/desk/place/"
CANTEEN = "类别,名称,经度,纬度,营业时间\n社区食堂,桥头食堂,0.004,0.0002,Mo-Fr 11:00-13:00\n"


def words(html: str) -> str:
    return text.unescape(" ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split()))


def look(office: Office, data: str = CANTEEN, **given: str) -> tuple[int, str]:
    told = {"list": "facilities", "datum": "wgs84", **given}
    file = SimpleUploadedFile("places.csv", data.encode())
    answer = client_of(office, "desk").post(PATH + "look/", {**told, "file": file})
    return answer.status_code, answer.content.decode()


def token(html: str) -> str:
    found = re.search(r'name="looked" value="([^"]*)"', html)
    assert found is not None
    return text.unescape(found[1])


def change(office: Office, **given: object) -> str:
    told = {"request_key": str(uuid.uuid4()), **given}
    return words(client_of(office, "desk").post(PATH + "change/", told, follow=True).content.decode())


def states(office: Office) -> list[str]:
    with scope(community=office.community):
        return list(PlaceImport.objects.order_by("number").values_list("state", flat=True))


def test_page_says_what_was_read_in_and_which_places_say_when_they_are_open(office: Office) -> None:
    html = client_of(office, "auditor").get(PATH).content.decode()
    told = words(html)
    assert "Homes 5 Residents 100 Places people go to 4" in told
    assert "Convenience store 1 1" in told
    assert "1 village.osm in use" in told
    assert PATH + "look/" not in html


def test_list_is_looked_at_read_in_and_taken_back(office: Office) -> None:
    status, html = look(office)
    told = words(html)
    assert status == 200
    assert "Places people go to: places.csv 1 line, without a fault." in told
    assert "Community canteen 桥头食堂 Mo-Fr 11:00-13:00 there" in told
    assert states(office) == ["current"]
    key = uuid.uuid4()
    for _time in range(2):
        told = change(office, looked=token(html), request_key=key)
    assert "The list is being read in." in told
    assert "The place is being built anew." in told
    assert states(office) == ["current", "waiting"]
    read_waiting(community=office.community)
    place = place_of(office.community)
    assert place is not None
    assert "桥头食堂" in list(place.facilities.name)
    page = words(client_of(office, "desk").get(PATH).content.decode())
    assert "2 Places people go to: places.csv 1 line in use" in page
    assert "1 village.osm replaced" in page
    assert "The list is being taken back." in change(office, number=2)
    read_waiting(community=office.community)
    assert states(office) == ["replaced", "replaced", "current"]
    assert "no. 2 taken back" in words(client_of(office, "desk").get(PATH).content.decode())


def test_list_with_faults_is_refused_line_by_line_in_the_readers_language(office: Office) -> None:
    status, html = look(office, "类别,名称,经度,纬度\n食糖,甲,0.004,0\n社区食堂,乙,,\n")
    told = words(html)
    assert status == 422
    assert "line 2: “食糖” is no kind of place." in told
    assert "line 3: There is no place. Give longitude and latitude, or the number on the map." in told
    assert "looked" not in html
    file = SimpleUploadedFile("places.csv", "类别,名称\n社区食堂,乙\n".encode())
    given = {"list": "facilities", "datum": "wgs84", "file": file}
    chinese = client_of(office, "desk", "zh-CN").post(PATH + "look/", given).content.decode()
    assert "第 2 行：没有位置。请填经度和纬度，或地图上的编号。" in words(chinese)


def test_list_looked_at_elsewhere_or_tampered_with_is_not_read_in(office: Office) -> None:
    looked = token(look(office)[1])
    river = make_office("river")
    assert "The list is no longer kept." in change(office, looked=looked + "x")
    theirs = client_of(river, "desk").post("/c/river/desk/place/change/", {"looked": looked}, follow=True)
    assert "The list is no longer kept." in words(theirs.content.decode())
    assert (states(river), states(office)) == ([], ["current"])
    assert "This cannot be done here." in change(office)
    assert "There is no change that could be undone." in change(office, number=1)


def test_what_waits_is_read_by_the_sweep_in_a_thread_of_its_own(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(sweeps, "_read", lambda community: begun.append(community.slug))
    sweeps.read_what_waits()
    assert begun == []
    change(office, looked=token(look(office)[1]))
    sweeps.read_what_waits()
    sweeps._reading[office.community.pk].join(5)
    assert begun == ["willow"]


def test_page_asks_as_often_for_three_readings_as_for_one(office: Office) -> None:
    client = client_of(office, "desk")

    def count() -> int:
        client.get(PATH)
        with CaptureQueriesContext(connection) as queries:
            client.get(PATH)
        return len(queries)

    one = count()
    for data in (CANTEEN, CANTEEN.replace("0.004", "0.005")):
        change(office, looked=token(look(office, data)[1]))
        read_waiting(community=office.community)
    assert states(office) == ["replaced", "replaced", "current"]
    assert count() == one
