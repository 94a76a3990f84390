"""Open311 GeoReport v2: by the published client over a live server, and every way in which a request can be wrong."""

from __future__ import annotations

import datetime as dt
import uuid
import xml.etree.ElementTree as ET

import pytest
import requests
from django.test import Client
from django_scopes import scope
from georeport import GeoReport

from linli.desk.api import doors
from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter
from linli.desk.partners.actions import revoke_key
from linli.desk.people.models import Resident
from linli.desk.places.models import Spot
from tests.desk.api.conftest import key_for
from tests.desk.people.conftest import Office, make_office

REPORT = {
    "service_code": "lighting",
    "lat": "30.00551",
    "long": "120.01149",
    "description": "三号楼门口的路灯坏了",
    "attribute[lamp]": "in_the_street",
}
FORMS = ("xml", "json")


def rows_of(answer, form: str) -> list[dict]:
    if form == "json":
        return answer.json()
    return [{part.tag: part.text or "" for part in one} for one in ET.fromstring(answer.content)]


def assert_fault(answer, status: int, part: str = "", *, form: str = "json") -> None:
    assert answer.status_code == status, answer.content
    [row] = rows_of(answer, form)
    assert set(row) == {"code", "description"}
    assert row["code"] == str(status)
    assert part in row["description"]


@pytest.fixture
def file(client: Client, write_key: str):
    def post(form: str = "json", *, key: str = write_key, headers: dict | None = None, **more: object):
        told = {
            name: value for name, value in (REPORT | {"api_key": key} | more).items() if value is not None
        }
        return client.post(f"/open311/v2/requests.{form}", told, headers=headers or {})

    return post


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", FORMS)
def test_published_client_lists_files_and_reads_back(live_server, office: Office, form: str) -> None:
    key = key_for(office)[1]
    city = GeoReport(f"{live_server.url}/open311/v2", jurisdiction="willow", output_format=form)
    services = {one["service_code"]: one for one in city.get_service_list()}
    assert services["lighting"]["metadata"] in (True, "true")
    definition = city.get_service_definition("lighting")
    attributes = definition["attributes"]
    lamp = (attributes if form == "json" else attributes["attribute"])[0]
    assert (lamp["code"], lamp["datatype"], lamp["required"]) in (
        ("lamp", "singlevaluelist", True), ("lamp", "singlevaluelist", "true"),
    )  # fmt: skip
    sent = requests.post(
        f"{live_server.url}/open311/v2/requests.{form}",
        {**REPORT, "api_key": key, "jurisdiction_id": "willow"}, timeout=10,
    )  # fmt: skip
    assert sent.status_code == 201
    [filed] = rows_of(sent, form)
    with scope(community=office.community):
        matter = Matter.objects.get(code=filed["service_request_id"])
        assert matter.follow_code in filed["service_notice"]
    one = city.get_service_request(filed["service_request_id"])
    listed = city.get_service_requests(service_code="lighting", status="open")
    # The client gives one request in a list as itself.
    listed = listed if isinstance(listed, list) else [listed]
    assert [row["service_request_id"] for row in listed] == ["26-00001"] == [one["service_request_id"]]
    assert one["status"] == "open"
    assert one["requested_datetime"] == "2026-11-24T09:00:00+08:00"
    assert (str(one["lat"]), str(one["long"])) == ("30.006", "120.011")
    assert not one["description"]
    assert not one["address"]


def test_services_are_those_that_anybody_may_read_back(client: Client, office: Office) -> None:
    listed = {one["service_code"]: one for one in client.get("/open311/v2/services.json").json()}
    with scope(community=office.community):
        public = set(Category.objects.filter(public=True).values_list("key", flat=True))
        hidden = Category.objects.filter(public=False).values_list("key", flat=True)
        assert set(listed) == public
        for key in hidden:
            assert_fault(client.get(f"/open311/v2/services/{key}.json"), 404, "service_code")
    assert listed["lighting"] == {
        "service_code": "lighting", "service_name": listed["lighting"]["service_name"], "description": "",
        "metadata": True, "type": "realtime", "keywords": "房屋与设施", "group": "房屋与设施",
    }  # fmt: skip
    told = [one["description"] for one in listed.values() if "119" in one["description"]]
    assert told == ["如有危险，请先拨打 119。"] * len(told)
    assert told


