"""The life map: everybody's."""

from __future__ import annotations

from tests.desk.doors import EVERYBODY, Who
from tests.desk.people.conftest import Office

_SERVED = "tests/desk/pages/test_views.py: everybody's, once a place is served"
READ: dict[str, Who] = {"pages:start": EVERYBODY}
POSTED: dict[str, Who] = {}
ELSEWHERE = {"pages:map": _SERVED, "pages:list": _SERVED}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    return {"pages:list": (f"/c/{office.community.slug}/list/", "nobody")}
