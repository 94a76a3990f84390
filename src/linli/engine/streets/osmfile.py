"""Opening a map file: which format it is by its content, and every reading error as one clear line."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import tempfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import osmium

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# About as many bytes of file as there are tagged objects in it: only for the progress bar.
_BYTES_PER_OBJECT = {"pbf": 55.0, "osm": 750.0, "osm.gz": 65.0, "osm.bz2": 50.0}
# Above this many bytes the positions of nodes are indexed on disk instead of in memory (about 6 million nodes).
_INDEX_ON_DISK = {"pbf": 64e6, "osm": 1e9, "osm.gz": 80e6, "osm.bz2": 60e6}


def map_format(path: Path) -> str:
    """`pbf`, `osm`, `osm.gz` or `osm.bz2`, told by the first bytes, whatever the file is called.

    Raises
    ------
    InputError
        There is no such file, it is empty, or it does not begin like OpenStreetMap data.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; give the map file inside it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the permissions") from None
    if not head:
        raise InputError(f"{path}: is empty; download it again")
    if head[4:].startswith(b"\x0a\x09OSMHeader"):
        return "pbf"
    name = "osm"
    if head.startswith(b"\x1f\x8b"):
        name, head = "osm.gz", _peek(path, gzip.GzipFile)
    elif head.startswith(b"BZh"):
        name, head = "osm.bz2", _peek(path, bz2.BZ2File)
    if not _looks_like_xml(head):
        raise InputError(
            f"{path}: is not an OpenStreetMap file; give .osm.pbf, .osm, .osm.gz or .osm.bz2"
            " (a damaged download looks like this too)"
        )
    return name


def _peek(path: Path, opener: type[gzip.GzipFile | bz2.BZ2File]) -> bytes:
    try:
        with opener(path) as file:
            return bytes(file.read(1024))
    except (OSError, EOFError, zlib.error):
        return b"<osm"  # packed but damaged: the reader will say how


def _looks_like_xml(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and b"<osm" in head[:2048]


def open_map(path: Path) -> osmium.io.File:
    """The file for osmium's readers, with its format set by its content."""
    return osmium.io.File(str(path), map_format(path))


def expected_objects(path: Path) -> float:
    """A guess at how many tagged objects the file holds, for progress."""
    return max(1.0, path.stat().st_size / _BYTES_PER_OBJECT[map_format(path)])


@contextmanager
def index_storage(path: Path) -> Iterator[str]:
    """Where osmium keeps the positions of nodes while reading: memory, or a temporary file for a large map."""
    if path.stat().st_size <= _INDEX_ON_DISK[map_format(path)]:
        yield "flex_mem"
        return
    with tempfile.TemporaryDirectory(prefix="linli-nodes-") as folder:
        yield f"sparse_file_array,{folder}/nodes"


def fingerprint(path: Path) -> str:
    """SHA-256 of the file's bytes, as hex: the same file is the same place."""
    map_format(path)  # says what is wrong with the path, if anything
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn osmium's errors into one line for a person.

    Raises
    ------
    InputError
        The file is cut short or damaged.
    """
    try:
        yield
    except InputError:
        raise
    except (RuntimeError, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: is cut short or damaged ({reason}); download it again and compare its size"
        ) from error
