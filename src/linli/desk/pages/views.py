"""The pages of a community: the life-circle map and the list that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from linli.desk.common.language import name_in
from linli.desk.pages import list_view
from linli.desk.pages.choices import Choices, kind_groups, named, standards_in_order
from linli.desk.pages.words import class_names, script_words
from linli.desk.places import facts, walks
from linli.desk.places.queries import communities_to_show
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from linli.desk.places.serving import Served


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Go to the only community's map, or let the reader choose one."""
    communities = communities_to_show()
    if len(communities) == 1:
        return redirect("pages:map", communities[0].slug)
    listed = [{"slug": community.slug, "name": name_in(community)} for community in communities]
    return render(request, "pages/start.html", {"communities": listed})


@require_safe
def life_map(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the map; its figures come by the API."""
    served = served_place(slug=slug)
    if served is None:
        return not_found(request)
    context, _, _ = _common(request, served, view="map")
    steps = [{"number": number, "name": name} for number, name in enumerate(class_names())]
    return render(request, "pages/map.html", {**context, "steps": steps, "words": script_words()})


@require_safe
def life_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the same figures as text, without script or map."""
    served = served_place(slug=slug)
    if served is None:
        return not_found(request)
    context, place, choices = _common(request, served, view="list")
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "overview": lambda: list_view.overview(served, choices, place["kinds"]),
        "home": lambda: list_view.home_part(
            served, choices, place["kinds"], find=request.GET.get("find", "")
        ),
        "rules": lambda: list_view.rules_part(served, choices, request.GET),
        "notes": lambda: {"assumptions": list_view.assumption_rows(place["assumptions"])},
    }
    shown = {"show": choices.show, "tabs": list_view.tabs(served.slug, choices)}
    return render(request, "pages/list.html", {**context, **shown, **parts[choices.show]()})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing, and where to go; what is absent and what one may not see look the same."""
    del exception
    return render(request, "pages/not_found.html", status=404)


def _common(
    request: HttpRequest, served: Served, *, view: str
) -> tuple[dict[str, Any], dict[str, Any], Choices]:
    """Collect what both views show around their figures; the facts and the choices behind it."""
    place = facts.place_facts(served)

    def tells(profile: str, kind: str) -> bool:
        return bool(
            (walks.seconds_of(served, profile=profile, kind=kind) <= served.measurement.cutoff_s).any()
        )

    choices = Choices.read(request.GET, place, tells=tells)
    context = {
        "community": {"slug": served.slug, "name": name_in(served.row.community)},
        "view": view,
        "kind": choices.kind,
        "profile": choices.profile,
        "standard": choices.standard,
        "kind_groups": kind_groups(place),
        "profiles": [named(profile) for profile in place["profiles"]],
        "standards": [named(standard) for standard in standards_in_order(place)],
        "choices_query": choices.query(),
        "choices_home": choices.home,
        "attribution": place["attribution"],
        "data_date": served.row.data_at,
    }
    return context, place, choices
