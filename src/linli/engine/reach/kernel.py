"""What a kernel answers; the native one and the one on scipy are two of a kind.

Tables come back in the kernel's own row order (`row_of_node`). `toward` says which way people walk: True, from
everywhere to the given doors; False, from the doors to everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from linli.engine.reach.doors import Doors, Ends, Int32s
    from linli.engine.reach.times import Ticks

Floats = NDArray[np.float64]


class Kernel(Protocol):
    """Walking times over one network with one set of weights. All arguments are already checked."""

    row_of_node: Int32s
    node_of_row: Int32s
    dropped: int  # shortcuts left out for being longer than the bound

    def customised(self, forward_ms: Int32s, backward_ms: Int32s) -> Kernel:
        """Put other weights on the same topology."""
        ...

    def nearest(
        self,
        ends: Ends,
        category: Int32s,
        category_count: int,
        *,
        cutoff_ms: int,
        toward: bool,
    ) -> Ticks:
        """[n, c]: every row's time to the nearest door of each category."""
        ...

    def k_nearest(
        self, ends: Ends, category: Int32s, category_count: int, *, k: int, cutoff_ms: int, toward: bool
    ) -> tuple[Ticks, Int32s]:
        """[n, c, k] times, nearest first, and the doors they lead to (−1: none)."""
        ...

    def gather(
        self, sources: Doors, sinks: Doors | None, weight: Floats, *, cutoff_ms: int, toward: bool
    ) -> Floats:
        """[sinks or n, c]: for every sink (row, if None) the weight [s, c] of the sources within the cut-off."""
        ...

    def spread(self, sources: Doors, sinks: Doors, weight: Floats, *, cutoff_ms: int, toward: bool) -> Floats:
        """[s, c]: for every source the weight [sinks, c] of the sinks within the cut-off."""
        ...

    def table(self, sources: Doors, sinks: Doors, *, cutoff_ms: int, toward: bool) -> Ticks:
        """[s, sinks]."""
        ...

    def search(
        self, start: Ends, goals: Ends | None, category: Int32s, category_count: int, *, cutoff_ms: int
    ) -> tuple[Int32s, Int32s]:
        """One exact search from one door, by node.

        Returns
        -------
        ms : int32 [n]
            NO_WAY beyond the cut-off, or not needed to settle the nearest goal of each category.
        via : int32 [n]
            How the node was reached: 2 × edge, + 1 if walked backward; −1 for the start's own ends.
        """
        ...
