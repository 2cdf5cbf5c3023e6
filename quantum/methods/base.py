"""What all methods on energies share: options, the figures that a comparison reads, and packing.

A *repetition* is one independent draw of a method: a shot of a circuit, a read of an annealer, a random state. The
figures (in `optimise.core.result.Stats.counts`) are those that `optimise.compare.figures` explains.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress
from optimise.core.result import Bounds, Plan, Stats, Stop
from quantum.energy import BitPlan, EnergyProblem, random_mean, repair
from quantum.onehot import OneHot

__all__ = ["EnergyMethod", "Seen"]


@dataclass(slots=True)
class Seen:
    """What a method saw.

    Attributes
    ----------
    choices : int64 (s, m)
        Choices of `EnergyProblem.blocks` after repair, distinct or not.
    counts : int64 (s,)
        How often each came.
    before : float
        Share of repetitions that kept all blocks before repair.
    training, drawing : float
        Seconds before the repetitions, and seconds of all repetitions.
    training_shots : int
        Shots of training; shots that hardware would need where a simulator judged exactly.
    chance : callable, optional
        Exact probability that a repetition costs at most a given energy; counted when absent.
    bound, stop : as in `optimise.core.result`
    counts_more, series : further figures
    """

    choices: NDArray[np.int64]
    counts: NDArray[np.int64]
    before: float = 1.0
    training: float = 0.0
    drawing: float = 0.0
    training_shots: int = 0
    chance: Callable[[float], float] | None = None
    bound: float = -np.inf
    stop: Stop = Stop.ITERATIONS
    more: dict[str, float] = field(default_factory=dict)
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def of_bits(cls, problem: EnergyProblem, bits: NDArray[np.int8], counts: NDArray[np.int64], **rest: Any) -> "Seen":
        """From measured bits, repaired where blocks are broken."""
        if not isinstance(problem.energy, OneHot):
            return cls(bits.astype(np.int64), counts, **rest)
        whole = problem.energy.is_feasible(bits)
        return cls(repair(problem.energy, bits), counts, float(counts[whole].sum() / counts.sum()), **rest)


class EnergyMethod:
    """Base of the methods: a subclass names its options and draws."""

    name: ClassVar[str] = ""
    defaults: ClassVar[Mapping[str, Any]] = {}
    #: Whether a draw is a repetition of a sampler; an exact method is judged by its whole run.
    samples: ClassVar[bool] = True

    def supports(self, problem: Any) -> bool:
        """Energies only."""
        return getattr(problem, "kind", "") == "energy"

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Run the method; `options` hold all defaults."""
        raise NotImplementedError

    def solve(
        self,
        problem: EnergyProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Draw on rank 0, keep the best state, and tell the figures."""
        found = self._solve(problem, limits, seed, listen, options) if comm.rank == 0 else None
        shared: Outcome = comm.bcast(found)
        return shared

    def _solve(
        self, problem: EnergyProblem, limits: Limits, seed: int, listen: Listener, options: Mapping[str, Any] | None
    ) -> Outcome:
        chosen = self.checked(options)
        clock = Deadline(limits.seconds)
        seen = self.draw(problem, limits, seed, chosen)
        if len(seen.choices) == 0:
            return Outcome(None, seen.stop, Bounds(dual=seen.bound, dual_source=self.name), Stats(clock.elapsed))
        blocks = problem.blocks
        energies = blocks.energies(seen.choices)
        best = int(np.argmin(energies))
        plan = BitPlan(problem.bits(seen.choices[best]))
        cost = problem.qubo.energy(plan.bits)
        listen(Progress(clock.elapsed, cost, seen.bound, self.name, float(seen.counts.sum()), plan))
        counts = {
            "variables": float(problem.qubo.size),
            "states": float(blocks.states),
            "random energy": random_mean(blocks),
            "feasible before": seen.before,
            "feasible after": 1.0,
            **seen.more,
        }
        if self.samples:
            counts |= self._sampled(problem, seen, energies, cost)
        phases = {"training": (seen.training,), "repetitions": (seen.drawing,)}
        bounds = Bounds(cost, min(seen.bound, cost), self.name, self.name if seen.bound > -np.inf else "")
        return Outcome(plan, seen.stop, bounds, Stats(clock.elapsed, phases, counts, seen.series))

    def _sampled(
        self, problem: EnergyProblem, seen: Seen, energies: NDArray[np.float64], cost: float
    ) -> dict[str, float]:
        repetitions = int(seen.counts.sum())
        target = cost if problem.optimum is None else problem.optimum
        slack = 1e-6 * max(1.0, abs(target))
        if seen.chance is not None:
            chance = seen.chance(target + slack)
        else:
            chance = float(seen.counts[energies <= target + slack].sum() / repetitions)
        return {
            "mean energy": float(energies @ seen.counts / repetitions),
            "repetitions": float(repetitions),
            "repetition seconds": seen.drawing / repetitions,
            "training seconds": seen.training,
            "training shots": float(seen.training_shots),
            "success probability": chance,
            "success target": float(target),
        }

    def checked(self, options: Mapping[str, Any] | None) -> dict[str, Any]:
        """Defaults and given options; unknown names are refused."""
        given = dict(options or {})
        for name in given:
            if name not in self.defaults:
                known = ", ".join(self.defaults) or "none"
                raise InputError(f"method {self.name} has no option {name!r} on energies; it has: {known}")
        return {**self.defaults, **given}


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """A result and the wall seconds that it took."""
    begun = time.perf_counter()
    made = work()
    return made, time.perf_counter() - begun
