"""Diving for integer solutions: fix the most certain duties, generate columns for what is left, go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.generation import Pricing, generate
from hpc.column_generation.master import Column, Master, MasterSolution
from optimise.roster.kernels import GRID

__all__ = ["Dived", "Steps", "dive"]

Floats = NDArray[np.float64]

#: A step's columns are good enough when its bound is this near its objective, as a part of what is left to the cutoff.
_LOOSE = 0.1
#: Length of a step after one that was taken back, by default; else by what it shrinks, and its least.
_SMALL, _SHRINK, _LEAST = 0.1, 0.25, 0.01
#: Steps past the cutoff that are taken back beyond the number set.
_MORE = 3
#: Columns of a master from which those that a dive has shut are set aside: they slow the simplex down several times.
_CROWD = 1000
#: Share of the cells at which a dive in small steps has nearly all of its work behind it; how much longer its steps
#: become, and how much coarser their columns, by the part of its time that it is late; part of its time to get there.
_EASY, _LONGER, _COARSER, _PLANNED = 0.85, 5.0, 10.0, 0.75


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


@dataclass(frozen=True, slots=True)
class Steps:
    """How a dive goes on.

    Attributes
    ----------
    whole : bool
        Fix whole rosters: of all who have one almost fully, and of the share of the people still open, most certain
        first. Otherwise single duties: those sure enough, and the share of the open cells.
    share : float
        What one step fixes.
    sure : float
        Shares in the linear master from which single duties are fixed whatever their number.
    iterations, smoothing
        Pricing rounds between two steps, and how their duals are smoothed.
    rise : float
        A step that raises the objective by more than this fraction is taken back and only its surest tenth fixed.
    reverts : int
        Times that this may happen.
    level : float
        Share of the cells at which to stop; below 1 the dive also ends there when no step can be taken any more: what
        is fixed last costs most (exact cover), and annealing of the free cells does it better.
    near : float
        How near the bound of a step must come to its objective, as a part of the objective: steps in which all columns
        are made can be judged by what they cost.
    recover : float
        If finite, a step after one taken back is a quarter of it, and the next ones grow again by this factor; then
        ``rise`` counts by the part of the cells that are open (late steps are cheap to repeat, early ones dear), and
        not in steps of the least length; and a dive that is late takes longer steps with coarser columns.
    nodes : int
        Of branch and bound over the columns there are for what is open at ``level``.
    """

    whole: bool = True
    share: float = 0.1
    sure: float = 0.9
    iterations: int = 4
    smoothing: float = 0.5
    rise: float = 0.005
    reverts: int = 12
    level: float = 1.0
    near: float = math.inf
    recover: float = math.inf
    nodes: int = 0


class _Pace:
    """Length of the steps of one dive, and which of them are taken back."""

    def __init__(self, steps: Steps, todo: int, used: Callable[[], float]) -> None:
        self.steps, self.todo, self.used = steps, max(todo, 1), used
        #: length of the last step and of the next
        self.made, self.next = 1.0, 1.0
        self.reverts = 0
        #: whether the last step was taken back
        self.careful = False
        #: part of its time that the dive is behind; share of the cells open after the first step
        self.late, self._started = 0.0, 1.0

    @property
    def gradual(self) -> bool:
        return math.isfinite(self.steps.recover)

    @property
    def near(self) -> float:
        return self.steps.near * (1.0 + _COARSER * self.late)

    @property
    def part(self) -> float:
        """What the next step is to fix."""
        return self.next * self.steps.share * (1.0 + _LONGER * self.late)

    @property
    def sure(self) -> float:
        return math.inf if self.careful else self.steps.sure

    def risen(self, objective: float, last: float, left: int) -> bool:
        """Whether a step rose by more than is allowed; ``left`` cells were open before it."""
        if self.careful or self.made <= _LEAST or self.reverts >= self.steps.reverts:
            return False
        most = self.steps.rise
        if self.gradual:
            most *= (1.0 + _COARSER * self.late) * left / self.todo
        return objective > last + most * max(1.0, abs(last))

    def back(self) -> bool:
        """A step is taken back; returns whether there may be another."""
        self.reverts += 1
        self.careful = True
        self.next = max(_SHRINK * self.made, _LEAST) if self.gradual else _SMALL
        return self.reverts <= self.steps.reverts + _MORE

    def step(self, before: int, after: int) -> None:
        """A step was made, with so many cells open before and after it."""
        self.made, self.careful = self.next, False
        self.next = min(1.0, self.made * self.steps.recover)
        if self.gradual:
            if before == self.todo:
                self._started = after / self.todo
            done = (self._started - after / self.todo) / max(self._started - (1.0 - _EASY), 1e-9)
            self.late = max(0.0, self.used() / _PLANNED - max(0.0, done)) if done < 1.0 else 0.0  # the rest is cheap


def dive(
    master: Master,
    pricing: Pricing,
    steps: Steps,
    *,
    fixed: Floats,
    center: Floats | None,
    lattice: float,
    cutoff: float = math.inf,
    over: Callable[[], bool] = lambda: False,
    shut: dict[int, NDArray[np.bool_]] | None = None,
    partial: bool = False,
    grid: float = GRID,
    used: Callable[[], float] = lambda: 0.0,
) -> Dived | None:
    """Round the linear master to one roster per person; None when it cannot beat ``cutoff`` or time is over.

    Steps past the cutoff, or that leave someone without a roster, are taken back too. Between steps columns are
    generated within what is fixed. The master is left as it was but for new columns.

    Parameters
    ----------
    fixed : ndarray (lines,)
        What the people outside the master add to each line.
    shut : mapping of int to bool array (days, duties), optional
        Cells excluded by person.
    partial : bool
        Whether a dive that runs out of time gives the most likely roster of each person.
    used : callable
        Share of its time that is gone; 0 throughout where work limits stop the run.
    """
    people = master.people
    taken = np.full((len(people), master.cover.days), -1, dtype=np.int16)
    masks: dict[int, NDArray[np.bool_]] = dict(shut or {})
    tail, last = center, math.inf
    last_good: Dived | None = None
    if steps.level < 1.0:
        taken = _given(master, taken, masks)
    before, todo = taken.copy(), _open(taken)
    base, first = master.basis(), None
    pace = _Pace(steps, todo, used)
    aside: list[Column] = []
    try:
        while not over():
            run = generate(
                master,
                pricing,
                fixed=fixed,
                center=tail,
                lattice=lattice,
                iterations=steps.iterations,
                over=over,
                smoothing=steps.smoothing,
                shut=masks,
                cutoff=cutoff,
                loose=_loose(cutoff, last, pace.near),
                grid=grid,
            )
            solution = master.solve()
            lost = math.isinf(run.bound) or solution.objective >= cutoff - 1e-7
            if lost or pace.risen(solution.objective, last, _open(before)):
                if not pace.back() or (taken == before).all():
                    return last_good
                taken = before.copy()
                masks = _close(master, taken, shut or {})
                master.restore(base)
                continue
            tail, last = run.duals, solution.objective
            weight, duty = _shares(master, solution)
            done = weight[taken < 0].min(initial=1.0) > 1.0 - 1e-6
            if done or _open(taken) <= (1.0 - steps.level) * todo:
                return _last(master, cutoff, steps.nodes, over, taken) or _integral(master, solution, taken)
            if steps.level < 1.0:
                last_good = _integral(master, solution, taken) or last_good
            before = taken.copy()
            if steps.whole:
                taken = _fix_people(master, solution, taken, pace.part)
            else:
                taken = _fix_cells(weight, duty, taken, pace.part, pace.sure)
            if len(master.columns) > _CROWD:
                aside += master.set_aside(_agreeing(master, before))
            base = master.basis()
            first = first or base
            pace.step(_open(before), _open(taken))
            masks = _close(master, taken, shut or {})
        return last_good or (_integral(master, master.solve(), taken) if partial else None)
    finally:
        master.bound_columns(np.ones(len(master.columns), dtype=np.bool_))
        master.add(aside)
        if aside and first is not None:  # the last one is far from the end of the whole master
            master.restore(first)


def _loose(cutoff: float, last: float, near: float) -> float:
    """Gap that ends a step's columns, as a part of what is left to the cutoff; ``last`` is the step before."""
    if not math.isfinite(cutoff):
        return 0.0
    return min(_LOOSE, near * abs(last) / max(cutoff - last, 1e-9)) if math.isfinite(near * last) else _LOOSE


def _open(taken: NDArray[np.int16]) -> int:
    """Number of open cells."""
    return int((taken < 0).sum())


def _last(
    master: Master, cutoff: float, nodes: int, over: Callable[[], bool], taken: NDArray[np.int16]
) -> Dived | None:
    """The best choice of columns for what is still open."""
    if not nodes:
        return None
    chosen, cost, _ = master.integer(cutoff=cutoff, nodes=nodes, over=over, among=_agreeing(master, taken))
    return None if chosen is None else Dived(chosen, cost, taken)


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
    master.bound_columns(_agreeing(master, taken))
    return masks


def _agreeing(master: Master, taken: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Which columns agree with the fixed duties."""
    fixed = taken[[master.position[c.employee] for c in master.columns]]
    words = np.array([c.word for c in master.columns]).reshape(fixed.shape)
    agree: NDArray[np.bool_] = ((fixed < 0) | (fixed == words)).all(axis=1)
    return agree


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
