"""The one clock of the desk: nothing else asks what time it is."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return this moment, in UTC."""
    return dt.datetime.now(dt.UTC)
