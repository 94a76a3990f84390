"""The first word: a matter is received, once, and goes to whoever is to see to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, tokens
from linli.desk.common.calendar import working_calendar
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import deadlines, index, questions, routing
from linli.desk.matters.actions.core import Deed, do, locked, record, text_of, walk
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import Outcome, State, Verb
from linli.desk.matters.models import Category, Follower, Matter, Source
from linli.desk.matters.rules import permission
from linli.desk.matters.telling import ToStaff, desk_accounts
from linli.desk.people.access import require
from linli.desk.people.actors import SYSTEM
from linli.desk.people.models import Role
from linli.desk.people.queries import posts_in_force
from linli.desk.places.queries import grid_at

if TYPE_CHECKING:
    import uuid

    from linli.desk.common.models import Upload
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account, Resident
    from linli.desk.places.models import Community, Grid, Spot


@dataclasses.dataclass(frozen=True)
class Received:
    """What the resident is told: the matter, and the code that opens their own view of it.

    `again`: this request had been received before, and nothing was done a second time.
    """

    matter: Matter
    follow_code: str
    again: bool = False


def receive_matter(
    *,
    community: Community,
    by: Actor,
    source: Source | str,
    category: Category,
    words: str,
    lon: float | None = None,
    lat: float | None = None,
    place_words: str = "",
    spot: Spot | None = None,
    uploads: Iterable[Upload] = (),
    reporter: Resident | None = None,
    confidential: bool = False,
    answers: dict[str, Any] | None = None,
    language: str = "",
    asked: bool = True,
    key: uuid.UUID | None = None,
) -> Received:
    """Take in what somebody says, and hand it on where the rules say so.

    Parameters
    ----------
    asked : whether its category's questions were put; if not, none has to be answered.

    Raises
    ------
    ForbiddenError
        `by` takes in nothing here, or category, spot or reporter are another community's.
    RefusedError
        There are neither words nor a photo, or a question that has to be answered is not.
    """
    photos = list(uploads)
    words = text_of(words)
    told = checked(
        by, category, words=words, photos=photos, answers=answers or {}, asked=asked, of=(spot, reporter)
    )
    lon, lat = place_of(lon, lat, spot)
    again = True

    def make() -> dict[str, Any]:
        nonlocal again
        again = False
        matter = make_matter(
            by=by, source=source, category=category, words=words, lon=lon, lat=lat, place_words=place_words, spot=spot,
            photos=photos, reporter=reporter, confidential=confidential, answers=told, language=language,
            at=clock.now(), code=tokens.follow_code(),
        )  # fmt: skip
        return {"matter": matter.pk}

    with scope(community=community), transaction.atomic():
        made = once(community=community, key=key, verb=permission(Verb.RECEIVE), make=make)
        matter = locked(Matter(pk=made["matter"]))
        return Received(matter=matter, follow_code=matter.follow_code, again=again)


def make_matter(
    *,
    by: Actor,
    source: Source | str,
    category: Category,
    words: str,
    lon: float | None,
    lat: float | None,
    place_words: str,
    spot: Spot | None,
    photos: list[Upload],
    reporter: Resident | None,
    confidential: bool,
    answers: dict[str, Any],
    language: str,
    at: dt.datetime,
    code: str,
) -> Matter:
    """Make the matter of what was checked, in the caller's transaction, and hand it on where the rules say so.

    Parameters
    ----------
    at : when it was received: from then on its clocks run.
    code : opens it for whoever reported it.
    """
    community = by.community
    grid = _grid(community, lon, lat, spot)
    lock(community)
    number = (Matter.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    matter = Matter(
        community=community,
        number=number,
        code=f"{at.astimezone(ZoneInfo(community.timezone)):%y}-{number:05d}",
        follow_code=code,
        follow_digest=tokens.digest(code, "follow"),
        category=category,
        answers=answers,
        words=words,
        place_words=" ".join(place_words.split())[:200],
        lon=lon,
        lat=lat,
        grid=grid,
        spot=spot,
        source=source,
        language=language or (reporter.language if reporter is not None else "") or "zh-hans",
        reporter=reporter,
        on_behalf_by=by.key if is_for_another(by, source) else "",
        confidential=confidential,
        public=category.public and not confidential and not category.sensitive,
        received_at=at,
        respond_due_at=deadlines.respond_due(category, at),
        updated_at=at,
        version=0,
    )
    deadlines.begin(matter, at=at, calendar=working_calendar(community))
    matter.save(force_insert=True)
    if source != Source.WORKER:
        _follow_own(matter)
    received = Deed(
        matter=matter, verb=Verb.RECEIVE, by=by, at=at, uploads=photos,
        data={"category": category.key, "source": str(source), "grid": grid.pk if grid else None},
    )  # fmt: skip
    found = routing.route(
        community=community, category=category, grid=grid, words=words, at=at, confidential=confidential
    )
    if found.worker is None:
        received.staff = [ToStaff("unrouted")]
    record(received, before=None, after=State.SUBMITTED)
    if found.worker is not None:
        # One message to the resident, not two at once.
        hand_to(
            matter, by=SYSTEM(community), worker=found.worker, deputy=found.deputy, why=found.why, quiet=True
        )
    index.put(matter)
    return matter


def is_for_another(by: Actor, source: Source | str) -> bool:
    """Whether it is entered for somebody else: by staff for whoever rang, by another system for whoever uses that."""
    return by.key.startswith("api:") or (by.is_staff and source != Source.WORKER)


def checked(
    by: Actor,
    category: Category,
    *,
    words: str,
    photos: Sequence[Upload],
    answers: dict[str, Any],
    asked: bool,
    of: Iterable[Spot | Resident | None],
) -> dict[str, Any]:
    """Take the answers to the category's questions, if all that was told can be received.

    Raises
    ------
    ForbiddenError, RefusedError
        See `receive_matter`.
    """
    for thing in (by.community, category, *of):
        if thing is not None:
            require(by, permission(Verb.RECEIVE), thing)
    if not words and not photos:
        raise RefusedError(_("Say in a few words what is wrong, or add a photo."))
    if category.retired_at is not None:
        raise RefusedError(_("This category is no longer in use; choose another."))
    return questions.checked(category, answers, asked=asked)


def place_of(lon: float | None, lat: float | None, spot: Spot | None) -> tuple[float | None, float | None]:
    """Give where it is: as told, else the spot's own place.

    Raises
    ------
    RefusedError
        The place told is nowhere on the earth.
    """
    if lon is None or lat is None:
        return (spot.lon, spot.lat) if spot is not None else (None, None)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise RefusedError(_("This place is not on the earth; set the pin again."))
    return lon, lat


def _grid(community: Community, lon: float | None, lat: float | None, spot: Spot | None) -> Grid | None:
    """Where it lies decides; the spot's own grid only where there is no place."""
    if lon is not None and lat is not None:
        return grid_at(community=community, lon=lon, lat=lat)
    return spot.grid if spot is not None else None


