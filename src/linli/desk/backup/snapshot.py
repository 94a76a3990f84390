"""The database as it is at one moment, in a file, while the desk goes on; and back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What the file is called in a backup, by engine.
NAMES = {"sqlite": "linli.sqlite3", "postgresql": "linli.pgdump"}
_SHOWN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file that holds the database, and a way to ask it what else it needs."""

    file: Path
    rows: Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def taken(folder: Path) -> Iterator[Snapshot]:
    """Write the database into `folder` as it is now."""
    make = _of_postgresql if connection.vendor == "postgresql" else _of_sqlite
    with make(folder / NAMES[connection.vendor]) as snapshot:
        yield snapshot


@contextmanager
def _of_sqlite(file: Path) -> Iterator[Snapshot]:
    # Also leaves behind the pages that are free: what was deleted is not in a backup.
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as live:
        live.execute("VACUUM INTO ?", [str(file)])
    file.chmod(0o600)
    with closing(sqlite3.connect(file)) as copy:
        yield Snapshot(file, lambda query: copy.execute(query).fetchall())


@contextmanager
def _of_postgresql(file: Path) -> Iterator[Snapshot]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        name = cursor.fetchone()[0]
        _tool(
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name}",
            f"--file={file}",
        )
        file.chmod(0o600)

        def rows(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

        yield Snapshot(file, rows)


def refuse_other(engine: str, *, database_url: str) -> None:
    """Refuse a backup that does not fit the database that is set.

    Raises
    ------
    InputError
        It is of the other engine, or SQLite's file would be put where the folder is not.
    """
    if engine == connection.vendor == "postgresql" or (engine == "sqlite" and not database_url):
        return
    if engine == "postgresql":
        raise InputError(
            "this backup holds a PostgreSQL database, which cannot be put into SQLite; "
            "set LINLI_DATABASE_URL to an empty database of PostgreSQL"
        )
    if connection.vendor == "postgresql":
        raise InputError(
            "this backup holds a SQLite database, which cannot be put into PostgreSQL; unset LINLI_DATABASE_URL"
        )
    raise InputError("this backup's database goes into the folder; unset LINLI_DATABASE_URL")


def refuse_full() -> None:
    """Refuse a PostgreSQL database that holds something.

    Raises
    ------
    InputError
    """
    if connection.vendor == "postgresql" and connection.introspection.table_names():
        name = connection.settings_dict["NAME"]
        raise InputError(f"the database {name} is not empty; make a new one: createdb {name}2, and name that")


def put_back(file: Path) -> None:
    """Fill the empty database from a dump, all or nothing; on SQLite the file is the database."""
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        _tool(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
            f"--dbname={name}", str(file),
        )  # fmt: skip
        file.unlink()


def empty() -> None:
    """Take away what `put_back` filled in, where what came after it failed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            schema = connection.ops.quote_name(cursor.fetchone()[0])
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")
            cursor.execute(f"CREATE SCHEMA {schema}")


def _tool(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise InputError(
            f"{name} is not here, which backups of PostgreSQL need; install PostgreSQL's client programs "
            "(postgresql-client), of the server's version or newer"
        )
    done = subprocess.run(
        [program, *arguments],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise InputError(f"{name} failed: {said[:500]}")


def _environment() -> dict[str, str]:
    """Say where the server is by the environment, where no other user of the machine reads it."""
    settings = connection.settings_dict
    options = {f"PG{name.upper()}": str(value) for name, value in settings["OPTIONS"].items()}
    given = {
        "PGDATABASE": settings["NAME"], "PGUSER": settings["USER"], "PGPASSWORD": settings["PASSWORD"],
        "PGHOST": settings["HOST"], "PGPORT": settings["PORT"],
    }  # fmt: skip
    return os.environ | options | {name: str(value) for name, value in given.items() if value}
