"""Rules judged on the walks of a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.circle import assess
from linli.engine.circle.nearest import Column, Reached

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from linli.engine.circle.standards import Rule, Score, Standard
    from linli.engine.streets.place import Place
    from linli.engine.streets.profiles import Profile

# Why a rule has no verdict.
NO_THRESHOLD, NO_KIND, NOT_SURVEYED = "no_threshold", "no_kind", "not_surveyed"
NO_VERDICT_NOTES: dict[str, tuple[str, str]] = {
    NO_THRESHOLD: ("标准未给出（或未核对到）距离，不作判定", "the standard names no distance (or it was not read): no verdict"),
    NO_KIND: ("地图与登记册中尚无此类设施，无法测量", "not a kind of facility that maps and registers carry yet: not measured"),
    NOT_SURVEYED: ("此类设施从未普查，情况未知", "this kind of facility was never surveyed here: unknown"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RuleResult:
    """One rule judged in its own unit: metres (`profile` is None) or seconds of one profile.

    Where `no_verdict` says why there is none, `everyone` is None, `groups` and `left_out` are empty and `verdict` is
    unknown everywhere; the walks are there all the same, so that the rule can be shown.
    """

    standard: Standard
    rule: Rule
    profile: Profile | None
    at_most: float | None  # metres or seconds
    no_verdict: str  # "", NO_THRESHOLD, NO_KIND, NOT_SURVEYED
    columns: list[int]  # the columns of `Measurement.reached` its kinds stand in
    walks: (
        assess.Walks | None
    )  # to the nearest of the rule's kinds [homes], metres or seconds; None without kinds
    facility: NDArray[np.int32]  # where that walk leads [homes]; −1: none
    verdict: NDArray[np.int8]  # assess.COVERED, LEFT_OUT, UNKNOWN [homes]
    everyone: assess.Coverage | None
    groups: dict[str, assess.Coverage | None]  # 65+, 0-6, disabled; None where no home's number is known
    left_out: NDArray[np.int32]  # home indexes, worst first
    over: NDArray[np.float32]  # by how much at least, same order; inf: no walk within the cut-off
    median: (
        float | None
    )  # half the residents with a known walk have one this short; inf where it is beyond the cut-off

    @property
    def unit(self) -> str:
        """Metres or seconds: the unit of `at_most`, `walks` and `over`."""
        return "m" if self.profile is None else "s"

    @property
    def share(self) -> float | None:
        """Share of residents covered (a lower bound while some are unknown); None without a verdict."""
        return self.everyone.share if self.everyone else None


@dataclass(frozen=True, eq=False)
class ScoreResult:
    """How many rules of a score each home meets, float32 [homes], and on average over residents.

    `low` counts what is known, `high` counts unknown verdicts as met.
    """

    standard: Standard
    score: Score
    profile: Profile | None
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    mean_low: float | None
    mean_high: float | None
    most: int


def columns_of(kinds: Sequence[str], rules: Sequence[Rule]) -> list[Column]:
    """One column a kind, in their order, then one for each kind and size that a rule asks for."""
    columns = [Column(index) for index in range(len(kinds))]
    for rule in rules:
        for column in _asked(kinds, rule):
            if column not in columns:
                columns.append(column)
    return columns


def _asked(kinds: Sequence[str], rule: Rule) -> list[Column]:
    size = rule.min_area_ha.value if rule.min_area_ha else None
    return [Column(list(kinds).index(kind), size) for kind in rule.kinds]


@dataclass(frozen=True, eq=False)
class Judge:
    """What rules are judged on: walks by profile key, "" in metres, [homes, columns]."""

    place: Place
    kinds: Sequence[str]
    columns: Sequence[Column]
    reached: Mapping[str, Reached]

    def result(self, standard: Standard, rule: Rule, profile: Profile | None) -> RuleResult:
        """Judge one rule; `profile` for a rule in minutes, None otherwise."""
        homes = self.place.homes
        surveyed = self.place.facilities.surveyed
        columns = [
            self.columns.index(column)
            for kind, column in zip(rule.kinds, _asked(self.kinds, rule), strict=True)
            if kind not in rule.extra_kinds or surveyed[column.kind]
        ]
        walks, facility = self._walks(columns, profile)
        at_most = rule.max_m.value if rule.max_m else rule.max_min.value * 60 if rule.max_min else None
        no_verdict = self._no_verdict(rule, at_most)
        if walks is None or at_most is None or no_verdict:
            nobody = np.zeros(0, np.int32)
            return RuleResult(
                standard, rule, profile, at_most, no_verdict, columns, walks, facility,
                verdict=np.full(homes.lon.size, assess.UNKNOWN, np.int8), everyone=None, groups={},
                left_out=nobody, over=nobody.astype(np.float32), median=self._median(walks),
            )  # fmt: skip
        found = assess.verdicts(walks, at_most=at_most)
        groups = {"65+": homes.residents_65, "0-6": homes.residents_0_6, "disabled": homes.residents_disabled}
        left_out, over = assess.left_out(walks, found, at_most=at_most)
        return RuleResult(
            standard, rule, profile, at_most, no_verdict, columns, walks, facility, verdict=found,
            everyone=assess.coverage(found, homes.residents), groups=assess.by_group(found, groups),
            left_out=left_out, over=over, median=self._median(walks),
        )  # fmt: skip

    def score(self, score: Score, results: Sequence[RuleResult]) -> ScoreResult:
        """Join the results of the score's rules (all of one profile, or in metres)."""
        low, high = assess.score([result.verdict for result in results])
        residents = np.nan_to_num(self.place.homes.residents)
        people = float(residents.sum())
        means = [float((residents * met).sum()) / people if people > 0 else None for met in (low, high)]
        profile = next((result.profile for result in results if result.profile), None)
        return ScoreResult(results[0].standard, score, profile, low, high, means[0], means[1], len(results))

    def _walks(
        self, columns: list[int], profile: Profile | None
    ) -> tuple[assess.Walks | None, NDArray[np.int32]]:
        reached = self.reached[profile.key if profile else ""]
        homes = np.arange(self.place.homes.lon.size)
        if not columns:
            return None, np.full(homes.size, -1, np.int32)
        if len(columns) == 1:
            return reached.walks(columns[0]), reached.facility[:, columns[0]]
        best = np.argmin(reached.sure[:, columns], axis=1)
        facility = reached.facility[:, columns][homes, best]
        return assess.any_of([reached.walks(column) for column in columns]), facility

    def _no_verdict(self, rule: Rule, at_most: float | None) -> str:
        if not rule.kinds:
            return NO_KIND
        if at_most is None:
            return NO_THRESHOLD
        surveyed = self.place.facilities.surveyed
        if not any(surveyed[list(self.kinds).index(kind)] for kind in rule.kinds):
            return NOT_SURVEYED
        return ""

    def _median(self, walks: assess.Walks | None) -> float | None:
        """Give the walk, to a whole metre or second, that half the residents whose walk is told have at most."""
        if walks is None:
            return None
        residents = np.nan_to_num(self.place.homes.residents)
        told = (np.isfinite(walks.sure) | np.isinf(walks.maybe)) & (residents > 0)
        if not told.any():
            return None
        within = np.isfinite(walks.sure) & told
        people = np.cumsum(np.bincount(np.rint(walks.sure[within]).astype(np.int64), residents[within]))
        half = float(residents[told].sum()) / 2
        return float(np.searchsorted(people, half)) if people.size and people[-1] >= half else np.inf
