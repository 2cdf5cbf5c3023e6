"""Diving for integer solutions: fix the most certain duties, generate columns for what is left, go on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.generation import Pricing, generate
from hpc.column_generation.master import Master, MasterSolution
from hpc.column_generation.master_tuning import DiveTuning
from hpc.column_generation.steps import Steps
from hpc.column_generation.subproblem import Masks, Subproblem

__all__ = ["Dived", "Steps", "dive"]

Floats = NDArray[np.float64]


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


class _Pace:
    """Length of the steps of one dive, and which of them are taken back."""

    def __init__(self, steps: Steps, todo: int, used: Callable[[], float], tuning: DiveTuning = DiveTuning()) -> None:  # noqa: B008
        self.steps, self.todo, self.used, self.tuning = steps, max(todo, 1), used, tuning
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
        return self.steps.near * (1.0 + self.tuning.coarser * self.late)

    @property
    def part(self) -> float:
        """What the next step is to fix."""
        return self.next * self.steps.share * (1.0 + self.tuning.longer * self.late)

    @property
    def sure(self) -> float:
        return math.inf if self.careful else self.steps.sure

    def risen(self, objective: float, last: float, left: int) -> bool:
        """Whether a step rose by more than is allowed; ``left`` cells were open before it."""
        if self.careful or self.made <= self.tuning.least or self.reverts >= self.steps.reverts:
            return False
        most = self.steps.rise
        if self.gradual:
            most *= (1.0 + self.tuning.coarser * self.late) * left / self.todo
        return objective > last + most * max(1.0, abs(last))

    def back(self) -> bool:
        """A step is taken back; returns whether there may be another."""
        self.reverts += 1
        self.careful = True
        self.next = max(self.tuning.shrink * self.made, self.tuning.least) if self.gradual else self.tuning.small
        return self.reverts <= self.steps.reverts + self.tuning.more

    def step(self, before: int, after: int) -> None:
        """A step was made, with so many cells open before and after it."""
        self.made, self.careful = self.next, False
        self.next = min(1.0, self.made * self.steps.recover)
        if self.gradual:
            if before == self.todo:
                self._started = after / self.todo
            done = (self._started - after / self.todo) / max(self._started - (1.0 - self.tuning.easy), 1e-9)
            self.late = (
                max(0.0, self.used() / self.tuning.planned - max(0.0, done)) if done < 1.0 else 0.0
            )  # the rest is cheap


def dive(
    master: Master,
    subproblem: Subproblem,
    pricing: Pricing,
    steps: Steps,
    *,
    center: Floats | None,
    over: Callable[[], bool] = lambda: False,
    partial: bool = False,
    used: Callable[[], float] = lambda: 0.0,
    listen: Callable[[float], None] = lambda _: None,
    tuning: DiveTuning = DiveTuning(),  # noqa: B008
) -> Dived | None:
    """Round the linear master to one roster per person; None when it cannot beat the cutoff or time is over.

    Steps past the cutoff, or that leave someone without a roster, are taken back too. Between steps columns are
    generated within what is fixed. The master is left as it was but for new columns.

    Parameters
    ----------
    master : Master
    subproblem : Subproblem
        That of the master, perhaps with more cells shut.
    pricing : Pricing
        Prices people at duals of the lines, within what is fixed.
    steps : Steps
        What is fixed at each step: rosters, or single duties.
    center : ndarray (lines,), optional
        Duals to start from.
    over : callable
        Asked between solves; True ends the dive.
    partial : bool
        Whether a dive that runs out of time gives the most likely roster of each person.
    used : callable
        Share of its time that is gone; 0 throughout where work limits stop the run.
    listen : callable
        Told after each step what part of its way the dive has made, from 0 to 1.
    tuning : DiveTuning

    Returns
    -------
    Dived or None
        None when it cannot beat the cutoff, or time is over and no part is asked for.
    """
    cutoff, shut = subproblem.cutoff, subproblem.shut
    taken = np.full((len(master.people), master.cover.days), -1, dtype=np.int16)
    masks = shut
    tail, last = center, math.inf
    last_good: Dived | None = None
    if steps.level < 1.0:
        taken = _given(master, taken, masks)
    before, todo = taken.copy(), _open(taken)
    base, first = master.basis(), None
    pace = _Pace(steps, todo, used, tuning)
    aside: list[Column] = []
    try:
        while not over():
            run = generate(
                master,
                subproblem.without(masks),
                pricing,
                center=tail,
                iterations=steps.iterations,
                over=over,
                smoothing=steps.smoothing,
                loose=_loose(cutoff, last, pace.near, tuning.loose),
            )
            solution = master.solve()
            lost = math.isinf(run.bound) or solution.objective >= cutoff - 1e-7
            if lost or pace.risen(solution.objective, last, _open(before)):
                if not pace.back() or (taken == before).all():
                    return last_good
                taken = before.copy()
                masks = _close(master, taken, shut)
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
            if len(master.columns) > tuning.crowd:
                aside += master.set_aside(_agreeing(master, before))
            base = master.basis()
            first = first or base
            pace.step(_open(before), _open(taken))
            listen(min(1.0, (1.0 - _open(taken) / pace.todo) / steps.level))
            masks = _close(master, taken, shut)
        return last_good or (_integral(master, master.solve(), taken) if partial else None)
    finally:
        master.bound_columns(np.ones(len(master.columns), dtype=np.bool_))
        master.add(aside)
        if aside and first is not None:  # the last one is far from the end of the whole master
            master.restore(first)


def _loose(cutoff: float, last: float, near: float, most: float) -> float:
    """Gap that ends a step's columns, as a part of what is left to the cutoff; ``last`` is the step before."""
    if not math.isfinite(cutoff):
        return 0.0
    return min(most, near * abs(last) / max(cutoff - last, 1e-9)) if math.isfinite(near * last) else most


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


def _close(master: Master, taken: NDArray[np.int16], shut: Masks) -> Masks:
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


def _given(master: Master, taken: NDArray[np.int16], shut: Masks) -> NDArray[np.int16]:
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
