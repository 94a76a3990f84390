"""What may be done to a matter now, each as a small form: from the table of transitions, never from a list of our own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from linli.desk.common import uploads as files
from linli.desk.matters import actions, queries
from linli.desk.matters.lifecycle import edge
from linli.desk.matters.models import Outcome, State, Verb
from linli.desk.pages.staff import forms
from linli.desk.people.models import Account

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor


@dataclass(frozen=True)
class Deed:
    """One verb that somebody wants done."""

    matter: Matter
    by: Actor
    key: uuid.UUID | None
    version: int | None
    given: dict[str, Any]
    uploads: Sequence[Upload] = field(default=())

    @property
    def usual(self) -> dict[str, Any]:
        """What every action takes."""
        return {"matter": self.matter, "by": self.by, "key": self.key, "version": self.version}

    def text(self, name: str) -> str:
        return str(self.given.get(name) or "")


def _account(pk: int | None) -> Account | None:
    return None if pk is None else Account.objects.filter(pk=pk).first()


def _assign(deed: Deed) -> Matter:
    return actions.assign_matter(
        **deed.usual, worker=_account(deed.given["worker"]), deputy=_account(deed.given.get("deputy")),
        internal_text=deed.text("internal"),
    )  # fmt: skip


def _extend(deed: Deed) -> Matter:
    # To the end of the day that was named, by the clock on the wall there.
    day_after = deed.given["until"] + dt.timedelta(days=1)
    midnight = dt.datetime.combine(day_after, dt.time(), ZoneInfo(deed.matter.community.timezone))
    return actions.extend(**deed.usual, until=midnight, reason=deed.text("reason"))


@dataclass(frozen=True)
class Way:
    """How a verb is asked for: its form, its action, and which field a ready text goes into."""

    form: type[forms.VerbForm]
    do: Callable[[Deed], Any]
    fills: str = ""


def _with_text(action: str, name: str = "text") -> Callable[[Deed], Any]:
    def do(deed: Deed) -> Any:
        return getattr(actions, action)(**deed.usual, **{name: deed.text("text")})

    return do


def _with_files(action: str) -> Callable[[Deed], Any]:
    def do(deed: Deed) -> Any:
        return getattr(actions, action)(**deed.usual, text=deed.text("text"), uploads=deed.uploads)

    return do


def _with_reason(action: str) -> Callable[[Deed], Any]:
    def do(deed: Deed) -> Any:
        return getattr(actions, action)(**deed.usual, reason=deed.text("reason"))

    return do


WAYS: dict[Verb, Way] = {
    Verb.ASSIGN: Way(forms.AssignForm, _assign),
    Verb.ACCEPT: Way(forms.NothingForm, lambda deed: actions.accept_matter(**deed.usual)),
    Verb.START: Way(forms.NothingForm, lambda deed: actions.start_matter(**deed.usual)),
    Verb.RESUME: Way(forms.NothingForm, lambda deed: actions.resume_matter(**deed.usual)),
    Verb.FINISH: Way(
        forms.FinishForm,
        lambda deed: actions.finish_matter(
            **deed.usual,
            text=deed.text("text"),
            uploads=deed.uploads,
            outcome=Outcome(deed.given.get("outcome") or Outcome.FIXED),
        ),
        "text",
    ),
    Verb.ANSWER: Way(forms.AnswerForm, _with_files("answer_matter"), "text"),
    Verb.ASK: Way(forms.AskForm, _with_text("ask_resident", "question"), "text"),
    Verb.WHISTLE: Way(
        forms.WhistleForm,
        lambda deed: actions.whistle(
            **deed.usual, department=deed.text("department"), reason=deed.text("reason")
        ),
    ),
    Verb.REPORT: Way(forms.ReportForm, _with_files("department_reports")),
    Verb.EXTEND: Way(forms.ExtendForm, _extend, "reason"),
    Verb.OBJECT: Way(forms.ReasonForm, _with_reason("object_to_matter"), "reason"),
    Verb.REFUSE: Way(
        forms.RefuseForm,
        lambda deed: actions.refuse_matter(**deed.usual, reason=deed.text("reason"), way=deed.text("way")),
        "way",
    ),
    Verb.ACKNOWLEDGE: Way(forms.AcknowledgeForm, _with_text("acknowledge_rung", "note")),
    Verb.CLOSE: Way(
        forms.CloseForm,
        lambda deed: actions.close_matter(
            **deed.usual, outcome=Outcome(deed.given["outcome"]), text=deed.text("text")
        ),
    ),
    Verb.REOPEN: Way(forms.ReasonForm, _with_reason("reopen")),
    Verb.NOTE: Way(forms.NoteForm, _with_files("note_matter")),
    Verb.SAY: Way(forms.SayForm, _with_files("say_publicly"), "text"),
}


def label_of(verb: Verb) -> str:
    """Name a verb as one tells somebody to do it."""
    return {
        Verb.ASSIGN: _("Hand to a worker"),
        Verb.ACCEPT: _("Accept"),
        Verb.START: _("Begin"),
        Verb.RESUME: _("Go on without an answer"),
        Verb.FINISH: _("Done"),
        Verb.ANSWER: _("Answer"),
        Verb.ASK: _("Ask the resident"),
        Verb.WHISTLE: _("Call in a department"),
        Verb.REPORT: _("Department has reported"),
        Verb.EXTEND: _("Extend the deadline"),
        Verb.OBJECT: _("Hand back"),
        Verb.REFUSE: _("Do not accept"),
        Verb.ACKNOWLEDGE: _("Acknowledge the warning"),
        Verb.CLOSE: _("Close after a second look"),
        Verb.REOPEN: _("Reopen"),
        Verb.NOTE: _("Note for colleagues"),
        Verb.SAY: _("Say publicly"),
    }[verb]


def lawful_verbs(matter: Matter, by: Actor) -> list[Verb]:
    """List what this actor may do to the matter as it stands, in the order of use."""
    lawful = set(queries.lawful_verbs(by, matter))
    if not matter.rung:
        lawful.discard(Verb.ACKNOWLEDGE)
    return [verb for verb in WAYS if verb in lawful]


def why(matter: Matter, verb: Verb) -> str:
    """Say why the table lets one go this way."""
    return _(edge(State(matter.state), verb).why)


def store_files(
    *,
    deed_key: uuid.UUID | None,
    community: Any,
    by: Actor,
    photos: Sequence[UploadedFile],
    voice: UploadedFile | None = None,
) -> list[Upload]:
    """Keep what came with a request; sent again with the same key it is the same photo.

    Raises
    ------
    UploadError
        One cannot be taken; the message says which and why.
    """

    def key(name: str) -> uuid.UUID | None:
        return None if deed_key is None else uuid.uuid5(deed_key, name)

    kept = []
    for number, photo in enumerate(photos):
        upload, _place = files.store_photo(
            community=community, data=photo.read(), by=by.key, key=key(f"photo {number}")
        )
        kept.append(upload)
    if voice is not None:
        kept.append(files.store_voice(community=community, data=voice.read(), by=by.key, key=key("voice")))
    return kept
