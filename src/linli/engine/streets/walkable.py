"""What may be walked, by OpenStreetMap tags: `walkable.toml` applied to a way or a node."""

from __future__ import annotations

import enum
import math
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Tags = dict[str, str]

KINDS = ("path", "street", "steps", "escalator", "crossing", "lift", "square")
PATH, STREET, STEPS, ESCALATOR, CROSSING, LIFT, SQUARE = range(len(KINDS))
UNKNOWN, YES, NO = 0, 1, 2  # three-valued answers: wheelchair and pushchair


class Flag(enum.IntFlag):
    """What else is true of an edge."""

    BRIDGE = 1
    TUNNEL = 2
    PRIVATE = 4
    ONEWAY = 8  # only from tail to head
    INDOOR = 16
    NO_DOORS = 32  # no building is entered from it
    COVERED = 64
    SIDEWALK_APART = 128  # its sidewalk is mapped as a way of its own
    ACROSS = 256  # a straight line over a square, drawn by nobody: not counted in lengths of streets
    WHEELCHAIR_SAID = 512  # somebody tagged that wheelchairs can use it: no measured slope overrules that


@dataclass(frozen=True, slots=True)
class WayClass:
    """How a way is walked. `direction` is 1 or -1 where only one direction may be walked, else 0."""

    kind: int
    flags: int
    direction: int
    wheelchair: int
    stroller: int
    kerb_cm: float
    incline_percent: float  # nan where it is not tagged as a number
    signals: bool


@dataclass(frozen=True, slots=True)
class NodeClass:
    """What a node does to who passes it. `passage` "private": open only if it is the way into somewhere."""

    passage: Literal["open", "private", "closed"]
    wheelchair_no: bool
    stroller_no: bool
    kerb_cm: float  # 0 where there is none or it is not tagged
    crossing_signals: bool  # those who cross the road here wait
    junction_signals: bool  # signals of a junction of roads
    lift: bool

    @property
    def matters(self) -> bool:
        return self != _PLAIN


_PLAIN = NodeClass("open", False, False, 0.0, False, False, False)


