"""What did not go out, said where somebody sees it: a resident who is not told thinks that nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from linli.desk.common import outbox
from linli.desk.common.models import MessageState
from linli.desk.people.models import Channel

if TYPE_CHECKING:
    from linli.desk.people.actors import Actor


def unsent_and_unread(by: Actor) -> tuple[list[str], int]:
    """Say by channel how many messages could not be sent, and why, to who can do something about it; and count the unread."""
    stuck, unread = outbox.waiting_words(community=by.community, reader=by.key)
    return [_words(one) for one in stuck] if by.may("messages.retry") else [], unread


def _words(one: outbox.Stuck) -> str:
    way = Channel(one.channel).label if one.channel in Channel.values else one.channel
    if one.state == MessageState.NO_GATEWAY:
        told = ngettext(
            "{n} message could not be sent: no gateway for “{way}”.",
            "{n} messages could not be sent: no gateway for “{way}”.",
            one.count,
        )
    else:
        told = ngettext(
            "{n} message could not be sent: the gateway for “{way}” did not take it.",
            "{n} messages could not be sent: the gateway for “{way}” did not take them.",
            one.count,
        )
    return told.format(n=one.count, way=way)
