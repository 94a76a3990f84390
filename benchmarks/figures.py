"""A figure: what was claimed, what was measured, and whether the one reaches the other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Figure:
    """`met` is None where the figure could not be taken; `value` then says why."""

    name: str
    value: str
    goal: str
    met: bool | None

    @classmethod
    def at_least(cls, name: str, ratio: float, goal: float, detail: str) -> Figure:
        return cls(name, f"{ratio:,.4g}× ({detail})", f"≥ {goal:g}×", ratio >= goal)

    @classmethod
    def at_most(cls, name: str, ratio: float, goal: float, detail: str) -> Figure:
        return cls(name, f"{ratio:,.3g}× ({detail})", f"≤ {goal:g}×", ratio <= goal)

    @classmethod
    def skipped(cls, name: str, why: str) -> Figure:
        return cls(name, why, "not taken", None)

    def __str__(self) -> str:
        verdict = "SKIPPED" if self.met is None else "met" if self.met else "SHORT"
        return f"{self.name}: {self.value} (goal {self.goal}) {verdict}"


Figures = Iterator[Figure]


def shared_data() -> Path | None:
    """The folder of real places, where there is one."""
    folder = Path(os.environ.get("LINLI_SHARED_DATA", ROOT.parent / "shared" / "data"))
    return folder if folder.is_dir() else None


def seconds(runs: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """The least seconds of each contender over its number of turns.

    The repeats of all are mixed in time, so that a busy moment of the machine meets them all. Each takes its turn twice
    running: it is not to pay for what the one before left in the caches.
    """
    due = sorted(((turn + 0.5) / turns, name) for name, (_, turns) in runs.items() for turn in range(turns))
    best = dict.fromkeys(runs, float("inf"))
    for _, name in due:
        for _ in range(2):
            started = time.perf_counter()
            runs[name][0]()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def said(seconds_taken: float) -> str:
    """Seconds as a person reads them."""
    if seconds_taken < 0.01:
        return f"{seconds_taken * 1000:.3g} ms"
    return f"{seconds_taken:.3g} s"