@cache
def table() -> dict[str, Any]:
    """`walkable.toml` as it stands: every row with its evidence."""
    text = files("linli.engine.streets").joinpath("walkable.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def classify_way(tags: Tags) -> WayClass | None:
    """How a way with these tags is walked, or None where it is not."""
    rules = table()
    row = rules["highway"].get(tags.get("highway", "")) or _area_like(tags)
    if row is None:
        return None
    access = _access(tags)
    if access == "closed" or not _open(row, tags):
        return None
    kind = KINDS.index(row["kind"])
    direction = 0
    if tags.get("footway") == "crossing" or tags.get("path") == "crossing":
        kind = CROSSING
    if tags.get("area") == "yes" and kind in {PATH, STREET}:
        kind = SQUARE
    if kind == STEPS and tags.get("conveying", "no") != "no":
        kind = ESCALATOR
        direction = {"forward": 1, "backward": -1}.get(tags["conveying"], 0)
    direction = {"yes": 1, "-1": -1}.get(tags.get("oneway:foot", ""), direction)
    flags = _flags(tags)
    if access == "private":
        flags |= Flag.PRIVATE
    if not row.get("doors", True) or kind == CROSSING:
        flags |= Flag.NO_DOORS
    if tags.get("wheelchair") in rules["wheelchair"]["yes"]:
        flags |= Flag.WHEELCHAIR_SAID
    return WayClass(
        kind=kind,
        flags=int(flags),
        direction=direction,
        wheelchair=_wheelchair(tags, kind=kind),
        stroller=_stroller(tags, kind=kind),
        kerb_cm=_kerb_cm(tags.get("kerb", "")) if kind == CROSSING else 0.0,
        incline_percent=_percent(tags.get("incline", "")),
        signals=kind == CROSSING and _crossing_signals(tags),
    )


def classify_node(tags: Tags) -> NodeClass:
    """What a node with these tags does to who passes it."""
    passage: Literal["open", "private", "closed"] = "open"
    wheelchair_no = tags.get("wheelchair") == "no"
    stroller_no = False
    barrier = table()["barrier"].get(tags.get("barrier", ""))
    if barrier is not None:
        passage = _passage(barrier["pass"], tags)
        accessible = tags.get("wheelchair") in table()["wheelchair"]["yes"]
        wheelchair_no |= barrier.get("wheelchair") == "no" and not accessible
        stroller_no = barrier.get("stroller") == "no" and not accessible
        width = _metres(tags.get("maxwidth:physical", ""))
        wheelchair_no |= width is not None and width < table()["width"]["least_m"]
    kerb_cm = 0.0
    if "kerb" in tags and tags.get("wheelchair") != "yes":
        kerb_cm = _kerb_cm(tags.get("kerb:height") or tags["kerb"])
    highway = tags.get("highway", "")
    return NodeClass(
        passage=passage,
        wheelchair_no=wheelchair_no,
        stroller_no=stroller_no,
        kerb_cm=kerb_cm,
        crossing_signals=_crossing_signals(tags) or ("crossing" in highway and "traffic_signals" in highway),
        junction_signals=highway == "traffic_signals",
        lift=highway == "elevator",
    )


def _area_like(tags: Tags) -> dict[str, Any] | None:
    if "highway" in tags:
        return None
    for clause, row in table()["area_like"].items():
        key, _, value = clause.partition("=")
        if tags.get(key) == value:
            return dict(row)
    return None


def _access(tags: Tags) -> str:
    """Open, private or closed by `foot`, else by `access`; empty where neither says."""
    rules = table()
    return str(rules["foot"].get(tags.get("foot", ""), "") or rules["access"].get(tags.get("access", ""), ""))


def _open(row: dict[str, Any], tags: Tags) -> bool:
    foot = table()["foot"].get(tags.get("foot", ""), "")
    if row["walk"] == "tagged" and foot not in {"open", "private"}:
        return False
    for clause, closing in table()["closed_by"].items():
        key, _, value = clause.partition("=")
        if tags.get(key) == value and (closing.get("always") or foot != "open"):
            return False
    return True


def _passage(rule: str, tags: Tags) -> Literal["open", "private", "closed"]:
    rules = table()
    foot = rules["foot"].get(tags.get("foot", ""), "")
    access = rules["access"].get(tags.get("access", ""), "")
    if rule == "closed":
        return "open" if "open" in {foot, access} else "closed"
    said = foot if rule == "foot" else foot or access
    if rule == "access" and tags.get("locked") == "yes" and foot != "open":
        said = "closed"
    if said == "closed":
        return "closed"
    return "private" if said == "private" else "open"


def _flags(tags: Tags) -> Flag:
    flags = Flag(0)
    if tags.get("bridge", "no") != "no":
        flags |= Flag.BRIDGE
    tunnel = tags.get("tunnel", "no")
    if tunnel in {"building_passage", "covered"} or tags.get("covered", "no") != "no":
        flags |= Flag.COVERED
    elif tunnel != "no":
        flags |= Flag.TUNNEL
    if tags.get("indoor", "no") != "no" or tags.get("highway") == "corridor":
        flags |= Flag.INDOOR
    if "separate" in {tags.get(f"sidewalk{side}") for side in ("", ":both", ":left", ":right")}:
        flags |= Flag.SIDEWALK_APART
    return flags


def _wheelchair(tags: Tags, *, kind: int) -> int:
    rules = table()
    said = tags.get("wheelchair", "")
    if said in rules["wheelchair"]["yes"]:
        return YES
    if said in rules["wheelchair"]["no"] or kind == ESCALATOR:
        return NO
    if kind == STEPS:
        return YES if tags.get("ramp:wheelchair") == "yes" else NO
    width = _metres(tags.get("width", ""))
    surfaces = tags.get("surface", "").split(";")
    if (
        any(surface in rules["surface"]["bad"] for surface in surfaces)
        or tags.get("smoothness") in rules["smoothness"]["bad"]
        or tags.get("tracktype") in rules["tracktype"]["bad"]
        or (width is not None and width < rules["width"]["least_m"])
    ):
        return NO
    smooth = tags.get("smoothness") in rules["smoothness"]["good"]
    even = all(surface in rules["surface"]["good"] for surface in surfaces)
    kerb_unknown = kind == CROSSING and "kerb" not in tags
    return YES if kind == LIFT or ((smooth or even) and not kerb_unknown) else UNKNOWN


def _stroller(tags: Tags, *, kind: int) -> int:
    said = tags.get("stroller", "")
    if said in {"yes", "limited", "designated"}:
        return YES
    if said == "no" or kind == ESCALATOR:
        return NO
    if kind == STEPS:
        return YES if "yes" in {tags.get(f"ramp{user}") for user in ("", ":stroller", ":wheelchair")} else NO
    if tags.get("smoothness") in table()["smoothness"]["stroller_bad"]:
        return NO
    return YES if _wheelchair(tags, kind=kind) == YES else UNKNOWN


def _crossing_signals(tags: Tags) -> bool:
    return tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"


_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def _number(text: str) -> float | None:
    found = _NUMBER.search(text)
    return float(found[0].replace(",", ".")) if found else None


def _metres(text: str) -> float | None:
    value = _number(text)
    if value is None or "'" in text:
        return None
    return value / 100 if text.strip().endswith("cm") else value


def _kerb_cm(text: str) -> float:
    known = table()["kerb"].get(text)
    if isinstance(known, float):
        return known
    value = _number(text)
    if value is None or value < 0:
        return 0.0
    if "cm" in text:
        return value
    return value * 100 if value < 0.15 or text.strip().endswith("m") else value


def _percent(text: str) -> float:
    value = _number(text)
    if value is None:
        return float("nan")
    if "°" in text:
        return abs(math.tan(math.radians(value))) * 100
    return abs(value) if "%" in text or value == 0 else float("nan")
