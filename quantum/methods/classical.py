"""Classical methods on energies: what a quantum result is measured against."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.angles import local_field
from quantum.anneal import anneal
from quantum.energy import EnergyProblem
from quantum.errors import TooLargeError
from quantum.methods.base import EnergyMethod, Seen, timed
from quantum.onehot import OneHot

__all__ = ["Annealing", "BruteForce", "HighsQubo", "RandomFeasible"]


class RandomFeasible(EnergyMethod):
    """Uniform one-hot states (uniform bits without blocks): a repetition is one state.

    Its success probability is exact where the number of optima is enumerated cheaply, counted otherwise.
    """

    name = "random-feasible"
    defaults: ClassVar[Mapping[str, Any]] = {"shots": 1024}

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Draw `shots` states."""
        blocks, rng = problem.blocks, np.random.default_rng(seed)
        shots = int(options["shots"])
        choices, seconds = timed(lambda: np.stack([rng.integers(0, k, shots) for k in blocks.sizes], axis=1))
        seen = Seen(choices, np.ones(shots, dtype=np.int64), drawing=seconds)
        if blocks.states <= 1 << 20:
            energies = problem.energy.diagonal()
            seen.chance = lambda target: float((energies <= target).mean())
        return seen


class Annealing(EnergyMethod):
    """Simulated annealing that changes one block's choice at a time (bits without blocks are flipped).

    A repetition is one run of `sweeps` sweeps from `hot` to `cold`, both in units of the typical cost change
    (`quantum.angles.local_field`), cooled geometrically.
    """

    name = "one-hot-annealing"
    defaults: ClassVar[Mapping[str, Any]] = {"reads": 100, "sweeps": 100, "hot": 3.0, "cold": 0.01}

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Anneal `reads` times, or until the time limit."""
        blocks = problem.blocks
        linear, table, offset = blocks.tables()
        sizes, starts, unit = np.asarray(blocks.sizes, dtype=np.int64), blocks.starts, local_field(blocks)
        hot, cold = options["hot"] * unit, options["cold"] * unit
        sweeps = int(options["sweeps"])
        anneal(sizes, starts, linear, table, offset, 1, hot, cold, np.random.default_rng(0))  # compiles once
        clock, found = Deadline(limits.seconds), []
        for read in range(int(options["reads"])):
            rng = np.random.default_rng([seed, read])
            found.append(anneal(sizes, starts, linear, table, offset, sweeps, hot, cold, rng)[0])
            if clock.over:
                break
        stop = Stop.TIME if clock.over else Stop.ITERATIONS
        more = {"evaluations": float(len(found) * sweeps * blocks.blocks)}
        return Seen(np.array(found), np.ones(len(found), dtype=np.int64), drawing=clock.elapsed, stop=stop, more=more)


class BruteForce(EnergyMethod):
    """Enumeration of all states, up to `most` of them; its bound is the optimum."""

    name = "brute-force"
    defaults: ClassVar[Mapping[str, Any]] = {"most": 1 << 30}
    samples = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Enumerate."""
        states = problem.blocks.states
        if states > int(options["most"]):
            raise TooLargeError(f"brute force over {states:.3g} states; the limit is {int(options['most']):.3g}")
        energy = problem.energy
        if isinstance(energy, OneHot):
            (least, choices, _), seconds = timed(lambda: energy.brute_force(limit=states))
        else:
            (least, bits, _), seconds = timed(lambda: energy.brute_force(limit=64))
            choices = bits.astype(np.int64)
        return Seen(choices[None, :], np.ones(1, dtype=np.int64), drawing=seconds, bound=least, stop=Stop.OPTIMAL)


class HighsQubo(EnergyMethod):
    """HiGHS on a linear model of the energy (`quantum.linearise`): plan, bound, proof."""

    name = "highs-qubo"
    defaults: ClassVar[Mapping[str, Any]] = {"model": "auto"}
    samples = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Solve until the time limit."""
        from quantum.linearise import solve_linearised

        found, seconds = timed(
            lambda: solve_linearised(problem.blocks, model=options["model"], seconds=limits.seconds, seed=seed)
        )
        choices = np.zeros((0, problem.blocks.blocks), dtype=np.int64) if found.choices is None else found.choices[None]
        stop = Stop.OPTIMAL if found.proven else Stop.TIME
        return Seen(
            choices, np.ones(len(choices), dtype=np.int64), drawing=seconds, bound=found.bound, stop=stop,
            more={"nodes": float(found.nodes)},
        )  # fmt: skip
