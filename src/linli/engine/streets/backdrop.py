"""What a map of the place shows behind the homes: other buildings, green, water. Nothing is computed from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from linli.engine.streets.outlines import Outlines

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from linli.engine.streets.extract import Feature

_WATER = {
    "natural": {"water", "bay"},
    "waterway": {"riverbank", "dock"},
    "landuse": {"basin", "reservoir"},
    "leisure": {"swimming_pool"},
}
_GREEN = {
    "leisure": {"park", "garden", "pitch", "playground", "golf_course", "nature_reserve", "dog_park", "track"},
    "landuse": {"grass", "forest", "meadow", "village_green", "recreation_ground", "cemetery", "allotments", "orchard",
                "flowerbed", "farmland", "vineyard"},
    "natural": {"wood", "beach"},
}  # fmt: skip


@dataclass(frozen=True)
class Backdrop:
    """Outlines of the extract, its margin included: buildings that are no homes, green, water."""

    TABLES: ClassVar[dict[str, type]] = dict.fromkeys(("buildings", "green", "water"), Outlines)

    buildings: Outlines
    green: Outlines
    water: Outlines


def find_backdrop(features: Sequence[Feature], *, homes: Collection[str]) -> Backdrop:
    """Sort the features that a map shows; `homes` are the references of buildings that it shows as homes."""
    buildings = [
        f for f in features if f.tags.get("building", "no") != "no" and f"{f.osm_type}{f.osm_id}" not in homes
    ]
    others = [f for f in features if "building" not in f.tags]
    return Backdrop(
        buildings=_outlines(buildings),
        green=_outlines([f for f in others if _is(f.tags, _GREEN)]),
        water=_outlines([f for f in others if _is(f.tags, _WATER)]),
    )


def _is(tags: Mapping[str, str], table: Mapping[str, Collection[str]]) -> bool:
    return any(tags[key] in table[key] for key in table.keys() & tags.keys())


def _outlines(features: Sequence[Feature]) -> Outlines:
    areal = [f.geometry for f in features if f.geometry.geom_type in {"Polygon", "MultiPolygon"}]
    return Outlines.of(np.array(areal, dtype=object))
