"""Killed -9 two hundred times under load, the desk keeps every promise; on both databases.

Server and worker are processes of their own, as in service; residents report over loopback, and send again what was not
acknowledged, with the same key. LINLI_BENCH_KILLS says how many other times than 200.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests.desk.common.gateway import gateway
from tests.desk.killing import Counted, killed
from tests.desk.serving import opened
from tests.engine.circle.conftest import HOMES, map_text

from benchmarks import servers
from benchmarks.figures import Figure, Figures
from linli.engine.streets.place import Inputs

KILLS = int(os.environ.get("LINLI_BENCH_KILLS", "200"))
_NAME = "matters acknowledged, killed under load, there once and told"


def figures() -> Figures:
    yield _figure("SQLite", {})
    with servers.postgresql() as address:
        if address is None:
            yield Figure.skipped(f"{_NAME}, PostgreSQL", "no PostgreSQL here")
        else:
            yield _figure("PostgreSQL", {"LINLI_DATABASE_URL": servers.make_database(address, "kill")})


def _figure(engine: str, given: dict[str, str]) -> Figure:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="linli-bench-kill-") as folder, gateway() as sms:
        desk = opened(Path(folder) / "data", _village(Path(folder)), given, gateway=sms.by_key)
        counted = killed(desk, sms, kills=KILLS, seed=KILLS, said=True)
    kept = not counted.faults and counted.ledger.startswith("village: whole")
    value = f"{_told(counted)}; {time.monotonic() - started:,.0f} s"
    return Figure(f"{_NAME}, {engine}", value, f"all of them, {KILLS} kills", kept)


def _told(counted: Counted) -> str:
    return f"{counted}{f'; FAULTS: {counted.faults}' if counted.faults else ''}"


def _village(folder: Path) -> Inputs:
    (folder / "homes.csv").write_text(HOMES, encoding="utf-8")
    (folder / "village.osm").write_text(map_text(), encoding="utf-8")
    return Inputs(path=folder / "village.osm", homes_register=folder / "homes.csv")
