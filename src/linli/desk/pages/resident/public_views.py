"""What everybody may see: public matters as a list and on a map, one of them, and photos let through."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common.limits import LimitedError
from linli.desk.common.models import Upload
from linli.desk.common.models_extras import Kind
from linli.desk.matters.models import Audience, Matter
from linli.desk.matters.openly import rounded
from linli.desk.matters.queries import categories_of, public_matter, public_matters, timeline, uploads_shown
from linli.desk.pages.resident import filing, limiting, timelines
from linli.desk.pages.resident.near import ago
from linli.desk.pages.resident.public_photos import first_photo_url
from linli.desk.pages.resident.report_views import photo_answer
from linli.desk.pages.resident.shown import frame
from linli.desk.pages.resident.told import Told, read_key
from linli.desk.pages.resident.words import script_words, standing_of
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.errors import AbsentError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

_A_PAGE = 30
_SHOWN = ("open", "done", "all")


@public_page
@require_safe
def matters(request: DeskRequest, slug: str) -> HttpResponse:
    """List what neighbours have told; the map beside it shows the same."""
    show = request.GET.get("show", "open")
    show = show if show in _SHOWN else "open"
    categories = [one for one in categories_of(request.community) if one.public and not one.sensitive]
    chosen = next((one for one in categories if one.key == request.GET.get("category")), None)
    number = int(page) if (page := request.GET.get("page", "1")).isdecimal() and len(page) < 5 else 1
    start = (max(1, number) - 1) * _A_PAGE
    found = list(_found(request, show, chosen)[start : start + _A_PAGE + 1])
    listed = found[:_A_PAGE]
    query = {"show": show, **({"category": chosen.key} if chosen else {})}
    context = {
        **frame(request, "matters"),
        "script_words": script_words(),
        "show": show,
        "tabs": [
            {"name": name, "url": f"?{urlencode({**query, 'show': key})}", "chosen": key == show}
            for key, name in _tab_names().items()
        ],
        "categories": [{"key": one.key, "name": one.name, "chosen": one == chosen} for one in categories],
        "matters": [row(one, slug) for one in listed],
        "points": json.dumps(points_of(listed)),
        "pager": _pager(query, max(1, number), more=len(found) > _A_PAGE),
    }
    return render(request, "pages/resident/matters.html", context)


def _found(request: DeskRequest, show: str, category: Any) -> QuerySet[Matter]:
    rows = public_matters(request.community).defer("follow_code", "answers", "words")
    if category is not None:
        rows = rows.filter(category=category)
    rows = rows.select_related("category", "worker", "community").order_by("-received_at")
    if show == "open":
        rows = rows.filter(closed_at=None).exclude(state="refused")
    elif show == "done":
        rows = rows.filter(closed_at__isnull=False)
    return rows


def _tab_names() -> dict[str, str]:
    return {"open": _("Being seen to"), "done": _("Closed"), "all": _("All")}


def _pager(query: dict[str, str], number: int, *, more: bool) -> dict[str, str] | None:
    def url(page: int) -> str:
        return f"?{urlencode({**query, 'page': page})}"

    pager = {"before": url(number - 1) if number > 1 else "", "after": url(number + 1) if more else ""}
    return pager if any(pager.values()) else None


def row(matter: Matter, slug: str) -> dict[str, Any]:
    """Make one row of the list: nothing in it that a person has not let through."""
    standing = standing_of(matter)
    return {
        "code": matter.code,
        "url": reverse("resident:matter", args=[slug, matter.code]),
        "title": matter.category.name,
        "about": f"{matter.code} · {ago(matter.received_at)}",
        "words": matter.public_words,
        "photo_url": first_photo_url(matter, slug),
        "standing": standing.title,
        "tone": standing.tone,
    }


def points_of(rows: Sequence[Matter]) -> list[dict[str, Any]]:
    """List where matters lie, roughly."""
    return [
        {"code": one.code, "lon": rounded(one.lon), "lat": rounded(one.lat), "open": one.closed_at is None}
        for one in rows
        if one.lon is not None and one.lat is not None
    ]


def _public(request: DeskRequest, code: str) -> Matter:
    found = public_matter(community=request.community, code=code)
    if found is None:
        raise AbsentError(code)
    return found


@public_page
@require_safe
def matter(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Show one public matter: what everybody may know of it."""
    found = _public(request, code)
    shown = row(found, slug)
    context = {
        **frame(request, "matters"),
        "matter": {**shown, "about": ago(found.received_at)},
        "standing": standing_of(found),
        "timeline": timelines.rows(timeline(found, Audience.PUBLIC), found),
        "can_join": found.closed_at is None,
        "request_key": uuid.uuid4(),
    }
    return render(request, "pages/resident/matter.html", context)


@never_cache
@public_page
@require_POST
def join(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Follow a public matter; the slip with a code of one's own comes next."""
    found = _public(request, code)
    told = Told(request_key=read_key(request.POST.get("request_key", "")))
    try:
        limiting.take(request, "join")
        follow_code = filing.join_matter(community=request.community, told=told, code=found.code, photos=[])
    except LimitedError as error:
        return limiting.slow_down(request, error, view="matters")
    except RefusedError:
        return redirect("resident:matter", slug, found.code)
    return redirect("resident:received", slug, follow_code)


@public_page
@require_safe
def photo(request: DeskRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Show a photo to who may see it now: everybody, once it is let through; the desk. Who holds a code has an address of their own."""
    del slug
    upload = Upload.objects.filter(key=key, kind=Kind.PHOTO, deleted_at=None).exclude(about="").first()
    owner = None if upload is None else _owner(upload)
    if upload is None or owner is None or not _may_see(request, upload, owner):
        raise AbsentError(key)
    return photo_answer(upload, size="thumb" if request.GET.get("size") == "thumb" else "full")


def _owner(upload: Upload) -> Matter | None:
    kind, _colon, pk = upload.about.partition(":")
    if kind != "step" or not pk.isdecimal():
        return None
    return Matter.objects.filter(steps=int(pk)).select_related("category").first()


def _may_see(request: DeskRequest, upload: Upload, owner: Matter) -> bool:
    if owner.public and uploads_shown(owner, Audience.PUBLIC, key=upload.key):
        return True
    return request.actor.is_staff and request.actor.may("matters.see", owner)
