"""Grids as somebody draws or brings them, and what must be true before they count. Nothing here writes."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.geometry import shape

from linli.desk.places.imports import (
    Faults,
    as_geojson,
    checked_datum,
    outline,
    read_table,
)
from linli.desk.places.models import Grid
from linli.desk.places.queries import grid_numbers, grids_of, place_of
from linli.desk.places.shaping import apart, flat, gaps_of, plane_of
from linli.desk.places.suggest import dwellings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.desk.places.models import Community
    from linli.engine.streets.place import Place

COLUMNS = {
    "number": ("no", "grid", "网格号", "编号", "序号", "网格编号"),
    "code": ("gridcode", "网格代码", "网格编码", "编码", "代码"),
    "name_zh": ("name", "名称", "网格名称", "中文名", "name:zh"),
    "name_en": ("英文名", "name:en"),
    "phone": ("tel", "telephone", "电话", "监督电话", "联系电话"),
}
MOST_GRIDS = 500
_SHOWN = 20
_HAN = re.compile(r"[\u3400-\u9fff]")
_CODE = re.compile(r"\d{15}\Z")


@dataclass(frozen=True)
class Drawn:
    """A grid as it is drawn: `area` in degrees; `line` is the feature or line it came from."""

    number: int
    code: str
    name_zh: str
    name_en: str
    phone: str
    area: shapely.Geometry
    line: int = 0

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.name_zh or self.name_en or _("grid {number}").format(number=self.number)

    def feature(self) -> dict[str, Any]:
        """Write it as a GeoJSON feature."""
        names = ("number", "code", "name_zh", "name_en", "phone")
        return {
            "type": "Feature",
            "properties": {name: getattr(self, name) for name in names},
            "geometry": as_geojson(self.area),
        }

    def put_into(self, grid: Grid) -> None:
        """Have the row say what this says."""
        grid.code, grid.name_zh, grid.name_en, grid.phone = self.code, self.name_zh, self.name_en, self.phone
        grid.boundary = as_geojson(self.area)
        grid.west, grid.south, grid.east, grid.north = shape(grid.boundary).bounds

    def says_what(self, grid: Grid) -> bool:
        """Whether the row says the same already."""
        same = all(
            getattr(self, name) == getattr(grid, name) for name in ("code", "name_zh", "name_en", "phone")
        )
        return same and shapely.equals(shapely.normalize(self.area), shapely.normalize(shape(grid.boundary)))


@dataclass(frozen=True)
class GridRow:
    """One line of a preview."""

    drawn: Drawn
    change: str  # new, changed or same
    homes: int
    households: int
    area_m2: float


@dataclass(frozen=True)
class GridPreview:
    """What grids would change, and what is wrong with them."""

    drawn: list[Drawn]
    rows: list[GridRow]
    retired: list[Grid]
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    homes_left_out: int = 0
    # What of the place no grid covers, for the map.
    gaps: shapely.Geometry | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether all of it is in force already."""
        return not self.retired and all(row.change == "same" for row in self.rows)


def written(grid: Grid) -> Drawn:
    """Take a grid that is in force as drawn."""
    return Drawn(
        number=grid.number,
        code=grid.code,
        name_zh=grid.name_zh,
        name_en=grid.name_en,
        phone=grid.phone,
        area=shape(grid.boundary),
        line=grid.number,
    )


def collection(drawn: Sequence[Drawn]) -> dict[str, Any]:
    """Write grids as a GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": [one.feature() for one in drawn]}


def renumbered(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Put grids in the order of their numbers."""
    return sorted(drawn, key=lambda one: one.number)


