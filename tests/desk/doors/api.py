"""Walks of a place, the description of the API: everybody's. Matters: by a key, beyond what is public."""

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
_MATTERS = ("categories", "matters", "matter", "timeline", "report", "photo")
_KEY = "tests/desk/api/test_matters.py: everybody's what is public, the rest by a key"
ELSEWHERE = (
    {f"api:{name}": _SERVED for name in _PLACE}
    | {f"api:{name}": _KEY for name in _MATTERS}
    | {
        "api:api-root": "tests/desk/api/test_openapi.py: a name for the others to hang on; there is nothing at it",
    }
)


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}
