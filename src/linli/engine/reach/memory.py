"""Memory of answers that nobody holds any more, kept for the next ones.

Pages fresh from the system cost more than what the kernel writes on them: every answer to `k_nearest` on a city of
92,000 points took 8 of its 16 ms only to be given its 33 MB.
"""

from __future__ import annotations

import ctypes
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

_LINE = 64  # bytes of a cache line
_KEPT = 4
_LARGEST = 32 << 20  # bytes worth keeping; larger ones go back to the system


class Memory:
    """Arrays whose memory comes back when the last view of it has gone. Threads may share it."""

    def __init__(self) -> None:
        self._free: deque[NDArray[np.uint8]] = deque(maxlen=_KEPT)

    def empty(self, count: int, dtype: DTypeLike) -> tuple[NDArray[Any], bool]:
        """Make an array [count] that starts on a cache line, of any content; say whether the memory is used."""
        size = count * np.dtype(dtype).itemsize + _LINE
        used = self._taken(size)
        raw = np.empty(size, np.uint8) if used is None else used
        lent = (ctypes.c_uint8 * size).from_buffer(raw.data)
        if size <= _LARGEST:
            weakref.finalize(lent, self._free.append, raw).atexit = False
        skip = -raw.ctypes.data % _LINE
        return np.frombuffer(memoryview(lent), dtype, count, skip), used is not None

    def _taken(self, size: int) -> NDArray[np.uint8] | None:
        for _ in range(len(self._free)):
            try:
                raw = self._free.popleft()
            except IndexError:  # another thread took it
                return None
            if raw.size == size:
                return raw
            self._free.append(raw)
        return None
