"""From begun to done: what whoever has a matter does with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.common.calendar import working_calendar
from linli.desk.matters import deadlines
from linli.desk.matters.actions.core import Deed, text_of, walk
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import Outcome, State, Verb
from linli.desk.matters.telling import whoever_has_it

if TYPE_CHECKING:
    import uuid

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Follower, Matter
    from linli.desk.people.actors import Actor

LONGEST_EXTENSION = dt.timedelta(days=365)
FINISHED_AS = (Outcome.FIXED, Outcome.NOT_POSSIBLE, Outcome.NOT_OURS)


def start_matter(
    *, matter: Matter, by: Actor, key: uuid.UUID | None = None, version: int | None = None
) -> Matter:
    """Begin to work on it; whoever begins what nobody has, has it."""

    def change(deed: Deed) -> None:
        row, account = deed.matter, deed.by.account
        if row.worker is None and account is not None:
            row.worker, row.routed_by = account, "taken"
            row.dispatched_at = row.dispatched_at or deed.at
            deed.data["worker"] = account.pk

    return walk(matter=matter, verb=Verb.START, by=by, key=key, version=version, change=change)


def note_matter(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    uploads: Iterable[Upload] = (),
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Write down what colleagues should know; residents never see it."""
    given = list(uploads)
    text = text_of(text, required=not given)
    return walk(
        matter=matter, verb=Verb.NOTE, by=by, key=key, version=version, internal_text=text, uploads=given
    )


