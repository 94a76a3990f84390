"""A demo place one can work in: staff for every post, and half a year of matters. All of it is invented, and says so."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import translation
from django_scopes import scope
from shapely.geometry import mapping

from linli.desk.common import clock
from linli.desk.matters import actions
from linli.desk.matters.lifecycle import State
from linli.desk.matters.models import Category, Matter, Outcome, Source
from linli.desk.people.actions import end_staff_session, hire, make_account, start_staff_session
from linli.desk.people.actors import RESIDENT, SYSTEM, Actor, staff_actor
from linli.desk.people.models import Account, Role
from linli.desk.people.queries import worker_of
from linli.desk.people.residents import find_or_make_resident
from linli.desk.places.grids import replace_grids, suggest_grids
from linli.desk.places.queries import grids_of
from linli.desk.places.serving import served_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from linli.desk.places.models import Community, Grid
    from linli.engine.streets.place import Place

DAYS, MATTERS, SEED = 180, 120, 20261124
_WORDS = tomllib.loads((Path(__file__).parent / "demo_words.toml").read_text(encoding="utf-8"))
_NOBODY = {Role.GRID_WORKER}


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in to the demo, as what."""

    username: str
    name: str
    role: str


def has_staff(community: Community) -> bool:
    """Whether anybody works there, or ever did."""
    with scope(community=community):
        return community.posts.exists()


def invent(community: Community) -> tuple[str, list[Login]] | None:
    """Fill a community that has no staff yet; return the password of all its invented accounts, and the accounts.

    None where somebody works there already: what people have entered is never mixed with what is invented.
    """
    with transaction.atomic(), scope(community=community), translation.override("zh-hans"):
        if has_staff(community):
            return None
        community.invented = True
        community.country, community.timezone = (
            _WORDS["community"]["country"],
            _WORDS["community"]["timezone"],
        )
        community.emergency_numbers = _WORDS["community"]["emergency_numbers"]
        community.save()
        password = "-".join(secrets.choice(_WORDS["password"]["words"]) for _ in range(4))
        actions.seed_matters(community=community)
        logins = _staff(community)
        _let_in(password)
        _matters(community, random.Random(SEED))  # noqa: S311 -- the same demo everywhere, nothing secret
        return password, logins


def change_password(community: Community) -> tuple[str, list[Login]]:
    """Give all invented accounts a new password, for whoever has lost the first."""
    if not community.invented:
        raise ValueError(f"{community.slug}: its people are not invented")
    password = "-".join(secrets.choice(_WORDS["password"]["words"]) for _ in range(4))
    logins = []
    with transaction.atomic(), scope(community=community):
        _let_in(password)
        for account in _accounts().order_by("username"):
            role = account.username.removeprefix("demo.").split(".")[0]
            logins.append(Login(account.username, account.name, role))
    return password, logins


def _accounts() -> QuerySet[Account]:
    return Account.objects.filter(username__startswith="demo.")


def _let_in(password: str) -> None:
    # One slow hash for all of them: they share the password anyway.
    _accounts().update(password=make_password(password))


def _staff(community: Community) -> list[Login]:
    """Grids from where people live, a worker for each, one person in every other post; let in by an operator."""
    drawn = suggest_grids(community=community, households=_WORDS["community"]["households_a_grid"])
    features = [
        {
            "type": "Feature",
            "properties": {"name_zh": one.name_zh, "name_en": one.name_en},
            "geometry": mapping(one.area),
        }
        for one in drawn
    ]
    collection = {"type": "FeatureCollection", "features": features}
    replace_grids(community=community, geojson=collection, datum="wgs84", by="system")
    operator = make_account(username="demo.operator", name=_WORDS["staff"]["operator"], is_operator=True)
    start_staff_session(operator=operator, community=community, reason=_WORDS["staff"]["reason"])
    by = staff_actor(operator, community, at=clock.now())
    assert by is not None
    logins = [Login(operator.username, operator.name, "operator")]
    for role in Role:
        if role in _NOBODY:
            continue
        account = make_account(username=f"demo.{role.value}", name=_WORDS["staff"][role.value])
        hire(by=by, account=account, role=role)
        logins.append(Login(account.username, account.name, role.value))
    names = _WORDS["staff"]["grid_workers"]
    for number, grid in enumerate(grids_of(community)):
        username = "demo.grid_worker" + (f".{number + 1}" if number else "")
        account = make_account(username=username, name=names[number % len(names)])
        hire(by=by, account=account, role=Role.GRID_WORKER, grid=grid, public_phone=_WORDS["staff"]["phone"])
        logins.append(Login(account.username, account.name, Role.GRID_WORKER.value))
    end_staff_session(operator=operator, community=community)
    return logins


