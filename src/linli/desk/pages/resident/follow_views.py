"""Following a matter by its code: how it goes, adding to it, answering, saying whether it is fixed, taking it back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common.language import name_in
from linli.desk.common.limits import LimitedError
from linli.desk.common.tokens import normalise_code
from linli.desk.matters import actions
from linli.desk.matters.lifecycle import State, Verb, Who, verbs_from
from linli.desk.matters.models import Audience
from linli.desk.matters.queries import timeline, uploads_shown
from linli.desk.pages.resident import limiting, photos, timelines
from linli.desk.pages.resident.opening import by_code, opened_by
from linli.desk.pages.resident.report_views import photo_answer
from linli.desk.pages.resident.shown import call_first, frame, worker_row
from linli.desk.pages.resident.told import read_key
from linli.desk.pages.resident.words import moment_of, rating_names, script_words, standing_of
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.errors import AbsentError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Follower, Matter
    from linli.desk.matters.queries import Following

_TEXT_MOST = 2000


@never_cache
@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: DeskRequest, slug: str) -> HttpResponse:
    """Ask for the code; a right one leads to its matter, any other to the same words."""
    if request.method != "POST":
        return _entry(request, typed="", problem="", status=200)
    typed = request.POST.get("code", "").strip()[:40]
    try:
        limiting.take(request, "code")
    except LimitedError as error:
        return limiting.slow_down(request, error, view="follow")
    code = normalise_code(typed)
    if opened_by(request.community, code) is None:
        return _unknown(request, typed)
    return redirect("resident:followed", slug, code)


def _unknown(request: DeskRequest, typed: str) -> HttpResponse:
    """Answer a code that opens nothing, whatever the reason is."""
    problem = _("Nothing is found under this code. Compare it with your slip, letter by letter.")
    return _entry(request, typed=typed, problem=problem, status=404)


def _entry(request: DeskRequest, *, typed: str, problem: str, status: int) -> HttpResponse:
    context = {**frame(request, "follow"), "typed": typed, "problem": problem}
    return render(request, "pages/resident/follow_enter.html", context, status=status)


class _Opened:
    """A matter that was opened by a code: what every page and verb here begins with."""

    def __init__(self, matter: Matter, follower: Follower, code: str) -> None:
        self.matter, self.follower, self.code = matter, follower, code

    def url(self, name: str, *more: str) -> str:
        return reverse(f"resident:{name}", args=[self.matter.community.slug, self.code, *more])


def _opening(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the matter of the address's code, counting tries; a wrong code and no code look the same."""

    def opened_view(request: DeskRequest, slug: str, code: str, **more: Any) -> HttpResponse:
        del slug
        try:
            limiting.take(request, "code")
        except LimitedError as error:
            return limiting.slow_down(request, error, view="follow")
        found = opened_by(request.community, code)
        if found is None:
            return _unknown(request, code)
        response = view(request, _Opened(found.matter, found.follower, normalise_code(code)), **more)
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened_view


@never_cache
@public_page
@require_safe
@_opening
def follow(request: DeskRequest, opened: _Opened) -> HttpResponse:
    """Show how a matter goes to whoever has its code."""
    return _page(request, opened)


@never_cache
@public_page
@require_safe
@_opening
def received(request: DeskRequest, opened: _Opened) -> HttpResponse:
    """Show the slip: the code, large, to be written down, pictured or printed."""
    matter, community = opened.matter, request.community
    address = request.build_absolute_uri(opened.url("followed"))
    joined = not opened.follower.reported
    context = {
        **frame(request, "report"),
        "matter": {"code": matter.code},
        "joined": joined,
        "call_first": None if joined else call_first(matter.category, community),
        "shown_code": opened.code,
        "qr_url": segno.make(address, error="m").svg_data_uri(scale=4, border=3),
        "follow_address": request.build_absolute_uri(reverse("resident:follow", args=[community.slug])),
        "received_on": moment_of(opened.follower.since, community),
        "follow_url": opened.url("followed"),
        "what_now": _what_now(opened),
        "worker": worker_row(matter),
    }
    return render(request, "pages/resident/received.html", context)


@never_cache
@public_page
@require_safe
@by_code
def photo(request: DeskRequest, found: Following, code: str, key: uuid.UUID) -> HttpResponse:
    """Show a photo of their own matter to whoever holds its code; a page of them is not a try at guessing one."""
    del code
    audience = Audience.REPORTER if found.reported else Audience.PUBLIC
    upload = uploads_shown(found.matter, audience, key=key)
    if upload is None:
        raise AbsentError(key)
    return photo_answer(upload, size="thumb" if request.GET.get("size") == "thumb" else "full")


