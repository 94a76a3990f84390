"""Every read about matters that more than one caller needs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from linli.desk.common import tokens
from linli.desk.common.kept import Kept
from linli.desk.common.models import Upload
from linli.desk.matters import index
from linli.desk.matters.clusters import Recurring, recurring
from linli.desk.matters.figures import (
    Rate,
    Rates,
    duplicates,
    rates,
    rates_by_grid,
)
from linli.desk.matters.lifecycle import OPEN, State, Verb, verbs_from
from linli.desk.matters.models import Audience, Category, Follower, Matter, Step
from linli.desk.matters.rules import who_is
from linli.desk.people.access import AbsentError
from linli.desk.people.models import Account, Role
from linli.desk.people.queries import posts_in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

__all__ = [
    "RELATED",
    "Filters",
    "Following",
    "Moment",
    "NotFoundError",
    "Rate",
    "Rates",
    "Recurring",
    "by_follow_code",
    "categories_of",
    "duplicates",
    "lawful_verbs",
    "matter_for",
    "matters_for",
    "overdue",
    "public_matter",
    "public_matters",
    "rates",
    "rates_by_grid",
    "recurring",
    "timeline",
    "uploads_shown",
    "visible_to",
    "workers_of",
]

RELATED = ("community", "category", "grid", "spot", "worker", "deputy")


class NotFoundError(AbsentError):
    """There is no such matter, as far as whoever asks is told."""


def categories_of(community: Community) -> list[Category]:
    """Categories in use, in their order."""
    return _categories.get(community.pk) or []


def _in_use(community_id: int) -> list[Category]:
    return list(Category.objects.filter(community=community_id, retired_at=None))


_categories: Kept[list[Category]] = Kept(_in_use, of=[Category])


def visible_to(actor: Actor) -> Q:
    """Say as a condition which matters somebody may see; the same as `rules` "matters.see", for many rows at once."""
    mine = Q(community=actor.community)
    if actor.key == "system" or actor.roles & {Role.DIRECTOR, Role.DESK, Role.AUDITOR}:
        return mine
    if not actor.is_staff or actor.account is None:
        return Q(pk__in=[])
    handed = Q(worker=actor.account) | Q(deputy=actor.account)
    if Role.GRID_WORKER in actor.roles:
        handed |= Q(grid__in=actor.grid_ids, confidential=False, category__sensitive=False)
    return mine & handed


@dataclasses.dataclass(frozen=True)
class Filters:
    """What an inbox is narrowed to; what is left empty narrows nothing."""

    states: Sequence[str] = ()
    open_only: bool = False
    category: str = ""
    group: str = ""
    grid: int | None = None
    no_grid: bool = False
    worker: int | None = None
    unassigned: bool = False
    mine: bool = False
    overdue: bool = False
    source: str = ""
    words: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    # west, south, east, north
    within: tuple[float, float, float, float] | None = None
    order: str = "due"


ORDERS: dict[str, tuple[str, ...]] = {
    "due": ("solve_due_at", "pk"),
    "newest": ("-received_at", "-pk"),
    "oldest": ("received_at", "pk"),
    "changed": ("-updated_at", "-pk"),
}


def matters_for(actor: Actor, filters: Filters | None = None) -> QuerySet[Matter]:
    """Give the matters that somebody may see, narrowed and ordered, with all that a list shows of each.

    The number of queries does not depend on the number of rows. Slice it before use.
    """
    asked = filters or Filters()
    found = Matter.objects.filter(visible_to(actor)).select_related(*RELATED)
    for condition in _conditions(actor, asked):
        found = found.filter(condition)
    if asked.words.strip():
        found = _by_words(found, actor, asked.words)
    return found.order_by(*ORDERS.get(asked.order, ORDERS["due"]))


def _conditions(actor: Actor, asked: Filters) -> Iterable[Q]:
    account = actor.account
    mine = Q(worker=account) | Q(deputy=account) if account is not None else Q(pk__in=[])
    theirs = Q(worker=asked.worker) | Q(deputy=asked.worker)
    wanted: list[tuple[object, Q]] = [
        (asked.states, Q(state__in=asked.states)),
        (asked.open_only, Q(state__in=OPEN)),
        (asked.category, Q(category__key=asked.category)),
        (asked.group, Q(category__group=asked.group)),
        (asked.grid is not None, Q(grid=asked.grid)),
        (asked.no_grid, Q(grid=None)),
        (asked.worker is not None, theirs),
        (asked.unassigned, Q(worker=None)),
        (asked.mine, mine),
        (asked.overdue, Q(state__in=OPEN, overdue_at__isnull=False)),
        (asked.source, Q(source=asked.source)),
    ]
    yield from (condition for given, condition in wanted if given)
    if asked.since is not None:
        yield Q(received_at__gte=asked.since)
    if asked.until is not None:
        yield Q(received_at__lt=asked.until)
    if asked.within is not None:
        west, south, east, north = asked.within
        yield Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)


def _by_words(found: QuerySet[Matter], actor: Actor, words: str) -> QuerySet[Matter]:
    words = words.strip()
    return found.filter(Q(pk__in=index.find(community=actor.community, words=words)) | Q(code=words))


def matter_for(actor: Actor, code: str) -> Matter:
    """Get one matter by its public number, as somebody who works here: the only way to get one.

    Raises
    ------
    NotFoundError
        There is none, or they may not see it; the two are told apart by nobody.
    """
    matter = (
        Matter.objects.filter(community=actor.community, code=code)
        .select_related(*RELATED, "reporter")
        .first()
    )
    if matter is None or not actor.may("matters.see", matter):
        raise NotFoundError(code)
    return matter


@dataclasses.dataclass(frozen=True)
class Following:
    """What a follow code opens: a matter, seen by one who follows it."""

    matter: Matter
    follower: Follower

    @property
    def reported(self) -> bool:
        """Whether they reported it, and so have the last word."""
        return self.follower.reported


def by_follow_code(community: Community, code: str) -> Following | None:
    """Open what a code stands for, however it was typed; None for none. Of a merged report: where it goes on."""
    normal = tokens.normalise_code(code)
    if not normal:
        return None
    follower = (
        Follower.objects.filter(community=community, token_digest=tokens.digest(normal, "follow"))
        .select_related(*(f"matter__{name}" for name in RELATED), "resident")
        .first()
    )
    if follower is None or follower.matter.anonymised_at is not None:
        return None
    return Following(follower.matter, follower)


@dataclasses.dataclass(frozen=True)
class Moment:
    """One step as one audience may see it."""

    step: Step
    title: str
    by_name: str
    text: str
    internal_text: str
    reason: str
    uploads: tuple[Upload, ...]

    @property
    def at(self) -> dt.datetime:
        """When it happened."""
        return self.step.at


def timeline(matter: Matter, audience: Audience | str = Audience.PUBLIC) -> list[Moment]:
    """Give what happened, in order, as the public, who reported it, or the staff may see it; in two queries."""
    seen = {
        Audience.PUBLIC: [Audience.PUBLIC],
        Audience.REPORTER: [Audience.PUBLIC, Audience.REPORTER],
        Audience.INTERNAL: list(Audience),
    }[Audience(audience)]
    steps = list(Step.objects.filter(matter=matter, audience__in=seen).order_by("number"))
    photos: dict[str, list[Upload]] = {}
    for upload in Upload.objects.filter(about__in=[step.key for step in steps], deleted_at=None).order_by(
        "pk"
    ):
        photos.setdefault(upload.about, []).append(upload)
    return [_moment(matter, step, Audience(audience), tuple(photos.get(step.key, ()))) for step in steps]


def _moment(matter: Matter, step: Step, audience: Audience, uploads: tuple[Upload, ...]) -> Moment:
    public, internal = audience == Audience.PUBLIC, audience == Audience.INTERNAL
    by_resident = step.by == "resident"
    if public:
        # Of what residents sent, only what a person has let through; of what staff sent with a public word, everything.
        allowed = set(matter.public_photos)
        uploads = tuple(one for one in uploads if str(one.key) in allowed)
    return Moment(
        step=step,
        title=step.title,
        by_name=step.by_name,
        text="" if public and by_resident else step.public_text,
        internal_text=step.internal_text if internal else "",
        reason="" if public else step.reason,
        uploads=uploads,
    )


def lawful_verbs(actor: Actor, matter: Matter) -> list[Verb]:
    """List what somebody may do to a matter now, in the order of `Verb`."""
    return verbs_from(State(matter.state), who=who_is(actor, matter))


def workers_of(community: Community) -> list[Account]:
    """List who may be handed a matter, by name."""
    held = posts_in_force().filter(community=community).exclude(role=Role.AUDITOR)
    return list(Account.objects.filter(pk__in=held.values("account"), is_active=True).order_by("name", "pk"))


def uploads_shown(matter: Matter, audience: Audience | str, *, key: Any) -> Upload | None:
    """Find one photo or voice note of a matter, if such an audience may see it: asked anew at every download."""
    for moment in timeline(matter, audience):
        for upload in moment.uploads:
            if str(upload.key) == str(key):
                return upload
    return None


def overdue(actor: Actor) -> QuerySet[Matter]:
    """Give what is late of what somebody may see, the latest first."""
    return matters_for(actor, Filters(overdue=True))


def public_matters(
    community: Community, *, within: tuple[float, float, float, float] | None = None
) -> QuerySet[Matter]:
    """Give what everybody may know of; of what was merged, only where it goes on."""
    found = Matter.objects.filter(community=community, public=True, merged_into=None)
    if within is not None:
        west, south, east, north = within
        found = found.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return found


def public_matter(*, community: Community, code: str) -> Matter | None:
    """Find what everybody may know of by its public number."""
    return public_matters(community).filter(code=code).select_related(*RELATED).first()
