"""The day as a worker sees it: theirs only, in walking order, with what the phone has to know to go on without a network."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from linli.desk.common import uploads
from linli.desk.matters import actions
from linli.desk.matters.lifecycle import State
from linli.desk.matters.models import Matter, ReplyTemplate, Source, Verb
from linli.desk.pages.round import deeds
from tests.desk.matters.conftest import IN_SECOND, Receive
from tests.desk.pages.round.conftest import Send, client_of, photo
from tests.desk.people.conftest import Office


def day_of(office: Office, who: str = "grid_worker", query: str = "", language: str = "en") -> str:
    return client_of(office, who, language).get(f"/c/willow/round/{query}").content.decode()


def codes(page: str) -> list[str]:
    return re.findall(r'data-code="([\d-]+)"', page)


def buttons(page: str, code: str) -> dict[str, bool]:
    """Deed → whether it is offered now, of one card."""
    card = page.split(f'id="job-{code}"')[1].split("</article>", maxsplit=1)[0]
    return {verb: not hidden for verb, hidden in re.findall(r'data-verb="(\w+)"( hidden)?', card)}


def test_day_shows_ones_own_only(office: Office, receive: Receive) -> None:
    mine, theirs = receive().matter, receive(at=IN_SECOND).matter
    for order in ("walk", "due"):
        assert codes(day_of(office, query=f"?order={order}")) == [mine.code]
    assert codes(day_of(office, "other")) == [theirs.code]
    assert codes(day_of(office, "volunteer")) == []


def test_day_asks_as_often_for_three_as_for_one(office: Office, receive: Receive) -> None:
    client = client_of(office, "grid_worker")

    def count() -> int:
        client.get("/c/willow/round/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/c/willow/round/")
        return len(queries)

    def one_more() -> None:
        kept, _place = uploads.store_photo(community=office.community, data=photo().read(), by="resident")
        receive(uploads=[kept])

    one_more()
    one = count()
    one_more()
    one_more()
    assert count() == one


def test_round_goes_on_from_the_nearest_and_may_begin_elsewhere(office: Office, receive: Receive) -> None:
    west, east, middle = (receive(at=(lon, 30.005)).matter for lon in (120.011, 120.019, 120.014))
    assert codes(day_of(office)) == [west.code, middle.code, east.code]
    page = day_of(office, query="?at=120.0195,30.005")
    assert codes(page) == [east.code, middle.code, west.code]
    assert "about 12 minutes on foot" in page
    assert codes(day_of(office, query="?at=nowhere")) == codes(day_of(office))


def test_card_shows_photos_and_the_last_word(office: Office, receive: Receive) -> None:
    kept, _place = uploads.store_photo(community=office.community, data=photo().read(), by="resident")
    matter = receive(uploads=[kept]).matter
    actions.note_matter(matter=matter, by=office.actor("desk"), text="钥匙在门卫")
    page = day_of(office)
    assert f'src="/c/willow/photos/{kept.key}/?size=thumb"' in page
    assert "钥匙在门卫" in page
    assert f'data-version="{matter.version + 1}"' in page


def test_card_offers_what_the_table_allows(office: Office, send: Send, receive: Receive) -> None:
    matter = receive().matter
    assert buttons(day_of(office), matter.code) == {
        "start": True, "finish": True, "note": True, "ask": True, "say": True, "object": True,
    }  # fmt: skip
    send(matter, "start")
    assert buttons(day_of(office), matter.code) == {
        "start": False, "finish": True, "note": True, "ask": True, "say": True, "object": False,
    }  # fmt: skip


def test_buttons_lead_to_the_matters_own_forms_without_script(office: Office, matter: Matter) -> None:
    page = day_of(office)
    for verb in ("start", "finish", "note", "ask", "say", "object"):
        assert f'href="/c/willow/desk/matters/{matter.code}/#verb-{verb}" data-verb="{verb}">' in page
    assert 'href="/c/willow/desk/new/" data-verb="found">' in page


def test_what_was_decided_is_not_handed_back_again(office: Office, send: Send, matter: Matter) -> None:
    send(matter, "object", reason="不在我的网格")
    decided = actions.assign_matter(
        matter=Matter.objects.get(pk=matter.pk),
        by=office.actor("desk"),
        worker=office.accounts["grid_worker"],
    )
    assert decided.decided is True
    assert "object" not in buttons(day_of(office), matter.code)


def test_nobody_is_asked_about_what_a_worker_found(office: Office, receive: Receive) -> None:
    matter = receive(source=Source.WORKER, by=office.actor("grid_worker")).matter
    assert "ask" not in buttons(day_of(office), matter.code)


def test_page_knows_what_follows_on_a_deed_that_is_not_sent(office: Office, matter: Matter) -> None:
    found = re.search(r'data-edges="([^"]*)"', day_of(office))
    edges = json.loads(unescape(found[1]))
    assert edges["reopened"]["start"] == {"to": "in_progress", "who": ["worker"]}
    assert "finish" not in edges["reopened"]
    assert edges["in_progress"]["finish"]["to"] == "done"
    assert edges["in_progress"]["note"]["to"] == "in_progress"
    assert set(edges) == {state.value for state in State}
    assert {verb for one in edges.values() for verb in one} == {verb.value for verb in deeds.OFFERED}


def test_texts_that_are_written_often_stand_ready(office: Office, matter: Matter) -> None:
    ReplyTemplate.objects.create(
        community=office.community,
        name="灯泡",
        verb=Verb.FINISH,
        category=matter.category,
        text_zh="换了灯泡",
    )
    page = day_of(office)
    assert page.count('data-fill-zh="换了灯泡" data-fill-en="" data-of="lighting"') == 1
    assert page.index('id="form-finish"') < page.index("data-fill-zh") < page.index('id="form-note"')


def test_day_that_a_phone_has_already_is_not_sent_again(office: Office, matter: Matter, send: Send) -> None:
    client = client_of(office, "grid_worker")

    def mark_of(page: str) -> str:
        return unescape(re.search(r'data-mark="([^"]+)"', page)[1])

    mark = mark_of(client.get("/c/willow/round/").content.decode())
    known = {"If-None-Match": mark}
    answer = client.get("/c/willow/round/", headers=known)
    assert (answer.status_code, answer.content) == (304, b"")
    assert client.get("/c/willow/round/?order=due", headers=known).status_code == 200
    assert client_of(office, "other").get("/c/willow/round/", headers=known).status_code == 200
    assert client_of(office, "grid_worker", "zh-CN").get("/c/willow/round/", headers=known).status_code == 200
    send(matter, "note", text="要带梯子")
    answer = client.get("/c/willow/round/", headers=known)
    assert answer.status_code == 200
    assert mark_of(answer.content.decode()) != mark


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "今天的走访"), ("en", "My round today")])
def test_day_is_told_in_both_languages(office: Office, language: str, word: str) -> None:
    assert word in day_of(office, language=language)


def test_who_tells_whose_phone_it_is_now(office: Office) -> None:
    told = client_of(office, "grid_worker").get("/c/willow/round/who/")
    assert told.json()["actor"] == f"account:{office.accounts['grid_worker'].pk}"
    assert "no-store" in told["Cache-Control"]
    assert Client().get("/c/willow/round/who/").status_code == 302


def test_token_of_who_lets_the_phone_send(office: Office, matter: Matter) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        office.accounts["grid_worker"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    told = {
        "request_key": "7e0b6c5e-2f0e-4d0c-9a35-6d3c4f1c2b10", "actor": f"account:{office.accounts['grid_worker'].pk}",
        "verb": "start", "code": matter.code, "version": matter.version,
    }  # fmt: skip
    assert client.post("/c/willow/round/send/", told).status_code == 403
    token = client.get("/c/willow/round/who/").json()["token"]
    assert client.post("/c/willow/round/send/", told, headers={"X-CSRFToken": token}).status_code == 200
