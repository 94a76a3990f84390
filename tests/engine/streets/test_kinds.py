from __future__ import annotations

import pytest

from linli.engine.streets.kinds import (
    Matcher,
    kind_names,
    load_groups,
    load_kinds,
    load_open_space_rule,
    wanted,
)

KINDS = list(load_kinds())
SECTION_1_8 = [
    "kindergarten",
    "nursery",
    "primary",
    "middle",
    "health_centre",
    "hospital",
    "pharmacy",
    "elder_daycare",
    "nursing_home",
    "elder_activity",
    "canteen",
    "culture",
    "library",
    "service_hall",
    "police",
    "sports_field",
    "fitness",
    "playground",
    "park",
    "wet_market",
    "fresh_food",
    "supermarket",
    "convenience",
    "eating",
    "hairdresser",
    "laundry",
    "repair",
    "copy_photo",
    "post",
    "parcel",
    "bank",
    "bus_stop",
    "metro",
    "bike_parking",
    "parking",
    "charging",
    "toilet",
    "waste",
    "shelter",
    "aed",
]


def kinds_of(**tags: str) -> dict[str, bool]:
    found = Matcher().kinds({key.replace("__", ":"): value for key, value in tags.items()})
    return {KINDS[index]: sure for index, sure in found.items()}


def test_kinds_hold_every_row_of_the_reference():
    assert set(SECTION_1_8) == set(KINDS)


def test_kinds_are_complete_in_both_languages_with_evidence():
    groups = load_groups()
    for kind in load_kinds().values():
        assert kind.zh
        assert kind.en
        assert kind.group in groups
        assert kind.clauses
        for evidence in kind.evidence:
            assert "[" in evidence, f"{kind.key} has a clause without evidence"


def test_kind_names_are_unique_and_know_aliases():
    names = kind_names()
    written = []
    for kind in load_kinds().values():
        written += {name.casefold() for name in (kind.key, kind.zh, kind.en, *kind.aliases)}
    assert sorted(set(written)) == sorted(written), "one name means two kinds"
    assert names["爱心食堂"] == "canteen"
    assert names["community canteen"] == "canteen"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"amenity": "kindergarten"}, {"kindergarten": True}),
        ({"amenity": "pharmacy"}, {"pharmacy": True}),
        ({"shop": "supermarket"}, {"fresh_food": True, "supermarket": True}),
        ({"shop": "convenience;doityourself"}, {"convenience": True}),
        ({"amenity": "fuel"}, {}),
        ({"amenity": "restaurant", "name": "幸福里社区食堂"}, {"canteen": True, "eating": True}),
        ({"amenity": "restaurant", "name": "Kosmos"}, {"eating": True}),
        ({"amenity": "social_facility"}, {}),
        ({"amenity": "social_facility", "social_facility": "assisted_living"}, {"nursing_home": True}),
        (
            {"amenity": "social_facility", "social_facility": "group_home", "social_facility__for": "senior"},
            {"nursing_home": True},
        ),
        ({"amenity": "community_centre", "name": "党群服务中心"}, {"culture": True, "service_hall": True}),
        ({"amenity": "shelter", "shelter_type": "public_transport"}, {}),
        ({"craft": "winery"}, {}),
        ({"craft": "shoemaker"}, {"repair": True}),
        ({"leisure": "garden", "access": "private"}, {}),
        ({"leisure": "garden"}, {"park": True}),
        ({"leisure": "playground", "disused": "yes"}, {}),
        ({"public_transport": "platform", "train": "yes"}, {}),
    ],
)
def test_kinds_of_tags(tags, expected):
    assert kinds_of(**tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"name": "凤凰小学"}, {"primary": True}),
        ({"name": "攀枝花市第三中学"}, {"middle": True}),
        ({"name": "市七中"}, {"middle": True}),
        ({"name": "二小教育集团炳草岗学校"}, {"primary": True}),
        ({"name": "秦淮区教师进修学校"}, {}),
        ({"name": "第七中心学校"}, {"primary": False, "middle": False}),
        ({"name": "育才九年一贯制学校"}, {"primary": True, "middle": True}),
        ({"name": "第一高级中学"}, {"middle": True}),  # the reference counts every 中学
        ({"name": "某某职业高中"}, {}),
        ({"isced:level": "1-3", "name": "Colegio"}, {"primary": True, "middle": True}),
        ({"isced:level": "2;3"}, {"middle": True}),
        ({"isced:level": "3"}, {}),
        ({"school": "primary", "name": "中学"}, {"primary": True}),
        ({"name": "Norssi"}, {"primary": False, "middle": False}),
        ({}, {"primary": False, "middle": False}),
    ],
)
def test_school_level_by_tags_then_name_else_both_unsure(tags, expected):
    found = Matcher().kinds({"amenity": "school", **tags})
    assert {KINDS[index]: sure for index, sure in found.items()} == expected


def test_wanted_any_value_means_any_but_no():
    assert wanted("*")("yes")
    assert not wanted("*")("no")
    assert wanted("~^a")("Alpha")


def test_open_space_rule_has_ghsci_values():
    rule = load_open_space_rule()
    assert (rule.linear_area_m2, rule.linear_roundness) == (5000, 0.25)
    assert any(clause.matches({"landuse": "military"}) for clause in rule.exclude)
    assert any(clause.matches({"access": "customers"}) for clause in rule.exclude)
    assert not any(clause.matches({"leisure": "park"}) for clause in rule.exclude)
    assert rule.grounds.matches({"amenity": "school"})
