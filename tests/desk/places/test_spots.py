from __future__ import annotations

import datetime as dt
import io
import json
import uuid

import openpyxl
import pytest
from django_scopes import scope

from linli.desk.common.models import LedgerEntry
from linli.desk.places.grids import replace_grids
from linli.desk.places.imports import UnusableListError
from linli.desk.places.models import Community, Spot
from linli.desk.places.queries import SpotList, last_spot_list, spot_by_code, spots_of
from linli.desk.places.spots import (
    CODE_LENGTH,
    change_spot,
    import_spots,
    make_grid_spots,
    make_spot,
    preview_spots,
    retire_spot,
    undo_last_list,
)
from tests.desk.places.test_grids import two

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
BY = "account:3"
pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Community:
    community = Community.objects.create(slug="a", name_zh="甲", created_at=NOON)
    replace_grids(community=community, geojson=two(), datum="wgs84", by=BY)
    return community


def bring(owner: Community, data: bytes, datum: str = "wgs84", name: str = "spots.csv") -> int:
    return import_spots(community=owner, data=data, name=name, datum=datum, by=BY)


def refused(owner: Community, data: bytes, datum: str = "wgs84") -> list[int]:
    with pytest.raises(UnusableListError) as caught:
        bring(owner, data, datum)
    assert spots_of(owner) == []
    return [fault.line for fault in caught.value.faults]


def test_made_spot_has_a_code_and_the_grid_it_lies_in(owner: Community) -> None:
    made = make_spot(community=owner, kind="building", name_zh="3 号楼", lon=1.5, lat=0.5, by=BY)
    assert made.grid is not None
    assert made.grid.number == 2
    assert len(made.code) == CODE_LENGTH
    assert spot_by_code(community=owner, code=made.code.lower()) == made
    with scope(community=owner):
        entry = LedgerEntry.objects.order_by("-number")[0]
    assert (entry.event, entry.about, entry.data) == ("spot.made", f"spot:{made.pk}", {"code": made.code})


def test_same_request_makes_one_spot(owner: Community) -> None:
    key = uuid.uuid4()
    first, second = (
        make_spot(community=owner, kind="lamp", name_zh="灯", lon=0.5, lat=0.5, by=BY, key=key)
        for _ in range(2)
    )
    assert first.pk == second.pk
    assert len(spots_of(owner)) == 1


@pytest.mark.parametrize(
    "fields",
    [{"kind": "moon"}, {"name_zh": ""}, {"lat": 91.0}, {"lon": float("nan")}, {"name_zh": "长" * 101}],
)
def test_spot_that_cannot_be_is_refused_in_words(owner: Community, fields: dict[str, object]) -> None:
    given = {"kind": "lamp", "name_zh": "灯", "lon": 0.5, "lat": 0.5, **fields}
    with pytest.raises(UnusableListError):
        make_spot(community=owner, by=BY, **given)
    assert spots_of(owner) == []


def test_retired_spot_is_not_found_and_its_code_stays_taken(owner: Community) -> None:
    made = make_spot(community=owner, kind="lamp", name_zh="灯", lon=0.5, lat=0.5, by=BY)
    retire_spot(community=owner, spot=made, by=BY)
    retire_spot(community=owner, spot=made, by=BY)
    assert spot_by_code(community=owner, code=made.code) is None
    with scope(community=owner):
        assert Spot.objects.filter(code=made.code).count() == 1
        assert LedgerEntry.objects.filter(event="spot.retired").count() == 1


def test_changed_spot_keeps_its_code_and_place(owner: Community) -> None:
    made = make_spot(community=owner, kind="lamp", name_zh="灯", lon=0.5, lat=0.5, by=BY)
    changed = change_spot(community=owner, spot=made, kind="other", name_zh="桥", name_en="Bridge", by=BY)
    assert (changed.kind, changed.name_zh, changed.name_en) == ("other", "桥", "Bridge")
    assert (changed.code, changed.lon) == (made.code, made.lon)


def test_every_grid_without_a_notice_board_gets_one_inside_it(owner: Community) -> None:
    key = uuid.uuid4()
    assert [make_grid_spots(community=owner, by=BY, key=key) for _ in range(2)] == [2, 2]
    assert [(s.kind, s.name_zh, s.grid and s.grid.number) for s in spots_of(owner)] == [
        ("grid", "东", 1),
        ("grid", "西", 2),
    ]
    assert make_grid_spots(community=owner, by=BY) == 0
    retire_spot(community=owner, spot=spots_of(owner)[0], by=BY)
    assert make_grid_spots(community=owner, by=BY) == 1
    with scope(community=owner):
        entry = LedgerEntry.objects.filter(event="spots.made").order_by("number")[0]
    assert (entry.about, entry.data) == ("spot_list:1", {"count": 2})


