"""Where else a resident's data lie: rooms above register it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from linli.desk.people.models import Resident


class Source(Protocol):
    """Gives what a room holds about a resident, for them to read and to take along: names to JSON values."""

    def __call__(self, *, resident: Resident) -> dict[str, Any]:
        """Collect it."""


_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Have it asked from now on; may stand as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def collected(*, resident: Resident) -> dict[str, Any]:
    """Everything every room holds about them."""
    return {name: value for source in _sources for name, value in source(resident=resident).items()}
