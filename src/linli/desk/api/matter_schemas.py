"""The forms of what the API takes and gives about matters."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

from linli.desk.api.schemas import Out, PinIn, Words
from linli.desk.matters.lifecycle import Outcome, State, Verb

MOST_PHOTOS = 6
_BOX = r"^(-?[0-9]{1,3}(\.[0-9]{1,12})?(,-?[0-9]{1,3}(\.[0-9]{1,12})?){3})?$"
# No NUL, which a database cannot keep, and nothing else that is no text.
_TEXT = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$"


_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?)([Zz]|[-+ ]\d\d:\d\d)\Z", re.ASCII)


def _rfc3339(given: object) -> object:
    """Take a moment as RFC 3339 writes it and nothing else; a plus sign that was not written %2B comes as a space."""
    found = _MOMENT.match(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("a moment such as 2026-11-24T09:00:00+08:00 is needed")
    return found[1] + found[2].replace(" ", "+")


def _universal(moment: dt.datetime) -> dt.datetime:
    """Give the moment in UTC: PostgreSQL refuses offsets of 16 hours and more, and no calendar here leaves the years 1 to 9999."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        first, last = (
            dt.datetime(1, 1, 1, tzinfo=dt.UTC),
            dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
        )
        return first if moment.year == 1 else last


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_universal)]


def text(most: int) -> object:
    """Make the form of a text of so many letters."""
    return Annotated[str, StringConstraints(max_length=most, pattern=_TEXT)]


class ChoiceOut(Words):
    key: str


class QuestionOut(Words):
    key: str
    type: Literal["text", "number", "date", "choice", "many"]
    required: bool
    choices: list[ChoiceOut]


class CategoryOut(Words):
    """`public`: its matters are open data. `call_first`: the number to call before anything is written, where a life is in danger."""

    key: str
    group: str
    public: bool
    sensitive: bool
    call_first: str | None
    questions: list[QuestionOut]


class CategoriesOut(Out):
    categories: list[CategoryOut]


class FiltersIn(Schema):
    """What a list of matters is narrowed to; what is left out narrows nothing."""

    category: Annotated[str, Field(max_length=40)] = ""
    grid: Annotated[int | None, Field(ge=0, le=10**6)] = None
    open: bool | None = None
    since: Moment | None = None
    until: Moment | None = None
    bbox: Annotated[str, Field(max_length=100, pattern=_BOX)] = ""
    mine: bool = False
    cursor: Annotated[str, Field(pattern=r"^[0-9]{0,9}$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MatterOut(Out):
    """`lon` and `lat` are rounded to a thousandth of a degree; `words` are what the committee has let through, mostly none.

    Of a matter that is not public, which only the key that reported it sees, there is neither place nor words nor page.
    """

    code: str
    category: str
    state: Literal[tuple(State.values)]  # type: ignore[valid-type]
    outcome: Literal[("", *Outcome.values)]  # type: ignore[valid-type]
    open: bool
    public: bool
    received_at: dt.datetime
    changed_at: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    grid: int | None
    lon: float | None
    lat: float | None
    words: str
    photos: list[str]
    page: str | None


class MattersOut(Out):
    """`next` is the cursor of the page after this one; null at the end."""

    matters: list[MatterOut]
    next: str | None


class MomentOut(Out):
    at: dt.datetime
    verb: Literal[tuple(Verb.values)]  # type: ignore[valid-type]
    state: Literal[tuple(State.values)]  # type: ignore[valid-type]
    title: str
    text: str


class TimelineOut(Out):
    moments: list[MomentOut]


class ReporterIn(Schema):
    """Who is told how it goes on. Only with their consent; without a number or an address nothing of it is kept."""

    model_config = ConfigDict(extra="forbid")

    name: text(100) = ""  # type: ignore[valid-type]
    phone: text(30) = ""  # type: ignore[valid-type]
    email: text(254) = ""  # type: ignore[valid-type]


Answer = Annotated[str, StringConstraints(max_length=500, pattern=_TEXT)]


class ReportIn(Schema):
    """What somebody says is wrong. `answers` are to the questions of the category, by their keys."""

    model_config = ConfigDict(extra="forbid")

    category: Annotated[str, Field(max_length=40)]
    words: text(5000) = ""  # type: ignore[valid-type]
    place: PinIn | None = None
    place_words: text(200) = ""  # type: ignore[valid-type]
    spot: Annotated[str, Field(max_length=20, pattern=r"^[0-9A-Za-z -]*$")] = ""
    answers: Annotated[
        dict[Annotated[str, Field(max_length=40)], Answer | float | list[Answer]],
        Field(default_factory=dict, max_length=40),
    ]
    reporter: ReporterIn | None = None
    confidential: bool = False
    language: Literal["zh-hans", "en"] = "zh-hans"
    photos: Annotated[list[uuid.UUID], Field(default_factory=list, max_length=MOST_PHOTOS)]


class ReportedOut(Out):
    """`follow_code` opens the matter to who reported it: hand it to them, and keep it from everybody else."""

    matter: MatterOut
    follow_code: str
    follow_page: str


class PhotoOut(Out):
    photo: uuid.UUID
