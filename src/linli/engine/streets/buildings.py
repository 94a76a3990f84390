"""Which buildings are homes, how high they are and how much floor they have, by the table `homes.toml`.

The order of trust: what `building=*` says; what the building's other tags and its name say; a node inside that says what
all of the building is (a school, a church); the smallest area of land use around it; its size. In most Chinese extracts
nearly all buildings say `building=yes`, so the later steps do the work there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from linli.engine.streets.assumptions import assumed, homes_table
from linli.engine.streets.kinds import Clause, ClauseIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Feature
    from linli.engine.streets.geo import Plane

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

Verdict = Literal["yes", "no", "mixed", "ask"]
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FEET = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:'|ft|feet)")
_MOST_LEVELS = 200
_METRES_OF_A_FOOT = 0.3048


@dataclass(frozen=True)
class Buildings:
    """Homes as buildings, before anybody is put into them or a door is found.

    Attributes
    ----------
    feature : the features themselves, `n` of them, in the order of the file.
    geometry : their shapes (polygons; points for buildings mapped as a node), degrees.
    lon, lat : float64 [n], a point inside each.
    levels : float64 [n]; `levels_known` says which are from the map itself.
    footprint_m2, floor_area_m2 : float64 [n]; floor area counts only floors people live on.
    dwellings : float64 [n], `building:flats`; nan where the map does not say.
    typical_levels : levels assumed where the map has none, by `building` value, with how many of this place they come from (0: the table).
    """

    feature: list[Feature]
    geometry: Shapes
    lon: Floats
    lat: Floats
    levels: Floats
    levels_known: NDArray[np.bool_]
    footprint_m2: Floats
    floor_area_m2: Floats
    dwellings: Floats
    typical_levels: dict[str, tuple[float, int]]

    def __len__(self) -> int:
        return len(self.feature)


@lru_cache(maxsize=1)
def _by_value() -> dict[str, tuple[Verdict, float]]:
    return {
        value: (row["home"], float(row["levels"]))
        for row in homes_table()["building"]
        for value in row["values"]
    }


@lru_cache(maxsize=2)
def _rules(section: Literal["own", "land"]) -> tuple[ClauseIndex, list[Verdict]]:
    rows = homes_table()[section]
    return ClauseIndex([Clause.of(row) for row in rows]), [row["home"] for row in rows]


def _first(section: Literal["own", "land"], tags: Mapping[str, str]) -> Verdict | None:
    """Look up what the first matching rule of a section says."""
    index, says = _rules(section)
    matching = index.matching(tags)
    return says[matching[0]] if matching else None


def own_verdict(tags: Mapping[str, str]) -> Verdict:
    """Say what a building's own tags tell: a home, none, homes above a ground floor (`mixed`), or nothing (`ask`)."""
    values = _by_value()
    verdict, _ = values.get(tags["building"], values["*"])
    if verdict != "ask":
        return verdict
    return _first("own", tags) or "ask"


def parse_levels(tags: Mapping[str, str]) -> float:
    """Levels above ground from `building:levels`, else `height`; nan when neither says. `3;4` and `3-4` mean 4."""
    numbers = [float(text) for text in _NUMBER.findall(tags.get("building:levels", ""))]
    if numbers and 0 < max(numbers) <= _MOST_LEVELS:
        return max(numbers)
    height = tags.get("height", "")
    feet = _FEET.match(height)
    metres = [float(feet[1]) * _METRES_OF_A_FOOT] if feet else [float(x) for x in _NUMBER.findall(height)[:1]]
    if metres and metres[0] > 0:
        return float(min(max(1, math.floor(metres[0] / assumed("storey_height_m"))), _MOST_LEVELS))
    return math.nan


