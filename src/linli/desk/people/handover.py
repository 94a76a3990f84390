"""What follows when a grid changes hands: rooms above say it here, since this room does not know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linli.desk.people.actors import Actor
    from linli.desk.people.models import Account
    from linli.desk.places.models import Grid


class Follower(Protocol):
    """Called inside the transaction in which a grid's worker changes."""

    def __call__(self, *, grid: Grid, before: Account | None, after: Account | None, by: Actor) -> None:
        """Move what hangs on the grid from one to the other."""


_followers: list[Follower] = []


def register(follower: Follower) -> Follower:
    """Have it called from now on; may stand as a decorator."""
    if follower not in _followers:
        _followers.append(follower)
    return follower


def changed(*, grid: Grid, before: Account | None, after: Account | None, by: Actor) -> None:
    """Tell everyone registered."""
    for follower in _followers:
        follower(grid=grid, before=before, after=after, by=by)
