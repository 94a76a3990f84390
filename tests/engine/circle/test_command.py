from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from linli.engine.circle.standards import shipped_standards
from linli.engine.streets.profiles import load_profiles

if TYPE_CHECKING:
    from pathlib import Path

_LINLI = [sys.executable, "-c", "import sys; from linli.cli import main; sys.exit(main())", "measure"]
FILES = {"gaps.geojson", "homes.parquet", "place.linli", "report.html", "summary.json"}


def linli(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_LINLI, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


def refused(*arguments: object, cwd: Path) -> str:
    """The one line of a run that had to fail, with nothing left behind."""
    before = sorted(path.name for path in cwd.iterdir())
    done = linli(*arguments, "--out", "out", cwd=cwd)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("linli: ")
    assert sorted(path.name for path in cwd.iterdir()) == before
    return line


def test_measure_writes_all_files_and_a_table(village: Path, tmp_path: Path) -> None:
    done = linli(
        village, "--homes-register", village.with_name("homes.csv"), "--standard", "gb50180_2018", "--out", "out",
        "--lang", "zh", cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert "5 处住房，100 位居民；1 处在孤立路网上或不临路，情况未知" in done.stdout
    [row] = [line.split() for line in done.stdout.splitlines() if line.startswith("  小学")]
    assert row == ["小学", "≤", "500", "米‡", "30%", "46", "24"]
    assert "* 参考值，未核对原文" in done.stdout
    assert "© OpenStreetMap contributors" in done.stdout
    assert "<html" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_measure_in_english_names_the_folder_after_the_file(village: Path, tmp_path: Path) -> None:
    done = linli(
        village, "--homes-register", village.with_name("homes.csv"), "--no-report", "--lang", "en",
        "--standard", "quarter_hour_2021", "--profile", "senior", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0
    assert {path.name for path in (tmp_path / "village-circle").iterdir()} == FILES - {"report.html"}
    assert "reference value" not in done.stdout
    assert "‡ read in the source named, which is not the official text" in done.stdout


def test_json_prints_the_summary_only_and_writes_nothing(village: Path, tmp_path: Path) -> None:
    done = linli(village, "--homes-register", village.with_name("homes.csv"), "--json", cwd=tmp_path)
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert summary["homes"]["residents"] == 100
    assert [one["key"] for one in summary["standards"]] == ["gb50180_2018", "fifteen_minute_city"]
    assert list(tmp_path.iterdir()) == []


def test_second_run_uses_the_built_place_until_an_input_changes(village: Path, tmp_path: Path) -> None:
    register = tmp_path / "homes.csv"
    register.write_bytes(village.with_name("homes.csv").read_bytes())
    arguments = (village, "--homes-register", register, "--no-report", "--standard", "ghsci", "--out", "out")
    built = tmp_path / "out" / "place.linli"
    assert linli(*arguments, cwd=tmp_path).returncode == 0
    first = built.stat().st_ino
    assert linli(*arguments, "--profile", "child", cwd=tmp_path).returncode == 0
    assert built.stat().st_ino == first
    register.write_text(
        register.read_text(encoding="utf-8").replace(",30,10,3,", ",31,10,3,"), encoding="utf-8"
    )
    assert linli(*arguments, cwd=tmp_path).returncode == 0
    assert built.stat().st_ino != first
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["homes"]["residents"] == 101


def test_damaged_built_place_is_built_anew(village: Path, tmp_path: Path) -> None:
    arguments = (village, "--homes-register", village.with_name("homes.csv"), "--no-report", "--out", "out")
    assert linli(*arguments, cwd=tmp_path).returncode == 0
    built = tmp_path / "out" / "place.linli"
    whole = built.read_bytes()
    built.write_bytes(whole[: len(whole) // 2])
    assert linli(*arguments, cwd=tmp_path).returncode == 0
    assert built.read_bytes() == whole


def test_truncated_map_is_refused(helsinki: Path, tmp_path: Path) -> None:
    whole = helsinki.read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) * 2 // 3])
    line = refused("cut.osm.pbf", cwd=tmp_path)
    assert "cut.osm.pbf: " in line


def test_truncated_xml_is_refused(village: Path, tmp_path: Path) -> None:
    whole = village.read_bytes()
    (tmp_path / "cut.osm").write_bytes(whole[: len(whole) * 2 // 3])
    assert "cut.osm: " in refused("cut.osm", cwd=tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "map.osm.pbf: is empty"),
        (b"%PDF-1.7 not a map" * 99, "map.osm.pbf: is not an OpenStreetMap file"),
    ],
)
def test_file_that_is_no_map_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "map.osm.pbf").write_bytes(content)
    assert message in refused("map.osm.pbf", cwd=tmp_path)


def test_missing_map_is_refused(tmp_path: Path) -> None:
    assert "none.osm.pbf: there is no such file" in refused("none.osm.pbf", cwd=tmp_path)


def test_boundary_outside_the_map_is_refused(helsinki: Path, tmp_path: Path) -> None:
    assert "boundary 1,1,2,2: lies outside the data of" in refused(
        helsinki, "--boundary", "1,1,2,2", cwd=tmp_path
    )


def test_bad_row_of_a_register_is_refused_by_its_line(village: Path, tmp_path: Path) -> None:
    (tmp_path / "ours.csv").write_text(
        "kind,name,lon,lat,crs\n社区食堂,甲,0.004,0.0001,wgs84\n社区食堂,乙,east,0.0001,wgs84\n",
        encoding="utf-8",
    )
    line = refused(village, "--register", "ours.csv", cwd=tmp_path)
    assert "ours.csv:3" in line
    assert "lon" in line


def test_unknown_standard_and_profile_name_the_choices_before_the_map_is_read(tmp_path: Path) -> None:
    line = refused("none.osm.pbf", "--standard", "gb", cwd=tmp_path)
    assert all(key in line for key in shipped_standards())
    line = refused("none.osm.pbf", "--profile", "runner", cwd=tmp_path)
    assert all(key in line for key in load_profiles())


def test_own_standard_with_a_fault_is_refused(village: Path, tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('key = "ours"\n', encoding="utf-8")
    assert "ours.toml: " in refused(village, "--standard", "ours.toml", cwd=tmp_path)


def test_place_without_homes_is_refused(village: Path, tmp_path: Path) -> None:
    assert "no homes" in refused(village, cwd=tmp_path)


def test_folder_that_cannot_be_written_is_refused(village: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert "--out out: cannot be written" in refused(
        village, "--homes-register", village.with_name("homes.csv"), cwd=tmp_path
    )
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_measure_asked_to_stop_leaves_nothing_behind(
    village: Path, tmp_path: Path, asked: signal.Signals
) -> None:
    # A pipe that nobody writes to keeps it waiting in the middle of the work.
    os.mkfifo(tmp_path / "homes.csv")
    with subprocess.Popen([*_LINLI, str(village), "--homes-register", "homes.csv", "--out", "out"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:  # fmt: skip
        writer = _opened_once_read(tmp_path / "homes.csv")
        assert len(list(tmp_path.iterdir())) == 2
        running.send_signal(asked)
        _, told = running.communicate(timeout=30)
        os.close(writer)
    assert (running.returncode, told) == (130, "linli: stopped; nothing was written\n")
    assert [path.name for path in tmp_path.iterdir()] == ["homes.csv"]


def _opened_once_read(pipe: Path) -> int:
    """Open a pipe for writing as soon as somebody reads from it."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_help_teaches_examples_outputs_standards_profiles_and_exit_codes(tmp_path: Path) -> None:
    done = linli("--help", cwd=tmp_path)
    assert done.returncode == 0
    for word in (
        "examples",
        "--boundary",
        "gaps.geojson",
        "exit codes",
        *shipped_standards(),
        *load_profiles(),
    ):
        assert word in done.stdout


def test_help_is_quick_to_load_and_imports_no_numbers(tmp_path: Path) -> None:
    code = "import sys; import linli.cli; print([m for m in ('numpy', 'shapely', 'osmium', 'scipy', 'rich') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
