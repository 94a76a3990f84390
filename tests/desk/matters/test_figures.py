from __future__ import annotations

from linli.desk.matters import actions
from linli.desk.matters.queries import Rate, rates, rates_by_grid
from linli.desk.people.actors import RESIDENT
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_SECOND, Receive
from tests.desk.people.conftest import Office


def test_rates_have_denominators_of_their_own(
    receive: Receive, office: Office, time: Frozen, django_assert_num_queries
):
    resident, worker = RESIDENT(office.community), office.actor("grid_worker")
    solved, denied, withdrawn = receive().matter, receive().matter, receive().matter
    late = receive(at=IN_SECOND).matter
    for matter in (solved, denied):
        actions.finish_matter(matter=matter, by=worker, text="好了")
    actions.resident_answers(matter=solved, by=resident, solved=True, satisfied=None)
    actions.resident_answers(matter=denied, by=resident, solved=False, satisfied=False)
    actions.withdraw(matter=withdrawn, by=resident)
    # In time still, so not judged yet.
    assert rates(community=office.community).response == Rate(2, 2)
    time.move(hours=25)
    with django_assert_num_queries(2):
        found = rates_by_grid(community=office.community)
    first, second = office.grids
    assert set(found) == {first.pk, second.pk}
    assert found[first.pk].response == Rate(2, 2)
    assert found[first.pk].solution == Rate(1, 2)
    assert found[first.pk].satisfaction == Rate(0, 1)
    assert found[late.grid.pk].response == Rate(0, 1)
    assert rates(community=office.community).response == Rate(2, 3)
    assert rates(community=office.community, grid=second).response.share == 0
    assert rates(community=office.community, grid=second).solution.share is None
