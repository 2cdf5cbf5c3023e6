"""Re-optimising a few people together: a fresh small column generation on the cover that the others leave."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.ascent import ascend
from hpc.column_generation.column import Column
from hpc.column_generation.dive import dive
from hpc.column_generation.gap import Guide
from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.master import Master
from hpc.column_generation.options import ColumnGenerationTuning
from hpc.column_generation.subproblem import Subproblem
from hpc.runtime.timers import Work
from optimise.core.grid import round_up
from optimise.roster.kernels import Pricer

__all__ = ["Attempt", "choose_people", "improve"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Outcome of one neighbourhood.

    Attributes
    ----------
    people : tuple of int
    columns : tuple of Column
        New rosters; empty when nothing better was found.
    gain : float
        By how much the cost falls.
    closed : bool
        Proven that no better rosters exist for these people while the others stay.
    work : float
        What it took (see :class:`~hpc.runtime.timers.Work`).
    kind : int
        Of the search's kinds of neighbourhood.
    """

    people: tuple[int, ...]
    columns: tuple[Column, ...]
    gain: float
    closed: bool
    work: float = 0.0
    way: int = 0


def improve(
    incumbent: Incumbent,
    subproblem: Subproblem,
    pricer: Pricer,
    *,
    center: Floats | None,
    over: Callable[[], bool] = lambda: False,
    most: float = math.inf,
    tuning: ColumnGenerationTuning = ColumnGenerationTuning(),  # noqa: B008
) -> Attempt:
    """Look for better rosters of the people of a subproblem while the others stay.

    A first-order ascent of the duals and then column generation bound what can be gained; where that is nothing, it
    is all. Otherwise a dive over rosters and a small restricted-master MIP look for an integer solution, and only
    where they find nothing better the slower dive over single duties does.

    Parameters
    ----------
    incumbent : Incumbent
    subproblem : Subproblem
        Of the incumbent.
    pricer : Pricer
    center : float array (lines,), optional
        Duals to start from.
    over : callable
        Asked between solves; True ends the attempt.
    most : float
        Work after which the attempt ends.
    tuning : ColumnGenerationTuning

    Returns
    -------
    Attempt
        New rosters, what they gain, and whether it is proven that there are none.
    """
    work = Work(most)
    made = _improve(incumbent, subproblem, pricer, center, lambda: work.over or over(), work, tuning)
    return replace(made, work=work.used)


def _improve(
    incumbent: Incumbent,
    subproblem: Subproblem,
    pricer: Pricer,
    center: Floats | None,
    over: Callable[[], bool],
    work: Work,
    tuning: ColumnGenerationTuning,
) -> Attempt:
    cover, people, now = subproblem.cover, subproblem.people, subproblem.cost
    cutoff, lattice, t = subproblem.cutoff, subproblem.lattice, tuning.neighbourhood
    dear = sum(pricer.work(e) for e in people) > t.dear * len(people)
    steps = t.dear_ascent if dear else t.ascent
    columns = t.dear_columns if dear else t.columns
    smoothing = t.dear_smoothing if dear else t.smoothing
    pricing = LocalPricing(pricer, cover, columns=columns, over=over, work=work)
    first = ascend(
        subproblem,
        pricing,
        start=np.zeros(cover.lines) if center is None else center,
        iterations=steps,
        keep=t.kept,
        over=over,
        tuning=tuning.ascent,
    )
    if first.bound >= cutoff or over():
        return Attempt(people, (), 0.0, first.bound >= cutoff)
    master = Master(subproblem, incumbent.penalty)
    master.work = work
    master.add_plan(incumbent.words, incumbent.personal)
    master.add(first.columns)
    root = generate(
        master,
        subproblem,
        pricing,
        center=first.duals,
        over=over,
        iterations=t.rounds,
        loose=t.loose,
        smoothing=smoothing,
    )
    nothing = Attempt(people, (), 0.0, round_up(root.bound, lattice) > cutoff)
    if nothing.closed or over():
        return nothing
    best: list[Column] = []
    best_cost, most = now, t.columns_left * len(people)
    for how in t.dives:
        if over() or best or round_up(root.bound, lattice) >= best_cost - 1e-7:
            break
        found = dive(
            master,
            subproblem.below(min(cutoff, best_cost)),
            pricing,
            how,
            center=root.duals,
            over=over,
            tuning=tuning.dive,
        )
        if found is not None and found.cost < best_cost - 1e-7:
            best, best_cost = found.columns, found.cost
        if round_up(root.bound, lattice) < best_cost - 1e-7 and not over():
            chosen, cost, _ = master.integer(cutoff=best_cost, nodes=t.nodes, over=over, most=most)
            if chosen is not None and cost < best_cost - 1e-7:
                best, best_cost = chosen, cost
    closed = round_up(root.bound, lattice) >= best_cost - 1e-7
    return Attempt(people, tuple(best), now - best_cost if best else 0.0, closed)