def _what_now(opened: _Opened) -> list[str]:
    matter = opened.matter
    day = timelines.due_day(matter)
    told = opened.follower.resident is not None and opened.follower.resident.channel != "none"
    lines = []
    if State(matter.state) in {State.SUBMITTED, State.ACCEPTED}:
        lines.append(_("The committee reads it and finds who sees to it."))
    elif matter.worker is not None:
        lines.append(_("{name} has it already.").format(name=matter.worker.name))
    lines.append(_("It is to be done by {day}.").format(day=day))
    lines.append(
        _("We send you a message at every step.") if told else _("You see every step with your code.")
    )
    if opened.follower.reported:
        lines.append(_("At the end only you say whether it is fixed."))
    return lines


# What a resident may do, and by which verb of the lifecycle it is allowed.
_FORMS = {
    "callback": Verb.CONFIRM,
    "waive": Verb.WAIVE,
    "reopen": Verb.REOPEN,
    "withdraw": Verb.WITHDRAW,
}


def _forms(opened: _Opened) -> dict[str, bool]:
    """Say which forms the page offers: those whose verb is lawful now, to the one who reported it."""
    lawful = set(verbs_from(State(opened.matter.state), who={Who.RESIDENT}))
    own = opened.follower.reported
    forms = {name: own and verb in lawful for name, verb in _FORMS.items()}
    if forms["callback"]:
        # "Not solved" is an answer to the call-back; a second way to say it would only confuse.
        forms["reopen"] = False
    forms["reply"] = bool({Verb.REPLY, Verb.ADD} & lawful) and (own or Verb.ADD in lawful)
    resident = opened.follower.resident
    forms["unfollow"] = opened.follower.stopped_at is None and (
        opened.follower.channel != "none" or (resident is not None and resident.channel != "none")
    )
    return forms


