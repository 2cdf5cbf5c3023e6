"""Angles fixed before: the slopes of a linear ramp, trained on small instances and used on larger ones.

LR-QAOA (Montanez-Barrera and Michielsen 2025, arXiv:2405.09169) has two numbers for any depth. In units of
`quantum.angles.local_field` and `quantum.angles.angle_unit` they carry over from instance to instance, so that the
larger ones need no training at all.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from optimise.core.errors import InputError
from quantum.angles import RAMP, linear_ramp
from quantum.ansatz import Ansatz
from quantum.mixers import BlockMixer, X, XYComplete
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators import simulator

__all__ = ["fit_ramp"]


def fit_ramp(
    problems: Sequence[Qubo | OneHot], depth: int, mixer: X | BlockMixer | None = None, evaluations: int = 60
) -> tuple[float, float]:
    """Slopes of gamma and beta that are best on average over some instances.

    Parameters
    ----------
    problems : sequence of Qubo or OneHot
        Training instances, small enough to be enumerated.
    depth : int
        Layers p, 1 or more.
    mixer : X or BlockMixer, optional
        Default XY-complete on blocks, X without.
    evaluations : int
        Most pairs of slopes that are tried (Nelder and Mead's simplex).

    Returns
    -------
    tuple of float
        Slopes for option ``ramp``: they minimise the mean over instances of the expected energy, 0 at the minimum and 1
        at the mean of random states.

    Raises
    ------
    InputError
        For no instance, or one of which all states cost the same.
    """
    if not problems:
        raise InputError("a ramp is trained on one instance at least")
    parts = []
    for problem in problems:
        chosen = mixer or (XYComplete() if isinstance(problem, OneHot) else X())
        energies = problem.diagonal()
        low, mean = float(energies.min()), float(energies.mean())
        if mean - low <= 1e-12 * max(1.0, abs(mean)):
            raise InputError("all states of a training instance cost the same; no angle is better than another")
        parts.append((problem, chosen, simulator(Ansatz(problem, chosen)), low, mean))

    def loss(slopes: NDArray[np.float64]) -> float:
        total = 0.0
        for problem, chosen, machine, low, mean in parts:
            angles = linear_ramp(depth, problem, chosen, gamma=float(slopes[0]), beta=float(slopes[1]))
            total += (machine.value(angles) - low) / (mean - low)
        return total / len(parts)

    found = minimize(loss, np.array(RAMP), method="Nelder-Mead", options={"maxfev": evaluations, "xatol": 1e-3})
    return float(found.x[0]), float(found.x[1])