def test_service_names_are_in_the_language_asked_for(client: Client, office: Office) -> None:
    listed = client.get("/open311/v2/services.json", headers={"Accept-Language": "en"}).json()
    assert {one["group"] for one in listed} >= {"Buildings and facilities"}


def test_definition_in_xml_has_its_values(client: Client, office: Office) -> None:
    top = ET.fromstring(client.get("/open311/v2/services/lighting.xml").content)
    assert top.tag == "service_definition"
    assert top.findtext("service_code") == "lighting"
    attribute, *_others = top.findall("attributes/attribute")
    assert attribute.findtext("order") == "1"
    keys = [one.findtext("key") for one in attribute.findall("values/value")]
    assert "in_the_street" in keys


@pytest.mark.parametrize("form", FORMS)
def test_discovery_says_where_and_what(client: Client, office: Office, form: str) -> None:
    answer = client.get(f"/open311/discovery.{form}")
    assert answer.status_code == 200
    if form == "json":
        [endpoint] = answer.json()["endpoints"]
        assert endpoint["url"] == "http://testserver/open311/v2"
        assert endpoint["formats"] == ["text/xml", "application/json"]
    else:
        top = ET.fromstring(answer.content)
        assert top.findtext("endpoints/endpoint/url") == "http://testserver/open311/v2"
        assert [one.text for one in top.findall("endpoints/endpoint/formats/format")] == [
            "text/xml",
            "application/json",
        ]


# Filing


def test_what_is_filed_is_received(file, office: Office) -> None:
    answer = file(first_name="三丰", last_name="张", phone="13812345678", device_id="phone-1", account_id="x")
    assert answer.status_code == 201, answer.content
    [row] = answer.json()
    assert set(row) == {"service_request_id", "service_notice", "account_id"}
    matter = Matter.objects.get()
    assert (matter.source, matter.words, matter.answers) == (
        "open311",
        REPORT["description"],
        {"lamp": "in_the_street"},
    )
    assert (matter.lon, matter.lat, matter.state) == (120.01149, 30.00551, "dispatched")
    resident = Resident.objects.get()
    assert (resident.name, resident.phone, resident.channel) == ("张 三丰", "13812345678", "sms")
    assert "张" not in answer.content.decode()


def test_address_of_a_photo_is_passed_on_and_not_fetched(file, office: Office) -> None:
    file(media_url="http://127.0.0.1:1/lamp.jpg")
    assert Matter.objects.get().words.splitlines() == [REPORT["description"], "http://127.0.0.1:1/lamp.jpg"]


def test_place_may_be_words_or_the_code_of_a_sign(file, office: Office) -> None:
    assert file(lat=None, long=None, address_string="三号楼门口").status_code == 201
    assert Matter.objects.get().place_words == "三号楼门口"
    spot = Spot.objects.create(
        community=office.community, code="7KQ2M4XN", kind="lamp", name_zh="路灯", name_en="Lamp", lon=120.012, lat=30.004,
        grid=office.grids[0],
    )  # fmt: skip
    assert file(lat=None, long=None, address_id="7kq2-m4xn").status_code == 201
    assert Matter.objects.order_by("pk").last().spot == spot


def test_answer_given_twice_with_brackets_is_a_list(file, office: Office) -> None:
    category = Category.objects.get(key="lighting")
    category.questions = [
        {"key": "where", "zh": "哪里", "en": "Where", "type": "many", "choices": [{"key": one, "zh": one, "en": one} for one in "abc"]}
    ]  # fmt: skip
    category.save()
    assert file(**{"attribute[where][]": ["c", "a"]}).status_code == 201
    assert Matter.objects.get().answers == {"where": ["a", "c"]}


