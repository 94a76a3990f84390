"""Taking in what somebody says on the phone or at the counter."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.desk.common.language import name_in
from linli.desk.common.receipts import ReusedKeyError, once
from linli.desk.common.uploads import UploadError
from linli.desk.matters import actions, queries
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Matter, Source
from linli.desk.pages.resident.questions import question_rows, read_answers
from linli.desk.pages.resident.shown import channel_rows, emergency_rows
from linli.desk.pages.staff import showing, verbs
from linli.desk.pages.staff.forms import IntakeForm
from linli.desk.pages.staff.frame import frame, place_map, request_key_of
from linli.desk.pages.staff.words import intake_words
from linli.desk.people.access import desk_page
from linli.desk.people.errors import RefusedError as RefusedPersonError
from linli.desk.people.residents import find_or_make_resident
from linli.desk.places.models import Spot

if TYPE_CHECKING:
    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Category
    from linli.desk.people.access import DeskRequest
    from linli.desk.people.models import Resident


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.intake")
def intake(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the form, or take it in and show the code to read out."""
    del slug
    categories = queries.categories_of(request.community)
    spots = list(Spot.objects.filter(community=request.community, retired_at=None).order_by("code"))
    form = IntakeForm(
        request.POST or None,
        request.FILES or None,
        categories=[(one.key, one.name) for one in categories],
        spots=[(str(one.pk), f"{one.code} {name_in(one)}") for one in spots],
        channels=[(one["key"], one["name"]) for one in channel_rows("none")],
    )
    if request.method != "POST":
        return _page(request, form, categories, {})
    if not form.is_valid():
        return _page(request, form, categories, {}, status=422)
    given = form.cleaned_data
    category = next(one for one in categories if one.key == given["category"])
    answers, wrong = read_answers(category, request.POST)
    if wrong:
        return _page(request, form, categories, wrong, status=422)
    key = request_key_of(request.POST.get("request_key"))
    try:
        photos = verbs.store_files(
            deed_key=key, community=request.community, by=request.actor, photos=given["photos"]
        )
        spot = next((one for one in spots if str(one.pk) == given["spot"]), None)
        matter = _taken(request, given, category=category, spot=spot, photos=photos, answers=answers, key=key)
    except (RefusedError, RefusedPersonError, UploadError) as error:
        form.add_error(None, str(error))
        return _page(request, form, categories, {}, status=422)
    except ReusedKeyError:
        form.add_error(None, _("This form was sent before. Load the page again."))
        return _page(request, form, categories, {}, status=422)
    return _received(request, matter)


def _taken(
    request: DeskRequest,
    given: dict[str, Any],
    *,
    category: Category,
    spot: Spot | None,
    photos: list[Upload],
    answers: dict[str, Any],
    key: uuid.UUID | None,
) -> Matter:
    """Keep who says it and what, once."""

    def make() -> int:
        received = actions.receive_matter(
            community=request.community,
            by=request.actor,
            source=Source.DESK,
            category=category,
            words=given["words"],
            lon=given["lon"],
            lat=given["lat"],
            place_words=given["place_words"],
            spot=spot,
            uploads=photos,
            reporter=_reporter(request, given),
            confidential=given["confidential"],
            answers=answers,
            language=get_language() or "",
        )
        return received.matter.pk

    with transaction.atomic():
        pk = once(community=request.community, key=key, verb="desk.intake", make=make)
        return Matter.objects.select_related(*queries.RELATED).get(pk=pk)


def _reporter(request: DeskRequest, given: dict[str, Any]) -> Resident | None:
    if not given["name"] and not given["phone"]:
        return None
    return find_or_make_resident(
        by=request.actor,
        community=request.community,
        name=given["name"],
        phone=given["phone"],
        channel=given["channel"] or "none",
    )


def _received(request: DeskRequest, matter: Matter) -> HttpResponse:
    who = showing.who_has_it(matter)
    context = frame(request, view="intake") | {
        "matter": matter,
        "follow_code": matter.follow_code,
        "told": _("It is with: {who}").format(who=who),
    }
    return render(request, "pages/staff/received.html", context)


def _page(
    request: DeskRequest, form: IntakeForm, categories: list[Any], wrong: dict[str, str], *, status: int = 200
) -> HttpResponse:
    chosen = form["category"].value() or (categories[0].key if categories else "")
    post = request.POST if request.method == "POST" else None
    context = frame(request, view="intake") | {
        "form": form,
        "request_key": request_key_of(request.POST.get("request_key")) or uuid.uuid4(),
        "emergencies": emergency_rows(request.community),
        "questions": [
            {"category": one.key, "shown": one.key == chosen, "fields": question_rows(one, post, wrong)}
            for one in categories
            if one.questions
        ],
        "words": intake_words(),
        **place_map(request.community.slug),
    }
    return render(request, "pages/staff/intake.html", context, status=status)
