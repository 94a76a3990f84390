"""Slopes along the network: how much longer a walk takes uphill, by Tobler's function used as a factor.

`F(S) = exp(3.5·|S + 0.05|) / exp(3.5·0.05)` for a slope S = rise ÷ run in the direction walked (Tobler 1993; as a factor on the
walker's own flat speed as OpenTripPlanner does). Heights are sampled every 30 m or less along each edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAMPLE_M = 30.0
# Steeper than this is a flight of steps or an error of the raster; the factor then is 2.86 uphill.
STEEPEST = 0.30
# A slope measured over less than this says more about the raster than about the street, so wheelchairs ignore it.
TRUSTED_M = 60.0


@dataclass(frozen=True, slots=True)
class Levels:
    """Level metres from the tail at each point, both ways; per edge the slope between its ends in percent (nan: unknown)."""

    forward_m: Floats
    backward_m: Floats
    incline_percent: Floats
    about: dict[str, Any] = field(default_factory=dict)


def tobler_factor(slope: Floats) -> Floats:
    """How many times longer than on the flat: 1 at 0 and at −0.10, least (0.84) at −0.05; capped at ±`STEEPEST`."""
    held = np.clip(slope, -STEEPEST, STEEPEST)
    return np.asarray(np.exp(3.5 * np.abs(held + 0.05)) / np.exp(3.5 * 0.05))


def read_levels(
    elevation: Path | None, *, lon: Floats, along_m: Floats, point_start: NDArray[np.int64], **rest: Any
) -> Levels:
    if elevation is None:
        return Levels(along_m, along_m, np.full(len(point_start) - 1, np.nan))
    raise NotImplementedError
