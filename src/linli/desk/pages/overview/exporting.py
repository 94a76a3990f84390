"""Matters taken out as CSV or as a workbook: as filtered, written down in the ledger, never with anybody's contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.desk.common import clock
from linli.desk.common.language import name_in
from linli.desk.matters.actions import record_export
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Category, Matter
from linli.desk.pages.figures import whole
from linli.desk.pages.overview import asked as asking
from linli.desk.pages.overview import sheets
from linli.desk.pages.overview.asked import Asked
from linli.desk.pages.staff.frame import frame
from linli.desk.pages.staff.showing import grid_name, moment
from linli.desk.people.access import desk_page
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from linli.desk.people.access import DeskRequest

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ExportForm(forms.Form):
    """How the list goes out."""

    form = forms.ChoiceField(
        label=gettext_lazy("As"),
        choices=[("xlsx", gettext_lazy("Excel workbook")), ("csv", "CSV")],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    personal = forms.BooleanField(
        label=gettext_lazy("With the residents' words and exact places"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("What the words are needed for"),
        help_text=gettext_lazy("Stands in the record of readings; needed only with the words."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page("matters.export")
def export(request: DeskRequest, slug: str) -> HttpResponseBase:
    """Say what goes out and ask how; or send it."""
    del slug
    asked = asking.read(request.GET, request.community)
    # Also what the rates leave out: the list says how each ended, so whoever counts it can leave out the same.
    found = Matter.objects.filter(asked.extent.all_received).order_by("received_at", "pk")
    if request.method != "POST":
        return _page(request, asked, found, ExportForm())
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, asked, found, form, status=422)
    try:
        return _sent(request, asked, found, form.cleaned_data)
    except RefusedError as error:
        form.add_error(None, str(error))
        return _page(request, asked, found, form, status=422)


def _sent(
    request: DeskRequest, asked: Asked, found: QuerySet[Matter], given: dict[str, Any]
) -> HttpResponseBase:
    count, community = found.count(), request.community
    kind, personal = given["form"], given["personal"]
    if kind == "xlsx" and count > sheets.MOST_IN_WORKBOOK:
        raise RefusedError(
            _("These are %(n)s matters; a workbook takes %(most)s. Take CSV, or a shorter period.")
            % {"n": whole(count), "most": whole(sheets.MOST_IN_WORKBOOK)}
        )
    wanted = sheets.columns(personal=personal)
    record_export(
        by=request.actor,
        asked=asked.extent,
        form=kind,
        rows=count,
        personal=[one.key for one in wanted if one.personal],
        reason=given["reason"],
    )
    lines = sheets.rows(found, wanted, community)
    name = f"{'invented-' if community.invented else ''}{community.slug}-{asked.first}-{asked.last}.{kind}"
    if kind == "xlsx":
        book = sheets.workbook(wanted, lines, title=_title(request, asked), notes=_notes(request, count))
        return FileResponse(book, as_attachment=True, filename=name, content_type=WORKBOOK)
    return StreamingHttpResponse(
        _in_language(sheets.csv_chunks(wanted, lines)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _in_language(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Go on in the reader's language while it is sent, when the page's own is long over."""
    language = get_language()

    def told() -> Iterator[bytes]:
        with translation.override(language):
            yield from chunks

    return told()


def _page(
    request: DeskRequest, asked: Asked, found: QuerySet[Matter], form: ExportForm, *, status: int = 200
) -> HttpResponse:
    count = found.count()
    context = frame(request, view="overview") | {
        "asked": asked,
        **asking.choices(asked),
        "form": form,
        "query": asked.query(),
        "count_words": ngettext("{n} matter", "{n} matters", count).format(n=whole(count)),
        "title": _title(request, asked),
        "columns": sheets.COLUMNS,
    }
    return render(request, "pages/overview/export.html", context, status=status)


def _title(request: DeskRequest, asked: Asked) -> str:
    """Say what is in it: period, grid, category."""
    days = " – ".join(date_format(day, "DATE_FORMAT") for day in (asked.first, asked.last))
    grid = Grid.objects.filter(pk=asked.extent.grid).first() if asked.extent.grid is not None else None
    where = grid_name(grid) if grid is not None else _("in no grid") if asked.extent.no_grid else ""
    category = Category.objects.filter(key=asked.category).first() if asked.category else None
    return " · ".join(
        part for part in (name_in(request.community), days, where, category.name if category else "") if part
    )


def _notes(request: DeskRequest, count: int) -> list[str]:
    taken = moment(clock.now(), request.community)
    return [
        ngettext("{n} matter", "{n} matters", count).format(n=whole(count)),
        _("Taken out {time} by {who}.").format(time=taken, who=request.actor.name),
        *([_("A demo: its people and matters are invented.")] if request.community.invented else []),
    ]
