"""An office with matters in it, and a phone of its first grid's worker."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from linli.desk.matters.models import Matter
from tests.desk.matters.conftest import matter, neighbour, office, receive, time
from tests.desk.people.conftest import Office

__all__ = ["matter", "neighbour", "office", "receive", "time"]

Send = Callable[..., Any]


def client_of(office: Office, name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(office.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def photo(colour: str = "#7a8a99") -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(kept, "JPEG")
    return SimpleUploadedFile("photo.jpg", kept.getvalue(), "image/jpeg")


@pytest.fixture
def send(office: Office) -> Send:
    """Send a deed as the first grid's worker did it, having seen the version that is given."""
    client = client_of(office, "grid_worker")

    def make(
        matter: Matter | None, verb: str, *, by: str = "grid_worker", through: Client | None = None, **more
    ):
        told = {
            "request_key": str(uuid.uuid4()),
            "actor": f"account:{office.accounts[by].pk}",
            "verb": verb,
        }
        if matter is not None:
            told |= {"code": matter.code, "version": matter.version}
        return (through or client).post("/c/willow/round/send/", told | more)

    return make
