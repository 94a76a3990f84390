"""The desk's inbox: filters in the address, rows that renew themselves, many handed over at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.desk.common import clock
from linli.desk.common.kept import Kept
from linli.desk.matters import actions, queries
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import State
from linli.desk.matters.queries import Filters
from linli.desk.pages.staff import habits, showing
from linli.desk.pages.staff.frame import frame, request_key_of, unless_known
from linli.desk.pages.staff.unsent import unsent_and_unread
from linli.desk.pages.staff.words import inbox_words
from linli.desk.people.access import desk_page, require
from linli.desk.people.models import Account, Post, Role
from linli.desk.people.queries import posts_in_force
from linli.desk.places.models import Grid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse, QueryDict

    from linli.desk.matters.models import Category
    from linli.desk.people.access import DeskRequest

PAGE_ROWS = 50
LONGEST_SEARCH = 100
MOST_AT_ONCE = 100
# What a row shows, and no more: whole rows carry what is decrypted on reading.
_JOINED = ("category", "grid", "spot", "worker")
_SHOWN = (
    "community_id", "code", "version", "words", "place_words", "state", "reopened", "confidential", "solve_due_at", "warn_at",
    "lead", "category__name_zh", "category__name_en", "category__sensitive", "grid__number", "grid__name_zh", "grid__name_en",
    "spot__name_zh", "spot__name_en", "worker__name",
)  # fmt: skip


class FilterForm(forms.Form):
    """What the inbox is narrowed to; lives in the address."""

    q = forms.CharField(
        label=gettext_lazy("Words or number"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(label=gettext_lazy("Where it stands"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    grid = forms.ChoiceField(label=gettext_lazy("Grid"), required=False)
    worker = forms.ChoiceField(label=gettext_lazy("With whom"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("Order"), required=False)

    def __init__(
        self, data: Any, *, categories: Iterable[Category], grids: Iterable[Grid], workers: Iterable[Worker]
    ) -> None:
        super().__init__(data)
        everything = [("", _("all"))]
        choices = {
            "state": [("open", _("open")), ("late", _("overdue")), *State.choices, ("any", _("closed ones too"))],
            "category": everything + [(one.key, one.name) for one in categories],
            "grid": [*everything, *((str(one.pk), showing.grid_name(one)) for one in grids), ("none", _("in no grid"))],
            "worker": [*everything, ("me", _("me")), ("none", _("nobody yet")), *((str(one.pk), one.name) for one in workers)],
            "order": [("due", _("by deadline")), ("newest", _("newest first")), ("oldest", _("oldest first")), ("changed", _("last changed"))],
        }  # fmt: skip
        for name, pairs in choices.items():
            self.fields[name].choices = pairs


def filters_of(asked: QueryDict) -> Filters:
    """Read from an address what is asked for; what is not understood narrows nothing."""
    state, grid, worker = (asked.get(name, "") for name in ("state", "grid", "worker"))
    named = state if state in State.values else ""
    return Filters(
        states=(named,) if named else (),
        open_only=state in {"", "open", "late"},
        overdue=state == "late",
        category=asked.get("category", ""),
        grid=int(grid) if grid.isdecimal() else None,
        no_grid=grid == "none",
        worker=int(worker) if worker.isdecimal() else None,
        unassigned=worker == "none",
        mine=worker == "me",
        words=asked.get("q", "")[:LONGEST_SEARCH],
        order=asked.get("order") or "due",
    )


@dataclass(frozen=True)
class Worker:
    """Somebody who may be handed a matter, and which grids they work."""

    pk: int
    name: str
    grids: str


def _workers_of(_of: tuple[int, str | None]) -> list[Worker]:
    """List who may be handed a matter, as `queries.workers_of` does, with the grids of each; in one query."""
    held = posts_in_force().filter(account__is_active=True).exclude(role=Role.AUDITOR)
    grids: dict[Account, list[str]] = {}
    for post in held.select_related("account", "grid").order_by("account__name", "account", "grid__number"):
        named = grids.setdefault(post.account, [])
        if post.grid is not None:
            named.append(showing.grid_name(post.grid))
    return [Worker(account.pk, account.name, ", ".join(names)) for account, names in grids.items()]


def _grids_of(community_id: int) -> list[Grid]:
    return list(Grid.objects.filter(community=community_id, retired_at=None).defer("boundary"))


_workers = Kept(_workers_of, of=[Post, Account, Grid])
_grids = Kept(_grids_of, of=[Grid])


@require_safe
@desk_page("desk.see")
def inbox(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what waits at the desk."""
    of = (request.community.pk, get_language())
    workers = _workers.get(of) or []
    unsent, unread = unsent_and_unread(request.actor)
    form = FilterForm(
        request.GET,
        categories=queries.categories_of(request.community),
        grids=_grids.get(request.community.pk) or [],
        workers=workers,
    )
    query = request.GET.copy()
    query.pop("page", None)
    views = _views(request)
    # What narrows the list and is the name of no view has to be seen.
    narrowed = any(request.GET.get(name) for name in form.fields if name != "q")
    context = frame(request, view="inbox") | _rows(request) | {
        "filters": [form[name] for name in form.fields],
        "words": inbox_words(),
        "rows_url": f"{reverse('staff:rows', args=[slug])}?{request.GET.urlencode()}",
        "query": query.urlencode(),
        "workers": workers,
        "unsent": unsent,
        "narrowed": narrowed and not any(each["current"] for each in views["views"]),
        **views,
        "notice_count": unread,
    }  # fmt: skip
    return render(request, "pages/staff/inbox.html", context)


