"""Public open space: what is not, and which pieces make one (after GHSCI; the values are in `kinds.toml`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from linli.engine.streets.kinds import load_open_space_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from linli.engine.streets.extract import Feature

    Shapes = NDArray[np.object_]


def is_public(spaces: Sequence[Feature], features: Sequence[Feature]) -> NDArray[np.bool_]:
    """Whether each open space is public: bool [n].

    Parameters
    ----------
    spaces
        Candidates, by their own kind a park, garden or square.
    features
        All features, for the grounds of schools and hospitals within which nothing is public.
    """
    rule = load_open_space_rule()
    public = np.array([not any(clause.matches(s.tags) for clause in rule.exclude) for s in spaces], bool)
    grounds = [
        f.geometry
        for f in features
        if rule.grounds.matches(f.tags) and shapely.get_dimensions(f.geometry) == 2
    ]
    if grounds and len(spaces):
        inside = shapely.point_on_surface(np.array([s.geometry for s in spaces], dtype=object))
        within, _ = shapely.STRtree(grounds).query(inside, predicate="within")
        public[within] = False
    return public


def joined_area_m2(flat: Shapes) -> NDArray[np.float64]:
    """Square metres of the open space that each piece is part of; nan for pieces mapped as a point or line.

    Pieces that touch or overlap are one, and what they share counts once. A strip (larger than 0.5 ha and less round
    than 0.25) counts alone: a riverside walk does not turn two parks into one.

    Parameters
    ----------
    flat
        Shapes in metres.
    """
    rule = load_open_space_rule()
    areal = shapely.get_dimensions(flat) == 2
    area_m2 = np.where(areal, shapely.area(flat), np.nan)
    large = np.flatnonzero(areal & (area_m2 > rule.linear_area_m2))
    circle_m = shapely.minimum_bounding_radius(flat[large])
    strip = np.zeros(len(flat), bool)
    strip[large] = area_m2[large] / (np.pi * circle_m**2) < rule.linear_roundness
    joins = np.flatnonzero(areal & ~strip)
    one, other = shapely.STRtree(flat[joins]).query(flat[joins], predicate="intersects")
    for group in groups_of(len(joins), one, other):
        if len(group) > 1:
            members = joins[group]
            area_m2[members] = shapely.area(shapely.union_all(shapely.make_valid(flat[members])))
    return area_m2


def groups_of(count: int, one: NDArray[np.int64], other: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Gather `count` things into groups that the pairs (one, other) hold together, in order of their first member."""
    from scipy.sparse import coo_array  # noqa: PLC0415 -- costs start-up time
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not count:
        return []
    links = coo_array((np.ones(len(one), bool), (one, other)), shape=(count, count))
    _, label = connected_components(links, directed=False)
    order = np.argsort(label, kind="stable")
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return sorted(np.split(order, cuts), key=lambda group: int(group[0]))
