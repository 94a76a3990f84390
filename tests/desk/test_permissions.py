"""Who comes in where: every address × every role × own grid, another's, another community, nobody; by GET and by POST.

The tables are in `tests/desk/doors/`, one for each room; what is missing there fails here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django_scopes import scope, scopes_disabled

from linli.desk.common.models import LedgerEntry, Message, Upload
from linli.desk.matters import actions
from linli.desk.matters.models import Matter, Step
from linli.desk.people.models import Account, Post, Resident
from tests.desk import doors
from tests.desk.doors import EVERYBODY, STAFF, A, G, V
from tests.desk.doors._nameless import NAMELESS
from tests.desk.people.conftest import Office, give_post, make_office

ROOT = Path(__file__).parents[2]
NOBODY, OTHER, GONE = "nobody", "other", "gone"


def tables() -> dict[str, ModuleType]:
    found = (one.name for one in pkgutil.iter_modules(doors.__path__) if not one.name.startswith("_"))
    return {name: importlib.import_module(f"{doors.__name__}.{name}") for name in found}


def addresses() -> dict[str, set[str]]:
    """Every address by its namespace ("" for none)."""
    found: dict[str, set[str]] = {}

    def walk(patterns: list, namespace: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, one.namespace or namespace)
            elif isinstance(one, URLPattern):
                name = one.name or str(one.pattern)
                found.setdefault(namespace, set()).add(f"{namespace}:{name}" if namespace else name)

    walk(get_resolver().url_patterns, "")
    return found


TABLES = tables()
ROOMS = sorted(TABLES)


def test_every_room_has_a_table() -> None:
    assert set(addresses()) - {""} <= set(TABLES)


@pytest.mark.parametrize("room", ROOMS)
def test_every_address_of_a_room_is_in_its_table(room: str) -> None:
    table = TABLES[room]
    lines = [*table.READ, *table.POSTED, *table.ELSEWHERE]
    assert sorted(lines) == sorted(addresses().get(room, set()))
    extras = {
        *getattr(table, "OF_A_GRID", ()),
        *getattr(table, "IN_HAND", ()),
        *getattr(table, "NEEDS_MORE", ()),
    }
    assert extras <= {*table.READ, *table.POSTED}


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_held_elsewhere_says_where(room: str) -> None:
    held = TABLES[room].ELSEWHERE.values()
    assert [one for one in held if not (ROOT / one.partition(":")[0]).is_file()] == []


def test_addresses_of_no_room_have_their_reasons() -> None:
    assert sorted(NAMELESS) == sorted(addresses()[""])


class Cell(NamedTuple):
    """One knock at a door."""

    name: str
    who: str
    slug: str
    may: bool
    path: str
    client: Client


class World:
    """Two offices alike, what the addresses of a room are about in each, and everybody of the first at the door."""

    def __init__(self, room: str) -> None:
        self.table = TABLES[room]
        self.offices = {slug: make_office(slug) for slug in ("willow", "river")}
        self.doors: dict[str, set[str] | str] = {**self.table.READ, **self.table.POSTED}
        self.paths = {slug: self._paths(office) for slug, office in self.offices.items()}
        willow = self.offices["willow"]
        gone = Account.objects.create_user("willow.gone", name="gone")
        with scope(community=willow.community):
            now = willow.community.created_at
            for role in STAFF - {G}:
                give_post(gone, willow.community, role, lapsed_at=now)
        self.people: dict[str, Account | None] = {NOBODY: None, GONE: gone, OTHER: willow.accounts["other"]}
        self.people |= {role: willow.accounts[role] for role in sorted(STAFF)}

    def _paths(self, office: Office) -> dict[str, str]:
        with scope(community=office.community):
            actions.seed_matters(community=office.community)
            arguments = self.table.arguments(office)
        return {name: self.path(name, office, arguments.get(name, [])) for name in self.doors}

    @staticmethod
    def path(name: str, office: Office, more: list) -> str:
        try:
            return reverse(name)
        except NoReverseMatch:
            return reverse(name, args=[office.community.slug, *more])

    def may(self, who: str, name: str, *, own: bool) -> bool:
        allowed = self.doors[name]
        if allowed == EVERYBODY:
            return True
        if who == OTHER:
            return own and G in allowed and name not in getattr(self.table, "OF_A_GRID", ())
        return own and who in allowed

    def is_open(self, name: str) -> bool:
        return self.doors[name] == EVERYBODY

    def cells(self) -> Iterator[Cell]:
        """Everybody × both communities × every address."""
        for who, account in self.people.items():
            client = client_of(account)
            for slug, paths in self.paths.items():
                for name, path in paths.items():
                    yield Cell(name, who, slug, self.may(who, name, own=slug == "willow"), path, client)

    def answers_rightly(self, cell: Cell) -> bool:
        """Send an empty form."""
        answer = cell.client.post(cell.path, {})
        fine = {200, 302, 405, 422} if cell.may else {denied(cell.who), 405}
        if self.is_open(cell.name):
            fine.add(429)
        if cell.may and cell.name in getattr(self.table, "NEEDS_MORE", ()):
            fine |= {400, 404}
        to_login = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        return answer.status_code in fine and not (cell.may and to_login)


def client_of(account: Account | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def world(db: None, room: str) -> World:
    del db
    return World(room)


def denied(who: str) -> int:
    """What whoever may not is answered: nothing is there; who is nobody yet is asked to log in."""
    return 302 if who == NOBODY else 404


@pytest.mark.parametrize("room", ROOMS)
def test_every_cell_of_reading(world: World) -> None:
    wrong = []
    for cell in world.cells():
        posted = cell.name in world.table.POSTED
        status = cell.client.get(cell.path).status_code
        want = (405 if posted else 200) if cell.may else denied(cell.who)
        # `require_POST` stands before the door on some: that tells nobody anything.
        if status != want and not (posted and status == 405):
            wrong.append((*cell[:4], status, want))
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_cell_of_writing(world: World) -> None:
    """An empty form: who may not is turned away before it is read, and nothing changes.

    What is everybody's may do something by being pressed (follow a matter), until it is pressed too often.
    """
    before = counts()
    cells = list(world.cells())
    wrong = [cell[:4] for cell in cells if not world.is_open(cell.name) and not world.answers_rightly(cell)]
    assert wrong == []
    assert counts() == before
    assert [cell[:4] for cell in cells if world.is_open(cell.name) and not world.answers_rightly(cell)] == []


@pytest.mark.parametrize("room", [room for room in ROOMS if getattr(TABLES[room], "IN_HAND", None)])
def test_what_is_in_hand_opens_and_to_nobody_else(world: World) -> None:
    willow = world.offices["willow"]
    wrong = []
    for role in sorted(set().union(*world.table.IN_HAND.values())):
        account = world.people[role]
        assert account is not None
        with scope(community=willow.community):
            arguments = world.table.handed(willow, account)
        for other in sorted(STAFF - {G, A}):
            client = client_of(world.people[other])
            for name, roles in world.table.IN_HAND.items():
                if role not in roles:
                    continue
                may = other == role or other in world.doors[name]
                if name in getattr(world.table, "NEEDS_MORE", ()):
                    continue
                ask = client.post if name in world.table.POSTED else client.get
                status = ask(world.path(name, willow, arguments[name])).status_code
                if status not in ({200, 302, 422} if may else {404}):
                    wrong.append((name, role, other, status))
    assert wrong == []


def counts() -> dict[str, int]:
    kept = (Account, Post, Resident, Matter, Step, Upload, LedgerEntry, Message)
    with scopes_disabled():
        return {model.__name__: model.objects.count() for model in kept}


@pytest.mark.parametrize("room", ["people"])
def test_absent_and_forbidden_look_the_same(world: World) -> None:
    client = client_of(world.people[V])
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
