"""A worker in the field, in a real browser, with the network cut: all is kept, and all arrives once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django_scopes import scope
from playwright.sync_api import expect

from linli.desk.common import ledger
from linli.desk.common.models import Upload
from linli.desk.matters.models import Matter, Source, State, Step
from tests.desk.field import (
    after,
    all_sent,
    cut,
    finish,
    fresh,
    lamp,
    mend,
    on_the_round,
    press,
    ready,
    steps_of,
    write_note,
)
from tests.desk.visiting import (
    hand_over,
    log_in,
    matter_of,
    photo,
    say_it_is_fixed,
    tell_of_noise,
    willow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Route
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage
    from tests.desk.people.conftest import Office

__all__ = ["after", "lamp", "photo", "willow"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_done_without_a_network_arrives_once_when_it_is_back(
    live_server: LiveServer, willow: Office, lamp: Matter, photo: Path, after: Path, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    # The phone goes to sleep in a pocket and the page is made anew, from what the phone has.
    page.reload()
    ready(page)
    expect(page.locator("#network")).to_contain_text("没有网络")
    press(page, lamp.code, "start")
    write_note(page, lamp.code, "要带梯子")
    finish(page, lamp.code, "换了灯泡", before=photo, after=after)
    assert page.locator("#outbox [data-unsent] .state").all_inner_texts() == ["已存，待发送"] * 3
    # What is done is done: nothing more is offered than can follow on it.
    expect(page.locator(f"[data-code='{lamp.code}'] [data-verb=finish]")).to_be_hidden()
    assert steps_of(willow, lamp) == ["receive", "assign"]
    page.reload()
    ready(page)
    assert page.locator("#outbox [data-unsent] li").count() == 3
    mend(seen)
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "start", "note", "finish"]
    assert fresh(willow, lamp).state == State.DONE
    with scope(community=willow.community):
        step = Step.objects.get(matter=lamp, verb="finish")
        kept = list(Upload.objects.filter(about=step.key).order_by("pk"))
        assert [(one.kind, one.width, one.height) for one in kept] == [
            ("photo", 1200, 900),
            ("photo", 2048, 1365),
        ]
        assert Upload.objects.count() == 2
    expect(page.locator(f"[data-code='{lamp.code}']")).to_have_count(0)
    page.reload()
    ready(page)
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "start", "note", "finish"]


def test_what_waits_is_sent_though_the_page_is_closed(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "start")
    expect(page.locator("#outbox [data-unsent] li")).to_have_count(1)
    # Away from the round; the browser itself finds the network again, and wakes the service worker up.
    page.goto("about:blank")
    mend(seen)
    page.goto(f"{live_server.url}/c/willow/follow/")
    browser = page.context.new_cdp_session(page)
    registrations: list[str] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(one["registrationId"] for one in event["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    while not registrations:
        page.wait_for_timeout(50)
    browser.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": live_server.url,
            "registrationId": registrations[0],
            "tag": "linli-round",
            "lastChance": False,
        },
    )
    for _ in range(100):
        if steps_of(willow, lamp)[-1] == "start":
            break
        page.wait_for_timeout(100)
    assert steps_of(willow, lamp) == ["receive", "assign", "start"]
    page.goto(f"{live_server.url}/c/willow/round/")
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "start"]


def test_answer_that_is_lost_on_the_way_does_nothing_twice(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    lost = []

    def lose(route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.context.route("**/round/send/", lose)
    press(page, lamp.code, "start")
    # By the button, or by the browser itself, which wakes the service worker up: whoever is first.
    send_now = page.locator("[data-send-now]")
    expect(page.locator("#outbox")).to_be_visible()
    if send_now.is_visible():
        send_now.click()
    all_sent(page)
    assert lost == [200]
    assert steps_of(willow, lamp) == ["receive", "assign", "start"]


def test_finding_from_the_field_has_its_photo_and_place(
    live_server: LiveServer, willow: Office, photo: Path, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 120.0111, "latitude": 30.0051})
    cut(seen)
    page.locator("[data-verb=found]").click()
    page.set_input_files("#found-photos", photo)
    page.select_option("#found-category", "lighting")
    page.fill("#found-text", "灯罩掉在地上")
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#sheet [data-problem]")).to_contain_text("请回答")
    page.locator("#sheet [data-category=lighting] label").first.click()
    page.locator("[data-here]").click()
    expect(page.locator("[data-here-said]")).to_contain_text("已定位")
    assert seen.axe() == []
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#outbox [data-unsent] li")).to_have_count(1)
    mend(seen)
    all_sent(page)
    found = matter_of(willow)
    assert (found.source, found.words, found.lon, found.lat) == (
        Source.WORKER,
        "灯罩掉在地上",
        120.0111,
        30.0051,
    )
    expect(page.locator(f"[data-code='{found.code}'] [data-photo]")).to_have_count(1)


def test_network_that_comes_back_while_a_try_still_fails_shows_the_day_anew(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    page = on_the_round(open_page, live_server, willow).page
    # As in a browser that wakes no service worker up: the page itself has to send.
    page.evaluate("delete ServiceWorkerRegistration.prototype.sync")
    held: list[Route] = []
    page.route("**/round/who/", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/round/who/"):
        press(page, lamp.code, "start")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    held[0].abort()
    all_sent(page)
    expect(page.locator(f"[data-code='{lamp.code}'][data-state=in_progress]")).to_be_attached()


@pytest.mark.slow
def test_what_is_begun_outlives_a_page_that_the_phone_closes(
    live_server: LiveServer, willow: Office, lamp: Matter, photo: Path, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "finish")
    page.fill("#finish-text", "换了灯泡")
    page.locator("#sheet [name=outcome][value=not_possible]").check()
    page.set_input_files("#finish-before", photo)
    expect(page.locator("#sheet .shot.taken img")).to_have_count(1)
    # The sheet is written down a moment after the last change.
    page.wait_for_timeout(1200)
    page.reload()
    ready(page)
    press(page, lamp.code, "finish")
    expect(page.locator("#finish-text")).to_have_value("换了灯泡")
    expect(page.locator("#sheet [name=outcome][value=not_possible]")).to_be_checked()
    expect(page.locator("#sheet .shot.taken img")).to_have_count(1)
    page.locator("#sheet [type=submit]").click()
    mend(seen)
    all_sent(page)
    done = fresh(willow, lamp)
    assert (done.state, done.outcome) == (State.DONE, "not_possible")
    with scope(community=willow.community):
        assert Upload.objects.count() == 1


@pytest.mark.slow
def test_what_is_not_sent_yet_can_be_taken_back(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    cut(seen)
    press(page, lamp.code, "start")
    finish(page, lamp.code, "换了灯泡")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#outbox [data-unsent]").get_by_role("button", name="撤回：办完了").click()
    expect(page.locator("#outbox [data-unsent] li")).to_have_count(1)
    expect(page.locator(f"[data-code='{lamp.code}'] [data-verb=finish]")).to_be_visible()
    mend(seen)
    all_sent(page)
    assert steps_of(willow, lamp) == ["receive", "assign", "start"]


@pytest.mark.slow
def test_voice_note_is_recorded_without_a_network(
    live_server: LiveServer, willow: Office, lamp: Matter, open_page: OpenPage
) -> None:
    seen = on_the_round(open_page, live_server, willow)
    page = seen.page
    page.context.grant_permissions(["microphone"])
    cut(seen)
    press(page, lamp.code, "note")
    record = page.locator("#sheet [data-record]")
    record.click()
    expect(record).to_have_text("停止")
    # Chromium's make-believe microphone beeps once a second.
    page.wait_for_timeout(1200)
    record.click()
    expect(page.locator("#sheet audio")).to_be_visible()
    page.locator("#sheet [type=submit]").click()
    mend(seen)
    all_sent(page)
    with scope(community=willow.community):
        step = Step.objects.get(matter=lamp, verb="note")
        kept = Upload.objects.get(about=step.key)
    assert (kept.kind, kept.media_type) == ("voice", "audio/webm")
    assert kept.size > 500


def test_matter_goes_from_a_photo_to_the_last_word_with_the_network_cut_in_the_field(
    live_server: LiveServer, willow: Office, photo: Path, after: Path, open_page: OpenPage
) -> None:
    base = f"{live_server.url}/c/willow"
    resident = open_page(f"{base}/report/", width=360, locale="zh-CN")
    page = resident.page
    code = tell_of_noise(page, photo)
    matter = matter_of(willow)

    desk = log_in(open_page, live_server, willow, "desk")
    desk.page.goto(f"{base}/desk/matters/{matter.code}/")
    hand_over(desk.page, willow.accounts["grid_worker"])

    worker = on_the_round(open_page, live_server, willow)
    assert worker.axe() == []
    cut(worker)
    worker.page.reload()
    ready(worker.page)
    # The resident's photo is on the phone too.
    small = worker.page.locator(f"[data-code='{matter.code}'] [data-photo]")
    expect(small).to_have_js_property("naturalWidth", 480)
    press(worker.page, matter.code, "start")
    finish(worker.page, matter.code, "已上门,约好晚上九点后不再施工", before=photo, after=after)
    assert matter_of(willow).state == State.DISPATCHED
    # Meanwhile it is overlooked by nobody: the desk sees that it is not begun.
    desk.page.reload()
    assert "已上门" not in desk.page.inner_text("main")
    mend(worker)
    all_sent(worker.page)
    assert matter_of(willow).state == State.DONE

    page.goto(f"{base}/follow/{code}/")
    assert "已上门" in page.inner_text("main")
    assert page.locator("main img").count() >= 3
    say_it_is_fixed(page)
    closed = matter_of(willow)
    assert (closed.state, closed.solved, closed.rating) == (State.CLOSED, True, 5)
    assert steps_of(willow, closed) == ["receive", "assign", "start", "finish", "confirm"]
    assert ledger.verify(community=willow.community) == []
