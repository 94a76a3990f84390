"""One matter across five people, each in a browser of their own: from a resident's photo to the resident's last word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linli.desk.common import ledger
from linli.desk.matters.models import State
from tests.desk.visiting import hand_over, log_in, matter_of, photo, say_it_is_fixed, tell_of_noise, willow

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage
    from tests.desk.people.conftest import Office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["photo", "willow"]


def do(page: Page, verb: str, **fields: str) -> None:
    form = page.locator(f"#verb-{verb}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, text in fields.items():
        form.locator(f"[name={name}]").fill(text)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def test_matter_goes_from_a_photo_to_the_last_word(
    live_server: LiveServer, willow: Office, photo: Path, open_page: OpenPage
) -> None:
    base = f"{live_server.url}/c/willow"
    resident = open_page(f"{base}/report/", width=360, locale="zh-CN")
    page = resident.page
    assert resident.axe() == []
    assert not resident.scrolls_sideways()
    code = tell_of_noise(page, photo)
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
    hand_over(desk.page, willow.accounts["grid_worker"])
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
    say_it_is_fixed(page)
    closed = matter_of(willow)
    assert (closed.state, closed.solved, closed.rating) == (State.CLOSED, True, 5)

    director = log_in(open_page, live_server, willow, "director")
    director.page.goto(f"{base}/desk/staff/")
    assert director.axe() == []
    assert ledger.verify(community=willow.community) == []
    for seen in (resident, desk, worker, auditor, director):
        assert [error for error in seen.errors if "favicon" not in error] == []
