"""A worker in the field, in a real browser, with the network cut: all is kept, all arrives once, what clashes is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django_scopes import scope
from PIL import Image
from playwright.sync_api import expect

from linli.desk.common import ledger
from linli.desk.common.models import Upload
from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, Source, State, Step
from linli.desk.people.actors import RESIDENT
from tests.desk.test_story import PASSWORD, log_in, matter_of, photo, willow

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit
    from tests.desk.people.conftest import Office

__all__ = ["photo", "willow"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def after(tmp_path: Path) -> Path:
    # Larger than a phone should send.
    Image.linear_gradient("L").resize((3000, 2000)).save(tmp_path / "after.jpg", "JPEG")
    return tmp_path / "after.jpg"


@pytest.fixture
def lamp(willow: Office) -> Matter:
    """A lamp that is out, in the hands of the first grid's worker, with a photo of the resident's."""
    with scope(community=willow.community):
        return receive(willow, "路灯坏了,晚上很黑")


def receive(office: Office, words: str) -> Matter:
    return actions.receive_matter(
        community=office.community,
        by=RESIDENT(office.community),
        source=Source.PAGE,
        category=Category.objects.get(key="lighting"),
        words=words,
        lon=120.011,
        lat=30.005,
        answers={"lamp": "in_the_street"},
    ).matter


def on_the_round(open_page: OpenPage, server: LiveServer, office: Office, who: str = "grid_worker") -> Visit:
    """Be logged in, open the round, and wait until it could do without the network."""
    client = Client()
    account = office.accounts[who]
    account.refresh_from_db()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    seen = open_page(width=360, locale="zh-CN")
    seen.page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}]
    )
    seen.page.goto(f"{server.url}/c/willow/round/")
    ready(seen.page)
    expect(seen.page.locator("#round[data-kept]")).to_be_attached()
    return seen


def ready(page: Page) -> None:
    expect(page.locator("#round[data-ready]")).to_be_attached()


def cut(seen: Visit) -> None:
    seen.page.context.set_offline(True)
    expect(seen.page.locator("#network")).to_contain_text("没有网络")


def mend(seen: Visit) -> None:
    seen.page.context.set_offline(False)


def press(page: Page, code: str, verb: str) -> None:
    button = page.locator(f"[data-code='{code}'] [data-verb={verb}]")
    if not button.is_visible():
        page.locator(f"[data-code='{code}'] .more > summary").click()
    button.click()


def finish(page: Page, code: str, words: str, **photos: Path) -> None:
    press(page, code, "finish")
    for name, path in photos.items():
        page.set_input_files(f"#finish-{name}", path)
    page.fill("#finish-text", words)
    page.locator("#sheet [type=submit]").click()
    expect(page.locator("#sheet")).not_to_be_visible()


def steps_of(office: Office, matter: Matter) -> list[str]:
    with scope(community=office.community):
        return [step.verb for step in Step.objects.filter(matter=matter).order_by("number")]


def fresh(office: Office, matter: Matter) -> Matter:
    with scope(community=office.community):
        return Matter.objects.get(pk=matter.pk)


def all_sent(page: Page) -> None:
    expect(page.locator("#outbox.all-sent")).to_be_visible()


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
    press(page, lamp.code, "note")
    page.fill("#note-text", "要带梯子")
    page.locator("#sheet [type=submit]").click()
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
    page.fill("[name=login]", willow.accounts["grid_worker"].username)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
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
    press(page, lamp.code, "note")
    page.fill("#note-text", "要带梯子")
    page.locator("#sheet [type=submit]").click()
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
    page.fill("[name=login]", willow.accounts["other"].username)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form button[type=submit]")
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


def test_matter_goes_from_a_photo_to_the_last_word_with_the_network_cut_in_the_field(
    live_server: LiveServer, willow: Office, photo: Path, after: Path, open_page: OpenPage
) -> None:
    base = f"{live_server.url}/c/willow"
    resident = open_page(f"{base}/report/", width=360, locale="zh-CN")
    page = resident.page
    page.set_input_files("input[type=file]", photo)
    page.locator("summary", has_text="邻里").last.click()
    page.locator("label", has_text="噪声").first.click()
    page.fill("#words", "楼上半夜一直在敲,睡不着")
    page.fill("#place_words", "三号楼二单元")
    page.locator("form#report button[type=submit], form#report button.send").last.click()
    page.wait_for_url("**/received/")
    code = re.search(r"/follow/([^/]+)/received/", page.evaluate("location.pathname"))[1]
    matter = matter_of(willow)

    desk = log_in(open_page, live_server, willow, "desk")
    desk.page.goto(f"{base}/desk/matters/{matter.code}/")
    form = desk.page.locator("#verb-assign")
    form.locator("summary").click()
    form.locator("[name=worker]").select_option(label=willow.accounts["grid_worker"].name)
    with desk.page.expect_navigation():
        form.locator("button[type=submit]").click()

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
    form = page.locator("form#callback")
    form.locator("[name=solved][value=yes]").check(force=True)
    form.locator("[name=rating][value='5']").check(force=True)
    with page.expect_navigation():
        form.locator("button.send").click()
    closed = matter_of(willow)
    assert (closed.state, closed.solved, closed.rating) == (State.CLOSED, True, 5)
    assert steps_of(willow, closed) == ["receive", "assign", "start", "finish", "confirm"]
    assert ledger.verify(community=willow.community) == []
