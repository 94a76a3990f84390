"""The table alone, walked at random by everybody who may."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from linli.desk.common.working_time import WorkingCalendar
from linli.desk.matters import deadlines, seed
from linli.desk.matters.lifecycle import (
    FINAL,
    OPEN,
    RUNNING,
    SETTLED,
    TRANSITIONS,
    State,
    Verb,
    Who,
    edge,
    target,
    verbs_from,
)

STAFF = {Who.DESK, Who.WORKER}


def test_every_edge_says_why_and_who():
    assert all(found.why and found.who for found in TRANSITIONS.values())
    assert set(State) == OPEN | SETTLED | FINAL
    assert not (OPEN & SETTLED)
    assert not (OPEN & FINAL)
    assert not SETTLED & FINAL


def test_staff_never_answer_the_callback():
    for (_state, verb), found in TRANSITIONS.items():
        if verb in {Verb.CONFIRM, Verb.DENY, Verb.WAIVE, Verb.WITHDRAW, Verb.REPLY}:
            assert found.who == {Who.RESIDENT}


def test_staff_close_only_what_nobody_reported_or_what_goes_on_elsewhere():
    closing = {
        verb
        for (_state, verb), found in TRANSITIONS.items()
        if found.to == State.CLOSED and found.who & STAFF
    } - {verb for (state, verb), found in TRANSITIONS.items() if state == State.CLOSED and found.to == state}
    assert closing == {Verb.CLOSE, Verb.MERGE}


def test_every_state_can_be_reached_and_left():
    reached, todo = {State.SUBMITTED}, [State.SUBMITTED]
    while todo:
        state = todo.pop()
        for (of, _verb), found in TRANSITIONS.items():
            if of == state and found.to is not None and found.to not in reached:
                reached.add(found.to)
                todo.append(found.to)
    assert reached == set(State)
    for state in State:
        assert any(of == state and found.to != state for (of, _verb), found in TRANSITIONS.items())


class Walk(RuleBasedStateMachine):
    """Anybody does anything that the table lets them."""

    def __init__(self) -> None:
        super().__init__()
        self.state, self.before_waiting = State.SUBMITTED, ""
        self.ever_final = False

    @rule(who=st.sampled_from(list(Who)), data=st.data())
    def walk(self, who: Who, data: st.DataObject) -> None:
        verbs = verbs_from(self.state, who={who})
        if not verbs:
            return
        verb = data.draw(st.sampled_from(verbs))
        after = target(self.state, verb, before_waiting=self.before_waiting)
        if self.state == State.CALLBACK and after == State.CLOSED:
            assert who in {Who.RESIDENT, Who.SYSTEM} or verb == Verb.MERGE
        if self.state in FINAL and after not in FINAL:
            assert (verb, after) == (Verb.REOPEN, State.REOPENED)
        if after == State.WAITING and self.state != State.WAITING:
            assert self.state in RUNNING
            self.before_waiting = self.state
        elif after != State.WAITING:
            self.before_waiting = ""
        self.state = after

    @invariant()
    def waiting_knows_its_way_back(self) -> None:
        assert (self.state == State.WAITING) == (self.before_waiting != "")

    @invariant()
    def somebody_can_always_go_on(self) -> None:
        assert verbs_from(self.state, who=STAFF)
        assert Verb.REOPEN in verbs_from(self.state, who={Who.RESIDENT}) or self.state not in FINAL


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

# A holiday of seven days, and the Saturday worked to make up for it.
CALENDAR = WorkingCalendar(
    tz=ZoneInfo("Asia/Shanghai"),
    special={
        **{dt.date(2026, 10, day): False for day in range(1, 8)},
        dt.date(2026, 2, 14): True,
        dt.date(2026, 2, 28): True,
        dt.date(2026, 10, 10): True,
    },
)
START = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 260 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes))
WAITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 240)), max_size=5)


def _matter(unit: str, days: int, at: dt.datetime) -> SimpleNamespace:
    category = SimpleNamespace(solve_unit=unit, solve_days=days)
    made = SimpleNamespace(category=category, state=State.IN_PROGRESS, paused_at=None, before_waiting="")
    deadlines.begin(made, at=at, calendar=CALENDAR)
    return made


@given(at=MOMENTS, days=st.integers(1, 15), waits=WAITS)
@settings(deadline=None, max_examples=80)
def test_due_moves_by_exactly_the_working_days_waited(
    at: dt.datetime, days: int, waits: list[tuple[int, int]]
):
    matter = _matter("working", days, at)
    due, now, waited = matter.solve_due_at, at, 0
    for before_h, wait_h in waits:
        now += dt.timedelta(hours=before_h)
        late = matter.solve_due_at <= now
        deadlines.pause(matter, at=now)
        resumed = now + dt.timedelta(hours=wait_h)
        if not late:
            waited += CALENDAR.working_days_between(CALENDAR.date_of(now), CALENDAR.date_of(resumed))
        now = resumed
        deadlines.resume(matter, at=now, calendar=CALENDAR)
        assert matter.warn_at <= matter.solve_due_at == matter.next_rung_at
    last = CALENDAR.date_of(due - dt.timedelta.resolution)
    moved = CALENDAR.date_of(matter.solve_due_at - dt.timedelta.resolution)
    assert CALENDAR.working_days_between(last, moved) == waited


@given(at=MOMENTS, days=st.integers(1, 15), waits=WAITS)
@settings(deadline=None, max_examples=80)
def test_due_in_clock_time_moves_by_exactly_the_time_waited(
    at: dt.datetime, days: int, waits: list[tuple[int, int]]
):
    matter = _matter("clock", days, at)
    due, now, waited = matter.solve_due_at, at, dt.timedelta()
    for before_h, wait_h in waits:
        now += dt.timedelta(hours=before_h)
        late = matter.solve_due_at <= now
        deadlines.pause(matter, at=now)
        now += dt.timedelta(hours=wait_h)
        deadlines.resume(matter, at=now, calendar=CALENDAR)
        waited += dt.timedelta() if late else dt.timedelta(hours=wait_h)
    assert matter.solve_due_at == due + waited


def test_seeded_categories_are_whole():
    rows = seed.categories()
    assert len({row["key"] for row in rows}) == len(rows) == 35
    for row in rows:
        assert row["group"] in seed.groups()
        assert row["emergency"] in {"", "police", "fire", "ambulance", "traffic"}
        assert not (row["sensitive"] and row["public"])
        assert row["evidence"]
        assert all(seed.evidence(key) != key for key in row["evidence"])


def test_edge_that_is_not_there_is_unlawful():
    assert edge(State.SUBMITTED, Verb.ACCEPT).to == State.ACCEPTED
    assert (State.SUBMITTED, Verb.FINISH) not in TRANSITIONS
