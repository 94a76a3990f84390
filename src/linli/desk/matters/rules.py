"""Who may do what to a matter.

Each verb's permission is "some edge of the table is theirs"; the edge itself is checked again when it is walked, by the
same predicates. That resident verbs need the follow code is kept by `queries.by_follow_code`: it is the one way in which a
page gets hold of a resident's own matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from linli.desk.matters.lifecycle import TRANSITIONS, Verb, Who
from linli.desk.people.rules import (
    is_auditor,
    is_care_worker,
    is_desk,
    is_director,
    is_grid_worker,
    is_machine,
    is_mediator,
    is_resident,
    is_staff,
    is_system,
    is_volunteer,
    works_grid,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor


@rules.predicate  # type: ignore[untyped-decorator]
def has_it_in_hand(actor: Actor, matter: Matter | None) -> bool:
    """Whether it was handed to them, or they stand in for whom it was handed to."""
    if matter is None or actor.account is None:
        return False
    return actor.account.pk in {matter.worker_id, matter.deputy_id}


@rules.predicate  # type: ignore[untyped-decorator]
def is_sensitive(actor: Actor, matter: Matter | None) -> bool:
    """Whether only those it was handed to may know, besides desk and director."""
    del actor
    return matter is not None and (matter.confidential or matter.category.sensitive)


runs_desk = is_desk | is_director
# A confidential or sensitive matter is not the whole grid's business: only of those it was handed to.
works_it = is_staff & ~is_auditor & (has_it_in_hand | (is_grid_worker & works_grid & ~is_sensitive))

PREDICATES: dict[Who, Any] = {
    Who.RESIDENT: is_resident,
    Who.WORKER: works_it,
    Who.DESK: runs_desk,
    Who.SYSTEM: is_system,
}


def who_is(actor: Actor, matter: Matter) -> frozenset[Who]:
    """Say as what somebody may act on a matter."""
    if actor.community.pk != matter.community_id:
        return frozenset()
    return frozenset(who for who, predicate in PREDICATES.items() if predicate.test(actor, matter))


def _any_of(many: Iterable[Who]) -> Any:
    first, *others = sorted(many)
    predicate = PREDICATES[Who(first)]
    for other in others:
        predicate |= PREDICATES[Who(other)]
    return predicate


def permission(verb: Verb) -> str:
    """Name the permission of a verb."""
    return f"matters.{verb.value}"


for _verb in Verb:
    _theirs = {who for (_state, verb), edge in TRANSITIONS.items() if verb == _verb for who in edge.who}
    if _theirs:
        rules.add_perm(permission(_verb), _any_of(_theirs))

rules.add_perm(
    permission(Verb.RECEIVE),
    is_resident
    | is_system
    | is_machine
    | runs_desk
    | is_grid_worker
    | is_volunteer
    | is_mediator
    | is_care_worker,
)
# Pages; which matters somebody finds on them is for "matters.see" to say.
rules.add_perm("matters.enter", is_staff)
rules.add_perm("matters.intake", runs_desk | is_grid_worker | is_volunteer | is_mediator | is_care_worker)
rules.add_perm("matters.see", runs_desk | is_auditor | works_it | is_system)
rules.add_perm("matters.see_all", runs_desk | is_auditor)
rules.add_perm("matters.bulk", runs_desk)
rules.add_perm("matters.routing", runs_desk)
rules.add_perm("matters.categories", runs_desk)
rules.add_perm("matters.templates", runs_desk)
rules.add_perm("matters.calendar", runs_desk)
# Who is told when the desk itself is late is not the desk's to change.
rules.add_perm("matters.ladder", is_director)
rules.add_perm("community.change", is_director)
# A gateway's address holds a password, and every resident's number goes through it.
rules.add_perm("gateways.change", is_director)
rules.add_perm("messages.retry", runs_desk)
rules.add_perm("setup.see", runs_desk)
rules.add_perm("matters.rates", is_director | is_desk | is_auditor)
rules.add_perm("matters.export", is_director)
rules.add_perm("matters.propose", is_director)
rules.add_perm("matters.follow", is_resident)
rules.add_perm("matters.mailbox", is_director)
rules.add_perm("matters.lists", runs_desk)
rules.add_perm("matters.forgetting", is_director)
