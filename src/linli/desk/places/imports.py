"""Lists that people bring (CSV, XLSX, GeoJSON) → rows with their line numbers, and every fault of them in one go.

Nothing of a file with a fault is used. The datum of its coordinates is declared by whoever brings it, never guessed.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from linli.engine.streets.datum import DATUMS, Datum, to_wgs84

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

LARGEST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
# A spreadsheet is a packed folder: what it unpacks to is bounded too.
_LARGEST_UNPACKED = 200 * 1024 * 1024
_DIGITS = 7  # of a degree: a centimetre


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a list: the line (or feature) it is in, 0 for the whole of it; what it is; what to do."""

    line: int
    what: str
    remedy: str
    is_feature: bool = False

    def __str__(self) -> str:
        said = _("{what}. {remedy}").format(what=self.what, remedy=self.remedy)
        if not self.line:
            return said
        numbered = _("feature {line}: {said}") if self.is_feature else _("line {line}: {said}")
        return numbered.format(line=self.line, said=said)


class UnusableListError(ValueError):
    """A list cannot be used; `faults` says why, a fault a line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line)
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: its number in the file, its cells by the meaning of their column, its GeoJSON geometry if any."""

    number: int
    cells: Mapping[str, str]
    geometry: dict[str, Any] | None = None

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass
class Faults:
    """Faults as they are found; the first of a line stands, for others may only follow from it."""

    found: dict[int, Fault] = field(default_factory=dict)
    # What is counted is features of a GeoJSON file, not lines of a table.
    of_features: bool = False

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Faults:
        """Begin with none, for what was read."""
        return cls(of_features=any(line.geometry is not None for line in lines))

    def add(self, line: int, what: str, remedy: str) -> None:
        """Note a fault and its remedy."""
        self.found.setdefault(line, Fault(line, what, remedy, is_feature=self.of_features))

    def raise_if_any(self) -> None:
        """Raise UnusableListError with all of them, if there is any."""
        if self.found:
            raise UnusableListError(self.found.values())


def read_table(
    data: bytes, *, name: str, columns: Mapping[str, Iterable[str]], needed: Iterable[str] = ()
) -> list[Line]:
    """Read a list, whichever of the three formats it is in.

    Parameters
    ----------
    name
        What the file was called; tells a spreadsheet from text where the content does not.
    columns
        Meaning → the titles its column may have; spaces, case and what stands in brackets do not count. Others are ignored.
    needed
        Meanings without which the list is of no use.

    Raises
    ------
    UnusableListError
        The file is too large, of another kind or broken, or lacks a column.
    """
    if len(data) > LARGEST_BYTES:
        raise _whole(_("The file is larger than 10 MB"), _("Cut it into several lists."))
    titles = {_fold(title): meaning for meaning, words in columns.items() for title in (meaning, *words)}
    if data.startswith(b"PK\x03\x04"):
        lines = _from_records(_spreadsheet(data), titles, needed)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _whole(
            _("This is a spreadsheet of the old kind (.xls)"),
            _("Save it as .xlsx or as CSV, then try again."),
        )
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        lines = _features(data, titles)
    elif name.lower().endswith((".geojson", ".json")):
        raise _whole(_("This is not GeoJSON"), _("Export it as GeoJSON again."))
    else:
        lines = _from_records(_records(_text(data)), titles, needed)
    if len(lines) > MOST_ROWS:
        raise _whole(
            _("The list has more than {count} lines").format(count=MOST_ROWS), _("Cut it into several.")
        )
    if not lines:
        raise _whole(_("The list is empty"), _("Fill in at least one line below the titles."))
    return lines


def checked_datum(text: str) -> Datum:
    """Return the declared datum.

    Raises
    ------
    UnusableListError
        None, or none of those known, was declared.
    """
    found = next((datum for datum in DATUMS if datum == text), None)
    if found is None:
        raise _whole(
            _("Nobody said which system the coordinates are in"),
            _("Choose WGS-84, GCJ-02 or BD-09: ask whoever made the list."),
        )
    return found


def position(line: Line, *, datum: Datum, faults: Faults) -> tuple[float, float] | None:
    """Read a line's place as WGS-84 degrees: of its point, or of its `lon` and `lat`; None where that failed, noted in `faults`."""
    if line.geometry is not None:
        if line.geometry.get("type") != "Point":
            faults.add(line.number, _("This is not a point"), _("Give one point for each line."))
            return None
        numbers = (line.geometry.get("coordinates") or [None, None])[:2]
    else:
        numbers = [_number(line["lon"]), _number(line["lat"])]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        faults.add(
            line.number,
            _("There is no place"),
            _("Fill in longitude and latitude as numbers like 114.3055 and 30.5928."),
        )
        return None
    lon, lat = (float(number) for number in numbers)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        faults.add(
            line.number,
            _("{lon}, {lat} is no place on earth").format(lon=lon, lat=lat),
            _("Longitude comes first, then latitude."),
        )
        return None
    turned_lon, turned_lat = to_wgs84(np.array([lon]), np.array([lat]), datum=datum)
    return round(float(turned_lon[0]), _DIGITS), round(float(turned_lat[0]), _DIGITS)


