"""`linli work`, `linli ledger verify`, `linli keys rotate`: processes of their own beside a desk that is served."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from linli.engine.streets.place import Inputs
from tests.desk.serving import environment, linli, place_arguments, read_until, started

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

# What a room's action does, in the smallest form: an entry in the ledger and a message that waits.
WRITE = """
import sys, django
django.setup()
from django.db import transaction
from linli.desk.common import ledger, outbox
from linli.desk.places.models import Community
with transaction.atomic():
    for number in range(3):
        ledger.append(community=Community.objects.get(), event="matter.received", by="resident", about=f"matter:{number}")
    outbox.put(community=Community.objects.get(), topic="matter.received", channel="sms", to="138", title="", text="甲")
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, village_inputs: Inputs) -> Path:
    """A data folder with a village in it, three entries in its ledger, a message that waits."""
    data = tmp_path_factory.mktemp("desk") / "data"
    done = linli("up", "--check", "--data", data, *place_arguments(village_inputs))
    assert done.returncode == 0, done.stdout + done.stderr
    write(data)
    return data


def write(data: Path) -> None:
    given = environment(LINLI_DATA=str(data), DJANGO_SETTINGS_MODULE="linli.desk.config.settings")
    subprocess.run([sys.executable, "-c", WRITE], env=given, check=True, timeout=60)


@contextmanager
def opened(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "linli.sqlite3")) as database, database:
        yield database


def wait_for(what: Callable[[], bool], *, within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < deadline, "it did not come to be in time"
        time.sleep(0.05)


def states(data: Path) -> list[str]:
    with opened(data) as database:
        return [state for (state,) in database.execute("SELECT state FROM common_message")]


def test_ledger_verify_says_what_is_whole(desk: Path) -> None:
    done = linli("ledger", "verify", "--data", desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"village: whole; \d+ entries, the last [0-9a-f]{64}\n", done.stdout)


def test_ledger_verify_finds_what_was_changed_behind_the_guards(desk: Path) -> None:
    with opened(desk) as database:
        database.execute("DROP TRIGGER linli_common_ledgerentry_update")
        database.execute("UPDATE common_ledgerentry SET actor = 'account:9' WHERE number = 2")
    done = linli("ledger", "verify", "--data", desk)
    assert done.returncode == 1
    assert "village: NOT WHOLE" in done.stdout
    assert "entry 2: was changed after it was written" in done.stdout
    assert "common_ledgerentry.linli_common_ledgerentry_update is not in the database" in done.stdout
    with opened(desk) as database:
        database.execute("UPDATE common_ledgerentry SET actor = 'resident' WHERE number = 2")
    assert linli("up", "--check", "--data", desk).returncode == 0
    assert linli("ledger", "verify", "--data", desk).returncode == 0


def test_keys_rotate_makes_a_new_key(desk: Path) -> None:
    done = linli("keys", "rotate", "--data", desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^\d+ values encrypted again with key k2\.", done.stdout)
    assert [line.split()[0] for line in (desk / "field.keys").read_text().splitlines()] == ["k1", "k2"]
    assert linli("ledger", "verify", "--data", desk).returncode == 0


def test_work_does_what_up_without_a_worker_leaves(desk: Path) -> None:
    write(desk)
    with started("up", "--port", "0", "--no-worker", "--data", desk) as process:
        read_until(process, "Linli is up at")
        assert "waiting" in states(desk)
        with started("work", "--data", desk) as worker:
            read_until(worker, "Linli is at work")
            wait_for(lambda: set(states(desk)) == {"no_gateway"})
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=15) == 0
            assert worker.stdout.read() == "Stopped.\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    assert not list(desk.glob("*-wal"))


def test_up_works_by_itself(desk: Path) -> None:
    write(desk)
    with started("up", "--port", "0", "--data", desk) as process:
        read_until(process, "Linli is up at")
        wait_for(lambda: "waiting" not in states(desk))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert process.stdout.read() == "Stopped.\n"
    assert not list(desk.glob("*-wal"))


@pytest.mark.parametrize("command", [["work"], ["ledger", "verify"], ["keys", "rotate"]])
def test_upkeep_of_no_desk_is_refused_in_one_line(tmp_path: Path, command: list[str]) -> None:
    for folder, told in ((tmp_path / "none", "no such data folder"), (tmp_path, "is not made ready")):
        done = linli(*command, "--data", folder)
        assert done.returncode == 2
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_ledger_verify_of_no_such_community_is_refused(desk: Path) -> None:
    done = linli("ledger", "verify", "--data", desk, "--community", "nowhere")
    assert done.returncode == 2
    assert done.stderr == "linli: --community nowhere: there is none of that slug\n"
