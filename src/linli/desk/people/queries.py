"""Who holds which post, and what residents may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.desk.people.models import Account, Post, Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.desk.places.models import Community, Grid


def posts_in_force() -> QuerySet[Post]:
    """Every post of the community in scope that gives its role."""
    return Post.objects.filter(until=None, lapsed_at=None)


def worker_of(grid: Grid) -> Account | None:
    """Who works a grid now."""
    post = _at_grid(grid).filter(deputy=False).first()
    return None if post is None else post.account


def deputy_of(grid: Grid) -> Account | None:
    """Who stands in at a grid, the one longest there."""
    post = _at_grid(grid).filter(deputy=True).order_by("since", "pk").first()
    return None if post is None else post.account


def _at_grid(grid: Grid) -> QuerySet[Post]:
    held = posts_in_force().filter(grid=grid, role=Role.GRID_WORKER, account__is_active=True)
    return held.select_related("account")


def staff_of(community: Community) -> list[Post]:
    """Every post held in a community, by role and grid, with its account and grid."""
    held = posts_in_force().filter(community=community)
    return list(
        held.select_related("account", "grid").order_by("role", "grid__number", "deputy", "since", "pk")
    )


@dataclass(frozen=True)
class WorkerCard:
    """What is posted publicly about who works a grid."""

    name: str
    phone: str


def public_worker_card(grid: Grid) -> WorkerCard:
    """Name of the worker, and the number residents call; both may be empty."""
    post = _at_grid(grid).filter(deputy=False).first()
    if post is None:
        return WorkerCard(name="", phone=grid.phone)
    return WorkerCard(name=post.account.name, phone=post.public_phone or grid.phone)
