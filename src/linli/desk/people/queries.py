"""Who holds which post, and what residents may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.desk.people.models import Account, Post, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@dataclass(frozen=True)
class GridCards:
    """What is posted publicly about a grid: its worker, and whoever stands in."""

    worker: WorkerCard
    deputies: list[WorkerCard]


def public_grid_cards(grids: Sequence[Grid]) -> list[GridCards]:
    """Give the cards of many grids of the community in scope, in their order; one query however many there are."""
    held = posts_in_force().filter(grid__in=grids, role=Role.GRID_WORKER, account__is_active=True)
    posts: dict[int | None, list[Post]] = {}
    for post in held.select_related("account").order_by("since", "pk"):
        posts.setdefault(post.grid_id, []).append(post)
    return [_cards(grid, posts.get(grid.pk, [])) for grid in grids]


def _cards(grid: Grid, posts: Sequence[Post]) -> GridCards:
    cards = {post: WorkerCard(post.account.name, post.public_phone or grid.phone) for post in posts}
    worker = next((card for post, card in cards.items() if not post.deputy), WorkerCard("", grid.phone))
    return GridCards(worker, [card for post, card in cards.items() if post.deputy])
