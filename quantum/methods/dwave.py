"""D-Wave's classical samplers on the penalised QUBO; the only module that imports them (extra ``compare``)."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from optimise.core.errors import MissingExtraError
from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.energy import EnergyProblem
from quantum.methods.base import EnergyMethod, Seen
from quantum.qubo import Qubo

__all__ = ["DwaveAnnealing", "DwaveTabu"]


def _model(qubo: Qubo) -> Any:
    try:
        import dimod
    except ImportError:
        raise MissingExtraError("dwave-samplers", "compare") from None
    pairs = {(int(i), int(j)): float(v) for i, j, v in zip(qubo.rows, qubo.cols, qubo.values)}
    linear = {i: float(v) for i, v in enumerate(qubo.linear)}
    return dimod.BinaryQuadraticModel(linear, pairs, qubo.offset, dimod.BINARY)


class _Dwave(EnergyMethod):
    """Reads in batches until there are enough or the time is over."""

    def sampler(self) -> Any:
        """The D-Wave sampler."""
        raise NotImplementedError

    def arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Its arguments beside the number of reads and the seed."""
        raise NotImplementedError

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: Mapping[str, Any]) -> Seen:
        """Sample the penalised QUBO; broken blocks are repaired afterwards."""
        rule = options["penalty"]
        if rule is None and problem.penalty is None:
            rule = "vlm"  # of the published rules the lightest that kept the blocks on rosters and beds
        model = _model(problem.penalised(rule))
        sampler, arguments = self.sampler(), self.arguments(options)
        reads, clock, found = int(options["reads"]), Deadline(limits.seconds), []
        batch = max(1, reads // 10)
        for number, first in enumerate(range(0, reads, batch)):
            count = min(batch, reads - first)
            stream = int(np.random.default_rng([seed, number]).integers(2**31 - 1))
            answer = sampler.sample(model, num_reads=count, seed=stream, **arguments)
            columns = np.argsort(np.asarray(answer.variables, dtype=np.int64))
            repeated = np.repeat(answer.record.sample, answer.record.num_occurrences, axis=0)
            found.append(repeated[:, columns].astype(np.int8))
            if clock.over:
                break
        seconds, bits = clock.elapsed, np.concatenate(found)
        stop = Stop.TIME if clock.over else Stop.ITERATIONS
        return Seen.of_bits(problem, bits, np.ones(len(bits), dtype=np.int64), drawing=seconds, stop=stop)


class DwaveAnnealing(_Dwave):
    """``SimulatedAnnealingSampler`` of dwave-samplers with its own temperature range; a repetition is a read."""

    name = "dwave-annealing"
    defaults: ClassVar[Mapping[str, Any]] = {"reads": 100, "sweeps": 1000, "penalty": None}

    def sampler(self) -> Any:
        """Simulated annealing."""
        try:
            from dwave.samplers import SimulatedAnnealingSampler
        except ImportError:
            raise MissingExtraError("dwave-samplers", "compare") from None
        return SimulatedAnnealingSampler()  # type: ignore[no-untyped-call]

    def arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Sweeps per read."""
        return {"num_sweeps": int(options["sweeps"])}


class DwaveTabu(_Dwave):
    """``TabuSampler`` of dwave-samplers (Palubeckis' multistart tabu search); a repetition is a read."""

    name = "dwave-tabu"
    defaults: ClassVar[Mapping[str, Any]] = {"reads": 20, "milliseconds": 20, "penalty": None}

    def sampler(self) -> Any:
        """Tabu search."""
        try:
            from dwave.samplers import TabuSampler
        except ImportError:
            raise MissingExtraError("dwave-samplers", "compare") from None
        return TabuSampler()  # type: ignore[no-untyped-call]

    def arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Time of a read."""
        return {"timeout": int(options["milliseconds"])}
