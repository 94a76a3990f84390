"""What a community is called and when it works, as its own people put it right."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.calendar import seed_calendar
from linli.desk.common.locks import lock
from linli.desk.common.models import CalendarDay
from linli.desk.common.receipts import once
from linli.desk.matters.errors import RefusedError
from linli.desk.people.access import require
from linli.desk.places.models import Community

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor

FIRST_YEAR, LAST_YEAR = 2000, 2100
#: Whose numbers are told where a life is in danger.
HELPERS = ("police", "fire", "ambulance", "traffic")
_NUMBER = re.compile(r"\+?[0-9][0-9 -]{1,18}")


@dataclasses.dataclass(frozen=True)
class CommunityFacts:
    """Names, zone, country, the committee's own number, and those that save lives."""

    name_zh: str
    name_en: str
    timezone: str
    country: str
    emergency_numbers: dict[str, str]
    phone: str = ""


def change_community(*, by: Actor, facts: CommunityFacts, key: uuid.UUID | None = None) -> Community:
    """Put right what a community is called, where its clock stands, and whom to ring.

    Raises
    ------
    RefusedError
        It has no name, or a zone, country or number is none.
    """
    require(by, "community.change", by.community)
    wanted = _checked(facts)

    def make() -> dict[str, Any]:
        row = Community.objects.get(pk=by.community.pk)
        changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
        for name in changed:
            setattr(row, name, wanted[name])
        if changed:
            row.save(update_fields=changed)
            ledger.append(community=row, event="community.changed", by=by.key, data={"fields": changed})
        return {"changed": changed}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        once(community=by.community, key=key, verb="community.change", make=make)
        return Community.objects.get(pk=by.community.pk)


def _checked(facts: CommunityFacts) -> dict[str, Any]:
    names = {"name_zh": facts.name_zh.strip()[:100], "name_en": facts.name_en.strip()[:100]}
    if not any(names.values()):
        raise RefusedError(_("Give it a name, in one language at least."))
    if facts.timezone not in available_timezones():
        raise RefusedError(_("Choose a time zone from the list."))
    country = facts.country.strip().upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise RefusedError(_("Give the country by its two letters, such as CN."))
    numbers = {
        who: number.strip() for who in HELPERS if (number := facts.emergency_numbers.get(who, "")).strip()
    }
    phone = facts.phone.strip()
    if any(not _NUMBER.fullmatch(number) for number in [*numbers.values(), *([phone] if phone else [])]):
        raise RefusedError(_("A telephone number is made of digits."))
    return {
        **names,
        "timezone": facts.timezone,
        "country": country,
        "emergency_numbers": numbers,
        "phone": phone,
    }


def set_day(
    *, by: Actor, date: dt.date, working: bool, name: str = "", key: uuid.UUID | None = None
) -> CalendarDay:
    """Say whether a day is worked, whatever was announced. What was announced later never overwrites it.

    Raises
    ------
    RefusedError
        The day is too far away.
    """
    require(by, "matters.calendar", by.community)
    _check_year(date.year)

    def make() -> dict[str, Any]:
        row, _made = CalendarDay.objects.update_or_create(
            community=by.community,
            date=date,
            defaults={"working": working, "name": " ".join(name.split())[:100]},
        )
        ledger.append(
            community=by.community, event="calendar.day_set", by=by.key, about=f"day:{date.isoformat()}",
            data={"working": working},
        )  # fmt: skip
        return {"day": row.pk}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        made = once(community=by.community, key=key, verb=f"calendar.set:{date.isoformat()}", make=make)
        return CalendarDay.objects.get(pk=made["day"])


def seed_year(*, by: Actor, year: int, key: uuid.UUID | None = None) -> int:
    """Add the holidays and make-up days that are announced for a year; what is there stays. Return how many were added."""
    require(by, "matters.calendar", by.community)
    _check_year(year)

    def make() -> dict[str, Any]:
        added = seed_calendar(community=by.community, years=[year])
        ledger.append(
            community=by.community, event="calendar.seeded", by=by.key, data={"year": year, "days": added}
        )
        return {"days": added}

    with scope(community=by.community), transaction.atomic():
        lock(by.community)
        done: dict[str, int] = once(community=by.community, key=key, verb=f"calendar.seed:{year}", make=make)
        return done["days"]


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RefusedError(
            _("Choose a year from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
