"""Who a matter goes to: the community's rules, else whoever works the grid; and what its own history would suggest.

Rules and the grid decide by themselves, sensitive and confidential matters never: a person at the desk hands those out. The
suggestion is counting, shown with its counts, and never acts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q

from linli.desk.common import clock
from linli.desk.common.calendar import working_calendar
from linli.desk.matters.lifecycle import Outcome, State
from linli.desk.matters.models import Category, Matter, RoutingRule
from linli.desk.people.models import Account, Role
from linli.desk.people.queries import deputy_of, posts_in_force, worker_of

if TYPE_CHECKING:
    from linli.desk.common.working_time import WorkingCalendar
    from linli.desk.places.models import Community, Grid

HISTORY = dt.timedelta(days=365)
#: Fewer than so many settled matters say nothing.
LEAST_HISTORY = 3


@dataclass(frozen=True)
class Route:
    """Whom a matter goes to, and why: "rule:5" or "grid"; nobody where `worker` is None."""

    worker: Account | None = None
    deputy: Account | None = None
    why: str = ""


@dataclass(frozen=True)
class Suggestion:
    """Somebody who has settled such matters: how many of how many, and what "such" means."""

    worker: Account
    settled: int
    of: int
    like: str


def route(
    *,
    community: Community,
    category: Category,
    grid: Grid | None,
    words: str,
    at: dt.datetime,
    confidential: bool = False,
) -> Route:
    """Find whom a matter goes to by itself; nobody for what a person has to hand out."""
    if category.sensitive or confidential:
        return Route()
    rule = first_rule(community=community, category=category, grid=grid, words=words, at=at)
    if rule is not None:
        return Route(rule.worker, rule.deputy, why=str(rule))
    worker = worker_of(grid) if grid is not None else None
    if grid is None or worker is None:
        return Route()
    return Route(worker, deputy_of(grid), why="grid")


def first_rule(
    *, community: Community, category: Category, grid: Grid | None, words: str, at: dt.datetime
) -> RoutingRule | None:
    """Find the first rule that fits everything it names, and whose worker still has a post here."""
    rules = (
        RoutingRule.objects.filter(community=community, retired_at=None, worker__is_active=True)
        .filter(Q(category=None) | Q(category=category))
        .filter(Q(grid=None) | Q(grid=grid) if grid is not None else Q(grid=None))
        .select_related("worker", "deputy")
    )
    for rule in rules:
        if (
            _says(rule.words, words)
            and _holds(rule, at, partial(working_calendar, community))
            and _has_post(rule.worker)
        ):
            return rule
    return None


def would_go(*, community: Community, matters: Sequence[Matter], rules: Sequence[RoutingRule]) -> list[Route]:
    """Say whom each matter would go to by itself under such rules, had it come today; in as many queries for one as for many."""
    held = posts_in_force().filter(account__is_active=True).select_related("account").order_by("since", "pk")
    posts = list(held)
    here = {post.account_id for post in posts}
    calendar = working_calendar(community)
    by_grid: dict[tuple[int | None, bool], Account] = {}
    for post in posts:
        if post.role == Role.GRID_WORKER:
            by_grid.setdefault((post.grid_id, post.deputy), post.account)

    def one(matter: Matter) -> Route:
        if matter.category.sensitive or matter.confidential:
            return Route()
        for rule in rules:
            named = rule.category_id in {None, matter.category_id} and rule.grid_id in {None, matter.grid_id}
            fits = (
                named
                and _says(rule.words, matter.words)
                and _holds(rule, matter.received_at, lambda: calendar)
            )
            if fits and rule.worker_id in here:
                return Route(rule.worker, rule.deputy, why=str(rule))
        worker = by_grid.get((matter.grid_id, False)) if matter.grid_id is not None else None
        if worker is None:
            return Route()
        return Route(worker, by_grid.get((matter.grid_id, True)), why="grid")

    return [one(matter) for matter in matters]


def rules_in_force(community: Community) -> list[RoutingRule]:
    """List the rules that hold, in the order in which they are asked."""
    held = RoutingRule.objects.filter(community=community, retired_at=None)
    return list(held.select_related("worker", "deputy", "grid", "category"))


def _says(wanted: str, words: str) -> bool:
    said = words.casefold()
    return not wanted.strip() or any(word in said for word in wanted.casefold().split())


def _holds(rule: RoutingRule, at: dt.datetime, calendar_of: Callable[[], WorkingCalendar]) -> bool:
    if rule.hours == RoutingRule.Hours.ANY:
        return True
    calendar = calendar_of()
    local = at.astimezone(calendar.tz)
    open_now = calendar.is_working(local.date()) and calendar.opens <= local.time() < calendar.closes
    return open_now == (rule.hours == RoutingRule.Hours.OFFICE)


def _has_post(account: Account) -> bool:
    return posts_in_force().filter(account=account).exists()


def suggest_workers(
    *, community: Community, category: Category, grid: Grid | None, most: int = 3
) -> list[Suggestion]:
    """Count who settled such matters in the last year and still works here: same category and grid, else same category."""
    since = clock.now() - HISTORY
    settled = Matter.objects.filter(
        community=community, category=category, state=State.CLOSED, closed_at__gte=since, worker__isnull=False
    ).filter(outcome__in=[Outcome.FIXED, Outcome.ANSWERED])
    here = set(posts_in_force().values_list("account_id", flat=True))
    narrower = [(settled.filter(grid=grid), "category and grid")] if grid is not None else []
    for rows, like in [*narrower, (settled, "category")]:
        # Not confirmed is not settled: those whose resident said no are left out.
        counts = Counter(rows.exclude(solved=False).values_list("worker_id", flat=True))
        total = sum(counts.values())
        best = [(pk, count) for pk, count in counts.most_common() if pk in here][:most]
        if total >= LEAST_HISTORY and best:
            accounts = Account.objects.in_bulk([pk for pk, _count in best])
            return [Suggestion(accounts[pk], count, total, like) for pk, count in best if pk is not None]
    return []
