"""Messages are written in the transaction of what they tell of, and sent afterwards: none without its cause, none lost."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.models import Channel, Message, MessageState

if TYPE_CHECKING:
    from django.db.models import Model


def put(
    *,
    community: Model,
    topic: str,
    channel: str,
    to: str,
    title: str,
    text: str,
    about: str = "",
    key: uuid.UUID | None = None,
) -> Message:
    """Have somebody told, once the caller's transaction is committed.

    Parameters
    ----------
    topic : what it is about, past tense, `matter.assigned`.
    channel : one of `Channel`; `none` is told on their page only and counts as delivered at once.
    to : telephone number, address, or what the channel's gateway takes.
    key : the same key again is the same message, which is then returned as it was put first.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "outbox.put: only inside transaction.atomic(), together with what the message tells of"
        )
    if key is not None:
        with scope(community=community):
            there = Message.objects.filter(key=key).first()
        if there is not None:
            return there
    now = clock.now()
    at_once = Channel(channel) is Channel.NONE
    message = Message(
        community_id=community.pk, key=key or uuid.uuid4(), topic=topic, channel=channel, to=to, title=title,
        text=text, about=about, created_at=now, due_at=now,
        state=MessageState.DELIVERED if at_once else MessageState.WAITING,
        delivered_at=now if at_once else None,
    )  # fmt: skip
    message.save(force_insert=True)
    return message
