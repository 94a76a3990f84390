"""A worker's round: what they have in hand, in the order in which it is walked."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.desk.common import clock
from linli.desk.matters import queries
from linli.desk.matters.actions.work import FINISHED_AS
from linli.desk.matters.models import ReplyTemplate
from linli.desk.matters.queries import Filters
from linli.desk.pages.resident.questions import question_rows
from linli.desk.pages.resident.shown import call_first, group_names
from linli.desk.pages.round import deeds, jobs
from linli.desk.pages.round.walking import Round, plan_round
from linli.desk.pages.round.words import round_words
from linli.desk.pages.staff.frame import frame, place_map
from linli.desk.pages.staff.notices import notice_count
from linli.desk.people.access import desk_page
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from linli.desk.matters.models import Matter
    from linli.desk.pages.round.walking import Point
    from linli.desk.people.access import DeskRequest

MOST = 60
# Whoever walks the round is on their feet all day, and not in a hurry.
PROFILE = "adult"


@require_safe
@desk_page("work.see")
def day(request: DeskRequest, slug: str) -> HttpResponse:
    """Show what waits for whoever looks, by walking order or by deadline."""
    order = "due" if request.GET.get("order") == "due" else "walk"
    shown = list(queries.matters_for(request.actor, Filters(open_only=True, mine=True))[:MOST])
    legs: dict[int, str] = {}
    walk = None
    if order == "walk":
        shown, legs, walk = _walked(slug, shown, start=_point(request.GET.get("at", "")))
    now = clock.now()
    cards = jobs.cards(request, shown, legs=legs, now=now)
    notices = notice_count(request.actor)
    mark = _mark([request.actor.key, get_language(), order, notices, cards])
    if request.headers.get("If-None-Match") == mark:
        # A phone asks every minute, and pays for what it is answered.
        return HttpResponseNotModified()
    context = frame(request, view="round") | {
        "mark": mark,
        "notice_count": notices,
        "jobs": cards,
        "order": order,
        "day_words": _sum(shown, walk),
        "made": now.isoformat(),
        "points": json.dumps([_pin(card) for card in cards if card["lon"] is not None], ensure_ascii=False),
        "edges": json.dumps(deeds.edges()),
        "outcomes": [(one.value, one.label) for one in FINISHED_AS],
        "categories": _categories(request),
        "texts": _texts(),
        # Times are told by the clock on the wall there, whatever the phone is set to.
        "timezone": request.community.timezone,
        "may_find": request.actor.may("matters.intake"),
        "words": round_words(),
        **place_map(slug),
    }
    return render(request, "pages/round/day.html", context)


def _mark(shown: list[Any]) -> str:
    """Make the sign by which a phone knows that it has this very day already."""
    text = json.dumps(shown, ensure_ascii=False, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _pin(card: dict[str, Any]) -> dict[str, Any]:
    name = " · ".join(part for part in (card["category"], card["where"]) if part)
    return {
        "lon": card["lon"], "lat": card["lat"], "text": str(card["number"]), "name": name, "mood": card["mood"],
        "to": f"#job-{card['code']}",
    }  # fmt: skip


def _point(text: str) -> Point | None:
    """Read where the round begins, "lon,lat"; None where that is no place."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (lon, lat) if math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90 else None


def _categories(request: DeskRequest) -> list[dict[str, Any]]:
    """Group what a finding can be about, each with its questions and the number to call first."""
    names = group_names()
    groups: dict[str, dict[str, Any]] = {}
    for one in queries.categories_of(request.community):
        group = groups.setdefault(one.group, {"name": names.get(one.group, one.group), "categories": []})
        group["categories"].append(
            {
                "key": one.key,
                "name": one.name,
                "emergency": call_first(one, request.community),
                "questions": question_rows(one, None, {}),
            }
        )
    return list(groups.values())


def _texts() -> dict[str, list[dict[str, str]]]:
    """Collect the texts that are written often, by deed: gloves do not write."""
    found: dict[str, list[dict[str, str]]] = {verb.value: [] for verb in deeds.OFFERED}
    for each in ReplyTemplate.objects.select_related("category"):
        row = {
            "name": each.name, "zh": each.text_zh, "en": each.text_en,
            "of": "" if each.category is None else each.category.key,
        }  # fmt: skip
        for verb, rows in found.items():
            if each.verb in {"", verb}:
                rows.append(row)
    return found


def _walked(
    slug: str, held: list[Matter], *, start: Point | None
) -> tuple[list[Matter], dict[int, str], Round | None]:
    """Order by a walk that begins where the worker is, or at what is due first; what has no place comes last."""
    placed = [
        (matter, (matter.lon, matter.lat))
        for matter in held
        if matter.lon is not None and matter.lat is not None
    ]
    if not placed:
        return held, {}, None
    places = [(float(lon), float(lat)) for _matter, (lon, lat) in placed]
    walk = plan_round(served_place(slug=slug), start or places[0], places, profile=PROFILE)
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


def _sum(shown: list[Matter], walk: Round | None) -> str:
    words = ngettext("{n} matter", "{n} matters", len(shown)).format(n=len(shown))
    if walk is None or not walk.walk_s:
        return words
    minutes = max(1, round(walk.walk_s / 60))
    return f"{words} · " + _("{n} minutes on foot in all").format(n=minutes)
