from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linli.desk.people import queries
from linli.desk.people.models import Account, Role
from linli.desk.people.queries import GridCards, WorkerCard
from tests.desk.people.conftest import Office, give_post


def test_cards_of_grids_name_worker_and_deputies_with_the_number_that_is_posted(
    office: Office, make_account: Callable[..., Account], django_assert_num_queries: Any
) -> None:
    first, second = office.grids
    li, wang, gone = make_account("li"), make_account("wang"), make_account("gone")
    give_post(li, office.community, Role.GRID_WORKER, first, deputy=True, public_phone="0571-1")
    give_post(wang, office.community, Role.GRID_WORKER, first, deputy=True)
    give_post(gone, office.community, Role.GRID_WORKER, second, deputy=True)
    gone.is_active = False
    gone.save()
    with django_assert_num_queries(1):
        cards = queries.public_grid_cards([second, first])
    assert cards == [
        GridCards(WorkerCard("other of willow", second.phone), []),
        GridCards(
            WorkerCard("grid_worker of willow", first.phone),
            [WorkerCard("Li", "0571-1"), WorkerCard("Wang", first.phone)],
        ),
    ]


def test_card_of_a_grid_without_a_worker_has_the_number_alone(office: Office) -> None:
    grid = office.grids[0]
    queries.posts_in_force().filter(grid=grid).delete()
    assert queries.public_grid_cards([grid]) == [GridCards(WorkerCard("", grid.phone), [])]
