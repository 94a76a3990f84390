"""A resident says what is wrong: one page, that works as a plain form; the slip with the code; help while writing."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common import uploads
from linli.desk.common.language import name_in
from linli.desk.common.limits import LimitedError
from linli.desk.common.uploads import UploadError
from linli.desk.matters.actions import was_put_down
from linli.desk.matters.queries import categories_of
from linli.desk.pages.resident import filing, limiting, photos
from linli.desk.pages.resident.near import near_rows
from linli.desk.pages.resident.shown import (
    category_groups,
    category_in_use,
    channel_rows,
    frame,
)
from linli.desk.pages.resident.told import Told, read_place, read_told
from linli.desk.pages.resident.words import script_words
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.errors import AbsentError, RefusedError
from linli.desk.people.purposes import purposes
from linli.desk.places.queries import spot_by_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from linli.desk.common.models import Upload
    from linli.desk.places.models import Spot


@never_cache
@public_page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the page, or take what was filled in."""
    del slug
    if request.method != "POST":
        told = Told(request_key=uuid.uuid4(), spot_code=request.GET.get("at", "")[:20])
        return _page(request, told, kept=[], chosen=request.GET.get("category", ""))
    # What costs more than a row is counted before it is looked at; a report that is well is counted with its own commit.
    plain = not request.FILES and not request.POST.get("join")
    problem = "" if plain else _counted(request)
    kept, taken_at, photo_problem = photos.gather(request)
    told = read_told(
        request.POST,
        category=category_in_use(request.community, request.POST.get("category", "")),
        photos=len(kept),
    )
    if taken_at and told.lon is None and not told.spot_code:
        told.lon, told.lat = taken_at
    if photo_problem:
        told.wrong["photos"] = photo_problem
    if plain and told.wrong:
        problem = _counted(request)
    if problem:
        # Photos that came are kept all the same: nothing of what was done is to be done again.
        told.wrong[""] = problem
        return _page(request, told, kept=kept, post=request.POST, status=429)
    if code := request.POST.get("join", ""):
        return _join(request, told, code=code, kept=kept)
    if told.wrong:
        return _page(request, told, kept=kept, post=request.POST, status=422)
    return _send(request, told, kept=kept, count=plain)


def _counted(request: DeskRequest) -> str:
    """Count one report of this visitor; say how long to wait where there were too many."""
    try:
        limiting.take(request, "report")
    except LimitedError as error:
        return limiting.wait_sentence(error)
    return ""


def _send(request: DeskRequest, told: Told, *, kept: list[Upload], count: bool) -> HttpResponse:
    """File it, unless others have told the same near there and this was not seen yet."""
    spot = _spot(request, told.spot_code)
    near = near_rows(request.community, told, spot)
    unseen = any(row["code"] not in told.near_seen for row in near)
    if unseen and not was_put_down(community=request.community, key=told.request_key):
        return _page(request, told, kept=kept, post=request.POST, near=near)
    first = partial(limiting.take, request, "report") if count else None
    try:
        code = filing.file_report(by=request.actor, told=told, spot=spot, photos=kept, first=first)
    except LimitedError as error:
        told.wrong[""] = limiting.wait_sentence(error)
        return _page(request, told, kept=kept, post=request.POST, status=429)
    except RefusedError as error:
        # What was rolled back with it has been a try all the same.
        told.wrong[""] = (_counted(request) if count else "") or str(error)
        return _page(request, told, kept=kept, post=request.POST, status=422)
    return redirect("resident:received", request.community.slug, code)


def _join(request: DeskRequest, told: Told, *, code: str, kept: list[Upload]) -> HttpResponse:
    for field in ("category", "words", *(name for name in told.wrong if name.startswith("q-"))):
        told.wrong.pop(field, None)
    if told.wrong:
        return _page(request, told, kept=kept, post=request.POST, status=422)
    try:
        follow_code = filing.join_matter(community=request.community, told=told, code=code, photos=kept)
    except RefusedError as error:
        told.wrong[""] = str(error)
        return _page(request, told, kept=kept, post=request.POST, status=422)
    return redirect("resident:received", request.community.slug, follow_code)


def _spot(request: DeskRequest, code: str) -> Spot | None:
    return spot_by_code(community=request.community, code=code) if code else None


