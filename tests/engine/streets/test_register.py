from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.engine.errors import InputError
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.register import parse_datum, read_facilities, read_homes

HEAD = "kind,name,lon,lat,crs\n"
GUIXI = (117.19, 28.27, 117.25, 28.31)


def write(tmp_path, text, *, encoding="utf-8"):
    path = tmp_path / "register.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_facilities_in_english(tmp_path):
    text = "kind,name,lon,lat,crs,address,hours,step_free\ncanteen,Sunny,117.21,28.29,wgs84,1 Main St,11-13,yes\n"
    (row,) = read_facilities(write(tmp_path, text)).rows
    assert (row.kind, row.name, row.address, row.hours, row.step_free) == (
        "canteen", "Sunny", "1 Main St", "11-13", True)  # fmt: skip
    assert (row.position.lon, row.position.lat, row.line) == (117.21, 28.29, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_facilities_in_chinese_in_any_encoding(tmp_path, encoding):
    text = "类别,名称,经度（度）,纬度（度）,坐标系,无障碍\r\n爱心食堂,幸福里食堂,117.21,28.29,高德,无\r\n"
    (row,) = read_facilities(write(tmp_path, text, encoding=encoding)).rows
    assert (row.kind, row.name, row.step_free) == ("canteen", "幸福里食堂", False)
    assert row.position.lon == pytest.approx(117.21 - 0.0050, abs=5e-4)  # turned back from GCJ-02
    assert row.position.lat == pytest.approx(28.29 + 0.0032, abs=5e-4)


def test_facilities_with_semicolons_and_quoted_commas(tmp_path):
    text = 'kind;name;lon;lat;crs\ncanteen;"A; B";117.21;28.29;gps\n\n'
    (row,) = read_facilities(write(tmp_path, text)).rows
    assert row.name == "A; B"


def test_datum_missing_in_china_is_refused(tmp_path):
    path = write(tmp_path, "kind,name,lon,lat\ncanteen,A,117.21,28.29\n")
    with pytest.raises(InputError, match=rf"{path}:2: has no datum.*--register-crs.*gcj02"):
        read_facilities(path)
    assert read_facilities(path, crs="wgs84").rows[0].position.lon == 117.21


def test_datum_missing_outside_china_is_wgs84(tmp_path):
    path = write(tmp_path, "kind,name,lon,lat\ncanteen,A,24.94,60.17\n")
    assert read_facilities(path).rows[0].position.lon == 24.94


def test_datum_of_the_line_wins_over_the_option(tmp_path):
    path = write(tmp_path, HEAD + "canteen,A,117.21,28.29,wgs84\n")
    assert read_facilities(path, crs="bd09").rows[0].position.lon == 117.21


@pytest.mark.parametrize(
    ("text", "datum"), [("GCJ-02", "gcj02"), ("百度", "bd09"), ("EPSG:4326", "wgs84"), ("x", None)]
)
def test_datum_words(text, datum):
    assert parse_datum(text) == datum


def test_kind_without_any_here_is_surveyed(tmp_path):
    register = read_facilities(write(tmp_path, HEAD + "canteen,none,,,\npark,A,117.21,28.29,gps\n"))  # fmt: skip
    assert register.none_of == {"canteen"}
    assert register.surveyed == {"canteen", "park"}
    register = read_facilities(write(tmp_path, "类别,状态\n社区食堂,无\n"))
    assert register.none_of == {"canteen"}


def test_closed_needs_only_a_name(tmp_path):
    (row,) = read_facilities(write(tmp_path, "kind,name,lon,lat,status\ncanteen,Old,,,closed\n")).rows
    assert row.closed
    assert not row.position.given


BAD = [
    ("cantine,A,117.21,28.29,gps", r"kind “cantine” is not known; did you mean canteen"),
    (",A,117.21,28.29,gps", r"has no kind"),
    ("canteen,A,117.21,,gps", r"has no lat; give both"),
    ("canteen,A,,,gps", r"has no position; give lon and lat"),
    ("canteen,A,east,28.29,gps", r"lon is “east”, which is no number"),
    ("canteen,A,217.21,28.29,gps", r"lon is 217.21, not between -180 and 180"),
    ("canteen,A,28.29,117.21,gps", r"are the wrong way round; swap them"),
    ("canteen,A,107.21,28.29,gps", r"far from the place; check lon, lat and crs"),
    ("canteen,A,117.21,28.29,mars", r"crs “mars” is not known; write wgs84"),
    ("canteen,A,117.21,28.29,gps,extra", r"has 6 cells where the header has 5"),
    ("canteen,none,,,\ncanteen,A,117.21,28.29,gps", r"says there is no canteen, but line 3 lists one"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "fault"), BAD, ids=[fault[:24] for _, fault in BAD])
def test_bad_row_is_named_with_its_remedy(tmp_path, line, fault):
    path = write(tmp_path, HEAD + line + "\n")
    with pytest.raises(InputError, match=fault) as caught:
        read_facilities(path, near=GUIXI)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert "\n" not in str(caught.value)


def test_bad_rows_are_all_named_in_order(tmp_path):
    path = write(tmp_path, HEAD + "x,A,117.21,28.29,gps\npark,B,117.21,28.29,gps\ny,C,117.21,28.29,gps\n")
    with pytest.raises(InputError) as caught:
        read_facilities(path)
    assert [line.split(": ")[0] for line in str(caught.value).split("\n")] == [f"{path}:2", f"{path}:4"]


def test_bad_rows_beyond_twenty_are_counted(tmp_path):
    path = write(tmp_path, HEAD + "x,A,117.21,28.29,gps\n" * 25)
    with pytest.raises(InputError) as caught:
        read_facilities(path)
    lines = str(caught.value).split("\n")
    assert len(lines) == 21
    assert "5 more lines" in lines[-1]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "has no column kind"),
        (b"name,lon\nA,1\n", "has no column kind .*found: name、lon"),
        ("类别，名称，经度\n".encode(), "use “,” and not “，”"),
        (b"kind,lon,lng,lat\n", "has two columns for lon"),
        (b"PK\x03\x04zip", "is a spreadsheet, not CSV"),
        (b'kind,lon,lat\n"canteen,1,2\n', "is not CSV"),
        (b"kind,lon\n\xff\xff\x00,1\n", ":2: is neither UTF-8 nor GB18030"),
    ],
)
def test_unusable_file_is_refused_with_the_reason(tmp_path, raw, fault):
    path = tmp_path / "register.csv"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=fault):
        read_facilities(path)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_facilities(tmp_path / "none.csv")


