"""One matter before whoever works here: both timelines, the deadline, every lawful verb as a small form."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common import clock
from linli.desk.common import uploads as files
from linli.desk.common.models import Kind, Upload
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.common.uploads import UploadError
from linli.desk.matters import actions, queries, questions
from linli.desk.matters.errors import ConflictError, RefusedError
from linli.desk.matters.models import OPEN, Audience, Matter, State, Verb
from linli.desk.pages.staff import habits, showing, verbs
from linli.desk.pages.staff.drawing import deadline_bar
from linli.desk.pages.staff.forms import Around
from linli.desk.pages.staff.frame import frame, place_map, request_key_of
from linli.desk.pages.staff.hints import hints_for, why_routed
from linli.desk.pages.staff.words import intake_words
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.actions import contact_of
from linli.desk.people.errors import RefusedError as RefusedPersonError
from linli.desk.places.queries import grids_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from linli.desk.matters.queries import Moment
    from linli.desk.pages.staff.forms import VerbForm
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.residents import Contact


_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
@desk_page("matters.enter")
def matter(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Show it; that something told in confidence was opened is kept."""
    del slug
    there = queries.matter_for(request.actor, code)
    actions.note_reading(matter=there, by=request.actor)
    return _page(request, there)


@require_POST
@desk_page("matters.enter")
def act(request: DeskRequest, slug: str, code: str, verb: str) -> HttpResponse:
    """Do one lawful thing to it; what does not fit comes back with everything that was typed."""
    there = queries.matter_for(request.actor, code)
    if verb not in Verb.values or Verb(verb) not in verbs.WAYS:
        raise AbsentError(verb)
    asked = Verb(verb)
    way = verbs.WAYS[asked]
    form = way.form(request.POST, request.FILES, verb=verb, around=_around(request, there, only=asked))
    key = request_key_of(request.POST.get("request_key"))
    version = request.POST.get("version", "")
    if not form.is_valid():
        return _page(request, there, open_verb=asked, form=form, status=422)
    try:
        photos = form.cleaned_data.get("photos") or []
        uploads = verbs.store_files(
            deed_key=key, community=request.community, by=request.actor, photos=photos
        )
        outcome = way.do(
            verbs.Deed(
                matter=there,
                by=request.actor,
                key=key,
                version=int(version) if version.isdecimal() else None,
                given=form.cleaned_data,
                uploads=uploads,
            )
        )
    except ConflictError:
        now = queries.matter_for(request.actor, code)
        return _page(request, now, open_verb=asked, form=form, conflict=True, status=409)
    except (RefusedError, UploadError) as error:
        form.add_error(None, str(error))
        return _page(request, there, open_verb=asked, form=form, status=422)
    except ReusedKeyError:
        form.add_error(None, _("This form was sent before. Load the page again."))
        return _page(request, there, open_verb=asked, form=form, status=422)
    messages.success(request, _done_words(asked, outcome))
    if not request.actor.may("matters.see", Matter.objects.select_related("category").get(pk=there.pk)):
        # Handed on: it is no longer theirs to see.
        return redirect("round:day", slug)
    return redirect("staff:matter", slug, code)


