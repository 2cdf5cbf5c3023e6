"""First-order start of the duals: the volume algorithm on the Lagrangian of the linking lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.generation import Pricing
from hpc.column_generation.master_tuning import AscentTuning
from hpc.column_generation.subproblem import Subproblem
from optimise.roster.kernels import on_grid

__all__ = ["Ascent", "ascend"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ascent:
    """Best bound found, its duals, and the columns priced near it (last ones first)."""

    bound: float
    duals: Floats
    columns: list[Column]
    iterations: int


def ascend(
    subproblem: Subproblem,
    pricing: Pricing,
    *,
    start: Floats,
    iterations: int,
    keep: int,
    over: Callable[[], bool] = lambda: False,
    listen: Callable[[int, float], None] | None = None,
    tuning: AscentTuning = AscentTuning(),  # noqa: B008
) -> Ascent:
    """Raise the Lagrangian bound by first-order steps (Barahona and Anbil 2000).

    The step direction is the violation of an exponentially weighted mean of the priced rosters; the step length is
    Polyak's with the cost of the plan known. Every iteration prices each person once, at duals on the grid, so each
    value is a certified bound. The linear master converges several times faster from the duals and columns found here.

    Parameters
    ----------
    subproblem : Subproblem
        Its ``cost``, which must be finite, gives the lengths of steps; the bound rises to its ``cutoff`` at most. Duals
        of lines that cannot change stay 0.
    pricing : Pricing
        Prices people at duals of the lines.
    start : float array (lines,)
        Duals to begin with.
    iterations : int
        Most steps.
    keep : int
        Iterations whose columns are kept.
    over : callable
        Asked before each step; True ends the ascent.
    listen : callable, optional
        Told the step and the best bound.
    tuning : AscentTuning

    Returns
    -------
    Ascent
        Best bound with its duals, and the columns kept.
    """
    cover, fixed, lines, target = subproblem.cover, subproblem.fixed, subproblem.lines, subproblem.cost
    people, grid = list(subproblem.people), subproblem.grid
    low, high = cover.slopes()
    if lines is not None:
        low, high = np.where(lines, low, 0.0), np.where(lines, high, 0.0)
    center = on_grid(np.clip(start, low, high), grid)
    trial = center
    best, scale, fails = -math.inf, 1.0, 0
    mean: Floats | None = None
    recent: list[list[Column]] = []
    done = 0
    for done in range(1, iterations + 1):
        bounds, columns = pricing(trial, people, subproblem.shut)
        value = cover.dual_value(trial, lines) - float(fixed @ trial) + float(bounds.sum())
        activity = fixed.copy()
        seen: set[int] = set()
        for c in columns:
            if c.employee not in seen:
                seen.add(c.employee)
                activity[c.rows] += c.values
        weight = tuning.fresh if mean is not None else 1.0
        mean = activity if mean is None else weight * activity + (1 - weight) * mean
        recent = [*recent[-(keep - 1) :], columns]
        if value > best:
            gain = value - best
            best, center, fails = value, trial, 0
            scale = min(scale * tuning.longer, tuning.longest) if math.isfinite(gain) else scale
        else:
            fails += 1
            if fails >= tuning.vain:
                scale, fails = scale * tuning.shorter, 0
        if listen is not None:
            listen(done, best)
        if over() or scale < tuning.least or best >= min(subproblem.cutoff, target - 1e-6):
            break
        if math.isinf(best):  # some rank ran out of time: nobody has a bound, nor a step from one
            break
        direction = cover.violation(center, mean, low, high)
        if lines is not None:
            direction[~lines] = 0.0
        norm = float(direction @ direction)
        if norm < 1e-12:
            break
        gap = max(target - best, 1e-3 * max(1.0, abs(best)))
        trial = on_grid(np.clip(center + scale * gap / norm * direction, low, high), grid)
    listed = [c for columns in reversed(recent) for c in columns]
    return Ascent(best, center, listed, done)
