"""One file of named arrays that loads memory-mapped in a moment and says when it is damaged.

Layout: `MAGIC`, the length of a JSON header, the header, then each array raw, aligned to 64 bytes, so that loading is
one `mmap` and views into it. The header lists name, dtype, shape, offset and CRC-32 of each array, and its own CRC-32
stands before it.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MAGIC = b"LINLI\x00\x01\n"
_PREFIX = struct.Struct("<8sII")  # magic, header length, CRC-32 of the header
_ALIGN = 64


def save_arrays(
    path: Path, *, kind: str, meta: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write `arrays` and JSON-able `meta` to `path`, whole or not at all (written beside it, then renamed)."""
    rows: list[dict[str, Any]] = []
    offset = 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array)
        rows.append({"name": name, "dtype": data.dtype.str, "shape": list(data.shape), "offset": offset,
                     "crc": _crc(data)})  # fmt: skip
        offset += -(-data.nbytes // _ALIGN) * _ALIGN
    header = json.dumps({"kind": kind, "meta": meta, "arrays": rows}, ensure_ascii=False).encode()
    body_start = -(-(_PREFIX.size + len(header)) // _ALIGN) * _ALIGN
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(_PREFIX.pack(MAGIC, len(header), zlib.crc32(header)) + header)
            for row, array in zip(rows, arrays.values(), strict=True):
                file.seek(body_start + row["offset"])
                file.write(np.ascontiguousarray(array).data)
            file.truncate(body_start + offset)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_arrays(path: Path, *, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The `meta` and the arrays (read-only views of the mapped file) of a file written by `save_arrays`.

    Raises
    ------
    InputError
        The file is missing, is not Linli's, is of another kind, is cut short or is damaged; the message says which.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _PREFIX.size:
                raise InputError(f"{path}: not a Linli file, or cut short; build it again from the map file")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    magic, length, crc = _PREFIX.unpack_from(mapped)
    if magic != MAGIC:
        raise InputError(
            f"{path}: not a Linli file (or of another version); build it again from the map file"
        )
    header_bytes = mapped[_PREFIX.size : _PREFIX.size + length]
    if zlib.crc32(header_bytes) != crc:
        raise InputError(f"{path}: damaged (its header does not add up); build it again from the map file")
    header = json.loads(header_bytes)
    if header["kind"] != kind:
        raise InputError(f"{path}: holds a {header['kind']}, not a {kind}; give the right file")
    body_start = -(-(_PREFIX.size + length) // _ALIGN) * _ALIGN
    arrays: dict[str, NDArray[Any]] = {}
    for row in header["arrays"]:
        dtype, count = np.dtype(row["dtype"]), int(np.prod(row["shape"]))
        start = body_start + row["offset"]
        if start + count * dtype.itemsize > len(mapped):
            raise InputError(f"{path}: cut short at “{row['name']}”; build it again from the map file")
        array = np.frombuffer(mapped, dtype, count, start)
        if _crc(array) != row["crc"]:
            raise InputError(f"{path}: damaged at “{row['name']}”; build it again from the map file")
        arrays[row["name"]] = array.reshape(row["shape"])
    return header["meta"], arrays


def _crc(array: NDArray[Any]) -> int:
    return zlib.crc32(array.reshape(-1).view(np.uint8).data) if array.size else 0
