"""What a worker does on the round, and how it moves a matter: the phone has to know it while nobody can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linli.desk.matters import rules
from linli.desk.matters.lifecycle import TRANSITIONS, State, Who
from linli.desk.matters.models import Verb

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor

# In the order of use; what stands first is a large button. Everything else is done on the matter's own page.
OFFERED = (Verb.START, Verb.FINISH, Verb.NOTE, Verb.ASK, Verb.SAY, Verb.OBJECT)
LARGE = frozenset({Verb.START, Verb.FINISH, Verb.NOTE})
# A worker's own report of something that no matter is about yet; no verb of a matter.
FOUND = "found"


def edges() -> dict[str, dict[str, dict[str, Any]]]:
    """State → deed → where it leads and who may: what may follow on a deed that is not sent yet."""
    return {
        state.value: {
            verb.value: {"to": (found.to or state).value, "who": sorted(one.value for one in found.who)}
            for verb in OFFERED
            if (found := TRANSITIONS.get((state, verb)))
        }
        for state in State
    }


def as_what(matter: Matter, by: Actor) -> set[Who]:
    """Say as what somebody acts on a matter."""
    return set(rules.who_is(by, matter))


def possible(matter: Matter, by: Actor) -> list[tuple[Verb, bool]]:
    """List what this worker could do to this matter in some state, and whether it can be done in its present one."""
    who = as_what(matter, by)

    def lawful(state: State, verb: Verb) -> bool:
        found = TRANSITIONS.get((state, verb))
        return found is not None and bool(found.who & who)

    return [
        (verb, lawful(State(matter.state), verb))
        for verb in OFFERED
        if any(lawful(state, verb) for state in State) and not (verb == Verb.OBJECT and matter.decided)
    ]
