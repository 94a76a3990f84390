"""Two communities that are served: central Helsinki, the demo, and a village whose walks one can work out by hand.

Their places are built and measured once a session; the rows that stand for them belong to each test.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation

from linli.desk.common import clock, guards
from linli.desk.places import serving
from linli.desk.places.models import Community, PlaceImport, State
from linli.desk.places.serving import Served
from linli.desk.places.tiles import write_tiles
from linli.engine.streets.place import Inputs, Place, build
from tests.engine.circle.conftest import HOMES, map_text

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}


def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    """On PostgreSQL (script/test's second round) only what touches the database is run again."""
    if not os.environ.get("LINLI_DATABASE_URL", "").startswith("postgres"):
        return
    touching = [
        item
        for item in items
        if item.get_closest_marker("django_db")
        or DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in touching])
    items[:] = touching


@pytest.fixture(autouse=True)
def _nobody_left_their_language_behind() -> None:
    """A page that was asked for in this thread leaves its reader's language active."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _ledger_may_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that commits, its tables are emptied, which the ledger's guards forbid; migrating brings them back."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"}.intersection(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    assert guards.missing(connection) == []
    yield
    guards.remove(connection)


@dataclasses.dataclass(frozen=True)
class Built:
    """A place and its files, built once."""

    inputs: Inputs
    folder: Path
    place: Place


def _built(inputs: Inputs, folder: Path) -> Built:
    place = build(inputs)
    place.save(folder / "place.linli")
    write_tiles(place, folder / "tiles.pmtiles")
    return Built(inputs, folder, place)


@pytest.fixture(scope="session")
def village_inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("village-map")
    (folder / "homes.csv").write_text(HOMES, encoding="utf-8")
    (folder / "village.osm").write_text(map_text(), encoding="utf-8")
    return Inputs(path=folder / "village.osm", homes_register=folder / "homes.csv")


@pytest.fixture(scope="session")
def built_village(village_inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _built(village_inputs, tmp_path_factory.mktemp("village"))


@pytest.fixture(scope="session")
def built_helsinki(helsinki: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _built(Inputs(path=helsinki), tmp_path_factory.mktemp("helsinki"))


_measured: dict[Path, Served] = {}
Serve = Callable[..., Served]


def serve_built(built: Built, community: Community) -> Served:
    """Serve a built place as a community's own."""
    row = PlaceImport(
        community=community,
        number=1,
        state=State.CURRENT,
        inputs={"path": str(built.inputs.path)},
        fingerprint=built.place.meta["fingerprint"],
        attribution=built.place.meta["attribution"],
        home_count=len(built.place.homes),
        facility_count=len(built.place.facilities),
        residents=float(built.place.homes.residents.sum()),
        started_at=clock.now(),
        finished_at=clock.now(),
    )
    row.save()
    row.folder.parent.mkdir(parents=True, exist_ok=True)
    row.folder.unlink(missing_ok=True)
    row.folder.symlink_to(built.folder)
    if built.folder not in _measured:
        _measured[built.folder] = serving._measured(row, None)
    served = dataclasses.replace(_measured[built.folder], row=row, bodies={})
    serving._held[community.pk] = served
    return served


def serve_no_more() -> None:
    """Let go of every place served, and of its files."""
    serving.forget_places()
    for link in (Path(settings.DATA) / "communities").glob("*/*"):
        if link.is_symlink():
            link.unlink()
        elif link.is_dir():
            shutil.rmtree(link)


@pytest.fixture
def serve(db: None) -> Iterator[Serve]:
    """Make a community of a built place and serve it."""
    del db
    serving.forget_places()

    def make(built: Built, *, slug: str, **names: str) -> Served:
        community = Community.objects.create(
            slug=slug, created_at=clock.now(), **(names or {"name_en": slug.title()})
        )
        return serve_built(built, community)

    yield make
    serve_no_more()


@pytest.fixture
def village(serve: Serve, built_village: Built) -> Served:
    return serve(built_village, slug="village", name_zh="桥头村", name_en="Bridge End")


@pytest.fixture
def town(serve: Serve, built_helsinki: Built) -> Served:
    return serve(built_helsinki, slug="helsinki", name_en="Helsinki")


@pytest.fixture
def asking() -> Client:
    """A client as a page's script is: it may POST only with its page's token."""
    return Client(enforce_csrf_checks=True)
