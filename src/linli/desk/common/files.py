"""Files that are there whole or not at all, whoever is killed when. Needs no Django: settings stand on it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk before going on (POSIX; elsewhere the system sees to it)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_secret(path: Path, text: str) -> None:
    """Put a file that its owner alone may read in place of what was there."""
    _written_aside(path, text).replace(path)
    sync_folder(path.parent)


def make_secret(path: Path, text: str) -> None:
    """Make a file that its owner alone may read, unless it is there: whoever comes second takes the first one's, whole."""
    aside = _written_aside(path, text)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    sync_folder(path.parent)


def _written_aside(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return aside
