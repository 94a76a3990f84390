"""Rows that every request asks for and hardly anybody changes: kept for a second, so that a burst is not spent on them."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models.signals import post_delete, post_save

_Found = TypeVar("_Found")

KEPT_S = 1.0


class Kept(Generic[_Found]):
    """Finds a row, or a list of rows, by a key.

    What this process saves is seen once it is committed, what another saves a second later at most. Nothing is kept in a transaction,
    which may see what is rolled back afterwards; nor that there is no such row.
    """

    def __init__(self, find: Callable[[Any], _Found | None], *, of: Iterable[type[models.Model]]) -> None:
        self._find = find
        self._held: dict[Hashable, tuple[float, _Found]] = {}
        for model in of:
            for signal in (post_save, post_delete):
                signal.connect(self._changed, sender=model, weak=False)

    def get(self, key: Hashable) -> _Found | None:
        """Return a copy of one's own, or None where there is none."""
        now = time.monotonic()
        until, found = self._held.get(key, (0.0, None))
        if found is None or until <= now or connection.in_atomic_block:
            found = self._find(key)
            if found is None or connection.in_atomic_block:
                return found
            self._held[key] = (now + KEPT_S, found)
        return copy.copy(found)

    def _changed(self, **_told: object) -> None:
        # Not before: whoever looked meanwhile would keep the row as it was.
        transaction.on_commit(self._held.clear)
