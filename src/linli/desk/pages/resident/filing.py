"""Filing a report, or joining one: several verbs in one transaction, once per request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language

from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.matters import actions
from linli.desk.matters.actions import Contact
from linli.desk.matters.models import Follower, Source
from linli.desk.matters.queries import public_matter
from linli.desk.people.access import AbsentError
from linli.desk.people.actors import RESIDENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from linli.desk.common.models import Upload
    from linli.desk.pages.resident.told import Told
    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community, Spot


def _contact_of(told: Told) -> Contact | None:
    """Keep what they told of themselves; nothing where they told nothing."""
    if not told.has_contact:
        return None
    return Contact(name=told.name, phone=told.phone, email=told.email, channel=told.channel)


def file_report(
    *, by: Actor, told: Told, spot: Spot | None, photos: list[Upload], first: Callable[[], None] | None = None
) -> str:
    """File what was told, once; give the follow code. `first`: see `actions.put_down`."""
    assert told.category is not None
    code = actions.put_down(
        by=by,
        source=Source.QR if spot else Source.PAGE,
        category=told.category,
        words=told.words,
        lon=told.lon,
        lat=told.lat,
        place_words=told.place_words,
        spot=spot,
        uploads=photos,
        contact=_contact_of(told),
        confidential=told.confidential,
        answers=told.answers,
        language=get_language() or "",
        key=told.request_key,
        first=first,
    )
    if by.is_staff:
        # Who brought it is written down; a slip knows of residents only.
        actions.settle_code(community=by.community, code=code, by=by)
    return code


def join_matter(*, community: Community, told: Told, code: str, photos: list[Upload]) -> str:
    """Follow somebody else's matter, and add to it what one knows; give the follow code of one's own.

    Whoever works here does so as the neighbour they are too.
    """
    by = RESIDENT(community)
    matter = public_matter(community=community, code=code)
    if matter is None:
        raise AbsentError(code)

    def make() -> int:
        contact = _contact_of(told)
        language = get_language() or "zh-hans"
        resident = (
            actions.resident_of(community=community, contact=contact, language=language) if contact else None
        )
        follower, _code = actions.follow(by=by, matter=matter, resident=resident)
        if told.words or photos:
            actions.resident_replies(matter=matter, by=by, text=told.words, uploads=photos, follower=follower)
        return follower.pk

    with transaction.atomic():
        lock(f"receipt:{told.request_key}")
        pk = once(community=community, key=told.request_key, verb=f"resident.join:{matter.pk}", make=make)
        return Follower.objects.get(pk=pk).follow_code
