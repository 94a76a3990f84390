from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.django_db
def test_every_answer_forbids_foreign_and_inline_code(client: Client) -> None:
    response = client.get("/api/c/none/place.json")
    policy = dict(
        part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    for directive in ("script-src", "style-src", "connect-src", "worker-src", "form-action"):
        assert policy[directive] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_every_answer_carries_the_headers_of_caution(client: Client) -> None:
    headers = client.get("/health").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
def test_sqlite_writes_ahead_and_locks_where_a_transaction_begins() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone()[0] == 1
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "given"), [("en", "en"), ("zh-CN,zh;q=0.9", "zh-hans"), ("fr", "zh-hans")]
)
def test_language_follows_the_browser(client: Client, wanted: str, given: str) -> None:
    assert client.get("/health", headers={"Accept-Language": wanted}).headers["Content-Language"] == given


@pytest.mark.django_db
def test_language_chosen_outdoes_the_browser(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/health"})
    response = client.get("/health", headers={"Accept-Language": "zh-CN"})
    assert response.headers["Content-Language"] == "en"
