"""A report that another system passes on: who told it, what they told, once per request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django_scopes import scope

from linli.desk.api.doors import own_key, writer
from linli.desk.common.locks import lock
from linli.desk.common.models import Upload
from linli.desk.common.receipts import once
from linli.desk.matters import actions
from linli.desk.matters.models import Matter
from linli.desk.people.models import Channel, Consent
from linli.desk.people.residents import find_or_make_resident, give_consent

if TYPE_CHECKING:
    import uuid

    from linli.desk.matters.models import Category, Source
    from linli.desk.partners.models import ApiKey
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Resident
    from linli.desk.places.models import Community, Spot


@dataclass(frozen=True)
class Report:
    """What was passed on."""

    words: str
    lon: float | None = None
    lat: float | None = None
    place_words: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    email: str = ""
    confidential: bool = False
    language: str = ""
    photos: tuple[str, ...] = ()

    def fingerprint(self, *more: object) -> str:
        """Tell this report from another that comes with the same request key."""
        text = json.dumps([asdict(self), *map(str, more)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def file(
    report: Report,
    *,
    community: Community,
    api_key: ApiKey,
    source: Source,
    category: Category,
    spot: Spot | None = None,
    key: uuid.UUID | None = None,
) -> tuple[Matter, bool]:
    """File it; give the matter, and whether it had been filed before by the same request.

    Raises
    ------
    ReadOnlyKeyError
        The key may not report.
    ReusedKeyError
        The request key came before with another report.
    RefusedError
        The report lacks something, or something in it is wrong; the message says what.
    """
    by = writer(api_key, community)
    again = True

    def make() -> int:
        nonlocal again
        again = False
        received = actions.receive_matter(
            community=community, by=by, source=source, category=category, words=report.words, lon=report.lon,
            lat=report.lat, place_words=report.place_words, spot=spot, uploads=_photos(report, by),
            reporter=_reporter(report, by), confidential=report.confidential, answers=report.answers,
            language=report.language,
        )  # fmt: skip
        return received.matter.pk

    mine = own_key(api_key, key)
    verb = f"api.report:{report.fingerprint(category.key, source, spot)}"
    with scope(community=community), transaction.atomic():
        if mine is not None:
            lock(f"receipt:{mine}")
        pk = once(community=community, key=mine, verb=verb, make=make)
        return Matter.objects.select_related("category", "grid", "community").get(pk=pk), again


def _photos(report: Report, by: Actor) -> list[Upload]:
    """Find the photos that this very system sent before, and that are of nothing yet."""
    if not report.photos:
        return []
    mine = Upload.objects.filter(key__in=report.photos, by=by.key, about="", deleted_at=None)
    found = list(mine)
    if len(found) != len(set(report.photos)):
        raise actions.RefusedError("A photo named is none that was sent with this key and is still waiting.")
    return found


def _reporter(report: Report, by: Actor) -> Resident | None:
    """Keep who told it, if there is a way to tell them how it goes on; a name alone is of no use and is not kept."""
    if not (report.phone or report.email):
        return None
    resident = find_or_make_resident(
        by=by,
        community=by.community,
        name=report.name,
        phone=report.phone,
        email=report.email,
        channel=Channel.SMS if report.phone else Channel.EMAIL,
        language=report.language or "zh-hans",
    )
    # They agreed to the other system, which passes it on.
    give_consent(by=by, resident=resident, purpose="contact", given_by=Consent.GivenBy.PROXY)
    return resident
