"""Keys of the encrypted columns: a file in the data folder, made at the first start, readable by its owner only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from linli.desk.common.files import make_secret, replace_secret
from linli.engine.errors import InputError

FILE_NAME = "field.keys"
_BATCH = 500


class FieldKeyError(Exception):
    """What is encrypted cannot be read: its key is not here, or it was changed."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Every key by its name; the last one encrypts, the others only read."""

    keys: dict[str, bytes]

    @property
    def newest(self) -> str:
        """Name of the key that encrypts."""
        return next(reversed(self.keys))

    def encrypt(self, text: str) -> str:
        """Return `k1:token`."""
        name = self.newest
        return f"{name}:{Fernet(self.keys[name]).encrypt(text.encode()).decode()}"

    def decrypt(self, stored: str) -> str:
        """Return what was encrypted."""
        name, _, token = stored.partition(":")
        key = self.keys.get(name)
        if key is None:
            raise FieldKeyError(f"no key {name[:8]!r} in {path()}: restore the file from a backup")
        try:
            return Fernet(key).decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise FieldKeyError(
                f"what was encrypted with key {name!r} was changed, or the key was"
            ) from error


@dataclass(frozen=True, slots=True)
class Column:
    """Where encrypted text lies in the database, names quoted."""

    table: str
    key: str
    name: str


def path() -> Path:
    """Where the keys are kept."""
    return Path(settings.DATA) / FILE_NAME


_read: tuple[tuple[int, int, int], Path, Ring] | None = None


def ring() -> Ring:
    """Return the keys as they are on disk now: another process may have added one."""
    global _read  # noqa: PLW0603 -- a cache
    file = path()
    try:
        stat = file.stat()
    except FileNotFoundError:
        _make(file)
        stat = file.stat()
    state = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
    if _read is None or _read[:2] != (state, file):
        _read = (state, file, _parsed(file))
    return _read[2]


def _parsed(file: Path) -> Ring:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(file.read_text(encoding="ascii").splitlines(), 1):
        name, _, key = line.strip().partition(" ")
        try:
            Fernet(key)
        except ValueError as error:
            raise InputError(f"{file}, line {number}: not a key; restore the file from a backup") from error
        keys[name] = key.encode()
    if not keys:
        raise InputError(f"{file}: holds no key; restore the file from a backup")
    return Ring(keys)


def written(keys: dict[str, bytes]) -> str:
    """Return them as the file has them."""
    return "".join(f"{name} {key.decode()}\n" for name, key in keys.items())


def _make(file: Path) -> None:
    try:
        make_secret(file, written({"k1": Fernet.generate_key()}))
    except OSError as error:
        raise _cannot_be_kept(file, error) from error


def write(keys: dict[str, bytes]) -> None:
    """Put other keys in place of those on disk, all or nothing."""
    file = path()
    try:
        replace_secret(file, written(keys))
    except OSError as error:
        raise _cannot_be_kept(file, error) from error


def _cannot_be_kept(file: Path, error: OSError) -> InputError:
    return InputError(f"{file}: cannot be kept ({error.strerror}); make the data folder writable")


def rotate() -> int:
    """Make a new key, and encrypt every column again with it; return how many values were.

    The desk may be at work meanwhile, and this may be killed and started again at any point. The key before is kept for
    whatever a request at work still wrote with it; older ones go once nothing needs them.
    """
    before = ring()
    newest = f"k{max(int(name[1:]) for name in before.keys) + 1}"
    write({**before.keys, newest: Fernet.generate_key()})
    changed = sum(_again(column) for column in columns())
    unused = {name for name in before.keys if name != before.newest and not _used(name)}
    write({name: key for name, key in ring().keys.items() if name not in unused})
    return changed


def columns() -> list[Column]:
    """Return every encrypted column of every room."""
    from linli.desk.common.fields import EncryptedTextField  # noqa: PLC0415 -- it stands on this module

    quote = connection.ops.quote_name
    return [
        Column(quote(model._meta.db_table), quote(model._meta.pk.attname), quote(field.attname))  # noqa: SLF001 -- Django's public part
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields  # noqa: SLF001
        if isinstance(field, EncryptedTextField)
    ]


def _again(column: Column) -> int:
    changed, last = 0, None
    while True:
        keys = ring()
        with transaction.atomic(), connection.cursor() as cursor:
            after = "" if last is None else f"WHERE {column.key} > %s"
            cursor.execute(
                f"SELECT {column.key}, {column.name} FROM {column.table} {after} ORDER BY {column.key} LIMIT {_BATCH}",  # noqa: S608 -- names of our own
                [] if last is None else [last],
            )
            rows = cursor.fetchall()
            for key, stored in rows:
                if stored and not stored.startswith(f"{keys.newest}:"):
                    # Only what was read: a value written meanwhile is newer.
                    cursor.execute(
                        f"UPDATE {column.table} SET {column.name} = %s WHERE {column.key} = %s AND {column.name} = %s",  # noqa: S608
                        [keys.encrypt(keys.decrypt(stored)), key, stored],
                    )
                    changed += cursor.rowcount
        if not rows:
            return changed
        last = rows[-1][0]


def _used(name: str) -> bool:
    with connection.cursor() as cursor:
        for column in columns():
            cursor.execute(
                f"SELECT 1 FROM {column.table} WHERE {column.name} LIKE %s LIMIT 1",  # noqa: S608
                [f"{name}:%"],
            )
            if cursor.fetchone():
                return True
    return False
