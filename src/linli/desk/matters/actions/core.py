"""How every verb is walked: permission, lock, read, check, write, ledger, outbox, in one transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock, ledger
from linli.desk.common import uploads as files
from linli.desk.common.calendar import working_calendar
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import deadlines, telling
from linli.desk.matters.errors import ConflictError, NotNowError, RefusedError
from linli.desk.matters.lifecycle import FINAL, SETTLED, State, UnlawfulError, Verb, edge, target
from linli.desk.matters.models import Audience, Matter, Step
from linli.desk.matters.rules import permission, who_is
from linli.desk.people.access import ForbiddenError, require

if TYPE_CHECKING:
    import uuid

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Follower
    from linli.desk.people.actors import Actor

LONGEST_TEXT = 5000

EVENTS: dict[Verb, str] = {
    Verb.RECEIVE: "matter.received",
    Verb.ACCEPT: "matter.accepted",
    Verb.REFUSE: "matter.refused",
    Verb.ANSWER: "matter.answered",
    Verb.ASSIGN: "matter.assigned",
    Verb.OBJECT: "matter.objected",
    Verb.START: "matter.started",
    Verb.ASK: "matter.asked",
    Verb.REPLY: "matter.replied",
    Verb.RESUME: "matter.resumed",
    Verb.WHISTLE: "matter.whistled",
    Verb.REPORT: "matter.reported",
    Verb.EXTEND: "matter.extended",
    Verb.FINISH: "matter.finished",
    Verb.OPEN_CALLBACK: "matter.callback_opened",
    Verb.CONFIRM: "matter.confirmed",
    Verb.DENY: "matter.denied",
    Verb.WAIVE: "matter.waived",
    Verb.LAPSE: "matter.lapsed",
    Verb.CLOSE: "matter.closed",
    Verb.REOPEN: "matter.reopened",
    Verb.WITHDRAW: "matter.withdrawn",
    Verb.MERGE: "matter.merged",
    Verb.SPLIT: "matter.split",
    Verb.NOTE: "matter.noted",
    Verb.SAY: "matter.said",
    Verb.ADD: "matter.added",
    Verb.CORRECT: "matter.corrected",
    Verb.PUBLISH: "matter.published",
    Verb.ACKNOWLEDGE: "matter.acknowledged",
    Verb.TAKE_BACK: "matter.taken_back",
}

_INTERNAL = {Verb.NOTE, Verb.OBJECT, Verb.CORRECT, Verb.PUBLISH, Verb.ACKNOWLEDGE, Verb.SPLIT, Verb.TAKE_BACK}
_REPORTER = {Verb.ANSWER, Verb.ASK, Verb.REPLY, Verb.RESUME, Verb.ADD, Verb.REFUSE, Verb.WAIVE, Verb.WITHDRAW}
#: The resident has heard from a person: what the response rate counts. That it was passed on inside is no response.
_RESPONSES = {
    Verb.ACCEPT, Verb.REFUSE, Verb.ANSWER, Verb.START, Verb.ASK, Verb.WHISTLE, Verb.EXTEND, Verb.FINISH, Verb.SAY,
}  # fmt: skip


def audience_of(verb: Verb) -> Audience:
    """Who sees that a verb happened."""
    if verb in _INTERNAL:
        return Audience.INTERNAL
    return Audience.REPORTER if verb in _REPORTER else Audience.PUBLIC


@dataclasses.dataclass
class Deed:
    """One verb about to be done to a matter that is locked and freshly read."""

    matter: Matter
    verb: Verb
    by: Actor
    at: dt.datetime
    public_text: str = ""
    internal_text: str = ""
    reason: str = ""
    uploads: Iterable[Upload] = ()
    # Ids, states and codes: goes into the step and the ledger.
    data: dict[str, Any] = dataclasses.field(default_factory=dict)
    # The follower whose code the resident came with; they are not told of their own words.
    speaker: Follower | None = None
    # Followers learn of it in another message of the same moment.
    quiet: bool = False
    # Which of the staff are told, and of what.
    staff: list[telling.ToStaff] = dataclasses.field(default_factory=list)


Change = Callable[[Deed], None]


def text_of(text: str, *, required: bool = False) -> str:
    """Take a text as it was written, without what surrounds it.

    Raises
    ------
    RefusedError
        It is missing where it is needed, or far too long.
    """
    text = text.strip()
    if required and not text:
        raise RefusedError(_("Please write a few words; the other side needs them."))
    if len(text) > LONGEST_TEXT:
        raise RefusedError(
            _("This is too long: %(given)d letters, at most %(most)d.")
            % {"given": len(text), "most": LONGEST_TEXT}
        )
    return text


def walk(
    *,
    matter: Matter,
    verb: Verb,
    by: Actor,
    key: uuid.UUID | None,
    version: int | None = None,
    choose: Callable[[Matter], Verb] | None = None,
    change: Change | None = None,
    public_text: str = "",
    internal_text: str = "",
    reason: str = "",
    uploads: Iterable[Upload] = (),
    data: dict[str, Any] | None = None,
    speaker: Follower | None = None,
) -> Matter:
    """Do a verb to a matter, once per request key; give the matter as it stands afterwards.

    Parameters
    ----------
    version : the one the caller saw; nothing is done if somebody else has changed the matter since.
    choose : picks another verb by how the matter stands under the lock; the request is still one of `verb`.
    change : what the verb does besides moving the matter along its edge.

    Raises
    ------
    ForbiddenError
        The actor may not do it to this matter.
    ConflictError
        `version` is given and somebody else has changed the matter since.
    NotNowError
        The matter's state does not allow it.
    """
    require(by, permission(verb), matter)
    with scope(community=matter.community), transaction.atomic():
        lock(matter)

        def make() -> dict[str, Any]:
            fresh = locked(matter)
            deed = Deed(
                matter=fresh, verb=choose(fresh) if choose else verb, by=by, at=clock.now(), public_text=public_text,
                internal_text=internal_text, reason=reason, uploads=uploads, data=dict(data or {}), speaker=speaker,
            )  # fmt: skip
            step = do(deed, change, version=version)
            return {"matter": fresh.pk, "step": step.pk}

        once(community=matter.community, key=key, verb=f"{permission(verb)}:{matter.pk}", make=make)
        return locked(matter)


def locked(matter: Matter) -> Matter:
    """Read a matter anew, with what every verb looks at; the caller holds its lock."""
    related = ("community", "category", "grid", "worker", "deputy", "reporter")
    return Matter.objects.select_related(*related).get(pk=matter.pk)


def do(deed: Deed, change: Change | None = None, *, version: int | None = None) -> Step:
    """Walk one edge: for callers that hold the lock and have checked who asks."""
    matter, verb = deed.matter, deed.verb
    if version is not None and version != matter.version:
        raise ConflictError(matter)
    _check_speaker(deed)
    before = State(matter.state)
    try:
        found = edge(before, verb)
    except UnlawfulError:
        raise NotNowError(matter, verb) from None
    if not found.who & who_is(deed.by, matter):
        raise ForbiddenError(permission(verb))
    after = target(before, verb, before_waiting=matter.before_waiting)
    if change is not None:
        change(deed)
    _move(deed, before, after)
    return record(deed, before=before, after=after)


def _check_speaker(deed: Deed) -> None:
    """Who only joined may add what they know; the last word belongs to those who reported it."""
    speaker = deed.speaker
    if speaker is None:
        return
    if speaker.matter_id != deed.matter.pk:
        raise ForbiddenError(permission(deed.verb))
    if not speaker.reported and deed.verb != Verb.ADD:
        raise ForbiddenError(permission(deed.verb))


def _move(deed: Deed, before: State, after: State) -> None:
    """Set the new state and what follows from it for the clock."""
    matter, at = deed.matter, deed.at
    if before == State.WAITING and after != State.WAITING:
        deadlines.resume(matter, at=at, calendar=working_calendar(matter.community))
    if after == State.WAITING and before != State.WAITING:
        deadlines.pause(matter, at=at)
    matter.state = after
    if after in SETTLED | FINAL:
        deadlines.stop(matter)
    if after in FINAL:
        matter.nudge_at = None
    if after == State.CLOSED and before != State.CLOSED:
        matter.closed_at = at
    if after in {State.DONE, State.ANSWERED} and before != after:
        matter.done_at = at
        # The next sweep asks the resident; a matter that nobody reported waits for a second look instead.
        matter.nudge_at, matter.nudges = at, 0
    # Back from a question is no new round.
    if after == State.REOPENED and before not in {State.REOPENED, State.WAITING}:
        _begin_again(matter, at)
    if matter.responded_at is None and deed.verb in _RESPONSES and deed.by.is_staff:
        matter.responded_at = at


def _begin_again(matter: Matter, at: dt.datetime) -> None:
    """Another round: a new deadline, and nothing of the last round's end."""
    matter.closed_at = matter.done_at = matter.nudge_at = None
    matter.outcome = ""
    matter.solved = matter.satisfied = matter.rating = None
    matter.nudges = 0
    matter.reopened += 1
    matter.extended_until = None
    deadlines.begin(matter, at=at, calendar=working_calendar(matter.community))


