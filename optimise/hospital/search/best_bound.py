"""A certified lower bound, and the best one known so far."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from optimise.core.arrays import IntArray
from optimise.core.grid import round_up
from optimise.core.method import stop_asked
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.grid import hospital_ticks

__all__ = ["BestBound", "Bound", "Listen"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A certified lower bound of the cost (``inf``: no plan exists) and where it comes from.

    ``days`` are the best days of admission met on the way (-1: refused), which a plan need not be able to keep.
    """

    value: float
    source: str
    days: IntArray | None = field(default=None, compare=False, repr=False)


#: Told of a better bound; True asks to stop.
Listen = Callable[[Bound], bool] | None


class BestBound:
    """Keeps the best bound and passes it on."""

    def __init__(
        self,
        problem: HospitalProblem,
        target: float,
        listen: Listen,
        known: Bound | None = None,
        source: str = "aggregated admission-day model",
    ) -> None:
        self.problem, self.target, self.listen = problem, target, listen
        self.step = float(hospital_ticks(problem))
        self.best, self.source = known or Bound(0.0, "costs are not negative"), source
        self._over = False

    @property
    def over(self) -> bool:
        """Whether no better bound is wanted: the target is reached, or somebody has asked to stop."""
        return self._over or stop_asked()

    def raise_to(self, ticks: float, lattice: float) -> None:
        """``ticks`` bounds the relaxation; every plan's cost is a multiple of the step, whatever the relaxation's."""
        if not math.isfinite(ticks):
            return
        value = round_up(round_up(ticks, lattice), self.step) / self.problem.scale
        if value > self.best.value:
            self.best = Bound(value, self.source)
            self._over = self._over or value >= self.target
            if self.listen is not None and self.listen(self.best):
                self._over = True
