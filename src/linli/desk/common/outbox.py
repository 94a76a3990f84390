"""Messages are written in the transaction of what they tell of, and sent afterwards: none without its cause, none lost.

A message is claimed by compare-and-set before it is sent, so that no two workers send it at once. A worker that is killed
between sending and saying so leaves a claim that runs out, and the message goes out again: told twice is better than never.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import threading
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, F, Q, Value
from django_scopes import scope, scopes_disabled

from linli.desk.common import channels, clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.models import Channel, Message, MessageState
from linli.desk.common.sweeps import sweep, without_words

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

_log = logging.getLogger(__name__)
BACK_OFF_S = (60, 5 * 60, 30 * 60, 2 * 3600, 12 * 3600)
# Longer than any gateway is waited for.
CLAIM_S = 300
# How long the words of a message are kept once it is out or given up.
KEPT_DAYS = 90
# A message that was blanked because its reader asked to be forgotten was not given up.
ERASED = "erased"

# Set where there is something to send; a worker in this process then does not wait for its next look.
woken = threading.Event()


def put(
    *,
    community: Model,
    topic: str,
    channel: str,
    to: str,
    title: str,
    text: str,
    about: str = "",
    reader: str = "",
    key: uuid.UUID | None = None,
) -> Message:
    """Have somebody told, once the caller's transaction is committed.

    Parameters
    ----------
    topic : what it is about, past tense, `matter.assigned`.
    channel : one of `Channel`; `none` is told on their page only and counts as delivered at once.
    to : telephone number, address, or what the channel's gateway takes.
    reader : whoever of the staff finds it on their pages too, "account:3".
    key : the same key again is the same message, which is then returned as it was put first.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "outbox.put: only inside transaction.atomic(), together with what the message tells of"
        )
    if key is not None:
        lock(f"message:{key}")
        with scope(community=community):
            there = Message.objects.filter(key=key).first()
        if there is not None:
            return there
    now = clock.now()
    at_once = Channel(channel) is Channel.NONE
    message = Message(
        community_id=community.pk, key=key or uuid.uuid4(), topic=topic, channel=channel, to=to, title=title,
        text=text, about=about, reader=reader, created_at=now, due_at=now,
        state=MessageState.DELIVERED if at_once else MessageState.WAITING,
        delivered_at=now if at_once else None,
    )  # fmt: skip
    message.save(force_insert=True)
    if not at_once:
        transaction.on_commit(woken.set)
    return message


