"""What a phone sends: done once, answered with what came between, refused with a reason, nobody else's."""

from __future__ import annotations

import uuid

import pytest
from django_scopes import scope

from linli.desk.common import uploads
from linli.desk.common.models import Upload
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, Source, State, Step
from linli.desk.pages.staff import verbs
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_FIRST, IN_SECOND, Receive
from tests.desk.pages.round.conftest import Send, client_of, photo
from tests.desk.people.conftest import Office, make_office


def now(matter: Matter) -> Matter:
    return Matter.objects.select_related("community", "worker", "category").get(pk=matter.pk)


def verbs_of(matter: Matter) -> list[str]:
    return list(Step.objects.filter(matter=matter).order_by("number").values_list("verb", flat=True))


GIVEN = {
    "start": {},
    "finish": {"text": "换了灯泡", "outcome": "fixed"},
    "note": {"text": "要带梯子"},
    "ask": {"text": "哪一侧?"},
    "say": {"text": "今晚修"},
    "object": {"reason": "不在我的网格"},
}


@pytest.mark.parametrize("verb", GIVEN)
def test_deed_sent_twice_is_done_once_and_answered_alike(send: Send, matter: Matter, verb: str) -> None:
    key, before = str(uuid.uuid4()), verbs_of(matter)
    answers = [send(matter, verb, request_key=key, **GIVEN[verb]) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.json() == {"request_key": key, "code": matter.code, "version": matter.version + 1}
    assert verbs_of(matter) == [*before, verb]
    # The phone counts on it: what it did next was done on top of this version.
    assert now(matter).version == matter.version + 1


def test_deeds_of_a_morning_follow_on_each_other(send: Send, matter: Matter) -> None:
    for verb in ("start", "note", "finish"):
        answer = send(matter, verb, **GIVEN[verb])
        matter.version = answer.json()["version"]
    assert now(matter).state == State.DONE
    assert verbs_of(matter)[-3:] == ["start", "note", "finish"]


def test_answer_to_a_deed_sent_again_hides_nothing_that_came_after_it(
    office: Office, send: Send, matter: Matter
) -> None:
    key = str(uuid.uuid4())
    send(matter, "start", request_key=key)
    actions.note_matter(matter=now(matter), by=office.actor("desk"), text="电工明天来")
    again = send(matter, "start", request_key=key)
    assert again.json()["version"] == matter.version + 1
    matter.version += 1
    assert send(matter, "finish", **GIVEN["finish"]).status_code == 409


def test_conflict_says_what_came_between(office: Office, send: Send, matter: Matter) -> None:
    desk = office.actor("desk")
    actions.note_matter(matter=matter, by=desk, text="住户说白天不在")
    actions.say_publicly(matter=now(matter), by=desk, text="今天有人去")
    answer = send(matter, "finish", **GIVEN["finish"], photos=photo())
    told = answer.json()
    assert answer.status_code == 409
    assert told["version"] == matter.version + 2
    assert (told["state_key"], told["lawful"], told["may_note"]) == ("dispatched", True, True)
    assert [(one["what"], one["text"], one["who"]) for one in told["since"]] == [
        ("Note for colleagues", "住户说白天不在", desk.name),
        ("Word to the public", "今天有人去", desk.name),
    ]
    assert verbs_of(matter)[-2:] == ["note", "say"]
    assert Upload.objects.count() == 0
    matter.version = told["version"]
    assert send(matter, "finish", **GIVEN["finish"]).status_code == 200


def test_conflict_says_when_the_deed_is_no_longer_possible(
    office: Office, send: Send, matter: Matter
) -> None:
    actions.finish_matter(matter=matter, by=office.actor("desk"), text="电力公司已修好")
    told = send(matter, "start").json()
    assert (told["lawful"], told["may_note"], told["state_key"]) == (False, True, "done")


def test_deed_that_is_not_possible_is_refused_with_a_reason(send: Send, matter: Matter) -> None:
    answer = send(matter, "finish", text=" ", outcome="fixed")
    assert answer.status_code == 422
    assert answer.json()["problem"] == "Please write a few words; the other side needs them."
    assert send(matter, "close", text="x").status_code == 422
    assert send(matter, "note", text="x", version="").status_code == 422
    assert now(matter).version == matter.version


def test_photos_before_and_after_come_in_that_order(send: Send, matter: Matter) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        pictures = {"after": photo("#ffeeaa"), "before": photo("#111122")}
        assert send(matter, "finish", request_key=key, **GIVEN["finish"], **pictures).status_code == 200
    step = Step.objects.get(matter=matter, verb="finish")
    kept = list(Upload.objects.filter(about=step.key).order_by("pk"))
    assert [one.key for one in kept] == [uuid.uuid5(uuid.UUID(key), f"photo {n}") for n in range(2)]
    assert Upload.objects.count() == 2


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (95, "Done on 24 Nov 07:25 by the phone's clock; there was no network until now."),
        (5, ""),
        (-30, ""),
        (60 * 24 * 365, ""),
    ],
)
def test_what_was_done_well_before_it_arrived_says_so_to_colleagues(
    time: Frozen, send: Send, matter: Matter, minutes: int, words: str
) -> None:
    made_at = int((time.moment.timestamp() - minutes * 60) * 1000)
    assert send(matter, "finish", **GIVEN["finish"], made_at=made_at).status_code == 200
    step = Step.objects.get(matter=matter, verb="finish")
    assert (step.internal_text, step.public_text) == (words, "换了灯泡")


