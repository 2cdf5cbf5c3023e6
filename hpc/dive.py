"""Diving for integer solutions: fix the most certain duties, generate columns for what is left, go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpc.generation import Pricing, generate
from hpc.master import Column, Master, MasterSolution
from optimise.kernels import GRID

__all__ = ["Dived", "dive"]

Floats = NDArray[np.float64]

#: A step's columns are good enough when its bound is this near its objective, as a part of what is left to the cutoff.
_LOOSE = 0.1


class Dived(NamedTuple):
    """What a dive ended with.

    Attributes
    ----------
    columns : list of Column
        One roster per person.
    cost : float
        Objective of the last linear master; the plan's cost where all rosters are whole in it.
    kept : int16 array (people of the master, days)
        Duties that were fixed, -1 where none was.
    """

    columns: list[Column]
    cost: float
    kept: NDArray[np.int16]


def dive(
    master: Master,
    pricing: Pricing,
    *,
    fixed: Floats,
    center: Floats | None,
    lattice: float,
    cutoff: float = math.inf,
    over: Callable[[], bool] = lambda: False,
    share: float = 0.1,
    sure: float = 0.9,
    iterations: int = 4,
    smoothing: float = 0.5,
    whole: bool = True,
    rise: float = 0.005,
    most_reverts: int = 12,
    shut: dict[int, NDArray[np.bool_]] | None = None,
    partial: bool = False,
    grid: float = GRID,
    level: float = 1.0,
    patience: int = 0,
) -> Dived | None:
    """Round the linear master to one roster per person; None when it cannot beat ``cutoff`` or time is over.

    In each step whole rosters are fixed (``whole``): of all who have one almost fully, and of the fraction ``share``
    of the people still open, most certain first; without ``whole`` single duties are fixed instead, those of share
    at least ``sure`` and a fraction ``share`` of the open cells. A step that raises the objective by more than the
    fraction ``rise``, past the cutoff, or that leaves someone without a roster, is taken back (``most_reverts`` times
    at most) and only its surest tenth is fixed. Between steps columns are generated within what is fixed. The master
    is left as it was but for new columns. With ``partial``, a dive that runs out of time gives the most likely roster
    of each person. With a ``level`` below 1 it ends in that way once this share of the cells is fixed, or where no step
    can be taken any more: what is fixed last costs most there (exact cover), and annealing of the free cells does it
    better. With ``patience``, a step past the cutoff whose bound is not gets so many times ``iterations`` rounds more
    before it is taken back: what is dear may be columns that are not made yet.
    """
    people, cover = master.people, master.cover
    days = cover.days
    taken = np.full((len(people), days), -1, dtype=np.int16)
    masks: dict[int, NDArray[np.bool_]] = dict(shut or {})
    tail, careful, reverts, waited, last = center, False, 0, 0, math.inf
    last_good: Dived | None = None
    if level < 1.0:
        taken = _given(master, taken, masks)
    before, todo = taken.copy(), int((taken < 0).sum())
    try:
        while not over():
            run = generate(
                master,
                pricing,
                fixed=fixed,
                center=tail,
                lattice=lattice,
                iterations=iterations,
                over=over,
                smoothing=smoothing,
                shut=masks,
                cutoff=cutoff,
                loose=_LOOSE if math.isfinite(cutoff) else 0.0,
                grid=grid,
            )
            solution = master.solve()
            dear = solution.objective >= cutoff - 1e-7
            if dear and not run.converged and run.bound < cutoff and waited < patience:
                tail, waited = run.duals, waited + 1
                continue
            lost, waited = math.isinf(run.bound) or dear, 0
            risen = solution.objective > last + rise * max(1.0, abs(last)) and not careful
            if lost or (risen and reverts < most_reverts):
                reverts += 1
                if reverts > most_reverts + 3 or (taken == before).all():
                    return last_good
                careful, taken = True, before.copy()
                masks = _close(master, taken, shut or {})
                continue
            tail, last = run.duals, solution.objective
            weight, duty = _shares(master, solution)
            open_cells = taken < 0
            done = weight[open_cells].min(initial=1.0) > 1.0 - 1e-6
            if done or int(open_cells.sum()) <= (1.0 - level) * todo:
                return _integral(master, solution, taken)
            if level < 1.0:
                last_good = _integral(master, solution, taken) or last_good
            before = taken.copy()
            small = 0.1 if careful else 1.0
            if whole:
                taken = _fix_people(master, solution, taken, small * share)
            else:
                taken = _fix_cells(weight, duty, taken, small * share, math.inf if careful else sure)
            masks = _close(master, taken, shut or {})
            careful = False
        return last_good or (_integral(master, master.solve(), taken) if partial else None)
    finally:
        master.bound_columns(np.ones(len(master.columns), dtype=np.bool_))


def _fix_cells(
    weight: Floats, duty: NDArray[np.int16], taken: NDArray[np.int16], share: float, sure: float
) -> NDArray[np.int16]:
    """Fix the most certain open cells."""
    open_cells = taken < 0
    value = np.where(open_cells, weight, -1.0)
    quota = max(1, int(share * int(open_cells.sum())))
    chosen = np.zeros(value.shape, dtype=np.bool_)
    chosen[np.unravel_index(np.argsort(-value, axis=None, kind="stable")[:quota], value.shape)] = True
    chosen = (chosen | (value >= sure)) & open_cells
    return np.where(chosen, duty, taken).astype(np.int16)


def _fix_people(master: Master, solution: MasterSolution, taken: NDArray[np.int16], share: float) -> NDArray[np.int16]:
    """Fix whole rosters: of all who have one almost fully, and of the most certain others."""
    best: dict[int, tuple[float, int]] = {}
    for j in np.flatnonzero(solution.values > 1e-9).tolist():
        i = master.position[master.columns[j].employee]
        if (taken[i] < 0).any() and (i not in best or solution.values[j] > best[i][0]):
            best[i] = (float(solution.values[j]), j)
    quota = max(1, int(share * len(best)))
    out = taken.copy()
    for k, i in enumerate(sorted(best, key=lambda i: (-best[i][0], i))):
        if k < quota or best[i][0] > 0.999:
            out[i] = master.columns[best[i][1]].word
    return out


def _shares(master: Master, solution: MasterSolution) -> tuple[Floats, NDArray[np.int16]]:
    """Largest share of one duty in each (person, day) of the linear solution, and that duty."""
    cover = master.cover
    total = np.zeros((len(master.people), cover.days, cover.alphabet))
    days = np.arange(cover.days)
    for i in np.flatnonzero(solution.values > 1e-9).tolist():
        c = master.columns[i]
        total[master.position[c.employee], days, c.word] += solution.values[i]
    return total.max(axis=2), total.argmax(axis=2).astype(np.int16)


def _close(
    master: Master, taken: NDArray[np.int16], shut: dict[int, NDArray[np.bool_]]
) -> dict[int, NDArray[np.bool_]]:
    """Masks of excluded cells for fixed duties; columns that differ from them are shut too."""
    masks: dict[int, NDArray[np.bool_]] = {}
    duties = np.arange(master.cover.alphabet)
    for i, e in enumerate(master.people):
        mask = (taken[i][:, None] >= 0) & (duties[None, :] != taken[i][:, None])
        masks[e] = mask | shut[e] if e in shut else mask
    allow = np.empty(len(master.columns), dtype=np.bool_)
    for j, c in enumerate(master.columns):
        row = taken[master.position[c.employee]]
        allow[j] = bool(((row < 0) | (row == c.word)).all())
    master.bound_columns(allow)
    return masks


def _given(master: Master, taken: NDArray[np.int16], shut: dict[int, NDArray[np.bool_]]) -> NDArray[np.int16]:
    """Duties of cells in which all others are excluded."""
    out = taken.copy()
    for i, e in enumerate(master.people):
        if e in shut:
            single = (~shut[e]).sum(axis=1) == 1
            out[i, single] = shut[e].argmin(axis=1)[single]
    return out


def _integral(master: Master, solution: MasterSolution, taken: NDArray[np.int16]) -> Dived | None:
    best: dict[int, tuple[float, Column]] = {}
    for i in np.flatnonzero(solution.values > 1e-6).tolist():
        c = master.columns[i]
        if c.employee not in best or solution.values[i] > best[c.employee][0]:
            best[c.employee] = (float(solution.values[i]), c)
    if len(best) < len(master.people):
        return None
    return Dived([c for _, c in best.values()], solution.objective, taken)
