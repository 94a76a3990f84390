"""Real places: what a planner would look at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.run import choose_profiles
from linli.engine.circle.standards import load_standards
from linli.engine.streets.datum import wgs84_to_gcj02
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Place, build_place

if TYPE_CHECKING:
    from pathlib import Path

KINDS = list(load_kinds())
CANTEEN, EATING = KINDS.index("canteen"), KINDS.index("eating")


def measure(place: Place, *profiles: str) -> Measurement:
    standards = load_standards(["quarter_hour_2021", "fifteen_minute_city"], kinds=KINDS)
    return measure_place(place, standards=standards, profiles=choose_profiles(profiles))


@pytest.fixture(scope="module")
def panzhihua(shared_data: Path) -> Measurement:
    [path] = (shared_data / "panzhihua").glob("*.osm.pbf")
    return measure(build_place(path), "adult", "senior", "wheelchair_manual")


def covered(measurement: Measurement, rule: str, profile: str) -> float:
    [result] = [one for one in measurement.results_of("fifteen_minute_city", profile) if one.rule.key == rule]
    assert result.everyone is not None
    return result.everyone.covered


def test_panzhihua_senior_reaches_less_than_an_adult_and_a_wheelchair_next_to_nothing_for_certain(
    panzhihua: Measurement,
) -> None:
    for rule, adult_at_least, senior_at_most in (
        ("eating", 0.70, 0.72),
        ("moving", 0.40, 0.20),
        ("supplies", 0.55, 0.50),
    ):
        total = float(panzhihua.place.homes.residents.sum())
        shares = [covered(panzhihua, rule, key) / total for key in ("adult", "senior", "wheelchair_manual")]
        assert shares[0] > adult_at_least
        assert shares[1] < min(senior_at_most, shares[0] - 0.05)
        assert shares[2] < 0.02
    # Nearly no street there says whether a wheelchair may pass, so that most of it is unknown rather than out of reach.
    assert panzhihua.wheelchair_unknown_share > 0.9


def test_panzhihua_walks_over_stairs_and_slow_paces_are_longer(panzhihua: Measurement) -> None:
    adult, senior = (panzhihua.walk_s[key][:, EATING] for key in ("adult", "senior"))
    both = np.isfinite(adult) & np.isfinite(senior)
    assert both.sum() > 100
    assert (senior[both] > adult[both] * 1.2).all()
    # What may be passable is at best as near as for a senior at the same 0.9 m/s, and often farther: no stairs.
    best, senior_walks = (panzhihua.reached[key].maybe for key in ("wheelchair_manual", "senior"))
    told = np.isfinite(senior_walks) & (senior_walks > 0)
    assert (best[told] > senior_walks[told] - 0.3).mean() > 0.95
    assert (best[told] > senior_walks[told] * 1.1).sum() > 100


@pytest.fixture(scope="module")
def guixi_file(shared_data: Path) -> Path:
    [path] = (shared_data / "guixi").glob("*.osm.pbf")
    return path


def test_guixi_without_a_register_cannot_say_who_has_a_canteen(guixi_file: Path) -> None:
    measurement = measure(build_place(guixi_file), "adult", "senior")
    assert np.isnan(measurement.walk_s["adult"][:, CANTEEN]).all()
    [eating] = [
        one for one in measurement.results_of("quarter_hour_2021", "adult") if one.rule.key == "eating"
    ]
    assert (eating.no_verdict, eating.everyone) == ("not_surveyed", None)


def test_guixi_with_the_committees_register_says_who_is_left_out(guixi_file: Path, tmp_path: Path) -> None:
    # Lists in China come in the datum of the map app they were copied from.
    lon, lat = wgs84_to_gcj02(np.array([117.2190, 117.2235]), np.array([28.2930, 28.2950]))
    rows = [f"{kind},{name},{x:.6f},{y:.6f}" for kind, name, x, y in zip(
        ("社区食堂", "餐饮"), ("雄石爱心食堂", "米粉店"), lon, lat, strict=True)]  # fmt: skip
    register = tmp_path / "register.csv"
    register.write_text("kind,name,lon,lat\n" + "\n".join([*rows, "药店,none,,"]) + "\n", encoding="utf-8")
    place = build_place(guixi_file, register=register, register_crs="gcj02")
    measurement = measure(place, "adult", "senior")
    results = {(one.rule.key, one.profile.key): one for one in measurement.results if one.profile}
    adult, senior = (results["eating", key] for key in ("adult", "senior"))
    assert adult.everyone is not None
    assert senior.everyone is not None
    assert 0 < senior.everyone.covered < adult.everyone.covered
    assert adult.left_out.size > 0
    home = int(np.nanargmin(measurement.walk_s["adult"][:, CANTEEN]))
    facility = int(measurement.nearest_facility["adult"][home, CANTEEN])
    assert (place.facilities.name[facility], measurement.walk_s["adult"][home, CANTEEN] < 300) == (
        "雄石爱心食堂",
        True,
    )
    # The committee looked for pharmacies and there is none: everybody with a street is left out, nobody is unknown for it.
    pharmacy = results["pharmacy", "adult"].everyone
    assert pharmacy is not None
    assert (pharmacy.covered, pharmacy.left_out) == (0.0, pytest.approx(pharmacy.total - pharmacy.unknown))
    assert pharmacy.left_out > 0.8 * pharmacy.total
