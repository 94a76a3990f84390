from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.desk.places.walks import FAR, NO_TAGS, UNKNOWN, seconds_of
from linli.desk.places.whatif import Change, Pin, apply_change, compare
from linli.engine.reach import nearest
from tests.engine.circle.conftest import EAST, ISLAND, METRES_PER_DEGREE, MIDDLE, TERRACE, WEST

if TYPE_CHECKING:
    from linli.desk.places.serving import Served

STANDING = (0.0105, 0.0001)  # the convenience shop of the village


def shop(village: Served) -> int:
    (facility,) = village.place.facilities.of_kind(village.kind_index["convenience"]).tolist()
    return facility


@pytest.mark.parametrize("profile", ["adult", "senior_frail", "wheelchair_manual"])
@pytest.mark.parametrize("kind", ["supermarket", "bus_stop", "park", "primary", "pharmacy"])
def test_no_change_is_what_was_measured(town: Served, profile: str, kind: str) -> None:
    outcome = apply_change(town, Change(profile=profile, kind=kind))
    np.testing.assert_array_equal(outcome.seconds, seconds_of(town, profile=profile, kind=kind))
    assert outcome.summary["homes_gained"] == outcome.summary["homes_lost"] == 0
    assert outcome.summary["mean_min_after"] == outcome.summary["mean_min_before"]


def test_place_moved_is_walked_to_where_it_stands_now(village: Served) -> None:
    outcome = apply_change(
        village, Change(profile="adult", kind="convenience", moved=[(shop(village), Pin(0.001, 0.0001))])
    )
    speed = village.profiles["adult"].speed_m_s
    for home, along in ((WEST, 0.0), (MIDDLE, 0.0135)):
        assert outcome.seconds[home] == pytest.approx((along + 0.0002) * METRES_PER_DEGREE / speed, abs=3)
    assert outcome.seconds[EAST] == FAR
    assert outcome.seconds[ISLAND] == UNKNOWN
    assert outcome.summary["pins_off_street"] == 0


def test_place_moved_nowhere_changes_nothing(village: Served) -> None:
    for profile in village.profiles:
        outcome = apply_change(
            village, Change(profile=profile, kind="convenience", moved=[(shop(village), Pin(*STANDING))])
        )
        np.testing.assert_array_equal(
            outcome.seconds, seconds_of(village, profile=profile, kind="convenience")
        )


def test_place_removed_is_too_far_for_all(village: Served) -> None:
    outcome = apply_change(village, Change(profile="adult", kind="convenience", removed=[shop(village)]))
    assert outcome.seconds.tolist() == [FAR, FAR, FAR, FAR, UNKNOWN]
    assert outcome.summary["residents_15_after"] == 0
    assert outcome.summary["mean_min_after"] == 30.0


def test_place_added_helps_only_those_it_is_nearer_to(village: Served) -> None:
    before = seconds_of(village, profile="adult", kind="convenience")
    outcome = apply_change(village, Change(profile="adult", kind="convenience", added=[Pin(0.0255, 0.0001)]))
    assert outcome.seconds[EAST] == pytest.approx(
        0.0002 * METRES_PER_DEGREE / village.profiles["adult"].speed_m_s, abs=2
    )
    assert outcome.seconds[WEST] == before[WEST]
    assert outcome.summary["homes_gained"] == 1
    assert outcome.summary["residents_gained"] == 40.0
    assert outcome.summary["residents_15_after"] - outcome.summary["residents_15_before"] == 40.0


def test_place_added_where_no_street_is_does_not_count(village: Served) -> None:
    outcome = apply_change(
        village, Change(profile="adult", kind="convenience", added=[Pin(0.01, 0.0009 + 0.02)])
    )
    assert outcome.summary["pins_off_street"] == 1
    np.testing.assert_array_equal(outcome.seconds, seconds_of(village, profile="adult", kind="convenience"))


def test_wheelchair_is_told_what_is_certain(village: Served) -> None:
    change = Change(profile="wheelchair_manual", kind="convenience", added=[Pin(0.0205, 0.0001)])
    outcome = apply_change(village, change)
    assert outcome.seconds[TERRACE] == FAR
    assert outcome.seconds[EAST] == NO_TAGS
    assert (
        outcome.seconds[MIDDLE]
        == seconds_of(village, profile="wheelchair_manual", kind="convenience")[MIDDLE]
    )


