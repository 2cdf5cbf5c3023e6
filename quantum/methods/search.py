"""Minimum finding by amplitude amplification as a method on energies: the generic quantum speed-up, exactly counted."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimise.core.method import Deadline, Limits
from optimise.core.result import Stop
from quantum.amplification import find_minimum, most_queries, oracle_toffoli
from quantum.energy import EnergyProblem
from quantum.errors import TooLargeError
from quantum.fault_tolerance import FaultTolerant
from quantum.methods.base import EnergyMethod, Seen
from quantum.options import checked, option, read_options

__all__ = ["GroverSearch", "GroverSearchOptions"]


@checked
class GroverSearchOptions:
    """Options of minimum finding."""

    runs: int = option(default=100, doc="independent searches", ge=1)
    share: float = option(
        default=1.0, doc="queries of a search, as a share of those after which it succeeds at least every second time",
        gt=0, le=100,
    )  # fmt: skip
    most: int = option(default=1 << 24, doc="states up to which searches are simulated", ge=1)
    bits: int = option(default=20, doc="bits of the register that holds an energy", ge=1, le=64)
    fault_tolerant: Mapping[str, Any] | None = option(
        default=None, doc="an error-corrected machine: its errors and times (quantum.fault_tolerance)"
    )


class GroverSearch(EnergyMethod[GroverSearchOptions]):
    """Minimum finding of Durr and Hoyer (`quantum.amplification`); a repetition is a whole search.

    A query counts as two energy evaluations, to compute and to take back; a measured state as one. The simulation
    sorts all energies, which is charged as training; the seconds of a quantum computer stand apart.
    """

    name = "grover-search"
    options = GroverSearchOptions

    def draw(self, problem: EnergyProblem, limits: Limits, seed: int, options: GroverSearchOptions) -> Seen:
        """Search `runs` times, or until the time limit."""
        clock, cpu = Deadline(limits.seconds), time.process_time()
        machine = read_options(FaultTolerant, options.fault_tolerant, "fault_tolerant")
        blocks = problem.blocks
        if blocks.states > options.most:
            raise TooLargeError(f"searches over {blocks.states:.3g} states; the limit is {options.most:.3g}")
        energies = blocks.diagonal()
        order = np.argsort(energies, kind="stable")
        energies = energies[order]
        sorting, sorting_wall = time.process_time() - cpu, clock.elapsed
        budget = int(np.ceil(options.share * most_queries(blocks.states)))
        found = []
        for run in range(options.runs):
            found.append(find_minimum(energies, budget, np.random.default_rng([seed, run])))
            if clock.over:
                break
        queries = float(np.mean([f.queries for f in found]))
        measured = float(np.mean([f.measurements for f in found]))
        toffoli, qubits = oracle_toffoli(blocks, options.bits)
        # the reflection undoes and makes every block's state: two rotations a gate of its ladder
        rotations = 4 * sum(k - 1 for k in blocks.sizes)
        estimate = machine.shot(qubits, queries * rotations, toffoli=queries * toffoli)
        return Seen.of_choices(
            problem, blocks.choices(order[[f.place for f in found]]), training=sorting, training_wall=sorting_wall,
            evaluations=2 * queries + measured, stop=Stop.TIME if clock.over else Stop.ITERATIONS,
            more={
                "queries": queries, "qubits": float(qubits), "toffoli gates": queries * toffoli,
                **machine.told(estimate),
            },
        )  # fmt: skip
