"""Numbers into text small enough to travel inside a page, and exact enough to be judged there.

The page (`page/data.js`) undoes what is done here: differences between neighbours, low and high bytes apart, raw
deflate, base64. Homes are put in Morton order first, so that neighbours in the file are neighbours in the place.
"""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a byte says when it is not a walk. Below these it counts steps.
TOO_FAR, NO_TAGS, NOT_SURVEYED, NO_PLACE = 252, 253, 254, 255
STEPS = 250


def text_block(value: Any) -> str:
    """JSON, deflated."""
    return deflated(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode())


def bytes_block(values: NDArray[np.uint8]) -> str:
    """Bytes [n] or columns [n, k] of them; each column is kept as differences from row to row."""
    columns = np.atleast_2d(values.T).astype(np.uint8)
    before = np.zeros_like(columns)
    before[:, 1:] = columns[:, :-1]
    return deflated((columns - before).tobytes())


def words_block(values: NDArray[Any]) -> str:
    """Whole numbers 0 … 65535 [n] or columns [n, k]: differences as zigzag, low bytes before high bytes."""
    columns = np.atleast_2d(values.T).astype(np.int32)
    steps = np.diff(columns, axis=1, prepend=0).astype(np.int16).astype(np.int32)
    zigzag = ((steps << 1) ^ (steps >> 15)).astype(np.uint16).reshape(-1)
    return deflated((zigzag & 255).astype(np.uint8).tobytes() + (zigzag >> 8).astype(np.uint8).tobytes())


def deflated(raw: bytes) -> str:
    # Level 4 costs a tenth of level 9's time for 5 % more bytes, measured on Las Palmas.
    squeeze = zlib.compressobj(4, zlib.DEFLATED, -15, 9, zlib.Z_FILTERED)
    return base64.b64encode(squeeze.compress(raw) + squeeze.flush()).decode("ascii")


def step_for(largest: float, smallest_step: float) -> float:
    """Find the step that lets `STEPS` of it hold `largest`: `smallest_step` doubled until it does."""
    doublings = max(0, math.ceil(math.log2(max(largest, 1e-9) / (STEPS * smallest_step))))
    return float(smallest_step * 2**doublings)


def in_steps(values: NDArray[np.floating[Any]], *, step: float) -> NDArray[np.uint8]:
    """Count walks in whole steps, rounded *up*: a walk is within a limit of whole steps here exactly when it truly is.

    Values inf (too far) become `TOO_FAR`; nan must have been given its own code by the caller.
    """
    with np.errstate(invalid="ignore"):
        # A float32 a hair over a whole step (900.00001 s) is that step: 1/1000 step is far below what was measured.
        steps = np.ceil(values / step - 1e-3)
    return np.where(steps <= STEPS, np.maximum(steps, 0), TOO_FAR).astype(np.uint8)


@dataclass(frozen=True)
class Frame:
    """The square of the world map the page draws: Web Mercator (0 … 1) in 65536 × 65536 cells."""

    left: float
    top: float
    cell: float

    @classmethod
    def around(cls, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Frame:
        x, y = mercator(lon, lat)
        span = max(float(np.ptp(x)), float(np.ptp(y)), 1e-6)
        return cls(float(x.min()), float(y.min()), span / 65535)

    def cells(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
        """Cell numbers [n, 2]; what lies outside the frame is put on its edge."""
        x, y = mercator(lon, lat)
        cells = np.stack([(x - self.left) / self.cell, (y - self.top) / self.cell], axis=-1)
        return np.clip(np.rint(cells), 0, 65535).astype(np.int32)


def mercator(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """WGS-84 degrees → Web Mercator as the web's maps count it: x to the east, y to the south, both 0 … 1."""
    sine = np.sin(np.radians(np.clip(lat, -85.0, 85.0)))
    return lon / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)


def morton_order(cells: NDArray[np.int32]) -> NDArray[np.int64]:
    """Order along a Z curve of cells [n, 2]."""
    code = np.zeros(len(cells), dtype=np.uint64)
    x, y = cells[:, 0].astype(np.uint64), cells[:, 1].astype(np.uint64)
    for bit in range(16):
        one, place = np.uint64(1), np.uint64(bit)
        code |= ((x >> place) & one) << np.uint64(2 * bit)
        code |= ((y >> place) & one) << np.uint64(2 * bit + 1)
    return np.argsort(code, kind="stable").astype(np.int64)
