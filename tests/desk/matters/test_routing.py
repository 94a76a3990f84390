from __future__ import annotations

import pytest

from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter
from linli.desk.matters.queries import public_matter
from linli.desk.matters.routing import suggest_workers
from linli.desk.people.access import ForbiddenError
from linli.desk.people.actors import RESIDENT
from tests.desk.clock import Frozen
from tests.desk.matters.conftest import IN_SECOND, NOWHERE, Receive
from tests.desk.people.conftest import Office


def test_first_rule_that_fits_decides_before_the_grid(receive: Receive, office: Office):
    by, mediator = office.actor("desk"), office.accounts["mediator"]
    lamp = Category.objects.get(key="lighting")
    rule = actions.make_rule(by=by, worker=mediator, category=lamp, words="路灯 灯泡")
    matter = receive().matter
    assert (matter.worker, matter.routed_by) == (mediator, f"rule:{rule.pk}")
    assert receive(words="楼道黑").matter.routed_by == "grid"
    actions.retire_rule(by=by, rule=rule)
    assert receive().matter.routed_by == "grid"


@pytest.mark.parametrize(("hour", "ruled"), [("16:59", False), ("17:00", True)])
def test_rule_for_the_night_holds_at_night(
    receive: Receive, office: Office, time: Frozen, hour: str, ruled: bool
):
    actions.make_rule(by=office.actor("desk"), worker=office.accounts["mediator"], hours="off")
    time.set(f"2026-11-24T{hour}:00+08:00")
    assert (receive(at=NOWHERE).matter.worker is not None) == ruled


def test_rule_for_what_is_sensitive_is_refused(office: Office):
    dispute = Category.objects.get(key="dispute")
    with pytest.raises(actions.RefusedError):
        actions.make_rule(by=office.actor("desk"), worker=office.accounts["mediator"], category=dispute)
    with pytest.raises(ForbiddenError):
        actions.make_rule(by=office.actor("grid_worker"), worker=office.accounts["mediator"])


def test_suggestion_counts_who_settled_such_matters(receive: Receive, office: Office):
    lamp = Category.objects.get(key="lighting")
    for _number in range(3):
        matter = receive(at=IN_SECOND).matter
        actions.finish_matter(matter=matter, by=office.actor("other"), text="好了")
        actions.resident_answers(matter=matter, by=RESIDENT(office.community), solved=True, satisfied=True)
    (found,) = suggest_workers(community=office.community, category=lamp, grid=office.grids[1])
    assert (found.worker, found.settled, found.of) == (office.accounts["other"], 3, 3)
    assert found.like == "category and grid"
    (wider,) = suggest_workers(community=office.community, category=lamp, grid=office.grids[0])
    assert wider.like == "category"


def test_corrected_place_and_category_have_their_own_grid_and_deadline(matter: Matter, office: Office):
    repair = Category.objects.get(key="public_repair")
    lon, lat = IN_SECOND
    matter = actions.correct_matter(matter=matter, by=office.actor("desk"), category=repair, lon=lon, lat=lat)
    assert (matter.grid, matter.category) == (office.grids[1], repair)
    # Five office days after Tuesday the 24th.
    assert matter.solve_due_at.isoformat() == "2026-12-01T16:00:00+00:00"


def test_words_are_public_only_once_a_person_let_them_through(matter: Matter, office: Office):
    assert matter.public_words == ""
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=True, words="路灯坏了")
    shown = public_matter(community=office.community, code=matter.code)
    assert shown is not None
    assert shown.public_words == "路灯坏了"
    actions.publish_matter(matter=matter, by=office.actor("desk"), public=False)
    assert public_matter(community=office.community, code=matter.code) is None
    with pytest.raises(ForbiddenError):
        actions.publish_matter(matter=matter, by=office.actor("grid_worker"), public=True)
