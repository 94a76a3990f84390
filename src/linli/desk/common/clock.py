"""The one clock of the desk: nothing else asks what time it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable


def _wall() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


# Tests put another in its place, for every thread at once.
_source: Callable[[], dt.datetime] = _wall


def now() -> dt.datetime:
    """Return this moment, in UTC."""
    return _source()
