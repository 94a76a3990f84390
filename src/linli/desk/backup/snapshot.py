"""The database as it is at one moment, in a file, while the desk goes on; and back into an empty one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

# What the file is called in a backup, by engine.
NAMES = {"sqlite": "linli.sqlite3", "postgresql": "linli.pgdump"}
_SHOWN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
_HEADS = (
    "SELECT c.slug, h.number, h.digest FROM common_ledgerhead h "
    "JOIN places_community c ON c.id = h.community_id ORDER BY c.slug"
)
_UPLOADS = "SELECT key FROM common_upload WHERE deleted_at IS NULL"
_Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file that holds the database, and what it says at that moment of itself and of the files it needs."""

    file: Path
    migrations: list[str]
    ledgers: dict[str, tuple[int, str]]
    uploads: frozenset[uuid.UUID]


def taken(folder: Path) -> Snapshot:
    """Write the database into `folder` as it is now."""
    file = folder / NAMES[connection.vendor]
    migrations, heads, uploads = (_of_postgresql if connection.vendor == "postgresql" else _of_sqlite)(file)
    file.chmod(0o600)
    return Snapshot(
        file=file,
        migrations=[f"{app}.{name}" for app, name in migrations],
        ledgers={slug: (number, digest) for slug, number, digest in heads},
        uploads=frozenset(uuid.UUID(str(key)) for (key,) in uploads),
    )


def _of_sqlite(file: Path) -> list[_Rows]:
    # Also leaves behind the pages that are free: what was deleted is not in a backup.
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as live:
        live.execute("VACUUM INTO ?", [str(file)])
    with closing(sqlite3.connect(file)) as copy:
        return [copy.execute(query).fetchall() for query in (_MIGRATIONS, _HEADS, _UPLOADS)]


def _of_postgresql(file: Path) -> list[_Rows]:
    found: list[_Rows] = []
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
        for query in (_MIGRATIONS, _HEADS, _UPLOADS):
            cursor.execute(query)
            found.append(cursor.fetchall())
    return found


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
