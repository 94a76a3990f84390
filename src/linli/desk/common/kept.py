"""Rows that every request asks for and hardly anybody changes: kept for a second, so that a burst is not spent on them."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.signals import post_delete, post_save

_Row = TypeVar("_Row", bound=models.Model)

KEPT_S = 1.0


class Kept(Generic[_Row]):
    """Finds a row by a key. What this process changes is seen at once, what another changes a second later at most.

    Nothing is kept in a transaction, which may see what is rolled back afterwards; nor that there is no such row.
    """

    def __init__(self, model: type[_Row], find: Callable[[Any], _Row | None]) -> None:
        self._find = find
        self._held: dict[Hashable, tuple[float, _Row]] = {}
        for signal in (post_save, post_delete):
            signal.connect(self._changed, sender=model, weak=False)

    def get(self, key: Hashable) -> _Row | None:
        """Return a copy of one's own, or None where there is none."""
        now = time.monotonic()
        until, row = self._held.get(key, (0.0, None))
        if row is None or until <= now or connection.in_atomic_block:
            row = self._find(key)
            if row is None or connection.in_atomic_block:
                return row
            self._held[key] = (now + KEPT_S, row)
        return copy.copy(row)

    def _changed(self, **_told: object) -> None:
        self._held.clear()
