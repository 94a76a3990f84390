"""One matter across five people, each in a browser of their own: from a resident's photo to the resident's last word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import make_password
from django_scopes import scope
from PIL import Image

from linli.desk.common import ledger
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, State
from linli.desk.people.models import Account
from tests.desk.people.conftest import Office, make_office

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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


def log_in(open_page: OpenPage, server: LiveServer, office: Office, who: str, *, width: int = 1440) -> Visit:
    seen = open_page(f"{server.url}/accounts/login/", width=width, locale="zh-CN")
    seen.page.fill("[name=login]", office.accounts[who].username)
    seen.page.fill("[name=password]", PASSWORD)
    seen.page.click("form.form button[type=submit]")
    seen.page.wait_for_url(lambda url: "/accounts/login" not in url)
    return seen


def do(page: Page, verb: str, **fields: str) -> None:
    form = page.locator(f"#verb-{verb}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, text in fields.items():
        form.locator(f"[name={name}]").fill(text)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def matter_of(office: Office) -> Matter:
    with scope(community=office.community):
        return Matter.objects.select_related("worker").get()


def test_matter_goes_from_a_photo_to_the_last_word(
    live_server: LiveServer, willow: Office, photo: Path, open_page: OpenPage
) -> None:
    base = f"{live_server.url}/c/willow"
    resident = open_page(f"{base}/report/", width=360, locale="zh-CN")
    page = resident.page
    assert resident.axe() == []
    assert not resident.scrolls_sideways()
    page.set_input_files("input[type=file]", photo)
    page.locator("summary", has_text="邻里").last.click()
    page.locator("label", has_text="噪声").first.click()
    page.fill("#words", "楼上半夜一直在敲,睡不着")
    page.fill("#place_words", "三号楼二单元")
    page.locator("form#report button[type=submit], form#report button.send").last.click()
    page.wait_for_url("**/received/")
    code = re.search(r"/follow/([^/]+)/received/", page.evaluate("location.pathname"))[1]
    assert code in page.inner_text("main")
    assert resident.axe() == []

    # The place is in no grid: it waits at the desk, which hands it to a worker.
    desk = log_in(open_page, live_server, willow, "desk")
    desk.page.goto(f"{base}/desk/")
    assert desk.axe() == []
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/desk/matters/*/")
    assert "楼上半夜一直在敲" in desk.page.inner_text("main")
    assert desk.page.locator("main img").count() > 0
    assert desk.axe() == []
    form = desk.page.locator("#verb-assign")
    form.locator("summary").click()
    form.locator("[name=worker]").select_option(label=willow.accounts["grid_worker"].name)
    with desk.page.expect_navigation():
        form.locator("button[type=submit]").click()
    assert matter_of(willow).worker == willow.accounts["grid_worker"]

    worker = log_in(open_page, live_server, willow, "grid_worker", width=360)
    worker.page.goto(f"{base}/round/")
    assert worker.axe() == []
    assert not worker.scrolls_sideways()
    worker.page.locator("article [data-verb=start]").click()
    worker.page.locator("#outbox.all-sent").wait_for()
    assert matter_of(willow).state == State.IN_PROGRESS
    worker.page.locator("article .more > summary").click()
    worker.page.locator("article [data-open]").click()
    worker.page.wait_for_url(re.compile("/desk/matters/"))
    assert not worker.scrolls_sideways()
    do(worker.page, "finish", text="已上门,约好晚上九点后不再施工")
    assert matter_of(willow).state == State.DONE

    auditor = log_in(open_page, live_server, willow, "auditor")
    auditor.page.goto(f"{base}/desk/matters/{matter_of(willow).code}/")
    assert "已上门" in auditor.page.inner_text("main")
    assert auditor.page.locator("details.verb").count() == 0

    page.goto(f"{base}/follow/{code}/")
    assert "已上门" in page.inner_text("main")
    assert resident.axe() == []
    form = page.locator("form#callback")
    form.locator("[name=solved][value=yes]").check(force=True)
    form.locator("[name=rating][value='5']").check(force=True)
    with page.expect_navigation():
        form.locator("button.send").click()
    closed = matter_of(willow)
    assert (closed.state, closed.solved, closed.rating) == (State.CLOSED, True, 5)

    director = log_in(open_page, live_server, willow, "director")
    director.page.goto(f"{base}/desk/staff/")
    assert director.axe() == []
    assert ledger.verify(community=willow.community) == []
    for seen in (resident, desk, worker, auditor, director):
        assert [error for error in seen.errors if "favicon" not in error] == []
