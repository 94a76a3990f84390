"""Many at once, on both databases: what one may rely on holds without anybody waiting politely."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django_scopes import scope, scopes_disabled

from linli.desk.common import channels, clock, keys, ledger, outbox, receipts, sweeps
from linli.desk.common.locks import lock
from linli.desk.common.models import LedgerEntry, Message, Receipt
from linli.desk.common.worker import Worker
from linli.desk.places.models import Community
from tests.desk.common.gateway import Gateway

pytestmark = pytest.mark.django_db(transaction=True)
_T = TypeVar("_T")


@pytest.fixture
def bridge(transactional_db: None) -> Community:
    return Community.objects.create(slug="bridge", name_zh="桥头社区", created_at=clock.now())


def at_once(count: int, work: Callable[[int], _T]) -> list[_T]:
    """Let so many threads go at the same moment; their answers, or the first error of any."""
    gate = threading.Barrier(count)

    def run(number: int) -> _T:
        gate.wait(10)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def put(community: Community, **more: str) -> Message:
    given = {"topic": "a.b", "channel": "sms", "to": "1", "title": "", "text": "甲", **more}
    with transaction.atomic():
        return outbox.put(community=community, **given)


def test_ledger_numbers_have_no_gap_and_no_double(bridge: Community) -> None:
    def write(number: int) -> None:
        for round_ in range(6):
            with transaction.atomic():
                ledger.append(
                    community=bridge, event="matter.noted", by=f"account:{number}", data={"round": round_}
                )
                if round_ == 2:
                    transaction.set_rollback(True)

    at_once(8, write)
    with scope(community=bridge):
        assert list(LedgerEntry.objects.values_list("number", flat=True)) == list(range(1, 41))
    assert ledger.verify(community=bridge) == []


def test_verify_beside_writers_finds_nothing_wrong(bridge: Community) -> None:
    def work(number: int) -> list[str]:
        if number < 3:
            for _ in range(15):
                with transaction.atomic():
                    ledger.append(community=bridge, event="matter.noted", by="system")
            return []
        return [problem for _ in range(8) for problem in ledger.verify(community=bridge)]

    assert at_once(5, work) == [[]] * 5


def test_same_receipt_key_from_many_threads_runs_once(bridge: Community) -> None:
    made: list[int] = []

    def ask(number: int) -> object:
        def make() -> int:
            made.append(number)
            time.sleep(0.05)
            return number

        with transaction.atomic():
            return receipts.once(community=bridge, key=uuid.UUID(int=3), verb="matter.received", make=make)

    answers = at_once(8, ask)
    assert len(made) == 1
    assert answers == [made[0]] * 8
    with scope(community=bridge):
        assert Receipt.objects.count() == 1


def test_same_message_key_from_many_threads_is_one_message(bridge: Community) -> None:
    def work(_: int) -> int:
        with transaction.atomic():
            return outbox.put(
                community=bridge, topic="a.b", channel="sms", to="1", title="", text="", key=uuid.UUID(int=4)
            ).pk

    assert len(set(at_once(8, work))) == 1


def test_deliverers_never_send_one_message_twice(bridge: Community, sms: Gateway) -> None:
    channels.set_gateway(community=bridge, channel="sms", url=sms.url, by="account:1")
    for number in range(12):
        put(bridge, to=str(number))
    sms.before_answer = lambda: time.sleep(0.02)
    assert sum(at_once(4, lambda _: outbox.deliver_due())) == 12
    assert sorted(path for path, _ in sms.taken) == sorted(f"/send/{number}" for number in range(12))


def test_message_being_sent_is_left_alone_by_others(bridge: Community, sms: Gateway) -> None:
    channels.set_gateway(community=bridge, channel="sms", url=sms.url, by="account:1")
    put(bridge)
    arrived, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        go_on.wait(3)

    sms.before_answer = hold

    def work(number: int) -> int:
        if number == 0:
            return outbox.deliver_due()
        arrived.wait(10)
        try:
            return outbox.deliver_due()
        finally:
            go_on.set()

    assert at_once(2, work) == [1, 0]
    assert len(sms.taken) == 1


def test_gateway_set_while_a_message_finds_none_leaves_none_behind(bridge: Community, sms: Gateway) -> None:
    def work(number: int) -> None:
        if number == 0:
            channels.set_gateway(community=bridge, channel="sms", url=sms.url, by="account:1")
        else:
            outbox.deliver_due()

    for _ in range(5):
        with scopes_disabled():
            channels.Gateway.objects.all().delete()
        put(bridge)
        at_once(3, work)
        while outbox.deliver_due():
            pass
        with scope(community=bridge):
            assert set(Message.objects.values_list("state", flat=True)) == {"delivered"}


def test_sweep_is_run_by_one_worker_only(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "_registered", {})
    ran: list[int] = []
    sweeps.sweep("one", every_s=3600)(lambda: ran.append(1))
    assert sum(at_once(6, lambda _: sweeps.run_due())) == 1
    assert ran == [1]


def test_locks_asked_for_in_any_order_never_wait_for_each_other(bridge: Community) -> None:
    inside: list[int] = []

    def work(number: int) -> None:
        things = ["matter:1", bridge, "matter:2", "matter:3"]
        for _ in range(5):
            with transaction.atomic():
                lock(*(things[number % 4 :] + things[: number % 4]))
                inside.append(number)
                assert inside == [number]
                time.sleep(0.002)
                inside.clear()

    at_once(6, work)


def test_lock_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match=r"transaction\.atomic"):
        lock("anything")


@pytest.mark.usefixtures("own_keys")
def test_rotate_beside_writers_leaves_everything_readable(bridge: Community) -> None:
    def work(number: int) -> int:
        if number == 0:
            return keys.rotate()
        return len([put(bridge, to=str(n)) for n in range(10)])

    at_once(4, work)
    keys.rotate()
    with scope(community=bridge):
        assert sorted(message.to for message in Message.objects.all()) == sorted([*"0123456789"] * 3)


def test_worker_sends_what_is_put_and_stops_when_told(bridge: Community, sms: Gateway) -> None:
    channels.set_gateway(community=bridge, channel="sms", url=sms.url, by="account:1")
    worker = Worker()
    worker.start()
    try:
        began = time.monotonic()
        put(bridge)
        while not sms.taken and time.monotonic() - began < 10:
            time.sleep(0.01)
        assert len(sms.taken) == 1
        assert time.monotonic() - began < 1.5, "it waited for its next look instead of being woken"
    finally:
        assert worker.stop()
    with scope(community=bridge):
        assert Message.objects.get().state == "delivered"


def test_worker_outlives_errors(
    bridge: Community, sms: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("linli.desk.common.worker._AFTER_ERROR_S", 0.05)
    channels.set_gateway(community=bridge, channel="sms", url=sms.url, by="account:1")
    right, failing = outbox.deliver_due, [ValueError("王小明"), ValueError("王小明")]

    def deliver_due(*, limit: int) -> int:
        if failing:
            raise failing.pop()
        return right(limit=limit)

    monkeypatch.setattr(outbox, "deliver_due", deliver_due)
    worker = Worker()
    worker.start()
    try:
        put(bridge)
        deadline = time.monotonic() + 10
        while not sms.taken and time.monotonic() < deadline:
            time.sleep(0.01)
            outbox.woken.set()
    finally:
        assert worker.stop()
    assert len(sms.taken) == 1
    assert "ValueError in " in caplog.text
    assert "王小明" not in caplog.text
