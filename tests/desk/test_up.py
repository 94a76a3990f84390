"""`linli up` as a person starts it: a process of its own, an empty folder, no network but this machine's."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from linli import cli
from tests.desk.serving import database, linli, place_arguments, read_until, started

if TYPE_CHECKING:
    from pathlib import Path

    from linli.engine.streets.place import Inputs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


def test_up_check_serves_a_place_from_nothing(tmp_path: Path, village_inputs: Inputs) -> None:
    done = linli("up", "--check", "--data", tmp_path / "data", *place_arguments(village_inputs))
    assert done.returncode == 0, done.stdout + done.stderr
    for step in ("database", "pages", "place", "measure"):
        assert re.search(rf"^  {step} +\d+\.\d s", done.stdout, re.MULTILINE), done.stdout
    assert "桥头村: 5 homes, 4 facilities" in done.stdout
    assert re.search(r"200 http://127\.0\.0\.1:\d+/c/village/\S* [\d,]+ bytes", done.stdout)
    assert re.search(r"title: .*桥头村", done.stdout)
    assert "place: 桥头村, 5 homes" in done.stdout
    kept = {path.name for path in (tmp_path / "data").iterdir()}
    assert {"linli.sqlite3", "secret.key", "static", "communities"} <= kept
    assert not [name for name in kept if name.endswith(("-wal", "-shm"))], "the database was not closed"


def test_up_again_reads_nothing_in(tmp_path: Path, village_inputs: Inputs) -> None:
    data = tmp_path / "data"
    linli("up", "--check", "--data", data, *place_arguments(village_inputs))
    again = linli("up", "--check", LINLI_DATA=str(data))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "  place " not in again.stdout
    asked = linli("up", "--check", *place_arguments(village_inputs), LINLI_DATA=str(data))
    assert "already here, from the same files" in asked.stdout


def test_up_demo_is_measured_and_served(tmp_path: Path) -> None:
    done = linli("up", "--check", LINLI_DATA=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"title: .*赫尔辛基市中心", done.stdout)
    assert "Central Helsinki: " in done.stdout


def headers_of(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers)


@pytest.mark.parametrize(("trusted", "believed"), [("127.0.0.1", True), ("", False), ("10.9.8.7", False)])
def test_up_believes_forwarded_headers_only_of_the_server_in_front(
    tmp_path: Path, village_inputs: Inputs, trusted: str, believed: bool
) -> None:
    given = {"LINLI_HTTPS": "1", "LINLI_TRUSTED_PROXY": trusted, "LINLI_ALLOWED_HOSTS": "linli.example.cn"}
    with started(
        "up", "--port", "0", "--data", tmp_path, *place_arguments(village_inputs), **given
    ) as process:
        url = re.search(r"http://\S+/", read_until(process, "Linli is up at"))[0]
        forwarded = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.7",
            "Host": "linli.example.cn",
        }
        status, headers = headers_of(url + "c/village/", **forwarded)
        assert status == 200
        # Django says this only where it believes that the browser came by HTTPS.
        assert ("Strict-Transport-Security" in headers) is believed
        assert "Secure" in headers["Set-Cookie"]
        assert headers_of(url + "health", Host="evil.example")[0] == 400
        assert headers_of(url + "api/c/village/place.json", Host="evil.example")[1]["Content-Type"] == (
            "application/problem+json"
        )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_stops_cleanly_when_told(tmp_path: Path, village_inputs: Inputs, number: signal.Signals) -> None:
    with started("up", "--port", "0", "--data", tmp_path, *place_arguments(village_inputs)) as process:
        told = read_until(process, "Linli is up at")
        url = re.search(r"http://\S+/", told)[0]
        # The worker begins once the pages are up; until it was seen, /health says that it is not.
        until = time.monotonic() + 15
        while (status := headers_of(url + "health")[0]) == 503 and time.monotonic() < until:
            time.sleep(0.2)
        assert status == 200
        process.send_signal(number)
        assert process.wait(timeout=15) == 0
        assert process.stdout.read().endswith("Stopped.\n")
    assert not list(tmp_path.glob("*-wal"))


def test_up_killed_while_reading_in_goes_on_at_the_next_start(tmp_path: Path, helsinki: Path) -> None:
    with started("up", "--port", "0", "--data", tmp_path, "--place", helsinki, "--name", "Killed") as process:
        folder = tmp_path / "communities" / "killed"
        deadline = time.monotonic() + 60
        while not (folder / ".lock").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.3)
        process.kill()
        process.wait()
    assert not (folder / "1").exists()
    again = linli("up", "--check", "--data", tmp_path)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Killed: " in again.stdout
    assert "place: Killed" in again.stdout
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "2"]


def test_up_told_to_stop_while_reading_in_says_so(tmp_path: Path, helsinki: Path) -> None:
    with started("up", "--port", "0", "--data", tmp_path, "--place", helsinki) as process:
        read_until(process, "  pages ")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 130
        assert "Stopped before it was ready; the next start goes on from there." in process.stdout.read()


def test_up_on_a_busy_port_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = linli("up", LINLI_DATA=str(tmp_path), PORT=str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"linli: port {port}: in use by another program; give another (--port {port + 1}, or PORT={port + 1})\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--place", "none.osm.pbf"], "none.osm.pbf: there is no such file"),
        (["--boundary", "r1"], "--boundary: is about a place to read in; give --place FILE too"),
        (["--port", "99999"], "port 99999: not a port; give a number from 1 to 65535"),
        (["--host", "no.such.host.invalid"], "--host no.such.host.invalid: not an address of this machine"),
        (["--place", __file__, "--name", "x" * 101], "--name: 101 letters; give 1 to 100"),
    ],
)
def test_up_refuses_in_one_line(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = linli("up", *arguments, LINLI_DATA=str(tmp_path / "data"))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.count("\n") == 1
    assert told in done.stderr
    assert not (tmp_path / "data" / "communities").exists()


def test_up_with_a_bad_environment_is_refused_in_one_line(tmp_path: Path) -> None:
    done = linli("up", "--check", LINLI_DATA=str(tmp_path), LINLI_DATABASE_URL="mysql://root:hunter2@db/x")
    assert done.returncode == 2
    assert done.stderr.startswith("linli: LINLI_DATABASE_URL: mysql://… is no database Linli runs on")
    assert done.stderr.count("\n") == 1


def test_up_without_a_database_server_is_refused_in_one_line(tmp_path: Path) -> None:
    done = linli(
        "up", "--check", LINLI_DATA=str(tmp_path), LINLI_DATABASE_URL="postgresql://linli@127.0.0.1:9/x"
    )
    assert done.returncode == 2
    assert done.stderr.startswith("linli: the database cannot be used")
    assert done.stderr.count("\n") == 1


def test_up_in_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = linli("up", "--check", "--data", tmp_path / "file")
    assert done.returncode == 2
    assert "secret.key: cannot be kept" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.postgresql
def test_up_check_serves_from_postgresql(tmp_path: Path, village_inputs: Inputs) -> None:
    with database("postgresql", "up") as environment:
        done = linli("up", "--check", "--data", tmp_path, *place_arguments(village_inputs), **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "linli.sqlite3").exists()


def test_up_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["up", "--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    for word in ("--place", "--boundary", "--register-crs", "--check", "examples", "exit codes"):
        assert word in told
