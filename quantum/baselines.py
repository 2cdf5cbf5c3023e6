"""Classical solvers of the same one-hot energies, behind the face that QAOA has inside the method.

Each gets a budget of energy evaluations (shots, for QAOA) and returns distinct states, best first.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from quantum.angles import local_field
from quantum.anneal import anneal_problem
from quantum.linearise import solve_linearised
from quantum.mixers.partition import NothingToMixError
from quantum.onehot import OneHot
from quantum.qaoa import QaoaOptions, qaoa, training_shots_of
from quantum.tuning import TUNING


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """States that a sampler saw.

    Attributes
    ----------
    choices : int64 (s, blocks), distinct, in the order of their energies
    energies : float64 (s,)
    evaluations : int
        Energy evaluations, training included; a shot of a circuit of depth p counts as 1 + p.
    """

    choices: NDArray[np.int64]
    energies: NDArray[np.float64]
    evaluations: int

    @classmethod
    def of(cls, problem: OneHot, choices: NDArray[np.int64], evaluations: int) -> "Found":
        """Sort and drop repeats."""
        distinct = np.unique(choices, axis=0)
        energies = problem.energies(distinct)
        order = np.argsort(energies, kind="stable")
        return cls(distinct[order], energies[order], evaluations)


Sampler = Callable[[OneHot, int, int], Found]


def random_sampling(problem: OneHot, budget: int, seed: int) -> Found:
    """Uniform feasible states: what any quantum result must beat."""
    rng = np.random.default_rng(seed)
    choices = np.stack([rng.integers(0, k, budget) for k in problem.sizes], axis=1)
    return Found.of(problem, choices, budget)


def annealing(problem: OneHot, budget: int, seed: int, sweeps: int = 100) -> Found:
    """One-hot simulated annealing; a proposed move counts as one evaluation.

    Temperatures are those of `quantum.tuning`, in units of the typical cost change (`quantum.angles.local_field`).
    """
    hot = TUNING.anneal_hot * local_field(problem)
    sweeps = max(1, min(sweeps, budget // max(1, problem.blocks)))
    runs = max(1, budget // (sweeps * max(1, problem.blocks)))
    found = []
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        found.append(anneal_problem(problem, sweeps, hot, hot / TUNING.anneal_cooling, rng)[0])
    return Found.of(problem, np.array(found), runs * sweeps * problem.blocks)


def exact(problem: OneHot, budget: int, seed: int) -> Found:
    """Enumeration of all states, whatever the budget: the best 64, or the best one of a million states and more."""
    if problem.states > 1_000_000:
        _, choices, _ = problem.brute_force()
        return Found.of(problem, choices[None, :], problem.states)
    energies = problem.energies(problem.choices(np.arange(problem.states)))
    best = np.argpartition(energies, min(64, problem.states) - 1)[:64]
    return Found.of(problem, problem.choices(best), problem.states)


def highs(problem: OneHot, budget: int, seed: int) -> Found:
    """HiGHS on a linear model of the energy (`quantum.linearise`), to optimality.

    The budget does not apply; `Found.evaluations` is 0.
    """
    found = solve_linearised(problem, seconds=math.inf, seed=seed)
    if found.choices is None:
        raise RuntimeError("HiGHS gave no solution")
    return Found.of(problem, found.choices[None, :], 0)


@dataclass(frozen=True, slots=True)
class QaoaSampler:
    """QAOA as a sampler: the budget is the shots of the last measurement."""

    options: QaoaOptions = field(default_factory=QaoaOptions)

    def __call__(self, problem: OneHot, budget: int, seed: int) -> Found:
        """Run QAOA and return the feasible states measured."""
        chosen = replace(self.options, shots=budget)
        try:
            run = qaoa(problem, chosen, seed=seed)
        except NothingToMixError:  # the piece stays as it is
            return Found(np.zeros((0, problem.blocks), dtype=np.int64), np.zeros(0), 0)
        kept = run.samples.bits[run.samples.feasible].astype(np.int64)
        # A simulator judges exactly; charged are the shots that hardware would need, 1 + p queries of the cost each.
        spent = (training_shots_of(run, chosen) + run.samples.shots) * (1 + run.angles.depth)
        if len(kept) == 0:
            return Found(np.zeros((0, problem.blocks), dtype=np.int64), np.zeros(0), spent)
        offsets = np.repeat(problem.starts, problem.sizes)
        choices = np.add.reduceat(kept * (np.arange(problem.qubo.size) - offsets), problem.starts, axis=1)
        return Found.of(problem, choices, spent)


#: Samplers by name; other packages add to them by the entry points ``wardwise.samplers``.
SAMPLERS: dict[str, Sampler] = {
    "random": random_sampling,
    "annealing": annealing,
    "exact": exact,
    "highs": highs,
}
