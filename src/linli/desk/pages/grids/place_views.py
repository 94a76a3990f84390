"""What is known of the place, and the committee's own lists of places and homes that it is built from."""

from __future__ import annotations

import dataclasses
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common.language import of_two
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.pages.grids.files import file_in
from linli.desk.pages.grids.words import cell_words, column_names, datum_choices, import_states, list_names
from linli.desk.pages.staff.frame import frame, request_key_of
from linli.desk.people.access import DeskRequest, desk_page
from linli.desk.places.imports import UnusableListError
from linli.desk.places.models import State
from linli.desk.places.queries import homes_without_grid, imports_of, place_of
from linli.desk.places.registers import (
    Brought,
    ListKind,
    Looked,
    NotNowError,
    bring_list,
    keep_looked,
    preview_list,
    undo_list,
)

if TYPE_CHECKING:
    from linli.desk.places.models import PlaceImport
    from linli.engine.streets.place import Place

_SHOWN = 20
_ROWS_SHOWN = 50
_IMPORTS_SHOWN = 12
_LOOKED_FOR_S = 24 * 3600
_SHOWN_COLUMNS = {
    ListKind.FACILITIES: ("kind", "name", "address", "hours", "step_free", "status", "osm"),
    ListKind.HOMES: ("name", "address", "dwellings", "residents", "residents_65", "residents_0_6", "residents_disabled", "osm"),
}  # fmt: skip


@desk_page("grids.see")
@require_safe
def place(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what was read in, from what, and how the last reading went."""
    del slug
    return _page(request)


@desk_page("grids.change")
@require_POST
def look(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what a list holds, or what is wrong with it; nothing is written yet."""
    del slug
    data, name = file_in(request)
    kind, datum = request.POST.get("list", ""), request.POST.get("datum", "")
    try:
        brought = preview_list(
            community=request.community,
            kind=kind,
            data=data,
            name=name,
            datum=datum,
        )
        looked = keep_looked(community=request.community, brought=brought)
    except UnusableListError as error:
        faults = [str(fault) for fault in error.faults]
        more = max(0, len(faults) - _SHOWN)
        said = {"faults": faults[:_SHOWN], "faults_more": more, "datum": datum, "list_kind": kind}
        return _page(request, said, status=422)
    return _page(request, {"look": _look(brought, looked, _salt(request))})


@desk_page("grids.change")
@require_POST
def change(request: DeskRequest, slug: str) -> HttpResponse:
    """Have a list read in, or the last one taken back."""
    try:
        messages.success(request, _bring(request) if "looked" in request.POST else _undo(request))
    except UnusableListError as error:
        for fault in error.faults[:_SHOWN]:
            messages.error(request, str(fault))
    except NotNowError as error:
        messages.error(request, str(error))
    except ReusedKeyError:
        messages.error(
            request, _("This form was sent before, with something else in it. Load the page again.")
        )
    return HttpResponseRedirect(reverse("grids:place", args=[slug]))


def _bring(request: DeskRequest) -> str:
    try:
        told = signing.loads(request.POST["looked"], salt=_salt(request), max_age=_LOOKED_FOR_S)
    except signing.BadSignature:
        raise NotNowError(_("The list is no longer kept. Bring it again.")) from None
    looked = Looked(**{**told, "kind": ListKind(told["kind"])})
    bring_list(community=request.community, looked=looked, by=request.actor.key, key=_key(request))
    return _("The list is being read in. Until it is done, the place stays as it was.")


def _undo(request: DeskRequest) -> str:
    number = request.POST.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        raise NotNowError(_("This cannot be done here. Load the page again."))
    by = request.actor.key
    undone = undo_list(community=request.community, number=int(number), by=by, key=_key(request))
    if undone is None:
        raise NotNowError(_("There is no change that could be undone."))
    return _("The list is being taken back. Until it is done, the place stays as it is.")


def _key(request: DeskRequest) -> uuid.UUID | None:
    return request_key_of(request.POST.get("request_key"))


def _salt(request: DeskRequest) -> str:
    # A list looked at in one community is of no use in another.
    return f"linli.list:{request.community.pk}"


def _look(brought: Brought, looked: Looked, salt: str) -> dict[str, Any]:
    columns = [name for name in _SHOWN_COLUMNS[brought.kind] if any(name in row for row in brought.rows)]
    titles, said = column_names(), cell_words()
    return {
        "name": brought.name,
        "list": list_names()[brought.kind],
        "count": len(brought.rows),
        "titles": [titles[name] for name in columns],
        "rows": [
            [said.get((name, row.get(name, "")), row.get(name, "")) for name in columns]
            for row in brought.rows[:_ROWS_SHOWN]
        ],
        "more": max(0, len(brought.rows) - _ROWS_SHOWN),
        "token": signing.dumps(dataclasses.asdict(looked), salt=salt),
    }


def _page(request: DeskRequest, more: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    community = request.community
    known = place_of(community)
    rows = imports_of(community, limit=_IMPORTS_SHOWN)
    current = next((row for row in rows if row.state == State.CURRENT), None)
    context = {
        **frame(request, view="grids"),
        "fresh_key": uuid.uuid4,
        "may_change": request.actor.may("grids.change"),
        "known": None if known is None else _known(known),
        "without_grid": homes_without_grid(community),
        "imports": [_import(request, row) for row in rows],
        "busy": any(row.state in {State.WAITING, State.RUNNING} for row in rows),
        "undo": current.number if current is not None and "before" in current.about else None,
        "lists": [{"key": key, "name": name} for key, name in list_names().items()],
        "datums": datum_choices(),
        **(more or {}),
    }
    return render(request, "pages/grids/place.html", context, status=status)


def _known(place: Place) -> dict[str, Any]:
    facilities = place.facilities
    with_hours = np.array([bool(text) for text in facilities.hours], dtype=bool)
    kinds = []
    for index, kind in enumerate(place.kinds):
        of_kind = facilities.of_kind(index)
        if len(of_kind) or facilities.surveyed[index]:
            hours = int(with_hours[of_kind].sum())
            kinds.append({"name": of_two(kind.zh, kind.en), "count": len(of_kind), "hours": hours})
    return {
        "homes": len(place.homes),
        "residents": round(float(np.nansum(place.homes.residents))),
        "facilities": len(facilities),
        "kinds": kinds,
    }


def _import(request: DeskRequest, row: PlaceImport) -> dict[str, Any]:
    about = row.about
    if "list" in about:
        what = f"{list_names()[about['list']]}: {about['name']}"
    elif "undoes" in about:
        what = _("no. {number} taken back").format(number=about["undoes"])
    else:
        what = Path(row.inputs["path"]).name
    at = (row.finished_at or row.started_at).astimezone(ZoneInfo(request.community.timezone))
    return {
        "number": row.number,
        "what": what,
        "lines": about.get("lines"),
        "state": import_states()[row.state],
        "key": row.state,
        "at": f"{at:%Y-%m-%d %H:%M}",
        "homes": row.home_count,
        "facilities": row.facility_count,
        "problem": row.problem if row.state == State.FAILED else "",
    }
