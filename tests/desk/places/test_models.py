from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError

from linli.desk.places.models import TRANSITIONS, Community, PlaceImport, State

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def community(slug: str = "a", **fields: str) -> Community:
    return Community.objects.create(slug=slug, created_at=NOON, **(fields or {"name_en": slug}))


def place_import(owner: Community, **fields: object) -> PlaceImport:
    built = {"fingerprint": "f", "home_count": 1, "facility_count": 0, "residents": 1.0, "finished_at": NOON}
    given = {"number": 1, "state": State.CURRENT, "inputs": {}, "started_at": NOON, **built, **fields}
    row = PlaceImport(community=owner, **given)
    row.save()
    return row


@pytest.mark.parametrize(
    "fields", [{"slug": ""}, {"slug": "a"}, {"slug": "b", "name_zh": "", "name_en": ""}], ids=str
)
def test_community_needs_a_slug_of_its_own_and_a_name(fields: dict[str, str]) -> None:
    community("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Community.objects.create(created_at=NOON, **{"name_en": "A", **fields})


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"number": 1}, "import_number_is_its_own"),
        ({"number": 2}, "one_import_is_current"),
        ({"number": 2, "state": State.FAILED}, "failed_import_says_why"),
        ({"number": 2, "state": State.STOPPED, "finished_at": None}, "import_is_finished_unless_running"),
        ({"number": 2, "state": State.RUNNING}, "import_is_finished_unless_running"),
        ({"number": 2, "state": State.REPLACED, "home_count": None}, "built_import_is_counted"),
        ({"number": 2, "state": "lost"}, "import_state_is_known"),
        (
            {"number": 2, "state": State.REPLACED, "finished_at": NOON - dt.timedelta(seconds=1)},
            "import_is_finished_unless_running",
        ),
    ],
)
def test_import_that_cannot_be_is_refused_by_the_database(fields: dict[str, object], constraint: str) -> None:
    owner = community()
    place_import(owner)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        place_import(owner, **fields)
    told = str(caught.value)
    assert constraint in told or "UNIQUE constraint failed" in told


def test_second_import_may_not_run_beside_the_first() -> None:
    owner = community()
    place_import(owner, state=State.RUNNING, finished_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        place_import(owner, number=2, state=State.RUNNING, finished_at=None)


def test_import_outside_a_community_raises() -> None:
    place_import(community())
    with pytest.raises(ScopeError):
        PlaceImport.objects.all()


def test_import_of_another_community_is_not_seen() -> None:
    mine, other = community("a"), community("b")
    place_import(mine)
    place_import(other)
    with scope(community=mine):
        assert [row.community_id for row in PlaceImport.objects.all()] == [mine.pk]
    with scopes_disabled():
        assert PlaceImport.objects.count() == 2


def test_community_with_imports_is_not_deleted_by_accident() -> None:
    owner = community()
    place_import(owner)
    with scopes_disabled(), pytest.raises(IntegrityError):
        owner.delete()


def test_transitions_leave_no_state_but_the_last_ones_without_a_way_on() -> None:
    left = {begin for begin, _ in TRANSITIONS}
    assert set(State) - left == {State.REPLACED, State.FAILED, State.STOPPED}
    assert all(reason for reason in TRANSITIONS.values())
