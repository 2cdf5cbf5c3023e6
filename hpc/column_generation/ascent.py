"""First-order start of the duals: the volume algorithm on the Lagrangian of the linking lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.generation import Masks, Pricing
from hpc.column_generation.master import Column
from optimise.roster.kernels import GRID, on_grid
from optimise.roster.kernels.cover import CoverRows

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
    cover: CoverRows,
    pricing: Pricing,
    people: list[int],
    *,
    fixed: Floats,
    start: Floats,
    target: float,
    iterations: int = 150,
    keep: int = 30,
    cutoff: float = math.inf,
    lines: NDArray[np.bool_] | None = None,
    shut: Masks | None = None,
    over: Callable[[], bool] = lambda: False,
    listen: Callable[[int, float], None] | None = None,
    grid: float = GRID,
) -> Ascent:
    """Raise the Lagrangian bound by first-order steps (Barahona and Anbil 2000).

    The step direction is the violation of an exponentially weighted mean of the priced rosters; the step length is
    Polyak's with the cost ``target``. Every iteration prices each person once, at duals on the grid, so each value is
    a certified bound. The linear master converges several times faster from the duals and columns found here.

    Parameters
    ----------
    target : float
        Cost of a known plan, from which step lengths are taken.
    cutoff : float
        Stop as soon as the bound is at least this.
    lines : bool array (lines,), optional
        Lines that matter; the duals of the others stay 0.
    shut : mapping of int to bool array (days, duties), optional
        Cells excluded by person.
    grid : float
        Step of the duals that are priced.
    """
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
        bounds, columns = pricing(trial, people, shut or {})
        value = cover.dual_value(trial, lines) - float(fixed @ trial) + float(bounds.sum())
        activity = fixed.copy()
        seen: set[int] = set()
        for c in columns:
            if c.employee not in seen:
                seen.add(c.employee)
                activity[c.rows] += c.values
        weight = 0.2 if mean is not None else 1.0
        mean = activity if mean is None else weight * activity + (1 - weight) * mean
        recent = [*recent[-(keep - 1) :], columns]
        if value > best:
            gain = value - best
            best, center, fails = value, trial, 0
            scale = min(scale * 1.15, 2.0) if math.isfinite(gain) else scale
        else:
            fails += 1
            if fails >= 6:
                scale, fails = scale * 0.6, 0
        if listen is not None:
            listen(done, best)
        if over() or scale < 0.02 or best >= min(cutoff, target - 1e-6):
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
