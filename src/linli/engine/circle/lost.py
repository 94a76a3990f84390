"""Person-hours a year lost on the way: what nearer facilities would give back to a place's residents.

For each standard and kind: residents × visits a week (`visits.toml`, an assumption) × 52 × two ways × the part of the
walk that is beyond what the standard asks. A kind that several rules of a standard ask for is counted once, at the
widest of their thresholds, so that the hours are not overstated. A threshold in metres is turned into seconds at the
pace of that very walk.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.circle.assess import LostTime, Walks, any_of, lost_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from linli.engine.circle.judge import RuleResult
    from linli.engine.circle.nearest import Reached
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

_FILE = Path(__file__).with_name("visits.toml")


@dataclass(frozen=True, slots=True)
class Visits:
    """How often one resident goes to each kind of facility: an assumption, with its notes."""

    per_week: Mapping[str, float]
    evidence: str
    note_zh: str
    note_en: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Hours lost on the way to one kind, under the rule of one standard, at the pace of one profile."""

    standard: str
    rule: str
    kind: str
    profile: str
    visits_per_week: float
    time: LostTime


@lru_cache(maxsize=1)
def load_visits() -> Visits:
    """Read `visits.toml`."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Visits(data["per_week"], data["evidence"], data["note_zh"], data["note_en"])


def lost_on_the_way(
    place: Place,
    results: Sequence[RuleResult],
    *,
    reached: Mapping[str, Reached],
    profile: Profile,
    cutoff_s: int,
) -> list[Lost]:
    """Hours by standard and kind, in the order of `results`; `profile` walks."""
    counted: list[Lost] = []
    per_week = load_visits().per_week
    for (_, kind), result in _widest(results, profile).items():
        if per_week.get(kind, 0) == 0 or result.at_most is None:
            continue
        seconds = any_of([reached[profile.key].walks(column) for column in result.columns])
        at_most_s = _in_seconds(result, seconds, profile)
        time = lost_time(
            seconds,
            place.homes.residents,
            at_most_s=at_most_s,
            cutoff_s=cutoff_s,
            visits_per_week=per_week[kind],
        )
        counted.append(Lost(result.standard.key, result.rule.key, kind, profile.key, per_week[kind], time))
    return counted


def _widest(results: Sequence[RuleResult], profile: Profile) -> dict[tuple[str, str], RuleResult]:
    """By standard and kind, the rule with a verdict that allows the longest walk."""
    chosen: dict[tuple[str, str], RuleResult] = {}
    for result in results:
        if result.no_verdict or (result.profile and result.profile.key != profile.key):
            continue
        for kind in result.rule.kinds:
            rival = chosen.get((result.standard.key, kind))
            if rival is None or _allowed_s(result, profile) > _allowed_s(rival, profile):
                chosen[result.standard.key, kind] = result
    return chosen


def _allowed_s(result: RuleResult, profile: Profile) -> float:
    at_most = result.at_most or 0.0
    return at_most if result.profile else at_most / profile.speed_m_s


def _in_seconds(result: RuleResult, seconds: Walks, profile: Profile) -> NDArray[np.float32]:
    """Turn the rule's threshold into seconds on each walk [homes]."""
    allowed = np.full(seconds.sure.shape, _allowed_s(result, profile), np.float32)
    if result.profile is None and result.walks is not None and result.at_most is not None:
        metres = result.walks.sure
        paced = np.isfinite(metres) & np.isfinite(seconds.sure) & (metres > 0)
        allowed[paced] = seconds.sure[paced] * (np.float32(result.at_most) / metres[paced])
    return allowed
