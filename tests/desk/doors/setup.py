"""The settings: gateways are the director's; what did not go out is the desk's too."""

from __future__ import annotations

from linli.desk.matters.models import Category
from tests.desk.doors import D, K, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "setup:overview": {D, K},
    "setup:categories": {D, K},
    "setup:new_category": {D, K},
    "setup:category": {D, K},
    "setup:gateways": {D, K},
    "setup:gateway": {D},
}
POSTED: dict[str, Who] = {
    "setup:change_category": {D, K},
    "setup:try": {D},
    "setup:rest": {D},
    "setup:retry": {D, K},
    "setup:retry_all": {D, K},
}
ELSEWHERE: dict[str, str] = {}
NEEDS_MORE = {"setup:retry"}


def arguments(office: Office) -> dict[str, list]:
    category = Category.objects.get(key="lighting").pk
    by_channel = ("gateway", "try", "rest", "retry_all")
    return {f"setup:{name}": ["sms"] for name in by_channel} | {
        "setup:retry": [1],
        "setup:category": [category],
        "setup:change_category": [category, "up"],
    }
