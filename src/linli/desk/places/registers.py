"""The committee's own lists of places and of homes, as people bring them on a page: CSV, XLSX or GeoJSON → what the engine reads.

Every fault is found here and told in the reader's language, line by line; the list that is kept is WGS-84, whatever it came in.
A list changes nothing at once: it waits, the place is built anew from it beside the one that is served, and takes its place whole.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.ledger import append
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.places.imports import Fault, Faults, UnusableListError, checked_datum, position, read_table
from linli.desk.places.models import PlaceImport, State
from linli.desk.places.queries import place_of
from linli.engine.errors import InputError
from linli.engine.streets.csvtable import fold, words
from linli.engine.streets.kinds import kind_names
from linli.engine.streets.register import parse_datum, read_facilities, read_homes

if TYPE_CHECKING:
    from linli.desk.places.imports import Line
    from linli.desk.places.models import Community

_PLACE = ("lon", "lat", "crs", "osm", "name", "address")
_GROUPS = ("residents_65", "residents_0_6", "residents_disabled")
COLUMNS = {
    "facilities": (*_PLACE, "kind", "hours", "step_free", "status"),
    "homes": (*_PLACE, "dwellings", "residents", *_GROUPS),
}
_INPUT = {"facilities": "register", "homes": "homes_register"}
_FILES = ("path", "register", "homes_register", "population", "elevation")
_OSM = re.compile(r"(?:(?:node|way|relation|n|w|r)[/ ]?)?\d+", re.IGNORECASE)
_FAR_DEGREES = 0.3  # some 30 km, as the engine has it
_LONGEST = 200
_LOOKED = ".looked"
_KEPT_S = 24 * 3600


class ListKind(models.TextChoices):
    """What a list is of."""

    FACILITIES = "facilities"
    HOMES = "homes"


class NotNowError(ValueError):
    """Nothing can be read in just now; the text says why."""


@dataclass(frozen=True)
class Brought:
    """A list as it would be kept: cells by the engine's columns, WGS-84."""

    kind: ListKind
    name: str
    rows: list[dict[str, str]]

    def text(self) -> str:
        """Write it as the CSV the engine reads."""
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS[self.kind], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()


def preview_list(*, community: Community, kind: str, data: bytes, name: str, datum: str) -> Brought:
    """Read a list and find what is wrong with it; nothing is written.

    Raises
    ------
    UnusableListError
        With every fault of the list.
    """
    declared = checked_datum(datum)
    if kind not in ListKind.values:
        raise UnusableListError([Fault(0, _("Nobody said what the list is of"), _("Choose one of the two."))])
    titles: dict[str, list[str]] = {column: [] for column in COLUMNS[kind]}
    for title, meaning in words()["columns"].items():
        if meaning in titles:
            titles[meaning].append(title)
    lines = read_table(data, name=name, columns=titles, needed=("kind",) if kind == "facilities" else ())
    faults = Faults.of(lines)
    read = _facility if kind == "facilities" else _home
    rows = []
    for line in lines:
        cells = {column: line[column] for column in titles if line[column]}
        cells |= _place(community, line, declared, faults)
        read(cells, line, faults)
        rows.append(cells)
    faults.raise_if_any()
    return Brought(ListKind(kind), Path(name).name[:_LONGEST], rows)


@dataclass(frozen=True)
class Looked:
    """A list that somebody has looked at and may now have read in: which file it waits in."""

    kind: ListKind
    name: str
    lines: int
    file_id: str


def keep_looked(*, community: Community, brought: Brought) -> Looked:
    """Keep a list until whoever brought it says that it is to count; those nobody came back to go after a day.

    Raises
    ------
    UnusableListError
        The engine finds a fault that was not found before.
    """
    folder = _folder(community)
    folder.mkdir(parents=True, exist_ok=True)
    old = clock.now().timestamp() - _KEPT_S
    for file in folder.glob(f"*{_LOOKED}"):
        if file.stat().st_mtime < old:
            file.unlink(missing_ok=True)
    looked = Looked(brought.kind, brought.name, len(brought.rows), uuid.uuid4().hex)
    file = folder / f"{looked.file_id}{_LOOKED}"
    with file.open("w", encoding="utf-8", newline="") as out:
        out.write(brought.text())
        out.flush()
        os.fsync(out.fileno())
    try:
        (read_facilities if brought.kind == ListKind.FACILITIES else read_homes)(file, crs="wgs84")
    except InputError as error:
        file.unlink()
        said = str(error).replace(f"{file}:", "").replace(str(file), "")
        raise UnusableListError(
            [Fault(0, _("The list cannot be used: {reason}").format(reason=said), _("Correct it."))]
        ) from None
    return looked