class _Time:
    """A clock that is set by hand."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment

    def __call__(self) -> dt.datetime:
        return self.moment

    def on(self, **by: float) -> None:
        self.moment += dt.timedelta(**by)


def _matters(community: Community, chance: random.Random) -> None:
    served = served_place(slug=community.slug)
    assert served is not None
    categories = {category.key: category for category in Category.objects.filter(community=community)}
    residents = list(_residents(community))
    end = clock.now()
    received = sorted(end - dt.timedelta(days=DAYS * chance.random() ** 1.5) for _ in range(MATTERS))
    for moment in received:
        time = _Time(moment.replace(hour=chance.randrange(1, 13), minute=chance.randrange(60)))
        with clock.told_by(time):
            report = chance.choice(_WORDS["report"])
            lon, lat = _near_a_home(served.place, chance)
            matter = actions.receive_matter(
                community=community,
                by=RESIDENT(community),
                source=chance.choice([Source.PAGE, Source.PAGE, Source.QR, Source.API]),
                category=categories[report["category"]],
                words=report["words"],
                lon=lon,
                lat=lat,
                reporter=chance.choice(residents),
                answers=report.get("answers", {}),
            ).matter
            _Life(matter, community, chance, time, end).live()


def _residents(community: Community) -> Iterable[Any]:
    for name in _WORDS["residents"]["names"]:
        yield find_or_make_resident(by=SYSTEM(community), community=community, name=name)


def _near_a_home(place: Place, chance: random.Random) -> tuple[float, float]:
    home = chance.randrange(len(place.homes))
    return float(place.homes.lon[home]), float(place.homes.lat[home])


class _NotYetError(Exception):
    """What would come next lies in the future, or chance leaves it at that."""


@dataclass
class _Life:
    """One matter as far as its age and chance let it go."""

    matter: Matter
    community: Community
    chance: random.Random
    time: _Time
    end: dt.datetime

    def later(self, hours: float, *, or_never: float = 0) -> None:
        self.time.on(hours=hours)
        if self.time.moment >= self.end or self.chance.random() < or_never:
            raise _NotYetError

    def between(self, least: float, most: float) -> float:
        return self.chance.uniform(least, most)

    def live(self) -> None:
        with contextlib.suppress(_NotYetError):
            self.hand_over()
            self.work()
            self.call_back()

    def hand_over(self) -> None:
        if self.matter.worker is None:
            self.later(self.between(0.5, 8))
            worker = _any_worker(self.community, self.matter.grid)
            desk = _actor(self.community, "demo.desk")
            self.matter = actions.assign_matter(matter=self.matter, by=desk, worker=worker)

    @property
    def worker(self) -> Actor:
        assert self.matter.worker is not None
        return _actor(self.community, self.matter.worker.username)

    def work(self) -> None:
        said = _WORDS["said"]
        self.later(self.between(0.5, 20), or_never=0.06)
        self.matter = actions.start_matter(matter=self.matter, by=self.worker)
        if self.chance.random() < 0.15:
            self.later(3)
            self.matter = actions.ask_resident(matter=self.matter, by=self.worker, question=said["question"])
            self.later(self.between(2, 60))
            resident = RESIDENT(self.community)
            self.matter = actions.resident_replies(matter=self.matter, by=resident, text=said["answer"])
        self.later(self.chance.choice([4, 20, 40, 70, 160]), or_never=0.05)
        fixed = self.chance.random() < 0.9
        self.matter = actions.finish_matter(
            matter=self.matter,
            by=self.worker,
            text=self.chance.choice(said["done" if fixed else "not_possible"]),
            outcome=Outcome.FIXED if fixed else Outcome.NOT_POSSIBLE,
        )

    def call_back(self) -> None:
        self.later(self.between(2, 50), or_never=0.12)
        solved = self.chance.random() < (0.9 if self.matter.outcome == Outcome.FIXED else 0.4)
        self.matter = actions.resident_answers(
            matter=self.matter,
            by=RESIDENT(self.community),
            solved=solved,
            satisfied=solved and self.chance.random() < 0.9,
            rating=self.chance.choice([5, 5, 4, 4, 3] if solved else [1, 2]),
        )
        if self.matter.state == State.REOPENED:
            self.later(30)
            self.matter = actions.start_matter(matter=self.matter, by=self.worker)


def _actor(community: Community, username: str) -> Actor:
    account = Account.objects.get(username=username)
    actor = staff_actor(account, community, at=clock.now())
    assert actor is not None
    return actor


def _any_worker(community: Community, grid: Grid | None) -> Account:
    where = grid or grids_of(community)[0]
    worker = worker_of(where)
    assert worker is not None
    return worker