def test_homes_by_reference_and_by_position(tmp_path):
    text = "osm,经度,纬度,坐标系,户数,人数,65岁以上,0-6岁,残疾人\nway/12,,,,24,60,12,3,1\n,117.21,28.29,gps,10,,,,\n"
    first, second = read_homes(write(tmp_path, text)).rows
    assert (first.position.osm, first.dwellings, first.residents) == ("w12", 24, 60)
    assert (first.residents_65, first.residents_0_6, first.residents_disabled) == (12, 3, 1)
    assert second.dwellings == 10
    assert math.isnan(second.residents)
    assert math.isnan(second.residents_65)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("w1,10,50", "residents_65 is 50, more than the 10 residents"),
        ("w1,,", "says neither dwellings nor residents"),
        ("house 1,10,", "osm is “house 1”"),
        ("w1,-3,", "residents is -3, not between 0 and inf"),
        (",3,", "has no position"),
    ],
)
def test_homes_bad_row_is_named(tmp_path, line, fault):
    with pytest.raises(InputError, match=fault):
        read_homes(write(tmp_path, f"osm,residents,residents_65\n{line}\n"))


DOC = Path(__file__).resolve().parents[3] / "docs" / "register.md"


def samples():
    """The CSV samples of the guide."""
    return re.findall(r"```csv\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)


def test_samples_of_the_guide_are_read(tmp_path):
    facilities, homes = samples()
    register = read_facilities(write(tmp_path, facilities))
    assert [(row.kind, row.closed) for row in register.rows] == [
        ("canteen", False), ("health_centre", False), ("police", True)]  # fmt: skip
    assert register.none_of == {"library"}
    rows = read_homes(write(tmp_path, homes)).rows
    assert [(row.residents, row.residents_65) for row in rows] == [(61, 14), (95, 22)]


def test_guide_lists_every_kind_under_all_its_names():
    text = DOC.read_text(encoding="utf-8")
    for kind in load_kinds().values():
        assert f"| `{kind.key}` | {kind.zh} | {kind.en} | {'、'.join(kind.aliases)} |" in text


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: ("类别,经度,纬度\n" + text).encode())
    )
)
def test_any_bytes_are_read_or_refused_in_one_breath(tmp_path, raw):
    path = tmp_path / "register.csv"
    path.write_bytes(raw)
    with suppress(InputError):
        read_facilities(path)
    with suppress(InputError):
        read_homes(path)
