"""`linli measure` on a whole city: its time against reading the same map file, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, Figures, said, shared_data

_READ = """
import sys, time, osmium
started = time.perf_counter()
for _ in osmium.FileProcessor(sys.argv[1]):
    pass
print(time.perf_counter() - started)
"""
_MEASURE = "import sys; from linli.cli import main; sys.exit(main())"
_TURNS = 3
_PEAK_MB = 600


def figures() -> Figures:
    data = shared_data()
    if data is None:
        yield Figure.skipped("linli measure, Las Palmas", "no shared data")
        return
    [city] = data.glob("las_palmas/*.osm.pbf")
    boundary = data / "las_palmas" / "boundary_municipality.geojson"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "las_palmas"
        measure = [
            sys.executable,
            "-c",
            _MEASURE,
            "measure",
            str(city),
            "--boundary",
            str(boundary),
            "--out",
            str(out),
        ]
        first_s, first_mb = run(measure)
        again, read = [], []
        for _ in range(_TURNS):
            read.append(
                float(
                    subprocess.run(
                        [sys.executable, "-c", _READ, str(city)], check=True, capture_output=True
                    ).stdout
                )
            )
            again.append(run(measure))
        second_s, second_mb = min(seconds for seconds, _ in again), max(peak_mb for _, peak_mb in again)
    yield Figure.at_most(
        "linli measure, Las Palmas, second run, against reading the file with osmium",
        second_s / min(read),
        4,
        f"{said(second_s)} against {said(min(read))}; first run {said(first_s)}",
    )
    for which, peak_mb in (("first", first_mb), ("second", second_mb)):
        yield Figure(
            f"linli measure, Las Palmas, {which} run, peak memory",
            f"{peak_mb:.0f} MB",
            f"≤ {_PEAK_MB} MB",
            peak_mb <= _PEAK_MB,
        )


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak MB of a process, interpreter start included."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    # Kilobytes on Linux, bytes on macOS.
    return time.perf_counter() - started, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
