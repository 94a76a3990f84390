"""What may become of a matter: states, verbs, and who may walk from where to where, each edge with its reason.

Pure data: nothing here reads or writes a row. The order follows the hotlines' rules of handling (intake, triage, dispatch,
objection, handling, whistle, call-back, closing); that the resident, never the staff, answers the call-back is the one edge
everything else leads to.
"""

from __future__ import annotations

import dataclasses

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a matter stands."""

    SUBMITTED = "submitted", _("received")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("not accepted")
    ANSWERED = "answered", _("answered")
    DISPATCHED = "dispatched", _("handed to a worker")
    OBJECTED = "objected", _("handed back, to be decided")
    IN_PROGRESS = "in_progress", _("being worked on")
    WAITING = "waiting", _("waiting for the resident")
    WHISTLED = "whistled", _("with a department")
    DONE = "done", _("done, to be confirmed")
    CALLBACK = "callback", _("resident is asked")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")


class Outcome(TextChoices):
    """How it ended; "closed" alone never says "fixed"."""

    FIXED = "fixed", _("fixed")
    NOT_POSSIBLE = "not_possible", _("not possible")
    NOT_OURS = "not_ours", _("not ours to do")
    ANSWERED = "answered", _("answered")
    WITHDRAWN = "withdrawn", _("withdrawn")
    MERGED = "merged", _("goes on in another matter")


class Verb(TextChoices):
    """What may be done to a matter."""

    RECEIVE = "receive", _("Received")
    ACCEPT = "accept", _("Accepted")
    REFUSE = "refuse", _("Not accepted")
    ANSWER = "answer", _("Answered")
    ASSIGN = "assign", _("Handed to a worker")
    OBJECT = "object", _("Handed back by the worker")
    START = "start", _("Work has begun")
    ASK = "ask", _("Question to the resident")
    REPLY = "reply", _("Answer of the resident")
    RESUME = "resume", _("Work goes on")
    WHISTLE = "whistle", _("A department is called in")
    REPORT = "report", _("The department has reported")
    EXTEND = "extend", _("More time is needed")
    FINISH = "finish", _("Done")
    OPEN_CALLBACK = "open_callback", _("The resident is asked whether it is fixed")
    CONFIRM = "confirm", _("The resident has confirmed")
    DENY = "deny", _("The resident says it is not fixed")
    WAIVE = "waive", _("The resident needs no call-back")
    LAPSE = "lapse", _("The call-back was not answered")
    CLOSE = "close", _("Closed")
    REOPEN = "reopen", _("Reopened")
    WITHDRAW = "withdraw", _("Withdrawn by the resident")
    MERGE = "merge", _("Joined with another matter")
    SPLIT = "split", _("A part became a matter of its own")
    NOTE = "note", _("Note for colleagues")
    SAY = "say", _("Word to the public")
    ADD = "add", _("Added by the resident")
    CORRECT = "correct", _("Corrected")
    PUBLISH = "publish", _("Public view changed")
    ACKNOWLEDGE = "acknowledge", _("Escalation acknowledged")
    TAKE_BACK = "take_back", _("Taken back with its list")


class Who(TextChoices):
    """Who may walk an edge."""

    RESIDENT = "resident"
    WORKER = "worker"
    DESK = "desk"
    SYSTEM = "system"


@dataclasses.dataclass(frozen=True)
class Transition:
    """One edge. `to` None: back to the state the matter was in before it waited."""

    to: State | None
    why: str
    who: frozenset[Who]


class UnlawfulError(Exception):
    """No edge leads from this state by this verb."""

    def __init__(self, state: State, verb: Verb) -> None:
        self.state, self.verb = state, verb
        super().__init__(f"{verb.value} is not possible while a matter is {state.value}")


_RESIDENT = frozenset({Who.RESIDENT})
_DESK = frozenset({Who.DESK})
_WORKER = frozenset({Who.WORKER})
_STAFF = frozenset({Who.DESK, Who.WORKER})
_SYSTEM = frozenset({Who.SYSTEM})
_ROUTED = frozenset({Who.DESK, Who.SYSTEM})

_S, _V = State, Verb

TRANSITIONS: dict[tuple[State, Verb], Transition] = {
    (_S.SUBMITTED, _V.ACCEPT): Transition(
        _S.ACCEPTED, "it is ours to see to; nobody is found for it yet", _STAFF
    ),
    (_S.SUBMITTED, _V.REFUSE): Transition(
        _S.REFUSED, "not ours, or in another lawful way already; reason and way are told", _DESK
    ),
    (_S.ACCEPTED, _V.REFUSE): Transition(
        _S.REFUSED, "found out on a closer look; reason and way are told", _DESK
    ),
    (_S.OBJECTED, _V.REFUSE): Transition(
        _S.REFUSED, "the worker's objection showed that it is not ours", _DESK
    ),
    (_S.SUBMITTED, _V.ANSWER): Transition(
        _S.ANSWERED, "a question is answered at once where it can be", _STAFF
    ),
    (_S.ACCEPTED, _V.ANSWER): Transition(_S.ANSWERED, "the answer is found", _STAFF),
    (_S.DISPATCHED, _V.ANSWER): Transition(
        _S.ANSWERED, "the worker it was handed to knows the answer", _STAFF
    ),
    (_S.IN_PROGRESS, _V.ANSWER): Transition(_S.ANSWERED, "an answer was all that was needed", _STAFF),
    (_S.REOPENED, _V.ANSWER): Transition(
        _S.ANSWERED, "repeated without new facts: progress and result are told", _STAFF
    ),
    (_S.SUBMITTED, _V.ASSIGN): Transition(
        _S.DISPATCHED, "to hand it over is to accept it; the rules may do so by themselves", _ROUTED
    ),
    (_S.ACCEPTED, _V.ASSIGN): Transition(_S.DISPATCHED, "handed to whoever is to see to it", _DESK),
    (_S.DISPATCHED, _V.ASSIGN): Transition(
        _S.DISPATCHED, "handed to somebody else before it was begun", _DESK
    ),
    (_S.OBJECTED, _V.ASSIGN): Transition(
        _S.DISPATCHED, "decided: it may not be handed back a second time", _DESK
    ),
    (_S.IN_PROGRESS, _V.ASSIGN): Transition(
        _S.DISPATCHED, "whoever had it is ill, or gone; the desk, never the worker, passes it on", _DESK
    ),
    (_S.WHISTLED, _V.ASSIGN): Transition(
        _S.DISPATCHED, "comes back from the department to be done here", _DESK
    ),
    (_S.REOPENED, _V.ASSIGN): Transition(_S.DISPATCHED, "another round, perhaps with somebody else", _DESK),
    (_S.DISPATCHED, _V.OBJECT): Transition(
        _S.OBJECTED, "the wrong recipient says why; the desk reviews", _WORKER
    ),
    (_S.SUBMITTED, _V.START): Transition(
        _S.IN_PROGRESS, "first receiver responsible: who sees it in the own grid may begin", _WORKER
    ),
    (_S.ACCEPTED, _V.START): Transition(_S.IN_PROGRESS, "taken up from the desk's list", _WORKER),
    (_S.DISPATCHED, _V.START): Transition(_S.IN_PROGRESS, "the worker is on it", _WORKER),
    (_S.REOPENED, _V.START): Transition(_S.IN_PROGRESS, "the same worker takes it up again", _WORKER),
    (_S.ACCEPTED, _V.ASK): Transition(
        _S.WAITING, "it cannot go on without the resident; the clock stops", _STAFF
    ),
    (_S.DISPATCHED, _V.ASK): Transition(
        _S.WAITING, "it cannot go on without the resident; the clock stops", _STAFF
    ),
    (_S.IN_PROGRESS, _V.ASK): Transition(
        _S.WAITING, "it cannot go on without the resident; the clock stops", _STAFF
    ),
    (_S.REOPENED, _V.ASK): Transition(
        _S.WAITING, "what is still wrong has to be known; the clock stops", _STAFF
    ),
    (_S.WAITING, _V.REPLY): Transition(None, "the resident has answered; the clock runs on", _RESIDENT),
    (_S.WAITING, _V.RESUME): Transition(
        None, "answered by another way, or not at all for too long", _STAFF | _SYSTEM
    ),
    (_S.ACCEPTED, _V.WHISTLE): Transition(
        _S.WHISTLED, "beyond the committee's power: a department is called and has to come", _STAFF
    ),
    (_S.DISPATCHED, _V.WHISTLE): Transition(
        _S.WHISTLED, "beyond the committee's power: a department is called and has to come", _STAFF
    ),
    (_S.OBJECTED, _V.WHISTLE): Transition(
        _S.WHISTLED, "the objection showed that a department has to come", _DESK
    ),
    (_S.IN_PROGRESS, _V.WHISTLE): Transition(_S.WHISTLED, "found on the spot to need a department", _STAFF),
    (_S.REOPENED, _V.WHISTLE): Transition(_S.WHISTLED, "the first try did not hold", _STAFF),
    (_S.WHISTLED, _V.REPORT): Transition(
        _S.IN_PROGRESS, "the department has reported; the committee looks whether it holds", _STAFF
    ),
    (_S.DISPATCHED, _V.FINISH): Transition(_S.DONE, "solved on the spot", _STAFF),
    (_S.IN_PROGRESS, _V.FINISH): Transition(
        _S.DONE, "whoever did it says it is done, and how it ended", _STAFF
    ),
    (_S.WHISTLED, _V.FINISH): Transition(
        _S.DONE, "the department did it and the committee has seen it", _STAFF
    ),
    (_S.WAITING, _V.FINISH): Transition(_S.DONE, "it settled itself while the question was open", _STAFF),
    (_S.DONE, _V.OPEN_CALLBACK): Transition(_S.CALLBACK, "the resident is asked", _SYSTEM),
    (_S.ANSWERED, _V.OPEN_CALLBACK): Transition(
        _S.CALLBACK, "the resident is asked whether the answer helped", _SYSTEM
    ),
    (_S.CALLBACK, _V.LAPSE): Transition(
        _S.CLOSED, "nobody answered after the reminders; counted as unanswered, never as satisfied", _SYSTEM
    ),
    (_S.DONE, _V.CLOSE): Transition(
        _S.CLOSED, "found by a worker, so that no resident can be asked: a second person has looked", _DESK
    ),
    (_S.REFUSED, _V.REOPEN): Transition(
        _S.REOPENED, "new facts, or the refusal is disputed", _DESK | _RESIDENT
    ),
    (_S.CLOSED, _V.REOPEN): Transition(_S.REOPENED, "it came back, or was never gone", _DESK | _RESIDENT),
    (_S.DONE, _V.REOPEN): Transition(_S.REOPENED, "the desk sees that it is not done", _DESK),
    (_S.ANSWERED, _V.REOPEN): Transition(_S.REOPENED, "the answer missed the question", _DESK | _RESIDENT),
    (_S.CALLBACK, _V.REOPEN): Transition(
        _S.REOPENED, "it came back while the resident was being asked", _DESK
    ),
}

# The resident need not wait to be asked: as soon as it is said to be done, they may say whether it is.
for _asked in (_S.DONE, _S.ANSWERED, _S.CALLBACK):
    TRANSITIONS |= {
        (_asked, _V.CONFIRM): Transition(_S.CLOSED, "only the resident can say that it is fixed", _RESIDENT),
        (_asked, _V.DENY): Transition(_S.REOPENED, "not fixed: another round", _RESIDENT),
        (_asked, _V.WAIVE): Transition(_S.CLOSED, "the resident wants no call-back", _RESIDENT),
    }

for _untouched in (_S.SUBMITTED, _S.DISPATCHED):
    TRANSITIONS[_untouched, _V.TAKE_BACK] = Transition(
        _S.CLOSED, "came with a list that was wrong, and nobody has begun: as if it had never come", _SYSTEM
    )

FINAL = frozenset({_S.REFUSED, _S.CLOSED})
#: Said to be done: no deadline runs, the resident has the word.
SETTLED = frozenset({_S.ANSWERED, _S.DONE, _S.CALLBACK})
#: Somebody has to act: these are what inbox, deadlines and the ladder are about.
OPEN = frozenset(State) - FINAL - SETTLED
#: The deadline runs.
RUNNING = OPEN - {_S.WAITING}
#: A worker has it in hand.
ASSIGNED = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.WAITING, _S.REOPENED, _S.WHISTLED})

for _state in State:
    TRANSITIONS |= {
        (_state, _V.NOTE): Transition(_state, "colleagues should know", _STAFF),
        (_state, _V.SAY): Transition(_state, "the neighbours should know", _STAFF),
        (_state, _V.PUBLISH): Transition(_state, "what is shown to everybody is decided by a person", _DESK),
    }
for _state in OPEN | SETTLED:
    TRANSITIONS |= {
        (_state, _V.WITHDRAW): Transition(_S.CLOSED, "the resident takes it back", _RESIDENT),
        (_state, _V.MERGE): Transition(_S.CLOSED, "the same thing is being seen to in another matter", _DESK),
        (_state, _V.SPLIT): Transition(_state, "one report held two things", _DESK),
        (_state, _V.CORRECT): Transition(_state, "category or place was mistaken", _STAFF),
    }
for _state in (OPEN | SETTLED) - {_S.WAITING}:
    TRANSITIONS[_state, _V.ADD] = Transition(_state, "the resident knows more", _RESIDENT)
for _state in RUNNING:
    TRANSITIONS |= {
        (_state, _V.EXTEND): Transition(
            _state, "objectively impossible in time: reason and plan are told", _STAFF
        ),
        (_state, _V.ACKNOWLEDGE): Transition(
            _state, "whoever was warned has seen it and says what happens next", _STAFF
        ),
    }


def edge(state: State, verb: Verb) -> Transition:
    """Find the edge that leads from a state by a verb.

    Raises
    ------
    UnlawfulError
        There is none.
    """
    found = TRANSITIONS.get((State(state), verb))
    if found is None:
        raise UnlawfulError(State(state), verb)
    return found


def verbs_from(state: State, *, who: frozenset[Who] | set[Who]) -> list[Verb]:
    """List what such people may do to a matter in that state, in the order of `Verb`."""
    return [verb for verb in Verb if (found := TRANSITIONS.get((State(state), verb))) and found.who & who]


def target(state: State, verb: Verb, *, before_waiting: str = "") -> State:
    """Say where an edge leads, for one that leads back too."""
    to = edge(state, verb).to
    return State(before_waiting) if to is None else to
