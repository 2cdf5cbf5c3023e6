"""What all methods on energies share: options, the figures that a comparison reads, what is charged, and packing.

A *repetition* is one independent draw of a method: a shot of a circuit, a read of an annealer, a random state. The
figures (in `optimise.core.result.Stats.counts`) are those that `optimise.compare.figures` explains. Everything that a
method does between its start and its best state is charged to it: drawing, energies, repair, training.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop
from quantum.energy import BitPlan, EnergyProblem, random_mean
from quantum.onehot import OneHot
from quantum.options import checked, defaults_of, read_options
from quantum.repair import repair, repair_evaluations
from quantum.success import Success

__all__ = ["EnergyMethod", "Seen"]

O = TypeVar("O")  # noqa: E741  (options)


@checked
class NoOptions:
    """A method without options."""


@dataclass(slots=True)
class Seen:
    """What a method saw.

    Attributes
    ----------
    bits : int8 (s, n)
        Bits as they came, broken blocks and all; distinct or not.
    counts : int64 (s,)
        How often each came.
    training, training_wall : float
        Processor and wall seconds before the repetitions.
    training_shots : float
        Shots of training; shots that hardware would need where a simulator judged exactly.
    training_evaluations : float
        Energies evaluated before the repetitions.
    evaluations : float or None
        Energies (or energy changes) that one repetition evaluates, repair apart; None where it is not known.
    success : callable, optional
        Exact success of a repetition that costs at most a given energy; counted when absent.
    bound, stop : as in `optimise.core.result`
    more, series : further figures
    later : callable, optional
        Further figures that are computed when the clock has stopped.
    """

    bits: NDArray[np.int8]
    counts: NDArray[np.int64]
    training: float = 0.0
    training_wall: float = 0.0
    training_shots: float = 0.0
    training_evaluations: float = 0.0
    evaluations: float | None = 1.0
    success: Callable[[float], Success | None] | None = None
    bound: float = -np.inf
    stop: Stop = Stop.ITERATIONS
    more: dict[str, float] = field(default_factory=dict)
    series: dict[str, tuple[float, ...]] = field(default_factory=dict)
    later: Callable[[], Mapping[str, float]] | None = None

    @classmethod
    def of_choices(cls, problem: EnergyProblem, choices: NDArray[np.int64], **rest: Any) -> "Seen":
        """From choices (s, m) of `EnergyProblem.blocks`, once each."""
        return cls(problem.bits(choices), np.ones(len(choices), dtype=np.int64), **rest)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Repaired choices of what was seen, their energies, and which kept all blocks by themselves."""

    choices: NDArray[np.int64]
    energies: NDArray[np.float64]
    whole: NDArray[np.bool_]
    repairing: int


class EnergyMethod(Generic[O]):
    """Base of the methods: a subclass names its options and draws.

    Every method obeys the time limit between repetitions (enumeration cannot stop half-way: its option ``most`` bounds
    the work). ``limits.iterations`` and ``limits.target`` do not apply: the number of repetitions is an option.
    """

    name: ClassVar[str] = ""
    options: type[O]
    #: Whether a draw is a repetition of a sampler; an exact method is judged by its whole run.
    samples: ClassVar[bool] = True

    @property
    def defaults(self) -> dict[str, Any]:
        """Options and their defaults."""
        return defaults_of(self.options)

    def supports(self, problem: Problem) -> bool:
        """Energies only."""
        return isinstance(problem, EnergyProblem)

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: O) -> Seen:
        """Run the method."""
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
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        """Draw on rank 0, keep the best state (never a worse one than `start`), and tell the figures."""
        found = self._solve(problem, limits, seed, listen, start, options) if comm.rank == 0 else None
        shared: Outcome = comm.bcast(found)
        return shared

    def _solve(
        self,
        problem: EnergyProblem,
        limits: Limits,
        seed: int,
        listen: Listener,
        start: Plan | None,
        options: Mapping[str, object] | None,
    ) -> Outcome:
        chosen = read_options(self.options, options, f"method {self.name}", " on energies")
        clock, cpu = Deadline(limits.seconds), time.process_time()
        seen = self.draw(problem, limits, seed, chosen)
        judged = _judge(problem, seen)
        drawing = max(0.0, time.process_time() - cpu - seen.training)
        drawing_wall = max(0.0, clock.elapsed - seen.training_wall)
        counts = {
            "variables": float(problem.size),
            "states": float(problem.blocks.states),
            "random energy": random_mean(problem.blocks),
            **seen.more,
        }
        plan, cost = _best(problem, judged)
        if problem.near is not None:
            counts |= {"near target": problem.near, "certified bound": problem.bound}
        if self.samples and len(seen.counts):
            counts |= _sampled(problem, seen, judged, drawing, drawing_wall)
        elif seen.evaluations is not None:
            counts["evaluations"] = seen.training_evaluations + seen.evaluations
        if seen.later is not None:
            counts |= seen.later()
        if problem.true_cost is not None and len(judged.energies):
            counts["true cost"] = problem.true_cost(judged.choices[int(np.argmin(judged.energies))])
        phases = {"training": (seen.training,), "repetitions": (drawing,)}
        source = self.name
        if isinstance(start, BitPlan):
            given = problem.evaluate(start)
            if given.feasible and given.cost < cost:
                plan, cost, source = start, given.cost, "start"
        if plan is None:
            bounds = Bounds(dual=seen.bound, dual_source=self.name if seen.bound > -np.inf else "")
            return Outcome(None, seen.stop, bounds, Stats(clock.elapsed, phases, counts, seen.series))
        listen(Progress(clock.elapsed, cost, seen.bound, self.name, float(seen.counts.sum()), plan))
        bounds = Bounds(cost, min(seen.bound, cost), source, self.name if seen.bound > -np.inf else "")
        return Outcome(plan, seen.stop, bounds, Stats(clock.elapsed, phases, counts, seen.series))


