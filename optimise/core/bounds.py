"""Cost and lower bound of a solve: how far apart they are, when they are the same, and where each comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["FROM_CHECKPOINT", "PROVEN_BY_RUN", "STATED", "TOLERANCE", "Bounds", "rounding", "same_cost"]

#: Source of a bound that was read from a stored result.
STATED = "as stated in result.json, not proven here"
#: Source of a bound that was read from the folder of a run of ours, and fits the instance and the trace beside it.
PROVEN_BY_RUN = "proven by the run of"
#: Source of a bound that an earlier run left in its checkpoint.
FROM_CHECKPOINT = "from checkpoint"
#: Cost and bound that differ by less, relative to the cost, are the same.
TOLERANCE = 1e-6


def rounding(cost: float) -> float:
    """By how much a cost may be off and still be the same: :data:`TOLERANCE` of it, of 1 where it is smaller."""
    return TOLERANCE * max(1.0, abs(cost))


def same_cost(a: float, b: float) -> bool:
    """Whether two costs are the same but for rounding."""
    return a == b or abs(a - b) <= rounding(b)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Certified interval of the optimal cost: ``dual <= optimum <= primal``, each with its source.

    A lower bound that was only read from a file is certified by nobody here: its source begins with :data:`STATED`,
    :data:`FROM_CHECKPOINT` or :data:`PROVEN_BY_RUN`.
    """

    primal: float = math.inf
    dual: float = -math.inf
    primal_source: str = ""
    dual_source: str = ""

    @property
    def gap(self) -> float:
        """Relative gap ``(primal - dual) / max(|primal|, 1e-9)``; ``inf`` when either side is unknown."""
        if not (math.isfinite(self.primal) and math.isfinite(self.dual)):
            return math.inf
        return max(0.0, self.primal - self.dual) / max(abs(self.primal), 1e-9)

    @property
    def saving(self) -> tuple[float, float | None]:
        """What could be saved at most, and that as a part of the cost; no part where the cost is not above 0."""
        return self.primal - self.dual, self.gap if self.primal > 0 else None

    @property
    def hearsay(self) -> str:
        """Which file or run the lower bound was only read from, in words; empty when it was proven in this run."""
        if self.vouched:
            return self.dual_source.partition(":")[0]
        return next((mark for mark in (STATED, FROM_CHECKPOINT) if self.dual_source.startswith(mark)), "")

    @property
    def vouched(self) -> bool:
        """Whether the lower bound is that of a run of ours whose files fit each other, which then is named."""
        return self.dual_source.startswith(PROVEN_BY_RUN)

    @property
    def closed(self) -> bool:
        """Whether cost and bound agree to the tolerance: the cost is proven to be the least."""
        return math.isfinite(self.primal) and self.primal - self.dual <= rounding(self.primal)

    def with_dual(self, value: float, source: str) -> Bounds:
        """Keep the better of this dual bound and another.

        Parameters
        ----------
        value : float
            Lower bound, in units of cost.
        source : str
            What proved it.

        Returns
        -------
        Bounds
            This object where ``value`` is no better.
        """
        if value > self.dual:
            return Bounds(self.primal, value, self.primal_source, source)
        return self

    def with_primal(self, value: float, source: str) -> Bounds:
        """Keep the better of this cost and another.

        Parameters
        ----------
        value : float
            Cost of a feasible plan.
        source : str
            What found it.

        Returns
        -------
        Bounds
            This object where ``value`` is no better.
        """
        if value < self.primal:
            return Bounds(value, self.dual, source, self.dual_source)
        return self
