"""Every write about spots: places with a QR code on them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.ledger import append
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.common.tokens import ALPHABET
from linli.desk.places.imports import Fault, Faults, UnusableListError, checked_datum, position, read_table
from linli.desk.places.models import Spot, SpotKind
from linli.desk.places.queries import grid_at

if TYPE_CHECKING:
    import uuid

    from linli.desk.places.imports import Line
    from linli.desk.places.models import Community

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


def import_spots(
    *, community: Community, data: bytes, name: str, datum: str, by: str, key: uuid.UUID | None = None
) -> int:
    """Make a spot of every line of a list (CSV, XLSX or GeoJSON points), or of none; how many.

    Raises
    ------
    UnusableListError
        With every fault of the list.
    """
    declared = checked_datum(datum)
    # The columns lon and lat may be missing only where each line is a point.
    lines = read_table(data, name=name, columns=COLUMNS)
    faults = Faults()
    if len(lines) > MOST_AT_ONCE:
        faults.add(
            0,
            _("There are more than {count} spots").format(count=MOST_AT_ONCE),
            _("Cut the list into several."),
        )
        faults.raise_if_any()
    rows = []
    for line in lines:
        at = position(line, datum=declared, faults=faults)
        kind = _kind_of(line, faults)
        for fault in _spot_faults(kind, line["name_zh"], line["name_en"]):
            faults.add(line.number, fault.what, fault.remedy)
        if at is not None:
            rows.append((SpotKind(kind), line["name_zh"], line["name_en"], *at))
    faults.raise_if_any()
    with transaction.atomic(), scope(community=community):
        lock(community)

        def make() -> int:
            for row in rows:
                _made(community, *row, by=by)
            return len(rows)

        return int(once(community=community, key=key, verb="spot.import", make=make))


def change_spot(
    *,
    community: Community,
    spot: Spot,
    kind: str,
    name_zh: str,
    name_en: str,
    by: str,
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
        found = Spot.objects.select_related("grid").get(pk=spot.pk)
        found.kind, found.name_zh, found.name_en = kind, name_zh, name_en
        found.save(update_fields=["kind", "name_zh", "name_en"])
        append(community=community, event="spot.changed", by=by, about=f"spot:{found.pk}")
    return found


def retire_spot(*, community: Community, spot: Spot, by: str) -> None:
    """Take a spot out of use: whoever scans its code is told so. Its code is never given out again."""
    with transaction.atomic(), scope(community=community):
        lock(community)
        changed = Spot.objects.filter(pk=spot.pk, retired_at__isnull=True).update(retired_at=clock.now())
        if changed:
            append(community=community, event="spot.retired", by=by, about=f"spot:{spot.pk}")


def _made(
    community: Community, kind: SpotKind, name_zh: str, name_en: str, lon: float, lat: float, *, by: str
) -> Spot:
    spot = Spot(
        community=community,
        grid=grid_at(community=community, lon=lon, lat=lat),
        code=_free_code(),
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        lon=lon,
        lat=lat,
    )
    spot.save()
    append(community=community, event="spot.made", by=by, about=f"spot:{spot.pk}", data={"code": spot.code})
    return spot


def _free_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
        if not Spot.objects.filter(code=code).exists():
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
