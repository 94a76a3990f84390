"""Webhooks: they follow the ledger, sign, try again, and tell of nothing that is not for them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
from django_scopes import scope

from linli.desk.common import outbox
from linli.desk.common.models import LedgerEntry, Message, MessageState
from linli.desk.matters import actions as matters
from linli.desk.matters.models import Category, Matter, Source
from linli.desk.partners import actions, telling
from linli.desk.partners.delivery import signature
from linli.desk.partners.models import Webhook
from linli.desk.partners.queries import deliveries_of, machine
from linli.desk.partners.sweeps import follow_ledgers
from linli.desk.people.access import AbsentError
from linli.desk.people.errors import RefusedError
from tests.desk.matters.conftest import IN_FIRST
from tests.desk.partners.conftest import Listener
from tests.desk.people.conftest import Office, make_office


def hook(office: Office, listener: Listener, *, events: list[str] | None = None, **more) -> Webhook:
    return actions.make_webhook(
        by=office.actor("director"), name="热线", url=listener.url, events=events or list(telling.events()), **more
    )  # fmt: skip


def told(listener: Listener) -> list[dict]:
    follow_ledgers()
    outbox.deliver_due()
    return [json.loads(body) for _headers, body in listener.taken]


def checked(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """Check as the other side does, from the words of the standard."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return [one == mine for one in headers["webhook-signature"].split(" ")]


def test_signature_is_that_of_the_standards_own_example() -> None:
    made = signature(
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=dt.datetime.fromtimestamp(1614265330, dt.UTC),
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_happens_is_told_in_order_signed_and_once(
    office: Office, listener: Listener, receive, time
) -> None:
    before = receive().matter
    webhook = hook(office, listener)
    matter = receive().matter
    matters.start_matter(matter=matter, by=office.actor("grid_worker"))
    said = told(listener)
    assert [(one["type"], one["data"]["code"], one["data"]["state"]) for one in said] == [
        ("matter.received", matter.code, "submitted"),
        ("matter.assigned", matter.code, "dispatched"),
        ("matter.started", matter.code, "in_progress"),
    ]
    assert before.code not in json.dumps(said)
    assert said[0] == {
        "type": "matter.received",
        "timestamp": "2026-11-24T01:00:00+00:00",
        "data": {"community": "willow", "code": matter.code, "category": "lighting", "state": "submitted"},
    }
    headers, body = listener.taken[0]
    assert headers[":path"] == "/hook?of=willow"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(time.moment.timestamp()))
    assert checked(webhook.secret, headers, body) == [True]
    assert checked(webhook.secret, headers, body + b" ") == [False]
    assert len({headers["webhook-id"] for headers, _body in listener.taken}) == 3
    assert told(listener) == said


def test_same_entries_followed_again_are_no_second_message(
    office: Office, listener: Listener, receive
) -> None:
    webhook = hook(office, listener)
    receive()
    assert follow_ledgers() == 2
    Webhook.objects.filter(pk=webhook.pk).update(position=webhook.position)
    follow_ledgers()
    assert Message.objects.filter(about=webhook.key).count() == 2


def test_webhook_that_cannot_be_read_keeps_no_other_back(office: Office, listener: Listener, receive) -> None:
    broken = hook(office, listener)
    hook(office, listener, events=["matter.received"])
    Webhook.objects.filter(pk=broken.pk).update(events=5)
    receive()
    assert [one["type"] for one in told(listener)] == ["matter.received"]


def test_only_what_was_chosen_is_told(office: Office, listener: Listener, receive) -> None:
    hook(office, listener, events=["matter.started"])
    matter = receive().matter
    matters.start_matter(matter=matter, by=office.actor("grid_worker"))
    assert [one["type"] for one in told(listener)] == ["matter.started"]


@pytest.mark.parametrize("hidden", [{"confidential": True}, {"category": "help"}, {"category": "consult"}])
def test_what_is_not_public_is_not_told(office: Office, listener: Listener, receive, hidden: dict) -> None:
    hook(office, listener)
    receive(**hidden)
    assert told(listener) == []


def test_nothing_internal_and_no_words_are_told(office: Office, listener: Listener, matter: Matter) -> None:
    hook(office, listener)
    desk, worker = office.actor("desk"), office.actor("grid_worker")
    matters.note_matter(matter=matter, by=desk, text="内部:张三丰")
    matters.ask_resident(matter=matter, by=worker, question="张三丰,哪一盏?")
    matters.publish_matter(matter=matter, by=desk, public=True, words="路灯不亮", photos=[])
    matters.say_publicly(matter=matter, by=desk, text="周五修好")
    assert [one["type"] for one in told(listener)] == ["matter.said"]
    bodies = b"".join(body for _headers, body in listener.taken).decode()
    assert [word for word in ("张三丰", "周五", "路灯", "account", "worker") if word in bodies] == []


def test_own_matters_of_a_key_are_told_though_not_public(office: Office, listener: Listener) -> None:
    by = office.actor("director")
    mine, _secret = actions.make_key(by=by, name="市民热线", scope="write")
    other, _secret = actions.make_key(by=by, name="别家", scope="write")
    hook(office, listener, api_key=mine)
    for key in (mine, other):
        matters.receive_matter(
            community=office.community, by=machine(key, office.community), source=Source.API,
            category=Category.objects.get(key="consult"), words="问个事", lon=IN_FIRST[0], lat=IN_FIRST[1],
        )  # fmt: skip
    said = told(listener)
    assert {one["data"]["code"] for one in said} == {"26-00001"}
    asked = Matter.objects.get(code="26-00001")
    matters.answer_matter(matter=asked, by=office.actor("desk"), text="可以")
    assert told(listener)[-1]["type"] == "matter.answered"
    actions.revoke_key(by=by, api_key=mine)
    count = len(listener.taken)
    matters.reopen(matter=asked, by=office.actor("desk"), reason="再看")
    assert len(told(listener)) == count


