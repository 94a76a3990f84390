"""What would be if places of one kind were moved, opened or closed: every home's walk anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.desk.places.walks import FAR, NO_TAGS, Codes, blind_homes, coded, residents_of, seconds_of
from linli.engine.circle.nearest import DoorKinds
from linli.engine.reach import Doors, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.desk.places.serving import Served
    from linli.engine.streets.profiles import Profile
    from linli.engine.streets.snap import Snap

    Int32s = NDArray[np.int32]

NEAR_S = 900


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a place is put, degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Change:
    """A plan for one kind. A facility moved or removed is given by its index in the place; a moved one is entered at its pin."""

    profile: str
    kind: str
    moved: Sequence[tuple[int, Pin]] = ()
    added: Sequence[Pin] = ()
    removed: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds of every home after the change, and what that adds up to.

    Means are over residents of whose walk something is known before and after; a walk beyond the cut-off counts as long as
    the cut-off, so that a mean is a lower bound while there are such. `pins_off_street`: pins too far from any street to count.
    """

    seconds: Codes
    summary: dict[str, float | int]


def apply_change(served: Served, change: Change) -> Outcome:
    """Walk from every home to the nearest place as the change leaves them.

    A place of which it is not settled that it is of the kind stays so where it is moved to.
    """
    kind, profile = served.kind_index[change.kind], served.profiles[change.profile]
    pins = [*(pin for _, pin in change.moved), *change.added]
    new = served.snapper.snap(np.array([pin.lon for pin in pins]), np.array([pin.lat for pin in pins]))
    gone = np.array([*(facility for facility, _ in change.moved), *change.removed], np.int32)
    facilities = served.place.facilities
    unsettled = set(facilities.kind_facility[(facilities.kind == kind) & ~facilities.kind_sure].tolist())
    settled_pins = np.array([facility not in unsettled for facility, _ in change.moved], bool)
    settled_pins = np.append(settled_pins, np.ones(len(change.added), bool))
    sure = _walk_s(
        served, profile, _standing(served, kind, gone, settled=True), new.take(settled_pins), certain=True
    )
    maybe = sure
    if profile.wheelchair or unsettled:
        loose = _walk_s(served, profile, _standing(served, kind, gone, settled=False), new, certain=False)
        maybe = np.minimum(sure, loose)
    blind = blind_homes(served, kind)
    if not facilities.surveyed[kind]:
        # There may be places nobody has written down: to the plan's own, a walk is at most this long.
        blind &= ~np.isfinite(sure)
    after = coded(sure, maybe, blind=blind, wheelchair=profile.wheelchair)
    before = seconds_of(served, profile=change.profile, kind=change.kind)
    summary = compare(before, after, residents_of(served), cutoff_s=served.measurement.cutoff_s)
    return Outcome(after, {**summary, "pins_off_street": int((new.edge < 0).sum())})


def _standing(served: Served, kind: int, gone: Int32s, *, settled: bool) -> Int32s:
    """Doors of the places of a kind that stay where they are."""
    pairs = DoorKinds.of(served.place, settled=settled)
    stays = np.equal(pairs.kind, kind) & ~np.isin(pairs.facility, gone)
    return pairs.door[stays]


def _walk_s(
    served: Served, profile: Profile, standing: Int32s, new: Snap, *, certain: bool
) -> NDArray[np.float32]:
    """Seconds from every home to the nearest of some standing doors and some new ones; inf where there is none."""
    reading = served.measurement.walker.reading(profile, certain=certain)
    added = Doors(**new.walk_ms(served.place.network, profile, wheelchair_unknown=not certain))
    targets = joined(reading.facilities.take(standing), added)
    if not len(targets):
        return np.full(len(served.place.homes), np.inf, np.float32)
    times = nearest(
        reading.prepared,
        targets,
        np.zeros(len(targets), np.int32),
        1,
        origins=reading.homes,
        cutoff_ms=reading.cutoff,
    )
    return times.ms()[:, 0] / np.float32(1000)


def joined(first: Doors, second: Doors) -> Doors:
    """Put doors one after another."""
    names = Doors.__dataclass_fields__
    return Doors(**{name: np.concatenate((getattr(first, name), getattr(second, name))) for name in names})


def compare(
    before: Codes, after: Codes, residents: NDArray[np.float32], *, cutoff_s: int
) -> dict[str, float | int]:
    """Add up who gains and who loses between two sets of seconds."""
    people = residents.astype(np.float64)
    near_before, near_after = before <= NEAR_S, after <= NEAR_S
    known = ((before < NO_TAGS) | (before == FAR)) & ((after < NO_TAGS) | (after == FAR))
    weight = float(people[known].sum())

    def mean_min(seconds: Codes) -> float:
        walks = np.minimum(seconds[known], cutoff_s)
        return float((people[known] * walks).sum()) / weight / 60 if weight else 0.0

    gained, lost = near_after & ~near_before, near_before & ~near_after
    return {
        "residents_15_before": round(float(people[near_before].sum()), 1),
        "residents_15_after": round(float(people[near_after].sum()), 1),
        "mean_min_before": round(mean_min(before), 3),
        "mean_min_after": round(mean_min(after), 3),
        "homes_gained": int(gained.sum()),
        "homes_lost": int(lost.sum()),
        "residents_gained": round(float(people[gained].sum()), 1),
        "residents_lost": round(float(people[lost].sum()), 1),
    }
