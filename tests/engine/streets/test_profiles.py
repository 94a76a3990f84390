from __future__ import annotations

import pytest

from linli.engine.streets.profiles import load_profiles


def test_load_profiles_are_the_seven_in_order():
    assert list(load_profiles()) == [
        "adult", "senior", "senior_frail", "child", "stroller", "wheelchair_manual", "wheelchair_power",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "metres"),
    [
        ("adult", 1125), ("senior", 810), ("senior_frail", 630), ("child", 900), ("stroller", 900),
        ("wheelchair_manual", 810), ("wheelchair_power", 1080),
    ],
)  # fmt: skip
def test_load_profiles_reach_in_15_minutes(key, metres):
    assert load_profiles()[key].speed_m_s * 900 == pytest.approx(metres)


def test_load_profiles_have_evidence_for_every_number_and_both_names():
    for profile in load_profiles().values():
        numbers = {"speed_m_s", "stairs_factor", "signal_delay_s", "lift_wait_s"}
        if profile.wheelchair:
            numbers |= {"kerb_max_cm", "incline_max_percent"}
        assert numbers <= set(profile.evidence), profile.key
        assert profile.name_zh
        assert profile.name_en


def test_load_profiles_with_wheels_never_take_stairs():
    wheels = {"stroller", "wheelchair_manual", "wheelchair_power"}
    assert {key for key, profile in load_profiles().items() if profile.stairs == "never"} == wheels
    assert {key for key, profile in load_profiles().items() if profile.wheelchair} == wheels - {"stroller"}
