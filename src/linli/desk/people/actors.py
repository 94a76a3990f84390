"""Who acts: an account with its roles here, a resident, or Linli itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rules

from linli.desk.people.models import Account, Post, Role, StaffSession

if TYPE_CHECKING:
    from linli.desk.places.models import Community


@dataclass(frozen=True)
class Actor:
    """Somebody in one community, and what they are there.

    Attributes
    ----------
    key : how the ledger names them: "account:3", "operator:1" (in a staff session), "resident", "system".
    grid_ids : grids they work or stand in for.
    """

    key: str
    account: Account | None
    community: Community
    roles: frozenset[Role]
    grid_ids: frozenset[int]
    name: str

    def may(self, permission: str, thing: object = None) -> bool:
        """Say whether a rule allows it; what belongs to another community is never allowed.

        Raises
        ------
        LookupError
            No app has a rule of that name: a slip of ours, not a denial.
        """
        if not rules.perm_exists(permission):
            raise LookupError(f"no rule is named {permission}")
        if thing is not None and _community_id(thing) != self.community.pk:
            return False
        return bool(rules.has_perm(permission, self, thing))

    @property
    def is_staff(self) -> bool:
        """Whether they hold any post here."""
        return bool(self.roles)


def _community_id(thing: object) -> object:
    owner = getattr(thing, "community_id", None)
    return owner if owner is not None else getattr(thing, "pk", None)


def system(community: Community) -> Actor:
    """Linli itself: sweeps and rules."""
    return Actor(
        key="system", account=None, community=community, roles=frozenset(), grid_ids=frozenset(), name=""
    )


def resident(community: Community) -> Actor:
    """Whoever has no post here: a resident, a passer-by."""
    return Actor(
        key="resident", account=None, community=community, roles=frozenset(), grid_ids=frozenset(), name=""
    )


SYSTEM, RESIDENT = system, resident


# A post says when it was last used; to the day is enough, and spares a write on every page.
_USE_IS_NOTED_EVERY = dt.timedelta(hours=20)


def staff_actor(account: Account, community: Community, *, at: dt.datetime) -> Actor | None:
    """Make the actor that an account is in a community, by its posts or its open staff session; None if it is nobody.

    That the posts were used is noted.
    """
    if not account.is_active:
        return None
    posts = Post.objects.filter(account=account, community=community, until=None, lapsed_at=None)
    held = list(posts.values_list("role", "grid_id", "last_used_at"))
    if held:
        if any(used_at < at - _USE_IS_NOTED_EVERY for _role, _grid, used_at in held):
            posts.update(last_used_at=at)
        return Actor(
            key=account.key,
            account=account,
            community=community,
            roles=frozenset(Role(role) for role, _grid, _used_at in held),
            grid_ids=frozenset(grid for _role, grid, _used_at in held if grid is not None),
            name=account.name,
        )
    if account.is_operator and _has_session(account, community, at):
        return Actor(
            key=f"operator:{account.pk}",
            account=account,
            community=community,
            roles=frozenset({Role.DIRECTOR}),
            grid_ids=frozenset(),
            name=account.name,
        )
    return None


def _has_session(account: Account, community: Community, at: dt.datetime) -> bool:
    open_ones = StaffSession.objects.filter(
        operator=account, community=community, ended_at=None, ends_at__gt=at
    )
    return open_ones.exists()
