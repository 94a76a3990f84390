"""The desk under load: reports received, and the inbox, the search and the map of a district with a million matters.

Reports, against the least a Django site can do: a view of one insert, with the same settings, middleware, server and
database. Either answers only when what it was told is on disk.

Pages, against one statement of SQL written by hand that fetches the same rows: the time of everything the page asks the
database for, over that of the statement. The whole page, with all that is drawn around the rows, is told beside it.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Figures, said
from benchmarks.servers import ask, make_database, postgresql, serving
from benchmarks.writers import Load, load

WRITERS, EACH = 50, 20
MOST_QUERIES = 8


def figures() -> Figures:
    yield from _engine("SQLite", None)
    with postgresql() as address:
        if address is None:
            yield Figure.skipped("desk on PostgreSQL", "there is no PostgreSQL on this machine")
        else:
            yield from _engine("PostgreSQL", address)


def _engine(name: str, address: str | None) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        yield from _received(name, address, Path(folder))
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        yield from _pages(name, address, Path(folder))


def _report(key: str) -> dict[str, str]:
    """What a resident fills in: words of their own, somewhere where nobody has told the same."""
    return {
        "request_key": key,
        "category": "lighting",
        "q-lighting-lamp": "in_the_street",
        "words": "".join(chr(0x4E00 + random.randrange(5000)) for _ in range(24)),
        "lon": f"{20 + random.random() * 10:.6f}",
        "lat": f"{55 + random.random() * 10:.6f}",
        "channel": "none",
    }


def _received(engine: str, address: str | None, folder: Path) -> Iterator[Figure]:
    bare, _url = _loaded(
        folder / "bare", address, ["python", "-m", "benchmarks.bare"], "/insert/", accepted=200
    )
    ours, url = _loaded(
        folder / "desk",
        address,
        ["linli", "up", "--port", "0"],
        "/c/helsinki/report/",
        accepted=302,
        settle_s=20,
    )
    yield Figure.at_least(
        f"desk, {engine}: reports received, of the rate of one insert", ours.rate / bare.rate, 0.6,
        f"{ours.rate:.0f} a second, bare {bare.rate:.0f}",
    )  # fmt: skip
    yield Figure.at_most(
        f"desk, {engine}: 99 of 100 reports received within, of one insert", ours.at(0.99) / bare.at(0.99), 5,
        f"{ours.at(0.99):.2f} s, bare {bare.at(0.99):.2f} s, {WRITERS} writers",
    )  # fmt: skip
    began = time.monotonic()
    counted = ask("benchmarks.counting", data=folder / "desk", database_url=url, told=ours.acknowledged)
    lost, doubled = counted["lost"], counted["doubled"]
    yield Figure(
        f"desk, {engine}: reports lost and doubled",
        f"{lost} and {doubled} of {len(ours.acknowledged)}, {len(ours.refused)} turned away; "
        f"matters all of them {time.monotonic() - began:.0f} s after",
        "0 and 0",
        not lost and not doubled,
    )


def _loaded(
    data: Path, address: str | None, command: list[str], path: str, *, accepted: int, settle_s: float = 0
) -> tuple[Load, str]:
    data.mkdir()
    url = make_database(address, data.name) if address else ""
    # Residents come through a proxy, each from an address of their own.
    with serving(*command, data=data, database_url=url, LINLI_TRUSTED_PROXY="127.0.0.1") as base:
        # What a server does once, at its first start and for its first answers, is no part of how fast it takes reports.
        time.sleep(settle_s)
        load(base, path, _report, writers=8, each=5, accepted=(accepted,))
        return load(base, path, _report, writers=WRITERS, each=EACH, accepted=(accepted,)), url


def _pages(engine: str, address: str | None, folder: Path) -> Iterator[Figure]:
    url = make_database(address, "district") if address else ""
    told = ask("benchmarks.looking", data=folder, database_url=url)
    matters = told.pop("matters")
    for name, look in told.items():
        queries = look["queries"]
        yield Figure(
            f"desk, {engine}: queries of the {name}",
            f"{queries}",
            f"≤ {MOST_QUERIES}",
            queries <= MOST_QUERIES,
        )
        yield Figure.at_most(
            f"desk, {engine}: what the {name} asks for among {matters:,} matters, of one statement by hand",
            look["asked"] / look["by hand"], 3,
            f"{said(look['asked'])}, by hand {said(look['by hand'])}; the whole page {said(look['page'])}",
        )  # fmt: skip
