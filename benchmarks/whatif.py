"""The desk with a whole city: how long a start takes, and how soon every home is recoloured while a pin is dragged.

The desk runs as it does for a person, `linli up` in a process of its own; what is asked goes over HTTP. Server time is what
the desk itself says in `Server-Timing`: from the request read to the answer packed.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, Figures, shared_data

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINLI = [sys.executable, "-c", "import sys; from linli.cli import main; sys.exit(main())"]
_STEPS = 60  # of one drag
_DRAG_MS, _TILES_S = 100.0, 30.0
_TOKEN = "b" * 32


def figures() -> Figures:
    data = shared_data()
    if data is None:
        yield Figure.skipped("what-if, Las Palmas", "no shared data")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield tiles(data, Path(folder))
        with served(data, Path(folder)) as (base, steps):
            print(steps, end="")
            place = ask(f"{base}place.json")
            for profile, kind in drags(place):
                yield drag(base, place, profile=profile, kind=kind)


def place_arguments(data: Path) -> list[str]:
    [city] = data.glob("las_palmas/*.osm.pbf")
    boundary = data / "las_palmas" / "boundary_municipality.geojson"
    return ["--place", str(city), "--boundary", str(boundary), "--name", "Las Palmas", "--slug", "city"]


def tiles(data: Path, folder: Path) -> Figure:
    """In a process of its own, so that Django's settings are those of a start."""
    code = """
import sys, time
from pathlib import Path
from linli.desk.places.tiles import write_tiles
from linli.engine.streets.place import Inputs, build
place = build(Inputs(path=Path(sys.argv[1]), boundary=sys.argv[2]))
started = time.perf_counter()
write_tiles(place, Path(sys.argv[3]))
print(time.perf_counter() - started)
"""
    _, city, _, boundary, *_ = place_arguments(data)
    out = folder / "tiles.pmtiles"
    done = subprocess.run(
        [sys.executable, "-c", code, city, boundary, str(out)], check=True, capture_output=True, text=True
    )
    taken = float(done.stdout)
    size_mb = out.stat().st_size / 1e6
    return Figure(
        "tiles of Las Palmas", f"{taken:.1f} s ({size_mb:.1f} MB)", f"≤ {_TILES_S:g} s", taken <= _TILES_S
    )


@contextmanager
def served(data: Path, folder: Path) -> Iterator[tuple[str, str]]:
    command = [*_LINLI, "up", "--port", "0", "--data", str(folder / "data"), *place_arguments(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        steps = ""
        for line in process.stdout:
            steps += line
            if found := re.search(r"up at (http://\S+/)", line):
                break
        else:
            raise RuntimeError(f"linli up did not start: {steps}")
        try:
            yield f"{found[1]}api/c/city/", steps
        finally:
            process.terminate()
            process.communicate()


def ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def drags(place: dict[str, Any]) -> list[tuple[str, str]]:
    """The kind with most places, one of a usual number, and the profile that takes two answers."""
    kinds = {kind["key"]: kind["facility_count"] for kind in place["kinds"]}
    most = max(kinds, key=lambda key: kinds[key])
    return [("adult", "supermarket"), ("adult", most), ("wheelchair_manual", most)]


def drag(base: str, place: dict[str, Any], *, profile: str, kind: str) -> Figure:
    facilities = ask(f"{base}facilities.geojson?kind={kind}")["features"]
    pin = facilities[0]["properties"]["id"]
    west, south, east, north = place["bounds"]
    taken = []
    for step in range(_STEPS):
        share = 0.25 + 0.5 * step / _STEPS
        at = {"lon": west + share * (east - west), "lat": south + share * (north - south)}
        change = {"profile": profile, "kind": kind, "moved": [{"facility": pin, **at}]}
        request = urllib.request.Request(
            f"{base}what-if",
            json.dumps(change).encode(),
            {
                "Content-Type": "application/json",
                "X-CSRFToken": _TOKEN,
                "Cookie": f"csrftoken={_TOKEN}",
                "Accept-Encoding": "gzip",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            taken.append(float(re.search(r"total;dur=([\d.]+)", answer.headers["Server-Timing"])[1]))
    taken.sort()
    median, most = statistics.median(taken), taken[int(0.95 * len(taken))]
    return Figure(
        f"what-if, Las Palmas, {place['home_count']:,} homes, {kind} ({len(facilities):,}), {profile}",
        f"{median:.1f} ms, 95 % of {len(taken)} steps of a drag within {most:.1f} ms, longest {taken[-1]:.1f} ms",
        f"< {_DRAG_MS:g} ms server time",
        most < _DRAG_MS,
    )
