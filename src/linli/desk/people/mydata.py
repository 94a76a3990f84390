"""Where else a resident's data lie, and by what they prove that it is theirs: rooms above register both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from linli.desk.people.models import Resident
    from linli.desk.places.models import Community


class Source(Protocol):
    """Gives what a room holds about a resident, for them to read and to take along: names to JSON values."""

    def __call__(self, *, resident: Resident) -> dict[str, Any]:
        """Collect it."""


class Finder(Protocol):
    """Says whose a follow code is; None where it is nobody's."""

    def __call__(self, *, community: Community, code: str) -> Resident | None:
        """Find them."""


_sources: list[Source] = []
_finders: list[Finder] = []


def register_source(source: Source) -> Source:
    """Have it asked from now on; may stand as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def register_finder(finder: Finder) -> Finder:
    """Have it asked from now on; may stand as a decorator."""
    if finder not in _finders:
        _finders.append(finder)
    return finder


def collected(*, resident: Resident) -> dict[str, Any]:
    """Everything every room holds about them."""
    return {name: value for source in _sources for name, value in source(resident=resident).items()}


def resident_by_code(*, community: Community, code: str) -> Resident | None:
    """Whose the code is."""
    found = (finder(community=community, code=code) for finder in _finders)
    return next((resident for resident in found if resident is not None), None)
