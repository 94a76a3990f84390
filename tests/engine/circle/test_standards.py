from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from linli.engine.circle.standards import (
    EVIDENCE_NOTES,
    FOLDER,
    Rule,
    Standard,
    Value,
    load_standard,
    load_standards,
    shipped_standards,
)
from linli.engine.errors import InputError
from linli.engine.streets.kinds import load_kinds
from linli.engine.streets.profiles import load_profiles
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

KINDS = list(load_kinds())

OWN = """
key = "ours"
zh = "本区标准"
en = "Our district"
edition = "2026"
jurisdiction = "CN-GX"
effective_from = 2026-01-01
dates = { evidence = "site", source = "OURS" }
[sources]
OURS = "district office, notice 12"
[[rules]]
key = "canteen"
zh = "社区食堂"
en = "Canteen"
kinds = ["canteen"]
evidence = "site"
source = "OURS"
max_m = { value = 400, evidence = "site", source = "OURS" }
"""


def own(tmp_path: Path, text: str) -> str:
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("key", shipped_standards())
def test_shipped_standard_loads_with_evidence_for_every_value(key: str) -> None:
    standard = load_standard(key, kinds=KINDS)
    assert standard.key == key == (FOLDER / f"{key}.toml").stem
    for rule in standard.rules:
        for value in (rule, rule.max_m, rule.max_min, rule.min_area_ha, rule.floor_m2, rule.site_m2):
            if value is not None:
                assert value.evidence in EVIDENCE_NOTES
                assert value.source in standard.sources
                assert (value.source == "MEM") == (value.evidence == "unverified")


@pytest.mark.parametrize(
    ("rule", "metres", "evidence", "obligation", "tier"),
    [
        ("middle", 1000, "seen", "required", "15 min"),
        ("primary", 500, "seen", "required", "10 min"),
        ("kindergarten", 300, "seen", "required", "5 min"),
        ("nursery", 300, "unverified", "as_needed", "5 min"),
        ("health_centre", 1000, "unverified", "required", "15 min"),
        ("elder_daycare", 300, "unverified", "required", "5 min"),
        ("culture_station", 500, "unverified", "required", "5 min"),
        ("police", 800, "unverified", "as_needed", "15 min"),
        ("waste_point", 70, "seen", "required", "block"),
        ("bike_parking", 150, "unverified", "required", "block"),
    ],
)
def test_gb50180_row(rule: str, metres: float, evidence: str, obligation: str, tier: str) -> None:
    found = load_standard("gb50180_2018", kinds=KINDS).rule(rule)
    assert found.max_m is not None
    assert (found.max_m.value, found.max_m.evidence, found.obligation, found.tier) == (
        metres,
        evidence,
        obligation,
        tier,
    )
    assert found.max_min is None


def test_tdt1062_invents_no_threshold() -> None:
    standard = load_standard("tdt1062_2021", kinds=KINDS)
    assert standard.effective_from == date(2021, 7, 1)
    assert len(standard.rules) == 34
    assert [rule.key for rule in standard.rules if rule.threshold] == []


def test_quarter_hour_minutes() -> None:
    rules = load_standard("quarter_hour_2021", kinds=KINDS).rules
    minutes = {rule.key: rule.max_min.value for rule in rules if rule.max_min}
    assert minutes == {
        "convenience": 5, "eating": 8, "pharmacy": 8, "laundry": 8, "hairdresser": 8, "wet_market": 8,
        "supermarket": 15, "repair": 15, "services": 15, "leisure": 15,
    }  # fmt: skip


def test_ghsci_scores_daily_living_and_asks_for_large_open_space() -> None:
    standard = load_standard("ghsci", kinds=KINDS)
    assert standard.scores[0].rules == ("food", "convenience", "transport")
    assert standard.rule("open_space_large").min_area_ha == Value(1.5, "seen", "GIT-GHSCI")
    assert {rule.max_m.value for rule in standard.rules if rule.max_m} == {500}


def test_fifteen_minute_city_has_nine_categories() -> None:
    standard = load_standard("fifteen_minute_city", kinds=KINDS)
    assert len(standard.rules) == 9
    assert standard.scores[0].rules == tuple(rule.key for rule in standard.rules)


def test_verdict_evidence_is_the_weakest_of_its_values() -> None:
    rule = load_standard("gb50180_2018", kinds=KINDS).rule("park_10")
    assert rule.max_m is not None
    assert rule.min_area_ha is not None
    assert (rule.max_m.evidence, rule.min_area_ha.evidence, rule.verdict_evidence) == (
        "derived",
        "seen",
        "derived",
    )