@require_POST
@desk_page("matters.enter")
def contact(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Open the reporter's contact for a reason, on this answer only."""
    del slug
    there = queries.matter_for(request.actor, code)
    if there.reporter is None:
        raise AbsentError(code)
    try:
        reason = request.POST.get("reason", "")
        opened = contact_of(by=request.actor, resident=there.reporter, reason=reason, thing=there)
    except RefusedPersonError as refusal:
        messages.error(request, str(refusal))
        return _page(request, there, status=422)
    return _page(request, there, contact=opened)


def _done_words(verb: Verb, outcome: Matter) -> str:
    if verb == Verb.SPLIT:
        return _("{code} is a matter of its own now.").format(code=outcome.code)
    if verb == Verb.MERGE and outcome.merged_into is not None:
        return _("It goes on in {code}; whoever followed it is told.").format(code=outcome.merged_into.code)
    return _("{what}: done.").format(what=verbs.label_of(verb))


def _around(
    request: DeskRequest, there: Matter, moments: Sequence[Moment] | None = None, *, only: Verb | None = None
) -> Around:
    """Collect what the forms of a matter choose from; for one form only what that one needs."""
    sees_all = request.actor.may("matters.see_all")

    def asks(verb: Verb) -> bool:
        return only in {None, verb}

    if moments is None and asks(Verb.PUBLISH):
        moments = queries.timeline(there, Audience.INTERNAL)
    # Of what happened inside nothing is ever public, photos neither.
    seen = [moment for moment in moments or () if moment.step.audience == Audience.PUBLIC]
    photos = [one for moment in seen for one in moment.uploads if one.kind == Kind.PHOTO]
    return Around(
        matter=there,
        people=[(each.pk, each.name) for each in queries.workers_of(request.community)],
        hints=hints_for(there) if sees_all and asks(Verb.ASSIGN) else (),
        categories=queries.categories_of(request.community),
        grids=grids_of(request.community),
        near=_near(there) if sees_all and asks(Verb.MERGE) else (),
        photos=[
            (str(one.key), _("Photo {n}").format(n=number)) for number, one in enumerate(photos, start=1)
        ],
        followers=there.followers.filter(stopped_at=None).count(),
    )


def _page(
    request: DeskRequest,
    there: Matter,
    *,
    open_verb: Verb | None = None,
    form: VerbForm | None = None,
    conflict: bool = False,
    contact: Contact | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, now = request.actor, clock.now()
    slug = request.community.slug
    moments = queries.timeline(there, Audience.INTERNAL)
    around = _around(request, there, moments)
    context = frame(request, view="matter") | {
        "matter": there,
        "category": there.category.name,
        "state": there.get_state_display(),
        "outcome": there.get_outcome_display(),
        "looking": habits.who_looks(by=actor, matters=[there]).get(there.pk, ""),
        "conflict": conflict,
        "answers": [
            {"question": question, "answer": answer}
            for question, answer in questions.shown(there.category, there.answers)
        ],
        "files": _files(moments[0].uploads, slug) if moments else [],
        "bar": deadline_bar(
            received=there.received_at,
            due=there.solve_due_at,
            until=there.done_at or now,
            pauses=_pauses(moments),
        ),
        "deadline_words": _deadline_words(there, now),
        "public_steps": [
            _step(one, slug, there, internal=False)
            for one in moments
            if one.step.audience != Audience.INTERNAL
        ],
        "internal_steps": [_step(one, slug, there, internal=True) for one in moments],
        "groups": _groups(request, around, open_verb=open_verb, form=form),
        "facts": _facts(there),
        "kin": _kin(request, there),
        "hints": around.hints,
        "public_view": _public_view(there, moments, slug),
        "contact": contact,
        "may_contact": there.reporter is not None
        and (actor.may("residents.contact", there.reporter) or actor.may("residents.contact_at", there)),
        "duplicates": [_in_short(one, slug) for one in around.near],
        "map_words": intake_words(),
        **place_map(slug),
    }
    return render(request, "pages/staff/matter.html", context, status=status)


def _groups(
    request: DeskRequest, around: Around, *, open_verb: Verb | None, form: VerbForm | None
) -> list[dict[str, Any]]:
    """Lay out the forms of what may be done now: what brings it on first."""
    there = around.matter
    templates = habits.templates_for(there)
    rows: dict[verbs.Group, list[dict[str, Any]]] = {group: [] for group in verbs.Group}
    for verb in verbs.lawful_verbs(there, request.actor):
        way = verbs.WAYS[verb]
        mine = form if verb == open_verb and form is not None else way.form(verb=verb.value, around=around)
        rows[way.group].append(
            {
                "verb": verb.value,
                "label": verbs.label_of(verb),
                "why": verbs.why(there, verb),
                "open": verb == open_verb,
                "form": mine,
                "fills": way.fills,
                "templates": [*templates.get(verb.value, []), *templates.get("", [])] if way.fills else [],
                "request_key": uuid.uuid4(),
            }
        )
    names = {
        verbs.Group.ON: _("Bring it on"),
        verbs.Group.WORDS: _("Say something"),
        verbs.Group.ORDER: _("Put it in order"),
    }
    return [{"name": names[group], "verbs": found} for group, found in rows.items() if found]


def _public_view(there: Matter, moments: Sequence[Moment], slug: str) -> dict[str, Any] | None:
    """What everybody sees of it now; None for nothing."""
    if not there.public:
        return None
    shown = set(there.public_photos)
    photos = [one for moment in moments for one in moment.uploads if str(one.key) in shown]
    return {"words": there.public_words, "files": _files(photos, slug)}


def _kin(request: DeskRequest, there: Matter) -> list[dict[str, Any]]:
    """Name what it came from, what came of it, and what goes on in it, as far as whoever looks may see that."""
    related = Q(pk__in=[pk for pk in (there.merged_into_id, there.split_from_id) if pk])
    related |= Q(merged_into=there) | Q(split_from=there)
    found = (
        Matter.objects.filter(queries.visible_to(request.actor)).filter(related).select_related("category")
    )
    words = {
        there.merged_into_id: _("It goes on in"),
        there.split_from_id: _("It was a part of"),
    }
    return [
        {
            "what": words.get(one.pk)
            or (_("Joined into this one") if one.merged_into_id == there.pk else _("A part of it")),
            **_in_short(one, request.community.slug),
        }
        for one in found.order_by("pk")
    ]


def _files(uploads: Sequence[Upload], slug: str) -> list[dict[str, str]]:
    return [
        {"kind": upload.kind, "url": showing.file_url(upload, slug), "name": _("Photo {n}").format(n=number)}
        for number, upload in enumerate(uploads, start=1)
    ]


def _pauses(moments: Sequence[Moment]) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """When the clock stood still: from a question to whatever ended the waiting."""
    pauses: list[tuple[dt.datetime, dt.datetime | None]] = []
    since = None
    for moment in moments:
        if since is None and moment.step.to_state == State.WAITING:
            since = moment.at
        elif since is not None and moment.step.to_state != State.WAITING:
            pauses.append((since, moment.at))
            since = None
    return [*pauses, (since, None)] if since is not None else pauses


def _deadline_words(there: Matter, now: dt.datetime) -> list[str]:
    community = there.community
    words = [showing.due_words(there, now)]
    if there.state in OPEN and there.solve_due_at > now:
        words.append(_("received {when}").format(when=showing.moment(there.received_at, community)))
    if there.category.verified_at is None:
        words.append(_("the time allowed is our own choice, not checked against a rule"))
    return words


def _step(moment: Moment, slug: str, there: Matter, *, internal: bool) -> dict[str, Any]:
    """Collect what is shown of a step; not internal: as whoever reported it sees it."""
    step = moment.step
    texts = (moment.text, moment.internal_text) if internal else (moment.text,)
    return {
        "what": moment.title,
        "at": moment.at,
        "when": showing.moment(moment.at, there.community),
        "who": moment.by_name or (_("resident") if step.by == "resident" else _("Linli")),
        "text": "\n".join(part for part in texts if part),
        "reason": moment.reason,
        "moved": step.from_state != step.to_state,
        "files": _files(moment.uploads, slug),
    }


def _with_whom(there: Matter) -> str:
    who = showing.who_has_it(there)
    return f"{who} ({why_routed(there.routed_by)})" if there.worker is not None and there.routed_by else who


def _facts(there: Matter) -> list[dict[str, str]]:
    pairs = [
        (_("Received"), showing.moment(there.received_at, there.community)),
        (_("By"), there.get_source_display()),
        (_("Where"), showing.place_of(there) or "—"),
        (_("With whom"), _with_whom(there)),
        (_("Who stands in"), there.deputy.name if there.deputy else "—"),
        (_("Shown publicly"), _("yes") if there.public else _("no")),
    ]
    if there.rating:
        pairs.append((_("Rating by the resident"), f"{there.rating}/5"))
    return [{"name": name, "value": value} for name, value in pairs]


def _near(there: Matter) -> list[Matter]:
    if there.lon is None or there.lat is None or there.state not in OPEN:
        return []
    found = queries.duplicates(
        community=there.community, category=there.category, lon=there.lon, lat=there.lat, words=there.words
    )
    return [one for one in found if one.pk != there.pk]


def _in_short(one: Matter, slug: str) -> dict[str, str]:
    return {
        "code": one.code,
        "url": showing.matter_url(one, slug),
        "state": one.get_state_display(),
        "words": showing.list_words(one),
    }


@require_safe
@desk_page("matters.enter")
def voice(request: DeskRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Play a voice note to who may see its matter now."""
    del slug
    upload = Upload.objects.filter(
        key=key, kind=Kind.VOICE, deleted_at=None, about__startswith="step:"
    ).first()
    step = None if upload is None else upload.about.removeprefix("step:")
    owner = Matter.objects.filter(steps=int(step)).select_related("category").first() if step else None
    if upload is None or owner is None or not request.actor.may("matters.see", owner):
        raise AbsentError(key)
    return _sound(request, files.read(upload), upload.media_type)


def _sound(request: DeskRequest, data: bytes, media_type: str) -> HttpResponse:
    """Answer a sound, or the part that is asked for: some telephones play nothing that cannot be had in parts."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last, status = 0, len(data) - 1, 200
    if asked is not None and any(asked.groups()):
        begins, ends = asked.groups()
        first = int(begins) if begins else max(0, len(data) - int(ends))
        last = min(int(ends), last) if begins and ends else last
        status = 206
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    response = HttpResponse(data[first : last + 1], content_type=media_type, status=status)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return response
