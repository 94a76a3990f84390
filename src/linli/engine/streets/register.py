"""The committee's own lists: its facilities, and who lives in which house. They win over what the map file says.

**Facilities**: columns `kind`, `name`, `lon`, `lat` and, if known, `crs`, `address`, `hours`, `step_free`, `status`, `osm`.
A line whose status (or name) is `none` and which has no position says that the kind was looked for and that there is none
here; a line whose status is `closed` takes a place off the map.

**Homes**: `osm` (w123) or `lon` and `lat`, then any of `dwellings`, `residents`, `residents_65`, `residents_0_6`,
`residents_disabled`, `name`, `address`. Lines of one house add up.

Positions are turned into WGS-84 from the datum of the line's `crs` or of the option; in China one of them must be there.
A list with any bad line is not used at all.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.errors import InputError
from linli.engine.streets.csvtable import Faults, Row, Table, fold, read_table, words
from linli.engine.streets.datum import DATUMS, Datum, in_china_box, to_wgs84
from linli.engine.streets.kinds import kind_names

if TYPE_CHECKING:
    from pathlib import Path

Box = tuple[float, float, float, float]
_PLACE = frozenset(("lon", "lat", "crs", "osm", "name", "address"))
_FACILITY = _PLACE | {"kind", "hours", "step_free", "status"}
GROUPS = ("residents_65", "residents_0_6", "residents_disabled")
_HOME = _PLACE | {"dwellings", "residents", *GROUPS}
_FAR_DEGREES = 0.3  # some 30 km: further from the place than this is a slip of the pen, not a facility
_OSM = re.compile(r"(?:(node|way|relation|n|w|r)[/ ]?)?(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a line says its place is: WGS-84 degrees (nan when it gives none) and an OSM reference ("" likewise).

    `datum` is what the degrees were written in.
    """

    lon: float
    lat: float
    osm: str
    datum: Datum = "wgs84"

    @property
    def given(self) -> bool:
        """Whether there are coordinates."""
        return not math.isnan(self.lon)


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """One facility of the committee's list. `step_free`: True, False, or None where nobody looked."""

    line: int
    kind: str
    name: str
    position: Position
    address: str = ""
    hours: str = ""
    step_free: bool | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class FacilityRegister:
    """The committee's list of facilities: `rows`, the kinds it declares absent, and where it came from."""

    path: Path
    rows: tuple[FacilityRow, ...]
    none_of: frozenset[str]

    @property
    def surveyed(self) -> frozenset[str]:
        """Kinds that the committee has looked for."""
        return self.none_of | {row.kind for row in self.rows}


@dataclass(frozen=True, slots=True)
class HomeRow:
    """Who lives in one house or stairway; nan where the list does not say."""

    line: int
    position: Position
    name: str
    dwellings: float
    residents: float
    residents_65: float
    residents_0_6: float
    residents_disabled: float


@dataclass(frozen=True, slots=True)
class HomeRegister:
    """The committee's list of homes, and where it came from."""

    path: Path
    rows: tuple[HomeRow, ...]


def read_facilities(path: Path, *, crs: str | None = None, near: Box | None = None) -> FacilityRegister:
    """Read the committee's list of facilities.

    Parameters
    ----------
    crs
        Datum of lines without one of their own: wgs84, gcj02 or bd09.
    near
        West, south, east, north of the place; a position far outside it is a fault.

    Raises
    ------
    InputError
        The file cannot be used: one line `FILE:LINE: fault; remedy` for each bad line, in the order of the file.
    """
    table = read_table(
        path, known=_FACILITY, needed=(frozenset(("kind",)), frozenset(("lon", "osm", "status")))
    )
    faults = Faults(path)
    positions = read_positions(table, faults=faults, crs=crs, near=near)
    rows: list[FacilityRow] = []
    none_of: dict[str, int] = {}
    for row, position in zip(table.rows, positions, strict=True):
        kind = _kind(row, faults)
        status = _status(row, position, faults)
        if status == "none":
            none_of.setdefault(kind, row.line)
            continue
        if not position.given and not position.osm and not (status == "closed" and row["name"]):
            faults.add(row.line, "has no position; give lon and lat, or the osm reference (like w123)")
        facility = FacilityRow(
            line=row.line,
            kind=kind,
            name=row["name"],
            position=position,
            address=row["address"],
            hours=row["hours"],
            step_free=_yes_no(row, "step_free", faults),
            closed=status == "closed",
        )
        rows.append(facility)
    there = {row.kind: row.line for row in rows if not row.closed}
    for kind, line in none_of.items():
        if kind and kind in there:
            faults.add(
                line, f"says there is no {kind}, but line {there[kind]} lists one; take one of the two out"
            )
    faults.raise_if_any()
    return FacilityRegister(path, tuple(rows), frozenset(none_of))


def read_homes(path: Path, *, crs: str | None = None, near: Box | None = None) -> HomeRegister:
    """Read the committee's list of homes; parameters and errors as in `read_facilities`."""
    table = read_table(
        path,
        known=_HOME,
        needed=(frozenset(("lon", "osm")), frozenset(("dwellings", "residents"))),
    )
    faults = Faults(path)
    positions = read_positions(table, faults=faults, crs=crs, near=near)
    rows = []
    for row, position in zip(table.rows, positions, strict=True):
        if not position.given and not position.osm:
            faults.add(row.line, "has no position; give lon and lat, or the osm reference (like w123)")
        dwellings = row.number("dwellings", faults)
        residents = row.number("residents", faults)
        groups = {group: row.number(group, faults) for group in GROUPS}
        for group, people in groups.items():
            if people > residents:
                faults.add(
                    row.line, f"{group} is {people:g}, more than the {residents:g} residents; correct one"
                )
        if not row["dwellings"] and not row["residents"]:
            faults.add(row.line, "says neither dwellings nor residents; give one (0 where nobody lives)")
        name = row["name"] or row["address"]
        rows.append(HomeRow(row.line, position, name, dwellings, residents, **groups))
    faults.raise_if_any()
    return HomeRegister(path, tuple(rows))


