"""The addresses of the API about matters: what everybody may know, and reports of other systems."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import TYPE_CHECKING, Annotated, Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django_scopes import scope
from ninja import File, Header, Query, Router, Status
from ninja.files import UploadedFile

from linli.desk.api import filing
from linli.desk.api.doors import ANYBODY, Key, writer
from linli.desk.api.matter_schemas import (
    CategoriesOut,
    CategoryOut,
    FiltersIn,
    MatterOut,
    MattersOut,
    MomentOut,
    PhotoOut,
    QuestionOut,
    ReportedOut,
    ReportIn,
    TimelineOut,
)
from linli.desk.api.problems import WrongFieldError
from linli.desk.api.schemas import Problem
from linli.desk.api.views import PathKey, Slug
from linli.desk.common.uploads import UploadError, store_photo
from linli.desk.matters.models import Category, Source
from linli.desk.matters.openly import (
    DECIMALS,
    OpenMatter,
    facts_of,
    is_closed,
    open_matter,
    open_matters,
    open_timeline,
)
from linli.desk.matters.queries import categories_of
from linli.desk.partners.models import ApiKey
from linli.desk.partners.queries import machine
from linli.desk.people.access import community_at
from linli.desk.places.queries import spot_by_code

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.matters.models import Matter
    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community, Spot

router = Router(tags=["matters"])
# That nobody has to show a key, the document says by an empty requirement beside it.
OPTIONAL: dict[str, Any] = {"auth": Key(required=False), "openapi_extra": {"security": [{}]}}
_DENIED = {401: Problem, 404: Problem, 422: Problem, 429: Problem}
_PHOTO_BYTES = 20 * 1024 * 1024


def _community(slug: str) -> Community:
    found = community_at(slug)
    if found is None:
        raise Http404
    return found


def _asker(request: HttpRequest, community: Community) -> Actor | None:
    shown = getattr(request, "auth", ANYBODY)
    return machine(shown, community) if isinstance(shown, ApiKey) else None


@router.get(
    "/categories", response={200: CategoriesOut, **_DENIED}, summary="What matters can be about", **OPTIONAL
)
def categories(request: HttpRequest, slug: Slug) -> CategoriesOut:
    """Answer the community's categories in its order, each with the questions that it asks."""
    del request
    community = _community(slug)
    with scope(community=community):
        return CategoriesOut(categories=[_category(one, community) for one in categories_of(community)])


def _category(category: Category, community: Community) -> CategoryOut:
    number = community.emergency_numbers.get(category.emergency) if category.emergency else None
    return CategoryOut(
        key=category.key,
        zh=category.name_zh,
        en=category.name_en,
        group=category.group,
        public=category.public,
        sensitive=category.sensitive,
        call_first=str(number) if number else None,
        questions=[
            QuestionOut(
                key=one["key"], zh=one.get("zh", ""), en=one.get("en", ""), type=one["type"],
                required=bool(one.get("required")), choices=one.get("choices", []),
            )
            for one in category.questions
        ],
    )  # fmt: skip


