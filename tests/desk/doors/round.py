"""The worker's round."""

from __future__ import annotations

from django.urls import reverse

from tests.desk.doors import EVERYBODY, C, D, G, K, M, V, Who, a_matter
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "round:day": {D, K, G, M, C, V},
    "round:who": {D, K, G, M, C, V},
    # Holds nothing of anybody: a phone renews it while nobody is logged in.
    "round:worker": EVERYBODY,
}
POSTED: dict[str, Who] = {
    "round:send": {D, K, G, M, C, V},
}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    del office
    return {}


def screens(office: Office) -> dict[str, tuple[str, str]]:
    a_matter(office)
    return {"round:day with something to do": (reverse("round:day", args=[office.community.slug]), G)}
