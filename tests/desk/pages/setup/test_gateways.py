"""Gateways: set, tried, resting; what waits for one goes out, what it refused is tried again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django_scopes import scope

from linli.desk.common import outbox
from linli.desk.common.models import Channel, LedgerEntry, Message, MessageState
from linli.desk.common.models import Gateway as GatewayRow
from linli.desk.matters.models import Matter
from linli.desk.people.models import Resident
from tests.desk.common.gateway import Gateway, gateway
from tests.desk.pages.setup.conftest import Desk
from tests.desk.people.conftest import Office

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Look = Callable[..., Desk]


@pytest.fixture
def server() -> Iterator[Gateway]:
    with gateway() as found:
        yield found


def stuck(office: Office) -> list[tuple[str, str, int]]:
    return [(one.channel, one.state, one.count) for one in outbox.stuck(community=office.community)]


def test_what_waited_goes_out_once_a_gateway_is_set(
    desk: Look, office: Office, matter: Matter, server: Gateway
) -> None:
    outbox.deliver_due()
    waiting = Message.objects.filter(channel=Channel.SMS).count()
    assert waiting > 0
    assert stuck(office) == [("sms", "no_gateway", waiting)]
    director = desk()
    page = director.see("messages/")
    assert "no gateway yet" in page
    assert matter.code in page
    assert "13812345678" not in page
    director.send("messages/sms/", url=server.url)
    assert outbox.deliver_due() == waiting
    assert {path for path, _body in server.taken} == {"/send/13812345678"}
    assert stuck(office) == []
    assert "Everything has gone out." in director.see("messages/")


def test_address_of_no_gateway_is_refused_and_nothing_is_kept(desk: Look) -> None:
    page = desk().send("messages/sms/", url="https://", status=422)
    assert "This is no gateway&#x27;s address" in page
    assert not GatewayRow.objects.exists()


def test_password_of_a_mailer_is_never_shown_and_stays_when_left_empty(desk: Look, office: Office) -> None:
    director = desk()
    given = {
        "server": "smtp.example.cn",
        "port": 465,
        "security": "ssl",
        "user": "willow",
        "sender": "willow@example.cn",
    }
    director.send("messages/email/", password="s3cret-of-the-box", **given)
    page = director.see("messages/email/")
    assert "smtp.example.cn" in page
    assert "s3cret" not in page
    director.send("messages/email/", **(given | {"port": 994}))
    url = GatewayRow.objects.get(channel="email").url
    assert "s3cret-of-the-box@smtp.example.cn:994" in url
    # A box with another name has another password.
    director.send("messages/email/", **(given | {"user": "river"}))
    assert "s3cret" not in GatewayRow.objects.get(channel="email").url
    with scope(community=office.community):
        said = [str(entry.data) for entry in LedgerEntry.objects.filter(event="gateway.set")]
    assert said == ["{'channel': 'email', 'enabled': True}"] * 3


def test_trial_goes_to_oneself_once(desk: Look, server: Gateway) -> None:
    director, key = desk(), str(uuid.uuid4())
    director.send("messages/sms/", url=server.url)
    for _ in range(2):
        director.send("messages/sms/try/", to="13900000000", request_key=key)
    assert [path for path, _body in server.taken] == ["/send/13900000000"]
    assert server.taken[0][1]["title"] == "A trial by Linli"


def test_trial_that_is_refused_says_so(desk: Look, server: Gateway) -> None:
    director = desk()
    director.send("messages/sms/", url=server.url)
    server.status = 500
    page = director.send("messages/sms/try/", to="13900000000", status=422)
    assert "The gateway did not take it." in page
    for _ in range(4):
        director.send("messages/sms/try/", to="13900000000", status=422)
    assert "Too many trials" in director.send("messages/sms/try/", to="13900000000", status=422)
    assert len(server.taken) == 5


def test_resting_gateway_keeps_messages(desk: Look, office: Office, matter: Matter, server: Gateway) -> None:
    director = desk()
    director.send("messages/sms/", url=server.url)
    director.send("messages/sms/rest/")
    assert outbox.deliver_due() == 0
    assert server.taken == []
    assert [state for _channel, state, _count in stuck(office)] == ["no_gateway"]


def kill(office: Office) -> Message:
    with transaction.atomic():
        message = outbox.put(
            community=office.community, topic="matter.answered", channel="sms", to="1", title="t", text="x"
        )
    Message.objects.filter(pk=message.pk).update(state=MessageState.DEAD, attempts=6, problem="refused")
    return message


def test_dead_message_is_sent_again_by_the_desk(desk: Look, office: Office) -> None:
    first, second = kill(office), kill(office)
    clerk = desk("desk")
    assert "the gateway did not take it" in clerk.see("messages/")
    clerk.send(f"messages/{first.pk}/retry/")
    states = dict(Message.objects.values_list("pk", "state"))
    assert (states[first.pk], states[second.pk]) == (MessageState.WAITING, MessageState.DEAD)
    clerk.send("messages/sms/retry/")
    assert Message.objects.get(pk=second.pk).state == MessageState.WAITING
    with scope(community=office.community):
        events = list(LedgerEntry.objects.filter(event__contains="retried").values_list("event", "data"))
    assert events == [("message.retried", {}), ("messages.retried", {"channel": "sms", "count": 1})]


def test_erased_message_is_not_sent_again(desk: Look, office: Office, neighbour: Resident) -> None:
    message = kill(office)
    Message.objects.filter(pk=message.pk).update(about="matter:1")
    outbox.erase(community=office.community, about=["matter:1"])
    assert stuck(office) == []
    desk("desk").send(f"messages/{message.pk}/retry/")
    assert Message.objects.get(pk=message.pk).state == MessageState.DEAD


def test_messages_page_asks_as_often_for_one_as_for_three(desk: Look, office: Office) -> None:
    director = desk()
    kill(office)
    one = director.queries("messages/")
    kill(office)
    kill(office)
    assert director.queries("messages/") == one
