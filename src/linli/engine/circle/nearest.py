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


@dataclass(frozen=True, slots=True)
class _Want:
    """One category of a query; `unsized`: places whose size is not known count too."""

    column: Column
    unsized: bool


def reach_columns(walker: Walker, profile: Profile | None, columns: list[Column]) -> Reached:
    """Walk to every column, in metres (None) or in seconds of a profile given to `walker`."""
    place = walker.place
    pairs = _DoorKinds.of(place)
    sure, facility = _nearest(
        walker.reading(profile), place, pairs, [_Want(column, unsized=False) for column in columns]
    )
    if profile is not None and profile.wheelchair:
        loose = walker.reading(profile, certain=False)
        maybe, _ = _nearest(loose, place, pairs, [_Want(column, unsized=True) for column in columns])
        maybe = np.minimum(maybe, sure)
    else:
        maybe = sure.copy()
        sized = [index for index, column in enumerate(columns) if column.min_area_ha is not None]
        if sized:
            wants = [_Want(columns[index], unsized=True) for index in sized]
            maybe[:, sized] = np.minimum(
                _nearest(walker.reading(profile), place, pairs, wants)[0], sure[:, sized]
            )
    never = ~np.asarray(place.facilities.surveyed, bool)[[column.kind for column in columns]]
    maybe[:, never] = 0.0
    lost = np.asarray(place.homes.status) != place.homes.MEASURED
    sure[lost], maybe[lost], facility[lost] = np.inf, 0.0, -1
    return Reached(sure, maybe, facility)


@dataclass(frozen=True, slots=True, eq=False)
class _DoorKinds:
    """Every door of every facility once for each kind the facility is of, int32 [p] each."""

    door: Int32s
    kind: Int32s
    facility: Int32s

    @classmethod
    def of(cls, place: Place) -> _DoorKinds:
        facilities = place.facilities
        by_facility = np.argsort(facilities.door_facility, kind="stable")
        owners = facilities.door_facility[by_facility]
        first = np.searchsorted(owners, facilities.kind_facility, "left")
        count = np.searchsorted(owners, facilities.kind_facility, "right") - first
        starts = np.cumsum(count) - count
        row = np.repeat(np.arange(count.size), count)
        door = by_facility[first[row] + np.arange(row.size) - starts[row]]
        return cls(door.astype(np.int32), facilities.kind[row], facilities.kind_facility[row])


def _nearest(reading: Reading, place: Place, pairs: _DoorKinds, wants: list[_Want]) -> tuple[Floats, Int32s]:
    """Metres or seconds, and facilities, [homes, wants]."""
    homes = place.homes.lon.size
    walks = np.full((homes, len(wants)), np.inf, np.float32)
    facility = np.full((homes, len(wants)), -1, np.int32)
    for start in range(0, len(wants), _LANES):
        chunk = wants[start : start + _LANES]
        pair = [np.flatnonzero(_fits(place, pairs, want)) for want in chunk]
        chosen = np.concatenate(pair)
        if not chosen.size:
            continue
        category = np.repeat(np.arange(len(chunk), dtype=np.int32), [one.size for one in pair])
        times, target = k_nearest(
            reading.prepared,
            reading.facilities.take(pairs.door[chosen]),
            category,
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


def _fits(place: Place, pairs: _DoorKinds, want: _Want) -> NDArray[np.bool_]:
    fits = np.equal(pairs.kind, want.column.kind)
    if want.column.min_area_ha is None:
        return fits
    area_m2 = np.asarray(place.facilities.area_m2)[pairs.facility]
    large = area_m2 >= want.column.min_area_ha * M2_PER_HA
    return np.logical_and(fits, large | np.isnan(area_m2) if want.unsized else large)
