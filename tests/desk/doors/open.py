"""Open data: everybody's."""

from __future__ import annotations

from tests.desk.doors import EVERYBODY, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {f"open:{name}": EVERYBODY for name in ("csv", "json", "geojson", "feed", "counts")}
POSTED: dict[str, Who] = {}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}
