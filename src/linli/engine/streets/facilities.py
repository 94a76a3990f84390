"""The facilities of a place: what they are, where they are, and where one enters them from the street."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import shapely

from linli.engine.streets.candidates import Candidate, find_candidates
from linli.engine.streets.doors import DoorNodes, Streets, best_ranked
from linli.engine.streets.joining import join
from linli.engine.streets.kinds import load_kinds, residents_per_place
from linli.engine.streets.snap import Snap, snap
from linli.engine.streets.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Extract
    from linli.engine.streets.network import Network
    from linli.engine.streets.register import FacilityRegister

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]
    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]


class Source(IntEnum):
    """Who says that a facility is there."""

    OSM = 0
    REGISTER = 1


@dataclass(frozen=True)
class Facilities:
    """Arrays over facilities [f], over their kinds [x] and over their doors [d].

    Attributes
    ----------
    lon, lat : float64 [f], a point to show on a map, degrees.
    source : uint8 [f], a `Source`.
    step_free : uint8 [f], 0 unknown, 1 yes, 2 no.
    area_m2 : float64 [f], ground area; of an open space with all that touches it; nan where only a point is known.
    name, ref, address, hours : texts [f]; `ref` is the OSM reference (w123) or empty.
    kind_facility, kind : int32 [x], a facility and the index of a kind it is of, in the order of `load_kinds()`.
    kind_sure : bool [x], False where tags do not settle the kind (a school whose level nobody wrote).
    door_facility : int32 [d], whose door; `door` : where it meets the street. A facility none of whose doors is within
        reach of a street has none.
    surveyed : bool [k], whether anybody has looked for the kind here; where False, none found means nothing.
    """

    TABLES: ClassVar[dict[str, type]] = {
        "name": Strings, "ref": Strings, "address": Strings, "hours": Strings, "door": Snap,
    }  # fmt: skip

    lon: Floats
    lat: Floats
    source: Bytes
    step_free: Bytes
    area_m2: Floats
    name: Strings
    ref: Strings
    address: Strings
    hours: Strings
    kind_facility: Int32s
    kind: Int32s
    kind_sure: Bools
    door_facility: Int32s
    door: Snap
    surveyed: Bools

    def __len__(self) -> int:
        return len(self.lon)

    def of_kind(self, kind: int) -> Int32s:
        """Find the facilities of one kind: int32 [..], ascending."""
        return np.asarray(self.kind_facility[self.kind == kind])


def find_facilities(
    extract: Extract,
    network: Network,
    *,
    streets: Streets,
    residents: float,
    register: FacilityRegister | None = None,
) -> Facilities:
    """Find every facility of the extract, its margin included, and its doors.

    Parameters
    ----------
    streets
        The streets of `network` that a door may open on.
    residents
        How many people live here: a map with next to nothing of a kind for so many has not been surveyed for it.
    register
        The committee's list, which wins over the map.
    """
    candidates = find_candidates(extract.features, plane=streets.plane)
    in_file = Counter(kind for candidate in candidates for kind in candidate.kinds)
    if register is not None:
        candidates = join(candidates, register, features=extract.features, boundary=extract.boundary)
    keys = list(load_kinds())
    surveyed = np.zeros(len(keys), bool)
    enough = residents / residents_per_place()
    surveyed[[kind for kind, count in in_file.items() if count >= enough]] = True
    if register is not None:
        surveyed[[keys.index(key) for key in register.surveyed]] = True
    owner, lon, lat = _doors(candidates, extract, streets)
    door = snap(network, lon, lat)
    on_street = np.flatnonzero(door.edge >= 0)
    pairs = [(f, kind, sure) for f, c in enumerate(candidates) for kind, sure in c.kinds.items()]
    table = np.array(pairs, np.int32).reshape(-1, 3)
    return Facilities(
        lon=np.array([c.lon for c in candidates], np.float64),
        lat=np.array([c.lat for c in candidates], np.float64),
        source=np.array([Source[c.source.upper()] for c in candidates], np.uint8),
        step_free=np.array([c.step_free for c in candidates], np.uint8),
        area_m2=np.array([c.area_m2 for c in candidates], np.float64),
        name=Strings.of(c.name for c in candidates),
        ref=Strings.of(c.ref for c in candidates),
        address=Strings.of(c.address for c in candidates),
        hours=Strings.of(c.hours for c in candidates),
        kind_facility=table[:, 0].copy(),
        kind=table[:, 1].copy(),
        kind_sure=table[:, 2].astype(bool),
        door_facility=owner[on_street].astype(np.int32),
        door=door.take(on_street),
        surveyed=surveyed,
    )


def _doors(
    candidates: Sequence[Candidate], extract: Extract, streets: Streets
) -> tuple[Ints, Floats, Floats]:
    """Find where each facility is entered: facility index, lon, lat; ordered by facility."""
    rows = [(number, shape, style) for number, c in enumerate(candidates) for shape, style in c.shapes]
    owner = np.array([row[0] for row in rows], np.int64)
    shape = np.array([row[1] for row in rows], dtype=object)
    style = np.array([row[2] for row in rows], dtype="U5")
    point = np.flatnonzero(style == "point")
    found = [(point, shapely.get_x(shape[point]), shapely.get_y(shape[point]))] if len(point) else []
    wide = np.flatnonzero(style != "point")
    if len(wide):
        which, lon, lat = _doors_of_shapes(shape[wide], style[wide], extract, streets)
        found.append((wide[which], lon, lat))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    which, lon, lat = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(owner[which], kind="stable")
    return owner[which][order], lon[order], lat[order]


def _doors_of_shapes(
    shapes: NDArray[np.object_], style: NDArray[np.str_], extract: Extract, streets: Streets
) -> tuple[Ints, Floats, Floats]:
    """Find the ways into buildings, grounds and open spaces: shape index, lon, lat.

    Entrances and gates on the outline come first. Grounds without one are entered where a street leads through their
    outline; so are open spaces, beside their gates, and one without any gate also wherever a street runs along it. What
    has none of these is entered at the point of its outline nearest to a street.
    """
    outlines = streets.outlines(shapes)
    nodes = DoorNodes.of_visitors(extract.street_nodes.values())
    which, node = nodes.on(shapes)
    best = best_ranked(which, node, rank=nodes.rank)
    which, node = which[best], node[best]
    found = [(which, nodes.lon[node], nodes.lat[node])]
    gated = np.zeros(len(shapes), bool)
    gated[which] = True

    through = np.flatnonzero((style == "edge") | ((style == "gate") & ~gated))
    at, lon, lat = streets.through(outlines[through])
    found.append((through[at], lon, lat))
    along = np.flatnonzero((style == "edge") & ~gated)
    at, lon, lat = streets.along(outlines[along])
    found.append((along[at], lon, lat))
    entered = np.zeros(len(shapes), bool)
    entered[np.concatenate([part[0] for part in found])] = True
    rest = np.flatnonzero(~entered)
    found.append((rest, *streets.nearest_points(outlines[rest])))
    which, lon, lat = (np.concatenate(column) for column in zip(*found, strict=True))
    kept = streets.thinned(which, lon, lat)
    return which[kept], lon[kept], lat[kept]
