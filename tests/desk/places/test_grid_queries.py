from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django_scopes import scope
from django_scopes.exceptions import ScopeError

from linli.desk.places.models import Community, Grid, Spot
from linli.desk.places.queries import (
    grid_at,
    grids_of,
    homes_without_grid,
    nearest_home,
    spot_by_code,
    spots_of,
)
from tests.engine.circle.conftest import TERRACE

if TYPE_CHECKING:
    from linli.desk.places.serving import Served

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def community(slug: str = "a") -> Community:
    return Community.objects.create(slug=slug, name_en=slug, created_at=NOON)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def grid(owner: Community, number: int, *sides: float, **fields: Any) -> Grid:
    west, south, east, north = sides
    row = Grid(
        community=owner, number=number, boundary=box(*sides), west=west, south=south, east=east, north=north
    )
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


def spot(owner: Community, code: str = "AB12CD34", **fields: Any) -> Spot:
    row = Spot(community=owner, code=code, **{"name_en": "Lamp", "lon": 0.5, "lat": 0.5, **fields})
    row.save()
    return row


def test_new_community_knows_its_time_and_whom_to_call() -> None:
    made = community()
    assert (made.timezone, made.country, made.invented) == ("Asia/Shanghai", "CN", False)
    assert made.emergency_numbers == {"police": "110", "fire": "119", "ambulance": "120", "traffic": "122"}


def test_grid_at_finds_the_one_grid_a_point_lies_in() -> None:
    owner = community()
    grid(owner, 1, 0, 0, 1, 1)
    grid(owner, 2, 1, 0, 2, 1)
    found = [grid_at(community=owner, lon=lon, lat=0.5) for lon in (0.5, 1.0, 1.5, 2.5)]
    assert [row and row.number for row in found] == [1, 1, 2, None]


def test_grid_at_looks_at_the_shape_and_not_at_its_box() -> None:
    owner = community()
    made = grid(owner, 1, 0, 0, 1, 1)
    made.boundary = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 1], [0, 0]]]}
    made.save()
    assert grid_at(community=owner, lon=0.2, lat=0.2) == made
    assert grid_at(community=owner, lon=0.8, lat=0.8) is None


def test_grid_that_is_retired_or_of_another_community_is_not_found() -> None:
    mine, other = community("a"), community("b")
    grid(mine, 1, 0, 0, 1, 1, retired_at=NOON)
    grid(other, 1, 0, 0, 1, 1)
    assert grid_at(community=mine, lon=0.5, lat=0.5) is None
    assert grids_of(mine) == []
    assert [row.community for row in grids_of(other)] == [other]


def test_grids_outside_a_community_raise() -> None:
    grid(community(), 1, 0, 0, 1, 1)
    with pytest.raises(ScopeError):
        Grid.objects.all()
    with pytest.raises(ScopeError):
        Spot.objects.all()


@pytest.mark.parametrize(
    "fields",
    [{"number": 1}, {"number": 0}, {"number": 2, "code": "1" * 15}, {"number": 2, "west": 5.0}],
    ids=str,
)
def test_grid_that_cannot_be_is_refused_by_the_database(fields: dict[str, Any]) -> None:
    owner = community()
    grid(owner, 1, 0, 0, 1, 1, code="1" * 15)
    with pytest.raises(IntegrityError), transaction.atomic():
        grid(owner, fields.pop("number"), 0, 0, 1, 1, **fields)


def test_code_of_a_retired_grid_may_be_used_again() -> None:
    owner = community()
    grid(owner, 1, 0, 0, 1, 1, code="1" * 15, retired_at=NOON)
    grid(owner, 2, 0, 0, 1, 1, code="1" * 15)
    assert [row.number for row in grids_of(owner)] == [2]


@pytest.mark.parametrize(
    "fields", [{"code": "AB12CD34"}, {"kind": "moon"}, {"name_en": ""}, {"lat": 91.0}], ids=str
)
def test_spot_that_cannot_be_is_refused_by_the_database(fields: dict[str, Any]) -> None:
    owner = community()
    spot(owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        spot(owner, **{"code": "ZZ12CD34", **fields})


def test_spot_is_found_by_its_code_however_it_is_typed() -> None:
    owner, other = community("a"), community("b")
    made = spot(owner)
    assert spot_by_code(community=owner, code=" ab12cd34") == made
    assert spot_by_code(community=other, code="AB12CD34") is None
    made.retired_at = NOON
    with scope(community=owner):
        made.save()
    assert spot_by_code(community=owner, code="AB12CD34") is None
    assert spots_of(owner) == []


def test_nearest_home_is_told_with_its_distance(village: Served) -> None:
    found = nearest_home(community=village.row.community, lon=0.0035, lat=0.0006)
    assert found is not None
    assert (found.index, found.name) == (TERRACE, "高台")
    assert found.distance_m == pytest.approx(55.6, abs=0.1)
    assert nearest_home(community=community("empty"), lon=0.0, lat=0.0) is None


def test_homes_without_a_grid_are_counted(village: Served) -> None:
    owner = village.row.community
    assert homes_without_grid(owner) == 5
    grid(owner, 1, 0.0, -0.001, 0.0145, 0.001)
    grid(owner, 2, 0.0145, -0.001, 0.03, 0.001)
    assert homes_without_grid(owner) == 1
    assert homes_without_grid(community("empty")) == 0
