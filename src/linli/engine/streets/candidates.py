"""Features of the map → facilities: which kinds they are, and which features are one and the same place.

A school is drawn as grounds and written again as a node; a bus stop is a node on each side of the road under one name;
an underground station has six entrances. They become one facility each, with several ways in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from linli.engine.streets.kinds import Matcher, load_kinds
from linli.engine.streets.openspace import groups_of, is_public, joined_area_m2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Feature
    from linli.engine.streets.geo import Plane

    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

# How a shape is entered: a point is its own door; a building has doors, grounds have gates, open space an edge.
Style = Literal["point", "door", "gate", "edge"]
SAME_NAME_M = 60.0
STEP_FREE_UNKNOWN, STEP_FREE_YES, STEP_FREE_NO = 0, 1, 2
_NOT_IN_NAMES = re.compile(r"[\s·・\-–—()（）「」“”\"'.,，。]+")


@dataclass(slots=True)
class Candidate:
    """A facility while it is being put together. `kinds`: kind index → whether it is settled."""

    name: str
    ref: str
    kinds: dict[int, bool]
    lon: float
    lat: float
    area_m2: float = np.nan
    shapes: list[tuple[shapely.Geometry, Style]] = field(default_factory=list)
    source: Literal["osm", "register"] = "osm"
    address: str = ""
    hours: str = ""
    step_free: int = STEP_FREE_UNKNOWN


@dataclass(frozen=True, slots=True)
class _Matched:
    """The features that are facilities, with what decides whether two of them are the same."""

    features: list[Feature]
    kinds: list[dict[int, bool]]
    flat: Shapes  # on the plane, metres
    dimension: NDArray[np.int32]
    lon: NDArray[np.float64]  # a point inside
    lat: NDArray[np.float64]

    @property
    def mask(self) -> NDArray[np.uint64]:
        """Kinds as bits."""
        return np.array([sum(1 << kind for kind in kinds) for kinds in self.kinds], np.uint64)


def find_candidates(features: Sequence[Feature], *, plane: Plane) -> list[Candidate]:
    """Find the facilities that the map knows, each once."""
    matched = _match(features, plane=plane)
    if not matched.features:
        return []
    one, other = (np.concatenate(pair) for pair in zip(_inside(matched), _named_alike(matched), strict=True))
    entrance_of = _entrances(matched)
    entrances = np.flatnonzero(entrance_of >= 0)
    one, other = np.concatenate((one, entrances)), np.concatenate((other, entrance_of[entrances]))
    area_m2 = _areas(matched)
    return [
        _candidate(matched, group, area_m2=area_m2, entrances=group[entrance_of[group] >= 0])
        for group in groups_of(len(matched.features), one, other)
    ]


def same_name(text: str) -> str:
    """Fold a name so that two ways of writing it compare equal."""
    return _NOT_IN_NAMES.sub("", text).casefold()


def name_of(tags: Mapping[str, str]) -> str:
    """Choose the name to show for a feature; empty when it has none."""
    return next(
        (tags[key] for key in ("name", "name:zh", "name:en", "brand", "operator") if tags.get(key)), ""
    )


def address_of(tags: Mapping[str, str]) -> str:
    """Write a feature's address as one text; empty when it has none."""
    if "addr:full" in tags:
        return tags["addr:full"]
    street = tags.get("addr:street", tags.get("addr:place", ""))
    if not street and "addr:housenumber" not in tags:
        return ""
    parts = (street, tags.get("addr:housenumber", ""), tags.get("addr:unit", ""))
    return " ".join(part for part in parts if part)


def _match(features: Sequence[Feature], *, plane: Plane) -> _Matched:
    matcher = Matcher()
    chosen: list[Feature] = []
    kinds: list[dict[int, bool]] = []
    for feature in features:
        tags = feature.tags
        if feature.osm_type == "r" and "highway" in tags and "area" not in tags:
            tags = {**tags, "area": "yes"}  # a multipolygon is an area without saying so
            feature = replace(feature, tags=tags)  # noqa: PLW2901 -- the same feature, said in full
        found = matcher.kinds(tags)
        if found:
            chosen.append(feature)
            kinds.append(found)
    open_kinds = {index for index, kind in enumerate(load_kinds().values()) if kind.open_space}
    spaces = [index for index, found in enumerate(kinds) if open_kinds & found.keys()]
    public = is_public([chosen[index] for index in spaces], features)
    for index, is_open in zip(spaces, public, strict=True):
        if not is_open:
            kinds[index] = {kind: sure for kind, sure in kinds[index].items() if kind not in open_kinds}
    kept = [index for index, found in enumerate(kinds) if found]
    geometry = np.array([chosen[index].geometry for index in kept], dtype=object)
    inside = shapely.point_on_surface(geometry)
    return _Matched(
        features=[chosen[index] for index in kept],
        kinds=[kinds[index] for index in kept],
        flat=shapely.transform(geometry, lambda xy: np.column_stack(plane.to_xy(xy[:, 0], xy[:, 1]))),
        dimension=shapely.get_dimensions(geometry),
        lon=shapely.get_x(inside),
        lat=shapely.get_y(inside),
    )


