"""Servers for benchmarks, each in a process and a folder of its own: a database, the desk, a bare view."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def postgresql() -> Iterator[str | None]:
    """A PostgreSQL as its makers ship it (full fsync), gone afterwards; None where the machine has none.

    Gives the address without a database's name.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        yield None
        return
    found = programs[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="linli-bench-pg-"))
    port = _free_port()
    as_root = os.geteuid() == 0
    if as_root:
        shutil.chown(folder, "postgres")

    def run(command: str) -> None:
        words = ["su", "postgres", "-s", "/bin/sh", "-c", command] if as_root else ["sh", "-c", command]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    run(f"{found}/initdb -D {folder}/data -U linli --auth=trust -E UTF8 --locale=C.UTF-8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c shared_buffers=512MB"
    run(f"{found}/pg_ctl -D {folder}/data -w -o '{options}' -l {folder}/log start")
    try:
        yield f"postgresql://linli@127.0.0.1:{port}"
    finally:
        run(f"{found}/pg_ctl -D {folder}/data -m immediate stop")
        shutil.rmtree(folder, ignore_errors=True)


def make_database(address: str, name: str) -> str:
    """Make an empty database; its URL."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{address}/{name}"


def _environment(data: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "LINLI_DATA": str(data),
        "LINLI_DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "linli.desk.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }


def ask(module: str, *, data: Path, database_url: str, told: Sequence[str] = ()) -> dict[str, Any]:
    """Run a module of the benchmarks on a desk's database; what it prints, as JSON says it."""
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=_environment(data, database_url), input="\n".join(told),
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@contextmanager
def serving(*words: str, data: Path, database_url: str = "", **environment: str) -> Iterator[str]:
    """Run a command of this environment until left; gives the address it says it is up at."""
    given = _environment(data, database_url) | environment
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if found := re.search(r"up at (http://[^/]+)/", line):
                break
        else:
            raise RuntimeError(f"{words[0]} ended before it was up")
        yield found[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
