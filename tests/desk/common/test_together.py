from __future__ import annotations

from functools import partial

import pytest
from django.db import connection, transaction

from linli.desk.common import clock
from linli.desk.common.together import together
from linli.desk.places.models import Community
from tests.desk.common.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def make(slug: str) -> int:
    return Community.objects.create(slug=slug, name_zh=slug, created_at=clock.now()).pk


def test_writes_of_many_threads_are_all_there_and_each_gets_its_own_answer() -> None:
    found = at_once(12, lambda number: [together(partial(make, f"c{number}-{turn}")) for turn in range(5)])
    rows = dict(Community.objects.values_list("slug", "pk"))
    assert len(rows) == 60
    assert found == [[rows[f"c{number}-{turn}"] for turn in range(5)] for number in range(12)]


def test_write_that_fails_takes_nobody_elses_with_it() -> None:
    def write(number: int) -> str:
        def work() -> str:
            make(f"c{number}")
            if number % 2:
                raise ValueError(f"no {number}")
            return "kept"

        try:
            return together(work)
        except ValueError as error:
            return str(error)

    assert at_once(8, write) == ["kept", "no 1", "kept", "no 3", "kept", "no 5", "kept", "no 7"]
    assert sorted(Community.objects.values_list("slug", flat=True)) == ["c0", "c2", "c4", "c6"]


def test_write_inside_a_transaction_is_part_of_it() -> None:
    def undone() -> None:
        with transaction.atomic():
            together(lambda: make("c"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    assert not Community.objects.exists()
    assert not connection.in_atomic_block
