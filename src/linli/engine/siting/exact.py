"""What search and bound leave open, given to HiGHS as a radius model.

The radius model (Elloumi 2010; García, Labbé and Marín 2011) asks of each demand not who serves it but how far it has to
go: z_l = 1 if nobody within its level l of cost is open. Only levels below its multiplier plus the gap are worth asking for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

from linli.engine.siting.kernel import FREE, OPEN, SHUT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.siting.lists import Floats, Int32s, Int64s, Lists


@dataclass(frozen=True, slots=True)
class Model:
    """A radius model, by columns first the free candidates, then the levels.

    Attributes
    ----------
    free : candidates of the first columns.
    cost : [columns].
    constant : what is paid in any case.
    start, index, value : rows, sparse.
    lower : [rows]; none has an upper limit but the last, which counts the open candidates.
    """

    free: Int64s
    cost: Floats
    constant: float
    start: Int32s
    index: Int32s
    value: Floats
    lower: Floats

    @property
    def size(self) -> int:
        """How many numbers the rows hold."""
        return self.index.size


def radius_model(
    lists: Lists, p: int, must: NDArray[np.uint8], *, multiplier: Floats | None = None, gap: float = np.inf
) -> Model | None:
    """Write the model of what is still free; None where no choice can cost less than bound + gap.

    Parameters
    ----------
    must : [m] FREE, OPEN or SHUT.
    multiplier, gap : [n] multipliers of a bound, and how much better than bound + gap an answer has to be: paying c
        for demand i costs at least bound + c − multiplier_i.
    """
    most = np.full(lists.demand_count, np.inf) if multiplier is None else multiplier + gap
    keep = (lists.cost <= most[lists.demand]) & (must[lists.candidate] != SHUT)
    demand, candidate, cost = lists.demand[keep], lists.candidate[keep], lists.cost[keep]
    may_go_without = (lists.beyond <= most) & (not lists.must_serve)
    last = np.where(may_go_without, lists.beyond, np.inf)
    is_open = must[candidate] == OPEN
    np.minimum.at(last, demand[is_open], cost[is_open])
    asked = ~is_open & (cost < last[demand])
    demand, candidate, cost = demand[asked], candidate[asked], cost[asked]
    has_level = np.zeros(lists.demand_count, bool)
    has_level[demand] = True
    if np.any(np.isinf(last[~has_level])):
        return None

    new = np.ones(demand.size, bool)
    new[1:] = (demand[1:] != demand[:-1]) | (cost[1:] != cost[:-1])
    level = np.cumsum(new) - 1
    of, at = demand[new], cost[new]
    is_first, is_last = np.ones(of.size, bool), np.ones(of.size, bool)
    is_first[1:] = of[1:] != of[:-1]
    is_last[:-1] = is_first[1:]
    following = np.append(at[1:], np.inf)
    following[is_last] = last[of[is_last]]
    free = np.flatnonzero(must == FREE)
    column = np.zeros(must.size, np.int64)
    column[free] = np.arange(free.size)
    missed = np.flatnonzero(np.isfinite(following))
    column_of_level = np.zeros(of.size, np.int64)
    column_of_level[missed] = free.size + np.arange(missed.size)
    before = np.flatnonzero(~is_first)
    row = np.concatenate([level, missed, before, np.full(free.size, of.size)])
    index = np.concatenate(
        [column[candidate], column_of_level[missed], column_of_level[before - 1], np.arange(free.size)]
    )
    value = np.ones(row.size)
    value[demand.size + missed.size : row.size - free.size] = -1
    order = np.argsort(row, kind="stable")
    start = np.zeros(of.size + 2, np.int32)
    np.cumsum(np.bincount(row, minlength=of.size + 1), out=start[1:])
    return Model(
        free=free,
        cost=np.concatenate([np.zeros(free.size), (following - at)[missed]]),
        constant=float(at[is_first].sum() + last[~has_level].sum()),
        start=start,
        index=index[order].astype(np.int32),
        value=value[order],
        lower=np.append(is_first.astype(np.float64), p - np.count_nonzero(must == OPEN)),
    )


@dataclass(frozen=True, slots=True)
class Solved:
    """What HiGHS found.

    Attributes
    ----------
    chosen : of the free candidates; None if it found nothing.
    bound : no choice in the model costs less; infinite if there is none.
    finished : whether it was done in time.
    """

    chosen: Int64s | None
    bound: float
    finished: bool


def solve(model: Model, *, slack: float, limit_s: float) -> Solved:
    """Solve a model to within `slack`, or stop at the limit."""
    columns, rows = model.cost.size, model.lower.size
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_, lp.offset_ = model.cost, model.constant
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
    upper = np.full(rows, highspy.kHighsInf)
    upper[-1] = model.lower[-1]
    lp.row_lower_, lp.row_upper_ = model.lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = model.start, model.index, model.value
    kinds = [highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous]
    lp.integrality_ = [kinds[column >= model.free.size] for column in range(columns)]
    highs = highspy.Highs()
    # Quiet first: setting it later prints the banner.
    highs.silent()
    for name, told in (
        ("time_limit", limit_s), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0), ("mip_abs_gap", slack),
        ("mip_feasibility_tolerance", 1e-7),
    ):  # fmt: skip
        highs.setOptionValue(name, told)
    highs.passModel(lp)
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, np.inf, finished=True)
    finished = status == highspy.HighsModelStatus.kOptimal
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(None, info.mip_dual_bound, finished)
    taken = np.asarray(highs.getSolution().col_value)[: model.free.size] > 0.5
    return Solved(model.free[taken], info.mip_dual_bound, finished)
