"""The addresses of Open311 GeoReport v2."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django_scopes import scope, scopes_disabled

from linli.desk.api import filing
from linli.desk.api.doors import ReadOnlyKeyError, UnknownKeyError, count_address, key_of
from linli.desk.api.open311 import asking, bodies, facts
from linli.desk.api.open311.bodies import FaultError
from linli.desk.common import clock
from linli.desk.common.limits import LimitedError
from linli.desk.common.receipts import ReusedKeyError
from linli.desk.matters import texts
from linli.desk.matters.lifecycle import Verb
from linli.desk.matters.models import Source
from linli.desk.matters.openly import facts_of, is_closed, open_matter, open_matters
from linli.desk.matters.telling import due_words
from linli.desk.people.errors import AbsentError, RefusedError
from linli.desk.places.models import Community
from linli.desk.places.queries import spot_by_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from linli.desk.matters.models import Category, Matter
    from linli.desk.places.models import Spot

    View = Callable[..., HttpResponse]

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# Of this description of ourselves; to be moved when it changes.
CHANGESET = "2026-11-24T00:00:00Z"


def door(*methods: str) -> Callable[[View], View]:
    """Turn whatever goes wrong into a fault in the form that was asked for."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def page(request: HttpRequest, form: str = "xml", **more: Any) -> HttpResponse:
            try:
                _take(request, methods)
                return view(request, form, **more)
            except FaultError as error:
                response = bodies.fault(form, error)
            except LimitedError as error:
                response = bodies.fault(
                    form, FaultError(429, f"too many requests; try again in {error.retry_after_s} s")
                )
                response["Retry-After"] = str(error.retry_after_s)
            except (RefusedError, ReusedKeyError) as error:
                response = bodies.fault(form, FaultError(400, str(error)))
            except (SuspiciousOperation, MultiPartParserError):
                response = bodies.fault(
                    form, FaultError(400, "the request could not be read, or is too large")
                )
            except AbsentError:
                response = bodies.fault(form, FaultError(404, "there is nothing of that name"))
            if response.status_code == 405:
                response["Allow"] = ", ".join(methods)
            return response

        return page

    return decorate


def _take(request: HttpRequest, methods: tuple[str, ...]) -> None:
    if request.method not in methods:
        raise FaultError(405, f"this address takes {' and '.join(methods)}")


def _community(given: str) -> Community:
    """Find the jurisdiction; where there is but one, nobody need name it."""
    with scopes_disabled():
        if given:
            found = Community.objects.filter(slug=given[:50].replace("\x00", "")).first()
            if found is None:
                raise FaultError(404, "there is no such jurisdiction_id")
            return found
        few = list(Community.objects.order_by("pk")[:2])
    if len(few) != 1:
        raise FaultError(400, "jurisdiction_id was not provided")
    return few[0]


@door("GET", "HEAD")
def services(request: HttpRequest, form: str) -> HttpResponse:
    """List what may be filed."""
    count_address(request)
    community = _community(request.GET.get("jurisdiction_id", ""))
    with scope(community=community):
        rows = [facts.service(one, community) for one in facts.offered(community)]
    return bodies.listed(form, root="services", item="service", rows=rows)


@door("GET", "HEAD")
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """Describe the questions of one category."""
    count_address(request)
    community = _community(request.GET.get("jurisdiction_id", ""))
    with scope(community=community):
        row = facts.definition(_category(community, code))
    return bodies.single(form, root="service_definition", row=row)


def _category(community: Community, code: str) -> Category:
    found = next((one for one in facts.offered(community) if one.key == code), None)
    if found is None:
        raise FaultError(404, "there is no such service_code")
    return found


