"""What a resident has typed into the report page: read as it came, judged, and shown again whole if something is wrong."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.pages.resident.questions import read_answers
from linli.desk.people.contacts import normal_email, normal_phone

if TYPE_CHECKING:
    from django.http import QueryDict

    from linli.desk.matters.models import Category

WORDS_MOST, PLACE_MOST, NAME_MOST = 4000, 200, 60
CHANNELS = ("none", "sms", "email")


@dataclass
class Told:
    """One filled-in report page.

    Attributes
    ----------
    wrong : what has to be put right, by field: messages in the reader's language.
    """

    request_key: uuid.UUID
    category: Category | None = None
    answers: dict[str, object] = field(default_factory=dict)
    words: str = ""
    place_words: str = ""
    lon: float | None = None
    lat: float | None = None
    spot_code: str = ""
    channel: str = "none"
    name: str = ""
    phone: str = ""
    email: str = ""
    consent: bool = False
    confidential: bool = False
    near_seen: frozenset[str] = frozenset()
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def has_contact(self) -> bool:
        """Whether there is anything to keep about a person."""
        return self.channel != "none" or bool(self.name)


def read_key(text: str) -> uuid.UUID:
    """Read a request key; a new one where there is none, so that a page from elsewhere is a request of its own."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()


def read_place(lon: str, lat: str) -> tuple[float, float] | None:
    """Read a pin; None where there is none, or none on earth."""
    try:
        at = float(lon), float(lat)
    except ValueError:
        return None
    on_earth = all(map(math.isfinite, at)) and abs(at[0]) <= 180 and abs(at[1]) <= 90
    return at if on_earth else None


def read_told(post: QueryDict, *, category: Category | None, photos: int) -> Told:
    """Read and judge a report; `photos` is how many came with it."""
    text = {name: value.strip() for name, value in post.items() if isinstance(value, str)}
    place = read_place(text.get("lon", ""), text.get("lat", ""))
    told = Told(
        request_key=read_key(text.get("request_key", "")),
        category=category,
        words=text.get("words", "")[:WORDS_MOST],
        place_words=text.get("place_words", "")[:PLACE_MOST],
        lon=place[0] if place else None,
        lat=place[1] if place else None,
        spot_code=text.get("spot", "")[:20],
        channel=text.get("channel", "none"),
        name=text.get("name", "")[:NAME_MOST],
        phone=text.get("phone", "")[:30],
        email=text.get("email", "")[:254],
        consent="consent" in post,
        confidential="confidential" in post,
        near_seen=frozenset(text.get("near_seen", "").split()),
    )
    if told.category is None:
        told.wrong["category"] = _("Choose what it is about. Nothing fits? Choose “Other”.")
    else:
        told.answers, wrong = read_answers(told.category, post)
        told.wrong |= wrong
    if not told.words and not photos:
        told.wrong["words"] = _("Write a few words, or add a photo.")
    _judge_contact(told)
    return told


def _judge_contact(told: Told) -> None:
    if told.channel not in CHANNELS:
        told.channel = "none"
    # What belongs to a way that was not chosen is not kept.
    told.phone = told.phone if told.channel == "sms" else ""
    told.email = told.email if told.channel == "email" else ""
    if told.channel == "sms" and not normal_phone(told.phone):
        told.wrong["phone"] = _("Write the mobile number we may send messages to, or choose “No messages”.")
    if told.channel == "email" and not normal_email(told.email):
        told.wrong["email"] = _("Write an address like name@example.com, or choose “No messages”.")
    if told.has_contact and not told.consent:
        told.wrong["consent"] = _("Tick this so that we may keep it, or take name, number and address out.")