def _kind(row: Row, faults: Faults) -> str:
    names = kind_names()
    written = row["kind"]
    kind = names.get(written.casefold()) or names.get(fold(written))
    if kind is None:
        near = difflib.get_close_matches(written.casefold(), names, n=3, cutoff=0.4)
        near += [
            name for name in names if written and (written in name or name in written) and name not in near
        ]
        hint = (
            f"did you mean {'、'.join(near[:3])}?"
            if near
            else "write one of docs/register.md, like 社区食堂 or canteen"
        )
        faults.add(row.line, f"kind “{written}” is not known; {hint}" if written else f"has no kind; {hint}")
    return kind or ""


def _status(row: Row, position: Position, faults: Faults) -> str:
    """Tell open, closed or none."""
    meanings = words()["words"]
    written = fold(row["status"])
    status = meanings.get(written, "") if written else "open"
    if status not in {"open", "closed", "none"}:
        faults.add(row.line, f"status “{row['status']}” is not known; write open, closed or none")
        return "open"
    placed = position.given or position.osm
    if status == "open" and not placed and meanings.get(fold(row["name"])) == "none":
        return "none"
    if status == "none" and placed:
        faults.add(row.line, "says none but has a position; leave the position out, or write closed")
    return status


def _yes_no(row: Row, column: str, faults: Faults) -> bool | None:
    if not row[column]:
        return None
    meaning = words()["words"].get(fold(row[column]))
    if meaning in {"yes", "no", "none"}:
        return meaning == "yes"
    faults.add(row.line, f"{column} is “{row[column]}”; write yes or no, or leave it empty")
    return None


def parse_datum(text: str) -> Datum | None:
    """Understand `wgs84`, `gcj02`, `bd09` and their everyday names (高德, 百度…); None when it is none of them."""
    meaning = words()["datums"].get(fold(text))
    return meaning if meaning in DATUMS else None


def read_positions(
    table: Table, *, faults: Faults, crs: str | None = None, near: Box | None = None
) -> list[Position]:
    """Read the position of every row, noting faults; parameters as in `read_facilities`."""
    default = parse_datum(crs) if crs else None
    if crs and default is None:
        raise InputError(f"register crs “{crs}”: is not known; give wgs84, gcj02 (高德, 腾讯) or bd09 (百度)")
    return [_position(row, faults=faults, default=default, near=near) for row in table.rows]


def _position(row: Row, *, faults: Faults, default: Datum | None, near: Box | None) -> Position:
    nowhere = math.nan
    osm = _osm_ref(row, faults)
    if bool(row["lon"]) != bool(row["lat"]):
        faults.add(row.line, f"has no {'lat' if row['lon'] else 'lon'}; give both lon and lat")
        return Position(nowhere, nowhere, osm)
    lon = row.number("lon", faults, low=-180, high=180)
    lat = row.number("lat", faults, low=-180, high=180)
    if math.isnan(lon) or math.isnan(lat):
        return Position(nowhere, nowhere, osm)
    if near and _outside(lon, lat, near) > _FAR_DEGREES >= _outside(lat, lon, near):
        faults.add(row.line, f"lon {lon:g} and lat {lat:g} are the wrong way round; swap them")
        return Position(nowhere, nowhere, osm)
    if abs(lat) > 90:
        faults.add(row.line, f"lat is {lat:g}, not between -90 and 90; correct it (lon and lat swapped?)")
        return Position(nowhere, nowhere, osm)
    datum = parse_datum(row["crs"]) if row["crs"] else default
    if row["crs"] and datum is None:
        faults.add(
            row.line, f"crs “{row['crs']}” is not known; write wgs84, gcj02 (高德, 腾讯) or bd09 (百度)"
        )
    elif datum is None and bool(in_china_box(np.array(lon), np.array(lat))):
        faults.add(
            row.line,
            "has no datum, and maps in China use several that lie 500 m apart; add a crs column, or --register-crs,"
            " with wgs84 (GPS, OSM), gcj02 (高德, 腾讯) or bd09 (百度)",
        )
    x, y = to_wgs84(np.array(lon), np.array(lat), datum=datum or "wgs84")
    if near and _outside(float(x), float(y), near) > _FAR_DEGREES:
        faults.add(row.line, f"lies at {lon:g},{lat:g}, far from the place; check lon, lat and crs")
    return Position(float(x), float(y), osm, datum or "wgs84")


def _outside(lon: float, lat: float, box: Box) -> float:
    """How far outside a box a point is, degrees; 0 inside."""
    west, south, east, north = box
    return max(west - lon, lon - east, south - lat, lat - north, 0.0)


def _osm_ref(row: Row, faults: Faults) -> str:
    if not row["osm"]:
        return ""
    match = _OSM.fullmatch(row["osm"].strip())
    if match is None:
        faults.add(row.line, f"osm is “{row['osm']}”; write n, w or r and the number, like w123456")
        return ""
    return f"{(match[1] or 'w')[0].lower()}{match[2]}"
