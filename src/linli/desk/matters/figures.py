"""What can be counted about matters: the three rates with their denominators; and what is near another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from django.db import connection
from django.db.models import Count, F, Q

from linli.desk.common import clock
from linli.desk.matters.lifecycle import Outcome, State
from linli.desk.matters.models import Category, Matter

if TYPE_CHECKING:
    from linli.desk.places.models import Community, Grid

_Key = TypeVar("_Key")

METRES_PER_DEGREE = 111_195.0


@dataclasses.dataclass(frozen=True)
class Rate:
    """So many of so many; no share where there is nothing to share."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1."""
        return self.numerator / self.denominator if self.denominator else None


@dataclasses.dataclass(frozen=True)
class Rates:
    """The three rates of domain §3.4, and how many call-backs nobody answered, which are in none of them."""

    response: Rate
    solution: Rate
    satisfaction: Rate
    unanswered: int


@dataclasses.dataclass(frozen=True)
class Extent:
    """What is counted: a community's matters received in a time; of one grid or none, of one category, where asked for."""

    community: Community
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    grid: int | None = None
    no_grid: bool = False
    category: str = ""

    @property
    def where(self) -> Q:
        """Condition on where and what, at whatever time; of what counts."""
        return _counted(self._narrowed)

    @property
    def received(self) -> Q:
        """Condition on all of what counts."""
        return _counted(self.all_received)

    @property
    def all_received(self) -> Q:
        """Condition on everything that came, also what was no work of this desk."""
        condition = self._narrowed
        if self.since is not None:
            condition &= Q(received_at__gte=self.since)
        if self.until is not None:
            condition &= Q(received_at__lt=self.until)
        return condition

    @property
    def _narrowed(self) -> Q:
        condition = Q(community=self.community)
        if self.grid is not None:
            condition &= Q(grid=self.grid)
        if self.no_grid:
            condition &= Q(grid=None)
        if self.category:
            condition &= Q(category__key=self.category)
        return condition

    def before(self) -> Extent:
        """Give the same, over as long a time just before."""
        if self.since is None or self.until is None:
            raise ValueError("only a time with a beginning and an end has one before it")
        return dataclasses.replace(self, since=self.since - (self.until - self.since), until=self.since)


