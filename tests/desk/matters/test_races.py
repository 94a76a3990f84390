"""Two at once, in two threads and two connections."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connections
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, Source, Step
from linli.desk.pages.resident.opening import opened_by
from linli.desk.people.actors import RESIDENT
from tests.desk.matters.conftest import IN_FIRST
from tests.desk.people.conftest import Office, make_office


@pytest.fixture
def real(transactional_db: None):
    del transactional_db
    office = make_office("oak")
    with scope(community=office.community):
        actions.seed_matters(community=office.community)
        yield office


def at_once(office: Office, *works: Callable[[], object]) -> list[object]:
    together = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(number: int, work: Callable[[], object]) -> None:
        try:
            with scope(community=office.community):
                together.wait(10)
                results[number] = work()
        except Exception as error:  # noqa: BLE001
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def _receive(office: Office, key: uuid.UUID) -> actions.Received:
    return actions.receive_matter(
        community=office.community,
        by=RESIDENT(office.community),
        source=Source.PAGE,
        category=Category.objects.get(key="sanitation"),
        words="垃圾没人收",
        lon=IN_FIRST[0],
        lat=IN_FIRST[1],
        key=key,
    )


def test_same_report_twice_at_once_is_one(real: Office):
    key = uuid.uuid4()
    first, second = at_once(real, lambda: _receive(real, key), lambda: _receive(real, key))
    assert isinstance(first, actions.Received), first
    assert isinstance(second, actions.Received), second
    assert first.follow_code == second.follow_code
    assert sorted([first.again, second.again]) == [False, True]
    assert Matter.objects.count() == 1


def test_reports_at_once_have_numbers_of_their_own(real: Office):
    results = at_once(real, *[lambda: _receive(real, uuid.uuid4()) for _number in range(4)])
    assert sorted(one.matter.number for one in results) == [1, 2, 3, 4]
    assert ledger.verify(community=real.community) == []


def test_code_opened_by_two_at_once_is_there_for_both(real: Office):
    """As when its holder comes in the moment in which the worker makes what was put down a matter."""
    code = actions.put_down(
        by=RESIDENT(real.community), source=Source.PAGE, category=Category.objects.get(key="sanitation"),
        words="垃圾没人收", lon=IN_FIRST[0], lat=IN_FIRST[1], key=uuid.uuid4(),
    )  # fmt: skip
    found = at_once(real, *[lambda: opened_by(real.community, code)] * 4)
    assert [one.matter.words for one in found] == ["垃圾没人收"] * 4
    assert Matter.objects.count() == 1


def test_two_who_start_at_once_start_it_once(real: Office):
    matter = _receive(real, uuid.uuid4()).matter
    worker = real.actor("grid_worker")

    def start() -> Matter:
        return actions.start_matter(matter=matter, by=worker, version=matter.version, key=uuid.uuid4())

    results = at_once(real, start, start)
    assert sorted(type(one).__name__ for one in results) == ["ConflictError", "Matter"]
    assert Step.objects.filter(matter=matter, verb="start").count() == 1
    assert ledger.verify(community=real.community) == []
