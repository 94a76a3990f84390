"""Two communities with staff, and hands to make more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.people.actors import Actor, staff_actor
from linli.desk.people.models import Account, Post, Role
from linli.desk.places.models import Community, Grid


@dataclass
class Office:
    """A community with two grids, and somebody in every post."""

    community: Community
    grids: list[Grid]
    accounts: dict[str, Account]

    def actor(self, name: str) -> Actor:
        with scope(community=self.community):
            actor = staff_actor(self.accounts[name], self.community, at=clock.now())
        assert actor is not None
        return actor


def make_grid(community: Community, number: int) -> Grid:
    west = 120.0 + number * 0.01
    ring = [[west, 30.0], [west + 0.01, 30.0], [west + 0.01, 30.01], [west, 30.01], [west, 30.0]]
    return Grid.objects.create(
        community=community,
        number=number,
        name_zh=f"第{number}网格",
        name_en=f"Grid {number}",
        boundary={"type": "Polygon", "coordinates": [ring]},
        west=west,
        south=30.0,
        east=west + 0.01,
        north=30.01,
        phone="0571-8800000",
    )


def give_post(account: Account, community: Community, role: Role, grid: Grid | None = None, **more) -> Post:
    now = clock.now()
    return Post.objects.create(
        account=account, community=community, role=role, grid=grid, since=now, last_used_at=now, **more
    )


def make_office(slug: str) -> Office:
    community = Community.objects.create(
        slug=slug, name_zh=f"{slug}社区", name_en=slug.title(), created_at=clock.now()
    )
    accounts = {}
    with scope(community=community):
        grids = [make_grid(community, number) for number in (1, 2)]
        for role in Role:
            account = Account.objects.create_user(f"{slug}.{role}", name=f"{role} of {slug}")
            give_post(account, community, role, grids[0] if role == Role.GRID_WORKER else None)
            accounts[str(role)] = account
        other = Account.objects.create_user(f"{slug}.other", name=f"other of {slug}")
        give_post(other, community, Role.GRID_WORKER, grids[1])
        accounts["other"] = other
    return Office(community, grids, accounts)


@pytest.fixture
def office(db: None) -> Iterator[Office]:
    made = make_office("willow")
    with scope(community=made.community):
        yield made


@pytest.fixture
def next_door(office: Office) -> Office:
    return make_office("river")


@pytest.fixture
def make_account(db: None) -> Callable[..., Account]:
    def make(username: str, **fields) -> Account:
        return Account.objects.create_user(username, name=fields.pop("name", username.title()), **fields)

    return make