def rates(
    *,
    community: Community,
    grid: Grid | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> Rates:
    """Count the matters received in a period.

    Response: first contact in time, of those handed over whose time is up or who had contact. Solution: call-backs
    answered "solved", of those answered. Satisfaction: "satisfied", of the answers that say whether. Withdrawn, refused and
    merged ones are in none.
    """
    asked = Extent(community, since=since, until=until, grid=grid.pk if grid is not None else None)
    return summed(rates_of(asked).values())


def rates_by_grid(
    *, community: Community, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> dict[int | None, Rates]:
    """Count the same for every grid, None for what lies in none; in two queries, however many grids there are."""
    return by_grid(rates_of(Extent(community, since=since, until=until)))


#: Rates by grid (None: what lies in none) and category.
Cells = dict[tuple[int | None, int], Rates]


def rates_of(asked: Extent) -> Cells:
    """Count the same for every grid and category that have any; in two queries."""
    cell = ("grid", "category")
    counted = Matter.objects.filter(asked.received).order_by().values(*cell)
    judged = Q(respond_due_at__isnull=False, dispatched_at__isnull=False) & (
        Q(responded_at__isnull=False) | Q(respond_due_at__lte=clock.now())
    )
    in_time = judged & Q(responded_at__lte=F("respond_due_at"))
    response = counted.annotate(good=Count("pk", filter=in_time), of=Count("pk", filter=judged)).values_list(
        *cell, "good", "of"
    )
    answered = Q(callbacks__answered_at__isnull=False)
    silent = Q(callbacks__answered_at=None, callbacks__ended_at__isnull=False)
    answers = (
        # The callbacks of these matters alone: asked from their side, all the community ever had would be looked at.
        counted.filter(callbacks__isnull=False)
        .annotate(
            yes=Count("callbacks", filter=answered & Q(callbacks__solved=True)),
            asked=Count("callbacks", filter=answered),
            content=Count("callbacks", filter=answered & Q(callbacks__satisfied=True)),
            told=Count("callbacks", filter=answered & Q(callbacks__satisfied__isnull=False)),
            silent=Count("callbacks", filter=silent),
        )
        .values_list(*cell, "yes", "asked", "content", "told", "silent")
    )
    said = {(grid, category): counts for grid, category, *counts in answers}
    return {
        (grid, category): Rates(Rate(good, of), Rate(solved, asked_), Rate(satisfied, told), unanswered)
        for grid, category, good, of in response
        for solved, asked_, satisfied, told, unanswered in [said.get((grid, category), [0, 0, 0, 0, 0])]
    }


def by_grid(cells: Cells) -> dict[int | None, Rates]:
    """Put the categories of each grid together."""
    return _together((grid, rates) for (grid, _category), rates in cells.items())


def by_category(cells: Cells) -> dict[int, Rates]:
    """Put the grids of each category together."""
    return _together((category, rates) for (_grid, category), rates in cells.items())


def _together(many: Iterable[tuple[_Key, Rates]]) -> dict[_Key, Rates]:
    found: dict[_Key, list[Rates]] = defaultdict(list)
    for key, one in many:
        found[key].append(one)
    return {key: summed(each) for key, each in found.items()}


def summed(many: Iterable[Rates]) -> Rates:
    """Put the rates of several grids or categories together."""
    wanted = list(many)
    return Rates(
        response=_summed(each.response for each in wanted),
        solution=_summed(each.solution for each in wanted),
        satisfaction=_summed(each.satisfaction for each in wanted),
        unanswered=sum(each.unanswered for each in wanted),
    )


def _summed(many: Iterable[Rate]) -> Rate:
    rates_ = list(many)
    return Rate(sum(one.numerator for one in rates_), sum(one.denominator for one in rates_))


def _counted(of: Q) -> Q:
    """Leave out what was no work of this desk: taken back, the same as another, not ours."""
    return of & ~Q(outcome__in=[Outcome.WITHDRAWN, Outcome.MERGED]) & ~Q(state=State.REFUSED)


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Measure on a flat earth: right to the metre over a few hundred of them."""
    east = (other_lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, other_lat - lat) * METRES_PER_DEGREE


def bigrams(words: str) -> set[str]:
    """Cut words into pairs of letters, whatever the language; signs and spaces are nothing."""
    letters = "".join(letter for letter in words.casefold() if letter.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or ({letters} if letters else set())


def overlap(one: str, other: str) -> float:
    """Say how alike two texts are (Dice over pairs of letters): 0 nothing in common, 1 the same."""
    a, b = bigrams(one), bigrams(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


_NEAR = f"""
SELECT id, category_id, lon, lat, words FROM matters_matter
WHERE community_id = %s AND public AND received_at >= %s AND lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s
    AND state <> '{State.REFUSED.value}' AND outcome NOT IN ('{Outcome.MERGED.value}', '{Outcome.WITHDRAWN.value}')
ORDER BY received_at DESC LIMIT 200
"""  # noqa: S608 -- our own states


def duplicates(
    *,
    community: Community,
    category: Category | None,
    lon: float,
    lat: float,
    words: str,
    within_m: float = 250,
    days: int = 30,
    most: int = 5,
) -> list[Matter]:
    """List public matters near in place, time and words, the likeliest first; closed ones too, for they may be back."""
    north = within_m / METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(lat)), 0.01)
    # Asked for every report, so without the time it takes to put the question together.
    since = connection.ops.adapt_datetimefield_value(clock.now() - dt.timedelta(days=days))
    box = [lat - north, lat + north, lon - east, lon + east]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [community.pk, since, *box])
        near = cursor.fetchall()
    scored = []
    for pk, category_id, row_lon, row_lat, row_words in near:
        metres = metres_between(lon, lat, row_lon, row_lat)
        same = category is not None and category_id == category.pk
        if metres > within_m:
            continue
        alike = overlap(words, row_words)
        if same or alike >= 0.3:
            scored.append((alike + 0.5 * same + 0.5 * (1 - metres / within_m), pk))
    best = [pk for _score, pk in sorted(scored, reverse=True)[:most]]
    if not best:
        return []
    rows = Matter.objects.select_related("category", "community", "worker").in_bulk(best)
    return [rows[pk] for pk in best]
