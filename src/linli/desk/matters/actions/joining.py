"""Several reports of one thing, and one report of several: following, merging, splitting; everybody is still told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger, tokens
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import telling
from linli.desk.matters.actions.core import Deed, do, locked, text_of, walk
from linli.desk.matters.actions.intake import receive_matter
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import FINAL, Outcome, Verb
from linli.desk.matters.models import Category, Follower, Matter
from linli.desk.matters.rules import permission
from linli.desk.people.access import ForbiddenError, require

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Resident


def follow(
    *,
    matter: Matter,
    by: Actor,
    resident: Resident | None = None,
    channel: str = telling.NO_CHANNEL,
    to: str = "",
    language: str = "zh-hans",
    key: uuid.UUID | None = None,
) -> tuple[Follower, str]:
    """Follow somebody else's public matter; give the follower, and a code of their own.

    Raises
    ------
    ForbiddenError
        It is not public: to them it is as if it were not there.
    """
    require(by, "matters.follow", matter)

    def make() -> dict[str, Any]:
        fresh = locked(matter)
        if not fresh.public:
            raise ForbiddenError("matters.follow")
        code = tokens.follow_code()
        made = Follower.objects.create(
            community=matter.community, matter=fresh, resident=resident, channel=channel, to=to,
            language=resident.language if resident is not None else language,
            follow_code=code, token_digest=tokens.digest(code, "follow"), since=clock.now(),
        )  # fmt: skip
        ledger.append(
            community=matter.community, event="matter.followed", by=by.key, about=matter.key,
            data={"follower": made.pk},
        )  # fmt: skip
        return {"follower": made.pk}

    with scope(community=matter.community), transaction.atomic():
        lock(matter)
        result = once(community=matter.community, key=key, verb=f"matters.follow:{matter.pk}", make=make)
        follower = Follower.objects.select_related("matter").get(pk=result["follower"])
        return follower, follower.follow_code


def unfollow(*, follower: Follower, by: Actor, key: uuid.UUID | None = None) -> Follower:
    """Be told no more; the code goes on opening the page."""
    require(by, "matters.follow", follower.matter)
    community = follower.matter.community

    def make() -> dict[str, Any]:
        Follower.objects.filter(pk=follower.pk, stopped_at=None).update(stopped_at=clock.now())
        ledger.append(
            community=community, event="matter.unfollowed", by=by.key, about=follower.matter.key,
            data={"follower": follower.pk},
        )  # fmt: skip
        return {"follower": follower.pk}

    with scope(community=community), transaction.atomic():
        lock(follower.matter)
        once(community=community, key=key, verb=f"matters.unfollow:{follower.pk}", make=make)
        return Follower.objects.select_related("matter").get(pk=follower.pk)


def merge_matters(
    *,
    matter: Matter,
    into: Matter,
    by: Actor,
    internal_text: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Let a report go on in another one. Whoever followed it follows the other, by the code they have.

    Raises
    ------
    RefusedError
        It is the same, or the other is closed, or merged itself, or one is confidential and the other is not.
    """
    require(by, permission(Verb.MERGE), into)
    text = text_of(internal_text)

    def change(deed: Deed) -> None:
        row, main = deed.matter, locked(into)
        if row.pk == main.pk or main.state in FINAL or main.merged_into_id is not None:
            raise RefusedError(_("Choose another matter that is still open."))
        if main.confidential != row.confidential or main.category.sensitive != row.category.sensitive:
            raise RefusedError(_("What was told in confidence is not joined with what was not."))
        row.outcome, row.merged_into = Outcome.MERGED, main
        row.callbacks.filter(answered_at=None, ended_at=None).update(ended_at=deed.at)
        deed.data = {"into": main.pk, "outcome": Outcome.MERGED.value}
        deed.staff = telling.whoever_has_it(row, "merged")

    with scope(community=matter.community), transaction.atomic():
        # Both at once and sorted: two who merge crosswise must not wait for each other.
        lock(matter, into)
        merged = walk(
            matter=matter, verb=Verb.MERGE, by=by, key=key, version=version, change=change, internal_text=text
        )
        Matter.objects.filter(merged_into=matter).update(merged_into=into)
        # After the message about it, which goes to those who followed this one.
        Follower.objects.filter(matter=matter).update(matter=into)
        return merged


def split_matter(
    *,
    matter: Matter,
    by: Actor,
    words: str,
    category: Category | None = None,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Make a part of a report a matter of its own; whoever reported it is told of both. Give the new one."""
    words = text_of(words, required=True)
    require(by, permission(Verb.SPLIT), matter)

    def make() -> dict[str, Any]:
        row = locked(matter)
        part = receive_matter(
            community=row.community, by=by, source=row.source, category=category or row.category, words=words,
            lon=row.lon, lat=row.lat, place_words=row.place_words, spot=row.spot, reporter=row.reporter,
            confidential=row.confidential, language=row.language,
            answers=None if category else row.answers, asked=False,
        ).matter  # fmt: skip
        Matter.objects.filter(pk=part.pk).update(split_from=row)
        deed = Deed(matter=row, verb=Verb.SPLIT, by=by, at=clock.now(), data={"part": part.pk})
        do(deed, version=version)
        return {"matter": part.pk}

    with scope(community=matter.community), transaction.atomic():
        lock(matter)
        made = once(
            community=matter.community, key=key, verb=f"{permission(Verb.SPLIT)}:{matter.pk}", make=make
        )
        return locked(Matter(pk=made["matter"]))
