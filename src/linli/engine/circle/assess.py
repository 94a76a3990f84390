"""Walks set against a rule: who is covered, who is left out and by how much, who is unknown. Plain arrays.

A walk is an interval. `sure` is a walk that certainly exists (inf: none is known); `maybe` is the shortest that could
still turn out to exist. They are equal where everything is known. They differ for a wheelchair where tags are missing,
for a home without a street, for a kind of facility that was never surveyed, for a park whose size is not known. So the
verdict is three-valued, and missing knowledge never becomes a missing facility (domain reference §1.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float32]
Verdicts = NDArray[np.int8]

COVERED, LEFT_OUT, UNKNOWN = 1, 0, -1
HOURS_PER_S = 1 / 3600


@dataclass(frozen=True, slots=True)
class Walks:
    """Walks of each home to the nearest place of one sort, in metres or seconds; float32 [homes] each."""

    sure: Floats
    maybe: Floats


def any_of(columns: list[Walks]) -> Walks:
    """Join the walks to several kinds into the walk to the nearest."""
    if len(columns) == 1:
        return columns[0]
    return Walks(
        np.minimum.reduce([column.sure for column in columns]),
        np.minimum.reduce([column.maybe for column in columns]),
    )


def verdicts(walks: Walks, *, at_most: float) -> Verdicts:
    """COVERED where a known walk is short enough, LEFT_OUT where none can be, UNKNOWN between. int8 [homes]."""
    found = np.full(walks.sure.shape, UNKNOWN, np.int8)
    found[walks.maybe > at_most] = LEFT_OUT
    found[walks.sure <= at_most] = COVERED
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """Residents by verdict; `covered + left_out + unknown == total`."""

    total: float
    covered: float
    left_out: float
    unknown: float

    @property
    def share(self) -> float | None:
        """Covered, of all: a lower bound while some are unknown. None where nobody lives or all are unknown."""
        return None if self.covered + self.left_out <= 0 else self.covered / self.total

    @property
    def unknown_share(self) -> float | None:
        return None if self.total <= 0 else self.unknown / self.total


def coverage(found: Verdicts, residents: NDArray[np.float64]) -> Coverage | None:
    """Residents by verdict; None where the data does not know this group in any home.

    Homes whose number is not known (nan) are not counted.
    """
    known = ~np.isnan(residents)
    if not known.any():
        return None
    weights = np.where(known, residents, 0.0)
    covered, left_out, unknown = (
        float(weights[found == verdict].sum()) for verdict in (COVERED, LEFT_OUT, UNKNOWN)
    )
    return Coverage(covered + left_out + unknown, covered, left_out, unknown)


def left_out(walks: Walks, found: Verdicts, *, at_most: float) -> tuple[NDArray[np.int32], Floats]:
    """Homes left out, worst first, and by how much at least; inf where no walk within the cut-off exists.

    Returns
    -------
    homes : int32 [n]
    over : float32 [n], in the unit of the walks
    """
    homes = np.flatnonzero(found == LEFT_OUT).astype(np.int32)
    over = walks.maybe[homes] - np.float32(at_most)
    order = np.argsort(-over, kind="stable")
    return homes[order], over[order].astype(np.float32)


def score(found: list[Verdicts]) -> tuple[Floats, Floats]:
    """How many rules each home meets: at least, and at most (unknown verdicts counted as met). float32 [homes] each."""
    table = np.stack(found)
    return (table == COVERED).sum(0, dtype=np.float32), (table != LEFT_OUT).sum(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class LostTime:
    """Person-hours a year walked beyond a threshold, there and back.

    `hours` is a lower bound where `residents_beyond_cutoff` > 0: their walk is counted as the cut-off. Homes whose walk
    is not known are left out of the sum and counted in `residents_unknown`.
    """

    hours: float
    residents_beyond_cutoff: float
    residents_unknown: float


def lost_time(
    walks: Walks, residents: NDArray[np.float64], *, at_most_s: NDArray[np.float32] | float, cutoff_s: float,
    visits_per_week: float,
) -> LostTime:  # fmt: skip
    """Σ residents × visits a week × 52 × 2 ways × seconds of the walk beyond the threshold.

    Parameters
    ----------
    walks
        Seconds; the part of the walk that is beyond the threshold is what a nearer facility would save.
    at_most_s
        The threshold in seconds, one or one per home (a threshold in metres is another number of seconds on each walk).
    visits_per_week
        Of one resident, on average over all residents: an assumption, `visits.toml`.
    """
    people = np.nan_to_num(residents)
    unknown = (walks.sure > at_most_s) & (walks.maybe < walks.sure)
    beyond = ~unknown & np.isinf(walks.sure)
    walk_s = np.where(beyond, np.float32(cutoff_s), walks.sure)
    extra_s = np.where(unknown, 0.0, np.maximum(walk_s - at_most_s, 0.0))
    hours = float((people * extra_s).sum()) * HOURS_PER_S * visits_per_week * 52 * 2
    return LostTime(hours, float(people[beyond].sum()), float(people[unknown].sum()))


def by_group(found: Verdicts, groups: Mapping[str, NDArray[np.float64]]) -> dict[str, Coverage | None]:
    """`coverage` of each group of residents."""
    return {name: coverage(found, residents) for name, residents in groups.items()}
