"""What a phone sends, perhaps hours after it was done: done once, or answered with why not, always as JSON.

The phone keeps a deed until this address has said that it has it. So every answer names the request it answers, and a deed
sent again is answered as the first time, even if its matter is no longer the worker's to see.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from linli.desk.common import clock
from linli.desk.common.models import Upload
from linli.desk.common.receipts import ReusedKeyError, result_of
from linli.desk.common.uploads import UploadError
from linli.desk.matters import actions, queries
from linli.desk.matters.errors import ConflictError, RefusedError
from linli.desk.matters.models import Audience, Matter, Outcome, Source, Step, Verb
from linli.desk.matters.rules import permission
from linli.desk.pages.resident.questions import read_answers
from linli.desk.pages.round import deeds
from linli.desk.pages.staff import showing, verbs
from linli.desk.pages.staff.frame import request_key_of
from linli.desk.people.access import AbsentError, desk_page

if TYPE_CHECKING:
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.actors import Actor

# In this order: what it looked like before stands before what it looks like now.
PHOTOS = ("before", "after", "photos")
MOST_PHOTOS = 6
# Our own choices: less is no delay worth a word; more is a clock that is wrong.
LATE, LONG_AGO = dt.timedelta(minutes=15), dt.timedelta(days=60)


@require_POST
@desk_page("work.see")
def send(request: DeskRequest, slug: str) -> HttpResponse:
    """Take one deed."""
    del slug
    key = request_key_of(request.POST.get("request_key"))
    if key is None:
        return _refused(key, _("This cannot be sent: it has no number of its own."))
    if request.POST.get("actor") != request.actor.key:
        # Whoever is logged in on this phone now did not do it.
        return _answer(key, 403, other=True)
    return _taken(request, key)


def _taken(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    try:
        return (_found if request.POST.get("verb") == deeds.FOUND else _done)(request, key)
    except ConflictError as conflict:
        return _conflict(request, key, conflict.matter)
    except AbsentError:
        return _answer(key, 404, problem=_("This matter is no longer with you."), gone=True)
    except (RefusedError, UploadError) as error:
        return _refused(key, str(error))
    except ReusedKeyError:
        return _refused(key, _("This was sent before, as something else."))


def _answer(key: uuid.UUID | None, status: int, **more: object) -> JsonResponse:
    body = {"request_key": None if key is None else str(key), **more}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _refused(key: uuid.UUID | None, problem: str) -> JsonResponse:
    return _answer(key, 422, problem=problem)


def _done(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    told, code = request.POST, request.POST.get("code", "")
    verb, seen = _verb(told.get("verb", "")), _version(told.get("version", ""))
    if not _known(request.actor, code=code, verb=verb, key=key):
        matter = queries.matter_for(request.actor, code)
        if matter.version != seen:
            # Asked again under the lock; here, photos that would be for nothing are not even read.
            raise ConflictError(matter)
        given = {name: told.get(name, "") for name in ("text", "reason")}
        given["outcome"] = _outcome(told.get("outcome", ""))
        given["internal"] = _late_words(told.get("made_at", ""), matter)
        uploads = _uploads(request, key)
        verbs.WAYS[verb].do(
            verbs.Deed(matter=matter, by=request.actor, key=key, version=seen, given=given, uploads=uploads)
        )
    # Not the version of now: what others did after it has not been seen by who sent this.
    return _answer(key, 200, code=code, version=seen + 1)


def _verb(text: str) -> Verb:
    if text not in {verb.value for verb in deeds.OFFERED}:
        raise RefusedError(_("This cannot be done from the round."))
    return Verb(text)


def _version(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise RefusedError(_("Load the page again; it does not say what you saw."))
    return int(text)


def _outcome(text: str) -> str:
    return text if text in Outcome.values else Outcome.FIXED


def _late_words(made_at: str, matter: Matter) -> str:
    """Say for colleagues that it was done well before it arrived: the deadline may have passed on the way."""
    if not made_at.isascii() or not made_at.isdecimal() or len(made_at) > 14:
        return ""
    made = dt.datetime.fromtimestamp(int(made_at) / 1000, dt.UTC)
    if not LATE < clock.now() - made < LONG_AGO:
        return ""
    when = showing.moment(made, matter.community)
    return _("Done on {when} by the phone's clock; there was no network until now.").format(when=when)


def _known(by: Actor, *, code: str, verb: Verb, key: uuid.UUID) -> bool:
    """Whether this very deed is theirs and done: after handing a matter back it is no longer theirs to see."""
    matter = Matter.objects.filter(code=code).first()
    if matter is None:
        return False
    result = result_of(community=by.community, key=key, verb=f"{permission(verb)}:{matter.pk}")
    return result is not None and Step.objects.filter(pk=result["step"], by=by.key).exists()


def _uploads(request: DeskRequest, key: uuid.UUID) -> list[Upload]:
    photos = [file for name in PHOTOS for file in request.FILES.getlist(name)]
    if len(photos) > MOST_PHOTOS:
        raise RefusedError(_("At most {n} files at once.").format(n=MOST_PHOTOS))
    voice = request.FILES.get("voice")
    names = (*(f"photo {number}" for number in range(MOST_PHOTOS)), "voice")
    forgotten = Upload.objects.filter(key__in=[uuid.uuid5(key, name) for name in names], about="")
    if forgotten.exclude(deleted_at=None).exists():
        # An earlier try was cut off between its photos and its deed, more than a day ago: they are kept anew.
        key = uuid.uuid5(key, "again")
    return verbs.store_files(
        deed_key=key, community=request.community, by=request.actor, photos=photos, voice=voice
    )


def _conflict(request: DeskRequest, key: uuid.UUID, now: Matter) -> JsonResponse:
    """Say how it stands, what came since the version that was seen, and whether the deed would still be possible."""
    told = request.POST
    matter = queries.matter_for(request.actor, now.code)
    behind = matter.version - int(told.get("version", "0"))
    moments = queries.timeline(matter, Audience.INTERNAL)
    since = [one for one in moments if one.step.number > matter.step_count - behind]
    lawful = {verb.value for verb, may in deeds.possible(matter, request.actor) if may}
    return _answer(
        key,
        409,
        code=matter.code,
        version=matter.version,
        state=matter.get_state_display(),
        state_key=matter.state,
        lawful=told.get("verb", "") in lawful,
        may_note=Verb.NOTE.value in lawful,
        since=[
            {
                "what": one.title,
                "who": one.by_name or (_("resident") if one.step.by == "resident" else _("Linli")),
                "when": showing.moment(one.at, matter.community),
                "text": "\n".join(part for part in (one.text, one.internal_text, one.reason) if part),
            }
            for one in since
        ],
    )


def _found(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    """Take a worker's own report from the field."""
    told = request.POST
    category = next(
        (one for one in queries.categories_of(request.community) if one.key == told.get("category")), None
    )
    if category is None:
        raise RefusedError(_("Say what it is about."))
    answers, wrong = read_answers(category, told)
    if wrong:
        raise RefusedError(" ".join(wrong.values()))
    place = _place(told.get("lon", ""), told.get("lat", ""))
    if place is None and not told.get("place_words", "").strip():
        raise RefusedError(_("Say where it is."))
    lon, lat = place or (None, None)
    received = actions.receive_matter(
        community=request.community,
        by=request.actor,
        source=Source.WORKER,
        category=category,
        words=told.get("text", ""),
        lon=lon,
        lat=lat,
        place_words=told.get("place_words", ""),
        uploads=_uploads(request, key),
        answers=answers,
        language=get_language() or "",
        key=key,
    )
    return _answer(key, 200, code=received.matter.code, version=received.matter.version)


def _place(lon: Any, lat: Any) -> tuple[float, float] | None:
    try:
        return float(lon), float(lat)
    except ValueError:
        return None
