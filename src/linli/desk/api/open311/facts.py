"""What Open311 says of categories and matters, and what it is told, in its own words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext

from linli.desk.common.language import name_in, of_two
from linli.desk.matters import seed
from linli.desk.matters.openly import OpenMatter
from linli.desk.matters.queries import categories_of
from linli.desk.matters.questions import asked_in

if TYPE_CHECKING:
    from django.http import HttpRequest

    from linli.desk.matters.models import Category
    from linli.desk.places.models import Community

# Ours → theirs.
_DATATYPES = {
    "text": "string",
    "number": "number",
    "date": "datetime",
    "choice": "singlevaluelist",
    "many": "multivaluelist",
}


def offered(community: Community) -> list[Category]:
    """List what may be filed: only what anybody may read back again, so that nobody's trouble is asked for in public."""
    return [one for one in categories_of(community) if one.public and not one.sensitive]


def service(category: Category, community: Community) -> dict[str, Any]:
    """Describe a category as a service."""
    group = seed.groups().get(category.group, {"zh": category.group, "en": category.group})
    group_name = of_two(group["zh"], group["en"])
    return {
        "service_code": category.key,
        "service_name": category.name,
        "description": call_first(category, community),
        "metadata": bool(category.questions),
        "type": "realtime",
        "keywords": group_name,
        "group": group_name,
    }


def call_first(category: Category, community: Community) -> str:
    """Say whom to call before anything is written, where a life may be in danger; else nothing."""
    number = community.emergency_numbers.get(category.emergency) if category.emergency else None
    return gettext("In danger call {number} first.").format(number=number) if number else ""


def definition(category: Category) -> dict[str, Any]:
    """Describe the questions of a category."""
    return {
        "service_code": category.key,
        "attributes": [
            {
                "variable": True,
                "code": question["key"],
                "datatype": _DATATYPES[question["type"]],
                "required": bool(question.get("required")),
                "datatype_description": "",
                "order": order,
                "description": asked_in(question),
                **_values(question),
            }
            for order, question in enumerate(category.questions, 1)
        ],
    }


def _values(question: dict[str, Any]) -> dict[str, Any]:
    if not question.get("choices"):
        return {}
    return {"values": [{"key": one["key"], "name": asked_in(one)} for one in question["choices"]]}


def request_row(facts: OpenMatter, community: Community, request: HttpRequest) -> dict[str, Any]:
    """Say what may be known of a matter as a service request."""
    photo = reverse("resident:photo", args=[community.slug, facts.photos[0]]) if facts.photos else ""
    return {
        "service_request_id": facts.code,
        "status": "open" if facts.is_open else "closed",
        "status_notes": facts.state_words,
        "service_name": facts.category.name,
        "service_code": facts.category.key,
        "description": facts.words,
        "agency_responsible": name_in(community),
        "service_notice": "",
        "requested_datetime": moment(facts.received_at, community),
        "updated_datetime": moment(facts.changed_at, community),
        "expected_datetime": moment(facts.due_at, community),
        # What people wrote of the place stays theirs.
        "address": "",
        "address_id": "",
        "zipcode": "",
        "lat": facts.lat,
        "long": facts.lon,
        "media_url": request.build_absolute_uri(photo) if photo else "",
    }


def moment(at: dt.datetime | None, community: Community) -> str:
    """Write a moment as W3C does, in the community's own time."""
    if at is None:
        return ""
    return at.astimezone(ZoneInfo(community.timezone)).isoformat(timespec="seconds")
