"""By what messages go out, as the director decides it; and what did not go out, tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.desk.common import channels, ledger, limits, outbox
from linli.desk.common.channels import GatewayError, NotDeliveredError
from linli.desk.common.models import Channel, Gateway
from linli.desk.common.receipts import once, result_of
from linli.desk.matters.errors import RefusedError
from linli.desk.people.access import require

if TYPE_CHECKING:
    import uuid

    from linli.desk.common.models import Message
    from linli.desk.people.actors import Actor

# A trial costs a text message: enough to set a gateway up by, too few to tease somebody with.
_TRIALS, _TRIALS_PER_S = 5, 1 / 120


def set_gateway(
    *, by: Actor, channel: str, url: str, enabled: bool = True, key: uuid.UUID | None = None
) -> Gateway:
    """Have a channel's messages go out by a gateway from now on, those that waited for one first.

    Raises
    ------
    RefusedError
        The address is of no gateway.
    """
    require(by, "gateways.change", by.community)

    def make() -> dict[str, Any]:
        try:
            made = channels.set_gateway(
                community=by.community, channel=channel, url=url, by=by.key, enabled=enabled
            )
        except GatewayError:
            raise RefusedError(
                _("This is no gateway's address. Look at what is filled in; {to} stands for whom it goes to.")
            ) from None
        return {"gateway": made.pk}

    with transaction.atomic():
        verb = f"gateways.set:{Channel(channel).value}"
        done = once(community=by.community, key=key, verb=verb, make=make)
        return Gateway.objects.get(pk=done["gateway"])


def rest_gateway(*, by: Actor, channel: str, key: uuid.UUID | None = None) -> Gateway:
    """Send nothing by a channel until its gateway is set again; what comes meanwhile waits."""
    require(by, "gateways.change", by.community)
    there = Gateway.objects.filter(channel=channel).first()
    if there is None:
        raise RefusedError(_("This channel has no gateway."))
    return set_gateway(by=by, channel=channel, url=there.url, enabled=False, key=key)


def try_gateway(*, by: Actor, channel: str, to: str, key: uuid.UUID | None = None) -> None:
    """Send a trial to somebody at once, outside any transaction: a gateway may take its time.

    Raises
    ------
    RefusedError
        There is no gateway, it did not take the message, or too many trials were made.
    """
    require(by, "gateways.change", by.community)
    verb = f"gateways.try:{Channel(channel).value}"
    if key is not None and result_of(community=by.community, key=key, verb=verb) is not None:
        return
    gateway = Gateway.objects.filter(channel=channel).first()
    if gateway is None:
        raise RefusedError(_("This channel has no gateway."))
    try:
        limits.take(key=f"gateway trial:{by.key}", capacity=_TRIALS, refill_per_s=_TRIALS_PER_S)
        channels.send(
            gateway=gateway, to=to.strip(), title=_("A trial by Linli"), key=str(key or "0"),
            text=_("If you can read this, messages to residents go out by this way."),
        )  # fmt: skip
    except limits.LimitedError:
        raise RefusedError(_("Too many trials; wait a few minutes.")) from None
    except NotDeliveredError:
        _note(by, channel, taken=False, key=None, verb=verb)
        raise RefusedError(
            _("The gateway did not take it. Look at the address, the name and the password, then try again.")
        ) from None
    _note(by, channel, taken=True, key=key, verb=verb)


def _note(by: Actor, channel: str, *, taken: bool, key: uuid.UUID | None, verb: str) -> None:
    def make() -> dict[str, Any]:
        data = {"channel": Channel(channel).value, "taken": taken}
        ledger.append(community=by.community, event="gateway.tried", by=by.key, data=data)
        return data

    with transaction.atomic():
        once(community=by.community, key=key, verb=verb, make=make)


def retry_message(*, by: Actor, message: Message) -> bool:
    """Try a message again that no gateway would take; say whether there was anything to try."""
    require(by, "messages.retry", message)
    return outbox.retry(message=message, by=by.key)


def retry_messages(*, by: Actor, channel: str) -> int:
    """Try every message of a channel again that its gateway would not take; return how many."""
    require(by, "messages.retry", by.community)
    return outbox.retry_all(community=by.community, channel=channel, by=by.key)
