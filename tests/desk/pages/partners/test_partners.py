"""The director's page of other systems, by its forms; and the page of open data."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from linli.desk.common import outbox
from linli.desk.common.models import MessageState
from linli.desk.partners import actions, telling
from linli.desk.partners.models import ApiKey, Webhook
from linli.desk.partners.queries import api_key_of, deliveries_of
from linli.desk.partners.sweeps import follow_ledgers
from tests.desk.partners.conftest import Listener
from tests.desk.people.conftest import Office

HOME = "/c/willow/desk/partners/"


@pytest.fixture
def director(client: Client, office: Office) -> Client:
    client.force_login(
        office.accounts["director"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def keyed(form: str = "", **given: object) -> dict[str, object]:
    prefix = f"{form}-" if form else ""
    return {f"{prefix}{name}": value for name, value in {"request_key": str(uuid.uuid4()), **given}.items()}


def test_key_is_made_shown_once_and_revoked(director: Client, office: Office) -> None:
    form = keyed("key", name="市民热线", scope="write")
    shown = director.post(f"{HOME}keys/", form).content.decode()
    secret = re.search(r"linli_[\w-]+", shown)
    assert secret is not None
    row = api_key_of(community=office.community, secret=secret[0])
    assert row is not None
    # Sent again, the same request makes no second key and does not show the first one's secret.
    again = director.post(f"{HOME}keys/", form).content.decode()
    assert "linli_" not in again
    assert ApiKey.objects.count() == 1
    listed = director.get(HOME).content.decode()
    assert "市民热线" in listed
    assert secret[0] not in listed
    answer = director.post(f"{HOME}keys/{row.pk}/revoke/", keyed(), follow=True)
    assert "密钥已停用" in answer.content.decode()
    assert api_key_of(community=office.community, secret=secret[0]) is None


def test_key_without_a_name_is_asked_for_again(director: Client, office: Office) -> None:
    answer = director.post(f"{HOME}keys/", keyed("key", name=" ", scope="write"))
    assert answer.status_code == 422
    assert ApiKey.objects.count() == 0


def test_address_is_added_tried_and_seen_to_fail_and_to_work(
    director: Client, office: Office, listener: Listener, receive, time
) -> None:
    added = director.post(
        f"{HOME}webhooks/", keyed("webhook", name="热线", url=listener.url, events=["matter.received"], api_key=""), follow=True
    )  # fmt: skip
    webhook = Webhook.objects.get()
    page = f"{HOME}webhooks/{webhook.pk}/"
    assert added.redirect_chain == [(page, 302)]
    assert webhook.secret in added.content.decode()
    listener.status = 503
    receive()
    follow_ledgers()
    for wait_s in (0, *outbox.BACK_OFF_S):
        time.move(seconds=wait_s)
        outbox.deliver_due()
    shown = director.get(page).content.decode()
    assert "对方答复 503。" in shown
    assert "2026-11-24 09:00" in shown
    assert "已放弃" in shown
    assert "发送有问题" in director.get(HOME).content.decode()
    listener.status = 200
    [message] = deliveries_of(webhook)
    director.post(f"{page}deliveries/{message.pk}/", keyed())
    director.post(f"{page}test/", keyed())
    outbox.deliver_due()
    assert {one.state for one in deliveries_of(webhook)} == {MessageState.DELIVERED}
    assert len(listener.taken) == 8


def test_address_is_switched_off_on_and_removed(director: Client, office: Office, listener: Listener) -> None:
    webhook = actions.make_webhook(
        by=office.actor("director"), name="热线", url=listener.url, events=list(telling.events())
    )
    page = f"{HOME}webhooks/{webhook.pk}/"
    director.post(f"{page}off/", keyed())
    assert "已关闭" in director.get(page).content.decode()
    director.post(f"{page}on/", keyed())
    old = webhook.secret
    director.post(f"{page}secret/", keyed())
    webhook.refresh_from_db()
    assert (webhook.enabled, webhook.old_secret) == (True, old)
    assert director.post(f"{page}explode/", keyed()).status_code == 404
    director.post(f"{page}remove/", keyed())
    assert director.get(page).status_code == 404


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://example.com/", "example.com"])
def test_address_that_leads_inside_is_refused_with_a_word(director: Client, office: Office, url: str) -> None:
    answer = director.post(
        f"{HOME}webhooks/", keyed("webhook", name="x", url=url, events=["matter.received"])
    )
    assert answer.status_code == 422
    assert 'class="problem"' in answer.content.decode()
    assert Webhook.objects.count() == 0


def test_form_without_its_key_does_nothing(director: Client, office: Office) -> None:
    row, _secret = actions.make_key(by=office.actor("director"), name="x", scope="read")
    answer = director.post(f"{HOME}keys/{row.pk}/revoke/", {}, follow=True)
    assert "没有办成" in answer.content.decode()
    row.refresh_from_db()
    assert row.revoked_at is None


def test_licence_is_stated_and_shown_to_everybody(director: Client, office: Office) -> None:
    assert "未声明" in Client().get("/c/willow/open/").content.decode()
    director.post(f"{HOME}terms/", keyed("terms", licence="CC-BY-4.0"))
    shown = Client().get("/c/willow/open/").content.decode()
    assert "https://creativecommons.org/licenses/by/4.0/" in shown
    for name in ("matters.csv", "matters.geojson", "matters.json", "matters.atom", "counts.csv"):
        assert f"/c/willow/open/{name}" in shown
    assert "/c/willow/open/matters.atom?grid=1" in shown
