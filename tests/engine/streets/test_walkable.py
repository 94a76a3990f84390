from __future__ import annotations

import math

import pytest

from linli.engine.streets import walkable
from linli.engine.streets.walkable import KINDS, NO, UNKNOWN, YES, Flag, classify_node, classify_way, table


def tags_of(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split())


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ("highway=footway", "path"),
        ("highway=residential", "street"),
        ("highway=trunk", "street"),
        ("highway=steps", "steps"),
        ("highway=steps conveying=yes", "escalator"),
        ("highway=footway footway=crossing", "crossing"),
        ("highway=elevator", "lift"),
        ("highway=pedestrian area=yes", "square"),
        ("railway=platform", "path"),
        ("highway=corridor", "path"),
        ("highway=cycleway", "path"),
        ("highway=motorway foot=yes", "street"),
        ("highway=trunk motorroad=yes foot=yes", "street"),
        ("highway=service access=no foot=yes", "street"),
        ("highway=service access=private", "street"),
        ("highway=residential oneway=yes", "street"),
        ("highway=residential sidewalk=separate", "street"),
    ],
)
def test_classify_way_that_is_walked(tags, kind):
    assert KINDS[classify_way(tags_of(tags)).kind] == kind


@pytest.mark.parametrize(
    "tags",
    [
        "highway=motorway",
        "highway=motorway_link",
        "highway=trunk motorroad=yes",
        "highway=trunk foot=no",
        "highway=cycleway foot=no",
        "highway=residential foot=use_sidepath",
        "highway=service access=no",
        "highway=track access=agricultural",
        "highway=construction",
        "highway=proposed",
        "highway=raceway",
        "highway=busway",
        "highway=path sac_scale=alpine_hiking foot=yes",
        "highway=residential construction=yes",
        "route=ferry foot=yes",
        "barrier=wall",
        "waterway=river",
    ],
)
def test_classify_way_that_is_not_walked(tags):
    assert classify_way(tags_of(tags)) is None


@pytest.mark.parametrize(
    ("tags", "flags"),
    [
        ("highway=service access=private", Flag.PRIVATE),
        ("highway=service access=private foot=yes", Flag(0)),
        ("highway=service access=residents", Flag.PRIVATE),
        ("highway=footway bridge=yes", Flag.BRIDGE),
        ("highway=footway tunnel=yes", Flag.TUNNEL),
        ("highway=footway tunnel=building_passage", Flag.COVERED),
        ("highway=steps", Flag.NO_DOORS),
        ("highway=primary sidewalk:both=separate", Flag.SIDEWALK_APART),
    ],
)
def test_classify_way_flags(tags, flags):
    assert classify_way(tags_of(tags)).flags == flags


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ("highway=footway oneway:foot=yes", 1),
        ("highway=footway oneway:foot=-1", -1),
        ("highway=steps conveying=forward", 1),
        ("highway=steps conveying=backward", -1),
        ("highway=steps conveying=reversible", 0),
        ("highway=residential oneway=yes", 0),
    ],
)
def test_classify_way_direction(tags, direction):
    assert classify_way(tags_of(tags)).direction == direction


