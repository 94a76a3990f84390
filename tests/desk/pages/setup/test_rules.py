"""Rules of routing: made, asked in order, tried on the last matters before they hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from linli.desk.matters import actions, routing
from linli.desk.matters.models import Category, Matter, RoutingRule
from tests.desk.matters.conftest import IN_SECOND, NOWHERE, Receive
from tests.desk.pages.setup.conftest import Desk
from tests.desk.people.conftest import Office

Look = Callable[..., Desk]


def test_rule_is_made_and_matters_go_by_it(desk: Look, office: Office, receive: Receive) -> None:
    clerk = desk("desk")
    clerk.send("rules/", category="lighting", worker=office.accounts["volunteer"].pk, words="路灯 楼道灯")
    assert receive().matter.worker == office.accounts["volunteer"]
    page = clerk.see("rules/")
    assert "volunteer of willow" in page
    assert "with one of: 路灯 楼道灯" in page


def test_rule_needs_somebody(desk: Look) -> None:
    desk("desk").send("rules/", status=422, category="lighting")
    assert not RoutingRule.objects.exists()


def test_sensitive_category_is_not_offered(desk: Look) -> None:
    page = desk("desk").see("rules/")
    assert 'value="lighting"' in page
    assert 'value="help"' not in page


def test_rules_are_asked_in_the_order_of_the_page(desk: Look, office: Office, receive: Receive) -> None:
    clerk = desk("desk")
    clerk.send("rules/", worker=office.accounts["volunteer"].pk)
    clerk.send("rules/", worker=office.accounts["mediator"].pk)
    second = RoutingRule.objects.get(worker=office.accounts["mediator"])
    clerk.send(f"rules/{second.pk}/up/")
    assert receive().matter.worker == office.accounts["mediator"]
    clerk.send(f"rules/{second.pk}/retire/")
    assert receive().matter.worker == office.accounts["volunteer"]
    assert clerk.client.post(f"/c/willow/desk/setup/rules/{second.pk}/up/").status_code == 404


def test_draft_is_tried_without_being_made(desk: Look, office: Office, receive: Receive) -> None:
    lamp, pipe = receive().matter, receive(category="property", words="水管漏水", answers={}).matter
    page = desk("desk").send(
        "rules/", status=200, worker=office.accounts["volunteer"].pk, words="路灯", **{"try": "1"}
    )
    assert not RoutingRule.objects.exists()
    assert Matter.objects.get(pk=lamp.pk).worker == office.accounts["grid_worker"]
    assert "Of the last 2 matters, 1 would go to somebody else than who has them." in page
    rows = {row[0]: row[1] for row in re.findall(r'matters/([\d-]+)/">.*?Would go to">(.*?)</td>', page)}
    assert "<strong>volunteer of willow</strong>" in rows[lamp.code]
    assert "<strong>" not in rows[pipe.code]


def test_trial_says_what_the_rules_themselves_would_do(office: Office, receive: Receive) -> None:
    desk = office.actor("desk")
    actions.make_rule(by=desk, worker=office.accounts["volunteer"], words="漏水", hours="office")
    actions.make_rule(
        by=desk, worker=office.accounts["mediator"], category=Category.objects.get(key="property")
    )
    given = [
        {},
        {"at": IN_SECOND},
        {"at": NOWHERE},
        {"category": "property", "answers": {}, "words": "电梯坏了"},
        {"category": "property", "answers": {}, "words": "漏水了"},
        {"category": "help", "answers": {}},
        {"confidential": True},
    ]
    matters = [receive(**one).matter for one in given]
    rules = routing.rules_in_force(office.community)
    tried = routing.would_go(community=office.community, matters=matters, rules=rules)
    one_by_one = [
        routing.route(
            community=office.community, category=one.category, grid=one.grid, words=one.words, at=one.received_at,
            confidential=one.confidential,
        )
        for one in matters
    ]  # fmt: skip
    assert tried == one_by_one
    assert {route.why.partition(":")[0] for route in tried} == {"", "grid", "rule"}


def test_rules_and_trial_ask_as_often_for_one_as_for_three(
    desk: Look, office: Office, receive: Receive
) -> None:
    clerk = desk("desk")
    receive()
    clerk.send("rules/", worker=office.accounts["volunteer"].pk, grid=office.grids[0].pk)
    one = clerk.queries("rules/?try=1")
    for _ in range(2):
        receive(at=IN_SECOND)
        clerk.send("rules/", worker=office.accounts["mediator"].pk, category="property")
    assert clerk.queries("rules/?try=1") == one
