"""Optimising angles: gradients where a simulator is exact, SPSA and COBYLA where it counts shots."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from quantum.angles import Angles
from quantum.objective import Mean, Objective, of_samples
from quantum.simulators.base import Simulator

Optimiser = Literal["bfgs", "cobyla", "spsa"]


@dataclass(frozen=True, slots=True, eq=False)
class Optimised:
    """Best angles seen and what they took.

    Attributes
    ----------
    angles : Angles
    value : float
    evaluations : int
        Calls of the objective; one call with gradient counts once.
    shots : int
        Shots spent (0 on exact simulators).
    history : float64 (evaluations,)
        Best value after each evaluation.
    """

    angles: Angles
    value: float
    evaluations: int
    shots: int
    history: NDArray[np.float64]


class _Stop(Exception):
    """Leaves an optimiser from inside its objective."""


def optimise_angles(
    simulator: Simulator,
    start: Angles,
    *,
    objective: Objective | None = None,
    energies: NDArray[np.float64] | None = None,
    method: Optimiser = "bfgs",
    evaluations: int = 200,
    shots: int = 0,
    seed: int = 0,
    stop: Callable[[], bool] | None = None,
) -> Optimised:
    """Minimise the objective over the angles, starting from `start`.

    Parameters
    ----------
    objective : default `Mean`.
    energies : cost of each state in the simulator's order; needed by other objectives on exact simulators.
    method : {"bfgs", "cobyla", "spsa"}
        BFGS uses the adjoint gradient of the mean (exact simulators only). COBYLA: Powell (1994). SPSA: Spall
        (1998), with his gain sequences.
    evaluations : most calls of the objective (SPSA: two a step).
    shots : judge by that many shots a call (any simulator); 0 judges exactly.
    stop : asked before every call; True ends with the best angles so far.
    """
    aim = objective or Mean()
    seen: list[float] = []
    best: list[tuple[float, NDArray[np.float64]]] = []

    def note(value: float, x: NDArray[np.float64]) -> float:
        if not best or value < best[-1][0]:
            best.append((value, x.copy()))
        seen.append(best[-1][0])
        return value

    def check() -> None:
        if len(seen) >= evaluations or (seen and stop is not None and stop()):
            raise _Stop

    def judge(x: NDArray[np.float64]) -> float:
        check()
        angles = start.like(x)
        if shots:
            return note(of_samples(aim, simulator.sample(angles, shots, seed + len(seen))), x)
        if isinstance(aim, Mean):
            return note(simulator.value(angles), x)
        if energies is None:
            raise ValueError("an exact objective other than the mean needs the energies of all states")
        return note(aim.of(energies, simulator.probabilities(angles)), x)

    def judge_with_gradient(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        check()
        value, gradient = simulator.value_and_gradient(start.like(x))
        return note(value, x), gradient.vector()

    x = start.vector()
    # One unit of each variable is one typical step: gamma is small when costs are large.
    unit = np.ones(x.size)
    unit[: start.gamma.size] = max(1e-12, float(np.abs(start.gamma).max(initial=0.0))) if start.depth else 1.0
    try:
        if method == "bfgs":
            if shots or not isinstance(aim, Mean):
                raise ValueError("bfgs needs exact gradients of the mean; use cobyla or spsa")
            _descend(judge_with_gradient, x, unit, evaluations)
        elif method == "cobyla":
            _cobyla(judge, x, unit, evaluations)
        elif method == "spsa":
            _spsa(judge, x, unit, evaluations, seed)
        else:
            raise ValueError(f"unknown optimiser {method!r}; there are bfgs, cobyla and spsa")
    except _Stop:
        pass
    if not best:
        judge(x) if evaluations > 0 else best.append((np.inf, x))
    value, found = best[-1]
    return Optimised(start.like(found), value, len(seen), shots * len(seen), np.array(seen))


def _descend(
    judge: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    x: NDArray[np.float64],
    unit: NDArray[np.float64],
    evaluations: int,
) -> None:
    from scipy.optimize import minimize

    def scaled(y: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = judge(y * unit)
        return value, gradient * unit

    # Not L-BFGS-B: SciPy's runs threaded LAPACK on its tiny matrices, which on a busy machine costs more than QAOA.
    minimize(scaled, x / unit, jac=True, method="BFGS", options={"maxiter": evaluations})


def _cobyla(
    judge: Callable[[NDArray[np.float64]], float],
    x: NDArray[np.float64],
    unit: NDArray[np.float64],
    evaluations: int,
) -> None:
    from scipy.optimize import minimize

    minimize(lambda y: judge(y * unit), x / unit, method="COBYLA", options={"maxiter": evaluations, "rhobeg": 0.2})


def _spsa(
    judge: Callable[[NDArray[np.float64]], float],
    x: NDArray[np.float64],
    unit: NDArray[np.float64],
    evaluations: int,
    seed: int,
) -> None:
    """Spall (1998): gains ``a / (A + k)**0.602`` and ``c / k**0.101``; a from the first differences."""
    rng = np.random.default_rng(seed)
    y, c = x / unit, 0.1
    signs = rng.choice([-1.0, 1.0], size=(3, y.size))
    slopes = [abs(judge((y + c * s) * unit) - judge((y - c * s) * unit)) / (2 * c) for s in signs]
    stability = 0.1 * evaluations / 2
    gain = 0.1 * (stability + 1) ** 0.602 / max(1e-12, float(np.mean(slopes)))
    for k in range(1, evaluations):
        sign, width = rng.choice([-1.0, 1.0], size=y.size), c / k**0.101
        slope = (judge((y + width * sign) * unit) - judge((y - width * sign) * unit)) / (2 * width)
        y = y - gain / (stability + k) ** 0.602 * slope * sign