def _follow_own(matter: Matter) -> None:
    """Whoever reported it follows it, by its own code; anonymous ones too, on their page only."""
    Follower.objects.create(
        community=matter.community,
        matter=matter,
        resident=matter.reporter,
        language=matter.language,
        follow_code=matter.follow_code,
        token_digest=matter.follow_digest,
        reported=True,
        since=matter.received_at,
    )


def hand_to(
    matter: Matter, *, by: Actor, worker: Account, deputy: Account | None, why: str, quiet: bool = False
) -> None:
    """Walk the assigning edge for a matter whose lock is held."""

    def change(deed: Deed) -> None:
        _hand(deed, worker=worker, deputy=deputy, why=why, decided=False)

    do(Deed(matter=matter, verb=Verb.ASSIGN, by=by, at=clock.now(), quiet=quiet), change)


def _hand(deed: Deed, *, worker: Account, deputy: Account | None, why: str, decided: bool) -> None:
    matter = deed.matter
    before = matter.worker
    matter.worker, matter.deputy = worker, deputy if deputy != worker else None
    matter.routed_by, matter.decided = why, decided
    matter.lead = ""
    if matter.dispatched_at is None:
        matter.dispatched_at = deed.at
    deed.data |= {"worker": worker.pk, "deputy": deputy.pk if deputy else None, "why": why}
    deed.staff.append(ToStaff("assigned", worker))
    if matter.deputy is not None:
        deed.staff.append(ToStaff("deputised", matter.deputy))
    if before is not None and before != worker:
        deed.staff.append(ToStaff("taken", before))


def accept_matter(
    *, matter: Matter, by: Actor, key: uuid.UUID | None = None, version: int | None = None
) -> Matter:
    """Take it on before it is known who will do it."""
    return walk(matter=matter, verb=Verb.ACCEPT, by=by, key=key, version=version)


def refuse_matter(
    *,
    matter: Matter,
    by: Actor,
    reason: str,
    way: str,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Say that it is not for the committee: why, and who it is for. Both are told."""
    reason, way = text_of(reason, required=True), text_of(way, required=True)

    def change(deed: Deed) -> None:
        deed.matter.outcome = Outcome.NOT_OURS

    return walk(
        matter=matter,
        verb=Verb.REFUSE,
        by=by,
        key=key,
        version=version,
        change=change,
        reason=reason,
        public_text=way,
    )


def answer_matter(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    uploads: Iterable[Upload] = (),
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Answer a question; the resident then says whether it helped."""
    text = text_of(text, required=True)

    def change(deed: Deed) -> None:
        deed.matter.outcome = Outcome.ANSWERED

    return walk(
        matter=matter, verb=Verb.ANSWER, by=by, key=key, version=version, change=change, public_text=text, uploads=uploads
    )  # fmt: skip


def assign_matter(
    *,
    matter: Matter,
    by: Actor,
    worker: Account,
    deputy: Account | None = None,
    decided: bool = False,
    internal_text: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Hand it to somebody. After an objection that is a decision: it may not be handed back again.

    Raises
    ------
    RefusedError
        Worker or deputy hold no post here.
    """

    def change(deed: Deed) -> None:
        for person in (worker, deputy):
            if person is not None and not may_be_given_work(person):
                raise RefusedError(_("%(name)s holds no post here that takes work.") % {"name": person.name})
        objected = deed.matter.state == State.OBJECTED
        _hand(deed, worker=worker, deputy=deputy, why="person", decided=decided or objected)

    return walk(
        matter=matter, verb=Verb.ASSIGN, by=by, key=key, version=version, change=change,
        internal_text=text_of(internal_text),
    )  # fmt: skip


def may_be_given_work(account: Account) -> bool:
    """Whether somebody holds a post here other than to look on."""
    return account.is_active and posts_in_force().filter(account=account).exclude(role=Role.AUDITOR).exists()


def object_to_matter(
    *, matter: Matter, by: Actor, reason: str, key: uuid.UUID | None = None, version: int | None = None
) -> Matter:
    """Hand it back as the wrong recipient, saying why; the desk decides."""
    reason = text_of(reason, required=True)

    def change(deed: Deed) -> None:
        if deed.matter.decided:
            raise RefusedError(_("The desk has decided that this is yours; it cannot be handed back again."))
        deed.staff = [ToStaff("objected", account) for account in desk_accounts(deed.matter)]

    return walk(
        matter=matter, verb=Verb.OBJECT, by=by, key=key, version=version, change=change, reason=reason
    )
