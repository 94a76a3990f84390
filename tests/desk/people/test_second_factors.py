"""A passkey, an authenticator app, recovery codes: in Chromium, with an authenticator of its own making."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator

from tests.desk.visiting import PASSWORD, fill_login, willow

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import OpenPage, Visit
    from tests.desk.people.conftest import Office

__all__ = ["willow"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code_of(secret: str, *, step: int = 0) -> str:
    """RFC 6238: what an authenticator app shows now, or so many half minutes from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def log_in(page: Page, url: str) -> None:
    """By user name and password; what comes then is for the test to say."""
    page.goto(f"{url}/accounts/login/")
    with page.expect_navigation():
        fill_login(page, "willow.desk")


def confirm(seen: Visit) -> None:
    """Whoever changes how they log in says their password once more; there is no way to have it mailed."""
    assert "/accounts/reauthenticate/" in seen.page.url
    assert seen.axe() == []
    assert seen.page.locator("main a[href*=closed]").count() == 0
    seen.page.fill("[name=password]", PASSWORD)
    press(seen.page, "form.form button[type=submit]")


def log_out(page: Page, url: str) -> None:
    page.goto(f"{url}/accounts/logout/")
    press(page, "form.form button[type=submit]")


def is_in(page: Page, url: str) -> bool:
    """Whether the page of one's own account opens."""
    page.goto(f"{url}/account/")
    return page.url == f"{url}/account/"


def with_authenticator(page: Page) -> Callable[[str, Any], Any]:
    """Give the browser an authenticator that always finds its finger; give a way to ask it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def ask(command: str, **more: Any) -> Any:
        return session.send(f"WebAuthn.{command}", {"authenticatorId": made["authenticatorId"], **more})

    return ask


def test_a_passkey_is_added_and_logs_in_alone(
    live_server: LiveServer, willow: Office, open_page: OpenPage
) -> None:
    url = live_server.url
    seen: Visit = open_page(width=360, locale="zh-CN")
    page = seen.page
    page.set_default_timeout(10_000)
    ask = with_authenticator(page)
    log_in(page, url)
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    confirm(seen)
    assert seen.axe() == []
    page.fill("[name=name]", "值班台的钥匙")
    page.check("[name=passwordless]")
    press(page, "#mfa_webauthn_add")
    # The codes for the day on which it is lost are shown at once.
    assert "/2fa/recovery-codes/" in page.url
    page.goto(f"{url}/accounts/2fa/webauthn/")
    assert page.locator("h2", has_text="值班台的钥匙").count() == 1
    assert seen.axe() == []
    assert len(ask("getCredentials")["credentials"]) == 1

    log_out(page, url)
    assert not is_in(page, url)
    press(page, "#passkey_login")
    assert is_in(page, url)
    assert page.locator("h1").inner_text() == "desk of willow"

    log_out(page, url)
    log_in(page, url)
    assert "/2fa/authenticate/" in page.url
    assert not is_in(page, url)
    assert seen.errors == []


def test_a_passkey_that_fails_says_what_to_do(
    live_server: LiveServer, willow: Office, open_page: OpenPage
) -> None:
    del willow
    seen: Visit = open_page(locale="zh-CN")
    ask = with_authenticator(seen.page)
    ask("setUserVerified", isUserVerified=False)
    seen.page.goto(f"{live_server.url}/accounts/login/")
    seen.page.click("#passkey_login")
    problem = seen.page.locator("#passkey-problem")
    problem.wait_for(state="visible")
    assert problem.inner_text().startswith("通行密钥没有用上")
    assert seen.errors == []


def test_an_app_and_recovery_codes_each_open_once(
    live_server: LiveServer, willow: Office, open_page: OpenPage
) -> None:
    url = live_server.url
    seen: Visit = open_page(width=360, locale="zh-CN")
    page = seen.page
    page.set_default_timeout(10_000)
    log_in(page, url)
    page.goto(f"{url}/accounts/2fa/totp/activate/")
    confirm(seen)
    assert seen.axe() == []
    assert not seen.scrolls_sideways()
    secret = page.input_value("#authenticator_secret")
    page.fill("[name=code]", "000000")
    press(page, "form.form button[type=submit]")
    assert page.locator(".problem").count() == 1
    assert page.input_value("#authenticator_secret") == secret
    page.fill("[name=code]", code_of(secret))
    press(page, "form.form button[type=submit]")
    assert "/2fa/recovery-codes/" in page.url
    assert seen.axe() == []
    codes = page.input_value("#recovery_codes").split()
    assert len(codes) == 10

    # The secret lies encrypted in the database.
    stored = Authenticator.objects.get(user=willow.accounts["desk"], type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)

    def log_in_with(code: str) -> bool:
        page.context.clear_cookies()
        log_in(page, url)
        assert seen.axe() == []
        page.fill("[name=code]", code)
        press(page, "form.form button[type=submit] >> nth=0")
        return is_in(page, url)

    shown = code_of(secret)
    assert log_in_with(shown)
    assert not log_in_with(shown)
    assert log_in_with(codes[0])
    assert not log_in_with(codes[0])
    unused = Authenticator.objects.get(user=willow.accounts["desk"], type=Authenticator.Type.RECOVERY_CODES)
    assert unused.wrap().get_unused_codes() == codes[1:]