def deliver_due(*, limit: int = 50) -> int:
    """Send what is due, longest waiting first; return how many went out."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    with scopes_disabled():
        due = Message.objects.filter(free, state=MessageState.WAITING, due_at__lte=now)
        rows = list(due.order_by("due_at", "pk").values("pk", "attempts")[:limit])
        return sum(_delivered(**row) for row in rows)


def _delivered(*, pk: int, attempts: int) -> bool:
    if not _claimed(pk, attempts):
        return False
    mine = Message.objects.filter(pk=pk, state=MessageState.WAITING, attempts=attempts + 1)
    try:
        channels.deliver(Message.objects.get(pk=pk))
    except channels.NoGatewayError:
        _lay_by(mine)
        return False
    except channels.NotDeliveredError as error:
        _put_off(mine, attempts, str(error))
        return False
    except Exception as error:  # noqa: BLE001 -- one message that cannot even be read must not stall the others
        _log.error("message:%s failed: %s", pk, without_words(error))
        _put_off(mine, attempts, without_words(error))
        return False
    return (
        mine.update(state=MessageState.DELIVERED, delivered_at=clock.now(), claimed_until=None, problem="")
        == 1
    )


def _claimed(pk: int, attempts: int) -> bool:
    """Take a message for a while. The count of attempts moves with every claim, so only one of those who read it wins."""
    now = clock.now()
    row = Message.objects.filter(pk=pk, state=MessageState.WAITING, attempts=attempts)
    return row.update(attempts=F("attempts") + 1, claimed_until=now + dt.timedelta(seconds=CLAIM_S)) == 1


def _lay_by(mine: Any) -> None:
    with transaction.atomic():
        message = mine.defer("to", "title", "text").first()
        if message is None:
            return
        # Under the lock that setting a gateway takes: one set this moment must find the message, or be found by it.
        lock(channels.gateway_lock(message.community_id, message.channel))
        if channels.gateway_of(message) is None:
            mine.update(state=MessageState.NO_GATEWAY, attempts=0, claimed_until=None)
        else:
            mine.update(due_at=clock.now(), attempts=0, claimed_until=None)


def _put_off(mine: Any, attempts: int, problem: str) -> None:
    if attempts < len(BACK_OFF_S):
        due_at = clock.now() + dt.timedelta(seconds=BACK_OFF_S[attempts])
        mine.update(due_at=due_at, claimed_until=None, problem=problem[:200])
        return
    with transaction.atomic():
        message = mine.defer("to", "title", "text").select_related("community").first()
        if message is None:
            return
        lock(message.community)
        if mine.update(state=MessageState.DEAD, claimed_until=None, problem=problem[:200]):
            ledger.append(
                community=message.community, event="message.died", by="system", about=f"message:{message.pk}",
                data={"topic": message.topic, "channel": message.channel, "of": message.about},
            )  # fmt: skip


def _undelivered() -> Q:
    """What did not go out and still could: its words are there."""
    since = clock.now() - dt.timedelta(days=KEPT_DAYS)
    stuck = Q(state__in=(MessageState.DEAD, MessageState.NO_GATEWAY), created_at__gte=since)
    return stuck & ~Q(problem=ERASED)


@dataclasses.dataclass(frozen=True)
class Stuck:
    """So many messages of a channel did not go out: because it has no gateway, or because the gateway would not take them."""

    channel: str
    state: str
    count: int


def stuck(*, community: Model) -> list[Stuck]:
    """Count what did not go out, by channel and reason; in one query."""
    with scope(community=community):
        rows = Message.objects.filter(_undelivered()).order_by().values("channel", "state")
        counted = rows.annotate(count=Count("pk")).order_by("channel", "state")
        return [Stuck(**row) for row in counted]


def waiting_words(*, community: Model, reader: str) -> tuple[list[Stuck], int]:
    """Give `stuck`, and how much somebody of the staff has not read (`unread`), in one query."""
    with scope(community=community):
        stayed = Message.objects.filter(_undelivered()).order_by().values_list("channel", "state")
        new = unread(community=community, reader=reader).order_by().values_list("community")
        # What is unread is counted under a channel that is none.
        counted = new.annotate(channel=Value(""), kind=Value(""), count=Count("pk"))
        both = stayed.annotate(count=Count("pk")).union(
            counted.values_list("channel", "kind", "count"), all=True
        )
        found = sorted(both)
    return [Stuck(*row) for row in found if row[0]], sum(row[2] for row in found if not row[0])


def undelivered(*, community: Model) -> QuerySet[Message]:
    """Give what did not go out, newest first, without its words."""
    with scope(community=community):
        found = Message.objects.filter(_undelivered()).defer("to", "title", "text")
        return found.order_by("-created_at", "-pk")


def retry_all(*, community: Model, channel: str, by: str) -> int:
    """Try every dead message of a channel again; return how many."""
    with transaction.atomic(), scope(community=community):
        lock(community)
        dead = Message.objects.filter(_undelivered(), channel=channel, state=MessageState.DEAD)
        revived = dead.update(state=MessageState.WAITING, due_at=clock.now(), attempts=0, problem="")
        if revived:
            ledger.append(
                community=community, event="messages.retried", by=by,
                data={"channel": str(channel), "count": revived},
            )  # fmt: skip
            transaction.on_commit(woken.set)
    return revived


def retry(*, message: Message, by: str) -> bool:
    """Try a dead message again, from the first attempt; False where it is not dead, or its words are gone."""
    with transaction.atomic(), scope(community=message.community_id):
        lock(message.community)
        dead = Message.objects.filter(_undelivered(), pk=message.pk, state=MessageState.DEAD)
        revived = dead.update(state=MessageState.WAITING, due_at=clock.now(), attempts=0, problem="")
        if not revived:
            return False
        ledger.append(
            community=message.community, event="message.retried", by=by, about=f"message:{message.pk}"
        )
        transaction.on_commit(woken.set)
    return True


def unread(*, community: Model, reader: str) -> QuerySet[Message]:
    """Give what somebody of the staff was told and has not read yet, newest first, as long as its words are kept."""
    since = clock.now() - dt.timedelta(days=KEPT_DAYS)
    with scope(community=community):
        found = Message.objects.filter(reader=reader, read_at=None, created_at__gte=since)
        return found.order_by("-created_at", "-pk")


def mark_read(*, community: Model, reader: str, about: str = "") -> int:
    """Take what somebody was told, all of it or about one thing, as read; return how many messages."""
    found = unread(community=community, reader=reader).order_by()
    found = found.filter(about=about) if about else found
    # Asked first: whoever only looks must not wait for those who write.
    return found.update(read_at=clock.now()) if found.exists() else 0


def erase(*, community: Model, about: Sequence[str]) -> int:
    """Blank every message about these things, and send none that has not gone out; for a reader to be forgotten."""
    with scope(community=community):
        messages = Message.objects.filter(about__in=about)
        messages.exclude(state=MessageState.DELIVERED).update(state=MessageState.DEAD, problem=ERASED)
        return messages.update(to="", title="", text="")


def counts(*, community: Model) -> dict[str, int]:
    """Return how many messages stand in each state."""
    with scope(community=community):
        rows = Message.objects.order_by().values("state").annotate(count=Count("pk"))
        found = {row["state"]: row["count"] for row in rows}
    return {state.value: found.get(state.value, 0) for state in MessageState}


@sweep("outbox.forgotten", every_s=24 * 3600)
def forget() -> int:
    """Blank the words of messages that are long out or given up."""
    with scopes_disabled():
        old = Message.objects.filter(created_at__lt=clock.now() - dt.timedelta(days=KEPT_DAYS))
        return (
            old.exclude(state=MessageState.WAITING)
            .exclude(to="", title="", text="")
            .update(to="", title="", text="")
        )
