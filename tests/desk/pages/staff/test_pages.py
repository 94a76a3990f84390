"""The desk's pages: what is shown, what a form does, who sees what of whom."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from linli.desk.common import outbox
from linli.desk.common.models import Message, ReadEntry
from linli.desk.common.uploads import store_voice
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, Source, State
from tests.desk.matters.conftest import IN_SECOND, NOWHERE, Receive
from tests.desk.people.conftest import Office, make_office


def client_of(office: Office, name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(office.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def now(matter: Matter) -> Matter:
    with scope(community=matter.community):
        return Matter.objects.select_related("community", "worker", "category").get(pk=matter.pk)


def act(client: Client, matter: Matter, verb: str, **given):
    told = {"request_key": str(uuid.uuid4()), "version": now(matter).version} | given
    return client.post(f"/c/willow/desk/matters/{matter.code}/{verb}/", told)


def test_inbox_shows_what_waits_and_with_whom(office: Office, matter: Matter) -> None:
    page = client_of(office, "desk").get("/c/willow/desk/").content.decode()
    assert matter.code in page
    assert office.accounts["grid_worker"].name in page
    assert "收件箱" in client_of(office, "desk", "zh-CN").get("/c/willow/desk/").content.decode()


def test_inbox_asks_as_often_for_three_rows_as_for_one(office: Office, receive: Receive) -> None:
    client = client_of(office, "desk")

    def count() -> int:
        client.get("/c/willow/desk/rows/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/c/willow/desk/rows/")
        return len(queries)

    receive()
    one = count()
    receive()
    receive(at=IN_SECOND)
    assert count() == one


def test_inbox_filters_by_words_and_by_nobody(office: Office, receive: Receive) -> None:
    lost, found = (
        receive(at=NOWHERE).matter,
        receive(words="电梯坏了", category="property", answers={}).matter,
    )
    client = client_of(office, "desk")
    by_nobody = client.get("/c/willow/desk/rows/?worker=none").content.decode()
    assert lost.code in by_nobody
    assert found.code not in by_nobody
    by_words = client.get("/c/willow/desk/rows/?q=电梯").content.decode()
    assert found.code in by_words
    assert lost.code not in by_words


def test_bulk_assign_hands_over_each_once(office: Office, receive: Receive) -> None:
    matters = [receive(at=NOWHERE).matter for _ in range(2)]
    client, key = client_of(office, "desk"), str(uuid.uuid4())
    told = {"request_key": key, "code": [m.code for m in matters], "worker": office.accounts["other"].pk}
    for _ in range(2):
        client.post("/c/willow/desk/assign/", told)
    for matter in matters:
        assert now(matter).worker == office.accounts["other"]
        with scope(community=office.community):
            assert [step.verb for step in now(matter).steps.all()] == ["receive", "assign"]


def test_matter_is_done_by_its_forms(office: Office, matter: Matter) -> None:
    worker = client_of(office, "grid_worker")
    page = worker.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()
    assert matter.words in page
    assert act(worker, matter, "start").status_code == 302
    assert act(worker, matter, "ask", text="哪一侧？").status_code == 302
    assert now(matter).state == State.WAITING
    assert act(worker, matter, "finish", text="换了灯泡", outcome="fixed").status_code == 302
    assert now(matter).state == State.DONE


def test_form_that_lacks_its_text_keeps_what_was_typed(office: Office, matter: Matter) -> None:
    answer = act(client_of(office, "desk"), matter, "refuse", reason="不归我们管", way="")
    assert answer.status_code in {404, 409, 422}
    answer = act(client_of(office, "grid_worker"), matter, "object", reason="")
    assert answer.status_code == 422
    assert now(matter).state == State.DISPATCHED


def test_stale_version_changes_nothing_and_says_so(office: Office, matter: Matter) -> None:
    old = matter.version
    act(client_of(office, "desk"), matter, "note", text="同事已在路上")
    answer = client_of(office, "grid_worker").post(
        f"/c/willow/desk/matters/{matter.code}/finish/",
        {"request_key": str(uuid.uuid4()), "version": old, "text": "好了", "outcome": "fixed"},
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody was quicker" in page
    assert "好了" in page
    assert now(matter).state == State.DISPATCHED


def test_same_key_twice_is_one_step(office: Office, matter: Matter) -> None:
    client, key = client_of(office, "grid_worker"), str(uuid.uuid4())
    for _ in range(2):
        client.post(
            f"/c/willow/desk/matters/{matter.code}/note/",
            {"request_key": key, "text": "看过了", "version": matter.version},
        )
    with scope(community=office.community):
        assert [step.verb for step in now(matter).steps.all()].count("note") == 1


@pytest.mark.parametrize("who", ["other", "volunteer", "mediator", "care_worker"])
def test_matter_of_another_grid_is_absent(office: Office, matter: Matter, who: str) -> None:
    client = client_of(office, who)
    assert client.get(f"/c/willow/desk/matters/{matter.code}/").status_code == 404
    assert act(client, matter, "note", text="x").status_code == 404
    assert now(matter).version == matter.version


def test_matter_of_another_community_is_absent(office: Office, matter: Matter) -> None:
    river = make_office("river")
    client = client_of(river, "director")
    assert client.get(f"/c/willow/desk/matters/{matter.code}/").status_code == 404
    assert client.get(f"/c/river/desk/matters/{matter.code}/").status_code == 404


def test_auditor_sees_and_does_nothing(office: Office, matter: Matter) -> None:
    client = client_of(office, "auditor")
    assert client.get(f"/c/willow/desk/matters/{matter.code}/").status_code == 200
    act(client, matter, "note", text="x")
    assert now(matter).version == matter.version


def test_contact_opens_for_a_reason_that_is_kept(office: Office, matter: Matter) -> None:
    client = client_of(office, "grid_worker")
    path = f"/c/willow/desk/matters/{matter.code}/contact/"
    assert "13812345678" not in client.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()
    assert "13812345678" not in client.post(path, {"reason": ""}).content.decode()
    assert "13812345678" in client.post(path, {"reason": "上门前打电话"}).content.decode()
    with scope(community=office.community):
        assert [entry.reason for entry in ReadEntry.objects.all()] == ["上门前打电话"]


def test_intake_keeps_who_and_what_once(office: Office) -> None:
    client, key = client_of(office, "desk"), str(uuid.uuid4())
    told = {
        "request_key": key, "category": "lighting", "words": "三楼灯坏了", "name": "张三", "phone": "13900000000",
        "channel": "none", "lon": "120.011", "lat": "30.005", "q-lighting-lamp": "in_the_street",
    }  # fmt: skip
    pages = [client.post("/c/willow/desk/new/", told).content.decode() for _ in range(2)]
    with scope(community=office.community):
        matter = Matter.objects.select_related("reporter", "worker").get()
    assert (matter.source, matter.reporter.name) == (Source.DESK, "张三")
    assert matter.worker == office.accounts["grid_worker"]
    for page in pages:
        assert matter.code in page
        assert matter.follow_code in page


def test_inbox_says_loudly_what_did_not_go_out(office: Office, matter: Matter) -> None:
    outbox.deliver_due()
    count = Message.objects.filter(channel="sms").count()
    page = client_of(office, "desk").get("/c/willow/desk/").content.decode()
    assert f"{count} message" in page
    assert "could not be sent: no gateway for “Text message”." in page
    assert "/c/willow/desk/setup/messages/" in page
    # Who can do nothing about it is not alarmed.
    assert "could not be sent" not in client_of(office, "auditor").get("/c/willow/desk/").content.decode()


def test_worker_without_another_way_finds_on_the_round_what_they_were_told(
    office: Office, matter: Matter
) -> None:
    act(client_of(office, "desk"), matter, "assign", worker=office.accounts["other"].pk)
    other = client_of(office, "other")
    assert "1 message for you" in other.get("/c/willow/round/").content.decode()
    page = other.get("/c/willow/desk/notices/").content.decode()
    assert f"New for you: {matter.code} Lighting" in page
    # Whoever did it is told nothing.
    assert "for you" not in client_of(office, "desk").get("/c/willow/desk/").content.decode()


def test_notices_are_read_by_opening_the_matter_or_all_at_once(office: Office, receive: Receive) -> None:
    lost = [receive(at=NOWHERE).matter for _ in range(3)]
    clerk = client_of(office, "desk")
    assert "3 messages for you" in clerk.get("/c/willow/desk/").content.decode()
    page = clerk.get("/c/willow/desk/notices/").content.decode()
    assert f"To be handed out: {lost[0].code} Lighting" in page
    clerk.get(f"/c/willow/desk/matters/{lost[0].code}/")
    assert "2 messages for you" in clerk.get("/c/willow/desk/").content.decode()
    clerk.post("/c/willow/desk/notices/read/")
    assert "Nothing new." in clerk.get("/c/willow/desk/notices/").content.decode()
    assert "for you" not in clerk.get("/c/willow/desk/").content.decode()
    # Each has their own.
    assert outbox.unread(community=office.community, reader=office.accounts["director"].key).count() == 0


def test_sensitive_matter_is_not_read_in_passing_and_its_opening_is_kept(
    office: Office, receive: Receive
) -> None:
    secret = receive(category="help", answers={}, words="独居，三天没出门").matter
    plain = receive().matter
    clerk = client_of(office, "desk")
    inbox = clerk.get("/c/willow/desk/").content.decode()
    assert secret.code in inbox
    assert "独居" not in inbox
    assert "told in confidence" in inbox
    assert "独居，三天没出门" in clerk.get(f"/c/willow/desk/matters/{secret.code}/").content.decode()
    clerk.get(f"/c/willow/desk/matters/{plain.code}/")
    reads = ReadEntry.objects.values_list("actor", "about")
    assert list(reads) == [(office.accounts["desk"].key, secret.key)]


def test_pages_ask_as_often_for_three_as_for_one(office: Office, receive: Receive) -> None:
    clerk = client_of(office, "desk")

    def count(path: str) -> int:
        clerk.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert clerk.get(path).status_code == 200
        return len(queries)

    first = receive(at=NOWHERE).matter
    paths = ("/c/willow/desk/", "/c/willow/desk/notices/", f"/c/willow/desk/matters/{first.code}/")
    # A matter's own notices are read by looking at it.
    counts = [count(path) for path in paths]
    for _ in range(2):
        receive(at=NOWHERE)
    assert [count(path) for path in paths] == counts


def noted(office: Office, matter: Matter) -> str:
    """Where the voice note that the worker left is to be had."""
    by = office.actor("grid_worker")
    sound = store_voice(community=office.community, data=b"OggS\0\x02" + bytes(20) + b"OpusHead", by=by.key)
    actions.note_matter(matter=matter, by=by, text="", uploads=[sound])
    return f"/c/willow/desk/voice/{sound.key}/"


def test_voice_note_is_played_to_who_may_see_its_matter(office: Office, matter: Matter) -> None:
    url = noted(office, matter)
    desk = client_of(office, "desk")
    assert f'<audio controls preload="none" src="{url}"' in (
        desk.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()
    )
    heard = desk.get(url)
    assert (heard.status_code, heard["Content-Type"]) == (200, "audio/ogg")
    assert heard.content.startswith(b"OggS")
    for who in ("other", "volunteer"):
        assert client_of(office, who).get(url).status_code == 404
    river = make_office("river")
    assert client_of(river, "director").get(url).status_code == 404
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=0-3", 206, slice(0, 4)), ("bytes=4-", 206, slice(4, None)), ("bytes=-4", 206, slice(-4, None)),
     ("bytes=999-", 416, slice(0, 0)), ("lines=1-2", 200, slice(None))],
)  # fmt: skip
def test_voice_note_is_had_in_parts(
    office: Office, matter: Matter, asked: str, status: int, part: slice
) -> None:
    url, desk = noted(office, matter), client_of(office, "desk")
    whole = desk.get(url).content
    answer = desk.get(url, headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, whole[part])
