"""Optimising angles: gradients where a simulator is exact, SPSA and COBYLA where it counts shots.

An optimiser is any object with the face of `Optimizer`; those of other packages are found by the entry points
``wardwise.optimizers``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from optimise.core.errors import InputError
from optimise.core.method import stop_asked
from quantum.angles import Angles
from quantum.objective import Mean, Objective, of_samples
from quantum.plugins import find
from quantum.simulators.base import Simulator
from quantum.tuning import TUNING

__all__ = ["OPTIMIZERS", "Optimised", "Optimizer", "optimise_angles", "stream"]

Vector = NDArray[np.float64]


def stream(seed: int, *path: int) -> int:
    """A seed of its own for every purpose: streams with different paths are independent."""
    return int(np.random.default_rng([seed, *path]).integers(2**31 - 1))


@dataclass(frozen=True, slots=True, eq=False)
class Optimised:
    """Angles found and what they took.

    Attributes
    ----------
    angles : Angles
        The optimiser's own estimator: the best seen for BFGS and COBYLA, the last iterate for SPSA.
    value : float
        Objective at these angles; with shots it is measured again with fresh ones, so that no lucky call stands here.
    evaluations : int
        Calls of the objective, the last measurement included; one call with gradient counts once.
    shots : int
        Shots spent (0 on exact simulators).
    history : float64
        Best value seen after each call of the optimiser (with shots: biased by selection).
    """

    angles: Angles
    value: float
    evaluations: int
    shots: int
    history: NDArray[np.float64]


class Judge(Protocol):
    """The objective as an optimiser sees it, over scaled angles (one unit is one typical step).

    It raises when the budget is spent or the run is stopped; an optimiser lets that pass.
    """

    def __call__(self, x: Vector) -> float:
        """Value at x."""
        ...

    def gradient(self, x: Vector) -> tuple[float, Vector]:
        """Value and gradient at x."""
        ...

    def keep(self, x: Vector) -> None:
        """Say that x is the estimate so far, in place of the best point seen."""
        ...


@runtime_checkable
class Optimizer(Protocol):
    """Minimises an objective within a number of calls."""

    @property
    def name(self) -> str: ...
    @property
    def gradients(self) -> bool:
        """Whether it asks for gradients."""
        ...

    def minimise(self, judge: Judge, start: Vector, evaluations: int, seed: int) -> None:
        """Call `judge` until it raises or the optimiser has converged.

        Parameters
        ----------
        judge : Judge
            Gives the objective at a vector of angles, and counts the calls.
        start : float64 array (k,)
            Where to begin.
        evaluations : int
            Most calls; the judge raises after them.
        seed : int
            Of the optimiser's own random choices.
        """
        ...


class Bfgs:
    """BFGS with the adjoint gradient of the mean (exact simulators only)."""

    name: ClassVar[str] = "bfgs"
    gradients: ClassVar[bool] = True

    def minimise(self, judge: Judge, start: Vector, evaluations: int, seed: int) -> None:
        """Not L-BFGS-B: SciPy's runs threaded LAPACK on its tiny matrices, which costs more than QAOA."""
        minimize(judge.gradient, start, jac=True, method="BFGS", options={"maxiter": evaluations})


class Cobyla:
    """COBYLA (Powell 1994)."""

    name: ClassVar[str] = "cobyla"
    gradients: ClassVar[bool] = False

    def minimise(self, judge: Judge, start: Vector, evaluations: int, seed: int) -> None:
        """First steps of `Tuning.cobyla_step` units."""
        minimize(judge, start, method="COBYLA", options={"maxiter": evaluations, "rhobeg": TUNING.cobyla_step})


