"""The overview in Chromium: the map says what the list says; the page of the week is one sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scope
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from linli.desk.common import clock
from linli.desk.matters import actions
from linli.desk.matters.models import Escalation, State
from tests.browser import OpenPage, Visit
from tests.desk.conftest import Built, serve_built, serve_no_more
from tests.desk.matters.rows import put
from tests.desk.people.conftest import Office, make_grid, make_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY = 12


@pytest.fixture
def willow(transactional_db: None, built_village: Built) -> Iterator[Office]:
    """A busy week: three clusters, more grids and more that is late than fits on a page, a ladder climbed."""
    del transactional_db
    office = make_office("willow")
    serve_built(built_village, office.community)
    with scope(community=office.community):
        actions.seed_matters(community=office.community)
        office.grids += [make_grid(office.community, number) for number in range(3, 15)]
        for number in range(MANY):
            place = {"lon": 0.001 + 0.012 * (number % 3), "lat": 0.0001}
            late = put(
                office, days_ago=9, overdue_at=clock.now(), state=State.DISPATCHED, worker=office.accounts["other"], rung=1,
                category=["lighting", "noise", "parking"][number % 3], grid=office.grids[number % 2], **place,
            )  # fmt: skip
            Escalation.objects.create(
                community=office.community, matter=late, rung=1, who="worker", at=clock.now()
            )
            put(office, days_ago=9, closed_after=1, **place)
        for grid in office.grids:
            put(office, days_ago=9, grid=grid, lon=None, lat=None)
    yield office
    serve_no_more()


def enter(open_page: OpenPage, server: LiveServer, office: Office, path: str, **window) -> Visit:
    client = Client()
    client.force_login(
        office.accounts["director"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    seen = open_page(**window)
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
    }
    seen.page.context.add_cookies([cookie | {"url": server.url}])
    seen.page.goto(f"{server.url}/c/willow/overview/{path}")
    return seen


def test_pins_lead_to_the_rows_that_say_the_same(
    live_server: LiveServer, willow: Office, open_page: OpenPage
) -> None:
    seen = enter(open_page, live_server, willow, "", locale="en-US")
    page = seen.page
    page.wait_for_selector("#clusters[data-drawn=yes]", timeout=30_000)
    pins, rows = page.locator("#map a.map-pin"), page.locator(".clusters > li")
    assert sorted(pins.all_inner_texts()) == ["1", "2", "3"]
    assert rows.count() == 3
    pin = pins.filter(has_text="2")
    assert pin.get_attribute("aria-label") == "2: 8 matters, Grid 1, Grid 2"
    pin.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cluster-2")).to_have_class("chosen")
    assert page.url.endswith("#cluster-2")
    assert seen.axe() == []
    assert seen.errors == []


def test_rung_is_acknowledged_from_the_list(
    live_server: LiveServer, willow: Office, open_page: OpenPage
) -> None:
    page = enter(open_page, live_server, willow, "?category=noise", width=360).page
    row = page.locator(".late-list > li").first
    expect(row.locator(".ladder .told")).to_have_count(1)
    row.locator("summary").click()
    row.locator("textarea").fill("周三前劝导")
    with page.expect_navigation():
        row.locator("button").click()
    assert page.url.endswith("/overview/?category=noise#late")
    expect(page.locator(".said")).to_contain_text("已回应督办")
    expect(page.locator(".late-list > li").first.locator(".ladder .answered")).to_have_count(1)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_week_is_one_sheet(live_server: LiveServer, willow: Office, open_page: OpenPage, locale: str) -> None:
    page = enter(open_page, live_server, willow, "week/", locale=locale).page
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.emulate_media(media="print")
    assert not page.locator(".week-bar").is_visible()
    assert page.locator(".paper").is_visible()
