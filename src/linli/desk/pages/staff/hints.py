"""Whom one might hand a matter to, each with the reason: the rules, the grid, and who settled such matters before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.common import clock
from linli.desk.common.language import in_chinese
from linli.desk.matters import routing
from linli.desk.matters.models import RoutingRule

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.people.models import Account


@dataclass(frozen=True)
class Hint:
    """Somebody, and why."""

    pk: int
    name: str
    why: str


def hints_for(matter: Matter) -> list[Hint]:
    """Name whom the rules and the community's own history would choose. Sensitive matters: nobody, a person decides."""
    if matter.category.sensitive or matter.confidential:
        return []
    found = routing.route(
        community=matter.community,
        category=matter.category,
        grid=matter.grid,
        words=matter.words,
        at=clock.now(),
    )
    reasons: dict[Account, list[str]] = {}
    if found.worker is not None:
        reasons[found.worker] = [why_routed(found.why)]
    learnt = routing.suggest_workers(community=matter.community, category=matter.category, grid=matter.grid)
    for one in learnt:
        reasons.setdefault(one.worker, []).append(_learnt(one))
    join = "；" if in_chinese() else "; "
    return [Hint(account.pk, account.name, join.join(why)) for account, why in reasons.items()]


def why_routed(why: str) -> str:
    """Say why a matter went to somebody: by a rule, by the grid, or because a person chose."""
    if why.startswith("rule:"):
        rule = RoutingRule.objects.filter(pk=int(why.removeprefix("rule:"))).first()
        return _("a rule says so (no. {n})").format(n=rule.position if rule is not None else "—")
    return _("works this grid") if why == "grid" else _("chosen by a person")


def _learnt(one: routing.Suggestion) -> str:
    like = _("same kind, same grid") if one.like == "category and grid" else _("same kind")
    return _("settled {n} of {all} such matters in the last year ({like})").format(
        n=one.settled, all=one.of, like=like
    )