def test_list_is_shown_before_it_counts(owner: Community) -> None:
    make_spot(community=owner, kind="lamp", name_zh="灯", lon=0.5, lat=0.5, by=BY)
    text = "kind,name,lon,lat\nlamp,灯,0.25,0.5\nbuilding,3 号楼,1.5,0.5\nother,井,7,7\n"
    found = preview_spots(community=owner, data=text.encode(), name="spots.csv", datum="wgs84")
    assert [(one.name_zh, one.grid and one.grid.number, one.known) for one in found] == [
        ("灯", 1, True),
        ("3 号楼", 2, False),
        ("井", None, False),
    ]
    assert len(spots_of(owner)) == 1
    again = json.dumps({"type": "FeatureCollection", "features": [one.feature() for one in found]})
    assert bring(owner, again.encode(), name="spots.geojson") == 3
    assert [(s.kind, s.name_zh, s.lon) for s in spots_of(owner)[1:]] == [
        ("lamp", "灯", 0.25),
        ("building", "3 号楼", 1.5),
        ("other", "井", 7.0),
    ]


def test_last_list_is_taken_back_and_then_the_one_before(owner: Community) -> None:
    make_spot(community=owner, kind="lamp", name_zh="灯", lon=0.5, lat=0.5, by=BY)
    bring(owner, b"name,lon,lat\nA,0.5,0.5\nB,0.5,0.5\n")
    bring(owner, b"name,lon,lat\nC,0.5,0.5\n")
    assert last_spot_list(owner) == SpotList(2, 1)
    key = uuid.uuid4()
    assert [undo_last_list(community=owner, by=BY, key=key) for _ in range(2)] == [1, 1]
    assert [spot.name_zh for spot in spots_of(owner)] == ["灯", "A", "B"]
    assert undo_last_list(community=owner, by=BY) == 2
    assert [spot.name_zh for spot in spots_of(owner)] == ["灯"]
    assert last_spot_list(owner) is None
    assert undo_last_list(community=owner, by=BY) == 0


def test_list_in_chinese_csv_makes_a_spot_a_line(owner: Community) -> None:
    text = "类型,名称,经度,纬度\n楼栋,1 号楼,0.25,0.5\n灯杆,路灯 7,1.25,0.5\n,其他地方,1.5,0.5\n"
    assert bring(owner, text.encode("gb18030")) == 3
    assert [(s.kind, s.name_zh, s.grid and s.grid.number) for s in spots_of(owner)] == [
        ("building", "1 号楼", 1),
        ("lamp", "路灯 7", 2),
        ("other", "其他地方", 2),
    ]


def test_list_in_a_spreadsheet_is_read(owner: Community) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "lon", "lat"])
    book.active.append(["大门", 0.25, 0.5])
    file = io.BytesIO()
    book.save(file)
    assert bring(owner, file.getvalue(), name="spots.xlsx") == 1
    assert spots_of(owner)[0].name_zh == "大门"


def test_list_of_points_in_geojson_is_turned_from_its_datum(owner: Community) -> None:
    data = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲"},'
        '"geometry":{"type":"Point","coordinates":[114.31094489,30.59039056]}}]}'
    )
    assert bring(owner, data.encode(), "gcj02", "spots.geojson") == 1
    [spot] = spots_of(owner)
    assert (spot.lon, spot.lat) == pytest.approx((114.3055, 30.5928), abs=1e-6)
    assert spot.grid is None


def test_list_with_faults_makes_no_spot_and_names_every_line(owner: Community) -> None:
    text = "kind,name,lon,lat\nlamp,A,0.5,0.5\nmoon,B,0.5,0.5\nlamp,,0.5,0.5\nlamp,D,x,0.5\nlamp,E,0.5,95\n"
    assert refused(owner, text.encode()) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", [0]),
        (b"kind,name,lon,lat\n", [0]),
        (b"kind,name,name,lon,lat\nlamp,A,B,0.5,0.5\n", [1]),
        (b"kind,name,lon,lat\nlamp,A,0.5,0.5,7\n", [2]),
        (b'kind,name,lon,lat\nlamp,"A,0.5,0.5\n', [2]),
        (b"PK\x03\x04nonsense", [0]),
        (b"\xd0\xcf\x11\xe0old", [0]),
        (b"\x00\x01\x02", [0]),
        (b"x" * (10 * 1024 * 1024 + 1), [0]),
        (b"name,lon,lat\n" + b"A,0.5,0.5\n" * 501, [0]),
    ],
)
def test_list_that_cannot_be_read_is_refused_in_words(
    owner: Community, data: bytes, lines: list[int]
) -> None:
    assert refused(owner, data) == lines


def test_list_without_a_declared_datum_is_refused(owner: Community) -> None:
    assert refused(owner, b"name,lon,lat\nA,0.5,0.5\n", "") == [0]
