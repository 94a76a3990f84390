"""Lists of matters from paper or other systems: looked at first, taken in, taken back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.desk.common.language import in_chinese
from linli.desk.matters import csv_intake, queries
from linli.desk.matters.csv_lines import COLUMNS
from linli.desk.matters.models import Matter, MatterList
from linli.desk.pages.incoming.forms import NO_COORDINATES, ListForm
from linli.desk.pages.incoming.frame import page
from linli.desk.pages.staff.showing import grid_name, list_words, matter_url, moment
from linli.desk.people.access import AbsentError, desk_page
from linli.desk.people.contacts import mask_email, mask_name, mask_phone
from linli.desk.people.forms import KeyedForm
from linli.desk.people.frame import done
from linli.desk.places.imports import UnusableListError
from linli.desk.places.queries import grids_at

if TYPE_CHECKING:
    from linli.desk.people.access import DeskRequest

SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.lists")
def lists(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the lists there were, or read one; what is wrong with it is said line by line."""
    form = ListForm(request.POST or None, request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        file, datum = form.cleaned_data["file"], form.cleaned_data["datum"]
        try:
            shown = csv_intake.show_list(
                by=request.actor,
                data=file.read(),
                name=file.name,
                datum="" if datum == NO_COORDINATES else datum,
            )
            return redirect("incoming:list", slug, shown.pk)
        except UnusableListError as error:
            faults = error.faults
    return page(
        request,
        "lists.html",
        tab="lists",
        form=form,
        faults=faults,
        lists=[
            {"list": one, "at": moment(one.at, request.community)}
            for one in MatterList.objects.filter(community=request.community)[:SHOWN]
        ],
        columns=[{"name": name, "others": ", ".join(words)} for name, words in COLUMNS.items()],
        status=422 if form.is_bound else 200,
    )


@require_safe
@desk_page("matters.lists")
def pattern(request: DeskRequest, slug: str) -> HttpResponse:
    """Give an empty list with its titles and one line to show how, for a spreadsheet program."""
    del slug
    titles = [words[0] if in_chinese() else name for name, words in COLUMNS.items()]
    category = next(iter(queries.categories_of(request.community)), None)
    line = {"category": category.name if category is not None else "", "words": _("What is wrong")}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerow([line.get(name, "") for name in COLUMNS])
    # Spreadsheet programs take a file without this mark for another encoding.
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="matters.csv"'
    return response


def _list(request: DeskRequest, pk: int) -> MatterList:
    found = MatterList.objects.filter(community=request.community, pk=pk).first()
    if found is None:
        raise AbsentError(pk)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.lists")
def one(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Show what a list says, or what became of it; take it in."""
    found = _list(request, pk)
    form = KeyedForm(request.POST or None)
    if request.method == "POST" and done(
        form,
        lambda: csv_intake.take_list(by=request.actor, shown=found, key=form.cleaned_data["request_key"]),
    ):
        messages.success(request, _("The list is taken in."))
        return redirect("incoming:list", slug, pk)
    rows = _rows(request, found)
    return page(
        request,
        "list.html",
        tab="lists",
        list=found,
        form=form,
        other=KeyedForm(auto_id="other_%s"),
        rows=rows,
        outside=sum(row["outside"] for row in rows),
        at=moment(found.taken_at or found.at, request.community),
        matters=_matters(found, slug),
        status=422 if form.is_bound else 200,
    )


def _rows(request: DeskRequest, found: MatterList) -> list[dict[str, Any]]:
    told = csv_intake.rows_of(found)
    names = {category.key: category.name for category in queries.categories_of(request.community)}
    placed = [one for one in told if one.lon is not None and one.lat is not None]
    grids = dict(
        zip(
            (one.line for one in placed),
            grids_at(community=request.community, points=[(one.lon or 0, one.lat or 0) for one in placed]),
            strict=True,
        )
    )
    return [
        {
            "line": one.line,
            "category": names.get(one.category, one.category),
            "words": one.words,
            "place": one.place,
            "grid": grid_name(grids[one.line]) if grids.get(one.line) else "",
            "outside": one.line in grids and grids[one.line] is None,
            "who": " ".join(
                part for part in (mask_name(one.name), mask_phone(one.phone), mask_email(one.email)) if part
            ),
            "confidential": one.confidential,
        }
        for one in told
    ]


def _matters(found: MatterList, slug: str) -> list[dict[str, Any]]:
    matters = Matter.objects.filter(pk__in=found.matter_ids).select_related("category").order_by("number")
    return [
        {
            "code": matter.code,
            "url": matter_url(matter, slug),
            "category": matter.category.name,
            "state": matter.get_state_display(),
            "words": list_words(matter),
        }
        for matter in matters
    ]


@require_POST
@desk_page("matters.lists")
def drop(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Forget a list that was only looked at."""
    found = _list(request, pk)
    if done(KeyedForm(request.POST), lambda: csv_intake.drop_list(by=request.actor, shown=found)):
        return redirect("incoming:lists", slug)
    messages.error(request, _("Load the page again."))
    return redirect("incoming:list", slug, pk)


@require_POST
@desk_page("matters.lists")
def undo(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Take a list back, as far as nobody has begun."""
    found = _list(request, pk)
    form = KeyedForm(request.POST)
    if done(
        form,
        lambda: csv_intake.undo_list(by=request.actor, taken=found, key=form.cleaned_data["request_key"]),
    ):
        left = len(_list(request, pk).matter_ids)
        said = ngettext(
            "Taken back, except {count} that somebody has begun.",
            "Taken back, except {count} that somebody has begun.",
            left,
        )
        messages.success(request, said.format(count=left) if left else _("Taken back."))
    else:
        messages.error(request, " ".join(form.non_field_errors()) or _("Load the page again."))
    return redirect("incoming:list", slug, pk)
