"""An office in the village: five homes along a street, two grids, a worker in each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from django.test import Client

from linli.desk.places.grids import replace_grids
from tests.desk.conftest import Built, serve_built, serve_no_more
from tests.desk.people.conftest import Office, make_office
from tests.desk.places.test_grids import feature, features

MIDDLE = 0.0145


def halves(place: Any, *, at: float = MIDDLE) -> list[shapely.Geometry]:
    """The place cut in two at a longitude."""
    west, south, east, north = place.boundary.bounds
    sides = (shapely.box(west, south, at, north), shapely.box(at, south, east, north))
    return [shapely.intersection(side, place.boundary) for side in sides]


def make_village_office(built: Built) -> Office:
    made = make_office("willow")
    serve_built(built, made.community)
    areas = halves(built.place)
    given = features(
        feature(areas[0], number=1, name_zh="西网格", name_en="West", phone="0571-1"),
        feature(areas[1], number=2, name_zh="东网格", name_en="East", phone="0571-2"),
    )
    replace_grids(community=made.community, geojson=given, datum="wgs84", by="system")
    return made


@pytest.fixture
def office(db: None, built_village: Built) -> Iterator[Office]:
    del db
    yield make_village_office(built_village)
    serve_no_more()


def client_of(office: Office, name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(office.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def post(client: Client, path: str, verb: str, **given: Any) -> str:
    """Send a form of these pages; the page that comes back."""
    told = {"verb": verb, "request_key": str(uuid.uuid4()), **given}
    return client.post(path, told, follow=True).content.decode()
