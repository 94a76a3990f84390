from __future__ import annotations

import datetime as dt

import pytest

from linli.desk.common import ledger
from linli.desk.common.models import Message
from linli.desk.matters import actions, sweeps
from linli.desk.matters.errors import RefusedError
from linli.desk.matters.models import Matter, State
from linli.desk.matters.queries import rates
from linli.desk.people.actors import RESIDENT
from tests.desk.clock import Frozen
from tests.desk.people.conftest import Office


def test_worker_is_warned_at_four_fifths_once(matter: Matter, time: Frozen):
    # 24 office hours (Wednesday, Thursday, Friday) and the 8 of Tuesday: 80 % of 32 are over on Friday at 10:36.
    time.set("2026-11-27T10:35:00+08:00")
    assert sweeps.warn() == 0
    time.set("2026-11-27T10:36:00+08:00")
    assert sweeps.warn() == 1
    assert sweeps.warn() == 0
    assert Message.objects.filter(topic="matter.warned").count() == 1


def test_late_matter_climbs_until_somebody_answers_for_it(matter: Matter, office: Office, time: Frozen):
    time.set("2026-11-27T23:59:00+08:00")
    assert sweeps.climb() == 0
    time.set("2026-11-28T00:00:00+08:00")
    assert sweeps.climb() == 1
    matter.refresh_from_db()
    # A Saturday: the worker has four office hours, of Monday.
    assert (matter.rung, matter.is_overdue) == (1, True)
    assert matter.next_rung_at.isoformat() == "2026-11-30T05:00:00+00:00"
    time.set("2026-11-30T13:00:00+08:00")
    sweeps.climb()
    assert [row.who for row in matter.escalations.all()] == ["worker", "desk"]
    matter = actions.acknowledge_rung(matter=matter, by=office.actor("desk"), note="电工周三来")
    assert matter.next_rung_at.isoformat() == "2026-12-02T05:00:00+00:00"
    assert all(row.acknowledged_by == office.accounts["desk"].key for row in matter.escalations.all())
    time.set("2026-12-02T13:00:00+08:00")
    sweeps.climb()
    assert [row.who for row in matter.escalations.all()] == ["worker", "desk", "director"]


def test_rung_of_a_deadline_that_was_moved_is_no_longer_answered_for(
    matter: Matter, office: Office, time: Frozen
):
    time.set("2026-11-28T00:00:00+08:00")
    assert sweeps.climb() == 1
    until = time.moment + dt.timedelta(days=30)
    matter = actions.extend(matter=matter, by=office.actor("desk"), until=until, reason="等配件")
    with pytest.raises(RefusedError):
        actions.acknowledge_rung(matter=matter, by=office.actor("desk"), note="电工周三来")
    time.move(days=5)
    assert sweeps.climb() == 0
    matter.refresh_from_db()
    assert (matter.rung, matter.next_rung_at, matter.overdue_at) == (0, until, None)


def test_clock_stands_still_while_the_resident_is_asked(matter: Matter, office: Office, time: Frozen):
    due = matter.solve_due_at
    time.set("2026-11-25T10:00:00+08:00")
    matter = actions.ask_resident(matter=matter, by=office.actor("grid_worker"), question="哪一盏?")
    time.set("2026-11-30T10:00:00+08:00")
    assert sweeps.climb() == 0
    matter = actions.resident_replies(matter=matter, by=RESIDENT(office.community), text="门口的")
    # Three office days waited (Thursday, Friday, Monday), three more to go: from Friday to Wednesday.
    assert matter.state == State.DISPATCHED
    assert (due.isoformat(), matter.solve_due_at.isoformat()) == (
        "2026-11-27T16:00:00+00:00",
        "2026-12-02T16:00:00+00:00",
    )


def test_question_in_another_round_begins_no_third_one(matter: Matter, office: Office, time: Frozen):
    worker, resident = office.actor("grid_worker"), RESIDENT(office.community)
    actions.finish_matter(matter=matter, by=worker, text="好了")
    matter = actions.resident_answers(matter=matter, by=resident, solved=False)
    due = matter.solve_due_at
    assert (matter.state, matter.reopened) == (State.REOPENED, 1)
    matter = actions.ask_resident(matter=matter, by=worker, question="哪一盏?")
    time.move(hours=2)
    matter = actions.resident_replies(matter=matter, by=resident, text="门口的")
    # Asked and answered on one day: nothing was waited, and the deadline stays.
    assert (matter.state, matter.reopened, matter.solve_due_at) == (State.REOPENED, 1, due)


def test_callback_is_opened_reminded_and_closed_as_unanswered(matter: Matter, office: Office, time: Frozen):
    matter = actions.finish_matter(matter=matter, by=office.actor("grid_worker"), text="好了")
    assert sweeps.nudge() == 1
    matter.refresh_from_db()
    assert matter.state == State.CALLBACK
    for days in (3, 4):
        time.move(days=days)
        assert sweeps.nudge() == 1
    assert Message.objects.filter(topic="matter.reminded").count() == 2
    time.move(days=7)
    assert sweeps.nudge() == 1
    matter.refresh_from_db()
    assert (matter.state, matter.outcome, matter.satisfied, matter.solved) == ("closed", "fixed", None, None)
    counted = rates(community=office.community)
    assert (counted.solution.denominator, counted.satisfaction.denominator, counted.unanswered) == (0, 0, 1)
    assert (counted.response.numerator, counted.response.denominator) == (1, 1)
    assert ledger.verify(community=office.community) == []


def test_question_nobody_answers_goes_back_to_the_worker(matter: Matter, office: Office, time: Frozen):
    actions.ask_resident(matter=matter, by=office.actor("grid_worker"), question="哪一盏?")
    for days in (3, 4, 7):
        time.move(days=days)
        assert sweeps.nudge() == 1
    matter.refresh_from_db()
    assert (matter.state, matter.paused_at) == (State.DISPATCHED, None)
    assert Message.objects.filter(topic="matter.resumed").count() == 1
