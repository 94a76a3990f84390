"""Walks of a place, and the description of the API: everybody's."""

from __future__ import annotations

from tests.desk.doors import EVERYBODY, Who
from tests.desk.people.conftest import Office

_SERVED = "tests/desk/api/test_views.py: everybody's, once a place is served"
_PLACE = (
    "place", "tiles", "minutes", "metres", "residents", "facilities", "home_facts", "home_walks", "rules", "left_out",
    "what_if",
)  # fmt: skip
READ: dict[str, Who] = {"api:openapi-json": EVERYBODY}
POSTED: dict[str, Who] = {}
ELSEWHERE = {f"api:{name}": _SERVED for name in _PLACE} | {
    "api:api-root": "tests/desk/api/test_openapi.py: a name for the others to hang on; there is nothing at it",
}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}
