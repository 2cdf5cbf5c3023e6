"""Re-optimising a few people together: a fresh small column generation on the cover that the others leave."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpc.cover import CoverRows
from hpc.dive import dive
from hpc.generation import LocalPricing, generate, round_up
from hpc.incumbent import Incumbent
from hpc.master import Column, Master
from optimise.kernels import Pricer, on_grid

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
    """

    people: tuple[int, ...]
    columns: tuple[Column, ...]
    gain: float
    closed: bool


def improve(
    incumbent: Incumbent,
    people: list[int],
    pricer: Pricer,
    *,
    center: Floats | None,
    lattice: float,
    over: Callable[[], bool] = lambda: False,
    effort: int = 1,
) -> Attempt:
    """Look for better rosters of ``people`` while the others stay.

    The linear master is solved by column generation; if its bound shows that nothing can be gained, that is all.
    Otherwise all rosters whose reduced cost is below the gap are listed when they are few (then the answer is
    exact), or a dive looks for an integer solution; a small restricted-master MIP polishes either.
    """
    cover = incumbent.cover
    fixed = incumbent.without(people)
    now = float(incumbent.personal[people].sum()) + float(cover.line_costs(incumbent.values, incumbent.penalty).sum())
    goal = now - (lattice if lattice > 0 else 1e-6 * max(1.0, abs(now)))
    master = Master(cover, people, fixed, incumbent.penalty)
    start = []
    for e in people:
        start.append(master.make(e, incumbent.words[e], float(incumbent.personal[e])))
    master.add(start)
    pricing = LocalPricing(pricer, cover, columns=2)
    if center is not None:
        master.add(pricing(on_grid(center), people)[1])
    root = generate(
        master, pricing, fixed=fixed, center=center, cutoff=goal + 1e-6, lattice=lattice, over=over, iterations=200
    )
    if round_up(root.bound, lattice) > goal + 1e-6:
        return Attempt(tuple(people), (), 0.0, True)
    if over():
        return Attempt(tuple(people), (), 0.0, False)
    best: list[Column] = []
    best_cost = now
    chosen, cost, _ = master.integer(seconds=2.0 * effort, cutoff=now, nodes=2000)
    if chosen is not None and cost < best_cost - 1e-7:
        best, best_cost = chosen, cost
    if round_up(root.bound, lattice) < best_cost - 1e-7 and not over():
        found = dive(master, pricing, fixed=fixed, center=root.duals, lattice=lattice, cutoff=best_cost, over=over)
        if found is not None and found[1] < best_cost - 1e-7:
            best, best_cost = found
        chosen, cost, _ = master.integer(seconds=2.0 * effort, cutoff=best_cost, nodes=2000)
        if chosen is not None and cost < best_cost - 1e-7:
            best, best_cost = chosen, cost
    closed = round_up(root.bound, lattice) >= best_cost - 1e-7
    if not best:
        return Attempt(tuple(people), (), 0.0, closed)
    return Attempt(tuple(people), tuple(best), now - best_cost, closed)


def choose_people(
    incumbent: Incumbent, duals: Floats | None, size: int, random: np.random.Generator, style: int
) -> list[int]:
    """A varied choice of people worth re-optimising together.

    Styles: 0 uniform; 1 people whose rosters pay most at the duals (probable slack) first; 2 people who work where
    cover is off its target; 3 people who can do the same duties (similar rosters of needs).
    """
    people = len(incumbent.words)
    size = min(size, people)
    if style == 0 or size == people:
        return sorted(random.choice(people, size, replace=False).tolist())
    if style == 1 and duals is not None:
        price = incumbent.personal.copy()
        for e in range(people):
            row, value = incumbent.cover.column(e, incumbent.words[e])
            price[e] -= float(duals[row] @ value)
        weight = _ranks(price)
    elif style == 2:
        off = incumbent.cover.line_costs(incumbent.values, incumbent.penalty)
        weight = np.zeros(people)
        for e in range(people):
            row, value = incumbent.cover.column(e, incumbent.words[e])
            weight[e] = float(off[row].sum())
        weight = _ranks(weight)
    else:
        seed = int(random.integers(people))
        same = (incumbent.words == incumbent.words[seed]).mean(axis=1)
        weight = _ranks(same)
    return sorted(random.choice(people, size, replace=False, p=weight / weight.sum()).tolist())


def _ranks(score: Floats) -> Floats:
    """Selection weights that fall off geometrically with rank, highest score first."""
    order = np.argsort(-score, kind="stable")
    weight = np.empty(len(score))
    weight[order] = np.maximum(np.exp(-3.0 * np.arange(len(score)) / max(len(score), 1)), 1e-3)
    return weight
