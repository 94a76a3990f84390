"""`linli measure`: from a map file to who reaches what on foot."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from linli.engine.circle.standards import shipped_standards
from linli.engine.streets.profiles import load_profiles

DEFAULT_STANDARDS = ("gb50180_2018", "fifteen_minute_city")
DEFAULT_PROFILES = ("adult", "senior", "senior_frail", "wheelchair_manual")
STOPPED = 130

_EPILOG = """\
examples
  linli measure town.osm.pbf
      the whole file, against {standards}; results in town-circle/
  linli measure city.osm.pbf --boundary "Las Palmas de Gran Canaria" --profile adult --profile senior_frail
      one place of a large file, by its name in the file (or a GeoJSON file, r123456, or W,S,E,N)
  linli measure county.osm.pbf --register ours.csv --register-crs gcj02 --standard quarter_hour_2021
      with the committee's own list of facilities, which wins over the map
  linli measure town.osm.pbf --standard district.toml --json | jq .homes
      a standard of your own; print the summary and write nothing

the map file
  .osm.pbf, .osm, .osm.gz or .osm.bz2, e.g. from download.geofabrik.de or the Export button of openstreetmap.org

what is written into --out
  report.html      one page with map, charts, rules and the list of the left-out; opens from disk, no network needed
  homes.parquet    GeoParquet: every home, its residents, metres and minutes to every kind of facility
  gaps.geojson     every home that a rule leaves out: which rules, its walk, by how much it is too long
  summary.json     everything in numbers, with the evidence behind every threshold
  place.linli      the network, homes and facilities as built; used again while the inputs stay the same

standards  (--standard)
  {all_standards}
  or a .toml file of your own. Values not checked against the official text are marked so in every output.

profiles  (--profile)
  {all_profiles}

exit codes
  0 measured · 2 something given cannot be used (one line says what and the remedy; nothing is written) · 130 stopped
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `measure` to the `linli` command."""
    parser = commands.add_parser(
        "measure",
        help="who can reach what on foot, from a map file (谁走得到什么)",
        description="Measure how long the walk is from every home to everything daily life needs, judge it by standards, "
        "and say who is left out, where and by how much.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the map: .osm.pbf, .osm, .osm.gz, .osm.bz2")
    parser.add_argument(
        "--boundary",
        metavar="WHERE",
        help="the place: GeoJSON file, r<relation id>, W,S,E,N, or its name in the file",
    )
    parser.add_argument(
        "--standard",
        metavar="KEY|FILE.toml",
        action="append",
        help="what to judge by; give it again for more",
    )
    parser.add_argument("--profile", metavar="KEY", action="append", help="who walks; give it again for more")
    parser.add_argument(
        "--register",
        metavar="CSV",
        type=Path,
        help="the committee's facilities: name, kind, lon, lat … (wins over the map)",
    )
    parser.add_argument(
        "--register-crs",
        metavar="CRS",
        help="datum of the registers' coordinates: wgs84, gcj02 or bd09 (never guessed)",
    )
    parser.add_argument(
        "--homes-register",
        metavar="CSV",
        type=Path,
        help="residents of each home, as the committee counts them",
    )
    parser.add_argument(
        "--population", metavar="FILE", type=Path, help="a population grid: GeoTIFF, or CSV of cells"
    )
    parser.add_argument(
        "--elevation",
        metavar="FILE",
        type=Path,
        help="heights: GeoTIFF or SRTM .hgt(.zip); slopes then count",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="folder to write into (default: NAME-circle; with --json: none)",
    )
    parser.add_argument("--json", action="store_true", help="print summary.json instead of the table")
    parser.add_argument("--no-report", action="store_true", help="do not write report.html")
    parser.add_argument(
        "--lang", choices=("zh", "en"), help="language of the table (default: the terminal's)"
    )
    parser.set_defaults(run=run)


def _epilog() -> str:
    return _EPILOG.format(
        standards=" and ".join(DEFAULT_STANDARDS),
        all_standards=", ".join(shipped_standards()),
        all_profiles=", ".join(load_profiles()),
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure, write, print; the exit code."""
    from linli.engine.circle.run import measure_file  # noqa: PLC0415 -- NumPy and Shapely only when measuring

    # Asked to end by whoever manages processes, it tidies up as it does for Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return measure_file(arguments)
    except KeyboardInterrupt:
        print("linli: stopped; nothing was written", file=sys.stderr)
        return STOPPED
