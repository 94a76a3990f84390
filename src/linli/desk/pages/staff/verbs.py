"""What may be done to a matter now, each as a small form: from the table of transitions, never from a list of our own."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from linli.desk.common import uploads as files
from linli.desk.common.models import Upload
from linli.desk.matters import actions, queries
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.lifecycle import edge
from linli.desk.matters.models import Category, Outcome, State, Verb
from linli.desk.pages.staff import forms
from linli.desk.people.models import Account
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor


class Group(enum.Enum):
    """What a verb is for: to bring the matter on, to say something, to put its papers in order."""

    ON = "on"
    WORDS = "words"
    ORDER = "order"


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


def _merge(deed: Deed) -> Matter:
    try:
        into = queries.matter_for(deed.by, deed.text("code"))
    except queries.NotFoundError:
        raise RefusedError(_("There is no matter of that number here.")) from None
    return actions.merge_matters(**deed.usual, into=into, internal_text=deed.text("internal"))


def _split(deed: Deed) -> Matter:
    category = _category(deed)
    other = category if category != deed.matter.category else None
    return actions.split_matter(**deed.usual, words=deed.text("words"), category=other)


def _correct(deed: Deed) -> Matter:
    grid = Grid.objects.filter(community=deed.matter.community, pk=deed.given["grid"]).first()
    return actions.correct_matter(
        **deed.usual, category=_category(deed), words=deed.text("words"), place_words=deed.text("place_words"),
        grid=grid, lon=deed.given["lon"], lat=deed.given["lat"], reason=deed.text("reason"),
    )  # fmt: skip


def _category(deed: Deed) -> Category | None:
    return Category.objects.filter(community=deed.matter.community, key=deed.text("category")).first()


def _publish(deed: Deed) -> Matter:
    chosen = deed.given.get("show_photos") or []
    return actions.publish_matter(
        **deed.usual, public=deed.given["public"], words=deed.text("words"),
        photos=list(Upload.objects.filter(community=deed.matter.community, key__in=chosen)),
    )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How a verb is asked for: its form, its action, which field a ready text goes into, and among which it is shown."""

    form: type[forms.VerbForm]
    do: Callable[[Deed], Any]
    fills: str = ""
    group: Group = Group.ON


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
            internal_text=deed.text("internal"),
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
    Verb.NOTE: Way(forms.NoteForm, _with_files("note_matter"), group=Group.WORDS),
    Verb.SAY: Way(forms.SayForm, _with_files("say_publicly"), "text", group=Group.WORDS),
    Verb.PUBLISH: Way(forms.PublishForm, _publish, group=Group.ORDER),
    Verb.CORRECT: Way(forms.CorrectForm, _correct, group=Group.ORDER),
    Verb.SPLIT: Way(forms.SplitForm, _split, group=Group.ORDER),
    Verb.MERGE: Way(forms.MergeForm, _merge, group=Group.ORDER),
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
        Verb.PUBLISH: _("Decide what everybody sees"),
        Verb.CORRECT: _("Correct"),
        Verb.SPLIT: _("Make two of it"),
        Verb.MERGE: _("Join with another"),
    }[verb]


def lawful_verbs(matter: Matter, by: Actor) -> list[Verb]:
    """List what this actor may do to the matter as it stands, in the order of use."""
    lawful = set(queries.lawful_verbs(by, matter))
    if not matter.rung:
        lawful.discard(Verb.ACKNOWLEDGE)
    if matter.decided:
        lawful.discard(Verb.OBJECT)
    if matter.confidential or matter.category.sensitive:
        # Never public: there is nothing to decide.
        lawful.discard(Verb.PUBLISH)
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
