"""What the rest of Wardwise asks of energies."""

import math
from collections.abc import Callable
from functools import lru_cache

from optimise.core.kinds import Kind
from quantum.energy import BitPlan, EnergyProblem

__all__ = ["EnergyKind"]


class EnergyKind(Kind[EnergyProblem, BitPlan]):
    """Energies over bits or one-hot blocks."""

    name = "energy"
    title = "energy"
    problem = EnergyProblem
    plan = BitPlan

    def size(self, problem: EnergyProblem) -> int:
        return int(problem.size)

    def preferred(self, problem: EnergyProblem, usable: Callable[[str], bool]) -> tuple[str, ...]:
        """Exact where HiGHS is there; it stops by time with its best state."""
        return next(((name,) for name in ("highs-qubo", "one-hot-annealing") if usable(name)), ())

    def measures(self, problem: EnergyProblem) -> dict[str, float]:
        """Variables and coefficients other than 0: how many, the smallest, the largest, whether all are whole."""
        qubo = problem.qubo
        every = [*(float(v) for v in qubo.linear), *(float(v) for v in qubo.values)]
        used = [v for v in every if v]
        return {
            "size": float(qubo.size),
            "nonzeros": float(len(used)),
            "smallest": min(used, default=0.0),
            "largest": max(used, default=0.0),
            "integral": float(all(v == int(v) for v in used)),
            **_figures(problem),
        }


@lru_cache(maxsize=64)
def _figures(problem: EnergyProblem) -> dict[str, float]:
    """What the instance says of itself, found once for all runs on it."""
    return {name: value for name, value in problem.figures().items() if math.isfinite(value)}
