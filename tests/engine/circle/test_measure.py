from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from linli.engine.circle.assess import COVERED, LEFT_OUT, UNKNOWN, Coverage
from linli.engine.circle.judge import NO_KIND, NO_THRESHOLD, NOT_SURVEYED, RuleResult
from linli.engine.circle.lost import load_visits
from linli.engine.circle.measure import Measurement, measure_place
from linli.engine.circle.run import choose_profiles
from linli.engine.circle.standards import load_standard, load_standards
from linli.engine.errors import InputError
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.place import Place, build_place
from tests.engine.circle.conftest import EAST, ISLAND, METRES_PER_DEGREE, MIDDLE, TERRACE, WEST

if TYPE_CHECKING:
    from pathlib import Path

KINDS = list(load_kinds())
PRIMARY, CONVENIENCE, PHARMACY, PARK = (
    KINDS.index(key) for key in ("primary", "convenience", "pharmacy", "park")
)
LEG_M = 0.0001 * METRES_PER_DEGREE


def street_m(degrees: float) -> float:
    """From one door to another so far along the street, both legs."""
    return degrees * METRES_PER_DEGREE + 2 * LEG_M


def measure(
    place: Place, *standards: str, profiles: tuple[str, ...] = ("adult",), cutoff_s: int = 1800
) -> Measurement:
    return measure_place(
        place,
        standards=load_standards(standards, kinds=KINDS),
        profiles=choose_profiles(profiles),
        cutoff_s=cutoff_s,
    )


def result_of(measurement: Measurement, rule: str, profile: str | None = None) -> RuleResult:
    [found] = [
        one
        for one in measurement.results
        if one.rule.key == rule and (one.profile.key if one.profile else None) == profile
    ]
    return found


@pytest.fixture(scope="module")
def village_measured(village_place: Place) -> Measurement:
    return measure(
        village_place,
        "gb50180_2018",
        "quarter_hour_2021",
        "ghsci",
        profiles=("adult", "senior", "wheelchair_manual"),
    )


def test_walks_in_metres_follow_the_street_door_to_door(village_measured: Measurement) -> None:
    assert np.allclose(
        village_measured.walk_m[:, PRIMARY],
        # 东院: beyond the cut-off, but a school that may be one is nearer.
        [street_m(0.004), street_m(0.0095), np.nan, street_m(0.004) + 0.0005 * METRES_PER_DEGREE, np.nan],
        atol=0.1,
        equal_nan=True,
    )


def test_walks_in_seconds_are_at_the_pace_of_each_profile(village_measured: Measurement) -> None:
    for profile in village_measured.profiles[:2]:
        walk_s = village_measured.walk_s[profile.key][:, PRIMARY]
        assert walk_s[WEST] == pytest.approx(street_m(0.004) / profile.speed_m_s, abs=0.1)
        steps_s = 0.0005 * METRES_PER_DEGREE * profile.stairs_factor / profile.speed_m_s
        assert walk_s[TERRACE] == pytest.approx(street_m(0.004) / profile.speed_m_s + steps_s, abs=0.1)
        assert np.isnan(walk_s[ISLAND])


def test_walk_beyond_the_cutoff_is_inf(village_measured: Measurement) -> None:
    assert village_measured.cutoff_m == 2250
    assert village_measured.walk_m[WEST, PHARMACY] == np.inf
    assert village_measured.nearest_facility["adult"][WEST, PHARMACY] == -1


def test_kind_never_surveyed_is_unknown_everywhere(village_measured: Measurement) -> None:
    assert np.isnan(village_measured.walk_m[:, PARK]).all()


def test_wheelchair_is_unknown_where_tags_are_missing_and_has_no_way_over_steps(
    village_measured: Measurement,
) -> None:
    walk_s = village_measured.walk_s["wheelchair_manual"][:, CONVENIENCE]
    assert walk_s[WEST] == pytest.approx(street_m(0.0095) / 0.9, abs=0.1)
    assert walk_s[TERRACE] == np.inf
    assert np.isnan(village_measured.walk_s["wheelchair_manual"][EAST, PHARMACY])
    assert village_measured.walk_s["adult"][EAST, PHARMACY] == pytest.approx(street_m(0.003) / 1.25, abs=0.1)
    assert village_measured.wheelchair_unknown_share == pytest.approx(0.011 / 0.0325, abs=1e-3)


def test_nearest_facility_is_where_the_walk_leads(village_measured: Measurement) -> None:
    names = village_measured.place.facilities.name
    facility = village_measured.nearest_facility["adult"]
    assert names[int(facility[MIDDLE, PHARMACY])] == "东头药店"
    assert names[int(facility[WEST, PRIMARY])] == "桥头小学"
    assert facility[ISLAND].tolist() == [-1] * len(KINDS)


def test_rule_in_metres_counts_residents_by_group(village_measured: Measurement) -> None:
    primary = result_of(village_measured, "primary")
    assert (primary.unit, primary.at_most, primary.profile, primary.no_verdict) == ("m", 500.0, None, "")
    # 中院 may have the school whose level nobody wrote at 0.0105 within 500 m: not known.
    assert primary.verdict.tolist() == [COVERED, UNKNOWN, LEFT_OUT, LEFT_OUT, UNKNOWN]
    assert primary.everyone == Coverage(total=100.0, covered=30.0, left_out=46.0, unknown=24.0)
    assert primary.share == 0.3
    assert primary.groups == {
        "65+": Coverage(26.0, 10.0, 10.0, 6.0), "0-6": Coverage(10.0, 3.0, 6.0, 1.0), "disabled": None,
    }  # fmt: skip


