"""The p-median problem: which p candidates serve all demands at the least total cost.

The way: swaps give a good answer; multipliers give a bound, and shut and open what no better answer can do otherwise; a
tree, or HiGHS on what is left, decides the rest. Every bound holds at every moment, so it may stop at any.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.errors import InputError
from linli.engine.siting import exact
from linli.engine.siting.answer import Answer
from linli.engine.siting.certificate import bound_of
from linli.engine.siting.kernel import FREE, OPEN, SHUT, Climbed, Kernel, Manner, library

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from linli.engine.siting.answer import Tell
    from linli.engine.siting.lists import Floats, Int32s, Lists

# Tuned on the instances of benchmarks/siting.py.
_ROUNDS = 8
_SEARCHES, _MOST_SEARCH = 20, 100_000_000  # how often a search reads all costs, and how many at most
_CLIMB = Manner(1500, 50, 1.0, 0.9, 0.95)
_TREE_ROOT, _TREE_BELOW = Manner(400, 20, 0.1, 0.8, 0.9), Manner(60, 8, 0.1, 0.7, 0.8)
_TREE_NODES = 3000
# A turn that leaves more than so much of the gap was the last.
_WORTH = 0.9
_LARGEST_MODEL = 3_000_000
_TOLERANCE = 1e-9


def p_median(
    lists: Lists,
    p: int,
    *,
    keep: ArrayLike = (),
    forbid: ArrayLike = (),
    limit_s: float = 60.0,
    tell: Tell | None = None,
) -> Answer:
    """Find the p candidates that serve all demands at the least total cost.

    Parameters
    ----------
    keep : candidates that are open in any case, counted among the p.
    forbid : candidates that stay shut.
    limit_s : when to stop with the best found and its bound.
    tell : hears how far it has come.

    Raises
    ------
    InputError
        No choice of p candidates meets what is asked; the message says why.
    """
    must = _marks(lists, p, keep, forbid)
    work = _Work(lists=lists, p=p, must=must, limit_s=limit_s, tell=tell)
    if p == np.count_nonzero(must == OPEN) or p == np.count_nonzero(must != SHUT):
        everything = must != SHUT if p == np.count_nonzero(must != SHUT) else must == OPEN
        work.take(np.flatnonzero(everything))
        work.bound = work.total
    elif library() is None:
        _decide_by_highs(work)
    else:
        _search_and_bound(work)
        if not work.is_proven:
            _decide(work)
    if lists.must_serve and np.any(missed := _missed(work)):
        raise InputError(_unserved(work, missed))
    return work.answer()


def _marks(lists: Lists, p: int, keep: ArrayLike, forbid: ArrayLike) -> NDArray[np.uint8]:
    count = lists.candidate_count
    must = np.full(count, FREE, np.uint8)
    for name, given, mark in (("keep", keep, OPEN), ("forbid", forbid, SHUT)):
        numbers = np.asarray(given, np.int64).reshape(-1)
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise InputError(f"{name}: numbers from 0 to {count - 1} are needed")
        both = numbers[must[numbers] != FREE]
        if both.size and mark == SHUT:
            raise InputError(
                f"candidate {both[0]} is both to be kept and forbidden; take it out of one of the two"
            )
        must[numbers] = mark
    kept, allowed = np.count_nonzero(must == OPEN), np.count_nonzero(must != SHUT)
    if p < 1:
        raise InputError("p: at least one place has to be open")
    if kept > p:
        raise InputError(
            f"{kept} candidates are to be kept, but only {p} may be open; keep fewer or open more"
        )
    if allowed < p:
        raise InputError(
            f"{p} are to be open, but only {allowed} candidates are allowed; forbid fewer or open fewer"
        )
    return must


def _missed(work: _Work) -> NDArray[np.bool_]:
    is_open = np.zeros(work.lists.candidate_count, bool)
    is_open[work.opened] = True
    served = np.zeros(work.lists.demand_count, bool)
    served[work.lists.demand[is_open[work.lists.candidate]]] = True
    return ~served


def _unserved(work: _Work, missed: NDArray[np.bool_]) -> str:
    lists = work.lists
    allowed = (work.asked != SHUT)[lists.candidate]
    hopeless = np.flatnonzero(np.bincount(lists.demand[allowed], minlength=lists.demand_count) == 0)
    if hopeless.size:
        return (
            f"no allowed candidate reaches demand {hopeless[0]} ({hopeless.size} such demands); allow one that does, or say "
            "what being unserved costs"
        )
    found = "" if work.is_proven else " were found that"
    best = f" (the best leave {missed.sum()} out)" if work.opened.size else ""
    return (
        f"no {work.p} candidates{found} reach every demand{best}; open more, or say what being unserved costs"
    )


@dataclass
class _Work:
    """One problem while it is being solved."""

    lists: Lists
    p: int
    must: NDArray[np.uint8]
    limit_s: float
    tell: Tell | None
    began: float = field(default_factory=time.perf_counter)
    opened: Int32s = field(default_factory=lambda: np.zeros(0, np.int32))
    total: float = np.inf
    bound: float = -np.inf
    certified: float = -np.inf
    multiplier: Floats = field(default_factory=lambda: np.zeros(0))
    asked: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.asked = self.must.copy()
        self.multiplier = np.zeros(self.lists.demand_count)

    @cached_property
    def kernel(self) -> Kernel:
        return Kernel(self.lists)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @property
    def left_s(self) -> float:
        return max(0.0, self.limit_s - self.seconds)

    @property
    def enough(self) -> float:
        """A bound of so much is a proof: no total lies between it and the best."""
        slack = _TOLERANCE * (abs(self.total) + 1)
        unit = self.lists.unit
        return self.total - unit + 1e-6 * unit + slack if unit else self.total - slack

    @property
    def is_proven(self) -> bool:
        return self.bound >= self.enough

    def take(self, opened: NDArray[np.integer]) -> None:
        total = self.lists.total(opened)
        if total < self.total:
            self.opened, self.total = np.array(opened, np.int32), total
            self.say()

    def say(self) -> None:
        if self.tell is not None:
            self.tell(seconds=self.seconds, total=self.total, bound=min(self.bound, self.total))

    def answer(self) -> Answer:
        opened = np.sort(self.opened).astype(np.int64)
        bound = self.total if self.is_proven else min(self.bound, self.total)
        return Answer(
            opened, self.total, bound, self.multiplier, self.certified, self.is_proven, self.seconds
        )


def _search_and_bound(work: _Work) -> None:
    """Narrow the gap from both sides, and fix what it leaves no choice."""
    lists, kernel = work.lists, work.kernel
    reads = min(_SEARCHES * lists.cost.size, _MOST_SEARCH)
    kept, free = np.flatnonzero(work.must == OPEN), np.flatnonzero(work.must == FREE)
    chance = np.random.default_rng(0)
    begin = np.concatenate([kept, chance.choice(free, work.p - kept.size, replace=False)])
    work.take(kernel.search(begin.astype(np.int32), work.must, work=reads, seed=1)[0])
    # Each demand pays at first what one candidate of its fair share of them costs it.
    length = np.diff(lists.start)
    nth = np.clip(length - 1, 0, max(0, lists.candidate_count // work.p - 1))
    multiplier = lists.beyond.copy()
    multiplier[length > 0] = lists.cost[(lists.start[:-1] + nth)[length > 0]]
    pace = _CLIMB.pace
    for turn in range(_ROUNDS):
        manner = Manner(_CLIMB.steps, _CLIMB.patience, pace, _CLIMB.fall, _CLIMB.momentum)
        climbed = kernel.climb(
            work.p, work.must, multiplier, upper=work.total, enough=work.enough, manner=manner
        )
        multiplier, pace = climbed.multiplier, climbed.pace
        gap = work.total - work.bound
        _learn(work, climbed)
        if work.is_proven or not work.left_s:
            return
        hint = np.flatnonzero(climbed.chosen).astype(np.int32)
        for seed, from_ in enumerate((hint, work.opened)):
            if not np.any(work.must[from_] == SHUT):
                work.take(kernel.search(from_, work.must, work=reads, seed=2 * turn + seed)[0])
        _fix(work, climbed)
        if work.total - work.bound > _WORTH * gap:
            return


def _learn(work: _Work, climbed: Climbed) -> None:
    bound = bound_of(
        work.lists, work.p, climbed.multiplier, keep=np.flatnonzero(work.asked == OPEN), forbid=np.flatnonzero(work.asked == SHUT)
    )  # fmt: skip
    if bound > work.certified:
        work.certified, work.multiplier = bound, climbed.multiplier
    work.bound = max(work.bound, min(climbed.bound, work.total))
    work.say()


def _fix(work: _Work, climbed: Climbed) -> None:
    """Shut what costs too much to open, keep what costs too much to shut: no better answer does otherwise."""
    room, free = work.enough - climbed.bound, work.must == FREE
    shut = free & ~climbed.chosen & (climbed.reduced - climbed.worst_in >= room)
    kept = free & climbed.chosen & (climbed.best_out - climbed.reduced >= room)
    work.must[shut], work.must[kept] = SHUT, OPEN


def _decide(work: _Work) -> None:
    """Try a tree, then HiGHS if the rest is not too large for it, then the tree for as long as there is time."""
    _decide_by_tree(work, _TREE_NODES)
    if not work.is_proven and work.left_s:
        _decide_by_highs(work)
    if not work.is_proven and work.left_s:
        _decide_by_tree(work, 2**62)


def _decide_by_tree(work: _Work, nodes: int) -> None:
    opened, total, bound, _ = work.kernel.tree(
        work.opened, work.must, work.multiplier, upper=work.total, unit=work.lists.unit, limit_s=work.left_s, nodes=nodes,
        first=_TREE_ROOT, below=_TREE_BELOW,
    )  # fmt: skip
    if total < work.total:
        work.take(opened)
    work.bound = max(work.bound, min(bound, work.total))
    work.say()


def _decide_by_highs(work: _Work) -> None:
    unit = work.lists.unit
    known = np.isfinite(work.bound)
    model = exact.radius_model(
        work.lists, work.p, work.must, multiplier=work.multiplier if known else None,
        gap=work.enough - work.bound if known else np.inf,
    )  # fmt: skip
    if model is None:
        work.bound = work.total
        return
    if known and model.size > _LARGEST_MODEL:
        return
    slack = unit * (1 - 1e-6) if unit else _TOLERANCE * (abs(work.total) + 1 if known else 1)
    solved = exact.solve(model, slack=slack, limit_s=work.left_s)
    if solved.chosen is not None:
        work.take(np.concatenate([np.flatnonzero(work.must == OPEN), solved.chosen]))
    bound = work.total if solved.finished else solved.bound
    work.bound = max(work.bound, min(bound, work.total))
    work.say()