@pytest.mark.parametrize(
    ("tags", "wheelchair", "stroller"),
    [
        ("highway=footway", UNKNOWN, UNKNOWN),
        ("highway=footway wheelchair=yes", YES, YES),
        ("highway=footway wheelchair=limited", YES, YES),
        ("highway=footway wheelchair=no", NO, UNKNOWN),
        ("highway=footway surface=asphalt", YES, YES),
        ("highway=footway surface=asphalt smoothness=very_bad", NO, NO),
        ("highway=footway surface=asphalt smoothness=bad", NO, UNKNOWN),
        ("highway=footway surface=sand", NO, UNKNOWN),
        ("highway=footway surface=sett", UNKNOWN, UNKNOWN),
        ("highway=footway surface=sett smoothness=good", YES, YES),
        ("highway=footway surface=asphalt;sand", NO, UNKNOWN),
        ("highway=track tracktype=grade5", NO, UNKNOWN),
        ("highway=footway width=0.7", NO, UNKNOWN),
        ("highway=footway surface=asphalt width=60cm", NO, UNKNOWN),
        ("highway=steps", NO, NO),
        ("highway=steps ramp=yes", NO, YES),
        ("highway=steps ramp:wheelchair=yes", YES, YES),
        ("highway=steps conveying=yes", NO, NO),
        ("highway=elevator", YES, YES),
        ("highway=footway footway=crossing surface=asphalt", UNKNOWN, UNKNOWN),
        ("highway=footway footway=crossing surface=asphalt kerb=lowered", YES, YES),
    ],
)
def test_classify_way_for_wheels(tags, wheelchair, stroller):
    kept = classify_way(tags_of(tags))
    assert (kept.wheelchair, kept.stroller) == (wheelchair, stroller)


@pytest.mark.parametrize(
    ("tags", "percent"),
    [
        ("incline=10%", 10),
        ("incline=-6.5%", 6.5),
        ("incline=0", 0),
        ("incline=45°", 100),
        ("incline=up", None),
    ],
)
def test_classify_way_incline(tags, percent):
    found = classify_way({"highway": "footway"} | tags_of(tags)).incline_percent
    assert math.isnan(found) if percent is None else found == pytest.approx(percent)


@pytest.mark.parametrize(
    ("tags", "passage"),
    [
        ("barrier=gate", "open"),
        ("barrier=gate locked=yes", "closed"),
        ("barrier=gate locked=yes foot=yes", "open"),
        ("barrier=gate access=private", "private"),
        ("barrier=gate access=no", "closed"),
        ("barrier=gate access=no foot=yes", "open"),
        ("barrier=lift_gate access=no", "open"),
        ("barrier=lift_gate foot=no", "closed"),
        ("barrier=bollard", "open"),
        ("barrier=fence", "closed"),
        ("barrier=wall foot=yes", "open"),
        ("barrier=something_new", "open"),
    ],
)
def test_classify_node_passage(tags, passage):
    assert classify_node(tags_of(tags)).passage == passage


@pytest.mark.parametrize(
    ("tags", "centimetres"),
    [
        ("kerb=flush", 0), ("kerb=lowered", 3), ("kerb=raised", 15), ("kerb=no", 0), ("kerb=0.1", 10), ("kerb=8", 8),
        ("kerb=raised kerb:height=5cm", 5), ("kerb=raised kerb:height=0.2m", 20), ("kerb=raised wheelchair=yes", 0),
    ],
)  # fmt: skip
def test_classify_node_kerb(tags, centimetres):
    assert classify_node(tags_of(tags)).kerb_cm == pytest.approx(centimetres)


def test_classify_node_stops_wheels_at_a_turnstile_unless_it_says_otherwise():
    assert classify_node(tags_of("barrier=turnstile")).wheelchair_no
    assert not classify_node(tags_of("barrier=turnstile wheelchair=yes")).wheelchair_no
    assert classify_node(tags_of("barrier=bollard maxwidth:physical=0.8")).wheelchair_no
    assert not classify_node(tags_of("barrier=bollard maxwidth:physical=1.2")).wheelchair_no


def test_table_has_evidence_for_every_row():
    for section in ("highway", "area_like", "closed_by", "barrier"):
        for key, row in table()[section].items():
            assert row["evidence"].startswith(("seen: ", "mem", "derived")), f"{section}.{key}"
    for section in (
        "foot",
        "access",
        "wheelchair",
        "surface",
        "smoothness",
        "tracktype",
        "kerb",
        "width",
        "escalator",
    ):
        assert table()[section]["evidence"]


def test_table_names_only_known_kinds():
    rows = [*table()["highway"].values(), *table()["area_like"].values()]
    assert {row["kind"] for row in rows} <= set(KINDS)
    assert walkable.KINDS[walkable.SQUARE] == "square"
