"""The resident has the last word: call-back, reopening, withdrawing, closing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.matters import deadlines
from linli.desk.matters.actions.core import Deed, text_of, walk
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import Outcome, Verb
from linli.desk.matters.models import Callback
from linli.desk.matters.telling import ToStaff, whoever_has_it

if TYPE_CHECKING:
    import datetime as dt
    import uuid

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Follower, Matter
    from linli.desk.people.actors import Actor


def open_callback(*, matter: Matter, by: Actor, key: uuid.UUID | None = None) -> Matter:
    """Ask the resident whether it is fixed; the sweep does so by itself."""

    def change(deed: Deed) -> None:
        row = deed.matter
        _round(row, opened_at=deed.at)
        row.nudge_at, row.nudges = deed.at + deadlines.REMIND_AFTER[0], 0

    return walk(matter=matter, verb=Verb.OPEN_CALLBACK, by=by, key=key, change=change)


def _round(matter: Matter, *, opened_at: dt.datetime) -> Callback:
    """The call-back that is open, or a new round."""
    found = matter.callbacks.filter(answered_at=None, ended_at=None).first()
    if found is not None:
        return found
    return Callback.objects.create(
        community=matter.community, matter=matter, round=matter.callbacks.count() + 1, opened_at=opened_at
    )


def resident_answers(
    *,
    matter: Matter,
    by: Actor,
    solved: bool,
    satisfied: bool | None = None,
    rating: int | None = None,
    text: str = "",
    uploads: Iterable[Upload] = (),
    follower: Follower | None = None,
    key: uuid.UUID | None = None,
) -> Matter:
    """Take the resident's answer to the call-back: never a member of the staff's.

    Not fixed opens it again. Where it was said that it cannot be done, "not solved" is no news: then it is opened again
    only if the resident is not satisfied with that.

    Raises
    ------
    ForbiddenError
        `by` holds a post here.
    RefusedError
        The rating is not 1 to 5.
    """
    if rating is not None and not 1 <= rating <= 5:
        raise RefusedError(_("Rate from 1 to 5."))
    text = text_of(text)

    def choose(row: Matter) -> Verb:
        told_so = row.outcome in {Outcome.NOT_POSSIBLE, Outcome.NOT_OURS}
        settled = solved or (told_so and satisfied)
        return Verb.CONFIRM if settled else Verb.DENY

    def change(deed: Deed) -> None:
        row = deed.matter
        answer = _round(row, opened_at=deed.at)
        answer.answered_at = deed.at
        answer.solved, answer.satisfied, answer.rating = solved, satisfied, rating
        answer.save()
        row.solved, row.satisfied, row.rating = solved, satisfied, rating
        deed.data = {"solved": solved, "satisfied": satisfied, "rating": rating, "round": answer.round}
        goes_on = deed.verb == Verb.DENY
        deed.staff = whoever_has_it(row, "denied" if goes_on else "confirmed")
        if goes_on:
            deed.staff.append(ToStaff("denied"))

    return walk(
        matter=matter, verb=Verb.CONFIRM, by=by, key=key, choose=choose, change=change, public_text=text,
        uploads=uploads, speaker=follower,
    )  # fmt: skip


def waive_callback(
    *, matter: Matter, by: Actor, follower: Follower | None = None, key: uuid.UUID | None = None
) -> Matter:
    """Close without a call-back because the resident wants none; it counts as unanswered."""
    return walk(matter=matter, verb=Verb.WAIVE, by=by, key=key, change=_unanswered, speaker=follower)


def lapse_callback(*, matter: Matter, by: Actor, key: uuid.UUID | None = None) -> Matter:
    """Close after the reminders: unanswered, never satisfied."""
    return walk(matter=matter, verb=Verb.LAPSE, by=by, key=key, change=_unanswered)


def _unanswered(deed: Deed) -> None:
    answer = _round(deed.matter, opened_at=deed.at)
    answer.ended_at = deed.at
    answer.save()
    deed.data["round"] = answer.round


def reopen(
    *,
    matter: Matter,
    by: Actor,
    reason: str,
    uploads: Iterable[Upload] = (),
    follower: Follower | None = None,
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Take it up again: by the resident, or by the desk that sees that it is not done.

    Raises
    ------
    RefusedError
        It was merged into another, or it was closed so long ago that a new report is better.
    """
    reason = text_of(reason, required=True)

    def change(deed: Deed) -> None:
        row = deed.matter
        if row.merged_into_id is not None:
            raise RefusedError(_("This goes on in another matter; reopen that one."))
        too_old = row.closed_at is not None and deed.at - row.closed_at > deadlines.REOPEN_WITHIN
        if too_old and not deed.by.is_staff:
            raise RefusedError(
                _("This was closed long ago. Please make a new report; it will be seen sooner.")
            )
        row.callbacks.filter(answered_at=None, ended_at=None).update(ended_at=deed.at)
        deed.staff = [*whoever_has_it(row, "reopened"), ToStaff("reopened")]

    # A resident's reason is theirs; the desk's is for colleagues, and those who follow learn only that it goes on.
    internal, public = (reason, "") if by.is_staff else ("", reason)
    return walk(
        matter=matter, verb=Verb.REOPEN, by=by, key=key, version=version, change=change, uploads=uploads,
        speaker=follower, public_text=public, internal_text=internal,
    )  # fmt: skip


def close_matter(
    *,
    matter: Matter,
    by: Actor,
    outcome: Outcome | str = Outcome.FIXED,
    text: str = "",
    key: uuid.UUID | None = None,
    version: int | None = None,
) -> Matter:
    """Close what a worker found and nobody reported, after somebody else has looked.

    Raises
    ------
    RefusedError
        A resident reported it, so a resident has to say so; or `by` did it themselves.
    """
    if outcome not in {Outcome.FIXED, Outcome.NOT_POSSIBLE, Outcome.NOT_OURS}:
        raise RefusedError(_("Say how it ended: fixed, not possible, or not ours to do."))

    def change(deed: Deed) -> None:
        row = deed.matter
        if row.followers.filter(reported=True).exists():
            raise RefusedError(_("A resident reported this: only they can say that it is done."))
        if deed.by.account is not None and deed.by.account.pk == row.worker_id:
            raise RefusedError(_("You did it yourself; somebody else has to look."))
        row.outcome = Outcome(outcome)
        deed.data["outcome"] = Outcome(outcome).value

    return walk(
        matter=matter,
        verb=Verb.CLOSE,
        by=by,
        key=key,
        version=version,
        change=change,
        public_text=text_of(text),
    )


def withdraw(
    *,
    matter: Matter,
    by: Actor,
    reason: str = "",
    follower: Follower | None = None,
    key: uuid.UUID | None = None,
) -> Matter:
    """Take it back, as the resident who reported it.

    Raises
    ------
    RefusedError
        Neighbours reported it too: it goes on for them; the resident can stop following.
    """
    reason = text_of(reason)

    def change(deed: Deed) -> None:
        row = deed.matter
        others = row.followers.filter(reported=True, stopped_at=None)
        if others.count() > 1:
            raise RefusedError(
                _("Neighbours have reported this too, so it goes on for them. You can stop following it.")
            )
        row.outcome = Outcome.WITHDRAWN
        row.callbacks.filter(answered_at=None, ended_at=None).update(ended_at=deed.at)
        deed.data["outcome"] = Outcome.WITHDRAWN.value
        deed.staff = whoever_has_it(row, "withdrawn")

    return walk(
        matter=matter, verb=Verb.WITHDRAW, by=by, key=key, change=change, public_text=reason, speaker=follower
    )
