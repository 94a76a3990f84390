"""What is kept about whoever reported something: theirs to see, take away and have deleted, by the code of their matter."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common.limits import LimitedError
from linli.desk.common.tokens import normalise_code
from linli.desk.matters.queries import by_follow_code
from linli.desk.pages.resident import limiting
from linli.desk.pages.resident.shown import frame
from linli.desk.pages.resident.told import read_key
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.actors import RESIDENT
from linli.desk.people.errors import AbsentError
from linli.desk.people.purposes import purposes
from linli.desk.people.residents import erase_resident, export_resident

if TYPE_CHECKING:
    from linli.desk.people.models import Resident


def _own(request: DeskRequest, code: str) -> Resident:
    """Find who reported the matter of a code, by the code of the report itself; a wrong one is a try at guessing."""
    right = normalise_code(code)
    found = by_follow_code(request.community, right) if right else None
    if found is None:
        limiting.take(request, "code")
        raise AbsentError(code)
    resident = found.follower.resident
    if not found.reported or resident is None or resident.erased_at is not None:
        raise AbsentError(code)
    return resident


@never_cache
@public_page
@require_safe
def my_data(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Show it."""
    del slug
    try:
        resident = _own(request, code)
    except LimitedError as error:
        return limiting.slow_down(request, error, view="follow")
    context = frame(request, "follow") | {
        "code": code,
        "resident": resident,
        "request_key": uuid.uuid4(),
        "purpose": purposes()["contact"],
    }
    response = render(request, "pages/resident/my_data.html", context)
    response["Referrer-Policy"] = "same-origin"
    return response


@never_cache
@public_page
@require_POST
def take_away(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Give everything that is kept about them as a file."""
    del slug
    try:
        resident = _own(request, code)
    except LimitedError as error:
        return limiting.slow_down(request, error, view="follow")
    kept = export_resident(by=RESIDENT(request.community), resident=resident)
    text = json.dumps(kept, ensure_ascii=False, indent=1, default=str)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="linli.json"'
    return response


@never_cache
@public_page
@require_POST
def forget_me(request: DeskRequest, slug: str, code: str) -> HttpResponse:
    """Delete it, once they have ticked that they mean it."""
    try:
        resident = _own(request, code)
    except LimitedError as error:
        return limiting.slow_down(request, error, view="follow")
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Nothing was deleted: please tick that you are sure."))
        return redirect("resident:my_data", slug, code)
    erase_resident(
        by=RESIDENT(request.community),
        resident=resident,
        reason="asked",
        key=read_key(request.POST.get("request_key", "")),
    )
    messages.success(request, _("Everything about you has been deleted."))
    return redirect("resident:follow", slug)
