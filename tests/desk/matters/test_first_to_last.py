"""A matter from the resident's first word to the resident's last."""

from __future__ import annotations

import uuid

import pytest

from linli.desk.common import ledger
from linli.desk.common.models import LedgerEntry, Message, Receipt
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, Outcome, State, Step
from linli.desk.matters.queries import by_follow_code, timeline
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT, SYSTEM
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_SECOND, NOWHERE, Receive
from tests.desk.people.conftest import Office


def test_report_reaches_the_worker_of_its_grid_at_once(receive: Receive, office: Office, neighbour):
    received = receive(reporter=neighbour)
    matter = received.matter
    assert (matter.number, matter.code) == (1, "26-00001")
    assert matter.grid == office.grids[0]
    assert matter.worker == office.accounts["grid_worker"]
    assert (matter.state, matter.routed_by) == (State.DISPATCHED, "grid")
    # Four office days: three to solve, none for the day of receipt.
    assert matter.solve_due_at.isoformat() == "2026-11-27T16:00:00+00:00"
    assert matter.respond_due_at.isoformat() == "2026-11-25T01:00:00+00:00"
    assert matter.responded_at is None
    assert [step.verb for step in matter.steps.all()] == ["receive", "assign"]
    events = list(LedgerEntry.objects.filter(about=matter.key).values_list("event", "actor"))
    assert events == [("matter.received", "resident"), ("matter.assigned", "system")]
    assert ledger.verify(community=office.community) == []


def test_report_tells_the_resident_in_their_language_and_the_worker(
    receive: Receive, neighbour, office: Office
):
    received = receive(reporter=neighbour)
    told = {message.topic: message for message in Message.objects.filter(about=received.matter.key)}
    assert set(told) == {"matter.receive", "matter.assigned"}
    assert (told["matter.receive"].channel, told["matter.receive"].to) == ("sms", "13812345678")
    assert "26-00001" in told["matter.receive"].title
    assert received.follow_code in told["matter.receive"].text
    assert told["matter.assigned"].to == office.accounts["grid_worker"].key
    assert "路灯" not in told["matter.assigned"].text


def test_report_outside_every_grid_waits_at_the_desk(receive: Receive, office: Office):
    matter = receive(at=NOWHERE).matter
    assert (matter.grid, matter.worker, matter.state) == (None, None, State.SUBMITTED)
    desk = Message.objects.get(topic="matter.unrouted")
    assert desk.to == office.accounts["desk"].key


def test_sensitive_report_is_handed_to_nobody_by_itself(receive: Receive):
    matter = receive(category="dispute").matter
    assert (matter.worker, matter.state, matter.public) == (None, State.SUBMITTED, False)
    assert receive(confidential=True).matter.worker is None


def test_report_in_the_other_grid_goes_to_its_worker(receive: Receive, office: Office):
    assert receive(at=IN_SECOND).matter.worker == office.accounts["other"]


def test_same_request_again_is_the_same_matter(receive: Receive):
    key = uuid.uuid4()
    first, second = receive(key=key), receive(key=key)
    assert (first.again, second.again) == (False, True)
    assert first.matter == second.matter
    assert first.follow_code == second.follow_code
    assert Matter.objects.count() == 1
    assert Receipt.objects.filter(key=key).count() == 1


def test_matter_is_done_asked_and_closed_by_the_resident(matter: Matter, office: Office, time: Frozen):
    worker, resident = office.actor("grid_worker"), RESIDENT(office.community)
    time.move(hours=1)
    matter = actions.start_matter(matter=matter, by=worker, key=uuid.uuid4())
    assert (matter.state, matter.responded_at) == (State.IN_PROGRESS, time.moment)
    time.move(hours=5)
    matter = actions.finish_matter(
        matter=matter, by=worker, text="换了灯泡", outcome=Outcome.FIXED, key=uuid.uuid4()
    )
    assert (matter.state, matter.done_at, matter.next_rung_at) == (State.DONE, time.moment, None)
    matter = actions.open_callback(matter=matter, by=SYSTEM(office.community))
    assert matter.state == State.CALLBACK
    matter = actions.resident_answers(
        matter=matter, by=resident, solved=True, satisfied=True, rating=5, text="谢谢", key=uuid.uuid4()
    )
    assert (matter.state, matter.outcome, matter.closed_at) == (State.CLOSED, Outcome.FIXED, time.moment)
    assert (matter.solved, matter.satisfied, matter.rating) == (True, True, 5)
    assert [(row.round, row.solved) for row in matter.callbacks.all()] == [(1, True)]
    assert ledger.verify(community=office.community) == []
    # Six steps, their numbers without a gap, each in the ledger.
    numbers = list(Step.objects.filter(matter=matter).values_list("number", flat=True))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert LedgerEntry.objects.filter(about=matter.key).count() == 6
    assert not LedgerEntry.objects.filter(data__icontains="灯").exists()


