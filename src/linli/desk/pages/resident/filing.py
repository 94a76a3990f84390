"""Filing a report, or joining one: several verbs in one transaction, once per request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language

from linli.desk.common.locks import lock
from linli.desk.common.receipts import once, result_of
from linli.desk.matters import actions
from linli.desk.matters.models import Follower, Matter, Source
from linli.desk.matters.queries import public_matter
from linli.desk.people.access import AbsentError
from linli.desk.people.actors import RESIDENT
from linli.desk.people.residents import find_or_make_resident, give_consent

if TYPE_CHECKING:
    import uuid

    from linli.desk.common.models import Upload
    from linli.desk.pages.resident.told import Told
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Resident
    from linli.desk.places.models import Community, Spot


def _resident_of(told: Told, community: Community) -> Resident | None:
    """Keep who told it, with their consent; nobody where they told nothing of themselves."""
    if not told.has_contact:
        return None
    by = RESIDENT(community)
    resident = find_or_make_resident(
        by=by,
        community=community,
        name=told.name,
        phone=told.phone,
        email=told.email,
        channel=told.channel,
        language=get_language() or "zh-hans",
    )
    give_consent(by=by, resident=resident, purpose="contact")
    return resident


def code_of_sent(*, community: Community, key: uuid.UUID) -> str | None:
    """Give the follow code of a report that came already, sent again because its answer was lost; else None."""
    pk = result_of(community=community, key=key, verb="resident.report")
    return None if pk is None else Matter.objects.get(pk=pk).follow_code


def file_report(*, by: Actor, told: Told, spot: Spot | None, photos: list[Upload]) -> str:
    """File what was told, once; give the follow code."""
    community = by.community
    assert told.category is not None

    def make() -> int:
        received = actions.receive_matter(
            community=community,
            by=by,
            source=Source.QR if spot else Source.PAGE,
            category=told.category,
            words=told.words,
            lon=told.lon,
            lat=told.lat,
            place_words=told.place_words,
            spot=spot,
            uploads=photos,
            reporter=_resident_of(told, community),
            confidential=told.confidential,
            answers=told.answers,
            language=get_language() or "",
        )
        return received.matter.pk

    with transaction.atomic():
        lock(f"receipt:{told.request_key}")
        pk = once(community=community, key=told.request_key, verb="resident.report", make=make)
        return Matter.objects.get(pk=pk).follow_code


def join_matter(*, community: Community, told: Told, code: str, photos: list[Upload]) -> str:
    """Follow somebody else's matter, and add to it what one knows; give the follow code of one's own.

    Whoever works here does so as the neighbour they are too.
    """
    by = RESIDENT(community)
    matter = public_matter(community=community, code=code)
    if matter is None:
        raise AbsentError(code)

    def make() -> int:
        resident = _resident_of(told, community)
        follower, _code = actions.follow(by=by, matter=matter, resident=resident)
        if told.words or photos:
            actions.resident_replies(matter=matter, by=by, text=told.words, uploads=photos, follower=follower)
        return follower.pk

    with transaction.atomic():
        lock(f"receipt:{told.request_key}")
        pk = once(community=community, key=told.request_key, verb=f"resident.join:{matter.pk}", make=make)
        return Follower.objects.get(pk=pk).follow_code
