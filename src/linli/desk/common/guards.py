"""Triggers that make the ledger append-only in the database itself, whatever program writes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_KEPT = ("common_ledgerentry", "common_readentry")
HEAD = "common_ledgerhead"
_FUNCTION = "linli_ledger_is_append_only"
_HEAD_FUNCTION = "linli_ledger_head_goes_on"
_TOLD = "the ledger is append-only"


def install(connection: BaseDatabaseWrapper) -> None:
    """Forbid changing and deleting; where that is so already, do nothing."""
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    there = _there(connection)
    with connection.cursor() as cursor:
        for name, statement in statements.items():
            if name not in there:
                cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Let the tables be emptied again: for tests, and for undoing the migration."""
    on_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for name in _there(connection):
            if "." not in name:
                continue
            table, trigger = name.split(".")
            cursor.execute(
                f'DROP TRIGGER "{trigger}" ON "{table}"' if on_postgresql else f'DROP TRIGGER "{trigger}"'
            )
        if on_postgresql:
            cursor.execute(f"DROP FUNCTION IF EXISTS {_FUNCTION}(), {_HEAD_FUNCTION}()")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the guards that are not there, as `table.trigger`."""
    wanted = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    return sorted(name for name in wanted if "." in name and name not in _there(connection))


def _there(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname LIKE 'linli\\_%%' AND pg_table_is_visible(c.oid) AND t.tgenabled <> 'D'",
                [],
            )
        else:
            cursor.execute(
                "SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'linli\\_%%' ESCAPE '\\'",
                [],
            )
        return {name for (name,) in cursor.fetchall()}


def _sqlite() -> dict[str, str]:
    """Return the statement that makes each guard, by `table.trigger`."""
    made = {}
    for table in (*_KEPT, HEAD):
        for verb in ("UPDATE", "DELETE"):
            trigger = f"linli_{table}_{verb.lower()}"
            condition = "WHEN NEW.number <> OLD.number + 1 OR NEW.community_id <> OLD.community_id "
            made[f"{table}.{trigger}"] = (
                f'CREATE TRIGGER "{trigger}" BEFORE {verb} ON "{table}" '
                f"{condition if (table, verb) == (HEAD, 'UPDATE') else ''}"
                f"BEGIN SELECT RAISE(ABORT, '{_TOLD}'); END"
            )
    return made


def _postgresql() -> dict[str, str]:
    made = {
        _FUNCTION: f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_TOLD}'; END $$",
        _HEAD_FUNCTION: f"CREATE OR REPLACE FUNCTION {_HEAD_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.number <> OLD.number + 1 OR NEW.community_id <> OLD.community_id "
        f"THEN RAISE EXCEPTION '{_TOLD}'; END IF; RETURN NEW; END $$",
    }
    for table in (*_KEPT, HEAD):
        for verb, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            trigger = f"linli_{table}_{verb.lower()}"
            function = _HEAD_FUNCTION if (table, verb) == (HEAD, "UPDATE") else _FUNCTION
            made[f"{table}.{trigger}"] = (
                f'CREATE TRIGGER "{trigger}" BEFORE {verb} ON "{table}" '
                f"FOR EACH {each} EXECUTE FUNCTION {function}()"
            )
    return made
