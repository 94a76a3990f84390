from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.desk.places.walks import FAR, NO_TAGS, UNKNOWN, coded, metres_of, residents_of, seconds_of
from tests.engine.circle.conftest import EAST, ISLAND, METRES_PER_DEGREE, MIDDLE, TERRACE, WEST

if TYPE_CHECKING:
    from linli.desk.places.serving import Served

inf = np.inf


def codes(
    sure: list[float], maybe: list[float], *, blind: list[int] = (), wheelchair: bool = False
) -> list[int]:
    lost = np.zeros(len(sure), bool)
    lost[list(blind)] = True
    return coded(
        np.array(sure, np.float32), np.array(maybe, np.float32), blind=lost, wheelchair=wheelchair
    ).tolist()


def test_coded_rounds_up_so_that_no_walk_looks_shorter() -> None:
    assert codes([0.0, 899.2, 900.0, 900.01], [0.0, 899.2, 900.0, 900.01]) == [0, 900, 900, 901]


def test_coded_tells_far_from_unknown() -> None:
    assert codes([inf, inf], [inf, 300.0]) == [FAR, UNKNOWN]
    assert codes([inf, inf], [inf, 300.0], wheelchair=True) == [FAR, NO_TAGS]


def test_coded_knows_nothing_of_the_blind() -> None:
    assert codes([10.0, inf], [10.0, 0.0], blind=[0, 1], wheelchair=True) == [UNKNOWN, UNKNOWN]


def test_coded_never_takes_a_walk_for_a_code() -> None:
    assert codes([70_000.0], [70_000.0]) == [NO_TAGS - 1]


def test_metres_of_the_village_are_those_worked_out_by_hand(village: Served) -> None:
    found = metres_of(village, kind="convenience")
    legs = 2 * 0.0001
    for home, along in ((WEST, 0.0095), (MIDDLE, 0.004), (EAST, 0.015)):
        assert found[home] == pytest.approx((along + legs) * METRES_PER_DEGREE, abs=1.5)
    assert found[ISLAND] == UNKNOWN


def test_seconds_of_a_wheelchair_tell_stairs_and_missing_tags(village: Served) -> None:
    found = seconds_of(village, profile="wheelchair_manual", kind="convenience")
    assert found[MIDDLE] < NO_TAGS
    assert found[TERRACE] == FAR
    assert found[ISLAND] == UNKNOWN
    assert seconds_of(village, profile="wheelchair_manual", kind="pharmacy")[EAST] == NO_TAGS


def test_seconds_of_a_kind_never_surveyed_are_unknown(village: Served) -> None:
    kind = next(
        kind.key
        for kind, surveyed in zip(village.place.kinds, village.place.facilities.surveyed, strict=True)
        if not surveyed
    )
    assert set(seconds_of(village, profile="adult", kind=kind).tolist()) == {UNKNOWN}


def test_residents_are_one_number_per_home(village: Served) -> None:
    assert residents_of(village).tolist() == [30.0, 20.0, 40.0, 6.0, 4.0]