def find_homes(
    features: Sequence[Feature], *, plane: Plane, listed: frozenset[str] = frozenset()
) -> Buildings:
    """Find the buildings people live in, and how much floor they have.

    Parameters
    ----------
    features
        All features of the extract: buildings, land use, and the nodes inside buildings.
    plane
        For areas in square metres.
    listed
        References (w123) of buildings that the committee says people live in; they are homes whatever the map says.
    """
    candidates = [
        f for f in features if f.tags.get("building", "no") != "no" and f.geometry.geom_type != "LineString"
    ]
    verdicts = np.array([own_verdict(f.tags) for f in candidates], dtype="U5")
    geometry = np.array([f.geometry for f in candidates], dtype=object)
    verdicts[[f"{f.osm_type}{f.osm_id}" in listed for f in candidates]] = "yes"
    east_m, north_m = plane.metres_per_degree
    footprint = shapely.area(geometry) * east_m * north_m if len(geometry) else np.zeros(0)
    _ask_around(features, geometry=geometry, verdicts=verdicts)
    open_question = verdicts == "ask"
    fits = (footprint >= assumed("smallest_home_m2")) & (footprint <= assumed("largest_home_m2"))
    verdicts[open_question] = np.where(fits[open_question], "yes", "no")

    known = np.array([parse_levels(f.tags) for f in candidates], np.float64)
    high_enough = known >= assumed("mixed_use_levels")  # nan: not known to be high enough
    home = (verdicts == "yes") | ((verdicts == "mixed") & high_enough)
    chosen = np.flatnonzero(home)
    tags = [candidates[i].tags for i in chosen]
    typical = _typical_levels([f.tags["building"] for f in candidates], known)
    levels_known = ~np.isnan(known[chosen])
    typed = np.array([typical[t["building"]][0] for t in tags], np.float64)
    levels = np.where(levels_known, known[chosen], typed)
    lived_on = np.where(verdicts[chosen] == "mixed", levels - 1, levels)
    foot = footprint[chosen]
    foot = np.where(
        foot > 0, foot, np.median(foot[foot > 0]) if (foot > 0).any() else 100.0
    )  # mapped as a node
    inside = shapely.point_on_surface(geometry[chosen]) if len(chosen) else np.zeros(0, object)
    return Buildings(
        feature=[candidates[i] for i in chosen],
        geometry=geometry[chosen],
        lon=shapely.get_x(inside) if len(chosen) else np.zeros(0),
        lat=shapely.get_y(inside) if len(chosen) else np.zeros(0),
        levels=levels,
        levels_known=levels_known,
        footprint_m2=foot,
        floor_area_m2=foot * lived_on,
        dwellings=np.array([_flats(t) for t in tags], np.float64),
        typical_levels={
            value: typical[value]
            for value in sorted(
                {t["building"] for t, known in zip(tags, levels_known, strict=True) if not known}
            )
        },
    )


def _flats(tags: Mapping[str, str]) -> float:
    text = tags.get("building:flats", tags.get("building:units", ""))
    return float(text) if text.isdecimal() else math.nan


def _typical_levels(values: Sequence[str], known: Floats) -> dict[str, tuple[float, int]]:
    """Levels to assume for each `building` value: the median of this place, or the table's figure."""
    table = _by_value()
    typical = {}
    for value, count in Counter(v for v, n in zip(values, known, strict=True) if not math.isnan(n)).items():
        if count >= assumed("typical_levels_sample"):
            sample = known[[v == value for v in values]]
            typical[value] = (float(np.nanmedian(sample)), count)
    for value in set(values):
        typical.setdefault(value, (table.get(value, table["*"])[1], 0))
    return typical


def _ask_around(features: Sequence[Feature], *, geometry: Shapes, verdicts: NDArray[Any]) -> None:
    """Settle open verdicts by what stands inside a building and by the land around it; in place."""
    asking = np.flatnonzero(verdicts == "ask")
    if not len(asking):
        return
    occupant = Clause.of(homes_table()["occupant"])
    nodes = [f.geometry for f in features if f.osm_type == "n" and occupant.matches(f.tags)]
    if nodes:
        building, _ = shapely.STRtree(nodes).query(geometry[asking], predicate="contains")
        verdicts[asking[building]] = "no"
        asking = np.flatnonzero(verdicts == "ask")
    land, says = [], []
    for feature in features:
        if (
            feature.osm_type == "n"
            or "building" in feature.tags
            or feature.geometry.geom_type == "LineString"
        ):
            continue
        home = _first("land", feature.tags)
        if home:
            land.append(feature.geometry)
            says.append(home)
    if not land or not len(asking):
        return
    inside = shapely.point_on_surface(geometry[asking])
    building, around = shapely.STRtree(land).query(inside, predicate="within")
    order = np.lexsort((shapely.area(np.array(land, dtype=object))[around], building))
    first = np.ones(len(order), bool)
    first[1:] = building[order][1:] != building[order][:-1]
    smallest = order[first]
    verdicts[asking[building[smallest]]] = np.array(says)[around[smallest]]
