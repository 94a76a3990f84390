"""Locks: on files, as long as the process that holds them; on rows and words, as long as the transaction."""

from __future__ import annotations

import hashlib
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from django.db import connection
from django.db.models import Model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LockedError(Exception):
    """Another process, or another part of this one, holds the lock."""


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock that the file `path` stands for; the system lets go of it even if we are killed.

    Raises
    ------
    LockedError
        Somebody else holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not _take(file):
            raise LockedError(path)
        try:
            yield
        finally:
            _release(file)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)


def lock(*things: Model | str) -> None:
    """Hold what is given until the transaction ends; whoever wants any of it waits.

    Lock everything an action touches in one call, before reading it and before the first ledger entry (which locks the
    community): things taken one by one, in different orders, are how two transactions come to wait for each other.

    Parameters
    ----------
    things
        Rows, or words that stand for what has no row yet. On SQLite the transaction itself is the lock: it holds the
        whole database from its beginning.

    Raises
    ------
    RuntimeError
        There is no transaction that could hold the lock.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("lock: only inside transaction.atomic(), whose end lets go of it")
    if connection.vendor != "postgresql":
        return
    keys = sorted({_lock_key(thing) for thing in things})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def _lock_key(thing: Model | str) -> int:
    name = thing if isinstance(thing, str) else f"{thing._meta.label_lower}:{thing.pk}"  # noqa: SLF001 -- Django's public part
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