def _names(matched: _Matched) -> NDArray[np.int64]:
    """Give each name a number; -1 for none."""
    numbers: dict[str, int] = {}
    names = (same_name(f.tags.get("name", "")) for f in matched.features)
    return np.array([numbers.setdefault(name, len(numbers)) if name else -1 for name in names], np.int64)


def _inside(matched: _Matched) -> tuple[Ints, Ints]:
    """Pair nodes with the area of the same kind around them, unless both have names and these differ."""
    points, areas = np.flatnonzero(matched.dimension == 0), np.flatnonzero(matched.dimension == 2)
    if not len(points) or not len(areas):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    which, around = shapely.STRtree(matched.flat[areas]).query(matched.flat[points], predicate="within")
    one, other = points[which], areas[around]
    name, mask = _names(matched), matched.mask
    agree = (name[one] == name[other]) | (name[one] < 0) | (name[other] < 0)
    same = agree & ((mask[one] & mask[other]) > 0)
    return one[same], other[same]


def _named_alike(matched: _Matched) -> tuple[Ints, Ints]:
    """Pair features of the same kind and name at most 60 m apart."""
    name, mask = _names(matched), matched.mask
    named = np.flatnonzero(name >= 0)
    left, right = shapely.STRtree(matched.flat[named]).query(
        matched.flat[named], predicate="dwithin", distance=SAME_NAME_M
    )
    one, other = named[left], named[right]
    same = (one < other) & (name[one] == name[other]) & ((mask[one] & mask[other]) > 0)
    return one[same], other[same]


def _entrances(matched: _Matched) -> Ints:
    """For each feature that is an entrance of its kind (of an underground station): the nearest such place; else -1."""
    station_of = np.full(len(matched.features), -1, np.int64)
    for index, kind in enumerate(load_kinds().values()):
        if kind.entrances is None:
            continue
        of_kind = [number for number, found in enumerate(matched.kinds) if index in found]
        ways_in = [n for n in of_kind if kind.entrances.matches(matched.features[n].tags)]
        places = [n for n in of_kind if n not in set(ways_in)]
        if ways_in and places:
            which, place = shapely.STRtree(matched.flat[places]).query_nearest(
                matched.flat[ways_in], max_distance=kind.entrances_within_m, all_matches=False
            )
            station_of[np.array(ways_in)[which]] = np.array(places)[place]
    return station_of


def _areas(matched: _Matched) -> NDArray[np.float64]:
    """Square metres of each feature, of the whole open space where it is a piece of one; nan for points and lines."""
    area_m2 = np.where(matched.dimension == 2, shapely.area(matched.flat), np.nan)
    open_kinds = {index for index, kind in enumerate(load_kinds().values()) if kind.open_space}
    spaces = np.array([n for n, found in enumerate(matched.kinds) if open_kinds & found.keys()], np.int64)
    if len(spaces):
        area_m2[spaces] = joined_area_m2(matched.flat[spaces])
    return area_m2


def _style(feature: Feature, kinds: dict[int, bool], *, dimension: int) -> Style:
    if dimension == 0:
        return "point"
    if dimension == 1 or feature.tags.get("building", "no") != "no":
        return "door"
    return "edge" if kinds.keys() & _edge_kinds() else "gate"


@lru_cache(maxsize=1)
def _edge_kinds() -> frozenset[int]:
    return frozenset(index for index, kind in enumerate(load_kinds().values()) if kind.entered == "edge")


def _candidate(matched: _Matched, group: Ints, *, area_m2: NDArray[np.float64], entrances: Ints) -> Candidate:
    """Make one facility of the features of a group: the largest area speaks for it, else the first with a name."""
    ways_in = entrances.tolist()
    numbers = [number for number in group.tolist() if number not in ways_in]
    features = matched.features
    numbers.sort(key=lambda n: (-area_m2[n] if area_m2[n] > 0 else 0.0, "name" not in features[n].tags, n))
    main = numbers[0]
    kinds: dict[int, bool] = {}
    for number in numbers:
        for kind, sure in matched.kinds[number].items():
            kinds[kind] = kinds.get(kind, False) or sure
    entered = ways_in or [n for n in numbers if matched.dimension[n] == 2] or numbers
    everyone = [features[number].tags for number in (*numbers, *ways_in)]
    return Candidate(
        name=next((name for name in map(name_of, everyone) if name), ""),
        ref=f"{features[main].osm_type}{features[main].osm_id}",
        kinds=dict(sorted(kinds.items())),
        lon=float(matched.lon[main]),
        lat=float(matched.lat[main]),
        area_m2=float(area_m2[main]),
        shapes=[
            (features[n].geometry, _style(features[n], kinds, dimension=matched.dimension[n]))
            for n in entered
        ],
        address=next((text for text in map(address_of, everyone) if text), ""),
        hours=next((tags["opening_hours"] for tags in everyone if "opening_hours" in tags), ""),
        step_free=_step_free(everyone),
    )


def _step_free(everyone: Sequence[Mapping[str, str]]) -> int:
    said = {tags.get("wheelchair") for tags in everyone}
    if said & {"yes", "designated"}:
        return STEP_FREE_YES
    return STEP_FREE_NO if "no" in said else STEP_FREE_UNKNOWN