def say_publicly(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    uploads: Iterable[Upload] = (),
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Say something that everybody may read and all who follow are told."""
    text = text_of(text, required=True)
    return walk(
        matter=matter, verb=Verb.SAY, by=by, key=key, version=version, public_text=text, uploads=uploads
    )


def ask_resident(
    *, matter: Matter, by: Actor, question: str, key: uuid.UUID | None = None, version: int | None = None
) -> Matter:
    """Ask whoever reported it, and wait: the clock stops.

    Raises
    ------
    RefusedError
        Nobody reported it: there is nobody to ask, and no reason to stop the clock.
    """
    question = text_of(question, required=True)

    def change(deed: Deed) -> None:
        if not deed.matter.followers.filter(reported=True, stopped_at=None).exists():
            raise RefusedError(_("Nobody reported this, so there is nobody to ask."))

    return walk(
        matter=matter, verb=Verb.ASK, by=by, key=key, version=version, change=change, public_text=question
    )


def resident_replies(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    uploads: Iterable[Upload] = (),
    follower: Follower | None = None,
    key: uuid.UUID | None = None,
) -> Matter:
    """Take what the resident answers, or adds unasked; an answer lets the clock run on."""
    given = list(uploads)
    text = text_of(text, required=not given)

    def choose(row: Matter) -> Verb:
        return Verb.REPLY if row.state == State.WAITING else Verb.ADD

    def change(deed: Deed) -> None:
        topic = "replied" if deed.verb == Verb.REPLY else "added"
        deed.staff = whoever_has_it(deed.matter, topic)

    return walk(
        matter=matter, verb=Verb.ADD, by=by, key=key, choose=choose, change=change, public_text=text, uploads=given,
        speaker=follower,
    )  # fmt: skip


def resume_matter(
    *,
    matter: Matter,
    by: Actor,
    internal_text: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Go on without waiting any longer: answered by telephone, or not at all."""

    def change(deed: Deed) -> None:
        if deed.by.key == "system":
            deed.staff = whoever_has_it(deed.matter, "resumed")

    return walk(
        matter=matter, verb=Verb.RESUME, by=by, key=key, version=version, change=change,
        internal_text=text_of(internal_text),
    )  # fmt: skip


def whistle(
    *,
    matter: Matter,
    by: Actor,
    department: str,
    reason: str,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Call a department in (街乡吹哨); the clock runs on and the committee keeps the thread."""
    reason, department = text_of(reason, required=True), " ".join(department.split())[:100]
    if not department:
        raise RefusedError(_("Say which department is called."))

    def change(deed: Deed) -> None:
        deed.matter.lead = department

    return walk(
        matter=matter, verb=Verb.WHISTLE, by=by, key=key, version=version, change=change, internal_text=reason
    )


def department_reports(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    internal_text: str = "",
    uploads: Iterable[Upload] = (),
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Take down what the department reports (部门报到); the committee then looks whether it holds.

    Whoever takes it down has it from then on, where nobody had it before.
    """
    text = text_of(text, required=True)

    def change(deed: Deed) -> None:
        row = deed.matter
        if row.worker is None:
            row.worker, row.routed_by = deed.by.account, "taken"
            row.dispatched_at = row.dispatched_at or deed.at

    return walk(
        matter=matter, verb=Verb.REPORT, by=by, key=key, version=version, change=change, public_text=text,
        internal_text=text_of(internal_text), uploads=uploads,
    )  # fmt: skip


def extend(
    *,
    matter: Matter,
    by: Actor,
    until: dt.datetime,
    reason: str,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Give it a later deadline, with a reason and a plan that the resident is told.

    Raises
    ------
    RefusedError
        The new deadline is not later than the old one, or more than a year away; or it is late already, and `by` is not
        the desk: being late is not undone by whoever is late.
    """
    reason = text_of(reason, required=True)

    def change(deed: Deed) -> None:
        row = deed.matter
        if not max(row.solve_due_at, deed.at) < until <= deed.at + LONGEST_EXTENSION:
            raise RefusedError(_("Choose a day after the present deadline, within a year."))
        late = row.solve_due_at <= deed.at
        if late and not deed.by.may("matters.bulk", row):
            raise RefusedError(_("The deadline has passed; only the desk can set a new one now."))
        deed.data = {"due": row.solve_due_at, "until": until}
        deadlines.set_due(row, until, start=deed.at, calendar=working_calendar(row.community))
        row.extended_until = until
        deed.data = {name: moment.isoformat() for name, moment in deed.data.items()}

    return walk(
        matter=matter, verb=Verb.EXTEND, by=by, key=key, version=version, change=change, public_text=reason
    )


def finish_matter(
    *,
    matter: Matter,
    by: Actor,
    text: str,
    uploads: Iterable[Upload] = (),
    outcome: Outcome | str = Outcome.FIXED,
    internal_text: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Say that it is done and how it ended; the resident is asked whether that is so."""
    if outcome not in FINISHED_AS:
        raise RefusedError(_("Say how it ended: fixed, not possible, or not ours to do."))
    text = text_of(text, required=True)

    def change(deed: Deed) -> None:
        row = deed.matter
        row.outcome = Outcome(outcome)
        deed.data["outcome"] = Outcome(outcome).value
        if row.worker is None and deed.by.account is not None:
            row.worker, row.routed_by = deed.by.account, "taken"

    return walk(
        matter=matter, verb=Verb.FINISH, by=by, key=key, version=version, change=change, public_text=text,
        internal_text=text_of(internal_text), uploads=uploads,
    )  # fmt: skip


def acknowledge_rung(
    *, matter: Matter, by: Actor, note: str, key: uuid.UUID | None = None, version: int | None = None
) -> Matter:
    """Answer for a late matter: it has been seen, and this is what happens next. The ladder waits, and then goes on."""
    note = text_of(note, required=True)

    def change(deed: Deed) -> None:
        row = deed.matter
        rungs = row.escalations.filter(acknowledged_at=None)
        # With a new deadline the ladder begins below: what was climbed before holds it no longer, nor hastens it.
        if row.rung == 0 or not rungs.exists():
            raise RefusedError(_("Nothing is waiting to be acknowledged."))
        rungs.update(acknowledged_at=deed.at, acknowledged_by=deed.by.key, note=note)
        calendar = working_calendar(row.community)
        row.next_rung_at = calendar.add_working_hours(deed.at, deadlines.ACKNOWLEDGED_FOR_HOURS)
        deed.data = {"rung": row.rung}

    return walk(
        matter=matter,
        verb=Verb.ACKNOWLEDGE,
        by=by,
        key=key,
        version=version,
        change=change,
        internal_text=note,
    )
