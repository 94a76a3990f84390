"""Walking times as 16-bit ticks of the cut-off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.uint16]

# Farther than the cut-off, or no way at all.
FAR = 65_535
# A cut-off is cut into this many ticks; what is left up to FAR is room to add without wrapping.
_TICKS = 60_000


def tick_of(cutoff_ms: int) -> tuple[float, int]:
    """Give the length of a tick in ms, and the cut-off in ticks. Cut-offs up to a minute are counted in exact ms."""
    if cutoff_ms <= _TICKS:
        return 1.0, cutoff_ms
    return cutoff_ms / _TICKS, _TICKS


def to_ticks(ms: NDArray[Any], cutoff_ms: int) -> Ticks:
    """Milliseconds, rounded to the nearest tick; FAR where beyond the cut-off."""
    tick_ms, limit = tick_of(cutoff_ms)
    ticks = np.rint(np.minimum(ms, 2.0**40) / tick_ms)
    return np.where(ticks <= limit, ticks, FAR).astype(np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Walking times, any shape.

    ticks
        uint16; 65,535 where farther than the cut-off or no way.
    tick_ms
        How long a tick is: cut-off / 60,000 (15 ms for 15 minutes), 1 for cut-offs up to a minute.
    """

    ticks: Ticks
    tick_ms: float

    def ms(self) -> NDArray[np.float32]:
        """Milliseconds, inf where farther than the cut-off or no way."""
        scaled = self.ticks * np.float32(self.tick_ms)
        scaled[self.ticks == FAR] = np.inf
        return scaled

    def minutes(self) -> NDArray[np.float32]:
        """Minutes, inf where farther than the cut-off or no way."""
        scaled = self.ms()
        scaled /= 60_000
        return scaled
