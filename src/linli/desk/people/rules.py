"""Who may: small predicates about an actor, put together into the permissions of this room.

Other rooms import the predicates and register permissions of their own in a `rules.py` of theirs. That the thing is of
the actor's community is checked by `Actor.may` before any of these is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from linli.desk.people.models import Role

if TYPE_CHECKING:
    from linli.desk.people.actors import Actor


def holds(role: Role) -> Any:
    """Make the predicate that somebody holds a role here."""

    def test(actor: Actor) -> bool:
        return role in actor.roles

    return rules.predicate(test, name=f"is_{role}")


is_director = holds(Role.DIRECTOR)
is_desk = holds(Role.DESK)
is_grid_worker = holds(Role.GRID_WORKER)
is_mediator = holds(Role.MEDIATOR)
is_care_worker = holds(Role.CARE_WORKER)
is_volunteer = holds(Role.VOLUNTEER)
is_auditor = holds(Role.AUDITOR)


def _is_staff(actor: Actor) -> bool:
    return actor.is_staff


def _is_resident(actor: Actor) -> bool:
    return not actor.is_staff and actor.key == "resident"


def _is_system(actor: Actor) -> bool:
    return actor.key == "system"


def _is_machine(actor: Actor) -> bool:
    return actor.key.startswith("api:")


def _is_operator(actor: Actor) -> bool:
    return actor.account is not None and actor.account.is_operator


def _works_grid(actor: Actor, thing: object) -> bool:
    """Whether the thing lies in a grid of theirs, or is one; without a thing, no."""
    if thing is None:
        return False
    grid_id = thing.grid_id if hasattr(thing, "grid_id") else getattr(thing, "pk", None)
    return grid_id in actor.grid_ids


is_staff = rules.predicate(_is_staff, name="is_staff")
is_resident = rules.predicate(_is_resident, name="is_resident")
is_system = rules.predicate(_is_system, name="is_system")
is_machine = rules.predicate(_is_machine, name="is_machine")
is_operator = rules.predicate(_is_operator, name="is_operator")
works_grid = rules.predicate(_works_grid, name="works_grid")

# Whole pages, for which there is no one thing to ask about.
rules.add_perm("desk.see", is_director | is_desk | is_auditor)
rules.add_perm(
    "work.see", is_director | is_desk | is_grid_worker | is_mediator | is_care_worker | is_volunteer
)
rules.add_perm("director.see", is_director | is_auditor)
rules.add_perm("grids.see", is_director | is_desk | is_auditor)
rules.add_perm("grids.change", is_director | is_desk)

rules.add_perm("staff.see", is_director | is_desk | is_auditor)
rules.add_perm("staff.change", is_director)
rules.add_perm("staff_session.start", is_operator)

rules.add_perm("residents.list", is_director | is_desk)
rules.add_perm("residents.contact", is_director | is_desk)
# Of one resident, for the sake of one thing of theirs that lies in the worker's grid.
rules.add_perm("residents.contact_at", works_grid)
rules.add_perm("residents.make", is_staff | is_resident | is_system | is_machine)
# Residents change and take away their own; which ones are theirs their code says.
rules.add_perm("residents.change", is_director | is_desk | is_resident)
rules.add_perm("residents.consent", is_staff | is_resident | is_machine | is_system)
rules.add_perm("residents.export", is_director | is_resident)
rules.add_perm("residents.erase", is_director | is_resident | is_system)
