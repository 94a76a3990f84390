"""An office with matters in it, and a way to look at its settings."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.desk.matters.conftest import matter, neighbour, office, receive, time
from tests.desk.people.conftest import Office

__all__ = ["matter", "neighbour", "office", "receive", "time"]


class Desk:
    """Somebody of the office before the settings' pages."""

    def __init__(self, office: Office, name: str, language: str = "en") -> None:
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(
            office.accounts[name], backend="allauth.account.auth_backends.AuthenticationBackend"
        )

    def see(self, path: str = "", *, status: int = 200) -> str:
        answer = self.client.get(f"/c/willow/desk/setup/{path}")
        assert answer.status_code == status, answer.status_code
        return answer.content.decode()

    def send(self, path: str, *, status: int = 302, **given: Any) -> str:
        told = {"request_key": str(uuid.uuid4())} | given
        answer = self.client.post(f"/c/willow/desk/setup/{path}", told)
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def queries(self, path: str) -> int:
        self.see(path)
        with CaptureQueriesContext(connection) as asked:
            self.see(path)
        return len(asked)


@pytest.fixture
def desk(office: Office) -> Callable[..., Desk]:
    def make(name: str = "director", language: str = "en") -> Desk:
        return Desk(office, name, language)

    return make
