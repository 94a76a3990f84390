"""Libraries that were compiled while Linli was installed, loaded when first asked for."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def load(source: Path, functions: Mapping[str, tuple[Any, list[Any]]]) -> ctypes.CDLL | None:
    """Load what was compiled from a C file; None where it was not, or LINLI_NO_KERNEL is set."""
    path = source.with_name(f"{source.stem}{'_avx2' if _has_avx2() else ''}{_SUFFIX}")
    if os.environ.get("LINLI_NO_KERNEL") or not path.exists():
        return None
    try:
        loaded = ctypes.CDLL(str(path))
        for name, (result, arguments) in functions.items():
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