def test_same_request_key_files_once(file, office: Office) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = file(headers=headers), file(headers=headers)
    assert first.json() == again.json()
    assert Matter.objects.count() == 1
    assert_fault(file(headers={"Idempotency-Key": "5"}), 400, "UUID")


def test_who_has_no_key_to_write_files_nothing(file, office: Office) -> None:
    next_door = make_office("river")
    row, revoked = key_for(office)
    revoke_key(by=office.actor("director"), api_key=row)
    with scope(community=next_door.community):
        theirs = key_for(next_door)[1]
    reading = key_for(office, "read")[1]
    for form in FORMS:
        for key in ("", "linli_x", theirs, revoked, reading):
            assert_fault(file(form, key=key, jurisdiction_id="willow"), 403, "api_key", form=form)
    assert Matter.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "status", "part"),
    [
        ({"service_code": None}, 400, "service_code"),
        ({"service_code": "castle"}, 404, "service_code"),
        ({"service_code": "help"}, 404, "service_code"),
        ({"description": None}, 400, "description"),
        ({"description": "x" * 4001}, 400, "4000"),
        ({"description": "a\x00b"}, 400, "letter"),
        ({"lat": None, "long": None}, 400, "place"),
        ({"lat": "91"}, 400, "WGS-84"),
        ({"lat": "nan"}, 400, "WGS-84"),
        ({"long": None}, 400, "WGS-84"),
        ({"attribute[lamp]": None}, 400, "哪"),
        ({"attribute[lamp]": "on the moon"}, 400, "哪"),
        ({"phone": "five"}, 400, ""),
        ({"address_id": "NOSUCH00"}, 400, "address_id"),
        ({"jurisdiction_id": "nowhere"}, 404, "jurisdiction_id"),
    ],
)
def test_request_that_cannot_be_is_told_why(file, office: Office, more: dict, status: int, part: str) -> None:
    assert_fault(file(**more), status, part)
    assert Matter.objects.count() == 0


def test_request_that_cannot_be_read_is_told_so(client: Client, office: Office) -> None:
    path = "/open311/v2/requests.json"
    form = "application/x-www-form-urlencoded"
    assert_fault(client.post(path, "description=" + "x" * 300_000, content_type=form), 400, "too large")
    broken = "multipart/form-data; boundary=é"
    assert_fault(client.post(path, b"--x", content_type=broken), 400, "read")


# Reading


def test_filters_narrow_what_is_read(client: Client, receive, office: Office, time) -> None:
    lamp = receive().matter
    time.move(days=1)
    idea = receive(category="suggestion", at=None).matter
    secret = receive(confidential=True).matter
    actions.refuse_matter(matter=idea, by=office.actor("desk"), reason="不归我们管", way="街道")

    def read(**query: str) -> list[str]:
        return [one["service_request_id"] for one in client.get("/open311/v2/requests.json", query).json()]

    assert read() == [idea.code, lamp.code]
    assert read(status="open") == [lamp.code]
    assert read(status="closed") == [idea.code]
    assert read(status="open,closed", service_code="lighting,suggestion") == [idea.code, lamp.code]
    assert read(service_code="suggestion") == [idea.code]
    assert read(service_request_id=f"{lamp.code}, {secret.code}", status="closed") == [lamp.code]
    assert read(end_date="2026-11-24T23:59:59+08:00") == [lamp.code]
    # The plus sign as careless clients send it.
    assert read(start_date="2026-11-25T00:00:00 08:00") == [idea.code]
    assert read(page_size="1", page="2") == [lamp.code]
    time.move(days=100)
    assert read() == []
    assert read(start_date="2026-11-01T00:00:00Z") == [idea.code, lamp.code]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"}, {"start_date": "yesterday"}, {"start_date": "0001-01-01T00:00:00Z"}, {"end_date": "99999"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, {"page": "0"}, {"page_size": "1001"},
        {"page": "²"},
    ],
)  # fmt: skip
def test_filter_of_the_wrong_form_is_told(client: Client, office: Office, query: dict) -> None:
    assert_fault(client.get("/open311/v2/requests.json", query), 400, next(iter(query)).split("_")[0])


