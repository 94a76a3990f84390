"""`/health`: 503 as soon as the desk cannot keep a promise."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django_scopes import scopes_disabled

from linli import __version__
from linli.desk.common import clock, outbox, standing, sweeps
from linli.desk.common.models import Message, MessageState, SweepRun
from linli.desk.config import health
from linli.desk.matters.models import Slip
from linli.desk.places.models import Community

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def at_work(db: None) -> Iterator[None]:
    """A worker has just been at its sweeps."""
    SweepRun.objects.create(name=standing.ALIVE, due_at=clock.now() + MINUTE, last_ran_at=clock.now())
    return


@pytest.fixture
def message(at_work: None) -> Message:
    community = Community.objects.create(slug="willow", name_en="Willow", created_at=clock.now())
    with transaction.atomic():
        return outbox.put(
            community=community, topic="matter.received", channel="sms", to="138", title="", text="甲"
        )


def asked(client: Client) -> tuple[int, dict[str, str]]:
    response = client.get("/health")
    assert response.json()["status"] == ("ok" if response.status_code == 200 else "failing")
    return response.status_code, response.json()["checks"]


def change(message: Message, **fields: object) -> None:
    with scopes_disabled():
        Message.objects.filter(pk=message.pk).update(**fields)


def test_health_of_a_desk_at_work_is_ok(client: Client, at_work: None) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    checks = ("database", "disk", "reports", "worker", "outbox", "sweeps", "messages")
    assert response.json() == {"status": "ok", "version": __version__, "checks": dict.fromkeys(checks, "ok")}
    assert "no-store" in response.headers["Cache-Control"]


def test_health_is_cheap(client: Client, message: Message, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(8):
        client.get("/health")


def test_health_without_a_database_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(transaction, "Atomic", NoTransaction)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "does not answer, or cannot be written", "disk": "ok"}


class NoTransaction:
    def __init__(self, *_arguments: object) -> None:
        pass

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_error: object) -> None:
        pass


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
def test_health_of_a_database_that_only_reads_fails(client: Client, at_work: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SET LOCAL transaction_read_only = on")
    try:
        status, checks = asked(client)
        assert (status, checks["database"]) == (503, "cannot be written")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET default_transaction_read_only")


@pytest.mark.django_db
def test_health_without_a_worker_fails(client: Client) -> None:
    status, checks = asked(client)
    assert (status, checks["worker"]) == (503, "not seen: is `linli work` running?")


def test_health_of_a_worker_long_not_seen_fails(client: Client, at_work: None) -> None:
    SweepRun.objects.update(last_ran_at=clock.now() - 6 * MINUTE)
    assert asked(client)[0] == 503


def test_worker_that_runs_its_sweeps_is_seen(client: Client, db: None) -> None:
    SweepRun.objects.bulk_create(
        SweepRun(name=one.name, due_at=clock.now() + MINUTE)
        for one in sweeps.registered()
        if one.name != standing.ALIVE
    )
    assert sweeps.run_due() == 1
    assert asked(client)[1]["worker"] == "ok"


def test_report_that_is_no_matter_yet_fails(client: Client, message: Message) -> None:
    community = Community.objects.get()
    with scopes_disabled():
        slip = Slip.objects.create(
            community=community,
            key=uuid.uuid4(),
            follow_digest="",
            at=clock.now(),
            due_at=clock.now(),
            told={},
        )
        assert asked(client)[0] == 200
        Slip.objects.filter(pk=slip.pk).update(at=clock.now() - 6 * MINUTE)
    status, checks = asked(client)
    assert (status, checks["reports"]) == (503, "some wait to be made matters")


def test_message_that_nobody_sends_fails(client: Client, message: Message) -> None:
    assert asked(client)[0] == 200
    change(message, due_at=clock.now() - 16 * MINUTE)
    status, checks = asked(client)
    assert (status, checks["outbox"]) == (503, "messages wait too long")


def test_message_that_was_put_off_is_no_failure(client: Client, message: Message) -> None:
    change(message, created_at=clock.now() - 600 * MINUTE, due_at=clock.now() + MINUTE, attempts=4)
    assert asked(client)[0] == 200


def test_messages_given_up_ask_for_a_look_and_fail_nothing(client: Client, message: Message) -> None:
    change(message, state=MessageState.DEAD)
    assert asked(client) == (200, {**asked(client)[1], "messages": "1 given up within a week"})
    change(message, state=MessageState.NO_GATEWAY)
    assert asked(client)[1]["messages"] == "1 wait for a gateway"
    change(message, state=MessageState.DEAD, problem="erased")
    assert asked(client)[1]["messages"] == "ok"


def test_sweep_that_is_late_fails(client: Client, at_work: None) -> None:
    SweepRun.objects.create(name="matters.deadlines", due_at=clock.now() - 20 * MINUTE)
    status, checks = asked(client)
    assert (status, checks["sweeps"]) == (503, "deadlines are not watched in time")
    # One that is no more cannot be late.
    sweeps.forget_unknown()
    assert asked(client)[0] == 200


def test_sweep_that_fails_is_told(client: Client, at_work: None) -> None:
    SweepRun.objects.create(
        name="x", due_at=clock.now() + MINUTE, failures=2, problem="ValueError in secret_place"
    )
    status, checks = asked(client)
    assert (status, checks["sweeps"]) == (503, "some fail; the log says which")


def test_disk_nearly_full_fails(client: Client, at_work: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(health.ROOM_BYTES - 1))
    assert asked(client)[1]["disk"] == "nearly full"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_takes_only_get(client: Client, method: str) -> None:
    assert getattr(client, method)("/health").status_code == 405
