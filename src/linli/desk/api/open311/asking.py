"""What an Open311 client asks for, read and judged."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from linli.desk.api.filing import Report
from linli.desk.api.open311.bodies import FaultError

if TYPE_CHECKING:
    from django.http import QueryDict

    from linli.desk.matters.models import Category
    from linli.desk.places.models import Community

SPAN = dt.timedelta(days=90)
MOST = 1000
_STATUSES = {"open", "closed"}
_ATTRIBUTE = re.compile(r"attribute\[([^\]]{1,40})\](\[\])?\Z")


@dataclass(frozen=True)
class Wanted:
    """Which requests are asked for."""

    ids: tuple[str, ...]
    services: tuple[str, ...]
    statuses: frozenset[str]
    start: dt.datetime
    end: dt.datetime
    page: int
    page_size: int


def read_wanted(query: QueryDict, community: Community, now: dt.datetime) -> Wanted:
    """Read the filters.

    Raises
    ------
    FaultError
        One is of the wrong form.
    """
    start, end = _span(query, community, now)
    statuses = frozenset(_many(query, "status")) or frozenset(_STATUSES)
    if not statuses <= _STATUSES:
        raise FaultError(400, "status is open, closed, or both divided by a comma")
    return Wanted(
        ids=tuple(_many(query, "service_request_id")),
        services=tuple(_many(query, "service_code")),
        statuses=statuses,
        start=start,
        end=end,
        page=_number(query, "page", 1, most=100_000),
        page_size=_number(query, "page_size", MOST, most=MOST),
    )


def _many(query: QueryDict, name: str) -> list[str]:
    """Take a value that may be divided by commas, or given several times, as clients differ."""
    given = ",".join(query.getlist(name)).split(",")
    return [one.strip() for one in given if one.strip()][:MOST]


def _number(query: QueryDict, name: str, usual: int, *, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= most:
        raise FaultError(400, f"{name} is a number from 1 to {most}")
    return int(text)


def _span(query: QueryDict, community: Community, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    start, end = (_moment(query, name, community) for name in ("start_date", "end_date"))
    if start is None and end is None:
        return now - SPAN, now + dt.timedelta(days=1)
    if start is None and end is not None:
        return end - SPAN, end
    if start is not None and end is None:
        return start, start + SPAN
    assert start is not None
    assert end is not None
    if end - start > SPAN:
        raise FaultError(400, "start_date and end_date may lie 90 days apart at most")
    return start, end


def _moment(query: QueryDict, name: str, community: Community) -> dt.datetime | None:
    # A plus sign that was not written %2B comes as a space.
    text = query.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(community.timezone))
        at = at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        at = dt.datetime.min.replace(tzinfo=dt.UTC)
    # Room for a span before and after it.
    if not 1900 <= at.year <= 9000:
        raise FaultError(400, f"{name} is a moment such as 2026-11-24T00:00:00+08:00")
    return at


def read_report(post: QueryDict, category: Category) -> Report:
    """Read what is filed.

    Raises
    ------
    FaultError
        It lacks a description or a place, or a value is of the wrong form.
    """
    text = {name: value.strip() for name, value in post.items() if isinstance(value, str)}
    if any("\x00" in value for value in text.values()):
        raise FaultError(400, "there is a letter in it that no text has")
    words = text.get("description", "")
    if not words:
        raise FaultError(400, "description was not provided")
    if len(words) > 4000:
        raise FaultError(400, "description has 4000 letters at most")
    if text.get("media_url"):
        # It is not fetched: an address given by anybody may lead anywhere. Whoever works on it may open it.
        words = f"{words}\n{text['media_url'][:500]}"
    place = _place(text)
    if place is None and not text.get("address_string") and not text.get("address_id"):
        raise FaultError(400, "a place was not provided: give lat and long, address_string or address_id")
    name = " ".join(part for part in (text.get("last_name"), text.get("first_name")) if part)
    return Report(
        words=words,
        lon=place[0] if place else None,
        lat=place[1] if place else None,
        place_words=text.get("address_string", "")[:200],
        answers=_answers(post, category),
        name=name[:100],
        phone=text.get("phone", "")[:30],
        email=text.get("email", "")[:254],
        language=get_language() or "",
    )


def _place(text: dict[str, str]) -> tuple[float, float] | None:
    lat, lon = text.get("lat", ""), text.get("long", "")
    if not lat and not lon:
        return None
    try:
        at = float(lon), float(lat)
    except ValueError:
        at = math.nan, math.nan
    if not (abs(at[0]) <= 180 and abs(at[1]) <= 90):
        raise FaultError(400, "lat and long are degrees in WGS-84, both of them")
    return at


def _answers(post: QueryDict, category: Category) -> dict[str, Any]:
    many = {question["key"] for question in category.questions if question["type"] == "many"}
    given: dict[str, list[str]] = {}
    for name in post:
        found = _ATTRIBUTE.match(name)
        if found:
            given.setdefault(found[1], []).extend(str(one) for one in post.getlist(name))
    return {key: values if key in many else values[-1] for key, values in given.items() if values}