def read_drawn(
    geojson: bytes | dict[str, Any], *, datum: str, present: Sequence[Grid], name: str = "grids.geojson"
) -> list[Drawn]:
    """Read grids; one without a number is the one of that code or name that is there, or gets the next free number.

    Raises
    ------
    UnusableListError
        With every fault of the file.
    """
    declared = checked_datum(datum)
    if isinstance(geojson, dict) and geojson.get("features") == []:
        return []
    data = geojson if isinstance(geojson, bytes) else json.dumps(geojson).encode()
    lines = read_table(data, name=name, columns=COLUMNS)
    faults = Faults.of(lines)
    if len(lines) > MOST_GRIDS:
        faults.add(
            0,
            _("There are more than {count} grids").format(count=MOST_GRIDS),
            _("Check that this is the list of grids."),
        )
        faults.raise_if_any()
    by_code = {grid.code: grid.number for grid in present if grid.code}
    by_name = {text: grid.number for grid in present for text in (grid.name_zh, grid.name_en) if text}
    read: list[tuple[int | None, Drawn]] = []
    for line in lines:
        area = outline(line, datum=declared, faults=faults)
        if line["code"] and not _CODE.match(line["code"]):
            faults.add(
                line.number,
                _("The code “{code}” does not have 15 digits").format(code=line["code"]),
                _("Correct it, or leave it empty."),
            )
        number = _number(line["number"])
        if line["number"] and number is None:
            faults.add(
                line.number,
                _("“{number}” is no number of a grid").format(number=line["number"]),
                _("Give whole numbers from 1 on, or leave the column out."),
            )
        for column in ("name_zh", "name_en", "phone"):
            longest = 40 if column == "phone" else 100
            if len(line[column]) > longest:
                faults.add(
                    line.number,
                    _("A text is too long"),
                    _("Give at most {count} letters.").format(count=longest),
                )
        if area is None:
            continue
        known = (
            number
            or by_code.get(line["code"])
            or by_name.get(line["name_zh"])
            or by_name.get(line["name_en"])
        )
        name_zh, name_en = _names(line["name_zh"], line["name_en"])
        read.append((known, Drawn(0, line["code"], name_zh, name_en, line["phone"], area, line.number)))
    _check_twice(read, faults)
    faults.raise_if_any()
    taken = {number for number, _one in read if number} | {grid.number for grid in present}
    numbered = []
    for number, one in read:
        given = number or next(free for free in range(1, len(taken) + len(read) + 2) if free not in taken)
        taken.add(given)
        numbered.append(dataclasses.replace(one, number=given))
    return renumbered(numbered)


def _names(name_zh: str, name_en: str) -> tuple[str, str]:
    """A column that says only “name” may hold either language."""
    return ("", name_zh) if name_zh and not name_en and not _HAN.search(name_zh) else (name_zh, name_en)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) == int(text) else None


def _check_twice(read: list[tuple[int | None, Drawn]], faults: Faults) -> None:
    numbers: dict[int, int] = {}
    codes: dict[str, int] = {}
    for number, one in read:
        if number and number in numbers:
            faults.add(
                one.line,
                _("Grid {number} is there twice (see {line})").format(number=number, line=numbers[number]),
                _("Give each its own number, or join them to one MultiPolygon."),
            )
        if one.code and one.code in codes:
            faults.add(
                one.line,
                _("The code {code} is there twice (see {line})").format(code=one.code, line=codes[one.code]),
                _("Give each grid its own code."),
            )
        if number:
            numbers.setdefault(number, one.line)
        if one.code:
            codes.setdefault(one.code, one.line)


def check(community: Community, drawn: Sequence[Drawn]) -> GridPreview:
    """Compare drawn grids with those in force, with each other and with the homes of the place."""
    place = place_of(community)
    trimmed, errors = apart(list(drawn))
    if not drawn:
        errors = [_("There is no grid yet. Draw one, import them or have them suggested.")]
    homes: np.ndarray[Any, Any] = np.zeros(len(trimmed), np.int64)
    households: np.ndarray[Any, Any] = np.zeros(len(trimmed))
    warnings: list[str] = []
    left_out, gaps = 0, None
    if place is not None and trimmed:
        errors += _far_away(trimmed, place)
        numbers = grid_numbers(place, [one.area for one in trimmed])
        inside = numbers >= 0
        homes = np.bincount(numbers[inside], minlength=len(trimmed))
        households = np.bincount(numbers[inside], weights=dwellings_of(place)[inside], minlength=len(trimmed))
        left_out = int(np.count_nonzero(~inside))
        if left_out:
            errors.append(
                ngettext(
                    "{count} home lies in no grid. Extend a grid over it, or fill the gaps.",
                    "{count} homes lie in no grid. Extend grids over them, or fill the gaps.",
                    left_out,
                ).format(count=left_out)
            )
        gaps = gaps_of(trimmed, place.boundary)
        if gaps is not None and not left_out:
            warnings.append(
                _(
                    "Part of the place lies in no grid: matters from there wait at the desk. You can fill the gaps."
                )
            )
    present = {grid.number: grid for grid in grids_of(community)}
    plane = plane_of([one.area for one in trimmed])
    rows = [
        GridRow(
            drawn=one,
            change="new"
            if one.number not in present
            else "same"
            if one.says_what(present[one.number])
            else "changed",
            homes=int(homes[index]),
            households=round(float(households[index])),
            area_m2=flat(one.area, plane).area,
        )
        for index, one in enumerate(trimmed)
    ]
    retired = [grid for number, grid in present.items() if number not in {one.number for one in trimmed}]
    return GridPreview(
        drawn=trimmed,
        rows=rows,
        retired=retired,
        errors=errors,
        warnings=warnings,
        homes_left_out=left_out,
        gaps=gaps,
    )


def _far_away(drawn: list[Drawn], place: Place) -> list[str]:
    outside = [one.name for one in drawn if not one.area.intersects(place.boundary)]
    if not outside:
        return []
    return [
        _("{names}: lies wholly outside the place. Is the system of coordinates the right one?").format(
            names="、".join(outside[:_SHOWN])
        )
    ]
