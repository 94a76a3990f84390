"""An office with categories, and matters to hand round in it. The 24th of November 2026 is a Tuesday."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from django_scopes import scope

from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, Source
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Resident
from tests.desk.clock import Frozen, frozen
from tests.desk.people.conftest import Office, make_office

__all__ = ["office"]

# In the first grid of every office, in the second, and in none.
IN_FIRST, IN_SECOND, NOWHERE = (120.011, 30.005), (120.025, 30.005), (121.0, 31.0)

Receive = Callable[..., actions.Received]


@pytest.fixture
def time() -> Iterator[Frozen]:
    with frozen("2026-11-24T09:00:00+08:00") as time:
        yield time


@pytest.fixture
def office(db: None, time: Frozen) -> Iterator[Office]:
    del db, time
    made = make_office("willow")
    with scope(community=made.community):
        actions.seed_matters(community=made.community)
        yield made


@pytest.fixture
def neighbour(office: Office) -> Resident:
    return Resident.objects.create(
        community=office.community,
        name="张三丰",
        phone="13812345678",
        channel="sms",
        language="zh-hans",
        created_at=office.community.created_at,
    )


@pytest.fixture
def receive(office: Office) -> Receive:
    """Receive a matter; whatever is not said is usual: a lamp in the first grid, by web page."""

    def make(
        *, category: str = "lighting", at: tuple[float, float] | None = IN_FIRST, **more
    ) -> actions.Received:
        lon, lat = at or (None, None)
        given = {
            "community": office.community,
            "by": RESIDENT(office.community),
            "source": Source.PAGE,
            "category": Category.objects.get(key=category),
            "words": "三号楼门口的路灯坏了,晚上很黑",
            "lon": lon,
            "lat": lat,
            "answers": {"lamp": "in_the_street"} if category == "lighting" else {},
            "key": uuid.uuid4(),
        }
        return actions.receive_matter(**(given | more))

    return make


@pytest.fixture
def matter(receive: Receive, neighbour: Resident) -> Matter:
    """A lamp that is broken, reported by a neighbour, in the hands of the first grid's worker."""
    return receive(reporter=neighbour).matter
