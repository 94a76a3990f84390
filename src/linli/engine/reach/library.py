"""The compiled library, loaded when first asked for."""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli.engine.compiled import at, load

if TYPE_CHECKING:
    from linli.engine.reach import doors

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
    return load(Path(__file__).with_name("_kernel.c"), _FUNCTIONS)


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
