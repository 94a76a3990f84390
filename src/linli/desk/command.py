"""The desk's commands: `linli up` serves a place; the others keep what it keeps."""

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


_Commands = argparse._SubParsersAction  # noqa: SLF001 -- it has no public name


def add_parser(commands: _Commands[argparse.ArgumentParser]) -> None:
    """Add the desk's commands to `linli`."""
    _add_up(commands)
    work = commands.add_parser(
        "work",
        help="send messages and watch deadlines, beside `linli up --no-worker` (值守)",
        description="Send messages and run sweeps until told to stop. Several may run at once: none does another's work.",
    )
    work.set_defaults(run=lambda arguments: _upkeep("work", arguments))
    ledger = commands.add_parser("ledger", help="the record of everything that happened (台账)")
    verbs = ledger.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser(
        "verify",
        help="prove that no entry was changed, removed or put in",
        description="Recompute the digest of every entry. Note the last digest down somewhere else: a ledger that still "
        "ends in it has not been written anew. exit codes: 0 whole, 1 not whole, 2 no desk there",
    )
    verify.add_argument("--community", metavar="SLUG", help="only this one (default: every one)")
    verify.set_defaults(run=lambda arguments: _upkeep("verify_ledgers", arguments))
    keys = commands.add_parser("keys", help="the keys of what is kept encrypted (密钥)")
    verbs = keys.add_subparsers(dest="verb", required=True, metavar="VERB")
    rotate = verbs.add_parser(
        "rotate",
        help="make a new key and encrypt everything again with it",
        description="The desk may go on working meanwhile; cut off, it is made whole by the next time.",
    )
    rotate.set_defaults(run=lambda arguments: _upkeep("rotate_keys", arguments))
    operator = commands.add_parser(
        "operator",
        help="let somebody keep this desk: they may open a staff session and hire the first director (管理员)",
        description="Make the account of an operator, or give it a new password, which is printed once.",
    )
    operator.add_argument("username", metavar="NAME", help="what they log in with: small letters and digits")
    operator.set_defaults(run=lambda arguments: _upkeep("let_operator_in", arguments))
    demo = commands.add_parser(
        "demo",
        help="a new password for the invented staff of the demo (演示)",
        description="Give all invented accounts of the demo place a new password, and print it.",
    )
    demo.set_defaults(run=lambda arguments: _upkeep("let_demo_in", arguments))
    backup = _add_backup(commands)
    for parser in (work, verify, rotate, operator, demo, backup):
        _add_data(parser)


def _add_backup(commands: _Commands[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    backup = commands.add_parser(
        "backup",
        help="everything that must be kept, in one encrypted file, while the desk runs (备份)",
        description="Database, uploads, places and keys, encrypted by age (age-encryption.org) with a passphrase, or for the "
        "owner of a key, so that this machine cannot open it. Read back before it takes its name.",
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--check", action="store_true", help="read FILE to its end and compare every digest")
    backup.add_argument(
        "--recipient",
        action="append",
        metavar="KEY",
        help="a public key (age1…, ssh-ed25519 …); may be given again",
    )
    restore = commands.add_parser(
        "restore",
        help="put a backup into a new folder and prove its ledgers (恢复)",
        description="All or nothing. A backup of SQLite goes into the folder; one of PostgreSQL also into the empty database "
        "that LINLI_DATABASE_URL names. Neither can be put into the other.",
    )
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--into", type=Path, metavar="FOLDER", required=True, help="the new data folder")
    for parser, run in ((backup, "backup"), (restore, "restore")):
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="its first line; otherwise it is asked for"
        )
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the secret key to open it with")
        parser.set_defaults(run=lambda arguments, run=run: _backup(run, arguments))
    return backup


def _backup(name: str, arguments: argparse.Namespace) -> int:
    from linli.desk.backup import command  # noqa: PLC0415 -- pyrage only when it is wanted

    return int(getattr(command, name)(arguments))


def _add_data(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (default: LINLI_DATA of the environment, else ./data)",
    )


def _upkeep(name: str, arguments: argparse.Namespace) -> int:
    from linli.desk import upkeep  # noqa: PLC0415 -- Django only when it is wanted

    return int(getattr(upkeep, name)(arguments))


def _add_up(commands: _Commands[argparse.ArgumentParser]) -> None:
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
    _add_data(serving)
    serving.add_argument(
        "--check", action="store_true", help="start, ask for the first page, say what was served, stop"
    )
    serving.add_argument(
        "--no-worker",
        action="store_true",
        help="send no messages and watch no deadlines: `linli work` does, in a process of its own",
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
