"""Every operation of our own document, asked in every way that the document allows and in many that it does not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django_scopes import scope
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from linli.desk.api import doors
from linli.desk.api.urls import api as ours
from linli.desk.common import clock
from linli.desk.matters import actions
from linli.desk.matters.models import Category, Source
from linli.desk.partners import queries
from linli.desk.partners.models import ApiKey
from linli.desk.people.actors import RESIDENT
from linli.desk.places.serving import Served

KEY = "linli_only-for-this-test"
# What stands at these places in an address, so that most requests find something.
KNOWN = {
    "slug": ["village", "nowhere"],
    "profile": ["adult", "pilot"],
    "kind": ["school", "convenience", "castle"],
    "standard": ["gb50180_2018", "none"],
    "rule": ["primary", "none"],
    "code": ["26-00001", "26-00002", "26-99999"],
    "home": [0, 1, 5],
}


def document() -> dict[str, Any]:
    found = copy.deepcopy(ours.get_openapi_schema())
    for methods in found["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", []):
                if (
                    parameter["name"] in KNOWN
                    and parameter["in"] in {"path", "query"}
                    and parameter["required"]
                ):
                    parameter["schema"]["enum"] = KNOWN[parameter["name"]]
    return found


@pytest.fixture(autouse=True)
def _asked(village: Served, monkeypatch: pytest.MonkeyPatch):
    # As Django's own test client does: the connection is the test's.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    community = village.row.community
    monkeypatch.setattr(doors, "_RATES", dict.fromkeys(doors._RATES, (10**9, 1.0)))
    with scope(community=community):
        actions.seed_matters(community=community)
        ApiKey.objects.create(
            community=community,
            name="test",
            digest=queries.key_digest(KEY),
            hint="test",
            scope="write",
            made_at=clock.now(),
        )
        for category in ("lighting", "suggestion"):
            actions.receive_matter(
                community=community, by=RESIDENT(community), source=Source.PAGE, category=Category.objects.get(key=category),
                words="路灯坏了", answers={"lamp": "in_the_street"}, lon=0.0105, lat=0.0001,
            )  # fmt: skip
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def loaded(*, every_border: bool) -> schemathesis.BaseSchema:
    """Load the document; `every_border`: each value at the edge of its form too, which takes long."""
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": every_border}}})
    found = schemathesis.openapi.from_dict(document(), config=config)
    found.app = get_wsgi_application()
    return found


few, many = loaded(every_border=False), loaded(every_border=True)


# What is allowed by its form may still be wrong: no such category, no photo, a pin outside the place.
JUDGED = {"/api/c/{slug}/matters", "/api/c/{slug}/photos", "/api/c/{slug}/what-if"}
CSRF = "c" * 32
HEADERS = {"Accept-Encoding": "identity", "X-CSRFToken": CSRF}


def ask(case: schemathesis.Case, **headers: str) -> None:
    """Ask, and have the answer judged by the document; no answer may be one of 500 or more."""
    judged = case.method == "POST" and case.path in JUDGED
    case.call_and_validate(
        headers=HEADERS | headers,
        cookies={"csrftoken": CSRF},
        excluded_checks=[positive_data_acceptance] if judged else [],
    )


def bounded(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@few.parametrize()
@bounded(3)
def test_without_a_key_nothing_is_found(case: schemathesis.Case) -> None:
    ask(case)


@few.include(tag="matters").parametrize()
@bounded(3)
def test_with_a_key_nothing_is_found(case: schemathesis.Case) -> None:
    ask(case, Authorization=f"Bearer {KEY}")


@pytest.mark.slow
@many.parametrize()
@bounded(100)
def test_without_a_key_nothing_is_found_by_many(case: schemathesis.Case) -> None:
    ask(case)


@pytest.mark.slow
@many.include(tag="matters").parametrize()
@bounded(100)
def test_with_a_key_nothing_is_found_by_many(case: schemathesis.Case) -> None:
    ask(case, Authorization=f"Bearer {KEY}")
