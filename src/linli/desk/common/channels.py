"""The ways out: a community's gateways, and one message handed to one of them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import apprise
from django.db import transaction
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.models import Channel, Gateway, Message, MessageState

if TYPE_CHECKING:
    from django.db.models import Model

# Its warnings quote addresses and telephone numbers.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

# These show a message on the screen of the server, where no resident sits.
_ON_THIS_MACHINE = {"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
_TRIAL_TO = {Channel.EMAIL: "somebody@example.com"}
_carriers: dict[str, Callable[[Message], None]] = {}


def carrier(channel: Channel) -> Callable[[Callable[[Message], None]], Callable[[Message], None]]:
    """Have a room carry a channel's messages itself, without a gateway; its function raises as `deliver` does."""

    def register(work: Callable[[Message], None]) -> Callable[[Message], None]:
        _carriers[channel.value] = work
        return work

    return register


class GatewayError(ValueError):
    """The address is of no gateway; the message says what to give."""


class NoGatewayError(Exception):
    """The community has none for that channel."""


class NotDeliveredError(Exception):
    """The gateway did not take it; the message says in a few words why, without anybody's personal text."""


def set_gateway(*, community: Model, channel: str, url: str, by: str, enabled: bool = True) -> Gateway:
    """Send a channel's messages by that gateway from now on, those that waited for one first.

    Parameters
    ----------
    url : an Apprise address; `{to}` stands for the reader's number or address, `{key}` for the message's own UUID, by
        which a receiver can tell that it has it already.

    Raises
    ------
    GatewayError
        The address is of none.
    """
    kind = Channel(channel)
    if kind is Channel.NONE:
        raise GatewayError("messages on the resident's own page need no gateway")
    if kind in _carriers:
        raise GatewayError("messages of this channel go out without a gateway")
    _opened(url, to=_TRIAL_TO.get(kind, "13800000000"), key="0")
    with transaction.atomic():
        lock(gateway_lock(community.pk, kind))
        with scope(community=community):
            gateway = Gateway.objects.filter(channel=kind).first() or Gateway(
                community_id=community.pk, channel=kind
            )
            gateway.url, gateway.enabled, gateway.changed_at = url, enabled, clock.now()
            gateway.save()
            if enabled:
                Message.objects.filter(channel=kind, state=MessageState.NO_GATEWAY).update(
                    state=MessageState.WAITING, due_at=clock.now(), attempts=0, claimed_until=None, problem=""
                )
        ledger.append(
            community=community, event="gateway.set", by=by, about=f"gateway:{gateway.pk}",
            data={"channel": kind, "enabled": enabled},
        )  # fmt: skip
    return gateway


def gateway_lock(community_id: int, channel: str) -> str:
    """Return what to lock while a community's gateway of a channel must not come or go."""
    return f"gateway:{community_id}:{Channel(channel).value}"


def gateway_of(message: Message) -> Gateway | None:
    """Return the gateway a message goes out by, where there is one."""
    with scope(community=message.community_id):
        return Gateway.objects.filter(channel=message.channel, enabled=True).first()


def deliver(message: Message) -> None:
    """Hand a message to its gateway, and return once that has taken it.

    Raises
    ------
    NoGatewayError, NotDeliveredError
    """
    if message.channel in _carriers:
        _carriers[message.channel](message)
        return
    gateway = gateway_of(message)
    if gateway is None:
        raise NoGatewayError(message.channel)
    send(gateway=gateway, to=message.to, title=message.title, text=message.text, key=str(message.key))


def send(*, gateway: Gateway, to: str, title: str, text: str, key: str) -> None:
    """Send words by a gateway at once, such as a trial of it.

    Raises
    ------
    NotDeliveredError
    """
    try:
        taken = _opened(gateway.url, to=to, key=key).notify(
            title=title, body=text or title, body_format=apprise.NotifyFormat.TEXT
        )
    except GatewayError as error:
        raise NotDeliveredError("the gateway's address is not understood") from error
    except Exception as error:
        raise NotDeliveredError(type(error).__name__) from error
    if not taken:
        raise NotDeliveredError("the gateway refused it or did not answer")


def _opened(url: str, *, to: str, key: str) -> apprise.NotifyBase:
    filled = url.replace("{to}", quote(to, safe="")).replace("{key}", quote(key, safe=""))
    schema = url.partition("://")[0].lower()
    found = None if schema in _ON_THIS_MACHINE else _plugin(filled)
    if found is None:
        raise GatewayError(
            "this is no gateway's address; give one as Apprise writes it, such as "
            "mailtos://user:password@smtp.example.cn?to={to} or json://gateway.example.cn/send/{to}"
        )
    return found


def _plugin(url: str) -> apprise.NotifyBase | None:
    with warnings.catch_warnings():
        # The first address opened loads every kind of gateway, and some of those load what Python has outgrown.
        warnings.simplefilter("ignore", DeprecationWarning)
        return apprise.Apprise.instantiate(url)