def test_place_added_of_a_kind_never_surveyed_is_walked_to(village: Served) -> None:
    index = village.place.facilities.surveyed.tolist().index(False)
    kind = village.place.kinds[index].key
    outcome = apply_change(village, Change(profile="adult", kind=kind, added=[Pin(0.0105, 0.0001)]))
    as_shop = seconds_of(village, profile="adult", kind="convenience")
    np.testing.assert_array_equal(outcome.seconds[[WEST, MIDDLE]], as_shop[[WEST, MIDDLE]])
    assert outcome.seconds[ISLAND] == UNKNOWN
    assert outcome.summary["residents_15_before"] == 0
    # Nothing was known before, so there is no mean to compare.
    assert outcome.summary["mean_min_before"] == outcome.summary["mean_min_after"] == 0.0


def test_kind_never_surveyed_stays_unknown_beyond_a_plans_own_places(village: Served) -> None:
    index = village.place.facilities.surveyed.tolist().index(False)
    kind = village.place.kinds[index].key
    outcome = apply_change(village, Change(profile="adult", kind=kind, added=[Pin(0.0011, 0.0001)]))
    assert outcome.seconds[EAST] == UNKNOWN  # half an hour and more to the pin: there may be another nearer


def test_change_equals_the_walk_to_every_door_left(town: Served) -> None:
    """Against the walk to each door by itself, without the grouping that `apply_change` does."""
    kind = town.kind_index["supermarket"]
    facilities = town.place.facilities
    standing = facilities.of_kind(kind).tolist()
    gone, moved = standing[0], standing[1]
    pin = Pin(float(facilities.lon[standing[2]]), float(facilities.lat[standing[2]]))
    outcome = apply_change(
        town, Change(profile="senior", kind="supermarket", removed=[gone], moved=[(moved, pin)])
    )
    reading = town.measurement.walker.reading(town.profiles["senior"])
    left = np.flatnonzero(np.isin(facilities.door_facility, [f for f in standing if f not in (gone, moved)]))
    times = nearest(
        reading.prepared,
        reading.facilities.take(left),
        np.arange(len(left), dtype=np.int32),
        len(left),
        origins=reading.homes,
        cutoff_ms=reading.cutoff,
    )
    by_hand = np.ceil(times.ms().min(axis=1) / np.float32(1000))
    measured = outcome.seconds < NO_TAGS
    assert measured.sum() > 100
    # The moved place stands where another does, by its own door: it can only be as near or nearer.
    assert (outcome.seconds[measured] <= by_hand[measured]).all()
    assert (outcome.seconds[measured] == by_hand[measured]).mean() > 0.9


def test_plans_asked_at_once_are_answered_as_alone(town: Served) -> None:
    facilities = town.place.facilities
    standing = facilities.of_kind(town.kind_index["supermarket"]).tolist()
    plans = [
        Change(profile=profile, kind="supermarket", removed=[facility])
        for facility in standing[:8]
        for profile in ("adult", "senior", "wheelchair_manual")
    ]
    alone = [apply_change(town, plan) for plan in plans]
    with ThreadPoolExecutor(max_workers=8) as pool:
        at_once = list(pool.map(lambda plan: apply_change(town, plan), plans * 4))
    for number, outcome in enumerate(at_once):
        np.testing.assert_array_equal(outcome.seconds, alone[number % len(plans)].seconds)
        assert outcome.summary == alone[number % len(plans)].summary


def test_compare_adds_up_who_gains_and_who_loses() -> None:
    before = np.array([600, 1200, FAR, UNKNOWN, 100], np.uint16)
    after = np.array([1200, 600, 1500, 300, NO_TAGS], np.uint16)
    residents = np.array([10, 20, 30, 40, 50], np.float32)
    assert compare(before, after, residents, cutoff_s=1800) == {
        "residents_15_before": 60.0,
        "residents_15_after": 60.0,
        "mean_min_before": round((10 * 600 + 20 * 1200 + 30 * 1800) / 60 / 60, 3),
        "mean_min_after": round((10 * 1200 + 20 * 600 + 30 * 1500) / 60 / 60, 3),
        "homes_gained": 2,
        "homes_lost": 2,
        "residents_gained": 60.0,
        "residents_lost": 60.0,
    }


def test_compare_of_nobody_is_nothing() -> None:
    found = compare(
        np.array([FAR], np.uint16), np.array([10], np.uint16), np.zeros(1, np.float32), cutoff_s=1800
    )
    assert (found["mean_min_before"], found["mean_min_after"], found["homes_gained"]) == (0.0, 0.0, 1)
