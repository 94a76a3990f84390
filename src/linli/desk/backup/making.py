"""Makes a backup while the desk goes on: the database first, then the files its rows name."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import uuid
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django_scopes import scopes_disabled

from linli import __version__
from linli.desk.backup import snapshot
from linli.desk.backup.manifest import NAME, Manifest
from linli.desk.backup.sealed import CHUNK, header, padding
from linli.desk.common import clock, keys
from linli.desk.common.locks import LockedError, file_lock
from linli.desk.common.models import Upload
from linli.desk.places.models import Community
from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linli.engine.streets.progress import Progress

SECRET = "secret.key"  # noqa: S105 -- a file's name
_LOCK, _ASIDE = ".backup.lock", ".backup-"


def data_folder() -> Path:
    """Return the folder of everything that must be kept."""
    return Path(settings.DATA)


def secret_digest() -> str:
    """Return what tells one signing key from another, and nothing else of it."""
    return hashlib.sha256(f"linli.backup:{settings.SECRET_KEY}".encode()).hexdigest()


@contextmanager
def begun() -> Iterator[Content]:
    """Take the snapshot; everything else is read while one reads the content.

    Raises
    ------
    InputError
        Another backup is at work, a place is being read in, or there is no room.
    """
    data = data_folder()
    with ExitStack() as held:
        _hold(held, data / _LOCK, "another backup is at work; wait until it has ended")
        clear_leftovers()
        for community in Community.objects.all():
            told = f"{community.slug}: a place is being read in; wait until that has ended"
            _hold(held, community.folder / ".lock", told)
        # A key that is made or dropped meanwhile: what was written with either can be read.
        keys_before = keys.ring().keys
        aside = Path(held.enter_context(tempfile.TemporaryDirectory(prefix=_ASIDE, dir=data)))
        found = snapshot.taken(aside)
        yield Content(found, keys_before | keys.ring().keys)


def _hold(held: ExitStack, lock: Path, told: str) -> None:
    try:
        held.enter_context(file_lock(lock))
    except LockedError:
        raise InputError(told) from None


def clear_leftovers() -> None:
    """Remove what a backup that was killed left in the data folder; only under its lock."""
    for folder in data_folder().glob(f"{_ASIDE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def clear_abandoned() -> None:
    """Remove it unless a backup is at work."""
    try:
        with file_lock(data_folder() / _LOCK):
            clear_leftovers()
    except LockedError:
        pass


class Content:
    """What goes into a backup, in order; its manifest is whole once everything was read."""

    def __init__(self, found: snapshot.Snapshot, ring: dict[str, bytes]) -> None:
        self._found = found
        self._ring = ring
        self.at = clock.now()
        self.manifest = Manifest(
            made_at=self.at.isoformat(timespec="seconds"),
            version=__version__,
            engine=connection.vendor,
            migrations=found.migrations,
            ledgers=found.ledgers,
            secret_digest=secret_digest(),
        )

    def chunks(self, progress: Progress) -> Iterator[bytes]:
        """Give the tar."""
        for name, data in self._secrets().items():
            yield from self._kept(name, data)
        yield from self._file(self._found.file.name, self._found.file)
        files = self._files()
        total = sum(size for _, _, size in files) or 1
        done = 0
        seen: set[uuid.UUID] = set()
        for name, path, size in files:
            try:
                yield from self._file(name, path)
            except FileNotFoundError:
                continue
            if name.startswith("uploads/"):
                seen.add(_key_in(path))
            done += size
            progress("files", done / total)
        self._tell_missing(self._found.uploads - seen)
        data = self.manifest.written()
        yield header(NAME, len(data), self._seconds) + data + padding(len(data))
        yield bytes(2 * 512)

    @property
    def _seconds(self) -> int:
        return int(self.at.timestamp())

    def _secrets(self) -> dict[str, bytes]:
        found = {keys.FILE_NAME: keys.written(self._ring).encode()}
        secret = data_folder() / SECRET
        if secret.is_file():
            found[SECRET] = secret.read_bytes()
        return found

    def _files(self) -> list[tuple[str, Path, int]]:
        """List the files of places, and of uploads that the snapshot knows; what is being written is not among them."""
        data = data_folder()
        found = []
        for top in ("communities", "uploads"):
            for path in sorted((data / top).rglob("*")):
                name = path.relative_to(data).as_posix()
                if "/." in name or not path.is_file():
                    continue
                if top == "uploads" and _key_in(path) not in self._found.uploads:
                    continue
                try:
                    found.append((name, path, path.stat().st_size))
                except FileNotFoundError:
                    continue
        return found

    def _kept(self, name: str, data: bytes) -> Iterator[bytes]:
        self.manifest.files[name] = (len(data), hashlib.sha256(data).hexdigest())
        yield header(name, len(data), self._seconds) + data + padding(len(data))

    def _file(self, name: str, path: Path) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            size = left = os.fstat(file.fileno()).st_size
            yield header(name, size, self._seconds)
            while left:
                chunk = file.read(min(CHUNK, left))
                if not chunk:
                    raise InputError(f"{name}: became shorter while it was read; start again")
                digest.update(chunk)
                left -= len(chunk)
                yield chunk
        yield padding(size)
        self.manifest.files[name] = (size, digest.hexdigest())

    def _tell_missing(self, missing: frozenset[uuid.UUID]) -> None:
        """Tell files that somebody deleted meanwhile from files that a live row misses."""
        with scopes_disabled():
            live = Upload.objects.filter(key__in=missing, deleted_at=None)
            lost = set(live.values_list("key", flat=True))
        self.manifest.lost = sorted(str(key) for key in lost)
        self.manifest.gone = sorted(str(key) for key in missing - lost)


def _key_in(path: Path) -> uuid.UUID:
    try:
        return uuid.UUID(path.name[:36])
    except ValueError:
        return uuid.UUID(int=0)
