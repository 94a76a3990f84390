"""From every home to the nearest facility of every kind, as intervals (see `assess.Walks`), and which facility it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.engine.circle.assess import Walks
from linli.engine.reach import k_nearest

if TYPE_CHECKING:
    from linli.engine.circle.walker import Reading, Walker
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

Floats = NDArray[np.float32]
Int32s = NDArray[np.int32]

# The kernel's table holds this many categories a row; asking for as many at a time keeps memory flat on large places.
_LANES = 16
M2_PER_HA = 10_000


@dataclass(frozen=True, slots=True)
class Column:
    """One sort of place to walk to: a kind, and how large it must be."""

    kind: int
    min_area_ha: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Walks of every home to the nearest place of every column, [homes, columns], in metres or in seconds."""

    sure: Floats
    maybe: Floats
    facility: Int32s  # where `sure` leads; −1 where it is inf

    def walks(self, column: int) -> Walks:
        return Walks(self.sure[:, column], self.maybe[:, column])

    def told(self, count: int) -> Floats:
        """Give the first `count` columns as one number a walk: inf where there is none, nan where that is not known."""
        sure, maybe = self.sure[:, :count], self.maybe[:, :count]
        return np.where(np.isinf(sure) & np.isfinite(maybe), np.float32(np.nan), sure)


def reach_columns(walker: Walker, profile: Profile | None, columns: list[Column]) -> Reached:
    """Walk to every column, in metres (None) or in seconds of a profile given to `walker`.

    `sure` counts places whose kind and size are settled; `maybe` also those whose are not, and for a wheelchair the
    streets whose tags do not say.
    """
    place = walker.place
    settled = DoorKinds.of(place, settled=True)
    sure, facility = _nearest(walker.reading(profile), place, settled, columns, unsized=False)
    maybe = sure.copy(order="F")
    open_questions = _open_questions(place, columns)
    if profile is not None and profile.wheelchair:
        open_questions[:] = True
    asked = np.flatnonzero(open_questions)
    if asked.size:
        loose = walker.reading(profile, certain=False)
        everything = DoorKinds.of(place, settled=False)
        could, _ = _nearest(loose, place, everything, [columns[index] for index in asked], unsized=True)
        maybe[:, asked] = np.minimum(could, sure[:, asked])
    never = ~np.asarray(place.facilities.surveyed, bool)[[column.kind for column in columns]]
    maybe[:, never] = 0.0
    lost = np.asarray(place.homes.status) != place.homes.MEASURED
    sure[lost], maybe[lost], facility[lost] = np.inf, 0.0, -1
    return Reached(sure, maybe, facility)


def _open_questions(place: Place, columns: list[Column]) -> NDArray[np.bool_]:
    """Columns some of whose places may or may not count: kind not settled, or size asked."""
    facilities = place.facilities
    unsettled = np.unique(facilities.kind[~np.asarray(facilities.kind_sure, bool)])
    return np.array([column.min_area_ha is not None or column.kind in unsettled for column in columns])


@dataclass(frozen=True, slots=True, eq=False)
class DoorKinds:
    """Every door of every facility once for each kind the facility is of, int32 [p] each.

    `settled`: only kinds that the map or the register settles.
    """

    door: Int32s
    kind: Int32s
    facility: Int32s

    @classmethod
    def of(cls, place: Place, *, settled: bool) -> DoorKinds:
        facilities = place.facilities
        chosen = np.asarray(facilities.kind_sure, bool) if settled else np.ones(facilities.kind.size, bool)
        kind, facility = facilities.kind[chosen], facilities.kind_facility[chosen]
        by_facility = np.argsort(facilities.door_facility, kind="stable")
        owners = facilities.door_facility[by_facility]
        first = np.searchsorted(owners, facility, "left")
        count = np.searchsorted(owners, facility, "right") - first
        starts = np.cumsum(count) - count
        row = np.repeat(np.arange(count.size), count)
        door = by_facility[first[row] + np.arange(row.size) - starts[row]]
        return cls(door.astype(np.int32), kind[row], facility[row])


def _nearest(
    reading: Reading, place: Place, pairs: DoorKinds, columns: list[Column], *, unsized: bool
) -> tuple[Floats, Int32s]:
    """Metres or seconds, and facilities, [homes, columns]; `unsized`: places of unknown size count as large enough."""
    homes = place.homes.lon.size
    # Column after column in memory, as every later step reads them.
    walks = np.full((homes, len(columns)), np.inf, np.float32, order="F")
    facility = np.full((homes, len(columns)), -1, np.int32, order="F")
    for start in range(0, len(columns), _LANES):
        chunk = columns[start : start + _LANES]
        pair = [np.flatnonzero(_fits(place, pairs, column, unsized=unsized)) for column in chunk]
        chosen = np.concatenate(pair)
        if not chosen.size:
            continue
        times, target = k_nearest(
            reading.prepared,
            reading.facilities.take(pairs.door[chosen]),
            np.repeat(np.arange(len(chunk), dtype=np.int32), [one.size for one in pair]),
            len(chunk),
            k=1,
            origins=reading.homes,
            cutoff_ms=reading.cutoff,
        )
        here = slice(start, start + len(chunk))
        walks[:, here] = times.ms()[:, :, 0] / np.float32(1000)
        led_to = pairs.facility[chosen]
        facility[:, here] = np.where(target[:, :, 0] >= 0, led_to[target[:, :, 0]], -1)
    return walks, facility


def _fits(place: Place, pairs: DoorKinds, column: Column, *, unsized: bool) -> NDArray[np.bool_]:
    fits = np.equal(pairs.kind, column.kind)
    if column.min_area_ha is None:
        return fits
    area_m2 = np.asarray(place.facilities.area_m2)[pairs.facility]
    large = area_m2 >= column.min_area_ha * M2_PER_HA
    return np.logical_and(fits, large | np.isnan(area_m2) if unsized else large)