def _page(
    request: DeskRequest,
    opened: _Opened,
    *,
    wrong: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    kept: list[Upload] | None = None,
    key: uuid.UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    matter, community, own = opened.matter, request.community, opened.follower.reported
    moments = timeline(matter, Audience.REPORTER if own else Audience.PUBLIC)
    alone = own and matter.followers.count() == 1
    wrong, typed = wrong or {}, typed or {}
    place = name_in(matter.spot) if matter.spot else matter.place_words
    verbs = ("callback", "reply", "waive", "reopen", "withdraw", "unfollow")
    done = [str(message) for message in messages.get_messages(request)]
    context = {
        **frame(request, "follow"),
        "matter": {"code": matter.code},
        "category_name": matter.category.name,
        "place_name": place if own else "",
        "standing": standing_of(matter, own=own),
        "original_words": matter.words if own else matter.public_words,
        "done_message": " ".join(done),
        "errors": [{"field": _anchor(field), "message": message} for field, message in wrong.items()],
        "wrong": wrong,
        "typed": typed,
        "forms": _forms(opened),
        "urls": {verb: opened.url("act", verb) for verb in verbs},
        "keys": {verb: key or uuid.uuid4() for verb in verbs},
        "question": timelines.last_question(moments, matter) if own else "",
        "ratings": [
            {"value": value, "name": name, "chosen": typed.get("rating") == str(value)}
            for value, name in rating_names().items()
        ],
        "timeline": timelines.rows(moments, matter, code=opened.code if own else "", own=alone),
        "worker": worker_row(matter),
        "photos": photos.photo_rows(community.slug, kept or []),
        "photo_label": _("Add a photo"),
        "photo_error": wrong.get("photos"),
        "photo_url": reverse("resident:send_photo", args=[community.slug]),
        "most_photos": photos.MOST,
        "script_words": script_words(),
        "my_data_url": opened.url("my_data") if opened.follower.resident and opened.follower.reported else "",
    }
    return render(request, "pages/resident/follow.html", context, status=status)


def _anchor(field: str) -> str:
    return {"text": "reply-text"}.get(field, field)


@never_cache
@public_page
@require_POST
@_opening
def act(request: DeskRequest, opened: _Opened, verb: str) -> HttpResponse:
    """Do one of the resident's verbs, then show the page anew."""
    do = _VERBS.get(verb)
    if do is None or not _theirs(opened, verb):
        raise AbsentError(verb)
    key = read_key(request.POST.get("request_key", ""))
    try:
        limiting.take(request, "answer")
    except LimitedError as error:
        kept, _place, _problem = photos.gather(request) if verb == "reply" else ([], None, "")
        typed = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        typed["callback_text"] = typed.get("text", "")
        return _page(
            request,
            opened,
            wrong={"": limiting.wait_sentence(error)},
            typed=typed,
            kept=kept,
            key=key,
            status=429,
        )
    return do(request, opened, key)


def _theirs(opened: _Opened, verb: str) -> bool:
    """Say whether a verb is for this follower at all; whether it is lawful now is the action's to say.

    Who only joined adds and listens; questions and call-back are put to those who reported it.
    """
    if opened.follower.reported or verb == "unfollow":
        return True
    return verb == "reply" and State(opened.matter.state) != State.WAITING


def _done(request: DeskRequest, opened: _Opened, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(opened.url("followed"))


def _text(request: DeskRequest, name: str = "text") -> str:
    return request.POST.get(name, "").strip()[:_TEXT_MOST]


def _reply(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    text = _text(request)
    kept, _place, problem = photos.gather(request)
    wrong = {"photos": problem} if problem else {}
    if not text and not kept:
        wrong["text"] = _("Write a few words, or add a photo.")
    if not wrong:
        try:
            actions.resident_replies(
                matter=opened.matter,
                by=request.actor,
                text=text,
                uploads=kept,
                follower=opened.follower,
                key=key,
            )
        except RefusedError as error:
            wrong[""] = str(error)
        else:
            return _done(request, opened, _("Thank you. It stands with your matter now."))
    return _page(request, opened, wrong=wrong, typed={"text": text}, kept=kept, key=key, status=422)


def _callback(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    solved, rating = request.POST.get("solved", ""), request.POST.get("rating", "")
    typed = {"solved": solved, "rating": rating, "callback_text": _text(request)}
    wrong = {}
    if solved not in {"yes", "no"}:
        wrong["solved"] = _("Say whether it was solved.")
    if rating not in {"1", "2", "3", "4", "5"}:
        wrong["rating"] = _("Choose one of the five.")
    if not wrong:
        try:
            after = actions.resident_answers(
                matter=opened.matter,
                by=request.actor,
                solved=solved == "yes",
                satisfied=int(rating) >= 4,  # "content" and "very content"
                rating=int(rating),
                text=typed["callback_text"],
                follower=opened.follower,
                key=key,
            )
        except RefusedError as error:
            wrong[""] = str(error)
        else:
            if State(after.state) == State.CLOSED:
                return _done(request, opened, _("Thank you for your answer. The matter is closed."))
            return _done(
                request, opened, _("Thank you for saying so. It is open again and goes back to work.")
            )
    return _page(request, opened, wrong=wrong, typed=typed, key=key, status=422)


def _reopen(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    reason = _text(request, "reason")
    wrong = {}
    if not reason:
        wrong["reason"] = _("Say what is still wrong; whoever comes must know.")
    else:
        try:
            actions.reopen(
                matter=opened.matter, by=request.actor, reason=reason, follower=opened.follower, key=key
            )
        except RefusedError as error:
            wrong[""] = str(error)
        else:
            return _done(request, opened, _("It is open again and goes back to work."))
    return _page(request, opened, wrong=wrong, typed={"reason": reason}, key=key, status=422)


def _waive(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    try:
        actions.waive_callback(matter=opened.matter, by=request.actor, follower=opened.follower, key=key)
    except RefusedError as error:
        return _page(request, opened, wrong={"": str(error)}, key=key, status=422)
    return _done(request, opened, _("It is closed without an answer, as you wish."))


def _withdraw(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    try:
        actions.withdraw(
            matter=opened.matter,
            by=request.actor,
            reason=_text(request, "reason"),
            follower=opened.follower,
            key=key,
        )
    except RefusedError as error:
        return _page(request, opened, wrong={"": str(error)}, key=key, status=422)
    return _done(request, opened, _("It is withdrawn. Thank you for telling us."))


def _unfollow(request: DeskRequest, opened: _Opened, key: uuid.UUID) -> HttpResponse:
    actions.unfollow(follower=opened.follower, by=request.actor, key=key)
    return _done(request, opened, _("No more messages about this matter."))


_VERBS = {
    "reply": _reply,
    "callback": _callback,
    "waive": _waive,
    "reopen": _reopen,
    "withdraw": _withdraw,
    "unfollow": _unfollow,
}
