"""Matters for other systems: what everybody may know, what a key adds, reports filed once; and what never leaves."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django_scopes import scope, scopes_disabled

from linli.desk.api import doors
from linli.desk.common.models import LedgerEntry
from linli.desk.matters import actions
from linli.desk.matters.models import Matter
from linli.desk.partners.actions import revoke_key
from linli.desk.partners.models import ApiKey
from linli.desk.people.models import Consent, Resident
from tests.desk.api.conftest import key_for, photo_bytes
from tests.desk.people.conftest import Office, make_office

LAMP = {
    "category": "lighting",
    "words": "三号楼门口的路灯坏了",
    "place": {"lon": 120.01149, "lat": 30.00551},
    "place_words": "三号楼二单元门口",
    "answers": {"lamp": "in_the_street"},
}
SECRETS = ("三号楼", "张三丰", "13812345678", "内部", "director of", "grid_worker of", "7KQ2")


def report(**more) -> dict:
    return LAMP | more


def assert_problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.json()


# Reading


def test_public_matter_is_told_without_anybodys_words(api, office: Office, matter: Matter) -> None:
    actions.note_matter(matter=matter, by=office.actor("desk"), text="内部:张三丰总是抱怨")
    actions.start_matter(matter=matter, by=office.actor("grid_worker"))
    answer = api(f"matters/{matter.code}")
    assert answer.json() == {
        "code": "26-00001",
        "category": "lighting",
        "state": "in_progress",
        "outcome": "",
        "open": True,
        "public": True,
        "received_at": "2026-11-24T01:00:00Z",
        "changed_at": "2026-11-24T01:00:00Z",
        "due_at": answer.json()["due_at"],
        "closed_at": None,
        "grid": 1,
        "lon": 120.011,
        "lat": 30.005,
        "words": "",
        "photos": [],
        "page": "http://testserver/c/willow/matters/26-00001/",
    }
    assert answer.json()["due_at"].startswith("2026-1")


def test_nobodys_words_and_no_name_leave_by_any_address(
    api, client: Client, office: Office, matter: Matter
) -> None:
    desk, worker = office.actor("desk"), office.actor("grid_worker")
    actions.note_matter(matter=matter, by=desk, text="内部:张三丰总是抱怨")
    actions.start_matter(matter=matter, by=worker)
    actions.ask_resident(matter=matter, by=worker, question="张三丰,三号楼哪一盏?")
    key = key_for(office)[1]
    paths = ("matters", f"matters/{matter.code}", f"matters/{matter.code}/timeline", "categories")
    told = [api(path, key=shown).content.decode() for path in paths for shown in ("", key)]
    forms = ("xml", "json")
    told += [client.get(f"/open311/v2/{path}.{form}").content.decode() for form in forms for path in (
        "requests", f"requests/{matter.code}", f"tokens/{matter.code}", "services",
    )]  # fmt: skip
    assert len(told) == 16
    assert all(told)
    for secret in (*SECRETS, matter.follow_code):
        assert [one for one in told if secret in one] == [], secret


def test_words_let_through_are_told(api, office: Office, matter: Matter) -> None:
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=True, words="路灯不亮", photos=[])
    assert api("matters").json()["matters"][0]["words"] == "路灯不亮"


def test_timeline_tells_public_words_alone(api, office: Office, matter: Matter) -> None:
    desk = office.actor("desk")
    actions.note_matter(matter=matter, by=desk, text="内部")
    actions.say_publicly(matter=matter, by=desk, text="灯杆周五更换")
    moments = api(f"matters/{matter.code}/timeline", **{"Accept-Language": "en"}).json()["moments"]
    assert [(one["verb"], one["text"]) for one in moments] == [
        ("receive", ""), ("assign", ""), ("say", "灯杆周五更换"),
    ]  # fmt: skip
    assert moments[0]["title"] == "Received"


@pytest.mark.parametrize(
    "hidden", [{"confidential": True}, {"category": "help"}, {"category": "consult"}], ids=["confidential", "sensitive", "not public"]
)  # fmt: skip
def test_what_is_not_public_is_nothing(api, receive, read_key: str, hidden: dict) -> None:
    code = receive(**hidden).matter.code
    for key in ("", read_key):
        assert api("matters", key=key).json()["matters"] == []
        nothing = assert_problem(api(f"matters/{code}", key=key), 404)
        assert nothing == assert_problem(api("matters/26-99999", key=key), 404)
        assert_problem(api(f"matters/{code}/timeline", key=key), 404)


def test_key_sees_what_it_reported_itself_without_place_and_words(api, office: Office) -> None:
    mine, other = key_for(office)[1], key_for(office)[1]
    code = api("matters", report(category="consult", answers={}), key=mine).json()["matter"]["code"]
    with scope(community=office.community):
        desk = office.actor("desk")
        matter = Matter.objects.get(code=code)
        actions.say_publicly(matter=matter, by=desk, text="张三丰您好")
    seen = api(f"matters/{code}", key=mine).json()
    assert (seen["public"], seen["lon"], seen["words"], seen["page"]) == (False, None, "", None)
    assert [one["text"] for one in api(f"matters/{code}/timeline", key=mine).json()["moments"]][-1] == ""
    assert [one["code"] for one in api("matters?mine=true", key=mine).json()["matters"]] == [code]
    assert_problem(api(f"matters/{code}", key=other), 404)
    assert api("matters?mine=true", key=other).json()["matters"] == []
    assert api("matters?mine=true").json()["matters"] == []


def test_list_is_narrowed_and_paged(api, receive, office: Office, time) -> None:
    codes = []
    for _number in range(5):
        codes.append(receive().matter.code)
        time.move(hours=1)
    receive(category="suggestion", at=(120.025, 30.005))
    newest = [*reversed(codes)]

    def listed(query: str) -> list[str]:
        return [one["code"] for one in api(f"matters?{query}").json()["matters"]]

    assert listed("category=lighting") == newest
    assert listed("grid=2") == ["26-00006"]
    assert listed("open=false") == []
    assert listed("since=2026-11-24T13:00:00%2B08:00&category=lighting") == newest[:1]
    assert listed("until=2026-11-24T10:00:00%2B08:00") == codes[:1]
    # At the ends of the calendar, and beyond what a database calls an offset, a moment is one as well.
    assert listed("until=9999-12-31T23:00:00-17:00") == ["26-00006", *newest]
    assert listed("until=0001-01-01T00:00:00%2B08:00") == []
    assert listed("since=0457-11-06T07:23:53-17:49") == ["26-00006", *newest]
    first = api("matters?limit=4&category=lighting").json()
    rest = api(f"matters?limit=4&category=lighting&cursor={first['next']}").json()
    assert [one["code"] for one in first["matters"] + rest["matters"]] == newest
    assert rest["next"] is None
    assert_problem(api("matters?bbox=1,2,3"), 422)
    assert_problem(api("matters?since=2026-11-24"), 422)
    assert_problem(api("matters?limit=1000"), 422)


def test_boxes_ever_smaller_do_not_find_the_door(api, receive) -> None:
    receive(at=(120.01149, 30.00551))

    def found(west: float, south: float, east: float, north: float) -> bool:
        return bool(api(f"matters?bbox={west},{south},{east},{north}").json()["matters"])

    assert found(120.01, 30.0, 120.02, 30.01)
    assert found(120.011, 30.006, 120.011, 30.006)
    # The very place, and beside it: both say no more than the rounded place.
    assert not found(120.01148, 30.0055, 120.0115, 30.00552)
    assert found(120.0109, 30.0059, 120.0111, 30.0061)


def test_list_costs_the_same_for_one_and_for_many(api, receive, django_assert_max_num_queries) -> None:
    receive()
    with django_assert_max_num_queries(9):
        api("matters")
    for _number in range(3):
        receive()
    with django_assert_max_num_queries(9):
        assert len(api("matters").json()["matters"]) == 4


# Who may


def test_report_by_a_key_is_received(api, office: Office, write_key: str) -> None:
    answer = api("matters", report(), key=write_key)
    assert answer.status_code == 201
    told = answer.json()
    assert told["matter"]["state"] == "dispatched"
    assert (told["matter"]["lon"], told["matter"]["lat"]) == (120.011, 30.006)
    assert told["follow_page"] == f"http://testserver/c/willow/follow/{told['follow_code']}/"
    matter = Matter.objects.get()
    assert (matter.source, matter.words, matter.place_words) == (
        "api",
        "三号楼门口的路灯坏了",
        "三号楼二单元门口",
    )
    assert matter.on_behalf_by == ApiKey.objects.get().key
    assert matter.reporter is None
    received = LedgerEntry.objects.get(event="matter.received")
    assert received.actor == f"api:{ApiKey.objects.get().pk}"


def test_reporter_is_kept_with_the_consent_the_other_system_has(api, office: Office, write_key: str) -> None:
    api("matters", report(reporter={"name": "张三丰", "phone": "13812345678"}), key=write_key)
    resident = Resident.objects.get()
    assert (resident.name, resident.phone, resident.channel, resident.self_told) == (
        "张三丰",
        "13812345678",
        "sms",
        True,
    )
    assert Consent.objects.get().given_by == "proxy"


def test_name_alone_is_not_kept(api, office: Office, write_key: str) -> None:
    assert api("matters", report(reporter={"name": "张三丰"}), key=write_key).status_code == 201
    assert Resident.objects.count() == 0


@pytest.fixture
def next_door(office: Office) -> Office:
    return make_office("river")


@pytest.fixture
def no_keys(office: Office, next_door: Office) -> dict[str, str]:
    """What is shown for a key, and is none here."""
    row, revoked = key_for(office)
    revoke_key(by=office.actor("director"), api_key=row)
    with scope(community=next_door.community):
        theirs = key_for(next_door)[1]
    return {"wrong": "linli_x", "next door": theirs, "revoked": revoked}


def test_who_shows_no_key_in_force_reports_nothing(api, no_keys: dict[str, str]) -> None:
    for path in ("matters", "photos"):
        told = []
        for key in ("", *no_keys.values()):
            answer = api(path, report(), key=key)
            told.append(assert_problem(answer, 401))
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        # Nobody learns which of them it is.
        assert [one for one in told if one != told[0]] == []
    assert Matter.objects.count() == 0


def test_who_shows_a_key_that_is_none_is_told_so(api, no_keys: dict[str, str], matter: Matter) -> None:
    for path in ("matters", f"matters/{matter.code}", f"matters/{matter.code}/timeline", "categories"):
        assert api(path).status_code == 200
        for key in no_keys.values():
            assert_problem(api(path, key=key), 401)


def test_key_that_reads_reports_nothing(api, read_key: str) -> None:
    assert_problem(api("matters", report(), key=read_key), 403)
    assert Matter.objects.count() == 0


def test_unknown_community_is_nothing(api, office: Office, write_key: str) -> None:
    for path in ("matters", "matters/26-00001", "matters/26-00001/timeline", "categories"):
        assert_problem(api(path, slug="nowhere"), 404)
    assert_problem(api("matters", report(), slug="nowhere", key=write_key), 401)


def test_use_of_a_key_is_noted_to_the_hour(api, office: Office, time) -> None:
    row, key = key_for(office)
    began = time.moment
    api("matters", key=key)
    time.move(minutes=30)
    api("matters", key=key)
    row.refresh_from_db()
    assert row.last_used_at == began
    time.move(minutes=31)
    api("matters", key=key)
    row.refresh_from_db()
    assert row.last_used_at == time.moment


# Once


def test_same_idempotency_key_is_the_same_report(api, office: Office, write_key: str) -> None:
    header = {"Idempotency-Key": str(uuid.uuid4())}
    first = api("matters", report(), key=write_key, **header)
    again = api("matters", report(), key=write_key, **header)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Matter.objects.count() == 1
    assert_problem(api("matters", report(words="别的"), key=write_key, **header), 422)
    assert_problem(api("matters", report(), key=write_key, **{"Idempotency-Key": "five"}), 422)
    assert Matter.objects.count() == 1


def test_idempotency_key_of_one_system_opens_nothing_to_another(api, office: Office) -> None:
    header = {"Idempotency-Key": str(uuid.uuid4())}
    first = api("matters", report(), key=key_for(office)[1], **header)
    other = api("matters", report(), key=key_for(office)[1], **header)
    assert other.status_code == 201
    assert other.json()["follow_code"] != first.json()["follow_code"]


def test_too_many_requests_are_told_to_wait(api, office: Office, write_key: str) -> None:
    statuses = [api("matters", key="wrong").status_code for _try in range(32)]
    assert statuses == [401] * 30 + [429] * 2
    limited = api("matters", key="wrong")
    assert assert_problem(limited, 429)["status"] == 429
    assert int(limited.headers["Retry-After"]) == 60
    # A key that is none wears out nobody's good one.
    assert api("matters", key=write_key).status_code == 200


def test_key_that_asks_too_often_is_told_to_wait_and_no_other(api, office: Office, monkeypatch) -> None:
    monkeypatch.setitem(doors._RATES, "key", (2, 0.1))
    one, other = key_for(office)[1], key_for(office)[1]
    assert [api("matters", key=one).status_code for _try in range(3)] == [200, 200, 429]
    assert api("matters", key=other).status_code == 200
    assert api("matters").status_code == 200


# What is wrong


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"category": "castle"}, "category"),
        ({"answers": {}}, ""),
        ({"answers": {"lamp": "on the moon"}}, ""),
        ({"words": ""}, ""),
        ({"words": "x" * 5001}, "told.words"),
        ({"words": "a\x00b"}, "told.words"),
        ({"place": {"lon": 181, "lat": 0}}, "told.place.lon"),
        ({"spot": "NOSUCH00"}, "spot"),
        ({"more": 1}, "told.more"),
        ({"photos": [str(uuid.uuid4())]}, ""),
        ({"reporter": {"phone": "five"}}, ""),
    ],
)
def test_report_that_cannot_be_is_told_why(
    api, office: Office, write_key: str, more: dict, part: str
) -> None:
    told = assert_problem(api("matters", report(**more), key=write_key), 422)
    assert [one["field"] for one in told.get("errors", [])] == ([part] if part else [])
    assert told["detail"]
    assert Matter.objects.count() == 0


def test_report_that_is_no_json_is_told_so(client: Client, office: Office, write_key: str) -> None:
    headers = {"Authorization": f"Bearer {write_key}"}
    answer = client.post("/api/c/willow/matters", "{", content_type="application/json", headers=headers)
    assert_problem(answer, 400)


def test_photo_is_sent_first_and_named_in_the_report(
    client: Client, api, office: Office, write_key: str, read_key: str
) -> None:
    headers = {"Authorization": f"Bearer {write_key}"}
    file = SimpleUploadedFile("lamp.jpg", photo_bytes(), content_type="image/jpeg")
    sent = client.post("/api/c/willow/photos", {"photo": file}, headers=headers)
    assert sent.status_code == 201, sent.content
    key = sent.json()["photo"]
    other = key_for(office)[1]
    assert_problem(api("matters", report(photos=[key]), key=other), 422)
    assert api("matters", report(photos=[key]), key=write_key).status_code == 201
    assert_problem(api("matters", report(photos=[key]), key=write_key), 422)
    file.seek(0)
    reading = {"Authorization": f"Bearer {read_key}"}
    assert_problem(client.post("/api/c/willow/photos", {"photo": file}, headers=reading), 403)
    bad = SimpleUploadedFile("lamp.jpg", b"no photo", content_type="image/jpeg")
    told = assert_problem(client.post("/api/c/willow/photos", {"photo": bad}, headers=headers), 422)
    assert told["errors"][0]["field"] == "photo"


def test_categories_tell_their_questions_and_whom_to_call(api, office: Office) -> None:
    found = {one["key"]: one for one in api("categories").json()["categories"]}
    assert found["lighting"]["questions"][0]["key"] == "lamp"
    assert {one["call_first"] for one in found.values()} >= {None, "119"}
    with scopes_disabled():
        assert len(found) == office.community.categories.count()


@pytest.mark.django_db(transaction=True)
def test_same_report_sent_by_many_at_once_is_filed_once(office: Office, write_key: str) -> None:
    headers = {"Authorization": f"Bearer {write_key}", "Idempotency-Key": str(uuid.uuid4())}

    def send(_number: int) -> tuple[int, str]:
        try:
            answer = Client().post(
                "/api/c/willow/matters", report(), content_type="application/json", headers=headers
            )
            return answer.status_code, answer.json()["matter"]["code"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sorted(answers) == [(200, "26-00001")] * 3 + [(201, "26-00001")]
    assert Matter.objects.count() == 1
