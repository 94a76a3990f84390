"""What each database needs to search `common_searchentry`; made by the migration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, FTS = "common_searchentry", "common_search_fts"
_INDEX = "search_entry_tokens"

_ADD = f"INSERT INTO {FTS}(rowid, tokens) VALUES (new.id, new.tokens);"  # noqa: S608 -- names of our own
_TAKE = f"INSERT INTO {FTS}({FTS}, rowid, tokens) VALUES ('delete', old.id, old.tokens);"  # noqa: S608 -- likewise
_TRIGGERS = {"insert": _ADD, "delete": _TAKE, "update": f"{_TAKE} {_ADD}"}
# The words stay in the table alone; the index holds where they are.
_FTS5 = f"fts5(tokens, content='{TABLE}', content_rowid='id', tokenize='ascii', prefix='3 5')"

_SQLITE = [
    f"CREATE VIRTUAL TABLE {FTS} USING {_FTS5}",
    *(
        f"CREATE TRIGGER {FTS}_{verb} AFTER {verb.upper()} ON {TABLE} BEGIN {words} END"
        for verb, words in _TRIGGERS.items()
    ),
]
_SQLITE_AWAY = [
    *(f"DROP TRIGGER IF EXISTS {FTS}_{verb}" for verb in _TRIGGERS),
    f"DROP TABLE IF EXISTS {FTS}",
]
_POSTGRESQL = [f"CREATE INDEX {_INDEX} ON {TABLE} USING gin (to_tsvector('simple', tokens))"]
_POSTGRESQL_AWAY = [f"DROP INDEX IF EXISTS {_INDEX}"]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the index."""
    _run(connection, _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Undo `install`."""
    _run(connection, _SQLITE_AWAY if connection.vendor == "sqlite" else _POSTGRESQL_AWAY)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
