"""A place, standards and profiles → who reaches what on foot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linli.engine.circle.judge import Judge, RuleResult, ScoreResult, columns_of
from linli.engine.circle.lost import Lost, lost_on_the_way
from linli.engine.circle.nearest import Column, Reached, reach_columns
from linli.engine.circle.walker import Walker
from linli.engine.errors import InputError
from linli.engine.streets.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linli.engine.circle.standards import Rule, Standard
    from linli.engine.streets.kinds import Kind
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

Floats = NDArray[np.float32]
Int32s = NDArray[np.int32]

# A rule in metres is judged on the network's metres, whoever walks; this is how far it looks by default: what an adult
# walks in the cut-off.
_METRES_PER_S = 1.25
_LONGEST_MIN = 240


@dataclass(frozen=True, eq=False)
class Measurement:
    """Everything measured of one place; every number leads back to a rule, a facility and a walk (`walks.walks_of`).

    walk_s
        Seconds [homes, kinds] by profile; inf: farther than the cut-off or no way; nan: unknown, since the home has no
        street (or stands on an island of the network), the kind was never surveyed, or tags a wheelchair needs are missing.
    walk_m
        Metres on the network [homes, kinds], inf and nan likewise; farther than `cutoff_m` is inf.
    nearest_facility
        Index into `place.facilities` by profile [homes, kinds]; −1 where `walk_s` is inf or nan.
    reached
        The intervals behind them, by profile key and "" for metres, with further columns for rules that ask a size.
    """

    place: Place
    standards: list[Standard]
    profiles: list[Profile]
    kinds: list[Kind]
    cutoff_s: int
    cutoff_m: int
    walk_s: dict[str, Floats]
    walk_m: Floats
    nearest_facility: dict[str, Int32s]
    results: list[RuleResult]
    scores: list[ScoreResult]
    lost: list[Lost]
    # Share of the network's length whose tags do not say whether a wheelchair may pass.
    wheelchair_unknown_share: float
    reached: dict[str, Reached] = field(repr=False)
    columns: list[Column] = field(repr=False)
    walker: Walker = field(repr=False)

    def results_of(self, standard: str, profile: str | None = None) -> list[RuleResult]:
        """Choose the results of one standard: those judged in metres and, of those in minutes, one profile's."""
        return [
            result
            for result in self.results
            if result.standard.key == standard
            and (profile is None or result.profile is None or result.profile.key == profile)
        ]


def measure_place(
    place: Place,
    *,
    standards: Sequence[Standard],
    profiles: Sequence[Profile],
    cutoff_s: int = 1800,
    progress: Progress | None = None,
) -> Measurement:
    """Walk from every home to the nearest facility of every kind, and judge every rule.

    Parameters
    ----------
    cutoff_s
        How far walks are followed; raised where a rule asks for more minutes.

    Raises
    ------
    InputError
        There is no home to measure, no profile, or a rule's threshold is beyond what can be walked in a day.
    """
    report = progress or silent
    if not profiles:
        raise InputError("--profile: none given; name at least one")
    if place.homes.lon.size == 0:
        raise InputError("the place has no homes; give a boundary with buildings, or a register of homes")
    rules = [(standard, rule) for standard in standards for rule in standard.rules]
    cutoff_s, cutoff_m = _cutoffs(rules, cutoff_s)
    kinds = list(place.kinds)
    keys = [kind.key for kind in kinds]
    columns = columns_of(keys, [rule for _, rule in rules])
    report("prepare the walks", 0.0)
    walker = Walker(place, profiles=profiles, cutoff_s=cutoff_s, cutoff_m=cutoff_m)
    report("prepare the walks", 1.0)
    yardsticks: list[Profile | None] = [None, *profiles]
    reached: dict[str, Reached] = {}
    for done, profile in enumerate(yardsticks):
        report("walk from every home", done / len(yardsticks))
        reached[profile.key if profile else ""] = reach_columns(walker, profile, columns)
    report("walk from every home", 1.0)
    judge = Judge(place, keys, columns, reached)
    results = [
        judge.result(standard, rule, profile)
        for standard, rule in rules
        for profile in ([None] if rule.max_min is None else profiles)
    ]
    report("judge the rules", 1.0)
    return Measurement(
        place=place, standards=list(standards), profiles=list(profiles), kinds=kinds, cutoff_s=cutoff_s, cutoff_m=cutoff_m,
        walk_s={profile.key: reached[profile.key].told(len(kinds)) for profile in profiles},
        walk_m=reached[""].told(len(kinds)),
        nearest_facility={profile.key: reached[profile.key].facility[:, : len(kinds)] for profile in profiles},
        results=results, scores=_scores(judge, standards, profiles, results),
        lost=lost_on_the_way(place, results, reached=reached, profile=profiles[0], cutoff_s=cutoff_s),
        wheelchair_unknown_share=_wheelchair_unknown_share(place),
        reached=reached, columns=columns, walker=walker,
    )  # fmt: skip


def _cutoffs(rules: Sequence[tuple[Standard, Rule]], cutoff_s: int) -> tuple[int, int]:
    """Seconds and metres that walks are followed: a fifth beyond the longest threshold, at least."""
    longest_min = max((rule.max_min.value for _, rule in rules if rule.max_min), default=0.0)
    longest_m = max((rule.max_m.value for _, rule in rules if rule.max_m), default=0.0)
    for standard, rule in rules:
        if (
            max(rule.max_min.value if rule.max_min else 0, rule.max_m.value / 60 if rule.max_m else 0)
            > _LONGEST_MIN
        ):
            raise InputError(
                f"standard {standard.key}, rule “{rule.key}”: nobody walks that far; correct its threshold"
            )
    cutoff_s = max(cutoff_s, round(longest_min * 60 * 1.2))
    return cutoff_s, max(round(cutoff_s * _METRES_PER_S), round(longest_m * 1.2))


def _scores(
    judge: Judge, standards: Sequence[Standard], profiles: Sequence[Profile], results: Sequence[RuleResult]
) -> list[ScoreResult]:
    """Every score of every standard: once if its rules are all in metres, else for each profile."""
    scores = []
    for standard in standards:
        for score in standard.scores:
            timed = any(standard.rule(rule).max_min for rule in score.rules)
            for profile in profiles if timed else profiles[:1]:
                counted = [
                    result
                    for result in results
                    if result.standard is standard
                    and result.rule.key in score.rules
                    and (result.profile is None or result.profile is profile)
                ]
                scores.append(judge.score(score, counted))
    return scores


def _wheelchair_unknown_share(place: Place) -> float:
    length_m = place.network.edge_length_m
    total_m = float(length_m.sum())
    return float(length_m[place.network.edge_wheelchair == 0].sum()) / total_m if total_m else 0.0
