"""Projects that are proposed: written down with the matters that speak for them, listed, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from linli.desk.common.receipts import ReusedKeyError
from linli.desk.matters import queries
from linli.desk.matters.actions.proposing import LONGEST_TITLE, MOST_MATTERS, propose_project
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Matter, Proposal
from linli.desk.pages.staff.frame import frame, request_key_of
from linli.desk.pages.staff.showing import grid_name, local, matter_url, shortened
from linli.desk.people.access import AbsentError, desk_page, require

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpResponse

    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community

A_PAGE = 30


class ProposalForm(forms.Form):
    """What a project is proposed with."""

    title = forms.CharField(
        label=gettext_lazy("What should be done, in a few words"),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    place_words = forms.CharField(
        label=gettext_lazy("Where"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Why, and what mending it each time has not solved"),
        help_text=gettext_lazy("No names of residents: the proposal is printed and handed round."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("director.see")
def propose(request: DeskRequest, slug: str) -> HttpResponse:
    """Ask what is proposed about the matters in the address, and write it down."""
    require(request.actor, "matters.propose")
    posted = request.method == "POST"
    codes = (request.POST if posted else request.GET).getlist("matter")[:MOST_MATTERS]
    matters = _matters(request, codes)
    form = ProposalForm(request.POST) if posted else ProposalForm(initial=_guess(matters))
    if posted and form.is_valid():
        try:
            made = propose_project(
                by=request.actor,
                matters=matters,
                key=request_key_of(request.POST.get("request_key")),
                **form.cleaned_data,
            )
            return redirect("overview:proposal", slug, made.number)
        except (RefusedError, ReusedKeyError) as error:
            form.add_error(None, _words_of(error))
    context = frame(request, view="overview") | {"form": form, "matters": _listed(matters, request.community)}
    return render(request, "pages/overview/propose.html", context, status=422 if posted else 200)


def _words_of(error: Exception) -> str:
    if isinstance(error, ReusedKeyError):
        return _("This form was sent before. Load the page again.")
    return str(error)


def _matters(request: DeskRequest, codes: list[str]) -> list[Matter]:
    found = Matter.objects.filter(queries.visible_to(request.actor), code__in=codes)
    return list(found.select_related("community", "category", "grid").order_by("number"))


def _guess(matters: list[Matter]) -> dict[str, str]:
    """Begin with what the matters have in common."""
    if not matters:
        return {}
    first = matters[0]
    places = [matter.place_words for matter in matters if matter.place_words]
    grids = [grid_name(matter.grid) for matter in matters if matter.grid is not None]
    return {
        "title": first.category.name,
        "place_words": " · ".join(dict.fromkeys([*grids[:1], *places[:1]])),
    }


def _date(at: dt.datetime, community: Community) -> str:
    """Write a day with its year: a proposal may lie for some."""
    return date_format(local(at, community), "DATE_FORMAT")


def _listed(matters: list[Matter], community: Community) -> list[dict[str, Any]]:
    return [
        {
            "code": matter.code,
            "url": matter_url(matter, community.slug),
            "category": matter.category.name,
            "words": shortened(matter.words),
            "received": _date(matter.received_at, community),
            "state": matter.get_state_display(),
            "reopened": matter.reopened,
        }
        for matter in matters
    ]


@require_safe
@desk_page("director.see")
def proposals(request: DeskRequest, slug: str) -> HttpResponse:
    """List what has been proposed, the newest first."""
    del slug
    rows = (
        Proposal.objects.filter(community=request.community).annotate(n=Count("matters")).order_by("-number")
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    listed = [{"proposal": one, "day": _date(one.at, request.community)} for one in page]
    context = frame(request, view="overview") | {"rows": listed, "page_of": page}
    return render(request, "pages/overview/proposals.html", context)


@require_safe
@desk_page("director.see")
def proposal(request: DeskRequest, slug: str, number: int) -> HttpResponse:
    """Show one, ready to be printed and handed on."""
    del slug
    found = Proposal.objects.filter(community=request.community, number=number).first()
    if found is None:
        raise AbsentError(number)
    matters = list(found.matters.select_related("community", "category", "grid").order_by("number"))
    context = frame(request, view="overview") | {
        "proposal": found,
        "day": _date(found.at, request.community),
        "matters": _listed(matters, request.community),
    }
    return render(request, "pages/overview/proposal.html", context)