def _page(
    request: DeskRequest,
    told: Told,
    *,
    kept: Sequence[Upload],
    post: QueryDict | None = None,
    chosen: str = "",
    near: Sequence[dict[str, Any]] = (),
    status: int = 200,
) -> HttpResponse:
    community = request.community
    spot = _spot(request, told.spot_code)
    categories = categories_of(community)
    contact = purposes()["contact"]
    context = {
        **frame(request, "report"),
        "action": reverse("resident:report", args=[community.slug]),
        "request_key": told.request_key,
        "script_words": script_words(),
        "errors": [{"field": _anchor(field), "message": message} for field, message in told.wrong.items()],
        "wrong": told.wrong,
        "duplicates": near,
        "near_seen": " ".join(sorted({*told.near_seen, *(row["code"] for row in near)})),
        "photos": photos.photo_rows(community.slug, kept),
        "photo_label": _("Take or choose a photo"),
        "photo_error": told.wrong.get("photos"),
        "photo_url": reverse("resident:send_photo", args=[community.slug]),
        "most_photos": photos.MOST,
        "category_groups": category_groups(
            categories,
            community,
            chosen=told.category.key if told.category else chosen,
            post=post,
            wrong=told.wrong,
        ),
        "typed": {
            "words": told.words,
            "place_words": told.place_words,
            "lon": "" if told.lon is None else f"{told.lon:.6f}",
            "lat": "" if told.lat is None else f"{told.lat:.6f}",
            "phone": told.phone,
            "email": told.email,
            "name": told.name,
            "consent": told.consent,
            "confidential": told.confidential,
        },
        "spot": None if spot is None else {"code": spot.code, "name": name_in(spot)},
        "channels": channel_rows(told.channel),
        "contact_open": told.has_contact
        or told.confidential
        or {"phone", "email", "consent"} & set(told.wrong),
        "consent_sentence": _(
            "Yes, keep my name and number or address, only to tell me about this matter and to ask back; it is deleted {days} days after the matter is closed, or as soon as I say so. Without it you still get help."
        ).format(days=contact.retention_days),
    }
    return render(request, "pages/resident/report.html", context, status=status)


def _anchor(field: str) -> str:
    """Name what a message's link leads to."""
    return {"place": "place_words"}.get(field, field)


@public_page
@require_safe
def at_spot(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Bring whoever scanned a QR code to the report page, with its place filled in; a dead code to the page without."""
    spot = _spot(request, code[:20])
    address = reverse("resident:report", args=[slug])
    return HttpResponseRedirect(f"{address}?at={spot.code}" if spot else address)


@public_page
@require_POST
def send_photo(request: DeskRequest, slug: str) -> HttpResponse:
    """Take a photo ahead of its form; answers what the form then carries, and where it was taken."""
    del slug
    file = request.FILES.get("photo")
    if file is None:
        return JsonResponse({"message": _("No photo has come. Choose it again.")}, status=422)
    try:
        limiting.take(request, "photo")
        upload, place = photos.store(request.community, file, by=request.actor.key)
    except LimitedError as error:
        return JsonResponse({"message": limiting.wait_sentence(error)}, status=429)
    except UploadError as error:
        return JsonResponse({"message": str(error)}, status=422)
    at = None if place is None else {"lon": place[0], "lat": place[1]}
    return JsonResponse({"photo": photos.token_of(upload), "place": at})


@public_page
@require_safe
def waiting_photo(request: DeskRequest, slug: str, token: str) -> HttpResponse:
    """Show a photo that waits for its form to who holds the form."""
    del slug
    found = photos.waiting(request.community, [token])
    if not found:
        raise AbsentError(token)
    return photo_answer(found[0], size="thumb")


def photo_answer(upload: Upload, *, size: str) -> HttpResponse:
    """Answer a photo; kept by no cache, so that every look asks for leave anew."""
    response = HttpResponse(uploads.read(upload, size=size), content_type="image/webp")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response


@public_page
@require_POST
def near(request: DeskRequest, slug: str) -> HttpResponse:
    """Answer what others have told near there already, while it is being written."""
    del slug
    try:
        limiting.take(request, "near")
    except LimitedError as error:
        return JsonResponse({"message": limiting.wait_sentence(error)}, status=429)
    category = category_in_use(request.community, request.POST.get("category", ""))
    told = Told(request_key=uuid.uuid4(), category=category, words=request.POST.get("words", "")[:4000])
    place = read_place(request.POST.get("lon", ""), request.POST.get("lat", ""))
    if place:
        told.lon, told.lat = place
    spot = _spot(request, request.POST.get("spot", "")[:20])
    return JsonResponse({"near": near_rows(request.community, told, spot) if category else []})
