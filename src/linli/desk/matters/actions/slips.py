"""A report is received in two steps: put down whole, with the code that opens it; then made the matter that it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django_scopes import scope

from linli.desk.common import clock, tokens
from linli.desk.common import uploads as files
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once, result_of
from linli.desk.common.together import together
from linli.desk.matters.actions.intake import checked, make_matter, place_of
from linli.desk.matters.models import Category, Matter, Slip, Source
from linli.desk.people.access import require
from linli.desk.people.actors import RESIDENT
from linli.desk.people.residents import find_or_make_resident, give_consent
from linli.desk.places.models import Spot

if TYPE_CHECKING:
    from linli.desk.common.models import Upload
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Resident
    from linli.desk.places.models import Community

VERB = "matters.settled"
# Whoever sent it opens its code at once, and so makes the matter: the sweep is for those whose connection was cut.
_LEFT_TO_THE_CODE = dt.timedelta(seconds=2)


# In the order of the model's fields; by hand, since it is most of what a report costs.
_PUT_DOWN = """
INSERT INTO matters_slip (community_id, key, follow_digest, at, due_at, told) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Contact:
    """What somebody tells of themselves so that they can be told how it goes; given with their consent."""

    name: str = ""
    phone: str = ""
    email: str = ""
    channel: str = "none"


def put_down(
    *,
    by: Actor,
    source: Source,
    category: Category,
    words: str,
    key: uuid.UUID,
    lon: float | None = None,
    lat: float | None = None,
    place_words: str = "",
    spot: Spot | None = None,
    uploads: Sequence[Upload] = (),
    contact: Contact | None = None,
    confidential: bool = False,
    answers: dict[str, Any] | None = None,
    language: str = "zh-hans",
    first: Callable[[], None] | None = None,
) -> str:
    """Put a resident's report down, once per request; give the code that opens it.

    The code belongs to the request: sent again, even after the matter was made, it is answered alike.

    Parameters
    ----------
    first : done before it in the same commit; what it raises keeps the report out.

    Raises
    ------
    ForbiddenError
        Category or spot are another community's.
    RefusedError
        There are neither words nor a photo, or a question that has to be answered is not.
    UploadError
        A photo is no longer there.
    """
    community = by.community
    told = checked(by, category, words=words, photos=uploads, answers=answers or {}, asked=True, of=(spot,))
    lon, lat = place_of(lon, lat, spot)
    code = tokens.follow_code_of(f"{community.pk}:{key}")
    now = clock.now()
    put: dict[str, Any] = {
        "source": str(source),
        "category": category.pk,
        "words": words,
        "lon": lon,
        "lat": lat,
        "place_words": place_words,
        "spot": spot.pk if spot else None,
        "contact": dataclasses.asdict(contact) if contact else None,
        "confidential": confidential,
        "answers": told,
        "language": language,
    }
    slip = Slip(
        community=community,
        key=key,
        follow_digest=tokens.digest(code, "follow"),
        at=now,
        due_at=now + _LEFT_TO_THE_CODE,
    )
    slip.told = put

    columns = [field for field in Slip._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 -- Django's public part
    # Encrypted here, not while others wait for the lock.
    row = [field.get_db_prep_save(getattr(slip, field.attname), connection) for field in columns]

    def write() -> None:
        if first is not None:
            first()
        with connection.cursor() as cursor:
            cursor.execute(_PUT_DOWN, row)
            is_new = cursor.rowcount == 1
        # Photos that come with a form sent again are other files of the same pictures: left, and swept away.
        if uploads and is_new:
            files.claim(uploads=uploads, about=slip.about)

    together(write)
    return code


def settle(*, slip: Slip, by: Actor | None = None) -> Matter | None:
    """Make a slip the matter that it is; None where somebody else has done so meanwhile.

    Parameters
    ----------
    by : a member of the staff who brought it; otherwise it is a resident's.
    """
    community = slip.community
    with scope(community=community), transaction.atomic():
        lock(f"slip:{slip.community.pk}:{slip.key}")
        fresh = Slip.objects.filter(pk=slip.pk).first()
        if fresh is None:
            return None
        # A key of our own: what else the client's key may have been used for must not keep a report from its desk.
        pk = once(
            community=community,
            key=uuid.uuid5(fresh.key, VERB),
            verb=VERB,
            make=lambda: _made(fresh, by or RESIDENT(community)).pk,
        )
        # Those of a report that was a matter already.
        files.release(community=community, about=fresh.about)
        fresh.delete()
        return Matter.objects.get(pk=pk)


def _made(slip: Slip, by: Actor) -> Matter:
    told = slip.told
    spot = Spot.objects.filter(pk=told["spot"]).first() if told["spot"] else None
    contact, language = told["contact"], told["language"]
    reporter = (
        resident_of(community=slip.community, contact=Contact(**contact), language=language)
        if contact
        else None
    )
    require(by, "matters.receive", reporter)
    return make_matter(
        by=by,
        source=Source(told["source"]),
        category=Category.objects.get(pk=told["category"]),
        words=told["words"],
        lon=told["lon"],
        lat=told["lat"],
        place_words=told["place_words"],
        spot=spot,
        photos=files.release(community=slip.community, about=slip.about),
        reporter=reporter,
        confidential=told["confidential"],
        answers=told["answers"],
        language=language,
        at=slip.at,
        code=tokens.follow_code_of(f"{slip.community.pk}:{slip.key}"),
    )


def resident_of(*, community: Community, contact: Contact, language: str) -> Resident:
    """Keep who told something, with their consent, in the caller's transaction."""
    by = RESIDENT(community)
    resident = find_or_make_resident(
        by=by, community=community, language=language, **dataclasses.asdict(contact)
    )
    give_consent(by=by, resident=resident, purpose="contact")
    return resident


def settle_code(*, community: Community, code: str, by: Actor | None = None) -> Matter | None:
    """Make the matter of a code that was given out and is no matter yet; None where there is no such slip."""
    with scope(community=community):
        found = (
            Slip.objects.filter(follow_digest=tokens.digest(code, "follow"))
            .select_related("community")
            .first()
        )
    return settle(slip=found, by=by) if found else None


def was_put_down(*, community: Community, key: uuid.UUID) -> bool:
    """Whether a request came before: it waits, or is a matter already."""
    with scope(community=community):
        if Slip.objects.filter(key=key).exists():
            return True
    return result_of(community=community, key=uuid.uuid5(key, VERB), verb=VERB) is not None
