"""An office whose matters other systems read and report, and keys for them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from PIL import Image

from linli.desk.partners import actions
from linli.desk.partners.models import ApiKey
from tests.desk.matters.conftest import matter, neighbour, office, receive, time
from tests.desk.people.conftest import Office

__all__ = ["matter", "neighbour", "office", "receive", "time"]

MakeKey = Callable[..., str]


def key_for(office: Office, scope: str = "write") -> tuple[ApiKey, str]:
    return actions.make_key(by=office.actor("director"), name="市民热线", scope=scope)


def photo_bytes() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(kept, "JPEG")
    return kept.getvalue()


@pytest.fixture
def write_key(office: Office) -> str:
    return key_for(office)[1]


@pytest.fixture
def read_key(office: Office) -> str:
    return key_for(office, "read")[1]


@pytest.fixture
def api(client: Client) -> Callable[..., object]:
    """Ask the API: a path after the community, JSON to post, a key."""

    def ask(path: str, told: object = None, *, key: str = "", slug: str = "willow", **headers: str):
        if key:
            headers["Authorization"] = f"Bearer {key}"
        address = f"/api/c/{slug}/{path}"
        if told is None:
            return client.get(address, headers=headers)
        return client.post(address, told, content_type="application/json", headers=headers)

    return ask