def _seconds(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.astimezone(dt.UTC).replace(microsecond=0)


def matter_out(facts: OpenMatter, *, slug: str, request: HttpRequest) -> MatterOut:
    """Say of a matter what may be known, in the form promised."""
    page = request.build_absolute_uri(reverse("resident:matter", args=[slug, facts.code]))
    photos = [reverse("resident:photo", args=[slug, key]) for key in facts.photos]
    return MatterOut(
        code=facts.code,
        category=facts.category.key,
        state=facts.state,
        outcome=facts.outcome,
        open=facts.is_open,
        public=facts.is_public,
        received_at=_seconds(facts.received_at) or facts.received_at,
        changed_at=_seconds(facts.changed_at) or facts.changed_at,
        due_at=_seconds(facts.due_at),
        closed_at=_seconds(facts.closed_at),
        grid=facts.grid,
        lon=facts.lon,
        lat=facts.lat,
        words=facts.words,
        photos=[request.build_absolute_uri(path) for path in photos],
        page=page if facts.is_public else None,
    )


@router.get(
    "/matters", response={200: MattersOut, **_DENIED}, summary="Matters, the newest first", **OPTIONAL
)
def matters(request: HttpRequest, slug: Slug, asked: Annotated[FiltersIn, Query()]) -> MattersOut:
    """Answer what is public, and with a key also what was reported with it (`mine`: only that).

    `bbox` is west, south, east, north; `since` and `until` are of when a matter was received; `cursor` is `next` of the
    page before.
    """
    community = _community(slug)
    by = _asker(request, community)
    with scope(community=community):
        found = _narrowed(open_matters(community, by=by), asked)
        if asked.mine:
            found = found.filter(on_behalf_by=by.key) if by is not None else found.none()
        rows = list(found.order_by("-number")[: asked.limit + 1])
    shown, more = rows[: asked.limit], len(rows) > asked.limit
    return MattersOut(
        matters=[matter_out(facts_of(row), slug=slug, request=request) for row in shown],
        next=str(shown[-1].number) if more else None,
    )


def _narrowed(found: QuerySet[Matter], asked: FiltersIn) -> QuerySet[Matter]:
    if asked.category:
        found = found.filter(category__key=asked.category)
    if asked.grid is not None:
        found = found.filter(grid__number=asked.grid)
    if asked.open is not None:
        found = found.exclude(is_closed()) if asked.open else found.filter(is_closed())
    if asked.since is not None:
        found = found.filter(received_at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(received_at__lt=asked.until)
    if asked.bbox:
        found = within(found, asked.bbox)
    return found.filter(number__lt=int(asked.cursor)) if asked.cursor else found


def within(found: QuerySet[Matter], bbox: str) -> QuerySet[Matter]:
    """Keep what lies in a box as far as anybody may know: the box is widened to whole steps of the rounding.

    Asked with the exact places, boxes ever smaller would find the very door.
    """
    west, south, east, north = (float(part) for part in bbox.split(","))
    step = 10.0**-DECIMALS

    def low(edge: float) -> float:
        return (math.ceil(edge / step) - 0.5) * step

    def high(edge: float) -> float:
        return (math.floor(edge / step) + 0.5) * step

    return found.filter(
        public=True, lon__gte=low(west), lon__lte=high(east), lat__gte=low(south), lat__lte=high(north)
    )


def _matter(community: Community, code: str, request: HttpRequest) -> Matter:
    found = open_matter(community, code, by=_asker(request, community))
    if found is None:
        raise Http404
    return found


@router.get("/matters/{code}", response={200: MatterOut, **_DENIED}, summary="One matter", **OPTIONAL)
def matter(request: HttpRequest, slug: Slug, code: PathKey) -> MatterOut:
    """Answer what may be known of a matter, by its public number."""
    community = _community(slug)
    with scope(community=community):
        found = _matter(community, code, request)
    return matter_out(facts_of(found), slug=slug, request=request)


@router.get(
    "/matters/{code}/timeline",
    response={200: TimelineOut, **_DENIED},
    summary="What happened to a matter",
    **OPTIONAL,
)
def timeline(request: HttpRequest, slug: Slug, code: PathKey) -> TimelineOut:
    """Answer what everybody may know of what happened, in order, with the committee's public words."""
    community = _community(slug)
    with scope(community=community):
        moments = open_timeline(_matter(community, code, request))
    return TimelineOut(
        moments=[
            MomentOut(
                at=_seconds(one.at) or one.at, verb=one.verb, state=one.state, title=one.title, text=one.text
            )
            for one in moments
        ]
    )


@router.post(
    "/matters",
    response={200: ReportedOut, 201: ReportedOut, 400: Problem, 403: Problem, **_DENIED},
    summary="Report a matter",
    auth=Key(required=True),
)
def report(
    request: HttpRequest,
    slug: Slug,
    told: ReportIn,
    key: Annotated[uuid.UUID | None, Header(alias="Idempotency-Key")] = None,
) -> Status[ReportedOut]:
    """File a report; once, however often it is sent with the same `Idempotency-Key` (a UUID): then 200 instead of 201."""
    community, api_key = _community(slug), _shown(request)
    with scope(community=community):
        category = _chosen(community, told.category)
        spot = _spot(community, told.spot)
    who = told.reporter
    filed, again = filing.file(
        filing.Report(
            words=told.words,
            lon=told.place.lon if told.place else None,
            lat=told.place.lat if told.place else None,
            place_words=told.place_words,
            answers=told.answers,
            name=who.name if who else "",
            phone=who.phone if who else "",
            email=who.email if who else "",
            confidential=told.confidential,
            language=told.language,
            photos=tuple(str(photo) for photo in told.photos),
        ),
        community=community,
        api_key=api_key,
        source=Source.API,
        category=category,
        spot=spot,
        key=key,
    )
    out = ReportedOut(
        matter=matter_out(facts_of(filed), slug=slug, request=request),
        follow_code=filed.follow_code,
        follow_page=request.build_absolute_uri(reverse("resident:followed", args=[slug, filed.follow_code])),
    )
    return Status(200 if again else 201, out)


def _shown(request: HttpRequest) -> ApiKey:
    shown: ApiKey = request.auth  # type: ignore[attr-defined]
    return shown


def _chosen(community: Community, key: str) -> Category:
    found = next((one for one in categories_of(community) if one.key == key), None)
    if found is None:
        raise WrongFieldError("category", "There is no such category here; see /categories.")
    return found


def _spot(community: Community, code: str) -> Spot | None:
    if not code.strip():
        return None
    found = spot_by_code(community=community, code=code)
    if found is None:
        raise WrongFieldError(
            "spot", "There is no such spot here; leave it out, or give the code on its sign."
        )
    return found


@router.post(
    "/photos",
    response={201: PhotoOut, 400: Problem, 403: Problem, **_DENIED},
    summary="Send a photo for a report",
    auth=Key(required=True),
)
def photo(request: HttpRequest, slug: Slug, photo: Annotated[UploadedFile, File()]) -> Status[PhotoOut]:
    """Take a photo (JPEG, PNG, WebP, HEIC), made anew without its metadata; name it in a report within a day, or it goes."""
    community = _community(slug)
    by = writer(_shown(request), community)
    if (photo.size or 0) > _PHOTO_BYTES:
        raise WrongFieldError("photo", "The photo is larger than 20 MB; send a smaller one.")
    try:
        with scope(community=community):
            upload, _place = store_photo(community=community, data=photo.read(), by=by.key)
    except UploadError as error:
        raise WrongFieldError("photo", str(error)) from error
    return Status(201, PhotoOut(photo=upload.key))
