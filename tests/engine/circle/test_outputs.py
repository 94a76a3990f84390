from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.outputs import whole_folder, write_gaps, write_homes, write_summary
from linli.engine.circle.run import choose_profiles
from linli.engine.circle.standards import load_standards
from linli.engine.circle.summary import summarise
from linli.engine.errors import InputError
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Place, build_place
from tests.engine.circle.conftest import EAST, ISLAND, MIDDLE, TERRACE, WEST

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def measured(village_place: Place) -> Measurement:
    return measure_place(
        village_place,
        standards=load_standards(["gb50180_2018", "quarter_hour_2021"], kinds=load_kinds()),
        profiles=choose_profiles(["adult", "senior"]),
    )


@pytest.fixture(scope="module")
def gaps(measured: Measurement, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("gaps") / "gaps.geojson"
    write_gaps(measured, path)
    return json.loads(path.read_text(encoding="utf-8"))


def gap(gaps: dict[str, Any], home: int, rule: str, profile: str | None = None) -> dict[str, Any]:
    [feature] = [one for one in gaps["features"] if one["id"] == home]
    [found] = [
        one for one in feature["properties"]["gaps"] if one["rule"] == rule and one.get("profile") == profile
    ]
    return found


def test_homes_are_geoparquet_with_residents_and_walks(measured: Measurement, tmp_path: Path) -> None:
    write_homes(measured, tmp_path / "homes.parquet")
    table = pq.read_table(tmp_path / "homes.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"][geo["primary_column"]]["encoding"] == "WKB"
    assert geo["columns"]["geometry"]["geometry_types"] == ["Point"]
    assert geo["columns"]["geometry"]["bbox"] == pytest.approx([0.001, 0.0001, 0.0505, 0.0006])
    row = table.slice(WEST, 1).to_pylist()[0]
    assert (row["home"], row["ref"], row["name"], row["residents"], row["residents_65"]) == (
        0,
        "line 2",
        "西院",
        30,
        10,
    )
    assert (row["residents_disabled"], row["residents_from"], row["status"]) == (None, "register", "measured")
    assert row["metres_primary"] == pytest.approx(467.02, abs=0.1)
    assert row["minutes_senior_primary"] == pytest.approx(467.02 / 0.9 / 60, abs=0.01)
    assert (row["metres_pharmacy"], row["metres_park"]) == (np.inf, None)
    assert shapely.from_wkb(row["geometry"]).equals(shapely.Point(0.001, 0.0001))
    assert table["status"].to_pylist()[ISLAND] == "island"
    assert table["minutes_adult_primary"].to_pylist()[ISLAND] is None
    assert "ODbL" in table.schema.metadata[b"linli"].decode()


def test_homes_carry_their_outlines(helsinki: Path, tmp_path: Path) -> None:
    place = build_place(helsinki)
    measurement = measure_place(place, standards=[], profiles=choose_profiles(["adult"]))
    write_homes(measurement, tmp_path / "homes.parquet")
    table = pq.read_table(tmp_path / "homes.parquet")
    shapes = shapely.from_wkb(table["geometry"].to_pylist())
    assert len(shapes) == len(place.homes)
    assert (
        "MultiPolygon" in json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["geometry_types"]
    )
    areal = [index for index in range(len(shapes)) if shapes[index].area > 0]
    assert len(areal) > 100
    reach = shapely.distance(shapes, shapely.points(place.homes.lon, place.homes.lat))
    assert reach[areal].max() < 1e-4


def test_gaps_are_geojson_with_attribution_and_evidence(gaps: dict[str, Any]) -> None:
    assert gaps["type"] == "FeatureCollection"
    assert gaps["attribution"] == "© OpenStreetMap contributors, ODbL 1.0"
    assert gaps["rules"]["gb50180_2018/shop_pharmacy"]["evidence_zh"] == "参考值，未核对原文"
    for feature in gaps["features"]:
        assert feature["geometry"]["type"] == "Point"
        assert {one["rule"] for one in feature["properties"]["gaps"]} <= set(gaps["rules"])


def test_gaps_name_each_home_left_out_and_by_how_much(gaps: dict[str, Any]) -> None:
    assert [feature["id"] for feature in gaps["features"]] == [WEST, MIDDLE, EAST, TERRACE]
    west = gaps["features"][0]
    assert west["geometry"]["coordinates"] == [0.001, 0.0001]
    assert (west["properties"]["label"], west["properties"]["residents"]) == ("西院", 30.0)
    assert gap(gaps, TERRACE, "gb50180_2018/primary") == {
        "rule": "gb50180_2018/primary", "walk": 523, "over_by": 23, "minutes": 8.5,
    }  # fmt: skip
    assert gap(gaps, MIDDLE, "quarter_hour_2021/convenience", "senior") == {
        "rule": "quarter_hour_2021/convenience", "profile": "senior", "walk": 519, "over_by": 219, "minutes": 8.6,
    }  # fmt: skip


def test_gap_beyond_the_cutoff_says_more_than(gaps: dict[str, Any]) -> None:
    assert gap(gaps, WEST, "gb50180_2018/shop_pharmacy") == {
        "rule": "gb50180_2018/shop_pharmacy", "walk": None, "over_by": None, "more_than": 1950, "minutes": None,
    }  # fmt: skip


COVERAGE = {"total", "covered", "left_out", "unknown", "share", "unknown_share"}


def test_summary_has_its_documented_keys(measured: Measurement, tmp_path: Path) -> None:
    write_summary(summarise(measured), tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert set(summary) == {
        "format", "version", "linli", "place", "homes", "cutoff_s", "cutoff_m", "profiles", "kinds", "standards", "lost",
        "wheelchair_unknown_length_share", "evidence_notes", "obligation_notes", "no_verdict_notes",
    }  # fmt: skip
    assert (summary["format"], summary["version"]) == ("linli-summary", 1)
    assert {"name", "attribution", "source", "fingerprint", "assumptions", "bounds"} <= set(summary["place"])
    assert summary["homes"] == {
        "count": 5, "measured": 4, "on_island": 1, "no_street": 0, "residents": 100.0,
        "residents_by_group": {"65+": 26.0, "0-6": 10.0, "disabled": None},
    }  # fmt: skip
    assert [kind["key"] for kind in summary["kinds"]] == list(load_kinds())
    for standard in summary["standards"]:
        assert {
            "key",
            "zh",
            "en",
            "edition",
            "jurisdiction",
            "effective_from",
            "effective_to",
            "sources",
        } <= set(standard)
        for rule in standard["rules"]:
            assert rule["verdict_note"]["zh"]
            for value in (rule["threshold"], rule["min_area_ha"], rule["floor_m2"], rule["site_m2"]):
                assert value is None or {"evidence", "source"} <= set(value)
            for result in rule["results"]:
                assert (result["residents"] is None) == (result["no_verdict"] is not None)
                if result["residents"]:
                    assert set(result["residents"]) == COVERAGE
                    assert set(result["groups"]) == {"65+", "0-6", "disabled"}


def test_summary_says_what_was_counted(measured: Measurement) -> None:
    summary = summarise(measured)
    [rule] = [rule for rule in summary["standards"][0]["rules"] if rule["key"] == "primary"]
    assert rule["threshold"] == {
        "value": 500.0,
        "unit": "m",
        "evidence": "seen",
        "source": "JBK-54790",
        "note": "",
    }
    [result] = rule["results"]
    assert result["residents"] == {
        "total": 100.0, "covered": 30.0, "left_out": 46.0, "unknown": 24.0, "share": 0.3, "unknown_share": 0.24,
    }  # fmt: skip
    assert (result["homes_covered"], result["homes_left_out"], result["homes_unknown"]) == (1, 2, 2)
    [rule] = [rule for rule in summary["standards"][1]["rules"] if rule["key"] == "convenience"]
    assert [result["profile"] for result in rule["results"]] == ["adult", "senior"]
    primary = next(kind for kind in summary["kinds"] if kind["key"] == "primary")
    assert primary["walk"]["adult"]["within_10_min"] == 0.36


def test_folder_is_written_whole_and_keeps_what_else_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "out"
    with whole_folder(folder) as unfinished:
        (unfinished / "a.txt").write_text("one")
        assert not folder.exists()
    (folder / "mine.txt").write_text("kept")
    with whole_folder(folder) as unfinished:
        (unfinished / "a.txt").write_text("two")
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"a.txt": "two", "mine.txt": "kept"}
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_folder_after_an_error_is_as_it_was(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        with whole_folder(folder) as unfinished:
            (unfinished / "a.txt").write_text("half")
            raise InputError("no")

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.txt").write_text("whole")
    for folder in (tmp_path / "out", tmp_path / "new"):
        with pytest.raises(InputError, match="no"):
            fail(folder)
    assert (tmp_path / "out" / "a.txt").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match=r"--out .*out: cannot be written"), whole_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "out").read_text() == "mine"
