"""The list as a reader meets it, in Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from linli.desk.pages.choices import SHOWN

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

    from linli.desk.places.serving import Served
    from tests.browser import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_list_is_accessible_and_needs_no_one_else(
    width: int, locale: str, live_server: LiveServer, town: Served, open_page: OpenPage
) -> None:
    seen = open_page(width=width, locale=locale)
    for part in SHOWN:
        seen.page.goto(f"{live_server.url}/c/helsinki/list/?kind=pharmacy&home=3&rule=primary&show={part}")
        assert seen.axe() == [], part
        assert not seen.scrolls_sideways(), part
        seen.page.evaluate("document.documentElement.style.fontSize = '225%'")
        assert not seen.scrolls_sideways(), f"{part}, doubled"
    assert seen.errors == []
    assert {urlsplit(url).netloc for url in seen.requests} == {urlsplit(live_server.url).netloc}


def test_list_works_without_javascript(live_server: LiveServer, town: Served, open_page: OpenPage) -> None:
    page = open_page(f"{live_server.url}/c/helsinki/list/", java_script_enabled=False, locale="zh-CN").page
    page.select_option("#kind", "pharmacy")
    page.select_option("#profile", "senior")
    page.click("#choices .button")
    assert "药店 · 老年人" in page.inner_text("#answer-title")
    page.click("text=查一户")
    page.fill("#find", "Fabianinkatu 12")
    page.click("[role=search] .button")
    page.click("text=Fabianinkatu 12")
    assert "从您家走到药店" in page.inner_text("#home .sentence")
    page.click(".tabs >> text=标准")
    page.select_option("#standard", "fifteen_minute_city")
    page.click("#choices .button")
    assert "standard=fifteen_minute_city" in page.url
    page.locator(".rule a").first.click()
    assert page.locator("#left-out tbody tr").count() > 0


def test_map_page_without_javascript_leads_to_the_list(
    live_server: LiveServer, town: Served, open_page: OpenPage
) -> None:
    page = open_page(f"{live_server.url}/c/helsinki/", java_script_enabled=False).page
    page.click(".map-frame noscript a")
    assert urlsplit(page.url).path == "/c/helsinki/list/"


def test_choices_switch_without_a_reload(live_server: LiveServer, town: Served, open_page: OpenPage) -> None:
    seen = open_page(f"{live_server.url}/c/helsinki/list/?kind=pharmacy", locale="zh-CN")
    page = seen.page
    page.evaluate("window.stayed = true")
    page.select_option("#profile", "senior_frail")
    page.wait_for_function("() => document.querySelector('#answer-title').textContent.includes('体弱')")
    page.wait_for_function("() => location.search.includes('profile=senior_frail')")
    assert page.evaluate("window.stayed")
    assert "profile=senior_frail" in (page.get_attribute("nav.views a:first-child", "href") or "")
    page.click(".tabs >> text=标准")
    page.select_option("#standard", "fifteen_minute_city")
    page.wait_for_function("() => location.search.includes('standard=fifteen_minute_city')")
    assert seen.errors == []


def test_lost_server_is_told(live_server: LiveServer, town: Served, open_page: OpenPage) -> None:
    page = open_page(f"{live_server.url}/c/helsinki/list/", locale="zh-CN").page
    page.route("**/list/**", lambda route: route.abort())
    page.select_option("#kind", "pharmacy")
    page.wait_for_selector("#trouble:not([hidden])")
    assert "连不上服务器" in page.inner_text("#trouble")
