"""Places held ready to answer: one per community and process, measured when first asked for, replaced when a new one is read in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from linli.desk.places.queries import current_import
from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.standards import load_standards, shipped_standards
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Place
from linli.engine.streets.profiles import Profile, load_profiles
from linli.engine.streets.snap import Snapper

if TYPE_CHECKING:
    from linli.desk.places.models import PlaceImport
    from linli.engine.circle.standards import Standard
    from linli.engine.streets.progress import Progress

# Walks beyond half an hour are of no use to a life circle; the page's legend ends there too.
CUTOFF_S = 1800


@dataclass(frozen=True, eq=False)
class Served:
    """A community's current place with everything measured of it. Read-only, shared by threads."""

    row: PlaceImport
    place: Place
    measurement: Measurement
    snapper: Snapper
    # Answers worth keeping, encoded: see `desk.api.bodies`.
    bodies: dict[str, bytes] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.row.community.slug

    @cached_property
    def kind_index(self) -> dict[str, int]:
        """Index of each kind by its key."""
        return {kind.key: index for index, kind in enumerate(self.place.kinds)}

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        """Every profile measured, by its key."""
        return {profile.key: profile for profile in self.measurement.profiles}

    @cached_property
    def standards(self) -> dict[str, Standard]:
        """Every standard judged by, by its key."""
        return {standard.key: standard for standard in self.measurement.standards}

    @cached_property
    def facility_ids(self) -> list[str]:
        """What each facility is called in addresses: its OSM reference, which outlives an import, where it has one of its own."""
        refs = list(self.place.facilities.ref)
        seen: dict[str, int] = {}
        for ref in refs:
            seen[ref] = seen.get(ref, 0) + 1
        return [ref if ref and seen[ref] == 1 else f"f{index}" for index, ref in enumerate(refs)]

    @cached_property
    def facility_index(self) -> dict[str, int]:
        """Index of each facility by its id."""
        return {name: index for index, name in enumerate(self.facility_ids)}

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all streets known, the margin included: where a pin may be put."""
        network = self.place.network
        return (
            float(network.point_lon.min()),
            float(network.point_lat.min()),
            float(network.point_lon.max()),
            float(network.point_lat.max()),
        )

    @cached_property
    def version(self) -> str:
        """Another text whenever any answer about this place may be another."""
        return f"{self.row.community_id}-{self.row.number}-{self.row.fingerprint[:16]}"


_guard = threading.Lock()
_locks: dict[int, threading.Lock] = {}
_held: dict[int, Served] = {}


def served_place(*, slug: str, progress: Progress | None = None) -> Served | None:
    """Return the place of a community, measured; None where there is no such community or it has no place.

    The first to ask waits while it is measured; others wait with it and do not measure again.

    Raises
    ------
    InputError
        The place's file is missing, damaged or of another version of Linli.
    """
    row = current_import(slug=slug)
    if row is None:
        return None
    found = _held.get(row.community_id)
    if found is not None and found.row.pk == row.pk:
        return found
    with _guard:
        lock = _locks.setdefault(row.community_id, threading.Lock())
    with lock:
        found = _held.get(row.community_id)
        if found is None or found.row.pk != row.pk:
            found = _measured(row, progress)
            _held[row.community_id] = found
    return found


def _measured(row: PlaceImport, progress: Progress | None) -> Served:
    place = Place.load(row.place_file)
    measurement = measure_place(
        place,
        standards=load_standards(shipped_standards(), kinds=load_kinds()),
        profiles=list(load_profiles().values()),
        cutoff_s=CUTOFF_S,
        progress=progress,
    )
    return Served(row, place, measurement, Snapper(place.network))


def forget_places() -> None:
    """Let go of every place, for tests that read in others under the same keys."""
    _held.clear()
