"""What others changed while the worker had no network is shown beside what the worker did, and settled by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django_scopes import scope
from playwright.sync_api import expect

from linli.desk.matters import actions
from linli.desk.matters.models import Matter, Step
from tests.desk.field import (
    all_sent,
    cut,
    finish,
    fresh,
    lamp,
    mend,
    on_the_round,
    press,
    receive,
    steps_of,
)
from tests.desk.visiting import (
    willow,
)

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage
    from tests.desk.people.conftest import Office

__all__ = ["lamp", "willow"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_conflict_shows_both_sides_and_is_settled_by_the_worker(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "start")
    finish(page, lamp.code, "换了灯泡")
    with scope(community=willow.community):
        actions.note_matter(matter=fresh(willow, lamp), by=willow.actor("desk"), text="住户说白天不在家")
    mend(seen)
    decision = page.locator(".decision[data-signature]")
    expect(decision).to_be_visible()
    expect(decision.locator("[data-side=mine]")).to_contain_text("开始办理")
    expect(decision.locator("[data-side=theirs]")).to_contain_text("住户说白天不在家")
    # What was done after it waits for the decision, and is not sent before.
    assert page.locator("#outbox [data-unsent] .state").all_inner_texts() == ["期间有变动", "已存，待发送"]
    assert seen.axe() == []
    assert not seen.scrolls_sideways()
    decision.get_by_role("button", name="仍然发送我的").click()
    all_sent(page)
    expect(decision).to_have_count(0)
    assert steps_of(willow, lamp) == ["receive", "assign", "note", "start", "finish"]


@pytest.mark.slow
def test_conflict_that_leaves_nothing_to_do_becomes_a_note_or_is_dropped(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    with scope(community=willow.community):
        other = receive(willow, "又一盏灯坏了")
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    finish(page, lamp.code, "换了灯泡")
    finish(page, other.code, "也换了")
    with scope(community=willow.community):
        for matter in (lamp, other):
            actions.finish_matter(
                matter=fresh(willow, matter), by=willow.actor("desk"), text="电力公司修好了"
            )
    mend(seen)
    decisions = page.locator(".decision[data-signature]")
    expect(decisions).to_have_count(2)
    assert decisions.get_by_role("button", name="仍然发送我的").count() == 0
    # It is no longer on the round, but can be looked at.
    opened = decisions.filter(has_text=lamp.code).get_by_role("link", name="打开事项")
    assert opened.get_attribute("href") == f"/c/willow/desk/matters/{lamp.code}/"
    decisions.filter(has_text=lamp.code).get_by_role("button", name="存为备注").click()
    expect(decisions).to_have_count(1)
    page.once("dialog", lambda dialog: dialog.accept())
    decisions.get_by_role("button", name="丢弃我的").click()
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "finish", "note"]
    assert steps_of(willow, other) == ["receive", "assign", "finish"]
    with scope(community=willow.community):
        assert "换了灯泡" in Step.objects.get(matter=lamp, verb="note").internal_text


@pytest.mark.slow
def test_matter_that_was_taken_away_meanwhile_says_so(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    desk = willow.actor("desk")
    with scope(community=willow.community):
        actions.assign_matter(matter=lamp, by=desk, worker=willow.accounts["volunteer"])
    seen = on_the_round(open_page, live_server, willow, "volunteer")
    page = seen.page
    cut(seen)
    finish(page, lamp.code, "换了灯泡")
    with scope(community=willow.community):
        actions.assign_matter(matter=fresh(willow, lamp), by=desk, worker=willow.accounts["other"])
    mend(seen)
    decision = page.locator(".decision[data-signature]")
    expect(decision).to_contain_text("这件事已不在您手上")
    # What was written is still there to be read, and there is nothing to press but to let it go.
    expect(decision).to_contain_text("换了灯泡")
    assert decision.locator("button, a").all_inner_texts() == ["丢弃我的"]
    assert steps_of(willow, lamp) == ["receive", "assign", "assign", "assign"]