@require_safe
@desk_page("desk.see")
def rows(request: DeskRequest, slug: str) -> HttpResponse:
    """Answer the rows alone, if they are others than the asker has."""
    del slug
    return unless_known(request, render(request, "pages/staff/_rows.html", _rows(request)))


def _rows(request: DeskRequest) -> dict[str, Any]:
    slug, now = request.community.slug, clock.now()
    found = queries.matters_for(request.actor, filters_of(request.GET))
    page = max(1, int(text)) if (text := request.GET.get("page", "1")).isdigit() else 1
    start = (page - 1) * PAGE_ROWS
    held = list(
        found.select_related(None).select_related(*_JOINED).only(*_SHOWN)[start : start + PAGE_ROWS + 1]
    )
    for matter in held:
        matter.community = request.community
    shown = held[:PAGE_ROWS]
    looking = habits.who_looks(by=request.actor, matters=shown)
    listed = [
        showing.row_of(matter, slug=slug, now=now) | {"looking": looking.get(matter.pk, "")}
        for matter in shown
    ]
    count = start + len(shown)
    more = len(held) > PAGE_ROWS
    words = ngettext("{n} matter", "{n} matters", count).format(n=f"{count}+" if more else count)

    def at(number: int) -> str:
        return (
            f"{reverse('staff:inbox', args=[slug])}?{urlencode([*_without_page(request), ('page', number)])}"
        )

    return {
        "rows": listed,
        "count": count,
        "count_words": words,
        "may_assign": request.actor.may("matters.bulk"),
        "pages": {"before": at(page - 1) if page > 1 else "", "more": at(page + 1) if more else ""},
    }


def _without_page(request: DeskRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.GET.items() if name != "page"]


def _views(request: DeskRequest) -> dict[str, Any]:
    """Collect the ready views and those somebody has kept, each with its address."""
    base = reverse("staff:inbox", args=[request.community.slug])
    now = dict(_without_page(request))

    def view(name: str, filters: dict[str, str]) -> dict[str, Any]:
        asked = {key: value for key, value in filters.items() if value}
        current = asked == {key: value for key, value in now.items() if value}
        return {"name": name, "url": f"{base}?{urlencode(asked)}" if asked else base, "current": current}

    ready = [
        view(_("Open"), {}),
        view(_("Nobody has it"), {"worker": "none"}),
        view(_("Overdue"), {"state": "late"}),
        view(_("Handed back"), {"state": State.OBJECTED}),
        view(_("Came back"), {"state": State.REOPENED}),
        view(_("Mine"), {"worker": "me"}),
        view(_("Being confirmed"), {"state": State.CALLBACK}),
    ]
    saved = [
        view(each.name, {key: str(value) for key, value in each.filters.items()}) | {"pk": each.pk}
        for each in habits.views_of(request.actor)
    ]
    return {"views": [*ready, *saved], "saved": saved}


@require_POST
@desk_page("desk.see")
def save_view(request: DeskRequest, slug: str) -> HttpResponse:
    """Keep the filters under a name."""
    query = request.POST.get("query", "")
    habits.save_view(by=request.actor, name=request.POST.get("name", ""), query=query)
    return redirect(f"{reverse('staff:inbox', args=[slug])}?{query}")


@require_POST
@desk_page("desk.see")
def drop_view(request: DeskRequest, slug: str, pk: int) -> HttpResponse:
    """Let go of a view."""
    habits.drop_view(by=request.actor, pk=pk)
    return redirect("staff:inbox", slug)


@require_POST
@desk_page("matters.enter")
def presence(request: DeskRequest, slug: str) -> HttpResponse:
    """Take a heartbeat, and tell who else is there."""
    del slug
    matter = queries.matter_for(request.actor, request.POST.get("code", ""))
    habits.look_at(by=request.actor, matter=matter)
    words = habits.who_looks(by=request.actor, matters=[matter]).get(matter.pk, "")
    return JsonResponse({"words": words})


@require_POST
@desk_page("desk.see")
def assign(request: DeskRequest, slug: str) -> HttpResponse:
    """Hand the chosen matters to one person; each by itself, so that one that cannot be does not keep back the others."""
    require(request.actor, "matters.bulk")
    key = request_key_of(request.POST.get("request_key"))
    codes = list(dict.fromkeys(request.POST.getlist("code")))[:MOST_AT_ONCE]
    given = request.POST.get("worker", "")
    workers = {str(each.pk): each for each in queries.workers_of(request.community)}
    worker = workers.get(given)
    done = 0
    if worker is None or not codes:
        messages.error(request, _("Select at least one matter, and somebody to hand it to."))
    else:
        for code in codes:
            matter = queries.matter_for(request.actor, code)
            try:
                actions.assign_matter(
                    matter=matter, by=request.actor, worker=worker, key=key and uuid.uuid5(key, code)
                )
                done += 1
            except RefusedError as error:
                messages.error(request, f"{code}: {error}")
        if done:
            words = ngettext("{n} matter handed to {name}.", "{n} matters handed to {name}.", done)
            messages.success(request, words.format(n=done, name=worker.name))
    return HttpResponseRedirect(_back(request, reverse("staff:inbox", args=[slug])))


def _back(request: DeskRequest, otherwise: str) -> str:
    """Go back to the list as it was filtered, but nowhere else."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith(otherwise)
    return back if safe else otherwise
