"""What is forgotten when the time of `purposes.toml` is over, what comes next, and what is kept longer because of a dispute.

A matter ends when it is closed or refused; its time runs from then. One that was merged goes with the one it goes on in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, When
from django.utils.translation import gettext as _
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.common.sweeps import sweep, without_words
from linli.desk.matters import erasing, index
from linli.desk.matters.actions.core import locked
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import FINAL, State
from linli.desk.matters.models import Follower, Hold, Mail, Matter
from linli.desk.people.access import require
from linli.desk.people.actors import SYSTEM
from linli.desk.people.lapsing import lapse
from linli.desk.people.models import Consent, Proxy, Resident
from linli.desk.people.purposes import purposes
from linli.desk.people.residents import erase_resident

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable

    from django.db.models import QuerySet

    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

_log = logging.getLogger(__name__)
MOST_AT_ONCE = 200
#: Our own choice: a dispute that lasts longer is held again.
LONGEST_HOLD = dt.timedelta(days=5 * 366)
_TRIED_AGAIN_AFTER = dt.timedelta(hours=1)
MAIL_KEPT_FOR = dt.timedelta(days=90)
#: Purposes that stand on somebody's matters; other rooms' purposes (care) end as those rooms say.
LAPSING = ("contact", "home", "proxy")


def kept_for(purpose: str) -> dt.timedelta:
    """How long something is kept for a purpose after it has ended."""
    return dt.timedelta(days=purposes()[purpose].retention_days)


def _ended_by(moment: dt.datetime, *, path: str = "") -> Q:
    """Matters that had ended by a moment."""
    closed = {f"{path}state": State.CLOSED, f"{path}closed_at__lte": moment}
    refused = {f"{path}state": State.REFUSED, f"{path}updated_at__lte": moment}
    return Q(**closed) | Q(**refused)


def _held(at: dt.datetime) -> Exists:
    return Exists(Hold.objects.filter(matter=OuterRef("pk"), lifted_at=None, until__gt=at))


def over(at: dt.datetime) -> QuerySet[Matter]:
    """Give the matters whose time is over at a moment, and that nobody holds."""
    with scopes_disabled():
        goes_on = Q(merged_into__isnull=False, merged_into__anonymised_at__isnull=True)
        return Matter.objects.filter(
            _ended_by(at - kept_for("matters")), ~goes_on, ~Q(_held(at)), anonymised_at=None
        )


@sweep("matters.forgotten", every_s=600)
def forget_matters() -> int:
    """Forget the matters whose time is over; one that fails is put off, so that it stalls none of the others."""
    now, done = clock.now(), 0
    cut = now - kept_for("matters")
    # Each by the index of its own; SQLite uses none for both at once.
    closed, refused = Q(closed_at__lte=cut), Q(state=State.REFUSED, updated_at__lte=cut)
    with scopes_disabled():
        for ended in (closed, refused):
            due = over(now).filter(ended).select_related("community").order_by("closed_at", "pk")
            for matter in list(due[:MOST_AT_ONCE]):
                done += _apart(matter, _forget, put_off=_put_off)
        if done:
            index.forget()
    return done


def _apart(row: Any, work: Callable[[Any], bool], *, put_off: Callable[[Any], object] | None = None) -> bool:
    """Do the work for one row in a transaction of its own."""
    try:
        with scope(community=row.community), transaction.atomic():
            return work(row)
    except Exception as error:  # noqa: BLE001 -- one that fails must not stall the others
        _log.error("forgetting %s failed: %s", row.key, without_words(error))
        if put_off is not None:
            with scope(community=row.community), transaction.atomic():
                put_off(row)
        return False


def _forget(matter: Matter) -> bool:
    lock(matter)
    # Somebody may have reopened or held it meanwhile.
    if not over(clock.now()).filter(pk=matter.pk).exists():
        return False
    erasing.forget_matter(locked(matter), by=SYSTEM(matter.community))
    return True


def _put_off(matter: Matter) -> None:
    now = clock.now()
    lock(matter)
    Hold.objects.filter(matter=matter, lifted_at=None).update(lifted_at=now)
    Hold.objects.create(
        community=matter.community, matter=matter, until=now + _TRIED_AGAIN_AFTER, by="system", at=now
    )


def _needed(purpose: str, at: dt.datetime) -> Q:
    """Residents who are still needed for a purpose: by what has not ended, or not long enough ago."""
    cut, me = at - kept_for(purpose), OuterRef("pk")
    theirs = Matter.objects.filter(reporter=me, anonymised_at=None).exclude(_ended_by(cut))
    held = Hold.objects.filter(matter__reporter=me, lifted_at=None, until__gt=at)
    followed = Follower.objects.filter(resident=me, matter__anonymised_at=None).exclude(
        _ended_by(cut, path="matter__")
    )
    standing = Consent.objects.filter(resident=me, withdrawn_at=None)
    agreed = standing.filter(purpose=purpose, given_at__gt=cut)
    # Who is visited has to be found.
    otherwise = standing.exclude(purpose__in=LAPSING)
    acts = Proxy.objects.filter(by_resident=me, until=None)
    needed = Q(created_at__gt=cut)
    for reason in (theirs, held, followed, agreed, otherwise, acts):
        needed |= Q(Exists(reason))
    return needed


def _kept(purpose: str) -> Q:
    """Residents of whom something is kept for a purpose."""
    agreed = Consent.objects.filter(resident=OuterRef("pk"), purpose=purpose, withdrawn_at=None)
    proxies = Proxy.objects.filter(resident=OuterRef("pk"), until=None)
    kept = {
        "contact": ~Q(name="", phone="", email="", channel="none"),
        "home": ~Q(home="") | Q(lon__isnull=False),
        "proxy": Q(Exists(proxies)),
    }
    return kept[purpose] | Q(Exists(agreed))


def lapsing(purpose: str, at: dt.datetime) -> QuerySet[Resident]:
    """Give the residents of whom something is kept for a purpose whose time is over at a moment."""
    with scopes_disabled():
        return Resident.objects.filter(_kept(purpose), erased_at=None).exclude(_needed(purpose, at))


def unneeded(at: dt.datetime) -> QuerySet[Resident]:
    """Give the residents of whom nothing is left that anything needs: no matter, no consent, nobody they act for."""
    with scopes_disabled():
        theirs = Matter.objects.filter(reporter=OuterRef("pk"))
        followed = Follower.objects.filter(resident=OuterRef("pk"))
        agreed = Consent.objects.filter(resident=OuterRef("pk"), withdrawn_at=None)
        standing = Resident.objects.filter(erased_at=None)
        return standing.exclude(
            _needed("contact", at) | Q(Exists(theirs)) | Q(Exists(followed)) | Q(Exists(agreed))
        )


_further: dict[str, int] = {}


def _each(name: str, rows: QuerySet[Resident], work: Callable[[Resident], bool]) -> int:
    """Go through them, some at a time, each next time from where the last ended: those that fail stall nobody."""
    page = list(
        rows.filter(pk__gt=_further.get(name, 0)).select_related("community").order_by("pk")[:MOST_AT_ONCE]
    )
    _further[name] = page[-1].pk if len(page) == MOST_AT_ONCE else 0
    return sum(_apart(row, work) for row in page)


@sweep("residents.forgotten", every_s=3600)
def forget_residents() -> int:
    """Let what is kept of residents go, purpose by purpose, and then whoever nothing is left of."""
    now = clock.now()
    with scopes_disabled():
        done = sum(
            _each(purpose, lapsing(purpose, now), lambda row, purpose=purpose: _lapse(row, purpose))  # type: ignore[misc]
            for purpose in LAPSING
        )
        done += _each("erased", unneeded(now), _erase)
        cut = now - kept_for("contact")
        strangers = Follower.objects.filter(_ended_by(cut, path="matter__"), resident=None).exclude(to="")
        Follower.objects.filter(pk__in=list(strangers.values_list("pk", flat=True)[:MOST_AT_ONCE])).update(
            channel="none", to=""
        )
    return done


def _lapse(resident: Resident, purpose: str) -> bool:
    lock(resident)
    if not lapsing(purpose, clock.now()).filter(pk=resident.pk).exists():
        return False
    lapse(resident=resident, purpose=purpose)
    return True


def _erase(resident: Resident) -> bool:
    lock(resident)
    if not unneeded(clock.now()).filter(pk=resident.pk).exists():
        return False
    erase_resident(by=SYSTEM(resident.community), resident=resident, reason="retention_over")
    return True


@sweep("mail.forgotten", every_s=24 * 3600)
def forget_mail() -> int:
    """Forget who sent a mail, a season later; of what was passed over, everything."""
    with scopes_disabled():
        old = Mail.objects.filter(at__lt=clock.now() - MAIL_KEPT_FOR)
        gone, _each_model = old.filter(state=Mail.State.IGNORED).delete()
        return gone + old.exclude(sender="").update(sender="")


def hold_matter(
    *, by: Actor, matter: Matter, reason: str, until: dt.date, key: uuid.UUID | None = None
) -> Hold:
    """Keep a matter until the end of a day, whatever its time: because of a dispute that is not over. The last one counts.

    Raises
    ------
    RefusedError
        There is no reason, the day is past or too far away, or the matter is forgotten already.
    """
    require(by, "matters.forgetting", matter)
    reason = " ".join(reason.split())
    if not 2 <= len(reason) <= 300:
        raise RefusedError(_("Say why it must be kept, in 2 to 300 letters."))
    ends = _end_of(until, matter.community)
    now = clock.now()
    if ends <= now:
        raise RefusedError(_("Choose a day that is not over yet."))
    if ends > now + LONGEST_HOLD:
        raise RefusedError(_("Choose a day in the next five years; it can be prolonged then."))

    def make() -> dict[str, Any]:
        fresh = locked(matter)
        if fresh.anonymised_at is not None:
            raise RefusedError(_("This matter is forgotten already."))
        Hold.objects.filter(matter=fresh, lifted_at=None).update(lifted_at=now, reason="")
        hold = Hold.objects.create(
            community=by.community, matter=fresh, until=ends, reason=reason, by=by.key, by_name=by.name, at=now
        )  # fmt: skip
        ledger.append(
            community=by.community, event="matter.held", by=by.key, about=fresh.key,
            data={"hold": hold.pk, "until": until.isoformat()},
        )  # fmt: skip
        return {"hold": hold.pk}

    with scope(community=by.community), transaction.atomic():
        lock(matter)
        made = once(community=by.community, key=key, verb=f"matters.hold:{matter.pk}", make=make)
        return Hold.objects.get(pk=made["hold"])


def _end_of(day: dt.date, community: Community) -> dt.datetime:
    try:
        midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZoneInfo(community.timezone))
        return midnight.astimezone(dt.UTC)
    except OverflowError as error:
        raise RefusedError(_("Choose a day in the next five years; it can be prolonged then.")) from error


def lift_hold(*, by: Actor, hold: Hold, key: uuid.UUID | None = None) -> None:
    """Let a matter go as its time says again."""
    require(by, "matters.forgetting", hold)

    def make() -> dict[str, Any]:
        lifted = Hold.objects.filter(pk=hold.pk, lifted_at=None).update(lifted_at=clock.now(), reason="")
        if lifted:
            ledger.append(
                community=by.community, event="matter.hold_lifted", by=by.key, about=f"matter:{hold.matter_id}",
                data={"hold": hold.pk},
            )  # fmt: skip
        return {"lifted": lifted}

    with scope(community=by.community), transaction.atomic():
        lock(hold.matter)
        once(community=by.community, key=key, verb=f"matters.lift_hold:{hold.pk}", make=make)


@dataclasses.dataclass(frozen=True)
class Forgetting:
    """What a director sees of it: what went, and what goes within so many days."""

    matters_gone: int
    matters_gone_lately: int
    residents_gone: int
    residents_gone_lately: int
    matters_soon: int
    residents_soon: int


LATELY = dt.timedelta(days=30)


def overview(community: Community) -> Forgetting:
    """Count what was forgotten, ever and in the last 30 days, and what will be in the next 30."""
    now = clock.now()
    matters = Matter.objects.filter(community=community, anonymised_at__isnull=False)
    residents = Resident.objects.filter(community=community, erased_at__isnull=False)
    return Forgetting(
        matters_gone=matters.count(),
        matters_gone_lately=matters.filter(anonymised_at__gt=now - LATELY).count(),
        residents_gone=residents.count(),
        residents_gone_lately=residents.filter(erased_at__gt=now - LATELY).count(),
        matters_soon=over(now + LATELY).filter(community=community).count(),
        residents_soon=lapsing("contact", now + LATELY).filter(community=community).count(),
    )


def forgotten_next(community: Community) -> QuerySet[Matter]:
    """Give the matters that have ended, the one that goes first on top, as `goes_at`; held ones among them. Slice it before use."""
    ended = Matter.objects.filter(community=community, state__in=FINAL, anonymised_at=None)
    when = Case(
        When(state=State.CLOSED, then=F("closed_at")), default=F("updated_at"), output_field=DateTimeField()
    )
    return ended.annotate(ended_at=when).select_related("category").order_by("ended_at", "pk")


def holds_of(community: Community) -> QuerySet[Hold]:
    """Give the matters that are held, the one that ends first on top; those that failed and are tried again among them."""
    standing = Hold.objects.filter(community=community, lifted_at=None, until__gt=clock.now())
    return standing.select_related("matter", "community").order_by("until", "pk")
