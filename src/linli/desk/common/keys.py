"""Keys of the encrypted columns: a file in the data folder, made at the first start, readable by its owner only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from linli.desk.common.locks import sync_folder
from linli.engine.errors import InputError

FILE_NAME = "field.keys"


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


def _make(file: Path) -> None:
    # Written aside and linked into place: whoever comes second takes the first one's key, whole.
    aside = _write_aside(file, {"k1": Fernet.generate_key()})
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    sync_folder(file.parent)


def _write_aside(file: Path, keys: dict[str, bytes]) -> Path:
    aside = file.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            opened.writelines(f"{name} {key.decode()}\n" for name, key in keys.items())
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise InputError(
            f"{file}: cannot be kept ({error.strerror}); make the data folder writable"
        ) from error
    return aside


def write(keys: dict[str, bytes]) -> None:
    """Put other keys in place of those on disk, all or nothing."""
    file = path()
    _write_aside(file, keys).replace(file)
    sync_folder(file.parent)
