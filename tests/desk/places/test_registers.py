from __future__ import annotations

import io
import json
import uuid
from pathlib import Path

import openpyxl
import pytest
from django.utils.translation import override
from django_scopes import scope

from linli.desk.common.models import LedgerEntry
from linli.desk.places.actions import read_waiting
from linli.desk.places.imports import UnusableListError
from linli.desk.places.models import Community, PlaceImport, State
from linli.desk.places.queries import current_import, place_of
from linli.desk.places.registers import (
    ListKind,
    NotNowError,
    bring_list,
    keep_looked,
    preview_list,
    undo_list,
)
from linli.desk.places.serving import Served

pytestmark = pytest.mark.django_db
BY = "account:3"
CANTEEN = "类别,名称,经度,纬度,营业时间,无障碍,状态\n社区食堂,桥头食堂,0.004,0.0002,Mo-Fr 11:00-13:00,有,\n养老院,无,,,,,\n"


@pytest.fixture
def owner(village: Served) -> Community:
    with scope(community=village.row.community):
        # The register of homes the village was built with, as `linli up --homes-register` writes it.
        village.row.inputs["homes_register"] = str(Path(village.row.inputs["path"]).with_name("homes.csv"))
        village.row.save()
    return village.row.community


def look(owner: Community, data: str | bytes, kind: str = "facilities", **given: str):
    raw = data if isinstance(data, bytes) else data.encode()
    told = {"name": "list.csv", "datum": "wgs84", **given}
    return preview_list(community=owner, kind=kind, data=raw, **told)


def faults(owner: Community, data: str, kind: str = "facilities") -> list[str]:
    with override("en"):
        with pytest.raises(UnusableListError) as caught:
            look(owner, data, kind)
        return [str(fault) for fault in caught.value.faults]


def bring(owner: Community, data: str, kind: str = "facilities", key: uuid.UUID | None = None) -> PlaceImport:
    looked = keep_looked(community=owner, brought=look(owner, data, kind))
    return bring_list(community=owner, looked=looked, by=BY, key=key)


def states(owner: Community) -> list[str]:
    with scope(community=owner):
        return list(PlaceImport.objects.order_by("number").values_list("state", flat=True))


def names(owner: Community) -> dict[str, str]:
    """Places the committee's list has put there, with their hours."""
    place = place_of(owner)
    assert place is not None
    return {
        name: hours for name, hours in zip(place.facilities.name, place.facilities.hours, strict=True) if name
    }


def test_list_is_kept_as_the_engine_reads_it(owner: Community) -> None:
    brought = look(owner, CANTEEN)
    assert brought.kind is ListKind.FACILITIES
    assert brought.text().splitlines() == [
        "lon,lat,crs,osm,name,address,kind,hours,step_free,status",
        "0.0040000,0.0002000,wgs84,,桥头食堂,,canteen,Mo-Fr 11:00-13:00,yes,open",
        ",,,,无,,nursing_home,,,none",
    ]


def test_list_comes_as_spreadsheet_or_geojson_too(owner: Community) -> None:
    book = openpyxl.Workbook()
    book.active.append(["kind", "name", "lon", "lat", "opening_hours"])
    book.active.append(["pharmacy", "药店", 0.01, 0.0001, "24/7"])
    file = io.BytesIO()
    book.save(file)
    [row] = look(owner, file.getvalue(), name="list.xlsx").rows
    assert (row["kind"], row["hours"], row["lon"]) == ("pharmacy", "24/7", "0.0100000")
    feature = {
        "type": "Feature",
        "properties": {"kind": "药店", "name": "药店"},
        "geometry": {"type": "Point", "coordinates": [0.01, 0.0001]},
    }
    [same] = look(owner, json.dumps({"type": "FeatureCollection", "features": [feature]})).rows
    assert (same["kind"], same["lon"], same["lat"]) == ("pharmacy", "0.0100000", "0.0001000")


def test_every_line_with_a_fault_is_named_with_what_to_do(owner: Community) -> None:
    text = (
        "kind,name,lon,lat,status,step_free\n"
        "canten,A,0.004,0,,\n"
        "canteen,B,,,,\n"
        "canteen,C,0.004,0,shut,\n"
        "canteen,D,0.004,0,,maybe\n"
        "canteen,E,114,30,,\n"
        "canteen,F,0.004,0,none,\n"
    )
    assert [said.partition(".")[0] for said in faults(owner, text)] == [
        "line 2: “canten” is no kind of place",
        "line 3: There is no place",
        "line 4: “shut” is no status",
        "line 5: “maybe” says neither yes nor no",
        "line 6: This lies far from the place",
        "line 7: It says there is none, and where it is",
    ]
    assert "Did you mean canteen" in faults(owner, text)[0]


