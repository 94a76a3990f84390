"""The `linli` command: each subcommand lives in its own room and is only named here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from linli import __version__
from linli.desk import command as desk_command
from linli.engine.circle import command as circle_command
from linli.engine.errors import InputError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; bad input is one line on stderr and exit code 2, never a traceback."""
    parser = argparse.ArgumentParser(
        prog="linli", description="Measure, plan and run a neighbourhood (邻里)."
    )
    parser.add_argument("--version", action="version", version=f"linli {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    circle_command.add_parser(commands)
    desk_command.add_parser(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except InputError as error:
        print(f"linli: {error}", file=sys.stderr)
        return 2
