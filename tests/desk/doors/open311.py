"""Open311: everybody reads what is public, a key files."""

from __future__ import annotations

from tests.desk.doors import Who
from tests.desk.people.conftest import Office

_PUBLIC = "tests/desk/api/test_open311.py: everybody's what is public; filing by a key"
READ: dict[str, Who] = {}
POSTED: dict[str, Who] = {}
ELSEWHERE = {
    f"open311:{name}": _PUBLIC
    for name in (
        "discovery",
        "services",
        "service",
        "requests",
        "request",
        "token",
        "root",
        "nothing",
        "nothing_in_form",
    )
}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}