def test_every_fault_of_a_list_of_homes_is_named(owner: Community) -> None:
    text = (
        "osm,lon,lat,residents,dwellings,65岁以上\n"
        ",0.001,0.0001,30,12,10\n"
        ",,,3,,\n"
        ",0.001,0.0001,,,\n"
        ",0.001,0.0001,many,,\n"
        ",0.001,0.0001,3,,9\n"
        "street 1,0.001,0.0001,3,,\n"
    )
    assert [said.partition(".")[0] for said in faults(owner, text, "homes")] == [
        "line 3: There is no place",
        "line 4: Neither households nor residents are given",
        "line 5: “many” is no number of people or households",
        "line 6: A part of the residents is more than all of them",
        "line 7: “street 1” is no reference to OpenStreetMap",
    ]


def test_list_without_kind_column_or_kind_of_list_is_refused(owner: Community) -> None:
    assert "There is no column “kind”" in faults(owner, "name,lon,lat\nA,0,0\n")[0]
    assert "Nobody said what the list is of" in faults(owner, CANTEEN, "moons")[0]


def test_list_waits_and_takes_its_place_whole_once_it_is_read(owner: Community) -> None:
    key = uuid.uuid4()
    looked = keep_looked(community=owner, brought=look(owner, CANTEEN))
    rows = [bring_list(community=owner, looked=looked, by=BY, key=key) for _ in range(2)]
    assert rows[0].pk == rows[1].pk
    assert states(owner) == ["current", "waiting"]
    assert "桥头食堂" not in names(owner)
    done = read_waiting(community=owner)
    assert done is not None
    assert (done.state, done.by) == (State.CURRENT, BY)
    assert done.about == {"list": "facilities", "name": "list.csv", "lines": 2, "before": 1}
    assert states(owner) == ["replaced", "current"]
    assert names(owner)["桥头食堂"] == "Mo-Fr 11:00-13:00"
    with scope(community=owner):
        entry = LedgerEntry.objects.order_by("-number")[0]
    assert (entry.event, entry.actor, entry.data) == (
        "place.list_brought",
        BY,
        {"list": "facilities", "lines": 2},
    )
    assert read_waiting(community=owner) is None


def test_lists_are_taken_back_one_after_the_other(owner: Community) -> None:
    bring(owner, CANTEEN)
    read_waiting(community=owner)
    bring(owner, "lon,lat,residents,name\n0.001,0.0001,500,新院\n", "homes")
    read_waiting(community=owner)
    place = place_of(owner)
    assert place is not None
    assert float(place.homes.residents.max()) == 500
    assert "桥头食堂" in names(owner)
    undo_list(community=owner, number=3, by=BY)
    read_waiting(community=owner)
    place = place_of(owner)
    assert place is not None
    assert float(place.homes.residents.max()) == 40
    assert "桥头食堂" in names(owner)
    undo_list(community=owner, number=4, by=BY)
    read_waiting(community=owner)
    assert "桥头食堂" not in names(owner)
    assert states(owner) == ["replaced"] * 4 + ["current"]
    assert undo_list(community=owner, number=5, by=BY) is None


def test_one_list_at_a_time(owner: Community) -> None:
    bring(owner, CANTEEN)
    with pytest.raises(NotNowError):
        bring(owner, CANTEEN)
    with pytest.raises(NotNowError):
        undo_list(community=owner, number=1, by=BY)
    assert states(owner) == ["current", "waiting"]


def test_undo_of_a_list_that_is_no_longer_in_use_is_refused(owner: Community) -> None:
    bring(owner, CANTEEN)
    read_waiting(community=owner)
    with pytest.raises(NotNowError):
        undo_list(community=owner, number=1, by=BY)


def test_list_for_a_place_whose_map_is_gone_is_refused(owner: Community) -> None:
    row = current_import(slug="village")
    assert row is not None
    with scope(community=owner):
        row.inputs["path"] = "/nowhere/city.osm.pbf"
        row.save()
    with override("en"), pytest.raises(NotNowError, match=r"city\.osm\.pbf, from which this place"):
        bring(owner, CANTEEN)
    assert states(owner) == ["current"]


def test_list_whose_files_vanish_while_it_waits_fails_and_says_why(owner: Community) -> None:
    row = bring(owner, CANTEEN)
    Path(row.inputs["register"]).unlink()
    done = read_waiting(community=owner)
    assert done is not None
    assert done.state == State.FAILED
    assert "facilities-" in done.problem
    assert states(owner) == ["current", "failed"]


def test_same_list_again_changes_nothing(owner: Community) -> None:
    bring(owner, CANTEEN)
    read_waiting(community=owner)
    bring(owner, CANTEEN)
    read_waiting(community=owner)
    assert states(owner) == ["replaced", "current", "stopped"]


def test_reading_that_was_cut_off_is_begun_again_and_can_still_be_taken_back(owner: Community) -> None:
    row = bring(owner, CANTEEN)
    with scope(community=owner):
        row.state = State.RUNNING
        row.save()
    done = read_waiting(community=owner)
    assert done is not None
    assert (done.number, done.state, done.about["before"]) == (3, State.CURRENT, 1)
    assert states(owner) == ["replaced", "stopped", "current"]
    assert "桥头食堂" in names(owner)
