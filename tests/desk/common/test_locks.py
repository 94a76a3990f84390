from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from linli.desk.common.locks import LockedError, file_lock

if TYPE_CHECKING:
    from pathlib import Path

_HOLD = """
import sys, time, pathlib
from linli.desk.common.locks import file_lock
with file_lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_file_lock_is_held_once_and_let_go(tmp_path: Path) -> None:
    path = tmp_path / "new" / ".lock"
    with file_lock(path), pytest.raises(LockedError), file_lock(path):
        pass
    with file_lock(path):
        pass


def test_file_lock_ends_with_the_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LockedError), file_lock(path):
            pass
        other.kill()
        other.wait()
    with file_lock(path):
        pass


def test_file_lock_is_let_go_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), file_lock(tmp_path / ".lock"):
        raise RuntimeError
    with file_lock(tmp_path / ".lock"):
        pass
