"""One's own account, and the ways in."""

from __future__ import annotations

from django.test import Client

from linli.desk.people.models import Account
from tests.desk.people.conftest import Office

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def logged_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def test_the_account_page_is_for_whoever_has_logged_in(office: Office) -> None:
    assert Client().get("/account/").status_code == 302
    page = logged_in(office.accounts["desk"]).get("/account/")
    assert page.status_code == 200
    assert "desk of willow" in page.content.decode()
