"""The compiled kernel of siting; see `_kernel.c`. Every array it is given has been checked by then."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.compiled import at, load

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.siting.lists import Floats, Int32s, Lists

FREE, OPEN, SHUT = 0, 1, 2
_NO_MEMORY, _OUT_OF_TIME = 1, 2
_int32, _int64, _double, _at = ctypes.c_int32, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "linli_site_transpose": (None, [_int32] * 2 + [_at] * 6),
    "linli_site_search": (_int32, [_at, _int32, _at, _at, _int64, ctypes.c_uint64, _at]),
    "linli_site_climb": (_int32, [_at, _int32, _at, _at, _double, _double] + [_at] * 5),
    "linli_site_tree": (_int32, [_at, _int32, _at, _at, _double, _double, _int64] + [_at] * 6),
}


class _Lists(ctypes.Structure):
    """`Lists` of _kernel.c."""

    _fields_ = (
        ("n", _int32), ("m", _int32), ("start", _at), ("cand", _at), ("cost", _at), ("beyond", _at),
        ("in_start", _at), ("in_demand", _at), ("in_cost", _at),
    )  # fmt: skip


class Manner(ctypes.Structure):
    """How to climb: at most so many steps; the pace falls where so many bring nothing; how far a direction lasts."""

    _fields_ = (
        ("steps", _int32), ("patience", _int32), ("pace", _double), ("fall", _double), ("momentum", _double),
    )  # fmt: skip


class _Climbed(ctypes.Structure):
    """`Climbed` of _kernel.c."""

    _fields_ = (("bound", _double), ("worst_in", _double), ("best_out", _double), ("pace", _double))


@dataclass(frozen=True, slots=True)
class Climbed:
    """Where a climb came to.

    Attributes
    ----------
    bound : no choice costs less.
    multiplier : [n] what proves it.
    reduced : [m] what each candidate gives back at most.
    chosen : [m] the candidates that the bound counts with.
    worst_in, best_out : largest `reduced` among the chosen that are free, least among the other free ones.
    pace : how long the last steps were.
    """

    bound: float
    multiplier: Floats
    reduced: Floats
    chosen: NDArray[np.bool_]
    worst_in: float
    best_out: float
    pace: float


@functools.cache
def library() -> ctypes.CDLL | None:
    """Load the compiled kernel; None where it was not built, or LINLI_NO_KERNEL is set."""
    return load(Path(__file__).with_name("_kernel.c"), _FUNCTIONS)


class Kernel:
    """The kernel with one problem's lists. Only where `library()` is there."""

    def __init__(self, lists: Lists) -> None:
        self._of = lists
        count, size = lists.candidate_count, lists.cost.size
        self._arrays = (
            np.empty(count + 1, np.int64), np.empty(size, np.int32), np.empty(size)
        )  # fmt: skip
        rows = [at(each) for each in (lists.start, lists.candidate, lists.cost)]
        columns = [at(each) for each in self._arrays]
        self._call("linli_site_transpose", lists.demand_count, count, *rows, *columns)
        self._lists = _Lists(lists.demand_count, count, *rows, at(lists.beyond), *columns)

    def _call(self, name: str, *arguments: Any) -> int:
        loaded = library()
        assert loaded is not None
        code = int(getattr(loaded, name)(*arguments) or 0)
        if code == _NO_MEMORY:
            raise MemoryError("siting ran out of memory")
        return code

    @property
    def _at(self) -> int:
        return ctypes.addressof(self._lists)

    def search(
        self, opened: Int32s, must: NDArray[np.uint8], *, work: int, seed: int
    ) -> tuple[Int32s, float]:
        """Swap candidates while that pays, then from there after a few swaps by chance, until so many costs were read.

        Same input, same answer: what is limited is work, not time.
        """
        best, total = np.array(opened, np.int32), ctypes.c_double()
        self._call(
            "linli_site_search", self._at, best.size, at(must), at(best), work, seed,
            ctypes.addressof(total),
        )  # fmt: skip
        return best, total.value

    def climb(
        self,
        p: int,
        must: NDArray[np.uint8],
        multiplier: Floats,
        *,
        upper: float,
        enough: float,
        manner: Manner,
    ) -> Climbed:
        """Raise the bound from these multipliers, until it is `enough` or the steps are used up."""
        count = self._of.candidate_count
        u, reduced, often = np.array(multiplier, np.float64), np.zeros(count), np.zeros(count)
        chosen, best = np.zeros(count, np.uint8), _Climbed()
        self._call(
            "linli_site_climb", self._at, p, at(must), at(u), upper, enough, ctypes.addressof(manner), at(reduced),
            at(often), at(chosen), ctypes.addressof(best),
        )  # fmt: skip
        return Climbed(best.bound, u, reduced, chosen.astype(bool), best.worst_in, best.best_out, best.pace)

    def tree(
        self, opened: Int32s, must: NDArray[np.uint8], multiplier: Floats, *, upper: float, unit: float, limit_s: float,
        nodes: int, first: Manner, below: Manner,
    ) -> tuple[Int32s, float, float, bool]:  # fmt: skip
        """Decide what is still free: the best candidates, their total, the bound, whether all was decided."""
        best = np.array(opened, np.int32)
        total, bound, seen = ctypes.c_double(upper), ctypes.c_double(), ctypes.c_int64()
        code = self._call(
            "linli_site_tree", self._at, best.size, at(must), at(multiplier), unit, limit_s, nodes,
            ctypes.addressof(first), ctypes.addressof(below), at(best), ctypes.addressof(total),
            ctypes.addressof(bound), ctypes.addressof(seen),
        )  # fmt: skip
        return best, total.value, bound.value, code != _OUT_OF_TIME
