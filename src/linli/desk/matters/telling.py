"""Whom a step concerns, and by what way they are told: messages into the outbox of the same transaction."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linli.desk.common import outbox
from linli.desk.matters import texts
from linli.desk.matters.lifecycle import Verb
from linli.desk.matters.models import Audience, Follower
from linli.desk.people.models import Role
from linli.desk.people.queries import posts_in_force

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account

NO_CHANNEL = "none"
#: What residents do themselves; the others who follow are told, but never in the resident's words.
_OWN_WORDS = {
    Verb.REPLY, Verb.CONFIRM, Verb.DENY, Verb.WAIVE, Verb.REOPEN, Verb.WITHDRAW, Verb.ADD,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class ToStaff:
    """A message to one account, or, without one, to whoever runs the desk."""

    topic: str
    account: Account | None = None


def address_of(follower: Follower) -> tuple[str, str]:
    """By what way somebody is told. A resident's own row decides, so that a correction or erasure holds at once."""
    resident = follower.resident
    if resident is None:
        return follower.channel, follower.to
    if resident.erased_at is not None:
        return NO_CHANNEL, ""
    to = str({"sms": resident.phone, "email": resident.email}.get(resident.channel, follower.to))
    if resident.channel in {"sms", "email"} and not to:
        return NO_CHANNEL, ""
    return resident.channel, to


def followers_of(
    matter: Matter,
    verb: Verb,
    *,
    audience: Audience,
    by: Actor,
    text: str = "",
    reason: str = "",
    speaker: Follower | None = None,
) -> None:
    """Tell those who follow a matter what happened; whoever did it themselves need not be told."""
    if audience == Audience.INTERNAL:
        return
    own_words = verb in _OWN_WORDS and not by.is_staff
    following = Follower.objects.filter(matter=matter, stopped_at=None).select_related("resident")
    if audience == Audience.REPORTER:
        following = following.filter(reported=True)
    if own_words and speaker is None:
        return
    for follower in following:
        if own_words and speaker is not None and follower.pk == speaker.pk:
            continue
        to_follower(
            follower, matter, verb, text="" if own_words else text, reason="" if own_words else reason
        )


def to_follower(follower: Follower, matter: Matter, verb: Verb, *, text: str = "", reason: str = "") -> None:
    """Tell one of them."""
    channel, to = address_of(follower)
    if channel == NO_CHANNEL:
        # Their page says it; a row in the outbox would say nothing more.
        return
    told = texts.to_resident(
        verb,
        matter=matter,
        code=follower.follow_code,
        language=follower.language,
        text=text,
        reason=reason,
        worker_name=matter.worker.name if matter.worker is not None else "",
        due=due_words(matter, follower.language),
    )
    _put(matter, verb.value, channel, to, told)


def remind(follower: Follower, matter: Matter, verb: Verb) -> None:
    """Remind one of them of a question or a call-back."""
    channel, to = address_of(follower)
    if channel == NO_CHANNEL:
        return
    told = texts.reminder(verb, matter=matter, code=follower.follow_code, language=follower.language)
    _put(matter, "reminded", channel, to, told)


def due_words(matter: Matter, language: str = "") -> str:
    """The deadline as people there read it: the last day that counts, not the midnight that ends it."""
    return texts.day(matter.solve_due_at, ZoneInfo(matter.community.timezone), language)


def staff_of(matter: Matter, many: Iterable[ToStaff], *, by: Actor) -> None:
    """Tell members of the staff; nobody of what they did themselves."""
    told: set[tuple[int, str]] = set()
    for one in many:
        accounts = [one.account] if one.account is not None else desk_accounts(matter)
        for account in accounts:
            own = by.account is not None and by.account.pk == account.pk
            if own or (account.pk, one.topic) in told:
                continue
            told.add((account.pk, one.topic))
            to_account(account, matter, one.topic)


def to_account(account: Account, matter: Matter, topic: str) -> None:
    """Tell one member of the staff: on their pages, and by e-mail where there is an address."""
    channel, to = ("email", account.email) if account.email else (NO_CHANNEL, account.key)
    told = texts.to_staff(topic, matter=matter, due=due_words(matter))
    _put(matter, topic, channel, to, told, reader=account.key)


def desk_accounts(matter: Matter, role: Role = Role.DESK) -> list[Account]:
    """Whoever runs the desk; the director where nobody does."""
    posts = posts_in_force().filter(role=role, account__is_active=True).select_related("account")
    accounts = [post.account for post in posts]
    if not accounts and role != Role.DIRECTOR:
        return desk_accounts(matter, Role.DIRECTOR)
    return accounts


def whoever_has_it(matter: Matter, topic: str) -> list[ToStaff]:
    """Address the worker, or the desk as long as there is none."""
    return [ToStaff(topic, matter.worker)]


def _put(matter: Matter, topic: str, channel: str, to: str, told: texts.Told, *, reader: str = "") -> None:
    outbox.put(
        community=matter.community,
        topic=f"matter.{topic}",
        channel=channel,
        to=to,
        title=told.title,
        text=told.text,
        about=matter.key,
        reader=reader,
    )
