"""A worker's round: what they have in hand, in the order in which it is walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from linli.desk.common import clock
from linli.desk.matters import queries
from linli.desk.matters.queries import Filters
from linli.desk.pages.staff import showing, verbs
from linli.desk.pages.staff.frame import frame
from linli.desk.pages.round.walking import Round, plan_round
from linli.desk.people.access import desk_page
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.people.access import DeskRequest

MOST = 60
# Whoever walks the round is on their feet all day, and not in a hurry.
PROFILE = "adult"
FIRST = 3


@require_safe
@desk_page("work.see")
def day(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what waits for whoever looks, by walking order or by deadline."""
    order = "due" if request.GET.get("order") == "due" else "walk"
    shown = list(queries.matters_for(request.actor, Filters(open_only=True, mine=True))[:MOST])
    legs: dict[int, str] = {}
    walk = None
    if order == "walk":
        shown, legs, walk = _walked(slug, shown)
    now = clock.now()
    jobs = [
        showing.row_of(matter, slug=slug, now=now)
        | {"number": number, "leg": legs.get(matter.pk, ""), "next": _next(request, matter)}
        for number, matter in enumerate(shown, start=1)
    ]
    context = frame(request, view="round") | {"jobs": jobs, "order": order, "day_words": _sum(shown, walk)}
    return render(request, "pages/round/day.html", context)


def _walked(slug: str, held: list[Matter]) -> tuple[list[Matter], dict[int, str], Round | None]:
    """Order by a walk that begins at what is due first, the walk to each in words; what has no place comes last."""
    placed = [
        (matter, (matter.lon, matter.lat))
        for matter in held
        if matter.lon is not None and matter.lat is not None
    ]
    if not placed:
        return held, {}, None
    places = [(float(lon), float(lat)) for _matter, (lon, lat) in placed]
    walk = plan_round(served_place(slug=slug), places[0], places, profile=PROFILE)
    ordered = [placed[index][0] for index in walk.order]
    legs = {
        matter.pk: _leg(seconds, guessed=guessed)
        for matter, seconds, guessed in zip(ordered, walk.leg_s, walk.estimated, strict=True)
    }
    elsewhere = [matter for matter in held if matter.pk not in legs]
    return [*ordered, *elsewhere], legs, walk


def _leg(seconds: int, *, guessed: bool) -> str:
    if not seconds:
        return ""
    about = _("about {n} minutes on foot") if guessed else _("{n} minutes on foot")
    return about.format(n=max(1, round(seconds / 60)))


def _next(request: DeskRequest, matter: Matter) -> list[dict[str, Any]]:
    """The first few things that can be done, as ways to their forms."""
    url = showing.matter_url(matter, request.community.slug)
    lawful = verbs.lawful_verbs(matter, request.actor)
    return [{"label": verbs.label_of(verb), "url": f"{url}#verb-{verb.value}"} for verb in lawful[:FIRST]]


def _sum(shown: list[Matter], walk: Round | None) -> str:
    words = ngettext("{n} matter", "{n} matters", len(shown)).format(n=len(shown))
    if walk is None or not walk.walk_s:
        return words
    minutes = max(1, round(walk.walk_s / 60))
    return f"{words} · " + _("{n} minutes on foot in all").format(n=minutes)
