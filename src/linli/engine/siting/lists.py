"""What serving each demand from each candidate costs, as the kernel reads it: one row a demand, cheapest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linli.engine.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Int32s = NDArray[np.int32]
    Int64s = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Lists:
    """Costs already multiplied by the weight of their demand.

    Attributes
    ----------
    candidate_count : m, how many candidates there are.
    start : [n + 1] where each demand's row begins.
    candidate : [start[n]] candidates of a row, cheapest first, of equal ones the lower number.
    cost : [start[n]], at least 0.
    beyond : [n] cost of a demand of whose row nothing is open; no less than the last cost of its row.
    must_serve : whether every demand has to be served; then one that is not costs more than all others can together.
    """

    candidate_count: int
    start: Int64s
    candidate: Int32s
    cost: Floats
    beyond: Floats
    must_serve: bool

    @property
    def demand_count(self) -> int:
        """How many demands there are: n."""
        return self.beyond.size

    @cached_property
    def demand(self) -> Int32s:
        """[start[n]] the demand that each entry belongs to."""
        return np.repeat(np.arange(self.demand_count, dtype=np.int32), np.diff(self.start))

    @cached_property
    def unit(self) -> float:
        """What every possible total is a multiple of; 0 where that is nothing worth a name."""
        whole = self.cost if self.must_serve else np.concatenate([self.cost, self.beyond])
        if not whole.size or whole.max() > 2**52 or np.any(whole != np.rint(whole)):
            return 0.0
        return float(np.gcd.reduce(whole.astype(np.int64)) or 1)

    def total(self, opened: ArrayLike) -> float:
        """What it costs to serve all from these candidates."""
        is_open = np.zeros(self.candidate_count, bool)
        is_open[np.asarray(opened, np.int64)] = True
        return float(self.served_at(is_open).sum())

    def served_at(self, is_open: Bools) -> Floats:
        """[n] what each demand costs if exactly the candidates of `is_open` [m] are open."""
        found = np.flatnonzero(is_open[self.candidate])
        # The first open entry of a row is its cheapest: written last, it stays.
        cost = self.beyond.copy()
        cost[self.demand[found[::-1]]] = self.cost[found[::-1]]
        return cost


def from_table(
    cost: ArrayLike, *, weight: ArrayLike | None = None, unserved: ArrayLike | None = None
) -> Lists:
    """Read a table of costs.

    Parameters
    ----------
    cost : [n, m], at least 0; infinite or NaN where a candidate cannot serve a demand.
    weight : [n] how much each demand counts, at least 0; 1 if None.
    unserved : what a demand costs, before its weight, that nobody serves; also one for all. None: each has to be served.

    Raises
    ------
    InputError
        An array is of another shape, or something is negative.
    """
    table = np.asarray(cost, np.float64)
    if table.ndim != 2:
        raise InputError(f"cost: a table [demands, candidates] is needed, not {table.ndim} dimensions")
    count, candidates = table.shape
    if not np.any(np.isfinite(table)):
        return _lists(
            np.zeros(count, np.int64), np.zeros(0, np.int64), np.zeros(0), candidates, weight, unserved
        )
    order = np.argsort(table, axis=1, kind="stable")  # NaN and infinite last
    in_order = np.take_along_axis(table, order, axis=1)
    can = np.isfinite(in_order)
    return _lists(can.sum(axis=1), order[can], in_order[can], candidates, weight, unserved)


def from_pairs(
    demand: ArrayLike,
    candidate: ArrayLike,
    cost: ArrayLike,
    *,
    demand_count: int,
    candidate_count: int,
    weight: ArrayLike | None = None,
    unserved: ArrayLike | None = None,
) -> Lists:
    """Read which candidate can serve which demand at which cost: three arrays of one length.

    Of a pair that comes twice the cheaper counts. Beside that as `from_table`.

    Raises
    ------
    InputError
        Arrays do not fit each other, or something is negative.
    """
    rows, columns = np.asarray(demand, np.int64), np.asarray(candidate, np.int64)
    costs = np.asarray(cost, np.float64)
    if not rows.shape == columns.shape == costs.shape or rows.ndim != 1:
        raise InputError("demand, candidate and cost: three arrays of one length are needed")
    for name, numbers, count in (("demand", rows, demand_count), ("candidate", columns, candidate_count)):
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
            raise InputError(f"{name}: numbers from 0 to {count - 1} are needed")
    order = np.lexsort((costs, columns, rows))
    rows, columns, costs = rows[order], columns[order], costs[order]
    first = np.ones(rows.size, bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    rows, columns, costs = rows[first], columns[first], costs[first]
    order = np.lexsort((columns, costs, rows))
    length = np.bincount(rows, minlength=demand_count)
    return _lists(length, columns[order], costs[order], candidate_count, weight, unserved)


def _lists(
    length: NDArray[np.integer],
    candidate: NDArray[np.integer],
    cost: Floats,
    candidate_count: int,
    weight: ArrayLike | None,
    unserved: ArrayLike | None,
) -> Lists:
    """Weigh rows that are in order."""
    if not np.all(np.isfinite(cost)) or np.any(cost < 0):
        raise InputError("cost: finite numbers are needed, none of them negative")
    count = length.size
    weights = np.ones(count) if weight is None else np.asarray(weight, np.float64)
    if weights.shape != (count,) or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise InputError(f"weight: {count} numbers are needed, none of them negative")
    start = np.zeros(count + 1, np.int64)
    np.cumsum(length, out=start[1:])
    weighted = cost * np.repeat(weights, length)
    filled = start[1:] > start[:-1]
    if unserved is None:
        beyond = np.full(count, 2 * weighted[start[1:][filled] - 1].sum() + 1)
    else:
        given = np.broadcast_to(np.asarray(unserved, np.float64), (count,)) * weights
        if not np.all(np.isfinite(given)) or np.any(given < 0):
            raise InputError("unserved: finite numbers are needed, none of them negative")
        beyond = np.array(given)
    lists = Lists(candidate_count, start, candidate.astype(np.int32), weighted, beyond, unserved is None)
    return lists if unserved is None else _without_what_is_dearer(lists)


def _without_what_is_dearer(lists: Lists) -> Lists:
    """Leave out the entries at which a demand would rather not be served."""
    keep = lists.cost < lists.beyond[lists.demand]
    start = np.zeros_like(lists.start)
    np.cumsum(np.bincount(lists.demand[keep], minlength=lists.demand_count), out=start[1:])
    return Lists(
        lists.candidate_count, start, lists.candidate[keep], lists.cost[keep], lists.beyond, must_serve=False
    )