def test_rule_lists_who_is_left_out_worst_first_and_by_how_much(village_measured: Measurement) -> None:
    primary = result_of(village_measured, "primary")
    assert primary.left_out.tolist() == [EAST, TERRACE]
    # The unsettled school is nearer to 东院, so it is over by at least that.
    assert primary.over == pytest.approx(
        [street_m(0.015) - 500, street_m(0.004) + 0.0005 * METRES_PER_DEGREE - 500], abs=0.1
    )
    pharmacy = result_of(village_measured, "shop_pharmacy")
    assert pharmacy.over[0] == np.inf
    assert set(pharmacy.left_out[:2].tolist()) == {WEST, TERRACE}


def test_rule_in_minutes_is_judged_for_each_profile(village_measured: Measurement) -> None:
    adult, senior = (result_of(village_measured, "convenience", key) for key in ("adult", "senior"))
    # 中院: 467 m is 374 s for an adult, 519 s for a senior; 5 minutes are asked.
    assert (adult.unit, adult.at_most) == ("s", 300.0)
    assert adult.verdict[MIDDLE] == LEFT_OUT
    assert adult.over[adult.left_out.tolist().index(MIDDLE)] == pytest.approx(
        street_m(0.004) / 1.25 - 300, abs=0.1
    )
    assert senior.over[senior.left_out.tolist().index(MIDDLE)] == pytest.approx(
        street_m(0.004) / 0.9 - 300, abs=0.1
    )


def test_rule_without_threshold_kind_or_survey_has_no_verdict(village_measured: Measurement) -> None:
    for rule, why in (("bus_stop", NOT_SURVEYED), ("mall", NO_KIND), ("nursing_home", NO_THRESHOLD)):
        result = result_of(village_measured, rule)
        assert (result.no_verdict, result.everyone, result.share, result.groups) == (why, None, None, {})
        assert (result.verdict == UNKNOWN).all()
        assert result.left_out.size == 0


def test_extra_kind_that_nobody_surveyed_does_not_make_a_rule_unknown(village_measured: Measurement) -> None:
    # “便利店、小型超市” asks for either; no supermarket is on the map.
    assert result_of(village_measured, "convenience", "adult").verdict[MIDDLE] == LEFT_OUT


def test_daily_living_score_counts_what_is_known_and_what_may_be(village_measured: Measurement) -> None:
    [score] = [one for one in village_measured.scores if one.score.key == "daily_living"]
    # Neither fresh food nor buses were surveyed; the shop is within 500 m of 中院 alone.
    assert score.low.tolist() == [0, 1, 0, 0, 0]
    assert score.high.tolist() == [2, 3, 2, 2, 3]
    assert (score.most, score.mean_low) == (3, 0.2)
    assert score.mean_high == pytest.approx((76 * 2 + 24 * 3) / 100)


def test_hours_lost_are_the_walk_beyond_the_threshold(village_measured: Measurement) -> None:
    [lost] = [
        one
        for one in village_measured.lost
        if one.standard == "quarter_hour_2021" and one.kind == "convenience"
    ]
    visits = load_visits().per_week["convenience"]
    steps_s = 0.0005 * METRES_PER_DEGREE * village_measured.profiles[0].stairs_factor / 1.25
    people_and_walks = [
        (30, street_m(0.0095) / 1.25), (20, street_m(0.004) / 1.25), (40, street_m(0.015) / 1.25),
        (6, street_m(0.0095) / 1.25 + steps_s),
    ]  # fmt: skip
    expected = sum(people * (walk_s - 300) for people, walk_s in people_and_walks) / 3600 * visits * 52 * 2
    assert lost.time.hours == pytest.approx(expected, rel=1e-3)
    assert lost.time.residents_unknown == 4.0


def test_hours_lost_count_a_kind_once_at_the_widest_threshold(village_measured: Measurement) -> None:
    keys = [(one.standard, one.kind) for one in village_measured.lost]
    assert len(keys) == len(set(keys))


def test_cutoff_is_raised_to_the_longest_threshold(village_place: Place) -> None:
    assert measure(village_place, "quarter_hour_2021", cutoff_s=300).cutoff_s == 1080
    assert measure(village_place, "gb50180_2018", cutoff_s=300).cutoff_m == 1200


def test_place_without_homes_is_refused(village: Path) -> None:
    place = build_place(village)
    with pytest.raises(InputError, match="no homes"):
        measure(place, "ghsci")


def test_threshold_nobody_can_walk_is_refused(village_place: Place, tmp_path: Path) -> None:
    path = tmp_path / "far.toml"
    path.write_text(
        'key = "far"\nzh = "远"\nen = "Far"\nedition = "1"\njurisdiction = "*"\neffective_from = 2026-01-01\n'
        'dates = { evidence = "site", source = "S" }\n[sources]\nS = "s"\n[[rules]]\nkey = "shop"\nzh = "店"\nen = "Shop"\n'
        'kinds = ["convenience"]\nevidence = "site"\nsource = "S"\n'
        'max_m = { value = 500000, evidence = "site", source = "S" }\n',
        encoding="utf-8",
    )
    standard = load_standard(str(path), kinds=KINDS)
    with pytest.raises(InputError, match="standard far, rule “shop”: nobody walks that far"):
        measure_place(village_place, standards=[standard], profiles=choose_profiles(["adult"]))


def test_unknown_profile_names_the_choices() -> None:
    with pytest.raises(InputError, match="--profile nobody: no such profile; choose of adult, senior"):
        choose_profiles(["nobody"])