def test_other_communities_are_told_of_nothing(office: Office, listener: Listener, receive) -> None:
    next_door = make_office("river")
    with scope(community=next_door.community):
        hook(next_door, listener)
    receive()
    assert told(listener) == []


def test_failed_delivery_is_tried_again_and_given_up_at_last(
    office: Office, listener: Listener, receive, time
) -> None:
    webhook = hook(office, listener, events=["matter.received"])
    receive()
    listener.status = 500
    told(listener)
    for wait_s in outbox.BACK_OFF_S:
        time.move(seconds=wait_s - 1)
        outbox.deliver_due()
        time.move(seconds=1)
        outbox.deliver_due()
    assert len(listener.taken) == 1 + len(outbox.BACK_OFF_S)
    [message] = deliveries_of(webhook)
    assert (message.state, message.problem, message.attempts) == (MessageState.DEAD, "answered 500", 6)
    ids = {headers["webhook-id"] for headers, _body in listener.taken}
    assert len(ids) == 1
    listener.status = 204
    actions.retry_delivery(by=office.actor("director"), webhook=webhook, delivery=message.pk)
    outbox.deliver_due()
    assert deliveries_of(webhook)[0].state == MessageState.DELIVERED
    with pytest.raises(AbsentError):
        actions.retry_delivery(by=office.actor("director"), webhook=webhook, delivery=message.pk)


def test_redirect_is_not_followed(office: Office, listener: Listener, receive) -> None:
    webhook = hook(office, listener, events=["matter.received"])
    listener.status, listener.location = 302, listener.url.replace("/hook", "/elsewhere")
    receive()
    told(listener)
    assert [headers[":path"] for headers, _body in listener.taken] == ["/hook?of=willow"]
    assert deliveries_of(webhook)[0].problem == "answered 302"


def test_gone_switches_it_off(office: Office, listener: Listener, receive) -> None:
    webhook = hook(office, listener)
    listener.status = 410
    receive()
    told(listener)
    webhook.refresh_from_db()
    assert (webhook.enabled, webhook.disabled_because) == (False, "gone")
    assert LedgerEntry.objects.filter(event="webhook.disabled", actor="system").count() == 1
    assert len(listener.taken) == 1


def test_switched_off_it_is_told_nothing_and_what_it_missed_once_on_again(
    office: Office, listener: Listener, receive
) -> None:
    by = office.actor("director")
    webhook = hook(office, listener, events=["matter.received"])
    actions.disable_webhook(by=by, webhook=webhook)
    receive()
    assert told(listener) == []
    actions.enable_webhook(by=by, webhook=webhook)
    assert [one["data"]["code"] for one in told(listener)] == ["26-00001"]


def test_after_a_change_of_secret_both_sign_for_a_day(
    office: Office, listener: Listener, receive, time
) -> None:
    by = office.actor("director")
    old = hook(office, listener, events=["matter.received"])
    new = actions.change_secret(by=by, webhook=old)
    assert new.secret != old.secret
    receive()
    told(listener)
    headers, body = listener.taken[-1]
    assert checked(new.secret, headers, body) == [True, False]
    assert checked(old.secret, headers, body) == [False, True]
    time.move(hours=24)
    receive()
    told(listener)
    headers, body = listener.taken[-1]
    assert checked(new.secret, headers, body) == [True]


def test_removed_address_is_forgotten(office: Office, listener: Listener, receive) -> None:
    webhook = hook(office, listener)
    receive()
    follow_ledgers()
    actions.remove_webhook(by=office.actor("director"), webhook=webhook)
    outbox.deliver_due()
    assert listener.taken == []
    webhook.refresh_from_db()
    assert (webhook.url, webhook.secret) == ("", "")
    # What was on its way to it is nobody's trouble any more.
    assert outbox.stuck(community=office.community) == []


def test_test_message_tells_of_nothing(office: Office, listener: Listener) -> None:
    webhook = hook(office, listener)
    actions.try_webhook(by=office.actor("director"), webhook=webhook)
    [said] = told(listener)
    assert (said["type"], said["data"]) == ("webhook.tested", {"community": "willow"})


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "http://example.com/", "ftp://example.com/", "https://a:b@example.com/"]
)
def test_address_that_may_not_be_asked_is_refused(office: Office, url: str) -> None:
    with pytest.raises(RefusedError):
        actions.make_webhook(by=office.actor("director"), name="x", url=url, events=["matter.received"])
    assert Webhook.objects.count() == 0


def test_unknown_event_is_refused(office: Office) -> None:
    for events in ([], ["matter.noted"], ["resident.made"]):
        with pytest.raises(RefusedError):
            actions.make_webhook(
                by=office.actor("director"), name="x", url="https://example.com/", events=events
            )


def test_events_offered_are_those_people_may_know_of() -> None:
    assert not set(telling.events()) & {
        "matter.noted", "matter.objected", "matter.corrected", "matter.published", "matter.acknowledged", "matter.split",
    }  # fmt: skip
    assert "matter.received" in telling.events()