def test_what_is_not_public_is_nothing(client: Client, receive) -> None:
    for hidden in ({"confidential": True}, {"category": "help"}, {"category": "consult"}):
        code = receive(**hidden).matter.code
        for name in ("requests", "tokens"):
            nothing = client.get(f"/open311/v2/{name}/{code}.json")
            assert_fault(nothing, 404, "service_request_id")
            assert nothing.content == client.get(f"/open311/v2/{name}/26-99999.json").content
    assert client.get("/open311/v2/requests.json").json() == []
    empty = ET.fromstring(client.get("/open311/v2/requests.xml").content)
    assert (empty.tag, len(empty)) == ("service_requests", 0)


def test_token_is_the_id(client: Client, receive) -> None:
    code = receive().matter.code
    assert client.get(f"/open311/v2/tokens/{code}.json").json() == [
        {"service_request_id": code, "token": code}
    ]


def test_several_communities_have_to_be_told_apart(client: Client, receive) -> None:
    code = receive().matter.code
    make_office("river")
    assert_fault(client.get("/open311/v2/services.json"), 400, "jurisdiction_id")
    assert_fault(
        client.get("/open311/v2/services.xml?jurisdiction_id=nowhere"), 404, "jurisdiction_id", form="xml"
    )
    assert client.get("/open311/v2/requests.json?jurisdiction_id=river").json() == []
    assert_fault(client.get(f"/open311/v2/requests/{code}.json?jurisdiction_id=river"), 404)
    assert client.get(f"/open311/v2/requests/{code}.json?jurisdiction_id=willow").status_code == 200


def test_letters_that_xml_cannot_say_are_left_out(client: Client, office: Office, receive) -> None:
    matter = receive().matter
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=True, words="a\x0bb<&>", photos=[])
    [row] = rows_of(client.get("/open311/v2/requests.xml"), "xml")
    assert row["description"] == "ab<&>"


@pytest.mark.parametrize(
    "path", ["v2/", "v2/nothing.json", "v2/requests", "v2/requests/a/b.xml", "nothing", ""]
)
def test_other_addresses_are_nothing(client: Client, office: Office, path: str) -> None:
    assert_fault(client.get(f"/open311/{path}"), 404, form="json" if path.endswith("json") else "xml")


def test_method_that_an_address_does_not_take_is_told(client: Client, office: Office) -> None:
    answer = client.delete("/open311/v2/requests.json")
    assert_fault(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert client.head("/open311/v2/requests.json").status_code == 200


def test_readers_are_told_to_wait_when_they_ask_too_often(
    client: Client, office: Office, monkeypatch
) -> None:
    monkeypatch.setitem(doors._RATES, "address", (2, 0.1))
    assert [client.get("/open311/v2/services.json").status_code for _try in range(3)] == [200, 200, 429]
    limited = client.get("/open311/v2/services.json")
    assert_fault(limited, 429)
    assert limited.headers["Retry-After"] == "10"


def test_list_costs_the_same_for_one_and_for_many(
    client: Client, receive, django_assert_max_num_queries
) -> None:
    receive()
    with django_assert_max_num_queries(7):
        client.get("/open311/v2/requests.json")
    for _number in range(3):
        receive()
    with django_assert_max_num_queries(7):
        assert len(client.get("/open311/v2/requests.json").json()) == 4


def test_moments_are_in_the_communitys_own_time(client: Client, receive) -> None:
    matter = receive().matter
    [row] = client.get(f"/open311/v2/requests/{matter.code}.json").json()
    due = dt.datetime.fromisoformat(row["expected_datetime"])
    assert due == matter.solve_due_at
    assert row["expected_datetime"].endswith("+08:00")
