"""Every write about spots: places with a QR code on them."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_scopes import scope
from shapely.geometry import shape

from linli.desk.common import clock
from linli.desk.common.ledger import append
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.common.tokens import ALPHABET
from linli.desk.places.imports import Fault, Faults, UnusableListError, checked_datum, position, read_table
from linli.desk.places.models import Spot, SpotKind
from linli.desk.places.queries import grid_at, grids_at, grids_of, last_spot_list, spots_of

if TYPE_CHECKING:
    import uuid

    from linli.desk.places.imports import Line
    from linli.desk.places.models import Community, Grid

CODE_LENGTH = 8
MOST_AT_ONCE = 500
COLUMNS = {
    "kind": ("类型", "种类", "类别"),
    "name_zh": ("name", "名称", "中文名", "点位名称"),
    "name_en": ("英文名",),
    "lon": ("lng", "longitude", "x", "经度"),
    "lat": ("latitude", "y", "纬度"),
}
KIND_WORDS = {
    SpotKind.GRID: ("grid", "网格"),
    SpotKind.BUILDING: ("building", "楼", "楼栋", "楼门"),
    SpotKind.LAMP: ("lamp", "lamp post", "灯杆", "路灯"),
    SpotKind.OTHER: ("other", "其他", "其它", ""),
}


def make_spot(
    *,
    community: Community,
    kind: str,
    name_zh: str = "",
    name_en: str = "",
    lon: float,
    lat: float,
    by: str,
    key: uuid.UUID | None = None,
) -> Spot:
    """Make a spot with a code of its own, in the grid it lies in.

    Raises
    ------
    UnusableListError
        It has no name, is of no known kind or lies nowhere.
    """
    faults = _spot_faults(kind, name_zh, name_en)
    faults += [] if -180 <= lon <= 180 and -90 <= lat <= 90 else [_nowhere()]
    if faults:
        raise UnusableListError(faults)
    with transaction.atomic(), scope(community=community):
        lock(community)

        def make() -> int:
            return _made(community, SpotKind(kind), name_zh, name_en, lon, lat, by=by).pk

        pk = once(community=community, key=key, verb="spot.make", make=make)
        return Spot.objects.select_related("grid").get(pk=pk)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A spot as a list has it: what it would be, where, and whether one of that name is there already."""

    kind: SpotKind
    name_zh: str
    name_en: str
    lon: float
    lat: float
    grid: Grid | None = None
    known: bool = False

    def feature(self) -> dict[str, Any]:
        """Write it as a GeoJSON point in WGS-84, as the list can be read again."""
        names = {"kind": self.kind.value, "name_zh": self.name_zh, "name_en": self.name_en}
        at = {"type": "Point", "coordinates": [self.lon, self.lat]}
        return {"type": "Feature", "properties": names, "geometry": at}


def preview_spots(*, community: Community, data: bytes, name: str, datum: str) -> list[Pinned]:
    """Say which spots a list would make (CSV, XLSX or GeoJSON points); nothing is written.

    Raises
    ------
    UnusableListError
        With every fault of the list.
    """
    declared = checked_datum(datum)
    # The columns lon and lat may be missing only where each line is a point.
    lines = read_table(data, name=name, columns=COLUMNS)
    faults = Faults.of(lines)
    if len(lines) > MOST_AT_ONCE:
        faults.add(
            0,
            _("There are more than {count} spots").format(count=MOST_AT_ONCE),
            _("Cut the list into several."),
        )
        faults.raise_if_any()
    read = []
    for line in lines:
        at = position(line, datum=declared, faults=faults)
        kind = _kind_of(line, faults)
        for fault in _spot_faults(kind, line["name_zh"], line["name_en"]):
            faults.add(line.number, fault.what, fault.remedy)
        if at is not None:
            read.append(Pinned(SpotKind(kind), line["name_zh"], line["name_en"], *at))
    faults.raise_if_any()
    grids = grids_at(community=community, points=[(one.lon, one.lat) for one in read])
    named = {text for spot in spots_of(community) for text in (spot.name_zh, spot.name_en) if text}
    return [
        dataclasses.replace(one, grid=grid, known=bool({one.name_zh, one.name_en} & named))
        for one, grid in zip(read, grids, strict=True)
    ]


def import_spots(
    *, community: Community, data: bytes, name: str, datum: str, by: str, key: uuid.UUID | None = None
) -> int:
    """Make a spot of every line of a list, or of none; how many.

    Raises
    ------
    UnusableListError
        With every fault of the list.
    """
    pinned = preview_spots(community=community, data=data, name=name, datum=datum)
    with transaction.atomic(), scope(community=community):
        lock(community)

        def make() -> int:
            return _made_together(community, pinned, by=by)

        return int(once(community=community, key=key, verb="spot.import", make=make))


def make_grid_spots(*, community: Community, by: str, key: uuid.UUID | None = None) -> int:
    """Make a spot for the notice board of every grid that has none; how many."""
    with transaction.atomic(), scope(community=community):
        lock(community)

        def make() -> int:
            boards = Spot.objects.filter(kind=SpotKind.GRID, retired_at__isnull=True)
            have = set(boards.values_list("grid_id", flat=True))
            without = [grid for grid in grids_of(community) if grid.pk not in have]
            return _made_together(community, [_board(grid) for grid in without], by=by)

        return int(once(community=community, key=key, verb="spot.make_for_grids", make=make))


