"""One's own account and the ways in: handed-out links, posts that lapse, an operator's hour."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.account.forms import default_token_generator as tokens
from allauth.account.utils import user_pk_to_url_str
from django.test import Client
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from linli.desk.common import clock
from linli.desk.common.models import LedgerEntry
from linli.desk.people import actions
from linli.desk.people.models import Account, Post, Role, StaffSession
from tests.desk.clock import frozen
from tests.desk.people.conftest import Office, give_post, make_office

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD, NEW = "lantern-walnut-bridge", "harbour-pepper-violin"


@pytest.fixture
def office(db: None) -> Office:
    """Outside every scope, as whoever comes in from outside is."""
    del db
    return make_office("willow")


def logged_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client


def log_in(username: str, password: str) -> tuple[Client, str]:
    """Log in by the form; the browser, and where it is sent (itself if nowhere)."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": username, "password": password})
    return client, answer.get("Location", "")


@pytest.fixture
def worker(office: Office) -> Account:
    account = office.accounts["grid_worker"]
    account.set_password(PASSWORD)
    account.save()
    return account


def test_the_account_page_is_for_whoever_has_logged_in(office: Office) -> None:
    assert Client().get("/account/").status_code == 302
    page = logged_in(office.accounts["grid_worker"]).get("/account/").content.decode()
    assert "grid_worker of willow" in page
    assert '<a href="/c/willow/round/">willow社区 · 网格员 · 第1网格</a>' in page


@pytest.mark.parametrize(
    ("who", "where"),
    [("desk", "/c/willow/desk/"), ("grid_worker", "/c/willow/round/"), ("mediator", "/c/willow/round/")],
)
def test_login_leads_to_ones_work(office: Office, who: str, where: str) -> None:
    account = office.accounts[who]
    account.set_password(PASSWORD)
    account.save()
    _client, sent = log_in(account.username, PASSWORD)
    assert sent == where


def test_login_of_who_works_in_two_communities_leads_to_the_choice(office: Office, worker: Account) -> None:
    with scopes_disabled():
        give_post(worker, make_office("river").community, Role.DESK)
    assert log_in(worker.username, PASSWORD)[1] == "/account/"
    assert office.community.slug == "willow"


def test_login_with_a_wrong_password_tells_nothing(worker: Account) -> None:
    known = Client().post("/accounts/login/", {"login": worker.username, "password": "wrong-wrong"})
    unknown = Client().post("/accounts/login/", {"login": "nobody.here", "password": "wrong-wrong"})
    told = [
        re.findall(r'<div class="problem"[^>]*>.*?</div>', page.content.decode(), re.DOTALL)
        for page in (known, unknown)
    ]
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert told[0] == told[1] != []


def link_for(office: Office, who: str) -> str:
    """The link that the director makes on the page and hands over."""
    with scope(community=office.community):
        post = Post.objects.get(account=office.accounts[who])
    director = logged_in(office.accounts["director"])
    page = director.get(f"/c/willow/desk/staff/{post.pk}/way-in/").content.decode()
    key = re.findall(r'name="request_key" value="([^"]+)"', page)[0]
    made = director.post(f"/c/willow/desk/staff/{post.pk}/way-in/", {"request_key": key}).content.decode()
    found = re.findall(r'href="http://testserver(/accounts/password/link/[^"]+)"', made)
    assert len(found) == 1
    return found[0]


def choose(link: str, password: str) -> int:
    """Follow the link and choose a password: 302 if it was kept."""
    client = Client()
    opened = client.get(link)
    if opened.status_code != 302:
        return opened.status_code
    form = opened["Location"]
    return client.post(form, {"password1": password, "password2": password}).status_code


def test_a_link_that_was_handed_out_holds_once(office: Office, worker: Account) -> None:
    link = link_for(office, "grid_worker")
    assert choose(link, "short") == 200
    worker.refresh_from_db()
    assert worker.check_password(PASSWORD)
    assert choose(link, NEW) == 302
    worker.refresh_from_db()
    assert worker.check_password(NEW)
    assert "链接已失效" in Client().get(link).content.decode()
    assert choose(link, "another-walnut-bridge") == 200
    worker.refresh_from_db()
    assert worker.check_password(NEW)
    assert log_in(worker.username, NEW)[1] == "/c/willow/round/"


@pytest.mark.parametrize(("age_s", "opens"), [(86_000, True), (86_500, False)])
def test_a_link_holds_for_a_day(worker: Account, age_s: int, opens: bool) -> None:
    then = tokens._num_seconds(tokens._now()) - age_s
    key = tokens._make_token_with_timestamp(worker, then, tokens.secret)
    link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(worker), key])
    assert choose(link, NEW) == (302 if opens else 200)
    worker.refresh_from_db()
    assert worker.check_password(NEW) is opens


