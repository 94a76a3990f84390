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
from linli.desk.pages.staff.walking import Round, plan_round
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
def work(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what waits for whoever looks, by walking order or by deadline."""
    order = "due" if request.GET.get("order") == "due" else "walk"
    held = list(queries.matters_for(request.actor, Filters(open_only=True, mine=True))[:MOST])
    walk = _walk(slug, held) if order == "walk" else None
    shown = held if walk is None else _in_order(held, walk)
    legs = {} if walk is None else _legs(held, walk)
    now = clock.now()
    jobs = [
        showing.row_of(matter, slug=slug, now=now)
        | {"number": number, "leg": legs.get(matter.pk, ""), "next": _next(request, matter)}
        for number, matter in enumerate(shown, start=1)
    ]
    context = frame(request, view="work") | {"jobs": jobs, "order": order, "day_words": _sum(shown, walk)}
    return render(request, "pages/staff/work.html", context)


def _placed(held: list[Matter]) -> list[Matter]:
    return [matter for matter in held if matter.lon is not None and matter.lat is not None]


def _walk(slug: str, held: list[Matter]) -> Round | None:
    """Begin at what is due first."""
    places = [(float(matter.lon or 0), float(matter.lat or 0)) for matter in _placed(held)]
    if not places:
        return None
    return plan_round(served_place(slug=slug), places[0], places, profile=PROFILE)


def _in_order(held: list[Matter], walk: Round) -> list[Matter]:
    placed = _placed(held)
    return [*(placed[index] for index in walk.order), *(matter for matter in held if matter not in placed)]


def _legs(held: list[Matter], walk: Round) -> dict[int, str]:
    placed = _placed(held)
    words = {}
    for index, seconds, guessed in zip(walk.order, walk.leg_s, walk.estimated, strict=True):
        minutes = max(1, round(seconds / 60)) if seconds else 0
        if minutes:
            about = _("about {n} minutes on foot") if guessed else _("{n} minutes on foot")
            words[placed[index].pk] = about.format(n=minutes)
    return words


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
