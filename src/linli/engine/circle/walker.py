"""A place made ready for walking questions: one preparation, weights for metres and for each profile, doors in both.

A wheelchair has two readings of one network: streets whose tags say nothing are out (`certain`) or in (not `certain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.engine.reach import NO_WAY, Doors, Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile
    from linli.engine.streets.snap import Snap

Weights = tuple[NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to measure a place: weights, and its doors in the same unit (ms for a profile, mm for metres)."""

    prepared: Prepared
    homes: Doors  # [homes]
    facilities: Doors  # [facility doors], as `place.facilities.door_facility`
    cutoff: int  # ms or mm


class Walker:
    """Readings of one place, made when first asked for and kept."""

    def __init__(self, place: Place, *, profiles: Sequence[Profile], cutoff_s: int, cutoff_m: int) -> None:
        self.place = place
        self.cutoff_s = cutoff_s
        self.cutoff_m = cutoff_m
        self._weights: dict[tuple[str, bool], Weights] = {("", True): place.network.metres()}
        for profile in profiles:
            for certain in (True, False) if profile.wheelchair else (True,):
                self._weights[profile.key, certain] = place.network.times(
                    profile, wheelchair_unknown=not certain
                )
        self._readings: dict[tuple[str, bool], Reading] = {}
        self._profiles = {profile.key: profile for profile in profiles}
        self._base = self._prepare()

    def reading(self, profile: Profile | None, *, certain: bool = True) -> Reading:
        """Read the place in metres (None) or in milliseconds of a profile given at the start.

        `certain=False` lets a wheelchair use streets whose tags do not say; for others it is the same reading.
        """
        wheels = profile is not None and profile.wheelchair
        key = (profile.key if profile else "", certain or not wheels)
        if key not in self._readings:
            self._readings[key] = self._read(profile, key)
        return self._readings[key]

    def _prepare(self) -> Prepared:
        # Metres stretched to the profile's cut-off and every profile's weights share one bound, so that each may be
        # asked up to its whole cut-off.
        bound_ms = self.cutoff_s * 1000
        stretch = bound_ms / (self.cutoff_m * 1000)
        lower = np.full(self.place.network.edge_tail.size, NO_WAY, np.int64)
        for (name, _), weights in self._weights.items():
            for weight in weights:
                scaled = weight if name else np.where(weight == NO_WAY, NO_WAY, np.floor(weight * stretch))
                np.minimum(lower, scaled.astype(np.int64), out=lower)
        forward, backward = self._weights["", True]
        return prepare(
            node_count=self.place.network.node_lon.size,
            tail=self.place.network.edge_tail,
            head=self.place.network.edge_head,
            forward_ms=forward,
            backward_ms=backward,
            bound_ms=bound_ms,
            lower_bound_ms=lower.astype(np.int32),
        )

    def _read(self, profile: Profile | None, key: tuple[str, bool]) -> Reading:
        forward, backward = self._weights[key]
        prepared = self._base.customised(forward, backward) if profile else self._base
        return Reading(
            prepared=prepared,
            homes=self._doors(self.place.homes.door, profile, certain=key[1]),
            facilities=self._doors(self.place.facilities.door, profile, certain=key[1]),
            cutoff=1000 * (self.cutoff_s if profile else self.cutoff_m),
        )

    def _doors(self, snap: Snap, profile: Profile | None, *, certain: bool) -> Doors:
        network = self.place.network
        if profile is None:
            return Doors(**snap.metres_mm(network))
        return Doors(**snap.walk_ms(network, profile, wheelchair_unknown=not certain))
