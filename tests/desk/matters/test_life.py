"""Anybody does anything to one matter while time goes by: the real actions and sweeps against a model kept by hand.

From the 28th of September 2026: a holiday of seven days follows, and a Saturday worked to make up for it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django_scopes import scope
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from linli.desk.common import ledger
from linli.desk.common.calendar import seed_calendar
from linli.desk.matters import actions, sweeps
from linli.desk.matters.errors import NotNowError, RefusedError
from linli.desk.matters.lifecycle import RUNNING, TRANSITIONS, State, Verb, Who
from linli.desk.matters.models import Category, Follower, Matter, Source
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT, SYSTEM, Actor
from tests.desk.clock import Frozen, frozen
from tests.desk.matters.conftest import IN_FIRST, NOWHERE
from tests.desk.people.conftest import Office, make_office

HERE = dt.timezone(dt.timedelta(hours=8))
BEGIN, END = "2026-09-28T09:00:00+08:00", dt.datetime(2026, 12, 20, tzinfo=HERE)
DAY = dt.timedelta(days=1)
HOLIDAYS = {dt.date(2026, 10, day) for day in range(1, 8)}
MADE_UP = dt.date(2026, 10, 10)
LAPSES, RESUMES = 14 * DAY, 14 * DAY
ACTORS = (
    "desk",
    "director",
    "grid_worker",
    "other",
    "volunteer",
    "auditor",
    "next door",
    "resident",
    "system",
)
HANDS = ("grid_worker", "other", "volunteer")
DEEDS = (
    Verb.ACCEPT, Verb.REFUSE, Verb.ANSWER, Verb.ASSIGN, Verb.OBJECT, Verb.START, Verb.ASK, Verb.REPLY, Verb.RESUME,
    Verb.WHISTLE, Verb.REPORT, Verb.EXTEND, Verb.FINISH, Verb.OPEN_CALLBACK, Verb.CONFIRM, Verb.DENY, Verb.WAIVE,
    Verb.LAPSE, Verb.CLOSE, Verb.REOPEN, Verb.WITHDRAW, Verb.NOTE, Verb.SAY, Verb.ADD, Verb.ACKNOWLEDGE,
)  # fmt: skip


def is_worked(day: dt.date) -> bool:
    return day == MADE_UP or (day.weekday() < 5 and day not in HOLIDAYS)


def later(day: dt.date, count: int) -> dt.date:
    """The `count`-th day after a day that is worked."""
    while count:
        day += DAY
        count -= is_worked(day)
    return day


def day_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(HERE).date()


def midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + DAY, dt.time(), HERE)


def test_the_days_of_this_test_are_those_of_the_calendar(db: None) -> None:
    del db
    community = make_office("willow").community
    seed_calendar(community=community, years=[2026])
    calendar = actions.core.working_calendar(community)
    days = [dt.date(2026, 9, 28) + n * DAY for n in range(84)]
    assert [day for day in days if calendar.is_working(day) != is_worked(day)] == []


class Life(RuleBasedStateMachine):
    """The model: a state, a deadline, who has it, how often it was changed."""

    office: Office
    actors: dict[str, Actor]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.stopped = frozen(BEGIN)
        self.time: Frozen = self.stopped.__enter__()
        self.inside = scope(community=self.office.community)
        self.inside.__enter__()

    def teardown(self) -> None:
        assert ledger.verify(community=self.office.community) == []
        transaction.set_rollback(True)
        self.inside.__exit__(None, None, None)
        self.stopped.__exit__(None, None, None)
        self.undo.__exit__(None, None, None)

    @initialize(placed=st.booleans(), reported=st.booleans(), in_days=st.booleans())
    def receive(self, placed: bool, reported: bool, in_days: bool) -> None:
        category = Category.objects.get(key="lighting")
        category.solve_unit = Category.Unit.WORKING if in_days else Category.Unit.CLOCK
        category.save()
        self.in_days, self.days, self.placed, self.reported = in_days, category.solve_days, placed, reported
        lon, lat = IN_FIRST if placed else NOWHERE
        received = actions.receive_matter(
            community=self.office.community,
            by=RESIDENT(self.office.community) if reported else self.actors["volunteer"],
            source=Source.PAGE if reported else Source.WORKER,
            category=category,
            words="路灯坏了",
            lon=lon,
            lat=lat,
            answers={"lamp": "in_the_street"},
            key=uuid.uuid4(),
        )
        self.pk = received.matter.pk
        self.follower = Follower.objects.filter(matter=received.matter, reported=True).first()
        assert (self.follower is not None) == reported
        self.state = State.DISPATCHED if placed else State.SUBMITTED
        self.worker = "grid_worker" if placed else None
        self.version = received.matter.version
        self.before, self.decided, self.outcome, self.solved, self.reopened = "", False, "", None, 0
        self.asked_at = self.opened_at = None
        self._begin()

    def _begin(self) -> None:
        now = self.time.moment
        self.late = False
        self.due = midnight_after(later(day_of(now), self.days)) if self.in_days else now + self.days * DAY

    def _run_on(self) -> None:
        """The clock runs on: what was waited is given back, unless it was late already."""
        asked, now = self.asked_at, self.time.moment
        assert asked is not None
        if self.due > asked:
            taken = sum(
                is_worked(day_of(asked) + n * DAY) for n in range(1, (day_of(now) - day_of(asked)).days + 1)
            )
            if not self.in_days:
                self.due += now - asked
            elif taken:
                self.due = midnight_after(later(day_of(self.due - dt.timedelta(microseconds=1)), taken))
        self.asked_at = None

    def matter(self) -> Matter:
        return Matter.objects.select_related("community", "category", "worker", "deputy", "grid").get(
            pk=self.pk
        )

    def who(self, name: str) -> set[Who]:
        """As what somebody acts, said once more and otherwise than in `rules`."""
        if name in {"auditor", "next door"}:
            return set()
        if name in {"resident", "system"}:
            return {Who(name)}
        found = {Who.DESK} if name in {"desk", "director"} else set()
        in_hand = name == self.worker or (name == "grid_worker" and self.placed)
        return found | ({Who.WORKER} if in_hand else set())

    @precondition(lambda self: self.time.moment < END)
    @rule(hours=st.sampled_from([1, 5, 9, 20, 48, 72, 120, 190]))
    def wait(self, hours: int) -> None:
        now = self.time.move(hours=hours)
        sweeps.warn()
        sweeps.climb()
        self.late = self.late or (self.state in RUNNING and now >= self.due)
        for _times in range(6):
            if not sweeps.nudge():
                break
        else:
            raise AssertionError("the sweep never ends")
        if self.state in {State.DONE, State.ANSWERED} and self.reported:
            self.state, self.opened_at = State.CALLBACK, now
            self.version += 1
        elif self.state == State.CALLBACK and now >= self.opened_at + LAPSES:
            self.state = State.CLOSED
            self.version += 1
        elif self.state == State.WAITING and now >= self.asked_at + RESUMES:
            self._run_on()
            self.state = State(self.before)
            self.version += 1

    @rule(
        name=st.sampled_from(ACTORS),
        verb=st.sampled_from(DEEDS),
        hand=st.sampled_from(HANDS),
        again=st.booleans(),
    )
    def try_anything(self, name: str, verb: Verb, hand: str, again: bool) -> None:
        self._try(name, verb, hand, again=again)

    @rule(data=st.data(), hand=st.sampled_from(HANDS))
    def do_what_is_lawful(self, data: st.DataObject, hand: str) -> None:
        lawful = [
            (name, verb) for name in ACTORS for verb in DEEDS
            if (edge := TRANSITIONS.get((self.state, verb))) and edge.who & self.who(name)
        ]  # fmt: skip
        name, verb = data.draw(st.sampled_from(lawful))
        self._try(name, verb, hand, again=False)

    def _try(self, name: str, verb: Verb, hand: str, *, again: bool) -> None:
        if name == "resident" and not self.reported:
            return
        if verb in {Verb.REPLY, Verb.ADD}:
            verb = Verb.REPLY if self.state == State.WAITING else Verb.ADD
        expected = self._expected(name, verb)
        deed, key = DO[verb], uuid.uuid4()

        def do() -> None:
            deed(self, {"matter": self.matter(), "by": self.actors[name], "key": key}, hand)

        if expected is None:
            do()
            self._done(name, verb, hand)
            if again:
                do()
        else:
            with pytest.raises(expected):
                do()

    def _expected(self, name: str, verb: Verb) -> type[Exception] | None:
        who = self.who(name)
        edges = {state: found for (state, of), found in TRANSITIONS.items() if of == verb}
        asked_as = Verb.ADD if verb == Verb.REPLY else Verb.CONFIRM if verb == Verb.DENY else verb
        if not any(found.who & who for (_state, of), found in TRANSITIONS.items() if of == asked_as):
            return ForbiddenError
        if self.state not in edges:
            return NotNowError
        if not edges[self.state].who & who:
            return ForbiddenError
        refused = {
            Verb.ASK: not self.reported,
            Verb.OBJECT: self.decided,
            Verb.CLOSE: self.reported or name == self.worker,
            Verb.EXTEND: self.due <= self.time.moment and Who.DESK not in who,
            Verb.ACKNOWLEDGE: not self.late
            or not self.matter().escalations.filter(acknowledged_at=None).exists(),
        }
        return RefusedError if refused.get(verb) else None

    def _done(self, name: str, verb: Verb, hand: str) -> None:
        before, now = self.state, self.time.moment
        to = TRANSITIONS[before, verb].to
        self.version += 1
        if before == State.WAITING and to != State.WAITING:
            self._run_on()
        self.state = State(self.before) if to is None else to
        if self.state == State.WAITING and before != State.WAITING:
            self.before, self.asked_at = before, now
        if verb == Verb.ASSIGN:
            self.worker, self.decided = hand, before == State.OBJECTED
        if verb in {Verb.START, Verb.REPORT, Verb.FINISH} and self.worker is None and name != "system":
            self.worker = name
        self.outcome = {
            Verb.FINISH: "fixed", Verb.CLOSE: "fixed", Verb.ANSWER: "answered", Verb.REFUSE: "not_ours",
            Verb.WITHDRAW: "withdrawn",
        }.get(verb, self.outcome)  # fmt: skip
        if verb == Verb.CONFIRM:
            self.solved = True
        if verb == Verb.OPEN_CALLBACK:
            self.opened_at = now
        if verb == Verb.EXTEND:
            self.due, self.late = until(self), False
        if self.state == State.REOPENED and before not in {State.REOPENED, State.WAITING}:
            self.outcome, self.solved = "", None
            self.reopened += 1
            self._begin()

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        row = self.matter()
        assert (row.state, row.version, row.outcome, row.reopened) == (
            self.state, self.version, self.outcome, self.reopened,
        )  # fmt: skip
        assert row.worker == (self.actors[self.worker].account if self.worker else None)
        assert row.solve_due_at == self.due
        assert (row.overdue_at is not None) == self.late
        assert row.solved is self.solved
        assert row.version == row.steps.count()

    @invariant()
    def what_runs_is_watched(self) -> None:
        row = self.matter()
        if row.state in RUNNING:
            assert row.next_rung_at is not None
            assert row.next_rung_at >= row.solve_due_at or row.rung > 0
        elif row.state != State.WAITING:
            assert (row.warn_at, row.next_rung_at) == (None, None)
        assert (row.paused_at is not None) == (row.state == State.WAITING)


def until(life: Life) -> dt.datetime:
    return midnight_after(day_of(max(life.due, life.time.moment)) + 5 * DAY)


def _answer(solved: bool) -> Callable[[Life, dict[str, Any], str], object]:
    return lambda life, given, _hand: actions.resident_answers(**given, solved=solved, follower=life.follower)


DO: dict[Verb, Callable[[Life, dict[str, Any], str], object]] = {
    Verb.ACCEPT: lambda _life, given, _hand: actions.accept_matter(**given),
    Verb.REFUSE: lambda _life, given, _hand: actions.refuse_matter(**given, reason="不归社区管", way="请打 12345"),
    Verb.ANSWER: lambda _life, given, _hand: actions.answer_matter(**given, text="周三来修"),
    Verb.ASSIGN: lambda life, given, hand: actions.assign_matter(**given, worker=life.actors[hand].account),
    Verb.OBJECT: lambda _life, given, _hand: actions.object_to_matter(**given, reason="不在我的网格"),
    Verb.START: lambda _life, given, _hand: actions.start_matter(**given),
    Verb.ASK: lambda _life, given, _hand: actions.ask_resident(**given, question="哪一盏?"),
    Verb.REPLY: lambda life, given, _hand: actions.resident_replies(**given, text="门口", follower=life.follower),
    Verb.ADD: lambda life, given, _hand: actions.resident_replies(**given, text="门口", follower=life.follower),
    Verb.RESUME: lambda _life, given, _hand: actions.resume_matter(**given),
    Verb.WHISTLE: lambda _life, given, _hand: actions.whistle(**given, department="供电所", reason="要断电"),
    Verb.REPORT: lambda _life, given, _hand: actions.department_reports(**given, text="已到场"),
    Verb.EXTEND: lambda life, given, _hand: actions.extend(**given, until=until(life), reason="等配件"),
    Verb.FINISH: lambda _life, given, _hand: actions.finish_matter(**given, text="换好了"),
    Verb.OPEN_CALLBACK: lambda _life, given, _hand: actions.open_callback(**given),
    Verb.CONFIRM: _answer(solved=True),
    Verb.DENY: _answer(solved=False),
    Verb.WAIVE: lambda life, given, _hand: actions.waive_callback(**given, follower=life.follower),
    Verb.LAPSE: lambda _life, given, _hand: actions.lapse_callback(**given),
    Verb.CLOSE: lambda _life, given, _hand: actions.close_matter(**given),
    Verb.REOPEN: lambda life, given, _hand: actions.reopen(
        **given, reason="又坏了", follower=life.follower if given["by"].key == "resident" else None
    ),
    Verb.WITHDRAW: lambda life, given, _hand: actions.withdraw(**given, follower=life.follower),
    Verb.NOTE: lambda _life, given, _hand: actions.note_matter(**given, text="电话约了"),
    Verb.SAY: lambda _life, given, _hand: actions.say_publicly(**given, text="在修"),
    Verb.ACKNOWLEDGE: lambda _life, given, _hand: actions.acknowledge_rung(**given, note="明天来"),
}  # fmt: skip


@pytest.fixture
def life(db: None) -> type[Life]:
    del db
    office, next_door = make_office("willow"), make_office("river")
    with scope(community=office.community):
        actions.seed_matters(community=office.community)
        seed_calendar(community=office.community, years=[2026])
    community = office.community
    names = ("desk", "director", "grid_worker", "other", "volunteer", "auditor")
    actors = {name: office.actor(name) for name in names} | {
        "next door": next_door.actor("desk"), "resident": RESIDENT(community), "system": SYSTEM(community),
    }  # fmt: skip
    return type("LifeHere", (Life,), {"office": office, "actors": actors})


USUAL: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}
# To make a long walk shorter takes minutes: the quick round only says that there is one.
QUICK = (Phase.explicit, Phase.generate)


def test_a_matter_lives_as_the_model_says(life: type[Life]) -> None:
    run_state_machine_as_test(
        life, settings=settings(max_examples=8, stateful_step_count=30, phases=QUICK, **USUAL)
    )


@pytest.mark.slow
def test_a_matter_lives_as_the_model_says_at_length(life: type[Life]) -> None:
    run_state_machine_as_test(life, settings=settings(max_examples=60, stateful_step_count=60, **USUAL))