def test_a_new_password_ends_other_sessions(office: Office, worker: Account) -> None:
    elsewhere, _sent = log_in(worker.username, PASSWORD)
    assert elsewhere.get("/account/").status_code == 200
    assert choose(link_for(office, "grid_worker"), NEW) == 302
    assert elsewhere.get("/account/").status_code == 302


def used(account: Account, *, days_ago: int) -> None:
    with scopes_disabled():
        Post.objects.filter(account=account).update(last_used_at=clock.now() - dt.timedelta(days=days_ago))


def test_a_post_that_lapsed_opens_nothing(office: Office, worker: Account) -> None:
    client, _sent = log_in(worker.username, PASSWORD)
    assert client.get("/c/willow/round/").status_code == 200
    used(worker, days_ago=91)
    assert actions.lapse_unused_posts() == 1
    assert client.get("/c/willow/round/").status_code == 404
    assert "网格员" not in client.get("/account/").content.decode()
    assert log_in(worker.username, PASSWORD)[1] == "/account/"
    staff = logged_in(office.accounts["director"]).get("/c/willow/desk/staff/").content.decode()
    assert "grid_worker of willow" not in staff


def test_a_post_that_is_used_does_not_lapse(worker: Account) -> None:
    used(worker, days_ago=89)
    client, _sent = log_in(worker.username, PASSWORD)
    client.get("/c/willow/round/")
    with frozen(clock.now() + dt.timedelta(days=2)):
        actions.lapse_unused_posts()
    with scopes_disabled():
        assert Post.objects.get(account=worker).lapsed_at is None


@pytest.fixture
def operator(office: Office) -> Account:
    del office
    return Account.objects.create_user("help.desk", PASSWORD, name="Help", is_operator=True)


def events() -> list[tuple[str, str]]:
    with scopes_disabled():
        return [(entry.event, entry.actor) for entry in LedgerEntry.objects.order_by("number")]


def test_an_operator_comes_in_with_a_reason_and_leaves(office: Office, operator: Account) -> None:
    client = logged_in(operator)
    door = "/c/willow/desk/session/"
    assert client.get("/c/willow/desk/staff/").status_code == 404
    assert "Willow" in client.get("/account/", headers={"accept-language": "en"}).content.decode()
    page = client.get(door).content.decode()
    key = re.findall(r'name="request_key" value="([^"]+)"', page)[0]
    assert client.post(door, {"request_key": key, "reason": "看看"}).status_code == 422
    with scope(community=office.community):
        assert StaffSession.objects.count() == 0

    assert client.post(door, {"request_key": key, "reason": "主任无法登录，请求重置口令"}).status_code == 302
    with scope(community=office.community):
        session = StaffSession.objects.get()
    assert session.reason == "主任无法登录，请求重置口令"
    assert session.ends_at - session.started_at == dt.timedelta(hours=1)
    inside = client.get("/c/willow/desk/staff/").content.decode()
    assert "您正以运维身份代管本社区" in inside
    assert "您正以运维身份代管本社区" not in Client().get("/c/willow/report/").content.decode()
    ends = session.ends_at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert f"代管到 {ends:%H:%M}。" in client.get(door).content.decode()

    assert client.post(f"{door}end/").status_code == 302
    assert client.get("/c/willow/desk/staff/").status_code == 404
    by = f"operator:{operator.pk}"
    assert events()[-2:] == [("staff_session.started", by), ("staff_session.ended", by)]
    # Why is told to people, and kept out of the chain, which cannot forget.
    with scope(community=office.community):
        assert "无法登录" not in str(list(LedgerEntry.objects.values()))


def test_an_operators_hour_ends_by_itself(office: Office, operator: Account) -> None:
    with frozen(clock.now()) as time:
        actions.start_staff_session(
            operator=operator, community=office.community, reason="Set up the first director"
        )
        client = logged_in(operator)
        assert client.get("/c/willow/desk/staff/").status_code == 200
        time.move(minutes=61)
        assert client.get("/c/willow/desk/staff/").status_code == 404


def test_an_operator_of_one_community_is_nobody_in_the_next(office: Office, operator: Account) -> None:
    next_door = make_office("river")
    actions.start_staff_session(
        operator=operator, community=office.community, reason="Set up the first director"
    )
    client = logged_in(operator)
    assert client.get("/c/willow/desk/staff/").status_code == 200
    assert client.get(f"/c/{next_door.community.slug}/desk/staff/").status_code == 404


@pytest.mark.parametrize("path", ["signup", "email", "reset_password", "set_password", "confirm_login_code"])
def test_closed_ways_are_absent(db: None, path: str) -> None:
    del db
    assert Client().get(f"/accounts/closed/{path}/").status_code == 404
    assert Client().post(f"/accounts/closed/{path}/").status_code == 404
