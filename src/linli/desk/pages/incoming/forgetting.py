"""What was forgotten, what goes next, and what is kept longer because of a dispute."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.desk.matters import forgetting as forget
from linli.desk.matters.models import Hold, Matter
from linli.desk.matters.queries import matter_for
from linli.desk.pages.incoming.forms import HoldForm
from linli.desk.pages.incoming.frame import date, page
from linli.desk.pages.staff.showing import matter_url
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done
from linli.desk.people.purposes import purposes

if TYPE_CHECKING:
    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.forgetting")
def forgetting(request: DeskRequest, slug: str) -> HttpResponse:
    """Show it, or keep a matter longer."""
    form = HoldForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid():
        matter = _matter(request, form)
        if matter is not None and done(form, lambda: _hold(request, form.cleaned_data, matter)):
            messages.success(request, _("It is kept until then."))
            return redirect("incoming:forgetting", slug)
    holds = list(forget.holds_of(request.community)[:SHOWN])
    held = {hold.matter_id for hold in holds}
    return page(
        request,
        "forgetting.html",
        tab="forgetting",
        form=form,
        seen=forget.overview(request.community),
        purposes=list(purposes().values()),
        holds=[_shown(hold, slug) for hold in holds],
        next=_next(request, slug, held),
        status=422 if form.is_bound else 200,
    )


def _shown(hold: Hold, slug: str) -> dict[str, Any]:
    return {
        "hold": hold,
        "code": hold.matter.code,
        "url": matter_url(hold.matter, slug),
        "until": _last_day(hold),
        "form": KeyedForm(auto_id=f"lift_{hold.pk}_%s"),
    }


def _last_day(hold: Hold) -> str:
    """Name the last day, not the midnight that ends it."""
    return date(hold.until - dt.timedelta(seconds=1), hold.community)


def _next(request: DeskRequest, slug: str, held: set[int]) -> list[dict[str, Any]]:
    kept = forget.kept_for("matters")
    rows: list[Any] = list(forget.forgotten_next(request.community)[:SHOWN])
    return [
        {
            "code": matter.code,
            "url": matter_url(matter, slug),
            "category": matter.category.name,
            "goes_at": date(matter.ended_at + kept, request.community),
            "held": matter.pk in held,
        }
        for matter in rows
    ]


def _matter(request: DeskRequest, form: HoldForm) -> Matter | None:
    try:
        return matter_for(request.actor, form.cleaned_data["code"].strip())
    except AbsentError:
        form.add_error("code", _("There is no matter of this number."))
        return None


def _hold(request: DeskRequest, given: dict[str, Any], matter: Matter) -> None:
    forget.hold_matter(
        by=request.actor,
        matter=matter,
        reason=given["reason"],
        until=given["until"],
        key=given["request_key"],
    )


@require_POST
@desk_page("matters.forgetting")
def lift(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Let a matter go as its time says again."""
    hold = Hold.objects.filter(community=request.community, pk=pk).select_related("matter").first()
    if hold is None:
        raise AbsentError(pk)
    form = KeyedForm(request.POST)
    if done(
        form, lambda: forget.lift_hold(by=request.actor, hold=hold, key=form.cleaned_data["request_key"])
    ):
        messages.success(request, _("It is kept no longer than others."))
    else:
        messages.error(request, _("Load the page again."))
    return redirect("incoming:forgetting", slug)
