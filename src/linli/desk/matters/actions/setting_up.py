"""What a community decides beforehand: categories, rules of routing, the ladder, templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common.calendar import seed_calendar, years_ahead
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import seed
from linli.desk.matters.actions.intake import may_be_given_work
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category, RoutingRule
from linli.desk.people.access import require

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account
    from linli.desk.places.models import Community, Grid


def seed_matters(*, community: Community) -> int:
    """Give a community the categories and holidays it begins with; return how many categories. One that has any is left as it is."""
    with scope(community=community), transaction.atomic():
        lock(community)
        if Category.objects.exists():
            return 0
        seed_calendar(community=community, years=years_ahead())
        made = Category.objects.bulk_create(
            [Category(community=community, **fields) for fields in seed.categories()]
        )
        ledger.append(
            community=community, event="categories.seeded", by="system", data={"categories": len(made)}
        )
        return len(made)


def make_rule(
    *,
    by: Actor,
    worker: Account,
    deputy: Account | None = None,
    grid: Grid | None = None,
    category: Category | None = None,
    words: str = "",
    hours: str = RoutingRule.Hours.ANY,
    position: int | None = None,
    key: uuid.UUID | None = None,
) -> RoutingRule:
    """Have what fits go to somebody by itself.

    Raises
    ------
    RefusedError
        The category is sensitive: such matters are handed out by a person.
    """
    for thing in (by.community, grid, category):
        if thing is not None:
            require(by, "matters.routing", thing)
    if category is not None and category.sensitive:
        raise RefusedError(_("Matters of this category are always handed out by a person."))
    if not may_be_given_work(worker) or (deputy is not None and not may_be_given_work(deputy)):
        raise RefusedError(_("Choose somebody who holds a post here that takes work."))

    def make() -> dict[str, Any]:
        last = RoutingRule.objects.aggregate(last=Max("position"))["last"] or 0
        rule = RoutingRule.objects.create(
            community=by.community, worker=worker, deputy=deputy, grid=grid, category=category,
            words=" ".join(words.split())[:200], hours=hours, position=position or last + 1,
        )  # fmt: skip
        data = {"rule": rule.pk, "worker": worker.pk}
        ledger.append(community=by.community, event="routing_rule.made", by=by.key, data=data)
        return {"rule": rule.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        made = once(community=by.community, key=key, verb="matters.make_rule", make=make)
        return RoutingRule.objects.get(pk=made["rule"])


def retire_rule(*, by: Actor, rule: RoutingRule, key: uuid.UUID | None = None) -> None:
    """Let a rule hold no longer; what it did stays explained by it."""
    require(by, "matters.routing", rule)

    def make() -> dict[str, Any]:
        if RoutingRule.objects.filter(pk=rule.pk, retired_at=None).update(retired_at=clock.now()):
            data = {"rule": rule.pk}
            ledger.append(community=by.community, event="routing_rule.retired", by=by.key, data=data)
        return {"rule": rule.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        once(community=by.community, key=key, verb=f"matters.retire_rule:{rule.pk}", make=make)


def move_rule(*, by: Actor, rule: RoutingRule, up: bool, key: uuid.UUID | None = None) -> None:
    """Have a rule asked before the one before it, or after the one after it: the first that fits decides."""
    require(by, "matters.routing", rule)

    def make() -> dict[str, Any]:
        held = list(RoutingRule.objects.filter(retired_at=None))
        at = next((index for index, one in enumerate(held) if one.pk == rule.pk), None)
        other = None if at is None else at - 1 if up else at + 1
        if at is not None and other is not None and 0 <= other < len(held):
            held[at], held[other] = held[other], held[at]
            for number, one in enumerate(held, start=1):
                one.position = number
            RoutingRule.objects.bulk_update(held, ["position"])
            data = {"rule": rule.pk, "position": other + 1}
            ledger.append(community=by.community, event="routing_rule.moved", by=by.key, data=data)
        return {"rule": rule.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        verb = f"matters.move_rule:{rule.pk}:{'up' if up else 'down'}"
        once(community=by.community, key=key, verb=verb, make=make)
