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

from linli.desk.pages.resident.opening import by_code
from linli.desk.pages.resident.shown import frame
from linli.desk.pages.resident.told import read_key
from linli.desk.people.access import DeskRequest, public_page
from linli.desk.people.actors import RESIDENT
from linli.desk.people.errors import AbsentError
from linli.desk.people.purposes import purposes
from linli.desk.people.residents import erase_resident, export_resident

if TYPE_CHECKING:
    from linli.desk.matters.queries import Following
    from linli.desk.people.models import Resident


def _own(found: Following) -> Resident:
    """Find who reported the matter, by the code of the report itself."""
    resident = found.follower.resident
    if not found.reported or resident is None or resident.erased_at is not None:
        raise AbsentError(found.matter.code)
    return resident


@never_cache
@public_page
@require_safe
@by_code
def my_data(request: DeskRequest, found: Following, code: str) -> HttpResponse:
    """Show it."""
    context = frame(request, "follow") | {
        "code": code,
        "resident": _own(found),
        "request_key": uuid.uuid4(),
        "purpose": purposes()["contact"],
    }
    return render(request, "pages/resident/my_data.html", context)


@never_cache
@public_page
@require_POST
@by_code
def take_away(request: DeskRequest, found: Following, code: str) -> HttpResponse:
    """Give everything that is kept about them as a file."""
    del code
    kept = export_resident(by=RESIDENT(request.community), resident=_own(found))
    text = json.dumps(kept, ensure_ascii=False, indent=1, default=str)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="linli.json"'
    return response


@never_cache
@public_page
@require_POST
@by_code
def forget_me(request: DeskRequest, found: Following, code: str) -> HttpResponse:
    """Delete it, once they have ticked that they mean it."""
    resident, slug = _own(found), request.community.slug
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Nothing was deleted: please tick that you are sure."))
        return redirect("resident:my_data", slug, code)
    key = read_key(request.POST.get("request_key", ""))
    erase_resident(by=RESIDENT(request.community), resident=resident, reason="asked", key=key)
    messages.success(request, _("Everything about you has been deleted."))
    return redirect("resident:follow", slug)