def _judge(problem: EnergyProblem, seen: Seen) -> _Judged:
    energy = problem.energy
    if not isinstance(energy, OneHot):
        choices = seen.bits.astype(np.int64)
        return _Judged(choices, energy.energies(seen.bits), np.ones(len(seen.bits), dtype=np.bool_), 0)
    choices = repair(energy, seen.bits)
    looked = repair_evaluations(energy, seen.bits, seen.counts)
    return _Judged(choices, energy.energies(choices), energy.is_feasible(seen.bits), looked)


def _best(problem: EnergyProblem, judged: _Judged) -> tuple[BitPlan | None, float]:
    if len(judged.energies) == 0:
        return None, np.inf
    plan = BitPlan(problem.bits(judged.choices[int(np.argmin(judged.energies))]))
    return plan, float(problem.energies(plan.bits[None])[0])


def _tolerant(target: float) -> float:
    """A target with the tolerance of sums of floating-point numbers."""
    return target + 1e-6 * max(1.0, abs(target))


def _sampled(
    problem: EnergyProblem, seen: Seen, judged: _Judged, drawing: float, drawing_wall: float
) -> dict[str, float]:
    counts, energies, whole = seen.counts, judged.energies, judged.whole
    repetitions = int(counts.sum())
    target = float(energies.min()) if problem.optimum is None else problem.optimum
    good = energies <= _tolerant(target)
    hits, mended = int(counts[good & whole].sum()), int(counts[good].sum())
    exact = seen.success(_tolerant(target)) if seen.success is not None else None
    made = {
        "repetitions": float(repetitions),
        "repetition seconds": drawing / repetitions,
        "repetition wall seconds": drawing_wall / repetitions,
        "training seconds": seen.training,
        "training wall seconds": seen.training_wall,
        "training shots": float(seen.training_shots),
        "mean energy": float(energies @ counts / repetitions),
        "feasible before": float(counts[whole].sum() / repetitions) if exact is None else exact.feasible,
        "feasible after": 1.0,
        "success target": target,
        "success probability": hits / repetitions if exact is None else exact.raw,
    }
    if exact is None:
        made |= {"success hits": float(hits), "success shots": float(repetitions)}
    if exact is None or exact.repaired is None:
        made |= {
            "repaired success probability": mended / repetitions,
            "repaired success hits": float(mended),
            "repaired success shots": float(repetitions),
        }
    else:
        made["repaired success probability"] = exact.repaired
    if problem.near is not None:
        close = _tolerant(problem.near)
        found = seen.success(close) if seen.success is not None else None
        counted = counts[(energies <= close) & whole].sum() / repetitions
        made["near probability"] = float(counted) if found is None else found.raw
    if whole.any():
        made["raw energy"] = float(energies[whole].min())
    if seen.evaluations is not None:
        each = seen.evaluations + judged.repairing / repetitions
        made |= {
            "repetition evaluations": each,
            "training evaluations": float(seen.training_evaluations),
            "evaluations": float(seen.training_evaluations) + each * repetitions,
        }
    return made
