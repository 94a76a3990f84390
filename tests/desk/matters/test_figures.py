from __future__ import annotations

import dataclasses
import datetime as dt

from linli.desk.matters import actions
from linli.desk.matters.figures import Extent, by_category, rates_of, summed
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


def test_rates_by_category_keep_to_what_is_asked(receive: Receive, office: Office, time: Frozen) -> None:
    lamp, noise = receive().matter, receive(category="noise", answers={}).matter
    receive(at=IN_SECOND)
    time.move(days=10)
    late = Extent(office.community, since=time.moment - dt.timedelta(days=9), until=time.moment)
    assert rates_of(late) == {}
    everything = late.before()
    assert (everything.until, everything.until - everything.since) == (late.since, dt.timedelta(days=9))
    found = by_category(rates_of(dataclasses.replace(everything, since=None, until=time.moment)))
    assert set(found) == {lamp.category_id, noise.category_id}
    assert found[lamp.category_id].response == Rate(0, 2)
    one_grid = Extent(office.community, grid=lamp.grid_id, category="lighting")
    assert by_category(rates_of(one_grid))[lamp.category_id].response == Rate(0, 1)
    assert summed(rates_of(Extent(office.community)).values()).response.denominator == 3
