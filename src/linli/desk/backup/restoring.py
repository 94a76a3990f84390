"""Reads a backup: to check it, or to put a desk back into an empty folder, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from linli.desk.backup.manifest import NAME, Manifest
from linli.desk.backup.sealed import CHUNK, Opening, unsealed
from linli.desk.common.files import sync_folder
from linli.engine.errors import InputError

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from linli.engine.streets.progress import Progress

    _Keep = Callable[[str], AbstractContextManager[IO[bytes]]]

# What a backup may hold, by the first part of a name: nothing else is ever written.
_KNOWN = {"linli.sqlite3", "linli.pgdump", "secret.key", "field.keys", "uploads", "communities"}


def checked(path: Path, *, opening: Opening, progress: Progress) -> Manifest:
    """Read a backup to its end and compare every digest.

    Raises
    ------
    InputError
        It cannot be opened, or something in it is not as it was.
    """

    @contextmanager
    def keep(_name: str) -> Iterator[IO[bytes]]:
        with Path(os.devnull).open("wb") as nowhere:
            yield nowhere

    return _read(path, keep, opening=opening, progress=progress)


def extracted(path: Path, folder: Path, *, opening: Opening, progress: Progress) -> Manifest:
    """Write what is in a backup into a folder of ours, compare every digest, have it all on the disk.

    Raises
    ------
    InputError
        As for `checked`.
    """
    made = {folder}

    @contextmanager
    def keep(name: str) -> Iterator[IO[bytes]]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        made.update(one for one in target.parents if one.is_relative_to(folder))
        mode = 0o600 if target.parent == folder else 0o644
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    manifest = _read(path, keep, opening=opening, progress=progress)
    for one in made:
        sync_folder(one)
    return manifest


def _read(path: Path, keep: _Keep, *, opening: Opening, progress: Progress) -> Manifest:
    total = path.stat().st_size or 1
    found: dict[str, tuple[int, str]] = {}
    manifest = None
    done = 0
    with path.open("rb") as file, unsealed(file, opening=opening) as tar:
        for info in tar:
            name = _name_of(info)
            source = tar.extractfile(info)
            if source is None:
                raise InputError(f"{name}: is no file")
            if name == NAME:
                manifest = Manifest.read(source.read())
                continue
            digest = hashlib.sha256()
            with keep(name) as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    progress("reading", done / total)
            found[name] = (info.size, digest.hexdigest())
    if manifest is None:
        raise InputError("the file is cut off: what says what is in it is not there")
    wrong = sorted(
        name for name in found.keys() | manifest.files.keys() if found.get(name) != manifest.files.get(name)
    )
    if wrong:
        raise InputError(f"{wrong[0]}: is not as it was when the backup was made")
    return manifest


def _name_of(info: tarfile.TarInfo) -> str:
    parts = info.name.split("/")
    safe = all(part not in {"", ".", ".."} and "\\" not in part for part in parts)
    if info.isreg() and safe and (info.name == NAME or parts[0] in _KNOWN):
        return info.name
    raise InputError(f"{info.name[:100]}: does not belong in a backup of Linli's")


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Give a new folder beside the one wanted, which takes its place if all goes well, and is gone if not.

    Raises
    ------
    InputError
        What is wanted is there and not an empty folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not empty; give a folder that is not there yet")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.restoring-", dir=folder.parent))
    try:
        yield aside
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
