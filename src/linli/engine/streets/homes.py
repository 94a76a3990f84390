"""The homes of a place: who lives in each, where its door is, and whether walks from it can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import shapely

from linli.engine.streets.assumptions import homes_table
from linli.engine.streets.candidates import address_of, name_of
from linli.engine.streets.doors import DoorNodes, Streets, pick
from linli.engine.streets.outlines import Outlines
from linli.engine.streets.population import Basis, Grid, People
from linli.engine.streets.register import GROUPS
from linli.engine.streets.snap import Snap, snap
from linli.engine.streets.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from linli.engine.streets.buildings import Buildings
    from linli.engine.streets.extract import TaggedNode
    from linli.engine.streets.network import Network

    Bools = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Homes:
    """Arrays over homes [h]: one for each building people live in.

    Attributes
    ----------
    ref : texts, the OSM reference (w123), `cell 17` of a population grid, or `line 17` of the committee's list.
    name, address : texts, empty where not known.
    lon, lat : float64, the door: an entrance of the outline, else the middle of its front to the nearest street; degrees.
    residents, dwellings : float64.
    residents_65, residents_0_6, residents_disabled : float64, nan where nobody said.
    levels, floor_area_m2 : float64; nan for homes that are no building of the map.
    levels_known : bool, from the map itself and not assumed.
    basis : uint8, a `Basis`: what `residents` rests on.
    door : where the door meets the street; `door.edge` is -1 where no street is near.
    status : uint8, MEASURED, ISLAND (its street hangs together with no other) or NO_STREET; of the last two no walk is told.
    outline : for the map; empty for homes that are no building of it.
    """

    MEASURED: ClassVar[int] = 0
    ISLAND: ClassVar[int] = 1
    NO_STREET: ClassVar[int] = 2
    TABLES: ClassVar[dict[str, type]] = {
        "ref": Strings, "name": Strings, "address": Strings, "door": Snap, "outline": Outlines,
    }  # fmt: skip

    ref: Strings
    name: Strings
    address: Strings
    lon: Floats
    lat: Floats
    residents: Floats
    dwellings: Floats
    residents_65: Floats
    residents_0_6: Floats
    residents_disabled: Floats
    levels: Floats
    floor_area_m2: Floats
    levels_known: Bools
    basis: Bytes
    door: Snap
    status: Bytes
    outline: Outlines

    def __len__(self) -> int:
        return len(self.lon)


def build_homes(
    buildings: Buildings,
    people: People,
    *,
    inside: Bools,
    nodes: Iterable[TaggedNode],
    network: Network,
    streets: Streets,
    boundary: shapely.Geometry,
) -> Homes:
    """Make the homes of the place: its buildings (`inside`: bool [n]) and the lines of the committee's list that are none."""
    chosen = np.flatnonzero(inside)
    shapes = buildings.geometry[chosen]
    lon, lat = _doors(shapes, nodes=nodes, streets=streets)
    lon = np.where(np.isnan(lon), buildings.lon[chosen], lon)
    lat = np.where(np.isnan(lat), buildings.lat[chosen], lat)
    extra = [row for row in people.extra if shapely.contains_xy(boundary, row.position.lon, row.position.lat)]
    features = [buildings.feature[index] for index in chosen]
    nan = np.full(len(extra), np.nan)
    household = people.household_size

    def joined(column: Floats, more: Floats) -> Floats:
        return np.concatenate((column[chosen], more))

    residents = np.array(
        [r.dwellings * household if np.isnan(r.residents) else r.residents for r in extra], float
    )
    dwellings = np.array(
        [r.residents / household if np.isnan(r.dwellings) else r.dwellings for r in extra], float
    )
    lon = np.concatenate((lon, [row.position.lon for row in extra]))
    lat = np.concatenate((lat, [row.position.lat for row in extra]))
    door = snap(network, lon, lat)
    return Homes(
        ref=Strings.of([*(f"{f.osm_type}{f.osm_id}" for f in features), *(f"line {r.line}" for r in extra)]),
        name=Strings.of([*(name_of(f.tags) for f in features), *(row.name for row in extra)]),
        address=Strings.of([*(address_of(f.tags) for f in features), *("" for _ in extra)]),
        lon=lon,
        lat=lat,
        residents=joined(people.residents, residents),
        dwellings=joined(people.dwellings, dwellings),
        **{
            group: joined(people.groups[group], np.array([getattr(row, group) for row in extra], float))
            for group in GROUPS
        },
        levels=joined(buildings.levels, nan),
        floor_area_m2=joined(buildings.floor_area_m2, nan),
        levels_known=np.concatenate((buildings.levels_known[chosen], np.zeros(len(extra), bool))),
        basis=np.concatenate((people.basis[chosen], np.full(len(extra), Basis.REGISTER, np.uint8))),
        door=door,
        status=status_of(door),
        outline=Outlines.of(np.concatenate((shapes, [shapely.Point()] * len(extra)))),
    )


def homes_of_cells(grid: Grid, *, inside: Bools, network: Network, household_size: float) -> Homes:
    """Make a home of each inhabited cell of the place (`inside`: bool [c]): its centre stands for the doors in it."""
    cell = np.flatnonzero(inside & (grid.people > 0))
    lon, lat, residents = grid.lon[cell], grid.lat[cell], grid.people[cell]
    door = snap(network, lon, lat, max_leg_m=max(200.0, grid.reach_m))
    nan, empty = np.full(len(cell), np.nan), Strings.of([""] * len(cell))
    return Homes(
        ref=Strings.of(f"cell {index}" for index in cell),
        name=empty,
        address=empty,
        lon=lon,
        lat=lat,
        residents=residents,
        dwellings=residents / household_size,
        **{group: grid.groups[group][cell] if group in grid.groups else nan for group in GROUPS},
        levels=nan,
        floor_area_m2=nan,
        levels_known=np.zeros(len(cell), bool),
        basis=np.full(len(cell), Basis.GRID, np.uint8),
        door=door,
        status=status_of(door),
        outline=Outlines.of(np.full(len(cell), shapely.Point(), object)),
    )


def status_of(door: Snap) -> Bytes:
    """Say of each door whether walks from it can be told."""
    status = np.where(door.island > 0, Homes.ISLAND, Homes.MEASURED)
    return np.where(door.edge < 0, Homes.NO_STREET, status).astype(np.uint8)


def _doors(
    shapes: NDArray[np.object_], *, nodes: Iterable[TaggedNode], streets: Streets
) -> tuple[Floats, Floats]:
    """Find the door of each building: lon, lat; nan where no street is near.

    Entrances that residents use come first; of several alike the one nearest to a street. Without any it is the middle of
    the front.
    """
    flat = streets.flat(shapes)
    lon, lat = streets.facade_points(streets.outlines(shapes), shapely.centroid(flat))
    ranks = homes_table()["doors"]["entrance"]
    entrances = DoorNodes.of_entrances(nodes, ranks=ranks)
    shape, node = entrances.on(shapes)
    leg_m = streets.distance_m(entrances.lon, entrances.lat)
    shape, node = pick(shape, node, rank=entrances.rank, leg_m=leg_m[node])
    lon[shape], lat[shape] = entrances.lon[node], entrances.lat[node]
    return lon, lat
