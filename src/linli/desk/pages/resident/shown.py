"""What the residents' templates show: plain values, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from linli.desk.common.language import name_in, of_two
from linli.desk.matters import seed
from linli.desk.matters.queries import categories_of
from linli.desk.pages.resident.questions import question_rows
from linli.desk.pages.resident.words import channel_names, emergency_names, emergency_reasons
from linli.desk.people.queries import public_worker_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from linli.desk.matters.models import Category, Matter
    from linli.desk.people.access import DeskRequest
    from linli.desk.places.models import Community


def frame(request: DeskRequest, view: str) -> dict[str, Any]:
    """Make what every page of residents needs around its own."""
    community = request.community
    return {
        "community": community,
        "community_name": name_in(community),
        "view": view,
        "emergency_numbers": emergency_rows(community),
    }


def emergency_rows(community: Community) -> list[dict[str, str]]:
    """List the numbers to call in danger, the community's own."""
    names = emergency_names()
    order = [key for key in ("fire", "ambulance", "police") if key in community.emergency_numbers]
    numbers: dict[str, list[str]] = {}
    # Where one number serves all, it stands once.
    for key in order:
        numbers.setdefault(str(community.emergency_numbers[key]), []).append(names[key])
    return [{"number": number, "name": " · ".join(who)} for number, who in numbers.items()]


def call_first(category: Category, community: Community) -> dict[str, str] | None:
    """Give whose number is told first, and why; None where nothing about the category is urgent."""
    number = community.emergency_numbers.get(category.emergency) if category.emergency else None
    if not number:
        return None
    return {"number": str(number), "why": emergency_reasons()[category.emergency]}


def group_names() -> dict[str, str]:
    """Name the groups of categories."""
    return {key: of_two(group["zh"], group["en"]) for key, group in seed.groups().items()}


def category_in_use(community: Community, key: str) -> Category | None:
    """Find one that can be chosen."""
    return next((one for one in categories_of(community) if one.key == key), None)


def category_groups(
    categories: Sequence[Category],
    community: Community,
    *,
    chosen: str,
    post: QueryDict | None,
    wrong: dict[str, str],
) -> list[dict[str, Any]]:
    """Make the groups of tiles, in the order of their first category."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for category in categories:
        groups.setdefault(category.group, []).append(
            {
                "key": category.key,
                "name": category.name,
                "chosen": category.key == chosen,
                "sensitive": category.sensitive,
                "emergency": call_first(category, community),
                "questions": question_rows(category, post, wrong),
            }
        )
    names = group_names()
    comma = _(", ")
    return [
        {
            "name": names.get(key, key),
            "categories": rows,
            "some": comma.join(row["name"] for row in rows),
            "open": any(row["chosen"] for row in rows),
        }
        for key, rows in groups.items()
    ]


def channel_rows(chosen: str) -> list[dict[str, Any]]:
    """Make the choices of how to be told."""
    return [{"key": key, "name": name, "chosen": key == chosen} for key, name in channel_names().items()]


def worker_row(matter: Matter) -> dict[str, str] | None:
    """Give who sees to a matter, and the number that is posted publicly with the grid."""
    if matter.worker is None:
        return None
    card = public_worker_card(matter.grid) if matter.grid is not None else None
    phone = card.phone if card is not None and card.name == matter.worker.name else ""
    return {"name": matter.worker.name, "phone": phone}
