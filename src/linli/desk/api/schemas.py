"""The forms of what the API takes and gives. Texts in two languages stand as `zh` and `en`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

MOST_PINS = 200
Evidence = Literal["official", "seen", "unverified", "derived", "site"]


class Out(Schema):
    """What the API gives: nothing that is not written here."""

    model_config = ConfigDict(extra="forbid")


class Words(Out):
    zh: str
    en: str


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] = Field(default_factory=list)


class KindOut(Words):
    key: str
    group: str
    facility_count: int
    surveyed: bool


class ProfileOut(Words):
    key: str
    speed_m_s: float
    wheelchair: bool


class RuleOut(Words):
    key: str
    kinds: list[str]
    max_m: float | None
    max_min: float | None
    min_area_ha: float | None
    obligation: Literal["required", "as_needed"] | None
    evidence: Evidence
    source: str
    note: str


class StandardOut(Words):
    key: str
    edition: str
    jurisdiction: str
    evidence: Evidence
    note: Words
    rules: list[RuleOut]


class AssumptionOut(Words):
    key: str
    value: float | None
    unit: str
    evidence: str


class HomesOut(Out):
    measured: int
    island: int
    no_street: int


class IslandsOut(Out):
    count: int
    length_m: float
    homes: int


class PlaceOut(Out):
    """Three boxes, each west, south, east, north.

    `bounds` is the place, `lived_in` where nearly all of its homes are, `reach` all streets known, the margin included.
    """

    slug: str
    name: str
    names: Words
    bounds: list[float] = Field(min_length=4, max_length=4)
    lived_in: list[float] = Field(min_length=4, max_length=4)
    reach: list[float] = Field(min_length=4, max_length=4)
    attribution: str
    data_at: str | None
    home_count: int
    homes: HomesOut
    residents: float
    cutoff_s: int
    kinds: list[KindOut]
    groups: dict[str, Words]
    profiles: list[ProfileOut]
    standards: list[StandardOut]
    islands: IslandsOut
    wheelchair_unknown_share: float
    assumptions: list[AssumptionOut]


class PointOut(Out):
    type: Literal["Point"]
    coordinates: tuple[float, float]


class LineOut(Out):
    type: Literal["LineString"]
    coordinates: list[tuple[float, float]]


class FacilityProperties(Out):
    id: str
    name: str
    kinds: list[str]
    source: Literal["osm", "register"]
    address: str
    hours: str


class FacilityOut(Out):
    type: Literal["Feature"]
    geometry: PointOut
    properties: FacilityProperties


class FacilitiesOut(Out):
    type: Literal["FeatureCollection"]
    features: list[FacilityOut]


class HomeKind(Out):
    """Seconds and metres, or a code: 65533 no wheelchair tags, 65534 farther than the cut-off, 65535 unknown."""

    seconds: int
    metres: int
    facility: str | None
    name: str | None


class HomeOut(Out):
    index: int
    ref: str
    name: str
    address: str
    lon: float
    lat: float
    status: Literal["measured", "island", "no street"]
    residents: float
    residents_by_group: dict[str, float | None]
    basis: str
    kinds: dict[str, HomeKind]


class WalkProperties(Out):
    """`certain` is false where a wheelchair's walk uses streets whose tags do not say whether it may pass."""

    kind: str
    facility: str
    name: str
    walk_s: float
    length_m: float
    certain: bool


class WalkOut(Out):
    type: Literal["Feature"]
    geometry: LineOut
    properties: WalkProperties


class WalksOut(Out):
    type: Literal["FeatureCollection"]
    features: list[WalkOut]


class CoverageOut(Out):
    """Residents. `share` is a lower bound while some are unknown."""

    total: float
    covered: float
    left_out: float
    unknown: float
    share: float | None


class VerdictOut(RuleOut):
    """`unit` is that of `at_most` and `median`: metres, or seconds of the profile."""

    unit: Literal["m", "s"]
    at_most: float | None
    median: float | None
    no_verdict: str | None
    why_not: Words | None
    total: float | None
    covered: float | None
    left_out: float | None
    unknown: float | None
    share: float | None
    homes_left_out: int
    groups: dict[str, CoverageOut | None]


class RulesOut(Out):
    standard: str
    profile: str
    residents: float
    rules: list[VerdictOut]


class LeftOutHome(Out):
    """`walk` and `over` are null where there is no walk within the cut-off."""

    index: int
    address: str
    name: str
    lon: float
    lat: float
    residents: float
    walk: int | None
    over: int | None
    facility: str | None
    facility_name: str | None


class LeftOutPage(Out):
    standard: str
    rule: str
    profile: str | None
    unit: Literal["m", "s"]
    at_most: float | None
    page: int
    pages: int
    count: int
    homes: list[LeftOutHome]


class PinIn(Schema):
    model_config = ConfigDict(extra="forbid")

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class MovedIn(PinIn):
    facility: Annotated[str, Field(max_length=40)]


class WhatIfIn(Schema):
    """A plan for one kind."""

    model_config = ConfigDict(extra="forbid")

    profile: Annotated[str, Field(max_length=40)]
    kind: Annotated[str, Field(max_length=40)]
    moved: Annotated[list[MovedIn], Field(default_factory=list, max_length=MOST_PINS)]
    added: Annotated[list[PinIn], Field(default_factory=list, max_length=MOST_PINS)]
    removed: Annotated[
        list[Annotated[str, Field(max_length=40)]], Field(default_factory=list, max_length=10 * MOST_PINS)
    ]


def checked(form: type[Out], facts: Any) -> bytes:
    """Facts as JSON, in the form promised."""
    return form.model_validate(facts).model_dump_json().encode()
