"""What the API refuses, and that absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linli.desk.api.urls import api

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from linli.desk.places.serving import Served

NOTHING = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is nothing at this address.",
}
RULE = "standard=gb50180_2018&rule=primary&profile=adult"
GETS = [
    "place.json", "tiles.pmtiles", "residents.bin", "minutes/adult/school.bin", "metres/school.bin",
    "facilities.geojson?kind=school", "homes/0.json?profile=adult", "homes/0/walks.geojson?profile=adult",
    "rules.json?standard=gb50180_2018&profile=adult", f"left-out.json?{RULE}",
]  # fmt: skip
PLAN = {"profile": "adult", "kind": "convenience", "added": [{"lon": 0.0105, "lat": 0.0001}]}


def assert_problem(response: HttpResponse, status: int) -> None:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["status"] == status
    assert response.json()["detail"]


def assert_nothing_there(response: HttpResponse) -> None:
    assert_problem(response, 404)
    assert response.json() == NOTHING


def what_if(client: Client, change: object, *, slug: str = "village", **headers: str) -> HttpResponse:
    return client.post(f"/api/c/{slug}/what-if", change, content_type="application/json", headers=headers)


def test_every_address_is_tried_here(village: Served) -> None:
    del village
    operations = api.get_openapi_schema()["paths"]
    # Those about matters: test_matters.py.
    paths = {
        path for path, methods in operations.items() for one in methods.values() if one["tags"] == ["place"]
    }
    assert len(paths) == len(GETS) + 1, "an address was added: say here what it denies"


@pytest.mark.parametrize("path", GETS)
def test_unknown_community_is_nothing(client: Client, village: Served, path: str) -> None:
    del village
    assert_nothing_there(client.get(f"/api/c/nowhere/{path}"))


def test_unknown_community_is_nothing_to_plan_for(client: Client, village: Served) -> None:
    del village
    assert_nothing_there(what_if(client, PLAN, slug="nowhere"))


@pytest.mark.parametrize(
    "path",
    [
        "minutes/pilot/school.bin", "minutes/adult/castle.bin", "metres/castle.bin", "facilities.geojson?kind=castle",
        "homes/5.json?profile=adult", "homes/5/walks.geojson?profile=adult", "homes/0.json?profile=pilot",
        "homes/0/walks.geojson?profile=pilot", "rules.json?standard=none&profile=adult",
        "rules.json?standard=gb50180_2018&profile=pilot", "left-out.json?standard=gb50180_2018&rule=none&profile=adult",
        "left-out.json?standard=none&rule=primary&profile=adult", "left-out.json?standard=gb50180_2018&rule=primary&profile=pilot",
        f"left-out.json?{RULE}&page=99999", "nothing.json", "",
    ],
)  # fmt: skip
def test_what_a_community_lacks_is_nothing(client: Client, village: Served, path: str) -> None:
    del village
    assert_nothing_there(client.get(f"/api/c/village/{path}"))


def test_home_of_another_community_is_nothing(client: Client, village: Served, town: Served) -> None:
    other = len(village.place.homes)
    assert other < len(town.place.homes)
    assert client.get(f"/api/c/helsinki/homes/{other}.json?profile=adult").status_code == 200
    assert_nothing_there(client.get(f"/api/c/village/homes/{other}.json?profile=adult"))


@pytest.mark.parametrize("part", ["moved", "removed"])
def test_facility_of_another_community_is_nothing(
    client: Client, village: Served, town: Served, part: str
) -> None:
    del village
    theirs = town.facility_ids[0]
    named = [theirs] if part == "removed" else [{"facility": theirs, "lon": 0.0105, "lat": 0.0001}]
    assert_nothing_there(what_if(client, {"profile": "adult", "kind": "convenience", part: named}))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("homes/one.json?profile=adult", "home"),
        ("homes/-1.json?profile=adult", "home"),
        ("homes/0.json", "profile"),
        ("facilities.geojson", "kind"),
        ("rules.json?standard=gb50180_2018", "profile"),
        (f"left-out.json?{RULE}&page=0", "page"),
        (f"left-out.json?{RULE}&page=two", "page"),
        (f"facilities.geojson?kind={'k' * 61}", "kind"),
    ],
)
def test_what_is_of_the_wrong_form_is_named(client: Client, village: Served, path: str, field: str) -> None:
    del village
    response = client.get(f"/api/c/village/{path}")
    assert_problem(response, 422)
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"profile": "adult"},
        {**PLAN, "added": [{"lon": "west", "lat": 0}]},
        {**PLAN, "added": [{"lon": 0.01}]},
        {**PLAN, "added": [{"lon": 181, "lat": 0}]},
        {**PLAN, "added": [{"lon": 1e999, "lat": 0}]},
        {**PLAN, "added": [{"lon": 0.01, "lat": 0.0, "height": 3}]},
        {**PLAN, "added": [{"lon": 0.01, "lat": 0.0}] * 201},
        {**PLAN, "removed": ["n202"] * 2001},
        {**PLAN, "removed": ["n" * 41]},
        {**PLAN, "moved": [["n202", 0.01, 0.0]]},
        {**PLAN, "note": "x"},
        [PLAN],
    ],
    ids=range(13),
)
def test_plan_of_the_wrong_form_is_refused(client: Client, village: Served, change: object) -> None:
    del village
    text = str(change).replace("'", '"').replace("inf", "1e999") if "inf" in str(change) else change
    assert_problem(what_if(client, text), 422)


def test_plan_that_is_no_json_is_refused(client: Client, village: Served) -> None:
    del village
    assert_problem(what_if(client, "{not json"), 400)


def test_plan_too_large_to_read_is_refused(client: Client, village: Served) -> None:
    del village
    assert_problem(what_if(client, '{"profile": "' + "a" * 300_000 + '"}'), 400)


@pytest.mark.parametrize("pin", [{"lon": 60.2, "lat": 24.9}, {"lon": 0.0105, "lat": 0.5}])
def test_pin_outside_the_place_is_refused(client: Client, village: Served, pin: dict[str, float]) -> None:
    del village
    response = what_if(client, {**PLAN, "added": [pin]})
    assert_problem(response, 422)
    assert "outside the place" in response.json()["detail"]


def test_facility_of_another_kind_is_refused(client: Client, village: Served) -> None:
    del village
    response = what_if(client, {**PLAN, "removed": ["n203"]})
    assert_problem(response, 422)
    assert "not of this kind" in response.json()["detail"]


@pytest.mark.parametrize("missing", ["profile", "kind"])
def test_plan_for_what_there_is_not_is_nothing(client: Client, village: Served, missing: str) -> None:
    del village
    assert_nothing_there(what_if(client, {**PLAN, missing: "none"}))


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_takes_no_other_method(client: Client, village: Served, path: str, method: str) -> None:
    del village
    response = getattr(client, method)(f"/api/c/village/{path}")
    assert_problem(response, 405)
    assert response.headers["Allow"] == "GET"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_planning_takes_no_other_method(client: Client, village: Served, method: str) -> None:
    del village
    response = getattr(client, method)("/api/c/village/what-if")
    assert_problem(response, 405)
    assert response.headers["Allow"] == "POST"


def test_plan_without_its_pages_token_is_refused(asking: Client, village: Served) -> None:
    del village
    assert_problem(what_if(asking, PLAN), 403)
    asking.cookies["csrftoken"] = "a" * 32
    assert_problem(what_if(asking, PLAN), 403)
    assert_problem(what_if(asking, PLAN, **{"X-CSRFToken": "b" * 32}), 403)
    assert what_if(asking, PLAN, **{"X-CSRFToken": "a" * 32}).status_code == 200


def test_plan_from_another_site_is_refused(asking: Client, village: Served) -> None:
    del village
    asking.cookies["csrftoken"] = "a" * 32
    assert_problem(what_if(asking, PLAN, **{"X-CSRFToken": "a" * 32, "Origin": "https://evil.example"}), 403)
