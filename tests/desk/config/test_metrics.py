"""`/metrics`: for this machine, or for whoever has the token."""

from __future__ import annotations

import dataclasses
import re

import pytest
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from linli.desk.common.models import Message
from linli.desk.matters.models import Matter
from tests.desk.config.test_health import at_work, message
from tests.desk.matters.conftest import matter, neighbour, office, receive, time

__all__ = ["at_work", "matter", "message", "neighbour", "office", "receive", "time"]

pytestmark = pytest.mark.django_db


def scraped(client: Client, **more: str) -> dict[str, float]:
    response = client.get("/metrics", HTTP_HOST="127.0.0.1:8000", **more)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


def test_metrics_tell_of_the_work(client: Client, message: Message) -> None:
    found = scraped(client)
    assert found["linli_database_up"] == 1
    assert found["linli_messages waiting"] == 1
    assert found["linli_messages dead"] == 0
    assert found["linli_worker_seen_seconds"] < 60
    assert found["linli_disk_free_bytes"] > 0
    assert found["process_start_time_seconds"] > 0


def test_metrics_tell_of_each_community(client: Client, matter: Matter) -> None:
    found = scraped(client)
    assert found["linli_matters_open willow"] == 1
    assert found["linli_matters_overdue willow"] == 0
    assert found["linli_ledger_entries willow"] >= 2


def test_metrics_cost_as_many_queries_for_many_communities(
    client: Client, matter: Matter, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(8):
        scraped(client)


def test_metrics_count_requests_by_route_never_by_path(client: Client, matter: Matter) -> None:
    before = scraped(client).get("linli_requests_total GET resident:followed 200", 0)
    client.get(f"/c/willow/follow/{matter.follow_code}/")
    client.get("/c/willow/follow/7KQ2-M4XN-9P/")
    found = scraped(client)
    assert found["linli_requests_total GET resident:followed 200"] == before + 1
    assert not [name for name in found if matter.follow_code in name]
    assert not [name for name in found if "7KQ2" in name]


@pytest.mark.parametrize(
    "visitor",
    [
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "linli.example.cn"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "linli.example.cn", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
def test_metrics_are_absent_to_everybody_else(client: Client, visitor: dict[str, str]) -> None:
    refused, absent = (client.get(path, **visitor) for path in ("/metrics", "/metricsx"))
    assert refused.status_code == absent.status_code == 404
    assert without_numbers(refused.content) == without_numbers(absent.content)


def without_numbers(page: bytes) -> bytes:
    """The page without its token and its own address, which differ each time it is asked for."""
    return re.sub(rb'value="\w{64}"', b"", page).replace(b"/metricsx", b"/metrics")


def test_metrics_with_a_token_are_for_whoever_gives_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        settings, "ENVIRONMENT", dataclasses.replace(settings.ENVIRONMENT, metrics_token="abc")
    )
    assert scraped(client, REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer abc")
    for given in ({}, {"HTTP_AUTHORIZATION": "Bearer abcd"}, {"HTTP_AUTHORIZATION": "Bearer ä"}):
        assert client.get("/metrics", HTTP_HOST="127.0.0.1", **given).status_code == 404


def test_metrics_are_not_posted_to(client: Client) -> None:
    assert client.post("/metrics", HTTP_HOST="127.0.0.1").status_code == 404
