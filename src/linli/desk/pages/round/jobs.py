"""A day's matters as cards: what was said, what was last written, small photos; in as many queries for sixty as for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from linli.desk.common import uploads as files
from linli.desk.common.models import Kind
from linli.desk.matters.models import Source, Step, Verb
from linli.desk.pages.round import deeds
from linli.desk.pages.staff import showing, verbs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from linli.desk.common.models import Upload
    from linli.desk.matters.models import Matter
    from linli.desk.people.access import DeskRequest

MOST_PHOTOS = 4


def cards(
    request: DeskRequest, matters: Sequence[Matter], *, legs: dict[int, str], now: dt.datetime
) -> list[dict[str, Any]]:
    """Collect what a card shows of each, in the order given."""
    slug = request.community.slug
    steps: dict[int, list[Step]] = {}
    for step in Step.objects.filter(matter__in=[one.pk for one in matters]).order_by("number"):
        steps.setdefault(step.matter_id, []).append(step)
    photos = _photos(request, [step for each in steps.values() for step in each])
    return [
        showing.row_of(matter, slug=slug, now=now)
        | {
            "number": number,
            "leg": legs.get(matter.pk, ""),
            "words": matter.words,
            "state_key": matter.state,
            "category_key": matter.category.key,
            "language": matter.language,
            "lon": matter.lon,
            "lat": matter.lat,
            "who": " ".join(sorted(deeds.as_what(matter, request.actor))),
            "last": _last(steps.get(matter.pk, []), matter),
            "photos": [
                _address(slug, one) for step in steps.get(matter.pk, []) for one in photos.get(step.key, [])
            ][:MOST_PHOTOS],
            "deeds": _deeds(request, matter),
        }
        for number, matter in enumerate(matters, start=1)
    ]


def _photos(request: DeskRequest, steps: Sequence[Step]) -> dict[str, list[Upload]]:
    found: dict[str, list[Upload]] = {}
    for upload in files.of(community=request.community, about=[one.key for one in steps]):
        if upload.kind == Kind.PHOTO:
            found.setdefault(upload.about, []).append(upload)
    return found


def _address(slug: str, upload: Upload) -> dict[str, str]:
    whole = reverse("resident:photo", args=[slug, upload.key])
    return {"url": whole, "small": f"{whole}?size=thumb"}


def _last(steps: Sequence[Step], matter: Matter) -> dict[str, str] | None:
    """Give the last step that says something, after the report itself: an answer, a word from the desk."""
    for step in reversed(steps):
        text = " ".join(part for part in (step.public_text, step.internal_text, step.reason) if part)
        if text and step.verb != Verb.RECEIVE:
            when = showing.moment(step.at, matter.community)
            return {"what": step.title, "when": when, "who": step.by_name, "text": text}
    return None


def _deeds(request: DeskRequest, matter: Matter) -> list[dict[str, Any]]:
    url = showing.matter_url(matter, request.community.slug)
    return [
        {
            "verb": verb.value,
            "label": verbs.label_of(verb),
            "url": f"{url}#verb-{verb.value}",
            "lawful": lawful,
            "large": verb in deeds.LARGE,
        }
        for verb, lawful in deeds.possible(matter, request.actor)
        # Of what a worker found nobody waits for a question.
        if not (verb == Verb.ASK and matter.source == Source.WORKER)
    ]
