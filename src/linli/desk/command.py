"""`linli up`: a place measured and served, from a map file or from the demo that comes along."""

from __future__ import annotations

import argparse
from pathlib import Path

_EPILOG = """\
examples
  linli up
      the place in the data folder; on a fresh machine, the demo (central Helsinki)
  linli up --place town.osm.pbf --name 兵草岗
      read in a map file, measure it, serve it
  linli up --place city.osm.pbf --boundary "Las Palmas de Gran Canaria" --register ours.csv --register-crs gcj02
      one place of a large file, with the committee's own list of facilities, which wins over the map
  linli up --check
      start, ask for the first page, say what was served, stop

Everything that must be kept is in the data folder. docs/operators.md says how to keep it safe, and how to stand behind
another web server. exit codes: 0 stopped on request, 1 --check failed, 2 something given cannot be used
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `up` to the `linli` command."""
    parser = commands.add_parser(
        "up",
        help="measure a place and serve its pages (开张)",
        description="Migrate the database, read in the place if it is not there yet, measure it, serve it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serving = parser.add_argument_group("serving")
    serving.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    serving.add_argument(
        "--port",
        type=int,
        metavar="N",
        help="port to listen on (default: PORT of the environment, else 8000)",
    )
    serving.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (default: LINLI_DATA of the environment, else ./data)",
    )
    serving.add_argument(
        "--check", action="store_true", help="start, ask for the first page, say what was served, stop"
    )
    place = parser.add_argument_group("reading in a place")
    place.add_argument(
        "--place", type=Path, metavar="FILE", help="the map: .osm.pbf, .osm, .osm.gz, .osm.bz2"
    )
    place.add_argument(
        "--name", help="what the place is called (default: its name in the file, or the file's)"
    )
    place.add_argument("--slug", help="its part of the address (default: made from the name)")
    place.add_argument(
        "--boundary", metavar="WHERE", help="GeoJSON file, r<relation id>, W,S,E,N, or a name in the file"
    )
    place.add_argument(
        "--register", type=Path, metavar="CSV", help="the committee's facilities (wins over the map)"
    )
    place.add_argument(
        "--register-crs",
        metavar="CRS",
        help="datum of the lists' coordinates: wgs84, gcj02 or bd09 (never guessed)",
    )
    place.add_argument(
        "--homes-register",
        type=Path,
        metavar="CSV",
        help="residents of each home, as the committee counts them",
    )
    place.add_argument(
        "--population", type=Path, metavar="FILE", help="a population grid: GeoTIFF, or CSV of cells"
    )
    place.add_argument(
        "--elevation",
        type=Path,
        metavar="FILE",
        help="heights: GeoTIFF or SRTM .hgt(.zip); slopes then count",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; the exit code."""
    from linli.desk.up import up  # noqa: PLC0415 -- Django and the engine only when they are wanted

    return up(arguments)
