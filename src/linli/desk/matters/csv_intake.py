"""Lists of matters that people bring: shown first, taken in whole or not at all, taken back as far as nobody has begun."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.common.sweeps import sweep
from linli.desk.matters import erasing, index
from linli.desk.matters.actions.core import Deed, do, locked
from linli.desk.matters.actions.intake import receive_matter
from linli.desk.matters.csv_lines import Told, read_lines
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import Outcome, State, Verb
from linli.desk.matters.models import Category, Follower, Matter, MatterList, Source
from linli.desk.people.access import require
from linli.desk.people.actors import SYSTEM
from linli.desk.people.contacts import email_digest, phone_digest
from linli.desk.people.models import Resident
from linli.desk.people.residents import erase_resident, find_or_make_resident
from linli.desk.places.models import Spot

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from linli.desk.people.actors import Actor

SHOWN_FOR = dt.timedelta(hours=24)
#: Verbs by which nobody has begun to work on a matter.
_UNTOUCHED = {Verb.RECEIVE, Verb.ASSIGN}


def show_list(*, by: Actor, data: bytes, name: str, datum: str) -> MatterList:
    """Read a list and keep what it says, to be shown before it is taken in; the same file again is the same list.

    Raises
    ------
    UnusableListError
        Something of it cannot be used; every fault with its line and its remedy.
    """
    require(by, "matters.lists", by.community)
    # Whatever its coordinates are said to be: who was wrong about that takes the list back first.
    digest = hashlib.sha256(data).hexdigest()
    with scope(community=by.community), transaction.atomic():
        lock(f"matter_list:{by.community.pk}:{digest}")
        known = MatterList.objects.filter(digest=digest).exclude(state=MatterList.State.UNDONE).first()
        if known is not None and known.state == MatterList.State.TAKEN:
            return known
        told = [dataclasses.asdict(one) for one in read_lines(data, name=name, datum=datum)]
        shown = known or MatterList(community=by.community, digest=digest)
        # Read anew: categories may have changed since.
        shown.name, shown.datum, shown.rows, shown.line_count = name[-120:], datum, told, len(told)
        shown.by, shown.by_name, shown.at = by.key, by.name, clock.now()
        shown.save()
        return shown


def rows_of(shown: MatterList) -> list[Told]:
    """Say what a list says that was not taken in yet."""
    return [Told(**row) for row in shown.rows]


def take_list(*, by: Actor, shown: MatterList, key: uuid.UUID | None = None) -> MatterList:
    """Make a matter of every line, or of none.

    Raises
    ------
    RefusedError
        A line can no longer be taken; the message says which, and nothing was done.
    """
    require(by, "matters.lists", shown)

    def make() -> dict[str, Any]:
        row = MatterList.objects.get(pk=shown.pk)
        if row.state != MatterList.State.SHOWN:
            return {"list": row.pk}
        last = Resident.objects.aggregate(last=Max("pk"))["last"] or 0
        told = rows_of(row)
        reporters = [_reporter(by, one) for one in told]
        matters = [_received(by, one, reporter) for one, reporter in zip(told, reporters, strict=True)]
        row.state, row.taken_at, row.rows = MatterList.State.TAKEN, clock.now(), []
        row.matter_ids = [matter.pk for matter in matters]
        row.resident_ids = sorted({one.pk for one in reporters if one is not None and one.pk > last})
        row.by, row.by_name = by.key, by.name
        row.save()
        ledger.append(
            community=by.community, event="matter_list.taken", by=by.key, about=row.key,
            data={"matters": len(matters)},
        )  # fmt: skip
        return {"list": row.pk}

    with scope(community=by.community), transaction.atomic():
        # All at once, before the ledger holds the community: who takes in one of these people meanwhile waits for us.
        lock(shown, f"matter_lists:{by.community.pk}", *_people_locks(by, rows_of(shown)))
        made = once(community=by.community, key=key, verb=f"matters.take_list:{shown.pk}", make=make)
        return MatterList.objects.get(pk=made["list"])


def _people_locks(by: Actor, told: Iterable[Told]) -> set[str]:
    digests = {
        digest for one in told for digest in (phone_digest(one.phone), email_digest(one.email)) if digest
    }
    return {f"resident:{by.community.pk}:{digest}" for digest in digests}


def _reporter(by: Actor, told: Told) -> Resident | None:
    if not told.has_person:
        return None
    return find_or_make_resident(
        by=by,
        community=by.community,
        name=told.name,
        phone=told.phone,
        email=told.email,
        channel=told.channel,
    )


def _received(by: Actor, told: Told, reporter: Resident | None) -> Matter:
    try:
        category, spot = _still_there(told)
        received = receive_matter(
            community=by.community, by=by, source=Source.CSV, category=category, words=told.words, lon=told.lon,
            lat=told.lat, place_words=told.place, spot=spot, reporter=reporter, confidential=told.confidential,
            answers=told.answers,
        )  # fmt: skip
    except RefusedError as refusal:
        raise RefusedError(_("line {line}: {said}").format(line=told.line, said=refusal)) from refusal
    return received.matter


def _still_there(told: Told) -> tuple[Category, Spot | None]:
    category = Category.objects.filter(key=told.category, retired_at=None).first()
    spot = Spot.objects.filter(pk=told.spot, retired_at=None).first() if told.spot else None
    if category is None or (told.spot and spot is None):
        raise RefusedError(_("Its category or its spot is no longer in use."))
    return category, spot


def drop_list(*, by: Actor, shown: MatterList) -> None:
    """Forget a list that was shown and is not to be taken in."""
    require(by, "matters.lists", shown)
    with scope(community=by.community):
        MatterList.objects.filter(pk=shown.pk, state=MatterList.State.SHOWN).delete()


def undo_list(*, by: Actor, taken: MatterList, key: uuid.UUID | None = None) -> MatterList:
    """Take back what came with a list, as far as nobody has begun to work on it; what it said of people goes with it.

    What somebody has begun stays, and the list stays taken in with just that.
    """
    require(by, "matters.lists", taken)

    def make() -> dict[str, Any]:
        row = MatterList.objects.get(pk=taken.pk)
        if row.state != MatterList.State.TAKEN:
            raise RefusedError(_("This list is not taken in."))
        gone = [pk for pk in row.matter_ids if _taken_back(pk, by=by)]
        row.matter_ids = [pk for pk in row.matter_ids if pk not in set(gone)]
        row.resident_ids = [pk for pk in row.resident_ids if not _forgotten(pk)]
        if not row.matter_ids:
            row.state, row.undone_at = MatterList.State.UNDONE, clock.now()
        row.save()
        ledger.append(
            community=by.community, event="matter_list.undone", by=by.key, about=row.key,
            data={"taken_back": len(gone), "left": len(row.matter_ids)},
        )  # fmt: skip
        index.forget()
        return {"list": row.pk, "taken_back": len(gone)}

    with scope(community=by.community), transaction.atomic():
        matters = Matter.objects.filter(pk__in=taken.matter_ids)
        residents = Resident.objects.filter(pk__in=taken.resident_ids)
        lock(taken, f"matter_lists:{by.community.pk}", *matters, *residents)
        once(community=by.community, key=key, verb=f"matters.undo_list:{taken.pk}", make=make)
        return MatterList.objects.get(pk=taken.pk)


def _taken_back(pk: int, *, by: Actor) -> bool:
    matter = locked(Matter(pk=pk))
    if matter.state not in {State.SUBMITTED, State.DISPATCHED}:
        return False
    verbs = matter.steps.values_list("verb", "by")
    # Handed on by the rules, not by a person.
    if any(verb not in _UNTOUCHED or (verb == Verb.ASSIGN and who != "system") for verb, who in verbs):
        return False
    if Follower.objects.filter(matter=matter, reported=False).exists():
        return False

    def change(deed: Deed) -> None:
        deed.matter.outcome = Outcome.WITHDRAWN

    system = SYSTEM(matter.community)
    do(Deed(matter=matter, verb=Verb.TAKE_BACK, by=system, at=clock.now(), quiet=True), change)
    erasing.forget_matter(matter, by=by)
    return True


def _forgotten(pk: int) -> bool:
    """Erase somebody who is known by nothing but what was taken back."""
    resident = Resident.objects.select_related("community").get(pk=pk)
    followed = Follower.objects.filter(resident=resident).exists()
    if followed or resident.matters.exists() or resident.consents.filter(withdrawn_at=None).exists():
        return False
    erase_resident(by=SYSTEM(resident.community), resident=resident, reason="other")
    return True


@sweep("matter_lists.forgotten", every_s=3600)
def forget_shown() -> int:
    """Delete what was only shown, a day later: it holds what people said."""
    with scopes_disabled():
        old = MatterList.objects.filter(state=MatterList.State.SHOWN, at__lt=clock.now() - SHOWN_FOR)
        return old.delete()[0]