def undo_last_list(*, community: Community, by: str, key: uuid.UUID | None = None) -> int:
    """Take back the spots of the list that came last and are still in use; how many."""
    with transaction.atomic(), scope(community=community):
        lock(community)

        def undo() -> int:
            last = last_spot_list(community)
            if last is None:
                return 0
            of_list = Spot.objects.filter(list_number=last.number, retired_at__isnull=True)
            count = of_list.update(retired_at=clock.now())
            about = f"spot_list:{last.number}"
            append(community=community, event="spots.undone", by=by, about=about, data={"count": count})
            return int(count)

        return int(once(community=community, key=key, verb="spot.undo", make=undo))


def change_spot(
    *,
    community: Community,
    spot: Spot,
    kind: str,
    name_zh: str,
    name_en: str,
    by: str,
    key: uuid.UUID | None = None,
) -> Spot:
    """Call a spot something else; its code and its place stay, for it hangs there printed.

    Raises
    ------
    UnusableListError
        It has no name, or is of no known kind.
    """
    faults = _spot_faults(kind, name_zh, name_en)
    if faults:
        raise UnusableListError(faults)
    with transaction.atomic(), scope(community=community):
        lock(community)

        def change() -> int:
            changed = Spot.objects.filter(pk=spot.pk)
            changed.update(kind=kind, name_zh=name_zh, name_en=name_en)
            append(community=community, event="spot.changed", by=by, about=f"spot:{spot.pk}")
            return spot.pk

        pk = once(community=community, key=key, verb="spot.change", make=change)
        return Spot.objects.select_related("grid").get(pk=pk)


def retire_spot(*, community: Community, spot: Spot, by: str) -> None:
    """Take a spot out of use: whoever scans its code is told so. Its code is never given out again."""
    with transaction.atomic(), scope(community=community):
        lock(community)
        # Asked for twice, it is done once: no request key is needed.
        changed = Spot.objects.filter(pk=spot.pk, retired_at__isnull=True).update(retired_at=clock.now())
        if changed:
            append(community=community, event="spot.retired", by=by, about=f"spot:{spot.pk}")


def _board(grid: Grid) -> Pinned:
    at = shape(grid.boundary).representative_point()
    name_en = grid.name_en or ("" if grid.name_zh else str(grid.number))
    return Pinned(SpotKind.GRID, grid.name_zh, name_en, round(at.x, 7), round(at.y, 7), grid=grid)


def _made_together(community: Community, pinned: list[Pinned], *, by: str) -> int:
    """Make spots that can be taken back together."""
    if not pinned:
        return 0
    number = (Spot.objects.aggregate(last=Max("list_number"))["last"] or 0) + 1
    taken = set(Spot.objects.values_list("code", flat=True))
    for one in pinned:
        code = _free_code(taken)
        taken.add(code)
        Spot(
            community=community,
            grid=one.grid,
            code=code,
            kind=one.kind,
            name_zh=one.name_zh,
            name_en=one.name_en,
            lon=one.lon,
            lat=one.lat,
            list_number=number,
        ).save(force_insert=True)
    data = {"count": len(pinned)}
    append(community=community, event="spots.made", by=by, about=f"spot_list:{number}", data=data)
    return len(pinned)


def _made(
    community: Community, kind: SpotKind, name_zh: str, name_en: str, lon: float, lat: float, *, by: str
) -> Spot:
    spot = Spot(
        community=community,
        grid=grid_at(community=community, lon=lon, lat=lat),
        code=_free_code(set(Spot.objects.values_list("code", flat=True))),
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        lon=lon,
        lat=lat,
    )
    spot.save()
    append(community=community, event="spot.made", by=by, about=f"spot:{spot.pk}", data={"code": spot.code})
    return spot


def _free_code(taken: set[str]) -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        if code not in taken:
            return code


def _kind_of(line: Line, faults: Faults) -> str:
    written = line["kind"].strip().casefold()
    found = next((kind for kind, words in KIND_WORDS.items() if written in words), None)
    if found is None:
        faults.add(
            line.number,
            _("“{kind}” is no kind of spot").format(kind=line["kind"]),
            _("Write grid, building, lamp or other."),
        )
    return found or SpotKind.OTHER


def _spot_faults(kind: str, name_zh: str, name_en: str) -> list[Fault]:
    faults = []
    if kind not in SpotKind.values:
        faults.append(Fault(0, _("This kind of spot is not known"), _("Choose one of the list.")))
    if not name_zh and not name_en:
        faults.append(Fault(0, _("The spot has no name"), _("Say where it is, like “Building 3, door 2”.")))
    if max(len(name_zh), len(name_en)) > 100:
        faults.append(Fault(0, _("A text is too long"), _("Give at most {count} letters.").format(count=100)))
    return faults


def _nowhere() -> Fault:
    return Fault(
        0, _("There is no place"), _("Fill in longitude and latitude as numbers like 114.3055 and 30.5928.")
    )
