"""What else goes when a resident is erased: each room above registers how it forgets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Resident


class Eraser(Protocol):
    """Called inside the transaction of the erasure, before the resident's own row is blanked."""

    def __call__(self, *, resident: Resident, by: Actor) -> None:
        """Blank every text, photo, index entry and waiting message that is about them; ids stay."""


_erasers: list[Eraser] = []


def register(eraser: Eraser) -> Eraser:
    """Have it called from now on; may stand as a decorator."""
    if eraser not in _erasers:
        _erasers.append(eraser)
    return eraser


def forget_elsewhere(*, resident: Resident, by: Actor) -> None:
    """Call everyone registered."""
    for eraser in _erasers:
        eraser(resident=resident, by=by)
