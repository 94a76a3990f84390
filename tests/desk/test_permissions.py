"""Who comes in where: every address × every role × own community, another, nobody. An address missing here fails."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes import scope

from linli.desk.matters import actions
from linli.desk.matters.models import Category, Source
from linli.desk.people.actors import RESIDENT
from linli.desk.people.models import Account, Post, Resident, Role
from tests.desk.people.conftest import Office, make_office

D, K, G, M, C, V, A = (role.value for role in (
    Role.DIRECTOR, Role.DESK, Role.GRID_WORKER, Role.MEDIATOR, Role.CARE_WORKER, Role.VOLUNTEER, Role.AUDITOR,
))  # fmt: skip
EVERYBODY = "everybody"
STAFF = {D, K, G, M, C, V, A}

# Name of the address → who may see it by GET. Whoever may not finds nothing (404); who has not logged in is asked to.
READ: dict[str, set[str] | str] = {
    "people:staff": {D, K, A},
    "people:hire": {D},
    "people:hand_over": {D},
    "people:dismiss": {D},
    "people:let_in": {D},
    "people:residents": {D, K},
    "people:new_resident": {D, K},
    "people:resident": {D, K},
    "people:erase": {D},
    "people:staff_session": set(),
    "staff:inbox": {D, K, A},
    "staff:rows": {D, K, A},
    "staff:intake": {D, K, G, M, C, V},
    "staff:matter": {D, K, G, A},
    "staff:work": {D, K, G, C, V},
    "resident:report": EVERYBODY,
    "resident:follow": EVERYBODY,
    "resident:matters": EVERYBODY,
    "resident:matter": EVERYBODY,
}
# Addresses that are only posted to (GET: 405 for who may, as above for who may not).
POSTED: dict[str, set[str] | str] = {
    "people:correct": {D, K},
    "people:consent": {D, K},
    "people:proxy": {D, K},
    "people:end_staff_session": set(),
    "staff:assign": {D, K},
    "staff:presence": {D, K, G, A},
    "staff:save_view": {D, K, A},
    "staff:drop_view": {D, K, A},
    "staff:contact": {D, K, G, A},
    "staff:act": {D, K, G, A},
    "resident:send_photo": EVERYBODY,
    "resident:near": EVERYBODY,
    "resident:join": EVERYBODY,
}
# Held back by other means, each with tests of its own: a code, a photo's own check, a redirect.
ELSEWHERE = {
    "resident:at_spot", "resident:waiting_photo", "resident:followed", "resident:received", "resident:act", "resident:followed_photo",
    "resident:my_data", "resident:take_away", "resident:forget_me",
    "resident:photo", "people:account", "staff:voice",
}  # fmt: skip
# Posted to with nothing in the form, they find nothing even for who may.
NEEDS_MORE = {"staff:presence", "staff:contact"}
ROOMS = ("people", "resident", "staff")


def names(room: str) -> set[str]:
    found: set[str] = set()

    def walk(patterns: list, namespace: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, one.namespace or namespace)
            elif isinstance(one, URLPattern) and namespace == room and one.name:
                found.add(f"{room}:{one.name}")

    walk(get_resolver().url_patterns, "")
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_every_address_of_a_room_is_in_the_table(room: str) -> None:
    known = {name for name in (*READ, *POSTED, *ELSEWHERE) if name.startswith(f"{room}:")}
    assert names(room) == known


class World:
    """Two offices alike; what each address needs to be asked for."""

    def __init__(self) -> None:
        self.willow, self.river = make_office("willow"), make_office("river")
        self.paths = {office.community.slug: self._paths(office) for office in (self.willow, self.river)}

    def _paths(self, office: Office) -> dict[str, str]:
        from django.urls import reverse  # noqa: PLC0415

        slug = office.community.slug
        with scope(community=office.community):
            actions.seed_matters(community=office.community)
            resident = Resident.objects.create(
                community=office.community, name="张三", created_at=office.community.created_at
            )
            matter = actions.receive_matter(
                community=office.community,
                by=RESIDENT(office.community),
                source=Source.PAGE,
                category=Category.objects.get(key="lighting"),
                words="路灯坏了",
                lon=120.011,
                lat=30.005,
                answers={"lamp": "in_the_street"},
            ).matter
            post = Post.objects.filter(account=office.accounts["volunteer"]).get()
        arguments: dict[str, list[object]] = {
            "people:hand_over": [office.grids[0].pk],
            "people:dismiss": [post.pk],
            "people:let_in": [post.pk],
            "staff:matter": [matter.code],
            "staff:contact": [matter.code],
            "staff:act": [matter.code, "note"],
            "staff:drop_view": [1],
            "resident:matter": [matter.code],
            "resident:join": [matter.code],
        }
        one_resident = ("resident", "correct", "consent", "proxy", "erase")
        arguments |= {f"people:{name}": [resident.pk] for name in one_resident}
        return {name: reverse(name, args=[slug, *arguments.get(name, [])]) for name in (*READ, *POSTED)}


@pytest.fixture
def world(db: None) -> World:
    del db
    return World()


def client_of(account: Account | None) -> Client:
    client = Client(raise_request_exception=True)
    if account is not None:
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def expected(allowed: set[str] | str, role: str | None, *, own: bool, posted: bool) -> int:
    met = 405 if posted else 200
    if allowed == EVERYBODY:
        return met
    if role is None:
        return 302
    return met if own and role in allowed else 404


def test_every_cell_of_reading(world: World) -> None:
    wrong = []
    people: list[tuple[str | None, Account | None]] = [(None, None)]
    people += [(role, world.willow.accounts[role]) for role in sorted(STAFF)]
    for role, account in people:
        client = client_of(account)
        for slug, own in (("willow", True), ("river", False)):
            for table, posted in ((READ, False), (POSTED, True)):
                for name, allowed in table.items():
                    status = client.get(world.paths[slug][name]).status_code
                    want = expected(allowed, role, own=own, posted=posted)
                    # `require_POST` stands before the door on some: that tells nobody anything.
                    if status != want and not (posted and status == 405):
                        wrong.append((name, role, slug, status, want))
    assert wrong == []


def test_every_cell_of_writing_without_a_post(world: World) -> None:
    """An empty form: who may not is turned away before it is read, and nothing changes."""
    before = counts()
    wrong = []
    people: list[tuple[str | None, Account | None]] = [(None, None)]
    people += [(role, world.willow.accounts[role]) for role in sorted(STAFF)]
    for role, account in people:
        client = client_of(account)
        for slug, own in (("willow", True), ("river", False)):
            for name, allowed in {**READ, **POSTED}.items():
                if allowed == EVERYBODY:
                    continue
                status = client.post(world.paths[slug][name], {}).status_code
                may = own and role in allowed
                fine = (
                    status in {200, 302, 405, 422} | ({404} if name in NEEDS_MORE else set())
                    if may
                    else status in ({302, 405} if role is None else {404, 405})
                )
                if not fine:
                    wrong.append((name, role, slug, status))
    assert wrong == []
    assert counts() == before


def counts() -> dict[str, int]:
    from django_scopes import scopes_disabled  # noqa: PLC0415

    with scopes_disabled():
        return {model.__name__: model.objects.count() for model in (Post, Resident, Account)}


def test_absent_and_forbidden_look_the_same(world: World) -> None:
    client = client_of(world.willow.accounts[V])
    texts = set()
    for path in (
        "/c/willow/desk/staff/",
        "/c/river/desk/staff/",
        "/c/nowhere/desk/staff/",
        "/c/willow/desk/no-such/",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        texts.add(re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", answer.content.decode()))
    assert len(texts) == 1
