"""Time as an office counts it: working days with make-up Saturdays and holidays, office hours, waits taken out.

Pure: no database, no clock of its own. `common.calendar` makes the calendar of a community from its rows.
Moments come and go as aware datetimes; what is given back is in UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

_DAY = dt.timedelta(days=1)
_NOTHING = dt.timedelta(0)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked in one place, and when the office is open on them.

    Attributes
    ----------
    tz : where the days begin and end.
    special : days that differ from the week: holidays (False) and make-up working days (True).
    weekly : weekdays worked, Monday is 0.
    opens, closes : office hours of a working day, local.
    """

    tz: ZoneInfo
    special: Mapping[dt.date, bool] = field(default_factory=dict)
    weekly: frozenset[int] = frozenset(range(5))
    opens: dt.time = dt.time(9)
    closes: dt.time = dt.time(17)

    def __post_init__(self) -> None:
        if not self.weekly:
            raise ValueError("a week without a working day: no deadline would ever come")
        if not self.opens < self.closes:
            raise ValueError("the office closes before it opens")

    def is_working(self, date: dt.date) -> bool:
        """Whether the day is worked."""
        special = self.special.get(date)
        return date.weekday() in self.weekly if special is None else special

    def date_of(self, moment: dt.datetime) -> dt.date:
        """Say on which local day a moment lies."""
        return moment.astimezone(self.tz).date()

    def next_working_day(self, date: dt.date) -> dt.date:
        """Find the first working day after a day."""
        return self.working_day_after(date, 1)

    def working_day_after(self, date: dt.date, days: int) -> dt.date:
        """Find the `days`-th working day after a day; the day itself for 0."""
        if days < 0:
            raise ValueError("working days are counted forward")
        while days:
            date += _DAY
            days -= self.is_working(date)
        return date

    def working_days_between(self, begin: dt.date, end: dt.date) -> int:
        """Count the working days after `begin`, up to and with `end`."""
        return sum(self.is_working(begin + n * _DAY) for n in range(1, (end - begin).days + 1))

    def end_of(self, date: dt.date) -> dt.datetime:
        """Give the moment at which a day is over: 24:00, local."""
        return dt.datetime.combine(date + _DAY, dt.time(), self.tz).astimezone(dt.UTC)

    def add_working_days(self, start: dt.datetime, days: int) -> dt.datetime:
        """Give the end of the `days`-th working day after the day of `start`.

        The day of receipt is not counted, whatever the hour, nor is a day off.
        """
        return self.end_of(self.working_day_after(self.date_of(start), days))

    def add_working_hours(self, start: dt.datetime, hours: float) -> dt.datetime:
        """Give the moment by which the office has been open for `hours` since `start`."""
        return self.add_working_time(start, dt.timedelta(hours=hours))

    def add_working_time(self, start: dt.datetime, span: dt.timedelta) -> dt.datetime:
        """Give the moment by which the office has been open for `span` since `start`; `start` itself for no time."""
        if span < _NOTHING:
            raise ValueError("working time is counted forward")
        moment = start.astimezone(dt.UTC)
        if not span:
            return moment
        for opens, closes in self._openings(self.date_of(start)):
            begin = max(opens, moment)
            if begin + span <= closes:
                return begin + span
            span -= max(_NOTHING, closes - begin)
        raise AssertionError  # the openings never end

    def working_time_between(self, begin: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Measure, exactly, how long the office is open from one moment to a later one; nothing if it is not later."""
        total = _NOTHING
        for opens, closes in self._openings(self.date_of(begin)):
            if opens >= end:
                break
            total += max(_NOTHING, min(closes, end) - max(opens, begin))
        return total

    def working_seconds_between(self, begin: dt.datetime, end: dt.datetime) -> float:
        """Give `working_time_between` in seconds."""
        return self.working_time_between(begin, end).total_seconds()

    def days_due_after_pause(
        self, due: dt.datetime, *, paused_at: dt.datetime, resumed_at: dt.datetime
    ) -> dt.datetime:
        """Move a deadline counted in working days by those that a wait took: the ones begun while waiting.

        Waits within one day take nothing, so that many short ones cannot add up to time that nobody waited.
        """
        taken = self.working_days_between(self.date_of(paused_at), self.date_of(resumed_at))
        if not taken:
            return due.astimezone(dt.UTC)
        # `due` is 24:00, which belongs to the day that it ends.
        last_day = self.date_of(due.astimezone(dt.UTC) - dt.timedelta.resolution)
        return self.end_of(self.working_day_after(last_day, taken))

    def hours_due_after_pause(
        self, due: dt.datetime, *, paused_at: dt.datetime, resumed_at: dt.datetime
    ) -> dt.datetime:
        """Move a deadline counted in working hours by the office time that a wait took."""
        return self.add_working_time(due, self.working_time_between(paused_at, resumed_at))

    def moment_at_share(self, start: dt.datetime, due: dt.datetime, share: float) -> dt.datetime:
        """Give the moment at which `share` of the office time from `start` to `due` has passed (to warn before it is late).

        Where there is no office time between them, the share is of the plain time.
        """
        open_for = self.working_time_between(start, due)
        if not open_for:
            return start.astimezone(dt.UTC) + share * max(_NOTHING, due - start)
        return self.add_working_time(start, share * open_for)

    def _openings(self, date: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        while True:
            if self.is_working(date):
                yield tuple(  # type: ignore[misc] # two of them
                    dt.datetime.combine(date, hour, self.tz).astimezone(dt.UTC)
                    for hour in (self.opens, self.closes)
                )
            date += _DAY