def test_own_standard_is_read_from_a_file(tmp_path: Path) -> None:
    standard = load_standard(own(tmp_path, OWN), kinds=KINDS)
    assert isinstance(standard, Standard)
    assert standard.rules == (
        Rule("canteen", "社区食堂", "Canteen", ("canteen",), (), "", None, "site", "OURS",
             Value(400.0, "site", "OURS"), None, None, None, None, ""),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "ours"', 'key = "our district"', "key: “our district” is not a key; use letters, digits and _"),
        ('zh = "本区标准"\n', "", 'zh: missing, not a text; write zh = "…"'),
        ("value = 400", 'value = "400 m"', "rule “canteen”, max_m, value: “400 m”, not a number above 0; write value = 500, without unit or quotes"),
        ("value = 400", "value = -1", "rule “canteen”, max_m, value: “-1.0”, not a number above 0"),
        ("value = 400", "value = nan", "max_m, value: “nan”, not a number above 0"),
        ('["canteen"]', '["cantine"]', "rule “canteen”, kinds: “cantine” is not a kind of facility; choose of aed, bank"),
        ('["canteen"]', '"canteen"', "rule “canteen”, kinds: “canteen”, not a list of keys"),
        ('kinds = ["canteen"]\nevidence = "site"', 'kinds = ["canteen"]\nevidence = "sure"', "rule “canteen”, evidence: “sure” is not a choice; write one of official, seen"),
        ('max_m = { value = 400, evidence = "site", source = "OURS"', 'max_m = { value = 400, evidence = "site", source = "THEIRS"', "max_m, source: “THEIRS” is not in [sources]; add it there"),
        ("max_m = ", 'max_min = { value = 5, evidence = "site", source = "OURS" }\nmax_m = ', "rule “canteen”, max_min: stands beside max_m; a rule is in metres or in minutes"),
        ("max_m = ", "max_meters = ", "rule “canteen”, max_meters: not a field of this table; use one of key, zh"),
        ("2026-01-01", '"2026-01-01"', "effective_from: “2026-01-01”, not a date; write effective_from = 2026-01-31"),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01\neffective_to = 2025-01-01", "effective_to: 2025-01-01 is before effective_from"),
        ("[[rules]]", "[rules]", "rules: “{'key': 'canteen'"),
    ],
)  # fmt: skip
def test_own_standard_with_a_fault_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert OWN.count(old) >= 1
    path = own(tmp_path, OWN.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_standard(path, kinds=KINDS)
    text = str(caught.value)
    assert text.startswith(f"{path}: ")
    assert message.replace("-1.0", "-1") in text
    assert "\n" not in text


def test_own_standard_that_is_not_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ours\.toml: not TOML \(.*line 2"):
        load_standard(own(tmp_path, 'key = "a"\nzh = \n'), kinds=KINDS)


def test_rule_with_a_score_of_no_rule_is_refused(tmp_path: Path) -> None:
    text = (
        OWN + '[[scores]]\nkey = "s"\nzh = "s"\nen = "s"\nrules = ["x"]\nevidence = "site"\nsource = "OURS"\n'
    )
    with pytest.raises(
        InputError, match="score “s”, rules: “x” is not a rule of this file; choose of canteen"
    ):
        load_standard(own(tmp_path, text), kinds=KINDS)


def test_unknown_standard_names_the_choices() -> None:
    with pytest.raises(
        InputError, match=r"--standard gb: no such standard; choose of complete_community_2020, .*ghsci"
    ):
        load_standard("gb", kinds=KINDS)


@pytest.mark.parametrize("guide", ["docs/planners.md", "src/linli/engine/circle/standards/README.md"])
def test_example_in_the_guide_is_a_standard(guide: str, tmp_path: Path) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    [example] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    standard = load_standard(own(tmp_path, example), kinds=KINDS)
    assert standard.rules[0].max_m == Value(500.0, "site", "OURS")


def test_guide_names_every_standard_and_profile() -> None:
    text = (ROOT / "docs/planners.md").read_text(encoding="utf-8")
    assert [key for key in shipped_standards() if f"`{key}`" not in text] == []
    told = {key: float(speed) for key, speed in re.findall(r"\| `(\w+)` \| (\d\.\d+) ", text)}
    assert told == {key: profile.speed_m_s for key, profile in load_profiles().items()}


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_standard(str(tmp_path / "none.toml"), kinds=KINDS)


def test_standard_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="--standard ghsci: given twice"):
        load_standards(["ghsci", "ghsci"], kinds=KINDS)
