"""What the desk sees and does about residents, on its pages: masks, reads that are logged, consent, proxies, export, erasure."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.test import Client

from linli.desk.common import clock
from linli.desk.common.models import LedgerEntry, ReadEntry
from linli.desk.people.actions import find_or_make_resident, give_consent
from linli.desk.people.models import Consent, Proxy, Resident
from tests.desk.people.conftest import Office
from tests.desk.people.test_ways_in import logged_in

NAME, PHONE, EMAIL, HOME = "张三丰", "13812345678", "zhang@example.com", "柳林路8号3单元501"
PRIVATE = (NAME, PHONE, EMAIL, HOME, "三丰", "2345678", "zhang", "单元")


@pytest.fixture
def zhang(office: Office) -> Resident:
    by = office.actor("desk")
    resident = find_or_make_resident(by=by, community=office.community, name=NAME, phone=PHONE, email=EMAIL)
    give_consent(by=by, resident=resident, purpose="contact")
    resident.home = HOME
    resident.save()
    return resident


@pytest.fixture
def desk(office: Office) -> Client:
    return logged_in(office.accounts["desk"])


@pytest.fixture
def director(office: Office) -> Client:
    return logged_in(office.accounts["director"])


def shown(answer) -> str:
    """The page's content, without its forms' fields and its links."""
    text = answer.content.decode()
    return text[text.index("<main") :]


def page_of(resident: Resident, more: str = "") -> str:
    return f"/c/willow/desk/residents/{resident.pk}/{more}"


def key() -> str:
    return str(uuid.uuid4())


def events(resident: Resident) -> list[str]:
    return list(
        LedgerEntry.objects.filter(about=resident.key).order_by("number").values_list("event", flat=True)
    )


@pytest.mark.parametrize("query", ["", "138 1234 5678", "+86 13812345678", "Zhang@Example.com"])
def test_list_shows_masks_and_finds_by_number_or_address(desk: Client, zhang: Resident, query: str) -> None:
    text = shown(desk.get("/c/willow/desk/residents/", {"q": query}))
    rows = re.findall(r'<li class="row">.*?</li>', text, re.DOTALL)
    assert len(rows) == 1
    assert "张**" in rows[0]
    assert "138****5678" in rows[0]
    assert "z***@example.com" in rows[0]
    assert [word for word in PRIVATE if word in rows[0]] == []
    assert ReadEntry.objects.count() == 0
    assert zhang.pk


def test_list_finds_nobody_by_part_of_a_number(desk: Client, zhang: Resident) -> None:
    assert zhang.pk
    for query in ("1381234", "张三丰", "%", "5678"):
        assert '<li class="row">' not in shown(desk.get("/c/willow/desk/residents/", {"q": query}))


def test_page_of_a_resident_is_masked_until_a_reason_is_given(
    desk: Client, office: Office, zhang: Resident
) -> None:
    masked = shown(desk.get(page_of(zhang)))
    assert [word for word in PRIVATE if word in masked] == []
    refused = desk.post(page_of(zhang), {"request_key": key(), "reason": " "})
    assert refused.status_code == 422
    assert PHONE not in shown(refused)
    assert ReadEntry.objects.count() == 0

    opened = shown(desk.post(page_of(zhang), {"request_key": key(), "reason": "回电话告知停水"}))
    assert [word for word in (NAME, PHONE, EMAIL, HOME) if word not in opened] == []
    read = ReadEntry.objects.get()
    assert (read.actor, read.about, read.reason) == (office.accounts["desk"].key, zhang.key, "回电话告知停水")
    assert read.fields == ["name", "phone", "email", "home"]
    # On that answer only.
    assert PHONE not in shown(desk.get(page_of(zhang)))


def test_correct_changes_what_is_kept_and_logs_which_fields(desk: Client, zhang: Resident) -> None:
    told = {
        "name": NAME,
        "phone": "139 0000 1111",
        "email": EMAIL,
        "home": HOME,
        "channel": "sms",
        "language": "en",
    }
    sent = {"request_key": key(), **told}
    for _twice in range(2):
        assert desk.post(page_of(zhang, "correct/"), sent).status_code == 302
    zhang.refresh_from_db()
    assert (zhang.phone, zhang.channel, zhang.language) == ("13900001111", "sms", "en")
    corrected = LedgerEntry.objects.filter(event="resident.corrected")
    assert [entry.data for entry in corrected] == [{"fields": ["channel", "language", "phone"]}]
    assert (
        len(re.findall('<li class="row">', shown(desk.get("/c/willow/desk/residents/?q=13900001111")))) == 1
    )
    assert '<li class="row">' not in shown(desk.get(f"/c/willow/desk/residents/?q={PHONE}"))


def test_correct_with_a_wrong_number_changes_nothing_and_says_so(desk: Client, zhang: Resident) -> None:
    told = {"name": NAME, "phone": "call me", "channel": "none", "language": "zh-hans", "request_key": key()}
    answer = desk.post(page_of(zhang, "correct/"), told, follow=True)
    assert "这不是电话号码" in shown(answer)
    zhang.refresh_from_db()
    assert zhang.phone == PHONE


def test_consent_is_given_by_whom_and_taken_back_with_what_stood_on_it(desk: Client, zhang: Resident) -> None:
    def say(purpose: str, **more: str) -> None:
        sent = {"request_key": key(), "purpose": purpose, **more}
        assert desk.post(page_of(zhang, "consent/"), sent).status_code == 302

    say("home", given="True", given_by="guardian")
    held = Consent.objects.get(resident=zhang, purpose="home")
    assert (held.given_by, held.withdrawn_at) == (Consent.GivenBy.GUARDIAN, None)
    assert held.text_version
    say("home", given="")
    held.refresh_from_db()
    assert held.withdrawn_at is not None
    zhang.refresh_from_db()
    assert (zhang.home, zhang.phone) == ("", PHONE)
    say("contact", given="")
    zhang.refresh_from_db()
    assert (zhang.phone, zhang.phone_digest, zhang.email, zhang.channel) == ("", "", "", "none")
    assert events(zhang) == [
        "resident.made", "consent.given", "consent.given", "consent.withdrawn", "consent.withdrawn",
    ]  # fmt: skip


def test_a_proxy_needs_consent_and_ends_with_it(desk: Client, office: Office, zhang: Resident) -> None:
    def name(**who: str) -> str:
        sent = {"request_key": key(), "relation": "女儿", **who}
        return shown(desk.post(page_of(zhang, "proxy/"), sent, follow=True))

    assert "请先记录" in name(phone="13700002222")
    assert Proxy.objects.count() == 0
    desk.post(page_of(zhang, "consent/"), {"request_key": key(), "purpose": "proxy", "given": "True"})
    assert "请写明" in name() or Proxy.objects.count() == 0
    text = name(phone="13700002222")
    assert "13700002222" not in text
    assert "女儿" in text
    assert "volunteer of willow" in name(username=office.accounts["volunteer"].username)
    assert Proxy.objects.filter(resident=zhang, until=None).count() == 2
    desk.post(page_of(zhang, "consent/"), {"request_key": key(), "purpose": "proxy", "given": ""})
    assert Proxy.objects.filter(resident=zhang, until=None).count() == 0


def test_export_is_everything_and_is_logged(
    director: Client, desk: Client, office: Office, zhang: Resident
) -> None:
    assert desk.post(page_of(zhang, "export/")).status_code == 404
    answer = director.post(page_of(zhang, "export/"))
    assert answer["Content-Disposition"] == f'attachment; filename="resident-{zhang.pk}.json"'
    kept = json.loads(answer.content)
    told = {
        "name": NAME,
        "phone": PHONE,
        "email": EMAIL,
        "home": HOME,
        "channel": "none",
        "language": "zh-hans",
    }
    assert told.items() <= kept["resident"].items()
    assert [(one["purpose"], one["given_by"]) for one in kept["consents"]] == [("contact", "self")]
    read = ReadEntry.objects.get()
    assert (read.actor, read.about, read.fields) == (office.accounts["director"].key, zhang.key, ["*"])


def test_erase_asks_and_leaves_nothing(director: Client, desk: Client, zhang: Resident) -> None:
    assert desk.get(page_of(zhang, "erase/")).status_code == 404
    asked = director.get(page_of(zhang, "erase/"))
    assert asked.status_code == 200
    zhang.refresh_from_db()
    assert zhang.erased_at is None
    answer = director.post(page_of(zhang, "erase/"), {"request_key": key(), "reason": "asked"})
    assert answer.status_code == 302
    zhang.refresh_from_db()
    told = (zhang.name, zhang.phone, zhang.phone_digest, zhang.email, zhang.email_digest, zhang.home)
    assert (*told, zhang.lon, zhang.lat) == ("",) * 6 + (None, None)
    assert zhang.erased_at is not None
    assert Consent.objects.filter(resident=zhang, withdrawn_at=None).count() == 0
    assert director.get(page_of(zhang)).status_code == 404
    assert '<li class="row">' not in shown(director.get(f"/c/willow/desk/residents/?q={PHONE}"))
    assert events(zhang)[-1] == "resident.erased"
    assert LedgerEntry.objects.get(event="resident.erased").data == {"reason": "asked"}


def test_a_new_resident_must_agree_and_who_is_known_is_found(desk: Client, zhang: Resident) -> None:
    told = {"name": "张三", "phone": PHONE, "channel": "none", "language": "zh-hans"}
    refused = desk.post("/c/willow/desk/residents/new/", {"request_key": key(), **told})
    assert refused.status_code == 422
    kept = desk.post("/c/willow/desk/residents/new/", {"request_key": key(), "agreed": "on", **told})
    assert kept["Location"] == page_of(zhang)
    zhang.refresh_from_db()
    assert zhang.name == NAME
    assert Resident.objects.count() == 1


def test_a_list_takes_as_many_queries_for_three_as_for_one(
    desk: Client, office: Office, zhang: Resident, django_assert_num_queries
) -> None:
    desk.get("/c/willow/desk/residents/")
    with django_assert_num_queries(6) as one:
        desk.get("/c/willow/desk/residents/")
    for name in ("李四", "王五"):
        Resident.objects.create(community=office.community, name=name, created_at=clock.now())
    with django_assert_num_queries(len(one)):
        desk.get("/c/willow/desk/residents/")
    assert zhang.pk
