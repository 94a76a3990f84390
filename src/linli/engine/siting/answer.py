"""What siting answers, with what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tell(Protocol):
    """Hears how far it has come: the seconds, the best total so far, what none can be below."""

    def __call__(self, *, seconds: float, total: float, bound: float) -> None:
        """Take the news."""
        ...


@dataclass(frozen=True)
class Answer:
    """The best candidates found, and how good the best possible could be.

    Attributes
    ----------
    opened : [p] the candidates, in rising order.
    total : what they cost; computed from the lists, not by the solver.
    bound : no choice costs less.
    multiplier : [n] from which `certificate.bound_of` computes a bound in one pass, `certified`. Where `bound` is higher,
        branching has raised it.
    certified : that bound.
    proven : whether nothing better exists.
    seconds : how long it took.
    """

    opened: NDArray[np.int64]
    total: float
    bound: float
    multiplier: NDArray[np.float64]
    certified: float
    proven: bool
    seconds: float

    @property
    def gap(self) -> float:
        """Largest share of the total that could yet be saved."""
        return 0.0 if self.proven or self.total <= 0 else max(0.0, (self.total - self.bound) / self.total)
