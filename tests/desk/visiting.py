"""What people do in a browser of their own, for the tests that follow a matter from one to the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password
from django_scopes import scope
from PIL import Image

from linli.desk.matters import actions
from linli.desk.matters.models import Matter
from linli.desk.people.models import Account
from tests.desk.people.conftest import Office, make_office

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit

PASSWORD = "lantern-walnut-bridge"


@pytest.fixture
def willow(transactional_db: None) -> Office:
    del transactional_db
    made = make_office("willow")
    with scope(community=made.community):
        actions.seed_matters(community=made.community)
    # One slow hash for all of them.
    Account.objects.update(password=make_password(PASSWORD))
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    Image.new("RGB", (1200, 900), "#7a8a99").save(tmp_path / "lamp.jpg", "JPEG")
    return tmp_path / "lamp.jpg"


def fill_login(page: Page, username: str) -> None:
    """Fill in the form of logging in, and send it."""
    page.fill("[name=login]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")


def log_in(open_page: OpenPage, server: LiveServer, office: Office, who: str, *, width: int = 1440) -> Visit:
    seen = open_page(f"{server.url}/accounts/login/", width=width, locale="zh-CN")
    fill_login(seen.page, office.accounts[who].username)
    seen.page.wait_for_url(lambda url: "/accounts/login" not in url)
    return seen


def tell_of_noise(page: Page, photo: Path) -> str:
    """Fill in the report page, and send it; the code by which it is followed."""
    page.set_input_files("input[type=file]", photo)
    page.locator("summary", has_text="邻里").last.click()
    page.locator("label", has_text="噪声").first.click()
    page.fill("#words", "楼上半夜一直在敲,睡不着")
    page.fill("#place_words", "三号楼二单元")
    page.locator("form#report button[type=submit], form#report button.send").last.click()
    page.wait_for_url("**/received/")
    return re.search(r"/follow/([^/]+)/received/", page.evaluate("location.pathname"))[1]


def hand_over(page: Page, worker: Account) -> None:
    """Hand the matter whose page this is to somebody."""
    form = page.locator("#verb-assign")
    form.locator("summary").click()
    form.locator("[name=worker]").select_option(label=worker.name)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def say_it_is_fixed(page: Page) -> None:
    """Answer the call-back on the follow page: solved, five of five."""
    form = page.locator("form#callback")
    form.locator("[name=solved][value=yes]").check(force=True)
    form.locator("[name=rating][value='5']").check(force=True)
    with page.expect_navigation():
        form.locator("button.send").click()


def matter_of(office: Office) -> Matter:
    with scope(community=office.community):
        return Matter.objects.select_related("worker").get()