def bring_list(*, community: Community, looked: Looked, by: str, key: uuid.UUID | None = None) -> PlaceImport:
    """Have the place built anew with a list in the place of the one before.

    Raises
    ------
    NotNowError
        Another reading waits or runs, or files are gone.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def bring() -> int:
            current = _free_to_read()
            waits = _folder(community) / f"{looked.file_id}{_LOOKED}"
            file = waits.with_name(f"{looked.kind.value}-{looked.file_id}.csv")
            if not waits.is_file():
                raise NotNowError(_("The list is no longer kept. Bring it again."))
            waits.rename(file)
            about = {"list": looked.kind.value, "name": looked.name, "lines": looked.lines}
            inputs = {**current.inputs, _INPUT[looked.kind]: str(file)}
            about |= {"before": current.number}
            return _wait(community, inputs, about, by=by, event="place.list_brought")

        return PlaceImport.objects.get(pk=once(community=community, key=key, verb="place.bring", make=bring))


def undo_list(
    *, community: Community, number: int, by: str, key: uuid.UUID | None = None
) -> PlaceImport | None:
    """Have the place built anew as it was before the list that is in use came; None where none came.

    Parameters
    ----------
    number
        Of the import in use, as whoever asks saw it.

    Raises
    ------
    NotNowError
        Another is in use by now, another reading waits or runs, or files are gone.
    """
    with transaction.atomic(), scope(community=community):
        lock(community)

        def undo() -> int:
            current = _free_to_read()
            if current.number != number:
                raise NotNowError(_("Another list is in use by now. Load the page again."))
            before = PlaceImport.objects.filter(number=current.about.get("before", 0)).first()
            if before is None:
                return 0
            about = {"undoes": current.number}
            if "before" in before.about:
                about["before"] = before.about["before"]
            return _wait(community, before.inputs, about, by=by, event="place.list_undone")

        pk = once(community=community, key=key, verb="place.undo", make=undo)
        return PlaceImport.objects.filter(pk=pk).first()


def _wait(community: Community, inputs: dict[str, Any], about: dict[str, Any], *, by: str, event: str) -> int:
    gone = [
        Path(inputs[name]).name for name in _FILES if inputs.get(name) and not Path(inputs[name]).is_file()
    ]
    if gone:
        raise NotNowError(
            _(
                "{file}, from which this place was read in, is no longer there. Ask whoever runs Linli."
            ).format(file=gone[0])
        )
    last = PlaceImport.objects.order_by("-number").first()
    row = PlaceImport(
        community=community,
        number=1 if last is None else last.number + 1,
        state=State.WAITING,
        inputs=inputs,
        started_at=clock.now(),
        by=by,
        about=about,
    )
    row.save()
    data: dict[str, Any] = {name: about[name] for name in ("list", "lines", "undoes") if name in about}
    append(community=community, event=event, by=by, about=f"place_import:{row.pk}", data=data)
    return int(row.pk)


def _free_to_read() -> PlaceImport:
    if PlaceImport.objects.filter(state__in=[State.WAITING, State.RUNNING]).exists():
        raise NotNowError(_("Another list is being read in. Wait until it has ended."))
    current: PlaceImport | None = PlaceImport.objects.filter(state=State.CURRENT).first()
    if current is None:
        raise NotNowError(_("No map was read in for this place yet. Ask whoever runs Linli."))
    return current


def _folder(community: Community) -> Path:
    return community.folder.absolute() / "lists"


def _place(community: Community, line: Line, declared: Any, faults: Faults) -> dict[str, str]:
    """Read where a line is, if it says so: WGS-84 degrees."""
    if line["osm"] and not _OSM.fullmatch(line["osm"]):
        faults.add(
            line.number,
            _("“{osm}” is no reference to OpenStreetMap").format(osm=line["osm"]),
            _("Write n, w or r and the number, like w123456."),
        )
    if line.geometry is None and not line["lon"] and not line["lat"]:
        return {}
    datum = parse_datum(line["crs"]) if line["crs"] else declared
    if datum is None:
        faults.add(
            line.number,
            _("“{crs}” is no system of coordinates").format(crs=line["crs"]),
            _("Write wgs84, gcj02 or bd09."),
        )
        return {}
    at = position(line, datum=datum, faults=faults)
    if at is None:
        return {}
    if _far(community, *at):
        faults.add(
            line.number,
            _("This lies far from the place"),
            _("Check longitude, latitude and the system of coordinates."),
        )
    return {"lon": f"{at[0]:.7f}", "lat": f"{at[1]:.7f}", "crs": "wgs84"}


def _far(community: Community, lon: float, lat: float) -> bool:
    place = place_of(community)
    if place is None:
        return False
    west, south, east, north = place.boundary.bounds
    return bool(max(west - lon, lon - east, south - lat, lat - north) > _FAR_DEGREES)


def _facility(cells: dict[str, str], line: Line, faults: Faults) -> None:
    names, meanings = kind_names(), words()["words"]
    written = line["kind"]
    kind = names.get(written.casefold()) or names.get(fold(written))
    if kind is None:
        close = difflib.get_close_matches(written.casefold(), names, n=3, cutoff=0.6) if written else []
        faults.add(
            line.number,
            _("“{kind}” is no kind of place").format(kind=written),
            _("Did you mean {names}?").format(names="、".join(close))
            if close
            else _("Write a kind of the list on this page."),
        )
    cells["kind"] = kind or ""
    status = meanings.get(fold(line["status"]), "") if line["status"] else "open"
    if status not in {"open", "closed", "none"}:
        faults.add(
            line.number,
            _("“{status}” is no status").format(status=line["status"]),
            _("Write open, closed or none, or leave it empty."),
        )
    placed = "lon" in cells or bool(line["osm"])
    if status == "open" and not placed and meanings.get(fold(line["name"])) == "none":
        status = "none"
    if status == "none" and placed:
        faults.add(
            line.number,
            _("It says there is none, and where it is"),
            _("Leave the position out, or write closed."),
        )
    if not placed and (status == "open" or (status == "closed" and not line["name"])):
        faults.add(
            line.number, _("There is no place"), _("Give longitude and latitude, or the number on the map.")
        )
    cells["status"] = status
    if line["step_free"]:
        free = meanings.get(fold(line["step_free"]), "")
        if free not in {"yes", "no", "none"}:
            faults.add(
                line.number,
                _("“{text}” says neither yes nor no").format(text=line["step_free"]),
                _("Write yes or no, or leave it empty."),
            )
        cells["step_free"] = "yes" if free == "yes" else "no"
    _short(cells, line, faults)


def _home(cells: dict[str, str], line: Line, faults: Faults) -> None:
    if "lon" not in cells and not line["osm"]:
        faults.add(
            line.number, _("There is no place"), _("Give longitude and latitude, or the number on the map.")
        )
    if not line["dwellings"] and not line["residents"]:
        faults.add(
            line.number,
            _("Neither households nor residents are given"),
            _("Give one of them, 0 where nobody lives."),
        )
    counted: dict[str, float] = {}
    for column in ("dwellings", "residents", *_GROUPS):
        if not line[column]:
            continue
        try:
            counted[column] = float(line[column].replace(",", ""))
        except ValueError:
            counted[column] = -1.0
        if not 0 <= counted[column] < math.inf:
            faults.add(
                line.number,
                _("“{text}” is no number of people or households").format(text=line[column]),
                _("Write digits only, like 24."),
            )
        cells[column] = f"{counted[column]:g}"
    if any(counted.get(group, 0.0) > counted.get("residents", math.inf) for group in _GROUPS):
        faults.add(
            line.number, _("A part of the residents is more than all of them"), _("Correct one of the two.")
        )
    _short(cells, line, faults)


def _short(cells: dict[str, str], line: Line, faults: Faults) -> None:
    if any(len(text) > _LONGEST for text in cells.values()):
        faults.add(
            line.number,
            _("A text is too long"),
            _("Give at most {count} letters.").format(count=_LONGEST),
        )