class Spsa:
    """SPSA (Spall 1998): gains ``a / (A + k)**0.602`` and ``c / k**0.101``; a from the first differences."""

    name: ClassVar[str] = "spsa"
    gradients: ClassVar[bool] = False
    last_iterate: ClassVar[bool] = True

    def minimise(self, judge: Judge, start: Vector, evaluations: int, seed: int) -> None:
        """The estimate is Spall's: the last iterate, not the luckiest measurement."""
        rng = np.random.default_rng(seed)
        y, c = start.copy(), TUNING.spsa_width
        judge.keep(y)
        signs = rng.choice([-1.0, 1.0], size=(min(TUNING.spsa_pilot, max(1, evaluations // 8)), y.size))
        slopes = [abs(judge(y + c * s) - judge(y - c * s)) / (2 * c) for s in signs]
        steps = (evaluations - 2 * len(signs)) // 2
        stability = 0.1 * steps
        gain = 0.1 * (stability + 1) ** 0.602 / max(1e-12, float(np.mean(slopes)))
        for k in range(1, steps + 1):
            sign, width = rng.choice([-1.0, 1.0], size=y.size), c / k**0.101
            slope = (judge(y + width * sign) - judge(y - width * sign)) / (2 * width)
            y = y - gain / (stability + k) ** 0.602 * slope * sign
            judge.keep(y)


OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {"bfgs": Bfgs, "cobyla": Cobyla, "spsa": Spsa}


class _Stop(Exception):
    """Leaves an optimiser from inside its objective."""


class _Judge:
    """The objective over the angles, with its budget."""

    def __init__(
        self,
        simulator: Simulator,
        start: Angles,
        aim: Objective,
        energies: NDArray[np.float64] | None,
        budget: int,
        shots: int,
        seed: int,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.simulator, self.start, self.aim, self.energies = simulator, start, aim, energies
        self.budget, self.shots, self.seed, self.stop = budget, shots, seed, stop
        self.best: tuple[float, Vector] | None = None
        self.kept: Vector | None = None
        self.history: list[float] = []
        # One unit of each variable is one typical step: gamma is small when costs are large.
        self.unit = np.ones(start.vector().size)
        self.unit[: start.gamma.size] = max(1e-12, float(np.abs(start.gamma).max(initial=0.0))) if start.depth else 1.0

    def angles(self, x: Vector) -> Angles:
        return self.start.like(x * self.unit)

    def value(self, x: Vector, call: int) -> float:
        """Objective at x; with shots those of call number `call`."""
        angles = self.angles(x)
        if self.shots:
            return measured(self.simulator, angles, self.aim, self.shots, stream(self.seed, 1, call))
        if isinstance(self.aim, Mean):
            return self.simulator.value(angles)
        if self.energies is None:
            raise ValueError("an exact objective other than the mean needs the energies of all states")
        return self.aim.of(self.energies, self.simulator.probabilities(angles))

    def __call__(self, x: Vector) -> float:
        self._check()
        return self._note(self.value(x, len(self.history)), x)

    def gradient(self, x: Vector) -> tuple[float, Vector]:
        self._check()
        value, gradient = self.simulator.value_and_gradient(self.angles(x))
        return self._note(value, x), gradient.vector() * self.unit

    def keep(self, x: Vector) -> None:
        self.kept = x.copy()

    def _check(self) -> None:
        asked = stop_asked() or (self.stop is not None and self.stop())
        if len(self.history) >= self.budget or (self.history and asked):
            raise _Stop

    def _note(self, value: float, x: Vector) -> float:
        if self.best is None or value < self.best[0]:
            self.best = (value, x.copy())
        self.history.append(self.best[0])
        return value


def measured(simulator: Simulator, angles: Angles, aim: Objective, shots: int, seed: int) -> float:
    """Objective by that many shots; a simulator that corrects its means (`estimate`) is asked for the corrected one."""
    estimate: Any = getattr(simulator, "estimate", None)
    if estimate is not None and isinstance(aim, Mean):
        return float(estimate(angles, shots, seed))
    return of_samples(aim, simulator.sample(angles, shots, seed))


def optimise_angles(
    simulator: Simulator,
    start: Angles,
    *,
    objective: Objective | None = None,
    energies: NDArray[np.float64] | None = None,
    method: str | Optimizer = "bfgs",
    evaluations: int = 200,
    shots: int = 0,
    seed: int = 0,
    stop: Callable[[], bool] | None = None,
) -> Optimised:
    """Minimise the objective over the angles, starting from `start`.

    Parameters
    ----------
    simulator : Simulator
        Of the ansatz; it gives values, and gradients where it can.
    start : Angles
        Where to begin; their shape is that of the answer.
    objective : default `Mean`.
    energies : cost of each state in the simulator's order; needed by other objectives on exact simulators.
    method : a name in `OPTIMIZERS` or of an entry point ``wardwise.optimizers``, or an optimiser
    evaluations : most calls of the objective (SPSA: two a step); with shots one of them measures the result anew.
    shots : judge by that many shots a call (any simulator); 0 judges exactly.
    seed : int
        Of shots and of the optimiser.
    stop : asked before every call; True ends with the angles so far.

    Returns
    -------
    Optimised
        Angles, the value there, and what it took.

    Raises
    ------
    InputError
        For an optimiser that needs gradients where there are none, or a name that nobody has.
    """
    aim = objective or Mean()
    chosen = find("optimizers", method, OPTIMIZERS)() if isinstance(method, str) else method
    if chosen.gradients and (shots or not isinstance(aim, Mean)):
        raise InputError(f"{chosen.name} needs exact gradients of the mean; use cobyla or spsa")
    # One call is kept for measuring the result anew.
    again = 1 if evaluations > 1 and (shots or getattr(chosen, "last_iterate", False)) else 0
    judge = _Judge(simulator, start, aim, energies, evaluations - again, shots, seed, stop)
    x = start.vector() / judge.unit
    try:
        chosen.minimise(judge, x, evaluations - again, stream(seed, 2))
        if not judge.history:
            judge(x)
    except _Stop:
        pass
    if judge.best is None:
        return Optimised(start, np.inf, 0, 0, np.zeros(0))
    value, found = judge.best
    if judge.kept is not None:
        found = judge.kept
    calls = len(judge.history)
    if shots or judge.kept is not None:
        value = judge.value(found, calls)  # a call number that no judgement had: fresh shots
        calls += 1
    return Optimised(judge.angles(found), value, calls, shots * calls, np.array(judge.history))
