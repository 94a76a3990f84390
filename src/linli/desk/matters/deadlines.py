"""When a matter is due, and how that moves. Pure over a working calendar: nothing here asks the time or saves a row.

Every number here that is not a category's own is our own choice, not taken from a rule; see `OWN_CHOICES`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from linli.desk.matters.models import Category

if TYPE_CHECKING:
    from linli.desk.common.working_time import WorkingCalendar
    from linli.desk.matters.models import Matter

WARN_AT_SHARE = 0.8
#: After how long the resident is reminded of a question or a call-back, and when it is given up.
REMIND_AFTER = (dt.timedelta(days=3), dt.timedelta(days=7))
GIVE_UP_AFTER = dt.timedelta(days=14)
#: An unanswered question of ours does not keep a matter waiting for ever.
WAIT_AT_MOST = dt.timedelta(days=14)
#: Office hours after an acknowledgement before the ladder goes on, if the matter is still not done.
ACKNOWLEDGED_FOR_HOURS = 16
#: How long after closing a resident may reopen by the code alone.
REOPEN_WITHIN = dt.timedelta(days=90)

OWN_CHOICES = {
    "warning": WARN_AT_SHARE,
    "reminders_days": [span.days for span in REMIND_AFTER],
    "callback_given_up_days": GIVE_UP_AFTER.days,
    "question_given_up_days": WAIT_AT_MOST.days,
    "acknowledged_for_office_hours": ACKNOWLEDGED_FOR_HOURS,
    "reopen_within_days": REOPEN_WITHIN.days,
}


def respond_due(category: Category, received_at: dt.datetime) -> dt.datetime | None:
    """By when the resident hears from a person; in clock time, as the hotline counts it."""
    if category.respond_hours is None:
        return None
    return received_at + dt.timedelta(hours=category.respond_hours)


def solve_due(category: Category, start: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """By when it is to be done."""
    if category.solve_unit == Category.Unit.CLOCK:
        return start + dt.timedelta(days=category.solve_days)
    return calendar.add_working_days(start, category.solve_days)


def warning(
    category: Category, start: dt.datetime, due: dt.datetime, calendar: WorkingCalendar
) -> dt.datetime:
    """When whoever has it is warned: at 80 % of the time."""
    if category.solve_unit == Category.Unit.CLOCK:
        return start + WARN_AT_SHARE * (due - start)
    return min(calendar.moment_at_share(start, due, WARN_AT_SHARE), due)


def after_pause(
    category: Category,
    due: dt.datetime,
    *,
    paused_at: dt.datetime,
    resumed_at: dt.datetime,
    calendar: WorkingCalendar,
) -> dt.datetime:
    """Move a deadline by exactly the time waited, counted as the deadline is counted.

    One that had passed before the wait began stays where it is: asking does not make a late matter timely.
    """
    if due <= paused_at:
        return due
    if category.solve_unit == Category.Unit.CLOCK:
        return due + (resumed_at - paused_at)
    return calendar.days_due_after_pause(due, paused_at=paused_at, resumed_at=resumed_at)


def begin(matter: Matter, *, at: dt.datetime, calendar: WorkingCalendar) -> None:
    """Start the clock: at receipt, and anew for each round after a reopening."""
    due = solve_due(matter.category, at, calendar)
    set_due(matter, due, start=at, calendar=calendar)


def set_due(matter: Matter, due: dt.datetime, *, start: dt.datetime, calendar: WorkingCalendar) -> None:
    """Set the deadline and what hangs on it."""
    matter.solve_due_at = due
    matter.warn_at = warning(matter.category, start, due, calendar)
    matter.next_rung_at = due
    matter.rung = 0
    matter.overdue_at = None


def stop(matter: Matter) -> None:
    """Nothing more is due from the staff."""
    matter.warn_at = matter.next_rung_at = None


def pause(matter: Matter, *, at: dt.datetime) -> None:
    """Stop the clock: it is the resident's turn."""
    matter.before_waiting = matter.state
    matter.paused_at = at
    matter.nudge_at, matter.nudges = at + REMIND_AFTER[0], 0


def resume(matter: Matter, *, at: dt.datetime, calendar: WorkingCalendar) -> None:
    """Let the clock run on: everything still to come moves by the time waited."""
    paused_at = matter.paused_at
    if paused_at is None:
        return
    category, waited = matter.category, {"paused_at": paused_at, "resumed_at": at}
    matter.solve_due_at = after_pause(category, matter.solve_due_at, calendar=calendar, **waited)
    if matter.warn_at is not None and matter.warn_at > paused_at:
        moved = calendar.hours_due_after_pause(matter.warn_at, **waited)
        matter.warn_at = min(moved, matter.solve_due_at)
    if matter.rung == 0:
        matter.next_rung_at = matter.solve_due_at
    elif matter.next_rung_at is not None and matter.next_rung_at > paused_at:
        matter.next_rung_at = calendar.hours_due_after_pause(matter.next_rung_at, **waited)
    matter.paused_at, matter.before_waiting = None, ""
    matter.nudge_at, matter.nudges = None, 0
