"""Somebody who asked to be forgotten leaves no trace: not in the database's own bytes, nor in files, log or a backup made after."""

from __future__ import annotations

import io
import re
import shutil
import signal
import subprocess
import tarfile
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from linli.engine.streets.place import Inputs
from tests.desk.serving import SLUG, Desk, code_in, database, opened, post, read_until, report, started
from tests.desk.test_backup import picture

# Letters that stand in no other text here; pairs of them are what the index keeps.
WORDS = "鼍罍丢在桥头 keyring of Xqwzhang"
PHONE = "13912345678"
MARKS = [mark.encode() for mark in ("鼍罍", "Xqwzhang", "xqwzhang", PHONE, "罍丢", "Xqwzli")]


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.slow])]
)
def desk(request: pytest.FixtureRequest, village_inputs: Inputs, tmp_path: Path) -> Iterator[Desk]:
    with database(request.param, "trace") as given:
        yield opened(tmp_path / "data", village_inputs, given)


def traces(folder: Path) -> list[str]:
    """Every file in which one of the marks stands."""
    files = [path for path in folder.rglob("*") if path.is_file() and "static" not in path.parts]
    return [f"{path.name}: {mark.decode()}" for path in files for mark in MARKS if mark in path.read_bytes()]


def dumped(desk: Desk) -> bytes:
    """Everything that PostgreSQL holds, as text; on SQLite the folder has it."""
    url = desk.given.get("LINLI_DATABASE_URL")
    if url is None:
        return b""
    return subprocess.run(["pg_dump", "--dbname", url], check=True, capture_output=True).stdout


def test_resident_who_was_erased_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    given = desk.given | {"LINLI_LOG": "json", "TMPDIR": str(spool)}
    with started("up", "--port", "0", "--data", desk.data, **given) as process:
        url = re.search(r"http://\S+/", read_until(process, "Linli is up at"))[0]
        others = [
            code_in(report(url, str(uuid.uuid4()), words=f"Another lamp {number}")) for number in range(3)
        ]
        # By being opened it is a matter, and no longer what was put down and is encrypted.
        urllib.request.urlopen(f"{url}c/{SLUG}/follow/{others[0]}/", timeout=20).close()
        code = code_in(
            report(url, str(uuid.uuid4()), words=WORDS, phone=PHONE, name="Xqwzli", photo=picture())
        )
        page = f"/c/{SLUG}/follow/{code}/"
        with urllib.request.urlopen(f"{url}{page[1:]}", timeout=20) as answer:
            assert "鼍罍" in answer.read().decode()
        more = {"request_key": str(uuid.uuid4()), "text": f"{WORDS}, once more"}
        assert post(url, f"{page}reply/", more).status == 302
        report(url, str(uuid.uuid4()), words="A lamp after that")
        uploads = list((desk.data / "uploads").rglob("*.webp"))
        assert len(uploads) == 2
        if desk.given.get("LINLI_DATABASE_URL"):
            assert b"Xqwzhang" in dumped(desk)
        else:
            assert traces(desk.data), "the marks are not what the database keeps"

        forget = {"request_key": str(uuid.uuid4()), "sure": "yes"}
        assert post(url, f"{page}my-data/forget/", forget).status == 302
        assert traces(desk.data) == []
        assert [mark for mark in MARKS if mark in dumped(desk)] == []
        assert [path for path in uploads if path.exists()] == []
        assert [path for path in spool.rglob("*") if path.is_file()] == []

        assert in_a_backup(desk, tmp_path) == []
        process.send_signal(signal.SIGTERM)
        log = process.communicate(timeout=20)[0]
    assert '"route": "resident:forget_me"' in log
    assert [mark for mark in (*MARKS, code.encode()) if mark in log.encode()] == []
    assert traces(desk.data) == []
    verified = desk.linli("ledger", "verify")
    assert verified.returncode == 0
    assert verified.stdout.startswith(f"{SLUG}: whole")


def in_a_backup(desk: Desk, folder: Path) -> list[str]:
    """Traces in a backup made now, opened without Linli."""
    identity = pyrage.x25519.Identity.generate()
    file = folder / "after.linli"
    done = desk.linli("backup", file, "--recipient", identity.to_public())
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(file) as outer:
        sealed = outer.extractfile("contents.age").read()
    into = folder / "opened"
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(sealed, [identity]))) as inner:
        inner.extractall(into, filter="data")
    if (dump := into / "linli.pgdump").exists():
        text = subprocess.run(["pg_restore", "--file=-", dump], check=True, capture_output=True).stdout
        assert b"Another lamp" in text
        dump.write_bytes(text)
    found = traces(into)
    shutil.rmtree(into)
    return found
