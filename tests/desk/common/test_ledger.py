from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django_scopes import scope, scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.desk.common import guards, ledger
from linli.desk.common.models import LedgerEntry, LedgerHead, MessageState, ReadEntry
from linli.desk.places.models import Community
from tests.desk.clock import frozen

pytestmark = pytest.mark.django_db


def write(community: Community, count: int) -> list[LedgerEntry]:
    with transaction.atomic():
        return [
            ledger.append(
                community=community, event="matter.assigned", by="account:3", about=f"matter:{number}",
                data={"to": number, "states": ["accepted", "dispatched"], "at": "2026-11-24T01:00:00+00:00"},
            )
            for number in range(1, count + 1)
        ]  # fmt: skip


def test_append_numbers_each_community_from_one(bridge: Community, mill: Community) -> None:
    assert [entry.number for entry in write(bridge, 3)] == [1, 2, 3]
    assert [entry.number for entry in write(mill, 2)] == [1, 2]
    with scope(community=bridge):
        first, second, third = LedgerEntry.objects.all()
        assert first.previous == "0" * 64
        assert second.previous == first.digest
        assert third.previous == second.digest
        assert LedgerHead.objects.get().digest == third.digest
    assert ledger.verify(community=bridge) == ledger.verify(community=mill) == []


def test_append_takes_few_queries(bridge: Community, django_assert_max_num_queries: Any) -> None:
    write(bridge, 1)
    with transaction.atomic(), django_assert_max_num_queries(4):  # lock (PostgreSQL), read, insert, head
        ledger.append(community=bridge, event="matter.closed", by="system")


def test_append_keeps_the_moment_and_plain_values(bridge: Community) -> None:
    key = uuid.UUID(int=7)
    with frozen("2026-11-24T09:00:00.123456+08:00"), transaction.atomic():
        entry = ledger.append(
            community=bridge, event="message.died", by="system", about="message:1",
            data={"key": key, "state": MessageState.DEAD, "until": dt.date(2026, 12, 1), "set": {2, 1}, "none": None},
        )  # fmt: skip
    entry.refresh_from_db()
    assert entry.at == dt.datetime(2026, 11, 24, 1, 0, 0, 123456, tzinfo=dt.UTC)
    assert entry.data == {
        "key": str(key),
        "state": "dead",
        "until": "2026-12-01",
        "set": [1, 2],
        "none": None,
    }
    assert ledger.verify(community=bridge) == []


@pytest.mark.parametrize(
    "given_",
    [
        {"event": "Matter assigned"},
        {"event": "matter"},
        {"by": ""},
        {"by": "王小明"},
        {"about": "matter 12"},
        {"data": {"words": "楼道灯坏了"}},
        {"data": {"words": "the lamp is broken"}},
        {"data": {"deep": [{"words": "王小明"}]}},
        {"data": {"lon": 121.5}},
        {"data": {"long": "x" * 201}},
    ],
)
def test_append_of_words_is_refused(bridge: Community, given_: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ledger: "), transaction.atomic():
        ledger.append(**{"community": bridge, "event": "matter.assigned", "by": "account:3", **given_})
    assert ledger.verify(community=bridge) == []
    with scope(community=bridge):
        assert not LedgerEntry.objects.exists()


def test_append_that_is_rolled_back_leaves_no_gap(bridge: Community) -> None:
    write(bridge, 1)
    with transaction.atomic():
        write(bridge, 1)
        transaction.set_rollback(True)
    assert [entry.number for entry in write(bridge, 1)] == [2]
    assert ledger.verify(community=bridge) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_ledgerentry SET event = 'matter.refused'",
        "DELETE FROM common_ledgerentry",
        "UPDATE common_readentry SET reason = ''",
        "DELETE FROM common_readentry",
        "DELETE FROM common_ledgerhead",
        "UPDATE common_ledgerhead SET number = 1",
        "UPDATE common_ledgerhead SET digest = ''",
    ],
)
def test_ledger_cannot_be_changed_or_deleted(bridge: Community, statement: str) -> None:
    write(bridge, 2)
    ledger.record_read(
        community=bridge, by="account:3", about="resident:4", fields=["phone"], reason="来电回访"
    )
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert ledger.verify(community=bridge) == []
    with scope(community=bridge):
        assert ReadEntry.objects.get().fields == ["phone"]


def test_guards_removed_are_missing_until_installed(bridge: Community) -> None:
    guards.remove(connection)
    assert len(guards.missing(connection)) == (9 if connection.vendor == "postgresql" else 6)
    guards.install(connection)
    guards.install(connection)
    assert guards.missing(connection) == []


_CHANGES: dict[str, Any] = {
    "number": st.integers(7, 99),
    "at": st.integers(1, 10**9).map(lambda us: dt.timedelta(microseconds=us)),
    "event": st.sampled_from(["matter.refused", "matter.assigne"]),
    "actor": st.sampled_from(["account:4", "system", "account:33"]),
    "about": st.sampled_from(["", "matter:99"]),
    "data": st.sampled_from([{}, {"to": 1}, {"to": "1"}, []]),
    "previous": st.sampled_from(["0" * 64, "f" * 64, ""]),
    "digest": st.sampled_from(["0" * 64, "f" * 64, ""]),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_verify_finds_any_one_change(bridge: Community, mill: Community, data: st.DataObject) -> None:
    with transaction.atomic(), scopes_disabled():
        size = data.draw(st.integers(1, 6), label="entries")
        entries = write(bridge, size)
        assert ledger.verify(community=bridge) == []
        guards.remove(connection)
        one = data.draw(st.sampled_from(entries), label="entry")
        row = LedgerEntry.objects.filter(pk=one.pk)
        kind = data.draw(st.sampled_from(["change", "remove", "cut", "swap", "move", "add"]), label="kind")
        if kind == "change":
            field = data.draw(st.sampled_from(sorted(_CHANGES)), label="field")
            value = data.draw(_CHANGES[field], label="value")
            value = one.at + value if field == "at" else value
            row.update(**{field: value if value != getattr(one, field) else "changed"})
        elif kind == "remove":
            row.delete()
        elif kind == "cut":
            LedgerEntry.objects.filter(community=bridge, number__gte=one.number).delete()
        elif kind == "move":
            row.update(community=mill)
        elif kind == "add":
            after = LedgerEntry(
                community=bridge, number=size + 1, at=one.at, event="matter.closed", actor="system", data={},
                previous=entries[-1].digest,
            )  # fmt: skip
            after.digest = ledger.digest_of(after)
            after.save(force_insert=True)
        elif size > 1:
            other = data.draw(st.sampled_from([entry for entry in entries if entry != one]), label="other")
            row.update(number=10_000)
            LedgerEntry.objects.filter(pk=other.pk).update(number=one.number)
            row.update(number=other.number)
        else:
            row.delete()
        assert ledger.verify(community=bridge) != []
        transaction.set_rollback(True)
