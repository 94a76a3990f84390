"""The worker's round."""

from __future__ import annotations

from tests.desk.doors import C, D, G, K, V, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "round:day": {D, K, G, C, V},
}
POSTED: dict[str, Who] = {}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}
