"""Killed -9 under load at random moments, nothing that was acknowledged is lost, doubled or left untold."""

from __future__ import annotations

from pathlib import Path

import pytest

from linli.engine.streets.place import Inputs
from tests.desk.common.gateway import gateway
from tests.desk.killing import killed
from tests.desk.serving import database, opened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "kills"), [("sqlite", 8), pytest.param("postgresql", 5, marks=pytest.mark.postgresql)]
)
def test_desk_killed_under_load_keeps_every_promise(
    engine: str, kills: int, village_inputs: Inputs, tmp_path: Path
) -> None:
    with database(engine, "kill") as given, gateway() as sms:
        desk = opened(tmp_path / "data", village_inputs, given, gateway=sms.by_key)
        counted = killed(desk, sms, kills=kills, seed=20261124)
    assert counted.faults == {}, counted
    assert counted.acknowledged > kills
    assert counted.ledger.startswith("village: whole")
