"""Open data and feeds: everybody's facts, rounded, in forms that others can read, and nobody's words."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from linli.desk.matters import actions
from linli.desk.matters.models import Matter
from linli.desk.partners.actions import set_terms
from tests.desk.people.conftest import Office

ATOM = "{http://www.w3.org/2005/Atom}"
FILES = ("matters.csv", "matters.json", "matters.geojson", "matters.atom", "counts.csv")


def load(client: Client, name: str, **query: str):
    return client.get(f"/c/willow/open/{name}", query)


def table(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_table_and_its_kin_say_the_same(client: Client, office: Office, receive, time) -> None:
    matter = receive(at=(120.01149, 30.00551)).matter
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=True, words="路灯,不亮", photos=[])
    time.move(hours=1)
    actions.start_matter(matter=matter, by=office.actor("grid_worker"))
    [row] = table(load(client, "matters.csv"))
    assert row == {
        "code": "26-00001", "category": "lighting", "category_zh": row["category_zh"], "category_en": row["category_en"],
        "group": "facilities", "state": "in_progress", "outcome": "", "open": "true",
        "received_at": "2026-11-24T01:00:00Z", "changed_at": "2026-11-24T02:00:00Z", "closed_at": "", "grid": "1",
        "lon": "120.011", "lat": "30.006", "words": "路灯,不亮",
    }  # fmt: skip
    told = load(client, "matters.json").json()
    [same] = told["matters"]
    assert {key: "" if value is None else str(value) for key, value in same.items()} == row | {"open": "True"}
    assert (told["source"], told["licence"], told["invented"]) == (
        {"zh": "willow社区", "en": "Willow"},
        None,
        False,
    )
    assert "rounded to 3 decimals" in told["note"]
    geo = load(client, "matters.geojson")
    assert geo.headers["Content-Type"] == "application/geo+json"
    [feature] = geo.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [120.011, 30.006]}
    assert feature["properties"]["code"] == feature["id"] == "26-00001"


def test_what_somebody_does_inside_does_not_show(
    client: Client, office: Office, matter: Matter, time
) -> None:
    time.move(hours=5)
    actions.note_matter(matter=matter, by=office.actor("desk"), text="内部")
    [row] = table(load(client, "matters.csv"))
    assert row["changed_at"] == "2026-11-24T01:00:00Z"


@pytest.mark.parametrize("hidden", [{"confidential": True}, {"category": "help"}, {"category": "consult"}])
def test_what_is_not_public_is_in_no_file(client: Client, receive, hidden: dict) -> None:
    code = receive(**hidden).matter.code
    for name in FILES:
        assert code not in load(client, name).content.decode()


def test_nobodys_words_and_no_name_are_in_any_file(client: Client, office: Office, matter: Matter) -> None:
    actions.note_matter(matter=matter, by=office.actor("desk"), text="内部:张三丰")
    actions.ask_resident(matter=matter, by=office.actor("grid_worker"), question="张三丰,哪一盏?")
    told = "".join(load(client, name).content.decode() for name in FILES)
    assert matter.code in told
    for secret in ("三号楼", "张三丰", "138", "内部", "of willow", "account", matter.follow_code):
        assert secret not in told, secret


def test_cell_that_a_spreadsheet_would_run_is_disarmed(client: Client, office: Office, receive) -> None:
    matter = receive().matter
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=True, words="=1+1", photos=[])
    [row] = table(load(client, "matters.csv"))
    assert row["words"] == "'=1+1"
    assert load(client, "matters.json").json()["matters"][0]["words"] == "=1+1"


def test_files_are_narrowed_by_year_grid_and_category(client: Client, receive, time) -> None:
    receive()
    time.set("2027-01-01T00:30:00+08:00")
    receive(category="suggestion", at=(120.025, 30.005))

    def codes(**query: str) -> list[str]:
        return [row["code"] for row in table(load(client, "matters.csv", **query))]

    assert codes() == ["27-00002", "26-00001"]
    assert codes(year="2027") == ["27-00002"]
    assert codes(year="2026", grid="1") == ["26-00001"]
    assert codes(grid="2") == codes(category="suggestion") == ["27-00002"]
    for wrong in ({"year": "x"}, {"year": "99999"}, {"grid": "-1"}, {"grid": "9" * 20}, {"category": "\x00"}):
        assert load(client, "matters.csv", **wrong).status_code == 404


def test_small_counts_are_left_empty(client: Client, receive) -> None:
    for category, count in (("lighting", 5), ("consult", 4), ("help", 6)):
        for _number in range(count):
            receive(category=category)
    receive(category="lighting", confidential=True)
    assert table(load(client, "counts.csv")) == [
        {"month": "2026-11", "category": "consult", "received": ""},
        {"month": "2026-11", "category": "lighting", "received": "5"},
    ]


def test_feed_is_atom(client: Client, office: Office, receive, time) -> None:
    first = receive(at=(120.01149, 30.00551)).matter
    time.move(hours=1)
    second = receive(at=None).matter
    time.move(hours=1)
    actions.start_matter(matter=first, by=office.actor("grid_worker"))
    answer = load(client, "matters.atom", category="lighting")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    top = ET.fromstring(answer.content)
    assert top.tag == f"{ATOM}feed"
    assert top.findtext(f"{ATOM}id") == "http://testserver/c/willow/open/matters.atom?category=lighting"
    assert top.findtext(f"{ATOM}updated") == "2026-11-24T03:00:00Z"
    assert top.findtext(f"{ATOM}author/{ATOM}name")
    entries = top.findall(f"{ATOM}entry")
    # What changed last stands first.
    assert [one.findtext(f"{ATOM}id", "")[-9:] for one in entries] == [f"{first.code}/", f"{second.code}/"]
    for one in entries:
        for part in ("id", "title", "updated", "content"):
            assert one.findtext(f"{ATOM}{part}")
    points = [one.findtext("{http://www.georss.org/georss}point") for one in entries]
    assert points == ["30.006 120.011", None]


def test_empty_feed_is_still_a_feed(client: Client, office: Office) -> None:
    top = ET.fromstring(load(client, "matters.atom").content)
    assert top.findtext(f"{ATOM}updated")
    assert top.findall(f"{ATOM}entry") == []


def test_licence_goes_with_the_data_once_it_is_stated(client: Client, office: Office, receive) -> None:
    receive()
    assert "Link" not in load(client, "matters.csv").headers
    set_terms(by=office.actor("director"), licence="CC-BY-4.0")
    for name in FILES:
        link = load(client, name).headers["Link"]
        assert link == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert json.loads(load(client, "matters.geojson").content)["licence"] == "CC-BY-4.0"


def test_other_sites_may_read_it_and_keep_it_a_while(client: Client, office: Office) -> None:
    for name in FILES:
        headers = load(client, name).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cache-Control"] == "public, max-age=300"


def test_unknown_community_and_other_methods_are_nothing(client: Client, office: Office) -> None:
    for name in FILES:
        assert client.get(f"/c/nowhere/open/{name}").status_code == 404
        assert client.post(f"/c/willow/open/{name}").status_code == 405


def test_file_costs_the_same_for_one_and_for_many(
    client: Client, receive, django_assert_max_num_queries
) -> None:
    receive()
    with django_assert_max_num_queries(8):
        load(client, "matters.json")
    for _number in range(3):
        receive()
    with django_assert_max_num_queries(8):
        assert len(load(client, "matters.json").json()["matters"]) == 4
