"""Whose telephone it is: nothing is lost with a session, nothing stays after logging out, nothing is another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from linli.desk.common import ledger
from linli.desk.matters.models import Matter
from tests.desk.field import (
    all_sent,
    cut,
    lamp,
    mend,
    on_the_round,
    press,
    ready,
    steps_of,
    write_note,
)
from tests.desk.visiting import (
    fill_login,
    willow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage
    from tests.desk.people.conftest import Office

__all__ = ["lamp", "willow"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_session_that_ended_meanwhile_loses_nothing(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "start")
    page.context.clear_cookies()
    mend(seen)
    expect(page.locator("#network[data-trouble=login]")).to_be_visible()
    assert steps_of(willow, lamp) == ["receive", "assign"]
    page.locator("#network a").click()
    fill_login(page, willow.accounts["grid_worker"].username)
    page.wait_for_url("**/round/")
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "start"]


def kept_here(page: Page) -> list:
    return page.evaluate(
        """async () => [
          (await caches.keys()).filter((name) => !name.startsWith("linli-round-things-")),
          (await indexedDB.databases()).map(({ name }) => name),
          (await navigator.serviceWorker.getRegistrations()).length,
        ]"""
    )


def test_nothing_stays_on_the_phone_after_logging_out(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    kept, databases, workers = kept_here(page)
    assert (any(name.endswith("-page") for name in kept), databases, workers) == (True, ["linli-round"], 1)
    press(page, lamp.code, "start")
    all_sent(page)
    cut(seen)
    write_note(page, lamp.code, "要带梯子")
    expect(page.locator("#outbox [data-unsent] li")).to_have_count(1)
    # Nothing that could send it before the page of logging out is there.
    page.context.route("**/round/who/", lambda route: route.abort())
    mend(seen)
    page.goto(f"{live_server.url}/accounts/logout/")
    expect(page.locator("[data-unsent]")).to_contain_text("还有 1 项没发送")
    assert seen.axe() == []
    page.click("[data-leaving] button")
    page.wait_for_url(lambda url: "/accounts/logout" not in url)
    assert kept_here(page) == [[], [], 0]
    assert page.evaluate("async () => (await caches.keys()).length") == 0


def test_somebody_else_on_the_same_phone_sees_and_sends_nothing_of_it(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "start")
    expect(page.locator("#outbox [data-unsent] li")).to_have_count(1)
    page.context.clear_cookies()
    mend(seen)
    page.goto(f"{live_server.url}/accounts/login/?next=/c/willow/round/")
    fill_login(page, willow.accounts["other"].username)
    page.wait_for_url("**/round/")
    ready(page)
    expect(page.locator("#others")).to_contain_text("还有别的账号的 1 项没发送")
    expect(page.locator("#outbox")).to_be_hidden()
    assert lamp.code not in page.content()
    expect(page.locator("#round[data-kept]")).to_be_attached()
    cut(seen)
    page.reload()
    ready(page)
    assert lamp.code not in page.content()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-drop-others]").click()
    expect(page.locator("#others")).to_be_hidden()
    mend(seen)
    page.reload()
    ready(page)
    assert steps_of(willow, lamp) == ["receive", "assign"]
    assert ledger.verify(community=willow.community) == []
