"""Who a matter goes to: the community's rules, else whoever works the grid; and what its own history would suggest.

Rules and the grid decide by themselves, sensitive and confidential matters never: a person at the desk hands those out. The
suggestion is counting, shown with its counts, and never acts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from linli.desk.common import clock
from linli.desk.common.calendar import working_calendar
from linli.desk.matters.lifecycle import Outcome, State
from linli.desk.matters.models import Category, Matter, RoutingRule
from linli.desk.people.models import Account
from linli.desk.people.queries import deputy_of, posts_in_force, worker_of

if TYPE_CHECKING:
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
        if _says(rule.words, words) and _holds(rule, community, at) and _has_post(rule.worker):
            return rule
    return None


def _says(wanted: str, words: str) -> bool:
    said = words.casefold()
    return not wanted.strip() or any(word in said for word in wanted.casefold().split())


def _holds(rule: RoutingRule, community: Community, at: dt.datetime) -> bool:
    if rule.hours == RoutingRule.Hours.ANY:
        return True
    calendar = working_calendar(community)
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
