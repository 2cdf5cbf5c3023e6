"""Classical methods on energies: what a quantum result is measured against."""

import time
from typing import ClassVar, Literal

import numpy as np

from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.angles import local_field
from quantum.anneal import anneal_problem, temper_problem
from quantum.energy import EnergyProblem
from quantum.errors import TooLargeError
from quantum.linearise import solve_linearised
from quantum.methods.base import EnergyMethod, Seen
from quantum.onehot import OneHot
from quantum.options import checked, option
from quantum.success import Success

__all__ = ["Annealing", "BruteForce", "HighsQubo", "ParallelTempering", "RandomBits", "RandomFeasible"]

_EXACT_STATES = 1 << 24  # states up to which the share of the optima is enumerated


@checked
class DrawOptions:
    """Options of the methods that guess."""

    shots: int = option(default=1024, doc="random states drawn", ge=1)


class RandomFeasible(EnergyMethod[DrawOptions]):
    """Uniform one-hot states (uniform bits without blocks): a repetition is one state, drawn and its energy evaluated.

    Its success probability is exact where the number of optima is enumerated cheaply, counted otherwise.
    """

    name = "random-feasible"
    options = DrawOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: DrawOptions) -> Seen:
        """Draw `shots` states."""
        blocks, rng = problem.blocks, np.random.default_rng(seed)
        choices = np.stack([rng.integers(0, k, options.shots) for k in blocks.sizes], axis=1)
        seen = Seen.of_choices(problem, choices)
        if blocks.states <= _EXACT_STATES:
            seen.success = lambda target: _share(problem, target)
        return seen


def _share(problem: EnergyProblem, target: float) -> Success:
    share = float((problem.energy.diagonal() <= target).mean())
    return Success(share, 1.0, share)


class RandomBits(EnergyMethod[DrawOptions]):
    """Uniform bits, whatever the blocks, then the same repair as every other method gets: the control that tells what
    a repaired success owes to the repair. Without blocks it is plain guessing."""

    name = "random-bits"
    options = DrawOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: DrawOptions) -> Seen:
        """Draw `shots` bit vectors."""
        rng = np.random.default_rng(seed)
        bits = rng.integers(0, 2, (options.shots, problem.size)).astype(np.int8)
        return Seen(bits, np.ones(options.shots, dtype=np.int64))


@checked
class AnnealingOptions:
    """Options of one-hot annealing."""

    reads: int = option(default=100, doc="independent runs", ge=1)
    sweeps: int = option(default=100, doc="sweeps of a run; a sweep proposes one change per block", ge=1)
    hot: float = option(default=3.0, doc="first temperature, in typical cost changes of a block (0.1 to 10)", gt=0)
    cold: float = option(default=0.01, doc="last temperature, in the same unit", gt=0)


class Annealing(EnergyMethod[AnnealingOptions]):
    """Simulated annealing that changes one block's choice at a time (bits without blocks are flipped).

    A repetition is one run of `sweeps` sweeps from `hot` to `cold`, both in units of the typical cost change
    (`quantum.angles.local_field`), cooled geometrically; a proposed move counts as one energy evaluation.
    """

    name = "one-hot-annealing"
    options = AnnealingOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: AnnealingOptions) -> Seen:
        """Anneal `reads` times, or until the time limit."""
        blocks = problem.blocks
        unit = local_field(blocks)
        hot, cold = options.hot * unit, options.cold * unit
        clock, found = Deadline(limits.seconds), []
        for read in range(options.reads):
            rng = np.random.default_rng([seed, read])
            found.append(anneal_problem(blocks, options.sweeps, hot, cold, rng)[0])
            if clock.over:
                break
        stop = Stop.TIME if clock.over else Stop.ITERATIONS
        return Seen.of_choices(problem, np.array(found), stop=stop, evaluations=float(options.sweeps * blocks.blocks))


@checked
class TemperingOptions:
    """Options of parallel tempering."""

    reads: int = option(default=100, doc="independent runs", ge=1)
    sweeps: int = option(default=20, doc="sweeps of every replica; a sweep proposes one change per block", ge=1)
    replicas: int = option(default=8, doc="temperatures, evenly spaced on a log scale", ge=2, le=1024)
    hot: float = option(default=3.0, doc="highest temperature, in typical cost changes of a block (0.1 to 10)", gt=0)
    cold: float = option(default=0.03, doc="lowest temperature, in the same unit", gt=0)


class ParallelTempering(EnergyMethod[TemperingOptions]):
    """Replicas at several temperatures that exchange their states (`quantum.anneal.temper`).

    A repetition is one run of all replicas; a proposed move of any replica counts as one energy evaluation.
    """

    name = "parallel-tempering"
    options = TemperingOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: TemperingOptions) -> Seen:
        """Temper `reads` times, or until the time limit."""
        blocks = problem.blocks
        unit = local_field(blocks)
        temperatures = unit * np.geomspace(options.hot, options.cold, options.replicas)
        clock, found = Deadline(limits.seconds), []
        for read in range(options.reads):
            rng = np.random.default_rng([seed, read])
            found.append(temper_problem(blocks, temperatures, options.sweeps, rng)[0])
            if clock.over:
                break
        stop = Stop.TIME if clock.over else Stop.ITERATIONS
        each = float(options.sweeps * options.replicas * blocks.blocks)
        return Seen.of_choices(problem, np.array(found), stop=stop, evaluations=each)


@checked
class BruteForceOptions:
    """Options of enumeration."""

    most: int = option(default=1 << 30, doc="states up to which it enumerates; more are refused", ge=1)


class BruteForce(EnergyMethod[BruteForceOptions]):
    """Enumeration of all states, up to `most` of them; its bound is the optimum."""

    name = "brute-force"
    options = BruteForceOptions
    samples = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: BruteForceOptions) -> Seen:
        """Enumerate."""
        states = problem.blocks.states
        if states > options.most:
            raise TooLargeError(f"brute force over {states:.3g} states; the limit is {options.most:.3g}")
        energy, began = problem.energy, time.process_time()
        if isinstance(energy, OneHot):
            least, choices, _ = energy.brute_force(limit=states)
        else:
            least, bits, _ = energy.brute_force(limit=64)
            choices = bits.astype(np.int64)
        return Seen.of_choices(
            problem, choices[None, :], evaluations=float(states), bound=least, stop=Stop.OPTIMAL,
            more={"kernel seconds": time.process_time() - began},
        )  # fmt: skip


@checked
class HighsQuboOptions:
    """Options of HiGHS on an energy."""

    model: Literal["auto", "standard", "rlt"] = option(default="auto", doc="linear model (see quantum.linearise)")


class HighsQubo(EnergyMethod[HighsQuboOptions]):
    """HiGHS on a linear model of the energy (`quantum.linearise`): plan, bound, proof. It evaluates no energies."""

    name = "highs-qubo"
    options = HighsQuboOptions
    samples: ClassVar[bool] = False

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: HighsQuboOptions) -> Seen:
        """Solve until the time limit."""
        found = solve_linearised(problem.blocks, model=options.model, seconds=limits.seconds, seed=seed)
        choices = np.zeros((0, problem.blocks.blocks), dtype=np.int64) if found.choices is None else found.choices[None]
        return Seen.of_choices(
            problem, choices, evaluations=None, bound=found.bound, stop=Stop.OPTIMAL if found.proven else Stop.TIME,
            more={"nodes": float(found.nodes), "kernel seconds": found.kernel_seconds},
        )  # fmt: skip