def choose_people(
    incumbent: Incumbent,
    size: int,
    random: np.random.Generator,
    style: int,
    *,
    guide: Guide | None = None,
    line: int | None = None,
    window: tuple[int, int] | None = None,
    busy: set[int] | None = None,
) -> list[int]:
    """A varied choice of people worth re-optimising together.

    Styles: 0 uniform; 1 somebody whose roster costs more than need be, with people who can do what would be left; 2
    people who can mend ``line`` cheaply (without a guide: who work where cover is off its target); 3 people whose
    rosters are alike. People who are ``busy`` (in another neighbourhood of the round) are left out while there are
    enough others.

    Parameters
    ----------
    incumbent : Incumbent
    size : int
        How many; all where there are fewer.
    random : numpy Generator
    style : int
        0 to 3, as above.
    guide : Guide, optional
        Where plan and duals disagree; styles 1 and 2 use it.
    line : int, optional
        Line of cover that style 2 mends.
    window : tuple of int, optional
        Half-open window of days that counts.
    busy : set of int, optional
        People to leave out.

    Returns
    -------
    list of int
        In ascending order.
    """
    people = len(incumbent.words)
    size = min(size, people)
    free = np.ones(people, dtype=np.bool_)
    if busy and people - len(busy) >= size:
        free[list(busy)] = False
    if style == 1 and guide is not None and size < people:
        return _with_helpers(incumbent, size, random, guide, free)
    if style == 2 and guide is not None and line is not None and size < people:
        return sorted(_likely(-guide.helpers(incumbent, line), size, random, free, sharp=True))
    if style in (0, 1) or size == people:
        return sorted(random.choice(np.flatnonzero(free), size, replace=False).tolist())
    cover = incumbent.cover
    first, last = window or (0, cover.days)
    if style == 2:
        off = cover.line_costs(incumbent.values, incumbent.penalty)
        if window is not None:
            off = np.where(cover.lines_of(first, last), off, 0.0)
        score = np.zeros(people)
        for e in range(people):
            row, _ = cover.column(e, incumbent.words[e])
            score[e] = float(off[row].sum())
    else:
        seed = int(random.integers(people))
        part = incumbent.words[:, first:last]
        score = (part == part[seed]).mean(axis=1)
    return sorted(_likely(score, size, random, free))


def _with_helpers(
    incumbent: Incumbent, size: int, random: np.random.Generator, guide: Guide, free: NDArray[np.bool_]
) -> list[int]:
    """Somebody who costs more than need be, and people who can mend a line that their best roster would leave."""
    slack = np.where(free, guide.people(incumbent), 0.0)
    if slack.sum() <= 0:
        return sorted(random.choice(np.flatnonzero(free), size, replace=False).tolist())
    e = int(random.choice(len(slack), p=slack / slack.sum()))
    trial = incumbent.copy()
    best = guide.best(e)
    if best is not None:
        trial.put([best])
    worse = np.maximum(guide.lines(trial) - guide.lines(incumbent), 0.0)
    others = free.copy()
    others[e] = False
    if worse.sum() <= 0:
        return sorted([e, *random.choice(np.flatnonzero(others), size - 1, replace=False).tolist()])
    line = int(random.choice(len(worse), p=worse / worse.sum()))
    return sorted([e, *_likely(-guide.helpers(trial, line), size - 1, random, others, sharp=True)])


def _likely(
    score: Floats, size: int, random: np.random.Generator, free: NDArray[np.bool_], sharp: bool = False
) -> list[int]:
    """People drawn by rank, highest score first; ``sharp`` prefers the first few, ties in any order."""
    if sharp:
        mixed = random.permutation(len(score))
        order = mixed[np.argsort(-score[mixed], kind="stable")]
        order = np.r_[order[free[order]], order[~free[order]]]
        weight = np.empty(len(score))
        weight[order] = np.maximum(np.exp(-np.arange(len(score)) / max(size, 1)), 1e-3)
    else:
        weight = _ranks(score)
    weight = np.where(free, weight, 0.0)
    drawn: list[int] = random.choice(len(score), size, replace=False, p=weight / weight.sum()).tolist()
    return drawn


def _ranks(score: Floats) -> Floats:
    """Selection weights that fall off geometrically with rank, highest score first."""
    order = np.argsort(-score, kind="stable")
    weight = np.empty(len(score))
    weight[order] = np.maximum(np.exp(-3.0 * np.arange(len(score)) / max(len(score), 1)), 1e-3)
    return weight
