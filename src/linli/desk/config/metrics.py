"""Figures for Prometheus: the desk's work out of the database at each scrape, requests as this process has seen them.

Where several processes serve, each tells of its own requests (`process_start_time_seconds` says which one answered); the
rest is the same whoever answers.
"""

from __future__ import annotations

import hmac
import shutil
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django_scopes import scopes_disabled
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

from linli.desk.common import clock, standing
from linli.desk.common.models import LedgerHead
from linli.desk.matters.lifecycle import OPEN
from linli.desk.matters.models import Matter

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HERE = {"127.0.0.1", "::1"}
_LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}

_process = CollectorRegistry()
ProcessCollector(registry=_process)
_requests = Counter(
    "linli_requests", "Requests answered by this process.", ["route", "method", "status"], registry=_process
)
_seconds = Histogram(
    "linli_request_seconds",
    "Time this process took to answer.",
    ["route"],
    registry=_process,
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)


def count_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _requests.labels(route, method, str(status)).inc()
    _seconds.labels(route).observe(seconds)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the figures to whoever has the token; where none is set, to this machine. To others there is nothing here."""
    if request.method not in {"GET", "HEAD"} or not _may_see(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Desk())
    return HttpResponse(generate_latest(registry) + generate_latest(_process), content_type=_TYPE)


def _may_see(request: HttpRequest) -> bool:
    token = settings.ENVIRONMENT.metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # Behind another web server everybody comes from this machine; the name they ask for tells them apart.
    name = request.get_host().rsplit(":", 1)[0] if "]" not in request.get_host() else "[::1]"
    return request.META.get("REMOTE_ADDR") in _HERE and name in _LOCAL_NAMES


class _Desk:
    """What the database says now."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("linli_database_up", "1 where the database answers.")
        try:
            found = list(_of_the_database())
        except DatabaseError:
            found = []
        up.add_metric([], float(bool(found)))
        yield up
        yield from found
        room = GaugeMetricFamily("linli_disk_free_bytes", "Room where the data folder is.")
        room.add_metric([], shutil.disk_usage(settings.DATA).free)
        yield room


def _of_the_database() -> Iterator[GaugeMetricFamily]:
    work = standing.of_the_work()
    yield _gauge(
        "linli_worker_seen_seconds",
        "Since a worker was last at its sweeps.",
        float("inf") if work.worker_seen_s is None else work.worker_seen_s,
    )
    yield _gauge(
        "linli_messages_oldest_due_seconds", "How long the message due longest waits.", work.oldest_due_s
    )
    stood = GaugeMetricFamily(
        "linli_messages", "Messages not delivered; dead ones of the last 7 days.", labels=["state"]
    )
    for name, count in (("waiting", work.waiting), ("no_gateway", work.no_gateway), ("dead", work.dead)):
        stood.add_metric([name], count)
    yield stood
    yield _gauge("linli_sweep_late_seconds", "How late the latest sweep is.", work.sweep_late_s)
    yield _gauge("linli_sweeps_failing", "Sweeps whose last run failed.", work.sweeps_failing)
    yield from _of_communities()


def _of_communities() -> Iterator[GaugeMetricFamily]:
    with scopes_disabled():
        heads = list(LedgerHead.objects.values_list("community__slug", "number"))
        unfinished = Matter.objects.filter(state__in=OPEN).order_by().values("community__slug")
        rows = list(
            unfinished.annotate(all=Count("pk"), late=Count("pk", filter=Q(solve_due_at__lt=clock.now())))
        )
    entries = GaugeMetricFamily(
        "linli_ledger_entries", "Entries in a community's ledger.", labels=["community"]
    )
    for slug, number in heads:
        entries.add_metric([slug], number)
    opened = GaugeMetricFamily("linli_matters_open", "Matters not closed.", labels=["community"])
    late = GaugeMetricFamily("linli_matters_overdue", "Matters not closed in time.", labels=["community"])
    for row in rows:
        opened.add_metric([row["community__slug"]], row["all"])
        late.add_metric([row["community__slug"]], row["late"])
    yield from (entries, opened, late)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value=value)
