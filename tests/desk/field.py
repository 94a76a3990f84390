"""A worker in the field: the round on a telephone whose network comes and goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django_scopes import scope
from PIL import Image
from playwright.sync_api import expect

from linli.desk.matters import actions
from linli.desk.matters.models import Category, Matter, Source, Step
from linli.desk.people.actors import RESIDENT

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit
    from tests.desk.people.conftest import Office


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


def write_note(page: Page, code: str, words: str) -> None:
    press(page, code, "note")
    page.fill("#note-text", words)
    page.locator("#sheet [type=submit]").click()


def steps_of(office: Office, matter: Matter) -> list[str]:
    with scope(community=office.community):
        return [step.verb for step in Step.objects.filter(matter=matter).order_by("number")]


def fresh(office: Office, matter: Matter) -> Matter:
    with scope(community=office.community):
        return Matter.objects.get(pk=matter.pk)


def all_sent(page: Page) -> None:
    expect(page.locator("#outbox.all-sent")).to_be_visible()
