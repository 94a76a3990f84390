"""Every page there is, looked at in Chromium: nothing for axe to find, nothing wider than the window, no complaint.

The pages are found in `tests/desk/doors/`: what a table lets somebody read, as the first of them who may, and what
its `screens(office)` adds. The quick round looks at each once, small and in Chinese; `--slow` at 360 and 1440 px, in
Chinese and English. The text is looked at as it is, and doubled.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django_scopes import scope
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from linli.desk.matters import actions
from tests.browser import Visit
from tests.desk.conftest import Built, serve_built, serve_no_more
from tests.desk.doors import EVERYBODY, A, C, D, G, K, M, V
from tests.desk.people.conftest import Office, make_office
from tests.desk.test_permissions import NOBODY, TABLES, client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOUBLED = "document.documentElement.style.fontSize = '200%'"


@dataclass
class Gallery:
    """One office with something on every page, and a window for each way of looking."""

    url: str
    browser: Browser
    # Address → path, and who looks at it.
    pages: dict[str, tuple[str, str]]
    sessions: dict[str, str]
    windows: dict[tuple[str, int, str], Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def open(self, name: str, *, locale: str, width: int) -> Visit:
        path, who = self.pages[name]
        if (locale, width, who) not in self.windows:
            self.windows[locale, width, who] = self._window(who, locale=locale, width=width)
        seen = Visit(self.windows[locale, width, who])
        self.complaints = seen.errors
        answer = seen.page.goto(self.url + path)
        assert answer is not None
        assert (answer.status, seen.page.url.partition("?")[0]) == (200, self.url + path.partition("?")[0])
        return seen

    def _window(self, who: str, *, locale: str, width: int) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 800}, locale=locale)
        if who != NOBODY:
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[who], "url": self.url}
            context.add_cookies([cookie])
        page = context.new_page()
        page.on("console", lambda message: self._keep(message.type, message.text))
        page.on("pageerror", lambda error: self._keep("error", str(error)))
        return page

    def _keep(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")


def _first(who: set[str] | str) -> str:
    return NOBODY if who == EVERYBODY else next(role for role in (D, K, G, M, C, V, A) if role in who)


def _paths(office: Office) -> dict[str, tuple[str, str]]:
    found = {}
    for table in TABLES.values():
        arguments = table.arguments(office)
        for name, who in table.READ.items():
            if not who:
                continue
            try:
                path = reverse(name)
            except NoReverseMatch:
                path = reverse(name, args=[office.community.slug, *arguments.get(name, [])])
            found[name] = (path, _first(who))
        if hasattr(table, "screens"):
            found |= table.screens(office)
    return found


def _session(client: Client) -> str:
    """Log in just now, so that nothing asks to do so again."""
    session = client.session
    said = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [said]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _is_page(client: Client, path: str) -> bool:
    """Whether it is a whole page: not a file, and not rows to be put into one."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer["Content-Type"].startswith("text/html") and b"<html" in answer.content[:1000]


@pytest.fixture
def gallery(chromium: Browser, built_village: Built, live_server: LiveServer) -> Iterator[Gallery]:
    office, next_door = make_office("willow"), make_office("river")
    for each in (office, next_door):
        serve_built(built_village, each.community)
    with scope(community=office.community):
        actions.seed_matters(community=office.community)
        paths = _paths(office)
    clients = {who: client_of(office.accounts.get(who)) for who in {who for _path, who in paths.values()}}
    sessions = {who: _session(client) for who, client in clients.items() if who != NOBODY}
    pages = {name: (path, who) for name, (path, who) in paths.items() if _is_page(clients[who], path)}
    made = Gallery(live_server.url, chromium, pages, sessions)
    yield made
    for page in made.windows.values():
        page.context.close()
    serve_no_more()


def flaws(seen: Visit) -> list[str]:
    """What is wrong with a page, as it stands and with its text doubled."""
    found = seen.axe() + _too_wide(seen.page, "")
    seen.page.evaluate(DOUBLED)
    return found + _too_wide(seen.page, " with doubled text") + seen.errors


def _too_wide(page: Page, when: str) -> list[str]:
    """Name what reaches beyond the window."""
    who = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? null :
          [...document.querySelectorAll('body *')]
            .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
            .slice(0, 5).map(one => one.tagName.toLowerCase() + '.' + one.className)"""
    )
    return [] if who is None else [f"wider than the window{when}: {who}"]


def look_at_all(gallery: Gallery, subtests: pytest.Subtests, *, locale: str, width: int) -> None:
    for name in sorted(gallery.pages):
        with subtests.test(name):
            assert flaws(gallery.open(name, locale=locale, width=width)) == []


def test_every_page_small_and_in_chinese(gallery: Gallery, subtests: pytest.Subtests) -> None:
    look_at_all(gallery, subtests, locale="zh-CN", width=360)


@pytest.mark.slow
@pytest.mark.parametrize(("locale", "width"), [("en", 360), ("en", 1440), ("zh-CN", 1440)])
def test_every_page_in_every_other_way(
    gallery: Gallery, subtests: pytest.Subtests, locale: str, width: int
) -> None:
    look_at_all(gallery, subtests, locale=locale, width=width)
