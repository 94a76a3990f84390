"""The one clock of the desk: nothing else asks what time it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _wall() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


# Tests, and whoever invents a past for the demo, put another in its place, for every thread at once.
_source: Callable[[], dt.datetime] = _wall


def now() -> dt.datetime:
    """Return this moment, in UTC."""
    return _source()


@contextmanager
def told_by(source: Callable[[], dt.datetime]) -> Iterator[None]:
    """Have another clock tell the time meanwhile."""
    global _source  # noqa: PLW0603 -- there is one clock
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
