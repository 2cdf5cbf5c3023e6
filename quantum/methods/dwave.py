"""D-Wave's classical samplers on the penalised QUBO; the only module that imports them (extra ``compare``)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import MissingExtraError
from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.energy import EnergyProblem
from quantum.higher import quadratised
from quantum.methods.base import EnergyMethod, Seen
from quantum.methods.pilot import tune_penalty
from quantum.onehot import OneHot
from quantum.options import checked, option
from quantum.qubo import Qubo

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel
    from dimod.core.sampler import Sampler


__all__ = ["DwaveAnnealing", "DwaveTabu", "bqm_of"]


def bqm_of(qubo: Qubo) -> BinaryQuadraticModel:
    """``dimod.BinaryQuadraticModel`` of a QUBO; variable i is number i, in the QUBO's order.

    Raises
    ------
    MissingExtraError
    """
    try:
        import dimod
    except ImportError:
        raise MissingExtraError("dwave-samplers", "compare") from None
    pairs = {(int(i), int(j)): float(v) for i, j, v in zip(qubo.rows, qubo.cols, qubo.values)}
    made = dimod.BinaryQuadraticModel(dimod.BINARY)
    for i, v in enumerate(qubo.linear.tolist()):  # one by one: variables stand in the order of the QUBO
        made.add_variable(i, v)
    made.add_quadratic_from((i, j, v) for (i, j), v in pairs.items())
    made.offset = qubo.offset
    return made


@checked
class _Common:
    """Options of both samplers."""

    penalty: str | float | None = option(
        default=None, doc="weight of broken blocks, or a rule of quantum.encode.penalty; by default the pilot chooses"
    )
    pilot: int = option(default=20, doc="reads of the pilot with every weight (0: no pilot, rule vlm)", ge=0)


@checked
class AnnealingOptions(_Common):
    """Options of D-Wave's simulated annealing."""

    reads: int = option(default=100, doc="independent reads", ge=1)
    sweeps: int = option(default=1000, doc="sweeps of a read", ge=1)


@checked
class TabuOptions(_Common):
    """Options of D-Wave's tabu search."""

    pilot: int = option(default=4, doc="reads of the pilot with every weight (0: no pilot, rule vlm)", ge=0)
    reads: int = option(default=20, doc="independent reads", ge=1)
    milliseconds: int = option(default=20, doc="time of a read", ge=1)


O = TypeVar("O", bound=Any)  # noqa: E741


class _Dwave(EnergyMethod[O]):
    """Reads in batches until there are enough or the time is over."""

    def sampler(self) -> Sampler:
        """The D-Wave sampler."""
        raise NotImplementedError

    def arguments(self, options: O) -> dict[str, Any]:
        """Its arguments beside the number of reads and the seed."""
        raise NotImplementedError

    def evaluations(self, problem: EnergyProblem, options: O) -> float | None:
        """Energy changes that a read evaluates."""
        return None

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: O) -> Seen:
        """Sample the penalised QUBO; broken blocks are repaired afterwards."""
        sampler, arguments, variables = self.sampler(), self.arguments(options), problem.size
        more: dict[str, float] = {}
        if isinstance(problem.energy, OneHot) and problem.energy.sums:  # a sampler of pairs
            problem = replace(problem, energy=quadratised(problem.energy), optimum=None, penalty=None)
            more["auxiliary variables"] = float(problem.size - variables)

        def read(qubo: Qubo, count: int, stream: int) -> NDArray[np.int8]:
            answer = sampler.sample(bqm_of(qubo), num_reads=count, seed=stream, **arguments)
            columns = np.argsort(np.asarray(answer.variables, dtype=np.int64))
            repeated = np.repeat(answer.record.sample, answer.record.num_occurrences, axis=0)
            return np.asarray(repeated[:, columns], dtype=np.int8)

        clock, cpu, piloted, rule = Deadline(limits.seconds), time.process_time(), 0, options.penalty
        if rule is None and isinstance(problem.energy, OneHot):
            if options.pilot:
                chosen = tune_penalty(
                    problem, read, options.pilot, int(np.random.default_rng([seed, 7]).integers(1 << 30))
                )
                rule, piloted = chosen.weight, chosen.reads
            else:
                rule = "vlm" if problem.penalty is None else problem.penalty
        training, training_wall = time.process_time() - cpu, clock.elapsed
        qubo, found = problem.penalised(rule), []
        batch = max(1, options.reads // 10)
        for number, first in enumerate(range(0, options.reads, batch)):
            stream = int(np.random.default_rng([seed, number]).integers(2**31 - 1))
            found.append(read(qubo, min(batch, options.reads - first), stream))
            if clock.over:
                break
        bits, each = np.concatenate(found), self.evaluations(problem, options)
        if isinstance(rule, float | int):
            more["penalty weight"] = float(rule)
        return Seen(
            bits[:, :variables], np.ones(len(bits), dtype=np.int64), training=training, training_wall=training_wall,
            training_evaluations=piloted * (each or 0.0), evaluations=each,
            stop=Stop.TIME if clock.over else Stop.ITERATIONS, more=more,
        )  # fmt: skip


class DwaveAnnealing(_Dwave[AnnealingOptions]):
    """``SimulatedAnnealingSampler`` of dwave-samplers with its own temperature range; a repetition is a read."""

    name = "dwave-annealing"
    options = AnnealingOptions

    def sampler(self) -> Sampler:
        """Simulated annealing."""
        try:
            from dwave.samplers import SimulatedAnnealingSampler
        except ImportError:
            raise MissingExtraError("dwave-samplers", "compare") from None
        return SimulatedAnnealingSampler()  # type: ignore[no-untyped-call]

    def arguments(self, options: AnnealingOptions) -> dict[str, Any]:
        """Sweeps per read."""
        return {"num_sweeps": options.sweeps}

    def evaluations(self, problem: EnergyProblem, options: AnnealingOptions) -> float:
        """A sweep proposes to flip every variable."""
        return float(options.sweeps * problem.size)


class DwaveTabu(_Dwave[TabuOptions]):
    """``TabuSampler`` of dwave-samplers (Palubeckis' multistart tabu search); a repetition is a read.

    It stops by time and does not say how many energies it evaluates.
    """

    name = "dwave-tabu"
    options = TabuOptions

    def sampler(self) -> Sampler:
        """Tabu search."""
        try:
            from dwave.samplers import TabuSampler
        except ImportError:
            raise MissingExtraError("dwave-samplers", "compare") from None
        return TabuSampler()  # type: ignore[no-untyped-call]

    def arguments(self, options: TabuOptions) -> dict[str, Any]:
        """Time of a read."""
        return {"timeout": options.milliseconds}
