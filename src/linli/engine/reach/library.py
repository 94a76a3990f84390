"""The compiled library, loaded when first asked for."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.reach import doors

_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
_NO_MEMORY, _TOO_LARGE = 1, 2

_int32, _int64, _double, _at = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
# Result and arguments of each function, in the order of _kernel.c.
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "linli_prepare": (_int32, [_int32, _int64, _at, _at, _at, _int32, _at, _at]),
    "linli_take": (None, [_at] * 5),
    "linli_take_arcs": (None, [_at] * 3 + [_int32] * 2 + [_at] * 2),
    "linli_release": (None, [_at]),
    "linli_transpose": (None, [_int32] + [_at] * 5),
    "linli_edge_arcs": (None, [_at, _at, _at, _int64, _at, _at, _at]),
    "linli_customise": (_int32, [_int32] + [_at] * 5 + [_int64] + [_at] * 5),
    "linli_quantise": (_int32, [_int32] + [_at] * 5 + [_double, ctypes.c_uint32] + [_at] * 5),
    "linli_nearest_open": (_int32, [_at, _at, _at, _int32, _at]),
    "linli_nearest_down": (_int32, [_at, _at, _int32, _int32, _at, _int32]),
    "linli_nearest_close": (None, [_at]),
    "linli_k_open": (_int32, [_at] * 4 + [_int32] * 3 + [_at]),
    "linli_k_down": (_int32, [_at] * 3 + [_int32] * 4 + [_at] * 2),
    "linli_k_close": (None, [_at]),
    "linli_between": (_int32, [_at] * 7 + [_int64, _at, _int64, _int32, _int32, _at, _int32, _at]),
    "linli_graph": (None, [_int32, _int64] + [_at] * 5),
    "linli_search": (_int32, [_int32] + [_at] * 8 + [_int32, _int32, _at, _at]),
}


class TooLargeError(Exception):
    """The network is beyond what the compiled kernel numbers with 32 (arcs) and 16 (depth) bits."""


class Net(ctypes.Structure):
    """`Net` of _kernel.c."""

    _fields_ = (
        ("n", _int32), ("height", _int32), ("start", _at), ("col", _at), ("slot", _at), ("depth", _at),
        ("rising", _at), ("falling", _at), ("row_of_node", _at), ("per_ms", _double), ("limit", ctypes.c_uint32),
    )  # fmt: skip


class DoorsStruct(ctypes.Structure):
    """`Doors` of _kernel.c."""

    _fields_ = (
        ("count", _int64), ("tail", _at), ("head", _at), ("tail_ms", _at), ("head_ms", _at),
        ("edge", _at), ("leg", _at), ("tail_ahead", _at), ("head_ahead", _at),
    )  # fmt: skip


@functools.cache
def library() -> ctypes.CDLL | None:
    """Load the compiled kernel; None where it was not built, or LINLI_NO_KERNEL is set."""
    path = Path(__file__).with_name(f"_kernel{'_avx2' if _has_avx2() else ''}{_SUFFIX}")
    if os.environ.get("LINLI_NO_KERNEL") or not path.exists():
        return None
    try:
        loaded = ctypes.CDLL(str(path))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):  # built for another machine, or left from another version
        return None
    return loaded


def _has_avx2() -> bool:
    """Ask Linux whether the processor can do 16 lanes at once; elsewhere the plain build will do."""
    try:
        return "avx2" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return False


def at(array: NDArray[Any] | None) -> int | None:
    """Give the address of an array's data. The caller keeps the array alive over the call."""
    return None if array is None else array.ctypes.data


def ends_struct(ends: doors.Ends, whole: doors.Doors | None = None) -> DoorsStruct:
    """Doors as the kernel reads them; `whole` where they are to be set against others on their edge."""
    struct = DoorsStruct(ends.tail.size, at(ends.tail), at(ends.head), at(ends.tail_ms), at(ends.head_ms))
    if whole is not None:
        struct.edge, struct.leg = at(whole.edge), at(whole.leg_ms)
        struct.tail_ahead, struct.head_ahead = at(whole.tail_ahead_ms), at(whole.head_ahead_ms)
    return struct


def check(code: int) -> None:
    """Raise what a function's return code says."""
    if code == _NO_MEMORY:
        raise MemoryError("the walking-time kernel ran out of memory")
    if code == _TOO_LARGE:
        raise TooLargeError
