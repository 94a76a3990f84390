"""The ladder, the texts, the community's own facts."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from linli.desk.common.models import LedgerEntry, Message
from linli.desk.matters import sweeps
from linli.desk.matters.models import Escalation, LadderRung, Matter, ReplyTemplate
from linli.desk.places.models import Community
from tests.desk.clock import Frozen
from tests.desk.pages.setup.conftest import Desk
from tests.desk.people.conftest import Office

Look = Callable[..., Desk]


def ladder(*rungs: tuple[str, int, str, str]) -> dict[str, Any]:
    names = ("who", "grace_hours", "channel", "to")
    given: dict[str, Any] = {"r-TOTAL_FORMS": len(rungs), "r-INITIAL_FORMS": 0}
    for number, rung in enumerate(rungs):
        given |= {f"r-{number}-{name}": value for name, value in zip(names, rung, strict=True)}
    return given


def test_usual_steps_are_said_to_be_our_own_choice(desk: Look) -> None:
    assert "the usual steps: our own choice, taken from no rule" in desk().see("ladder/")


def test_late_matter_climbs_the_steps_that_were_set(desk: Look, matter: Matter, time: Frozen) -> None:
    director = desk()
    director.send("ladder/", **ladder(("director", 2, "none", ""), ("street", 3, "sms", "13711112222")))
    assert "steps of our own" in director.see("ladder/")
    time.set(matter.solve_due_at)
    time.move(minutes=1)
    sweeps.climb()
    matter.refresh_from_db()
    assert [one.who for one in Escalation.objects.filter(matter=matter)] == ["director"]
    assert matter.next_rung_at is not None
    time.set(matter.next_rung_at)
    sweeps.climb()
    assert [one.who for one in Escalation.objects.filter(matter=matter)] == ["director", "street"]
    told = Message.objects.filter(topic="matter.overdue", channel="sms")
    assert [message.to for message in told] == ["13711112222"]


def test_number_of_the_street_office_is_not_in_the_ledger(desk: Look) -> None:
    desk().send("ladder/", **ladder(("street", 3, "sms", "13711112222")))
    entry = LedgerEntry.objects.get(event="ladder.set")
    assert entry.data == {"rungs": [["street", 3, "sms"]]}


def test_step_without_time_or_with_half_an_address_is_refused(desk: Look) -> None:
    director = desk()
    page = director.send("ladder/", status=422, **ladder(("desk", "", "none", "")))
    assert "1 to 400 office hours" in page
    page = director.send("ladder/", status=422, **ladder(("street", 8, "sms", "")))
    assert "Give both the way to the street office" in page
    assert not LadderRung.objects.exists()


def test_usual_steps_come_back(desk: Look) -> None:
    director = desk()
    director.send("ladder/", **ladder(("director", 2, "none", "")))
    director.send("ladder/", usual="1", **ladder(("director", 2, "none", "")))
    assert not LadderRung.objects.exists()


def test_text_is_offered_where_it_belongs(desk: Look, matter: Matter) -> None:
    clerk = desk("desk")
    clerk.send("texts/new/", name="灯", verb="finish", category="lighting", text_zh="灯已修好，请确认。")
    page = clerk.client.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()
    assert page.count("灯已修好，请确认。") == 1
    there = ReplyTemplate.objects.get()
    clerk.send(f"texts/{there.pk}/", name="灯", verb="finish", category="property", text_zh="已修好。")
    page = clerk.client.get(f"/c/willow/desk/matters/{matter.code}/").content.decode()
    assert "已修好。" not in page
    clerk.send(f"texts/{there.pk}/drop/")
    assert not ReplyTemplate.objects.exists()
    events = LedgerEntry.objects.filter(about=f"template:{there.pk}").values_list("event", flat=True)
    assert list(events) == ["template.made", "template.changed", "template.dropped"]


def test_two_texts_have_two_names(desk: Look) -> None:
    clerk = desk("desk")
    clerk.send("texts/new/", name="谢谢", text_zh="谢谢您")
    assert "Another text has this name." in clerk.send(
        "texts/new/", status=422, name="谢谢", text_en="Thanks"
    )
    assert "a text in one language at least" in clerk.send("texts/new/", status=422, name="空")


def test_texts_page_asks_as_often_for_one_as_for_three(desk: Look) -> None:
    clerk = desk("desk")
    clerk.send("texts/new/", name="一", text_zh="一", category="lighting")
    one = clerk.queries("texts/")
    clerk.send("texts/new/", name="二", text_zh="二", category="property")
    clerk.send("texts/new/", name="三", text_zh="三", category="lighting")
    assert clerk.queries("texts/") == one


def facts(**changed: str) -> dict[str, str]:
    known = {"name_zh": "柳树社区", "name_en": "Willow", "timezone": "Asia/Shanghai", "country": "CN"}
    return known | {"police": "110", "fire": "119", "ambulance": "120", "traffic": "122"} | changed


def test_facts_of_the_community_are_put_right(desk: Look, office: Office) -> None:
    director = desk()
    director.send("community/", **facts(timezone="Asia/Urumqi", country="cn", ambulance="999", traffic=""))
    there = Community.objects.get(pk=office.community.pk)
    assert (there.name_zh, there.timezone, there.country) == ("柳树社区", "Asia/Urumqi", "CN")
    assert there.emergency_numbers == {"police": "110", "fire": "119", "ambulance": "999"}
    entry = LedgerEntry.objects.get(event="community.changed")
    assert entry.data == {"fields": ["emergency_numbers", "name_zh", "timezone"]}
    assert "999" in director.client.get("/c/willow/desk/new/").content.decode()


def test_facts_that_are_none_are_refused(desk: Look, office: Office) -> None:
    director = desk()
    assert "made of digits" in director.send("community/", status=422, **facts(police="ring me"))
    assert "two letters" in director.send("community/", status=422, **facts(country="1"))
    assert "Give it a name" in director.send("community/", status=422, **facts(name_zh="", name_en=""))
    director.send("community/", status=422, **facts(timezone="Mars/Base"))
    there = Community.objects.get(pk=office.community.pk)
    assert there.emergency_numbers == office.community.emergency_numbers


def test_settings_list_only_what_one_may(desk: Look) -> None:
    page = desk("desk").see()
    assert "/desk/setup/categories/" in page
    assert "/desk/setup/ladder/" not in page
    assert "/desk/setup/ladder/" in desk().see()


def test_telephone_of_the_committee_is_told_to_residents(desk: Look, office: Office) -> None:
    director, anybody = desk(), Client()
    report = "/c/willow/report/"
    assert 'class="bottom"' not in anybody.get(report).content.decode()
    director.send("community/", **facts(phone="0571-8800 0000"))
    assert 'href="tel:0571-8800 0000"' in anybody.get(report).content.decode()
    assert "made of digits" in director.send("community/", status=422, **facts(phone="next door"))


def test_form_sent_twice_counts_once(desk: Look, office: Office) -> None:
    director, key = desk(), str(uuid.uuid4())
    questions = {"q-TOTAL_FORMS": 0, "q-INITIAL_FORMS": 0}
    sent: dict[str, dict[str, Any]] = {
        "categories/new/": {"name_zh": "加装电梯", "group": "other", "solve_days": 5, "solve_unit": "working"} | questions,
        "rules/": {"worker": office.accounts["volunteer"].pk},
        "texts/new/": {"name": "谢谢", "text_zh": "谢谢您"},
        "ladder/": ladder(("director", 2, "none", "")),
        "calendar/day/2026-10-01/": {"working": "yes"},
        "community/": facts(),
    }  # fmt: skip
    for number, (path, given) in enumerate(sent.items()):
        once = str(uuid.UUID(int=uuid.UUID(key).int ^ number))
        entries = LedgerEntry.objects.count()
        for _ in range(2):
            director.send(path, **(given | {"request_key": once}))
        assert LedgerEntry.objects.count() == entries + 1, path
    # The same key for something else is neither.
    page = director.send("texts/new/", status=422, name="再见", text_zh="再见", request_key=key)
    assert "This form was sent before" in page
