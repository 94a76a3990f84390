from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from django_scopes import scopes_disabled

from linli.desk.common import outbox, sweeps
from linli.desk.common.models import Message, SweepRun
from linli.desk.places.models import Community
from tests.desk.clock import frozen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_sweeps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sweeps, "_registered", {})
    return


def test_sweep_runs_when_its_time_has_come() -> None:
    ran: list[dt.datetime] = []
    with frozen() as time:
        sweeps.sweep("deadlines", every_s=60)(lambda: ran.append(time.moment))
        assert sweeps.run_due() == 1
        assert sweeps.run_due() == 0
        time.move(seconds=59)
        assert sweeps.run_due() == 0
        time.move(seconds=1)
        assert sweeps.run_due() == 1
        assert len(ran) == 2
        assert SweepRun.objects.get().last_ran_at == time.moment


def test_sweep_that_fails_stalls_no_other_and_tells_no_words(caplog: pytest.LogCaptureFixture) -> None:
    ran = []

    @sweeps.sweep("bad", every_s=60)
    def bad() -> None:
        raise ValueError("王小明的路灯")

    sweeps.sweep("good", every_s=60)(lambda: ran.append(1))
    with frozen() as time:
        assert sweeps.run_due() == 2
        time.move(seconds=60)
        assert sweeps.run_due() == 2
    assert ran == [1, 1]
    row = SweepRun.objects.get(name="bad")
    assert row.failures == 2
    assert row.problem.startswith("ValueError in ")
    assert "王小明" not in caplog.text + row.problem


def test_sweep_that_is_well_again_forgets_its_failures() -> None:
    fail = [True, False]

    @sweeps.sweep("sometimes", every_s=60)
    def sometimes() -> None:
        if fail.pop(0):
            raise ValueError

    with frozen() as time:
        sweeps.run_due()
        time.move(seconds=60)
        sweeps.run_due()
    assert (SweepRun.objects.get().failures, SweepRun.objects.get().problem) == (0, "")


def test_two_sweeps_of_one_name_are_refused() -> None:
    sweeps.sweep("one", every_s=60)(outbox.forget)
    sweeps.sweep("one", every_s=60)(outbox.forget)
    with pytest.raises(ValueError, match="another of that name"):
        sweeps.sweep("one", every_s=60)(outbox.deliver_due)


def test_work_through_pushes_a_failing_row_forward(bridge: Community) -> None:
    with frozen() as time, scopes_disabled():
        with transaction.atomic():
            rows = [
                outbox.put(community=bridge, topic="a.b", channel="sms", to=str(n), title="", text="")
                for n in range(3)
            ]
        done: list[str] = []

        def work(row: Message) -> None:
            Message.objects.filter(pk=row.pk).update(problem="touched", due_at=time.moment + dt.timedelta(1))
            if row.to == "0":
                raise ValueError
            done.append(row.to)

        assert sweeps.work_through(Message.objects.all(), work, push_s=60) == 2
        assert done == ["1", "2"]
        rows[0].refresh_from_db()
        assert rows[0].problem == ""  # undone with what failed
        assert rows[0].due_at == time.moment + dt.timedelta(seconds=60)
        assert sweeps.work_through(Message.objects.all(), work) == 0


def test_push_forward_leaves_a_row_that_was_moved_meanwhile(bridge: Community) -> None:
    with frozen(), scopes_disabled(), transaction.atomic():
        row = outbox.put(community=bridge, topic="a.b", channel="sms", to="", title="", text="")
        Message.objects.update(due_at=row.due_at + dt.timedelta(days=1))
        assert not sweeps.push_forward(row)
