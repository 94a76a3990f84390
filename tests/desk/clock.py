"""Time that stands still until a test moves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from linli.desk.common import clock


class Frozen:
    """The moment that `clock.now()` tells, in every thread."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def move(self, **by: float) -> dt.datetime:
        """Go on (or back): `move(days=1, hours=2)`."""
        self.moment += dt.timedelta(**by)
        return self.moment

    def set(self, moment: dt.datetime | str) -> dt.datetime:
        """Go to a moment."""
        self.moment = _moment(moment)
        return self.moment


def _moment(moment: dt.datetime | str) -> dt.datetime:
    found = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    assert found.tzinfo is not None, "say in which zone: 2026-11-24T09:00:00+08:00"
    return found.astimezone(dt.UTC)


@contextmanager
def frozen(moment: dt.datetime | str = "2026-11-24T09:00:00+08:00") -> Iterator[Frozen]:
    """Stop the one clock at a moment."""
    time = Frozen(_moment(moment))
    with clock.told_by(lambda: time.moment):
        yield time
