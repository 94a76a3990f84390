"""Timelines as residents see them: what happened, when, by whom, with the photos they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from linli.desk.matters.lifecycle import State, Verb
from linli.desk.pages.resident.public_photos import photo_url
from linli.desk.pages.resident.words import last_day_of, moment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Matter
    from linli.desk.matters.queries import Moment


def rows(
    moments: Sequence[Moment], matter: Matter, *, code: str = "", own: bool = False
) -> list[dict[str, Any]]:
    """Make what the template shows of a timeline, the latest first.

    Parameters
    ----------
    code : the follow code its reader came with, for the addresses of photos; empty in public.
    own : whoever reads is the one and only who reported it.
    """
    made = []
    for moment in reversed(moments):
        photos = [one for one in moment.uploads if one.kind == "photo"]
        # A reason is often the very text.
        said = dict.fromkeys(part for part in (moment.reason, moment.text) if part)
        made.append(
            {
                "at": moment.at,
                "when": moment_of(moment.at, matter.community),
                "title": title_of(moment, own=own),
                "who": moment.by_name,
                "text": "\n".join(said),
                "photos": [_photo(one, matter, code, number) for number, one in enumerate(photos, 1)],
            }
        )
    return made


def _photo(upload: Upload, matter: Matter, code: str, number: int) -> dict[str, str]:
    slug = matter.community.slug
    return {
        "thumb": photo_url(slug, upload.key, size="thumb", code=code),
        "full": photo_url(slug, upload.key, size="full", code=code),
        "alt": _("Photo {n}").format(n=number),
    }


def title_of(moment: Moment, *, own: bool) -> str:
    """Say what happened; "you" to the only one who can have done it."""
    if not own or moment.step.by != "resident":
        return moment.title
    return {
        Verb.RECEIVE: _("You told us"),
        Verb.REPLY: _("You answered"),
        Verb.ADD: _("You added"),
        Verb.CONFIRM: _("You said: it is solved"),
        Verb.DENY: _("You said: it is not solved"),
        Verb.REOPEN: _("You opened it again"),
        Verb.WITHDRAW: _("You took it back"),
    }.get(Verb(moment.step.verb), moment.title)


def last_question(moments: Sequence[Moment], matter: Matter) -> str:
    """Find the question that waits for the resident; empty where none does."""
    if State(matter.state) != State.WAITING:
        return ""
    asked = [moment.text for moment in moments if moment.step.verb == Verb.ASK]
    return asked[-1] if asked else ""


def due_day(matter: Matter) -> str:
    """Write the last day on which it is to be done."""
    return last_day_of(matter.solve_due_at, matter.community)
