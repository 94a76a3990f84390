"""What of matters everybody may know, as plain facts: for feeds, open data, and other systems.

The rule is that of the public pages: category, place, state and moments of what is public; of the resident's own words and
photos only what a person has let through; no name, neither of residents nor of staff; nothing internal. A system that
reported a matter itself may also know how one that is not public goes on, without place and words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from linli.desk.matters.actions.core import EVENTS, audience_of
from linli.desk.matters.lifecycle import State, Verb
from linli.desk.matters.models import Audience, Category, Matter, Step
from linli.desk.matters.queries import timeline

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

#: Decimals of a degree that are told of a place: about a hundred metres, so that no door is pointed at.
DECIMALS = 3

#: Events of the ledger that everybody may know of, each with its verb.
EVERYBODYS = {EVENTS[verb]: verb for verb in Verb if audience_of(verb) == Audience.PUBLIC}
#: Those that only who reported it may know of.
REPORTERS = {EVENTS[verb]: verb for verb in Verb if audience_of(verb) == Audience.REPORTER}


def rounded(degrees: float) -> float:
    """Round a coordinate as far as everybody may know it."""
    return round(degrees, DECIMALS)


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """What may be known of one matter.

    Attributes
    ----------
    changed_at : the last thing that happened which everybody may know of.
    due_at : when it is to be done; None once it is.
    lon, lat : rounded; None without a place, or if the matter is not public.
    words : as a person has let them through; mostly empty.
    photos : keys of the photos let through.
    """

    code: str
    category: Category
    state: str
    outcome: str
    is_open: bool
    is_public: bool
    received_at: dt.datetime
    changed_at: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    grid: int | None
    lon: float | None
    lat: float | None
    words: str
    photos: tuple[str, ...]

    @property
    def state_words(self) -> str:
        """How it stands, in the reader's language."""
        if self.outcome:
            return f"{State(self.state).label}: {Matter(outcome=self.outcome).get_outcome_display()}"
        return str(State(self.state).label)


def open_matters(community: Community, *, by: Actor | None = None) -> QuerySet[Matter]:
    """Give what everybody may know of, and what another system (`by`) has reported itself."""
    allowed = Q(public=True, merged_into=None)
    if by is not None and by.key.startswith("api:"):
        allowed |= Q(on_behalf_by=by.key, anonymised_at=None)
    seen = Step.objects.filter(matter=OuterRef("pk"), audience=Audience.PUBLIC).order_by("-number")
    found = Matter.objects.filter(community=community).filter(allowed)
    return found.select_related("category", "grid", "community").annotate(
        changed_at=Subquery(seen.values("at")[:1])
    )


def open_matter(community: Community, code: str, *, by: Actor | None = None) -> Matter | None:
    """Find one of them by its public number."""
    return open_matters(community, by=by).filter(code=code).first()


def is_closed() -> Q:
    """Say as a condition that nothing more is to come, in the words of open data: closed."""
    return Q(closed_at__isnull=False) | Q(state=State.REFUSED)


def facts_of(matter: Matter) -> OpenMatter:
    """Say of a matter that `open_matters` gave what may be known."""
    public = matter.public
    closed = matter.closed_at is not None or matter.state == State.REFUSED
    done = matter.done_at is not None
    return OpenMatter(
        code=matter.code,
        category=matter.category,
        state=matter.state,
        outcome=matter.outcome,
        is_open=not closed,
        is_public=public,
        received_at=matter.received_at,
        changed_at=getattr(matter, "changed_at", None) or matter.received_at,
        due_at=None if closed or done else matter.extended_until or matter.solve_due_at,
        closed_at=matter.closed_at,
        grid=matter.grid.number if matter.grid is not None else None,
        lon=rounded(matter.lon) if public and matter.lon is not None else None,
        lat=rounded(matter.lat) if public and matter.lat is not None else None,
        words=matter.public_words if public else "",
        photos=tuple(str(key) for key in matter.public_photos) if public else (),
    )


@dataclass(frozen=True, slots=True)
class OpenMoment:
    """One thing that happened, as everybody may know it."""

    at: dt.datetime
    verb: str
    state: str
    title: str
    text: str


def open_timeline(matter: Matter) -> list[OpenMoment]:
    """Give what happened, in order; the committee's public words only of a matter that is public."""
    return [
        OpenMoment(
            at=moment.at,
            verb=moment.step.verb,
            state=moment.step.to_state,
            title=moment.title,
            text=moment.text if matter.public else "",
        )
        for moment in timeline(matter, Audience.PUBLIC)
    ]
