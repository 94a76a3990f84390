"""`linli up`, step by step: database, place, measurement, server. Each step says how long it took."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli.engine.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from linli.desk.invented import Login
    from linli.desk.places.models import Community
    from linli.engine.streets.place import Inputs
    from linli.engine.streets.progress import Progress

DEMO = Path(__file__).parents[1] / "demo" / "helsinki.osm.pbf"
DEMO_SLUG = "helsinki"
DEMO_NAMES = ("赫尔辛基市中心", "Central Helsinki")
DEFAULT_PORT = 8000
STOPPED_EARLY = 130


def up(arguments: argparse.Namespace) -> int:
    """Serve a place until told to stop; the exit code."""
    from linli.desk.serve import Server, port_of  # noqa: PLC0415 -- after the quick refusals
    from linli.engine.streets.progress import BarProgress  # noqa: PLC0415

    refuse_unused(arguments)
    started = time.monotonic()
    choose_data(arguments.data)
    port = port_of(arguments, default=DEFAULT_PORT)
    # The port is taken before the long work, so that a busy one is told at once.
    with Server(host=arguments.host, port=port) as server:
        try:
            prepare(arguments, BarProgress())
        except KeyboardInterrupt:
            print("Stopped before it was ready; the next start goes on from there.", flush=True)
            return STOPPED_EARLY
        finally:
            close_database()
        server.start()
        print(
            f"Linli is up at {server.url} after {time.monotonic() - started:.1f} s. Ctrl+C stops it.",
            flush=True,
        )
        if arguments.check:
            return server.check()
        with working(begin=not arguments.no_worker):
            server.wait()
    print("Stopped.", flush=True)
    return 0


@contextmanager
def working(*, begin: bool) -> Iterator[None]:
    """Send messages and run sweeps meanwhile, unless `linli work` does."""
    from linli.desk.common.worker import Worker  # noqa: PLC0415 -- needs django.setup()

    worker = Worker()
    if begin:
        worker.start()
    try:
        yield
    finally:
        worker.stop()


def choose_data(folder: Path | None) -> None:
    """Take the data folder given, where one is, over the environment's."""
    if folder is not None:
        os.environ["LINLI_DATA"] = str(folder)


def set_up_django() -> None:
    """Have Django read the settings, now that the environment is settled."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.desk.config.settings")
    import django  # noqa: PLC0415 -- not before the environment is settled

    django.setup()


def close_database() -> None:
    """Let go of this thread's connections; the last one to leave folds SQLite's log into its file."""
    from django.db import connections  # noqa: PLC0415 -- with Django

    connections.close_all()


def refuse_unused(arguments: argparse.Namespace) -> None:
    """Refuse options that would be passed over in silence."""
    if arguments.place is not None:
        return
    for option in (
        "name",
        "slug",
        "boundary",
        "register",
        "homes_register",
        "population",
        "elevation",
        "register_crs",
    ):
        if getattr(arguments, option) is not None:
            raise InputError(
                f"--{option.replace('_', '-')}: is about a place to read in; give --place FILE too"
            )


def prepare(arguments: argparse.Namespace, bars: Any) -> None:
    """Make everything ready to be served."""
    set_up_django()
    from django.core.management import call_command  # noqa: PLC0415 -- needs django.setup()
    from django.db import DatabaseError  # noqa: PLC0415

    with step("database"):
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"the database cannot be used: {reason}; check LINLI_DATABASE_URL and its server"
            ) from error
    from linli.desk.backup.making import clear_abandoned  # noqa: PLC0415

    clear_abandoned()
    with step("pages"):
        call_command("collectstatic", verbosity=0, interactive=False)
    with bars as progress:
        read_places(arguments, progress)
        measure_places(progress)
    if arguments.place is None:
        invent_demo()


def invent_demo() -> None:
    """Give the demo place people and matters, all invented, the first time it is served."""
    from linli.desk.invented import has_staff, invent  # noqa: PLC0415 -- needs django.setup()
    from linli.desk.places.models import Community  # noqa: PLC0415

    community = Community.objects.filter(slug=DEMO_SLUG).first()
    if community is None or has_staff(community):
        return
    with step("demo") as notes:
        made = invent(community)
        notes.append("staff and half a year of matters, all invented")
    if made is not None:
        tell_logins(*made)


def tell_logins(password: str, logins: list[Login]) -> None:
    """Say how to log in to the demo; a lost password is made anew by `linli demo`."""
    print(f"  Log in to the demo at /accounts/login/ with the password {password} as")
    for login in logins:
        print(f"    {login.username:<20} {login.role}")
    print(flush=True)


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Say how long a step took; what is put into the list given stands beside it."""
    began = time.monotonic()
    notes: list[str] = []
    yield notes
    print(f"  {name:<12} {time.monotonic() - began:6.1f} s  {'; '.join(notes)}".rstrip(), flush=True)


def read_places(arguments: argparse.Namespace, progress: Progress) -> None:
    """Read in what is asked for; what an earlier start was stopped at; or the demo, where there is nothing at all."""
    from linli.desk.places.actions import import_place  # noqa: PLC0415 -- needs django.setup()

    for community, inputs in places_to_read(arguments):
        with step("place") as notes:
            row, was_there = import_place(community=community, inputs=inputs, progress=progress)
            notes.append(f"{community}: {row.home_count:,} homes, {row.facility_count:,} facilities")
            if was_there:
                notes.append("already here, from the same files")


def places_to_read(arguments: argparse.Namespace) -> list[tuple[Community, Inputs]]:
    """Choose what to read in."""
    from linli.desk.places.actions import name_community  # noqa: PLC0415 -- needs django.setup()
    from linli.desk.places.models import Community  # noqa: PLC0415
    from linli.desk.places.queries import communities_to_show, import_to_redo, inputs_of  # noqa: PLC0415
    from linli.engine.streets.place import Inputs  # noqa: PLC0415

    if arguments.place is not None:
        boundary = arguments.boundary
        if boundary is not None and Path(boundary).is_file():
            boundary = str(Path(boundary).absolute())  # the next start may be made from elsewhere
        inputs = Inputs(
            path=arguments.place, boundary=boundary, register=arguments.register,
            homes_register=arguments.homes_register, register_crs=arguments.register_crs,
            population=arguments.population, elevation=arguments.elevation, name=arguments.name,
        )  # fmt: skip
        inputs.fingerprint()  # a file that is not there is refused before anything is written
        community = name_community(
            name=arguments.name or arguments.place.name.split(".")[0].replace("_", " "),
            slug=arguments.slug or "",
        )
        return [(community, inputs)]
    again = [
        (community, inputs_of(row))
        for community in Community.objects.all()
        if (row := import_to_redo(community))
    ]
    if again or communities_to_show():
        return again
    [demo] = {name_community(name=name, slug=DEMO_SLUG) for name in DEMO_NAMES}
    return [(demo, Inputs(path=DEMO, name=DEMO_NAMES[-1]))]


def measure_places(progress: Progress) -> None:
    """Measure every place, so that the first to come does not wait."""
    from linli.desk.places.queries import communities_to_show  # noqa: PLC0415 -- needs django.setup()
    from linli.desk.places.serving import served_place  # noqa: PLC0415

    for community in communities_to_show():
        with step("measure") as notes:
            served = served_place(slug=community.slug, progress=progress)
            if served is not None:
                kinds, profiles = len(served.place.kinds), len(served.profiles)
                notes.append(f"{community}: {kinds} kinds of place, {profiles} ways to walk")
