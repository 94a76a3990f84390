"""What `linli measure` does once its arguments are read."""

from __future__ import annotations

import json
import locale
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linli.engine.circle.command import DEFAULT_PROFILES, DEFAULT_STANDARDS
from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.outputs import whole_folder, write_gaps, write_homes, write_summary
from linli.engine.circle.standards import load_standards
from linli.engine.circle.summary import summarise
from linli.engine.circle.table import render_table
from linli.engine.errors import InputError
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Inputs, Place, build
from linli.engine.streets.profiles import Profile, load_profiles
from linli.engine.streets.progress import BarProgress, Progress, silent

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable


PLACE_FILE = "place.linli"


def measure_file(arguments: argparse.Namespace) -> int:
    """Measure a map file, write what was asked for, print the summary or a table.

    Raises
    ------
    InputError
        Something given cannot be used; nothing was written.
    """
    # A mistyped name is told before a large map is read.
    standards = load_standards(arguments.standard or DEFAULT_STANDARDS, kinds=load_kinds())
    profiles = choose_profiles(arguments.profile or DEFAULT_PROFILES)
    out: Path | None = arguments.out
    if out is None and not arguments.json:
        out = Path(f"{arguments.file.name.split('.')[0]}-circle")
    with ExitStack() as stack:
        progress: Progress = stack.enter_context(BarProgress()) if sys.stderr.isatty() else silent
        unfinished = None if out is None else stack.enter_context(whole_folder(out))
        place = _place(arguments, out, unfinished, progress)
        measurement = measure_place(place, standards=standards, profiles=profiles, progress=progress)
        summary = summarise(measurement)
        if unfinished is not None:
            _write(measurement, summary, unfinished, report=not arguments.no_report, progress=progress)
    if arguments.json:
        print(json.dumps(summary, ensure_ascii=False, indent=1))
        return 0
    print(render_table(summary, lang=arguments.lang or _language()))
    print(f"→ {out}/")
    return 0


def _place(
    arguments: argparse.Namespace, out: Path | None, unfinished: Path | None, progress: Progress
) -> Place:
    """Load the place as an earlier run left it in `out` if it was built from the same inputs, else build it and keep it.

    It is written into `unfinished` with the rest, so that a run that fails later leaves nothing behind.
    """
    inputs = Inputs(
        path=arguments.file, boundary=arguments.boundary, register=arguments.register,
        homes_register=arguments.homes_register, register_crs=arguments.register_crs,
        population=arguments.population, elevation=arguments.elevation,
    )  # fmt: skip
    kept = None if out is None else out / PLACE_FILE
    if kept is not None and kept.is_file():
        try:
            place = Place.load(kept)
        except InputError:
            pass  # damaged or of another version: built anew
        else:
            if place.meta["fingerprint"] == inputs.fingerprint():
                return place
    place = build(inputs, progress=progress)
    if unfinished is not None:
        place.save(unfinished / PLACE_FILE)
    return place


def choose_profiles(names: Iterable[str]) -> list[Profile]:
    """Find the profiles of these keys, each once.

    Raises
    ------
    InputError
        There is no such profile; the choices are named.
    """
    known = load_profiles()
    for name in names:
        if name not in known:
            raise InputError(f"--profile {name}: no such profile; choose of {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]


def _write(
    measurement: Measurement, summary: dict[str, Any], folder: Path, *, report: bool, progress: Progress
) -> None:
    progress("write", 0.0)
    # Compressing and drawing leave Python's lock alone, so they go on beside the writing of text.
    with ThreadPoolExecutor(2) as beside:
        parts = [beside.submit(write_homes, measurement, folder / "homes.parquet")]
        if report:
            parts.append(beside.submit(_write_report, measurement, folder / "report.html"))
        write_gaps(measurement, folder / "gaps.geojson")
        write_summary(summary, folder / "summary.json")
        progress("write", 0.5)
        for part in parts:
            part.result()
    progress("write", 1.0)


def _write_report(measurement: Measurement, path: Path) -> None:
    from linli.engine.circle.report import write_report  # noqa: PLC0415 -- wanted only with a report

    write_report(measurement, path, command=shlex.join(["linli", *sys.argv[1:]]))


def _language() -> str:
    """Choose the terminal's language, of those the table speaks."""
    return "zh" if (locale.getlocale(locale.LC_CTYPE)[0] or "").startswith("zh") else "en"
