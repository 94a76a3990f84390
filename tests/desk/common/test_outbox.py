from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django_scopes import scope, scopes_disabled

from linli.desk.common import channels, ledger, outbox
from linli.desk.common.models import LedgerEntry, Message, MessageState
from linli.desk.places.models import Community
from tests.desk.clock import Frozen, frozen
from tests.desk.common.gateway import Gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def time() -> Iterator[Frozen]:
    with frozen() as time:
        yield time


def put(community: Community, *, channel: str = "sms", key: uuid.UUID | None = None, **more: str) -> Message:
    given = {"topic": "matter.received", "to": "+86 138/1", "title": "收到了", "text": "您反映的路灯", **more}
    with transaction.atomic():
        return outbox.put(community=community, channel=channel, key=key, **given)


def set_gateway(community: Community, gateway: Gateway, *, enabled: bool = True) -> None:
    channels.set_gateway(community=community, channel="sms", url=gateway.url, by="account:1", enabled=enabled)


def test_put_outside_a_transaction_is_refused(bridge: Community) -> None:
    outer = connection.in_atomic_block
    connection.in_atomic_block = False
    try:
        with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
            outbox.put(community=bridge, topic="x.y", channel="sms", to="", title="", text="")
    finally:
        connection.in_atomic_block = outer


def test_put_same_key_is_the_same_message(bridge: Community) -> None:
    key = uuid.UUID(int=5)
    assert put(bridge, key=key) == put(bridge, key=key, title="别的")
    with scope(community=bridge):
        assert Message.objects.get().title == "收到了"


def test_message_for_their_page_only_is_delivered_at_once(bridge: Community, time: Frozen) -> None:
    message = put(bridge, channel="none", to="")
    assert (message.state, message.delivered_at) == ("delivered", time.moment)
    assert outbox.deliver_due() == 0


def test_message_goes_out_once(bridge: Community, sms: Gateway, time: Frozen) -> None:
    set_gateway(bridge, sms)
    message = put(bridge)
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    [(path, body)] = sms.taken
    assert path == "/send/+86%20138%2F1"
    assert (body["title"], body["message"]) == ("收到了", "您反映的路灯")
    message.refresh_from_db()
    assert (message.state, message.delivered_at, message.attempts) == ("delivered", time.moment, 1)
    assert message.claimed_until is None


def test_message_that_is_refused_is_tried_again_then_dies(
    bridge: Community, sms: Gateway, time: Frozen
) -> None:
    set_gateway(bridge, sms)
    sms.status = 503
    message = put(bridge, about="matter:12")
    for wait_s in outbox.BACK_OFF_S:
        assert outbox.deliver_due() == 0
        time.move(seconds=wait_s - 1)
        assert outbox.deliver_due() == 0
        time.move(seconds=1)
    assert len(sms.taken) == 5
    assert outbox.deliver_due() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("dead", 6)
    assert message.problem == "the gateway refused it or did not answer"
    time.move(days=3)
    assert outbox.deliver_due() == 0
    assert len(sms.taken) == 6
    with scope(community=bridge):
        last = LedgerEntry.objects.last()
        assert (last.event, last.about) == ("message.died", f"message:{message.pk}")
        assert last.data == {"channel": "sms", "of": "matter:12", "topic": "matter.received"}
    sms.status = 200
    assert outbox.retry(message=message, by="account:1")
    assert not outbox.retry(message=message, by="account:1")
    assert outbox.deliver_due() == 1
    assert ledger.verify(community=bridge) == []


def test_message_without_a_gateway_waits_for_one(
    bridge: Community, mill: Community, sms: Gateway, time: Frozen
) -> None:
    set_gateway(mill, sms)
    set_gateway(bridge, sms, enabled=False)
    message = put(bridge)
    assert outbox.deliver_due() == 0
    assert outbox.counts(community=bridge) == {"waiting": 0, "delivered": 0, "dead": 0, "no_gateway": 1}
    time.move(days=30)
    set_gateway(bridge, sms)
    assert outbox.deliver_due() == 1
    message.refresh_from_db()
    assert message.state == MessageState.DELIVERED


def test_message_claimed_by_a_worker_that_was_killed_goes_out_when_the_claim_ends(
    bridge: Community, sms: Gateway, time: Frozen
) -> None:
    set_gateway(bridge, sms)
    message = put(bridge)
    with scopes_disabled():
        assert outbox._claimed(message.pk, 0)
        assert not outbox._claimed(message.pk, 0)
    assert outbox.deliver_due() == 0
    time.move(seconds=outbox.CLAIM_S)
    assert outbox.deliver_due() == 1
    assert len(sms.taken) == 1


def test_message_that_cannot_be_read_does_not_stall_the_others(
    bridge: Community, sms: Gateway, time: Frozen, caplog: pytest.LogCaptureFixture
) -> None:
    set_gateway(bridge, sms)
    broken, _ = put(bridge), put(bridge, to="2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE common_message SET text = 'k1:xx' WHERE id = %s", [broken.pk])
    assert outbox.deliver_due() == 1
    assert [path for path, _ in sms.taken] == ["/send/2"]
    assert "FieldKeyError" in caplog.text
    with scopes_disabled():
        row = Message.objects.filter(pk=broken.pk).values("state", "due_at").get()
    assert row == {"state": "waiting", "due_at": time.moment + dt.timedelta(seconds=60)}


def test_erased_messages_say_nothing_and_never_go_out(
    bridge: Community, mill: Community, sms: Gateway, time: Frozen
) -> None:
    for community in (bridge, mill):
        put(community, about="matter:12")
    other = put(bridge, about="matter:13")
    assert outbox.erase(community=bridge, about=["matter:12"]) == 1
    for community in (bridge, mill):
        set_gateway(community, sms)
    assert outbox.deliver_due() == 2
    with scope(community=bridge):
        erased = Message.objects.exclude(pk=other.pk).get()
        assert (erased.state, erased.to, erased.title, erased.text) == ("dead", "", "", "")


def test_words_of_messages_are_forgotten_after_a_season(bridge: Community, time: Frozen) -> None:
    put(bridge, channel="none")
    waiting = put(bridge)
    time.move(days=outbox.KEPT_DAYS, seconds=1)
    assert outbox.forget() == 1
    assert outbox.forget() == 0
    waiting.refresh_from_db()
    assert waiting.text == "您反映的路灯"


@pytest.mark.parametrize("url", ["", "http:/x", "nosuch://x", "syslog://", "13800000000", "mailto://"])
def test_gateway_that_is_none_is_refused(bridge: Community, url: str) -> None:
    with pytest.raises(channels.GatewayError, match="no gateway"):
        channels.set_gateway(community=bridge, channel="sms", url=url, by="account:1")


def test_gateway_for_their_page_is_refused(bridge: Community) -> None:
    with pytest.raises(channels.GatewayError, match="need no gateway"):
        channels.set_gateway(community=bridge, channel="none", url="json://x", by="account:1")


def test_gateway_is_changed_in_its_place_and_kept_encrypted(bridge: Community, sms: Gateway) -> None:
    set_gateway(bridge, sms)
    set_gateway(bridge, sms, enabled=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM common_gateway")
        [(url,)] = cursor.fetchall()
    assert url.startswith("k1:")
    with scope(community=bridge):
        events = list(LedgerEntry.objects.values_list("event", "data"))
    assert events == [
        ("gateway.set", {"channel": "sms", "enabled": True}),
        ("gateway.set", {"channel": "sms", "enabled": False}),
    ]
