"""The bound of an answer, computed again from its multipliers alone: nothing here is shared with what found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from linli.engine.siting.lists import Lists


def bound_of(
    lists: Lists,
    opened: int,
    multiplier: NDArray[np.float64],
    *,
    keep: NDArray[np.int64] | None = None,
    forbid: NDArray[np.int64] | None = None,
) -> float:
    """Say what any `opened` candidates cost at least.

    Each demand i pays its multiplier u_i, at most what it costs unserved, and asks for its cost less u_i back from one
    open candidate. A candidate can give at most r_j = Σ_i min(0, c_ij − u_i); so no choice of p candidates costs less
    than Σ u_i and the p least r_j together (Lagrangian relaxation; Cornuéjols, Fisher and Nemhauser 1977). Any
    multipliers give a bound that holds; good ones give a high one.

    Parameters
    ----------
    multiplier : [n].
    keep, forbid : candidates that are open, or shut, in any case.
    """
    u = np.clip(multiplier, 0, lists.beyond)
    gives = np.minimum(0, lists.cost - u[lists.demand])
    r = np.bincount(lists.candidate, gives, minlength=lists.candidate_count)
    fixed = np.zeros(0, np.int64) if keep is None else keep
    free = np.ones(lists.candidate_count, bool)
    free[fixed] = False
    if forbid is not None:
        free[forbid] = False
    least = np.sort(r[free])[: opened - fixed.size]
    return float(u.sum() + r[fixed].sum() + least.sum())