def outline(line: Line, *, datum: Datum, faults: Faults) -> shapely.Geometry | None:
    """Read a feature's polygon as WGS-84 degrees; None where that failed, noted in `faults`."""
    kind = (line.geometry or {}).get("type")
    if kind not in {"Polygon", "MultiPolygon"}:
        faults.add(
            line.number,
            _("This is not an area but {kind}").format(kind=kind or _("nothing")),
            _("Give each grid as a Polygon or MultiPolygon."),
        )
        return None
    try:
        read = shape(line.geometry)
        degrees = shapely.get_coordinates(read)
    except (ValueError, TypeError, IndexError, AttributeError, shapely.errors.ShapelyError):
        faults.add(line.number, _("The outline is broken"), _("Draw or export this grid again."))
        return None
    if read.is_empty or not np.isfinite(degrees).all() or (np.abs(degrees) > (180, 90)).any():
        faults.add(
            line.number,
            _("The outline does not lie on earth"),
            _("Export it in degrees, longitude first, then latitude."),
        )
        return None
    turned = shapely.transform(
        shapely.force_2d(read), lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum=datum))
    )
    if not turned.is_valid:
        faults.add(
            line.number,
            _("The outline crosses or touches itself near {where}").format(where=_where(turned)),
            _("Draw this grid again without crossing lines."),
        )
        return None
    return turned


def _where(area: shapely.Geometry) -> str:
    """Say where an outline is wrong: the library's reason is in English, but holds the place."""
    found = re.search(r"\[(\S+) (\S+)\]", shapely.is_valid_reason(area))
    return ", ".join(f"{float(number):.6f}" for number in found.groups()) if found else "?"


def as_geojson(area: shapely.Geometry) -> dict[str, Any]:
    """Write an area as GeoJSON: rings the right way round, coordinates to the centimetre."""
    rounded = shapely.transform(shapely.orient_polygons(area), lambda xy: np.round(xy, _DIGITS))
    written: dict[str, Any] = json.loads(json.dumps(mapping(rounded)))
    return written


def _whole(what: str, remedy: str) -> UnusableListError:
    return UnusableListError([Fault(0, what, remedy)])


def _fold(text: str) -> str:
    return re.sub(r"[(（\[【].*$", "", re.sub(r"[\s_\ufeff*]+", "", text)).casefold()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        raise _whole(_("This is not a list"), _("Give a CSV, XLSX or GeoJSON file."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _whole(
        _("The letters of this file cannot be read"), _("Save it as “CSV UTF-8” or as .xlsx, then try again.")
    )


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, [cell.strip() for cell in record]
            line = reader.line_num + 1
    except csv.Error:
        raise UnusableListError(
            [Fault(line, _("This line is not CSV"), _("Check the quotation marks in it."))]
        ) from None


def _spreadsheet(data: bytes) -> Iterator[tuple[int, list[str]]]:
    import openpyxl  # noqa: PLC0415 -- slow to load, and most lists are not spreadsheets

    broken = _whole(_("This spreadsheet cannot be opened"), _("Save it as .xlsx or as CSV again."))
    if _unpacked_bytes(data) > _LARGEST_UNPACKED:
        raise _whole(_("The file is larger than 10 MB"), _("Cut it into several lists."))
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 10), start=1):
            yield number, [_cell(value) for value in row]
    except Exception:  # noqa: BLE001 -- whatever the library stumbles over, the person hears the same
        raise broken from None


def _unpacked_bytes(data: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        return 0  # opening it will say so


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _from_records(
    records: Iterator[tuple[int, list[str]]], titles: Mapping[str, str], needed: Iterable[str]
) -> list[Line]:
    header_line, header = next(((number, row) for number, row in records if any(row)), (1, []))
    meanings = [titles.get(_fold(title), "") for title in header]
    faults = Faults()
    for meaning in sorted(set(meanings) - {""}):
        if meanings.count(meaning) > 1:
            faults.add(
                header_line,
                _("Two columns say “{column}”").format(column=meaning),
                _("Leave one of them out."),
            )
    for meaning in needed:
        if meaning not in meanings:
            faults.add(
                header_line,
                _("There is no column “{column}”").format(column=meaning),
                _("Name the columns in the first line, separated by commas."),
            )
    faults.raise_if_any()
    lines = []
    for number, record in records:
        if not any(record):
            continue
        if any(record[len(header) :]):
            faults.add(
                number,
                _("This line has more cells than the title line"),
                _("Put text that holds a comma in double quotation marks."),
            )
            continue
        cells = {meaning: cell for meaning, cell in zip(meanings, record, strict=False) if meaning and cell}
        lines.append(Line(number, cells))
    faults.raise_if_any()
    return lines


def _features(data: bytes, titles: Mapping[str, str]) -> list[Line]:
    broken = _whole(_("This is not GeoJSON"), _("Export it as GeoJSON again."))
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise broken from None
    declared = json.dumps(document.get("crs") or "")
    if document.get("crs") and not re.search(r"CRS:?84|4326|:84", declared):
        raise _whole(
            _("The file says it is not in degrees of longitude and latitude"),
            _("Export it again in EPSG:4326."),
        )
    features = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise broken
    lines = []
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict):
            raise broken
        bare = "coordinates" in feature
        properties = {} if bare else feature.get("properties") or {}
        geometry = feature if bare else feature.get("geometry")
        if not isinstance(properties, dict) or not isinstance(geometry, dict | None):
            raise broken
        cells = {
            titles[_fold(title)]: _cell(value)
            for title, value in properties.items()
            if _fold(title) in titles and value is not None
        }
        lines.append(Line(number, cells, geometry))
    return lines