def test_not_fixed_goes_another_round_with_a_new_deadline(matter: Matter, office: Office, time: Frozen):
    worker, resident = office.actor("grid_worker"), RESIDENT(office.community)
    matter = actions.finish_matter(matter=matter, by=worker, text="好了")
    time.move(days=3)
    matter = actions.resident_answers(
        matter=matter, by=resident, solved=False, satisfied=False, text="还是黑的"
    )
    assert (matter.state, matter.reopened, matter.outcome, matter.solved) == (State.REOPENED, 1, "", None)
    # Friday the 27th, three office days on.
    assert matter.solve_due_at.isoformat() == "2026-12-02T16:00:00+00:00"
    assert [row.solved for row in matter.callbacks.all()] == [False]
    matter = actions.start_matter(matter=matter, by=worker)
    matter = actions.finish_matter(matter=matter, by=worker, text="换了线路")
    matter = actions.resident_answers(matter=matter, by=resident, solved=True, satisfied=None)
    assert [(row.round, row.solved) for row in matter.callbacks.all()] == [(1, False), (2, True)]


@pytest.mark.parametrize("name", ["director", "desk", "grid_worker", "other", "auditor", "volunteer"])
def test_callback_answered_by_staff_is_forbidden(matter: Matter, office: Office, name: str):
    matter = actions.finish_matter(matter=matter, by=office.actor("grid_worker"), text="好了")
    with pytest.raises(ForbiddenError):
        actions.resident_answers(matter=matter, by=office.actor(name), solved=True, satisfied=True)
    matter.refresh_from_db()
    assert (matter.state, matter.solved) == (State.DONE, None)


@pytest.mark.parametrize("name", ["other", "auditor", "volunteer", "mediator"])
def test_work_by_those_who_do_not_have_it_is_forbidden(matter: Matter, office: Office, name: str):
    with pytest.raises(ForbiddenError):
        actions.start_matter(matter=matter, by=office.actor(name))
    assert Matter.objects.get().state == State.DISPATCHED


def test_what_cannot_be_done_is_not_reopened_by_one_who_understands(matter: Matter, office: Office):
    by = office.actor("grid_worker")
    matter = actions.finish_matter(matter=matter, by=by, text="产权不在我们", outcome=Outcome.NOT_POSSIBLE)
    resident = RESIDENT(office.community)
    matter = actions.resident_answers(matter=matter, by=resident, solved=False, satisfied=True)
    assert (matter.state, matter.outcome, matter.solved) == (State.CLOSED, Outcome.NOT_POSSIBLE, False)


def test_conflict_is_said_and_nothing_is_done(matter: Matter, office: Office):
    worker = office.actor("grid_worker")
    seen = matter.version
    actions.note_matter(matter=matter, by=office.actor("desk"), text="物业说明天来")
    with pytest.raises(actions.ConflictError) as caught:
        actions.start_matter(matter=matter, by=worker, version=seen)
    assert caught.value.matter.version == seen + 1
    assert Matter.objects.get().state == State.DISPATCHED


def test_verb_not_possible_now_says_so(matter: Matter, office: Office):
    worker = office.actor("grid_worker")
    matter = actions.start_matter(matter=matter, by=worker)
    with pytest.raises(actions.NotNowError) as caught:
        actions.object_to_matter(matter=matter, by=worker, reason="不是我的")
    assert (caught.value.matter.state, caught.value.verb) == (State.IN_PROGRESS, "object")


def test_code_opens_what_was_reported_however_it_is_typed(receive: Receive, office: Office):
    received = receive()
    opened = by_follow_code(office.community, received.follow_code.lower().replace("-", " "))
    assert opened is not None
    assert (opened.matter, opened.reported) == (received.matter, True)
    assert by_follow_code(office.community, "0000-0000-00") is None
    assert by_follow_code(office.community, "nonsense") is None


def test_timelines_show_each_what_is_theirs(matter: Matter, office: Office):
    worker, resident = office.actor("grid_worker"), RESIDENT(office.community)
    matter = actions.start_matter(matter=matter, by=worker)
    matter = actions.note_matter(matter=matter, by=worker, text="二楼的老李有梯子")
    matter = actions.ask_resident(matter=matter, by=worker, question="是哪一盏?")
    matter = actions.resident_replies(matter=matter, by=resident, text="靠近301的")
    public = timeline(matter, "public")
    reporter = timeline(matter, "reporter")
    internal = timeline(matter, "internal")
    assert [moment.step.verb for moment in public] == ["receive", "assign", "start"]
    assert [moment.step.verb for moment in reporter] == ["receive", "assign", "start", "ask", "reply"]
    assert [moment.step.verb for moment in internal] == ["receive", "assign", "start", "note", "ask", "reply"]
    assert reporter[-1].text == "靠近301的"
    assert all("301" not in moment.text and "老李" not in moment.internal_text for moment in public)


def test_deadline_passes_over_the_national_day_and_counts_the_make_up_saturday(
    receive: Receive, office: Office, time: Frozen
):
    time.set("2026-09-30T09:00:00+08:00")
    matter = receive().matter
    # Three working days after a week off: Thursday the 8th, Friday, and the Saturday worked to make up for it.
    assert matter.solve_due_at.isoformat() == "2026-10-10T16:00:00+00:00"
