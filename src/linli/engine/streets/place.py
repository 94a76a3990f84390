"""A place, whole: its streets, its homes and its facilities, built from a map file and kept as one file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from linli import __version__
from linli.engine.errors import InputError
from linli.engine.streets import population as people_of
from linli.engine.streets.assumptions import load_assumptions
from linli.engine.streets.backdrop import Backdrop, find_backdrop
from linli.engine.streets.buildings import find_homes
from linli.engine.streets.datumcheck import better_datum
from linli.engine.streets.doors import Streets
from linli.engine.streets.extract import Extract, read_extract
from linli.engine.streets.facilities import Facilities, find_facilities
from linli.engine.streets.homes import Homes, build_homes, homes_of_cells
from linli.engine.streets.kinds import Kind, load_kinds
from linli.engine.streets.network import Network, build_network
from linli.engine.streets.packing import packed, unpacked
from linli.engine.streets.progress import Progress, silent
from linli.engine.streets.register import read_facilities, read_homes
from linli.engine.streets.store import load_arrays, save_arrays

if TYPE_CHECKING:
    from linli.engine.streets.buildings import Buildings
    from linli.engine.streets.register import FacilityRegister, HomeRegister

_KIND = "place"
_FORMAT = 1  # of the file; another number is not read
_GRID_MARGIN_DEGREES = 0.02  # cells beyond the boundary may reach into it


@dataclass(frozen=True)
class Place:
    """What Linli knows of a place.

    Attributes
    ----------
    kinds : the kinds of facility, in the order of every `kind` index.
    boundary : Polygon or MultiPolygon, degrees; homes lie inside it, streets and facilities also in the margin around it.
    meta : JSON-able: `name`, `attribution`, `source` (file, sha256, timestamp), `margin_m`, `fingerprint`, `assumptions` (a list
        of values with unit and evidence, those that entered these numbers), `typical_levels`, `population` (basis, and the
        people a grid has where there is no home), `register`, `warnings` (texts for a person).
    """

    network: Network
    homes: Homes
    facilities: Facilities
    backdrop: Backdrop
    kinds: tuple[Kind, ...]
    boundary: shapely.Geometry
    meta: dict[str, Any]

    @property
    def name(self) -> str:
        """What the place is called."""
        return str(self.meta["name"])

    def save(self, path: Path) -> None:
        """Write the place as one file, whole or not at all."""
        network_meta, network = self.network.to_arrays()
        arrays = {f"network.{name}": array for name, array in network.items()}
        for prefix in ("homes", "facilities", "backdrop"):
            arrays |= packed(getattr(self, prefix), prefix)
        arrays["boundary"] = np.frombuffer(shapely.to_wkb(self.boundary), np.uint8)
        meta = {
            **self.meta,
            "format": _FORMAT,
            "kinds": [kind.key for kind in self.kinds],
            "network": network_meta,
        }
        save_arrays(path, kind=_KIND, meta=meta, arrays=arrays)

    @classmethod
    def load(cls, path: Path) -> Place:
        """Open a place that `save` wrote, memory-mapped.

        Raises
        ------
        InputError
            The file is missing, damaged, foreign, or of another version of Linli.
        """
        meta, arrays = load_arrays(path, kind=_KIND)
        kinds = load_kinds()
        if meta.pop("format", None) != _FORMAT or meta.pop("kinds") != list(kinds):
            raise InputError(f"{path}: is of another version of Linli; build it again from the map file")
        prefix = "network."
        network = {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
        return cls(
            network=Network.from_arrays(meta.pop("network"), network),
            homes=unpacked(Homes, "homes", arrays),
            facilities=unpacked(Facilities, "facilities", arrays),
            backdrop=unpacked(Backdrop, "backdrop", arrays),
            kinds=tuple(kinds.values()),
            boundary=shapely.from_wkb(arrays["boundary"].tobytes()),
            meta=meta,
        )


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a place is built from.

    Attributes
    ----------
    path : the map file, `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    boundary : as `read_extract` takes it.
    register, homes_register : the committee's lists of facilities and of homes.
    register_crs : datum of lines of both lists, and of a CSV `population`, that name none: wgs84, gcj02 or bd09.
    population : a CSV of cell centres (`lon,lat,population[,crs]`) or a raster of people per cell.
    elevation : heights of the ground.
    name : what to call the place.
    margin_m : how far beyond the boundary streets and facilities are kept.
    """

    path: Path
    boundary: str | None = None
    register: Path | None = None
    homes_register: Path | None = None
    register_crs: str | None = None
    population: Path | None = None
    elevation: Path | None = None
    name: str | None = None
    margin_m: float = 2500.0

    def fingerprint(self) -> str:
        """Hash the content of all files, the options, and Linli's own code and tables: the same hash is the same place.

        Raises
        ------
        InputError
            A file is missing or cannot be read.
        """
        boundary_file = Path(self.boundary) if self.boundary and len(self.boundary) < 200 else None
        if boundary_file is not None and not boundary_file.is_file():
            boundary_file = None
        files = (
            self.path,
            boundary_file,
            self.register,
            self.homes_register,
            self.population,
            self.elevation,
        )
        own = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".py", ".toml"})
        options = (self.boundary, self.register_crs, self.name, self.margin_m)
        parts = [
            _FORMAT,
            __version__,
            *map(_digest, own),
            *(file and _digest(file) for file in files),
            *options,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def build_place(
    path: Path,
    *,
    boundary: str | None = None,
    register: Path | None = None,
    population: Path | None = None,
    homes_register: Path | None = None,
    elevation: Path | None = None,
    register_crs: str | None = None,
    name: str | None = None,
    margin_m: float = 2500.0,
    progress: Progress | None = None,
) -> Place:
    """Build a place from a map file and what else is known of it; parameters as in `Inputs`.

    Raises
    ------
    InputError
        An input cannot be used; the message says which, why, and what to do. Nothing is written.
    """
    inputs = Inputs(
        path=path, boundary=boundary, register=register, homes_register=homes_register, register_crs=register_crs,
        population=population, elevation=elevation, name=name, margin_m=margin_m,
    )  # fmt: skip
    return build(inputs, progress=progress)


def build(inputs: Inputs, *, progress: Progress | None = None) -> Place:
    """Build a place; as `build_place`."""
    report = progress or silent
    fingerprint = inputs.fingerprint()
    extract = read_extract(inputs.path, boundary=inputs.boundary, margin_m=inputs.margin_m, progress=progress)
    bounds = extract.boundary.bounds
    # The lists are read before the long work, so that a slip in one is told at once.
    register = (
        read_facilities(inputs.register, crs=inputs.register_crs, near=bounds) if inputs.register else None
    )
    lived_in = (
        read_homes(inputs.homes_register, crs=inputs.register_crs, near=bounds)
        if inputs.homes_register
        else None
    )
    network = build_network(extract, elevation=inputs.elevation, progress=progress)
    report("find homes and facilities", 0.0)
    streets = Streets.of(network)
    homes, told = _homes(inputs, extract, lived_in, network=network, streets=streets)
    report("find homes and facilities", 0.4)
    residents = float(homes.residents.sum())
    facilities = find_facilities(extract, network, streets=streets, residents=residents, register=register)
    report("find homes and facilities", 0.9)
    place = Place(
        network=network,
        homes=homes,
        facilities=facilities,
        backdrop=find_backdrop(extract.features, homes=frozenset(homes.ref)),
        kinds=tuple(load_kinds().values()),
        boundary=extract.boundary,
        meta={
            "name": inputs.name or _name(inputs),
            "attribution": extract.source["attribution"],
            "source": extract.source,
            "margin_m": extract.margin_m,
            "fingerprint": fingerprint,
            "register": None if register is None else register.path.name,
            "warnings": _warnings(register, extract, network),
            **told,
        },
    )
    report("find homes and facilities", 1.0)
    return place


def _warnings(register: FacilityRegister | None, extract: Extract, network: Network) -> list[str]:
    """Say what looks wrong with the inputs and was used all the same."""
    placed = [row.position for row in register.rows if row.position.given] if register else []
    if register is None or not placed:
        return []
    better = better_datum(
        np.array([position.lon for position in placed]),
        np.array([position.lat for position in placed]),
        declared=[position.datum for position in placed],
        buildings=np.array([f.geometry for f in extract.features if "building" in f.tags], dtype=object),
        plane=network.plane,
    )
    if better is None:
        return []
    datum, share, declared = better
    return [
        (
            f"{register.path.name}: as {datum} {share:.0%} of its positions lie at a building, as declared {declared:.0%};"
            " is its datum right?"
        )
    ]


def _name(inputs: Inputs) -> str:
    boundary = inputs.boundary or ""
    is_name = boundary and "," not in boundary and not boundary.lower().endswith((".geojson", ".json"))
    if is_name and not (boundary[0] == "r" and boundary[1:].isdecimal()):
        return boundary
    return inputs.path.name.split(".")[0].replace("_", " ")


def _homes(
    inputs: Inputs, extract: Extract, register: HomeRegister | None, *, network: Network, streets: Streets
) -> tuple[Homes, dict[str, Any]]:
    """Find the homes and their people, and tell what was assumed of them."""
    west, south, east, north = extract.boundary.bounds
    margin = _GRID_MARGIN_DEGREES
    box = (west - margin, south - margin, east + margin, north + margin)
    grid = (
        people_of.read_grid(inputs.population, box=box, crs=inputs.register_crs)
        if inputs.population
        else None
    )
    listed = frozenset(row.position.osm for row in register.rows) - {""} if register else frozenset()
    buildings = find_homes(extract.features, plane=network.plane, listed=listed)
    people = people_of.settle(buildings, plane=network.plane, register=register, grid=grid)
    told: dict[str, Any] = {
        "grid": None,
        "cells_are_homes": False,
        "unplaced_people": 0.0,
        "unplaced_cells": 0,
    }
    if grid is not None:
        cells = shapely.contains_xy(extract.boundary, grid.lon, grid.lat)
        told["grid"] = grid.name
        if people_of.cells_must_stand_for_homes(grid, people, inside=cells):
            homes = homes_of_cells(grid, inside=cells, network=network, household_size=people.household_size)
            told["cells_are_homes"] = True
            return homes, _told(told, homes, None)
        told["unplaced_people"], told["unplaced_cells"] = people_of.unplaced(grid, people, inside=cells)
    homes = build_homes(
        buildings,
        people,
        inside=shapely.contains_xy(extract.boundary, buildings.lon, buildings.lat),
        nodes=extract.street_nodes.values(),
        network=network,
        streets=streets,
        boundary=extract.boundary,
    )
    return homes, _told(told, homes, buildings)


def _told(told: dict[str, Any], homes: Homes, buildings: Buildings | None) -> dict[str, Any]:
    """Say what the number of residents rests on, and which assumptions entered it.

    `buildings` is None where the cells of a grid stand for homes.
    """
    by_basis = {
        basis.name.lower(): {
            "homes": int((homes.basis == basis).sum()),
            "residents": float(homes.residents[homes.basis == basis].sum()),
        }
        for basis in people_of.Basis
    }
    entered = {"household_size"} if len(homes) else set()
    typical = {} if buildings is None else buildings.typical_levels
    if buildings is not None and len(homes):
        entered |= {"smallest_home_m2", "largest_home_m2", "mixed_use_levels", "storey_height_m"}
    if by_basis["floor_area"]["homes"]:
        entered.add("m2_per_resident")
    if typical:
        entered.add("typical_levels_sample")
    return {
        "population": {**told, "by_basis": by_basis},
        "typical_levels": {
            value: {"levels": levels, "sample": sample} for value, (levels, sample) in typical.items()
        },
        "assumptions": [a.as_dict() for key, a in load_assumptions().items() if key in entered],
    }
