"""Penalty weights by a stated pilot: a sampler is tried with several weights before it is judged with the best one.

The weights are a geometric grid around the published rule ``vlm`` (Verma and Lewis 2022): it is a bound for the worst
case, and a lighter weight leaves a flatter landscape. The weight whose reads most often kept all blocks at the least
energy that any read of the pilot reached is taken; ties go to the lower mean energy after repair. Everything that the
pilot does is charged as training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quantum.encode.penalty import penalty_weight
from quantum.energy import EnergyProblem
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.repair import repair

__all__ = ["FACTORS", "Pilot", "tune_penalty"]

#: Weights tried, in units of the rule ``vlm``.
FACTORS = (2.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625)

Draw = Callable[[Qubo, int, int], NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Pilot:
    """The weight chosen, and how many reads the pilot took."""

    weight: float
    reads: int


def tune_penalty(problem: EnergyProblem, draw: Draw, reads: int, seed: int) -> Pilot:
    """Try `reads` reads of `draw` (QUBO, reads, seed -> bits) with every weight."""
    energy = problem.energy
    assert isinstance(energy, OneHot)
    unit = max(
        penalty_weight("vlm", problem.qubo, (energy.block_of == b).astype(np.float64)) for b in range(energy.blocks)
    )
    tried = []
    for number, factor in enumerate(FACTORS):
        bits = draw(energy.with_penalty(factor * unit), reads, seed + number)
        energies = energy.energies(repair(energy, bits))
        whole = energy.is_feasible(bits)
        tried.append((factor * unit, energies, whole))
    kept = [e[whole].min() for _, e, whole in tried if whole.any()]
    best = min(kept, default=np.inf)
    slack = 1e-9 * max(1.0, abs(best)) if kept else 0.0
    weight, _, _ = max(tried, key=lambda t: (int((t[1][t[2]] <= best + slack).sum()), -float(t[1].mean())))
    return Pilot(float(weight), reads * len(FACTORS))