def record(deed: Deed, *, before: State | None, after: State) -> Step:
    """Save the matter, its step, the ledger's entry, and the messages of one deed."""
    matter, verb = deed.matter, deed.verb
    if deed.speaker is not None:
        # Whose words they are: without it an erasure could not find them.
        deed.data["follower"] = deed.speaker.pk
    matter.version += 1
    matter.step_count += 1
    matter.updated_at = deed.at
    matter.save()
    step = Step.objects.create(
        community=matter.community,
        matter=matter,
        number=matter.step_count,
        at=deed.at,
        verb=verb,
        by=deed.by.key,
        by_name=deed.by.name,
        from_state=before or "",
        to_state=after,
        audience=audience_of(verb),
        public_text=deed.public_text,
        internal_text=deed.internal_text,
        reason=deed.reason,
        data=deed.data,
    )
    _claim(list(deed.uploads), step)
    ledger.append(
        community=matter.community,
        event=EVENTS[verb],
        by=deed.by.key,
        about=matter.key,
        data={"step": step.number, "from": before, "to": after, **deed.data},
    )
    if not deed.quiet:
        telling.followers_of(
        matter, verb, audience=audience_of(verb), by=deed.by, text=deed.public_text, reason=deed.reason,
        speaker=deed.speaker,
    )  # fmt: skip
    telling.staff_of(matter, deed.staff, by=deed.by)
    return step


def _claim(uploads: list[Upload], step: Step) -> None:
    for upload in uploads:
        if upload.community_id != step.community_id:
            raise ForbiddenError("upload")
    if uploads:
        files.claim(uploads=uploads, about=step.key)