def test_photos_of_a_try_that_was_cut_off_days_ago_are_kept_anew(
    office: Office, time: Frozen, send: Send, matter: Matter
) -> None:
    key = uuid.uuid4()
    (first,) = verbs.store_files(
        deed_key=key, community=office.community, by=office.actor("grid_worker"), photos=[photo()]
    )
    time.move(hours=25)
    uploads.tidy()
    for _ in range(2):
        answer = send(matter, "finish", request_key=str(key), **GIVEN["finish"], before=photo())
        assert answer.status_code == 200
    step = Step.objects.get(matter=matter, verb="finish")
    kept = Upload.objects.exclude(pk=first.pk).get()
    assert (kept.about, kept.deleted_at) == (step.key, None)


def test_voice_note_needs_no_words_and_stays_inside(send: Send, matter: Matter) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    voice = SimpleUploadedFile("voice.ogg", b"OggS" + b"\0" * 64, "audio/ogg")
    assert send(matter, "note", voice=voice).status_code == 200
    step = Step.objects.get(matter=matter, verb="note")
    assert step.audience == "internal"
    assert [one.kind for one in Upload.objects.filter(about=step.key)] == ["voice"]


def test_finding_is_a_matter_once(office: Office, send: Send) -> None:
    key = str(uuid.uuid4())
    told = {
        "request_key": key, "category": "lighting", "text": "灯罩掉了", "lon": IN_FIRST[0], "lat": IN_FIRST[1],
        "q-lighting-lamp": "in_the_street",
    }  # fmt: skip
    answers = [send(None, "found", photos=photo(), **told).json() for _ in range(2)]
    made = Matter.objects.select_related("worker", "grid").get()
    assert (made.source, made.words, made.grid) == (Source.WORKER, "灯罩掉了", office.grids[0])
    assert made.worker == office.accounts["grid_worker"]
    assert [one["code"] for one in answers] == [made.code] * 2
    assert Upload.objects.filter(about=made.steps.get(number=1).key).count() == 1


@pytest.mark.parametrize(
    ("left_out", "problem"),
    [
        ({"category": ""}, "Say what it is about."),
        ({"lon": "", "lat": ""}, "Say where it is."),
        ({"q-lighting-lamp": ""}, "Please answer:"),
        ({"text": ""}, "Say in a few words"),
        ({"lon": "x"}, "Say where it is."),
    ],
)
def test_finding_that_lacks_something_is_refused(send: Send, left_out: dict, problem: str) -> None:
    told = {
        "category": "lighting",
        "text": "灯罩掉了",
        "lon": "120.011",
        "lat": "30.005",
        "q-lighting-lamp": "in_the_street",
    }
    answer = send(None, "found", **(told | left_out))
    assert answer.status_code == 422
    assert problem in answer.json()["problem"]
    assert Matter.objects.count() == 0


def test_deed_of_another_account_is_not_taken(office: Office, send: Send, matter: Matter) -> None:
    answer = send(matter, "start", through=client_of(office, "director"))
    assert answer.status_code == 403
    assert answer.json()["other"] is True
    assert now(matter).version == matter.version


def test_deed_of_nobody_is_sent_to_the_login(send: Send, matter: Matter) -> None:
    from django.test import Client  # noqa: PLC0415

    answer = send(matter, "start", through=Client())
    assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)


@pytest.mark.parametrize("who", ["auditor", "mediator", "volunteer"])
def test_who_has_no_round_or_not_this_matter_finds_nothing(
    office: Office, send: Send, matter: Matter, who: str
) -> None:
    assert send(matter, "start", by=who, through=client_of(office, who)).status_code == 404
    assert now(matter).version == matter.version


def test_matter_of_another_grid_and_no_matter_are_answered_alike(
    send: Send, receive: Receive, matter: Matter
) -> None:
    theirs = receive(at=IN_SECOND).matter
    answers = [send(theirs, "start"), send(matter, "start", code="99-00001")]
    bodies = [{**answer.json(), "request_key": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert (
        bodies[0]
        == bodies[1]
        == {
            "request_key": "",
            "problem": "This matter is no longer with you.",
            "gone": True,
        }
    )
    assert now(theirs).version == theirs.version


def test_matter_of_another_community_is_absent(office: Office, send: Send, matter: Matter) -> None:
    river = make_office("river")
    client = client_of(river, "grid_worker")
    told = {"actor": f"account:{river.accounts['grid_worker'].pk}", "through": client}
    assert send(matter, "start", **told).status_code == 404
    assert (
        client.post(
            "/c/river/round/send/",
            {
                "request_key": str(uuid.uuid4()),
                "actor": told["actor"],
                "verb": "start",
                "code": matter.code,
                "version": 1,
            },
        ).status_code
        == 404
    )
    with scope(community=office.community):
        assert now(matter).version == matter.version


def test_deed_under_a_key_of_another_deed_is_refused(send: Send, matter: Matter) -> None:
    key = str(uuid.uuid4())
    send(matter, "start", request_key=key)
    matter.version += 1
    assert send(matter, "note", request_key=key, text="x").status_code == 422
    assert verbs_of(matter)[-1] == "start"


def test_deed_without_a_key_is_refused(send: Send, matter: Matter) -> None:
    assert send(matter, "start", request_key="").status_code == 422
    assert now(matter).version == matter.version