@door("GET", "HEAD", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """List requests, or file one."""
    if request.method == "POST":
        return _file(request, form)
    count_address(request)
    community = _community(request.GET.get("jurisdiction_id", ""))
    asked = asking.read_wanted(request.GET, community, clock.now())
    with scope(community=community):
        rows = [facts.request_row(facts_of(one), community, request) for one in _found(community, asked)]
    return bodies.listed(form, root="service_requests", item="request", rows=rows)


def _found(community: Community, asked: asking.Wanted) -> list[Matter]:
    found = open_matters(community)
    if asked.ids:
        # Whoever names them wants these, whatever else was said.
        return list(found.filter(code__in=asked.ids).order_by("-number")[: asking.MOST])
    found = found.filter(received_at__gte=asked.start, received_at__lte=asked.end)
    if asked.services:
        found = found.filter(category__key__in=asked.services)
    if asked.statuses == {"open"}:
        found = found.exclude(is_closed())
    if asked.statuses == {"closed"}:
        found = found.filter(is_closed())
    first = (asked.page - 1) * asked.page_size
    return list(found.order_by("-number")[first : first + asked.page_size])


def _file(request: HttpRequest, form: str) -> HttpResponse:
    post = request.POST
    community = _community(post.get("jurisdiction_id", "") or request.GET.get("jurisdiction_id", ""))
    try:
        api_key = key_of(request, community, post.get("api_key", ""))
        code = post.get("service_code", "")
        if not code:
            raise FaultError(400, "service_code was not provided")
        with scope(community=community):
            category = _category(community, code)
            report = asking.read_report(post, category)
            spot = _spot(community, post.get("address_id", "").strip())
        matter, _again = filing.file(
            report, community=community, api_key=api_key, source=Source.OPEN311, category=category, spot=spot,
            key=_request_key(request),
        )  # fmt: skip
    except (UnknownKeyError, ReadOnlyKeyError):
        # A key that may only read is no key here.
        raise FaultError(403, "api_key was not provided, or is not valid") from None
    row = {"service_request_id": matter.code, "service_notice": _notice(matter), "account_id": ""}
    return bodies.listed(form, root="service_requests", item="request", rows=[row], status=201)


def _request_key(request: HttpRequest) -> uuid.UUID | None:
    """Read the key by which the same request sent again is known; Open311 has none, but a header harms nobody."""
    text = request.headers.get("Idempotency-Key", "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise FaultError(400, "Idempotency-Key is a UUID") from None


def _spot(community: Community, code: str) -> Spot | None:
    if not code:
        return None
    found = spot_by_code(community=community, code=code[:40].replace("\x00", ""))
    if found is None:
        raise FaultError(400, "there is no such address_id; it is the code on a sign of the community")
    return found


def _notice(matter: Matter) -> str:
    """What the client shows to whoever filed it: thanks, by when, and the code by which to follow it."""
    told = texts.to_resident(
        Verb.RECEIVE, matter=matter, code=matter.follow_code, language=matter.language, due=due_words(matter, matter.language)
    )  # fmt: skip
    return told.text


@door("GET", "HEAD")
def one_request(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """Give one request."""
    count_address(request)
    community = _community(request.GET.get("jurisdiction_id", ""))
    row = facts.request_row(facts_of(_public(community, code)), community, request)
    return bodies.listed(form, root="service_requests", item="request", rows=[row])


def _public(community: Community, code: str) -> Matter:
    with scope(community=community):
        found = open_matter(community, code)
    if found is None:
        raise FaultError(404, "there is no such service_request_id")
    return found


@door("GET", "HEAD")
def token(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """Give the id of a token. Ids are given at once here, so each is its own token."""
    count_address(request)
    community = _community(request.GET.get("jurisdiction_id", ""))
    row = {"service_request_id": _public(community, code).code, "token": code}
    return bodies.listed(form, root="service_requests", item="request", rows=[row])


@door("GET", "HEAD")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Say where this is and what it speaks."""
    count_address(request)
    here = request.build_absolute_uri(reverse("open311:root"))
    row = {
        "changeset": CHANGESET,
        "contact": request.build_absolute_uri(reverse("pages:start")),
        "key_service": request.build_absolute_uri(reverse("pages:start")),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": here.rstrip("/"),
                "changeset": CHANGESET,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return bodies.single(form, root="discovery", row=row)


@door("GET", "HEAD")
def nothing(request: HttpRequest, form: str, rest: str = "") -> HttpResponse:
    """Say of any other address that there is nothing."""
    del request, form, rest
    raise FaultError(404, "there is nothing at this address")
