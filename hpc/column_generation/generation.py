"""Column generation for a set of people: restricted master, smoothed duals, pricing, Lagrangian bound."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.master import Master, MasterSolution
from hpc.column_generation.subproblem import Masks, Subproblem
from hpc.runtime.timers import Work
from optimise.core.grid import round_up
from optimise.roster.identical import distinct
from optimise.roster.kernels import Pricer, on_grid
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Generated", "LocalPricing", "Pricing", "generate", "rising"]

Floats = NDArray[np.float64]


class Pricing(Protocol):
    """Prices people at duals on the grid: bound of each person, and columns. ``shut`` excludes cells by person."""

    def __call__(self, duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]: ...


@dataclass(frozen=True, slots=True)
class Generated:
    """What column generation ended with.

    Attributes
    ----------
    bound : float
        Best Lagrangian bound of the people of the master with the others fixed; exact arithmetic.
    duals : ndarray (lines,)
        Where that bound was found.
    solution : MasterSolution
        Last solution of the restricted master.
    iterations : int
    converged : bool
        Whether it is proven that no column with negative reduced cost is left (or that the bound met the objective).
        Pricing that finds none has not proven it where its own bound is lower.
    """

    bound: float
    duals: Floats
    solution: MasterSolution
    iterations: int
    converged: bool


class LocalPricing:
    """Prices people one after the other on this rank.

    Parameters
    ----------
    pricer, cover
    columns : int
        Most columns per person and call.
    over : callable
        Asked between people; once True, the people left have no bound (-inf) and no columns.
    work : Work, optional
        Where to count what is done.
    threads : int
        People priced at once (the kernels run without the interpreter lock); answers do not depend on it.
    """

    def __init__(
        self,
        pricer: Pricer,
        cover: CoverRows,
        columns: int = 1,
        over: Callable[[], bool] = lambda: False,
        work: Work | None = None,
        threads: int = 1,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.pricer, self.cover, self.columns, self.over = pricer, cover, columns, over
        self.work = work or Work()
        self.seconds = 0.0
        self.solved = 0
        #: processor seconds of each person in the last call
        self.spent: dict[int, float] = {}

    def __call__(self, duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]:
        began = time.perf_counter()
        everybody = people
        people, stand_in = distinct(people, self.cover.compiled.leader, shut)
        prices = self.cover.prices(duals, people)
        bounds, out = np.full(len(people), -np.inf), []

        def answer(e: int) -> tuple[float, list[Column]] | None:
            if self.over():
                return None
            since = time.thread_time()
            made = self.one(e, prices[self.cover.kind[e]], shut.get(e))
            self.spent[e] = time.thread_time() - since
            return made

        self.spent = {}
        answers = map(answer, people) if self._pool is None else self._pool.map(answer, people)
        for i, (e, made) in enumerate(zip(people, answers, strict=True)):
            if made is None:
                continue
            bounds[i] = made[0]
            out += made[1]
            part = 1.0 - float(shut[e].mean()) if e in shut else 1.0  # tables have no arcs for what is shut
            self.work.add(Work.PERSON + Work.CELL * part * self.pricer.work(e))
        self.seconds += time.perf_counter() - began
        self.solved += len(people)
        return for_everybody(bounds, out, people, everybody, stand_in)

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def one(self, employee: int, prices: Floats, shut: NDArray[np.bool_] | None = None) -> tuple[float, list[Column]]:
        priced = self.pricer.price(employee, prices, columns=self.columns, forbidden=shut)
        days = np.arange(self.cover.days)
        made = []
        for value, word in zip(priced.values, priced.words, strict=True):
            if self.pricer.lossless:
                cost = float(value - prices[days, word].sum())
            else:
                cost = self.pricer.cost(employee, word)
            made.append(Column.of(self.cover, employee, word, cost))
        return priced.bound, made


def for_everybody(
    bounds: Floats, columns: list[Column], people: list[int], everybody: list[int], stand_in: list[int]
) -> tuple[Floats, list[Column]]:
    """Answers of stand-ins, given to all who are alike; in the order of ``everybody``."""
    if len(people) == len(everybody):
        return bounds, columns
    of: dict[int, list[Column]] = {e: [] for e in people}
    for c in columns:
        of[c.employee].append(c)
    given = zip(everybody, stand_in, strict=True)
    return bounds[stand_in], [c if c.employee == e else replace(c, employee=e) for e, k in given for c in of[people[k]]]


def generate(
    master: Master,
    subproblem: Subproblem,
    pricing: Pricing,
    *,
    smoothing: float = 0.7,
    center: Floats | None = None,
    iterations: int = 1000,
    over: Callable[[], bool] = lambda: False,
    listen: Callable[[int, MasterSolution, float], None] | None = None,
    loose: float = 0.0,
) -> Generated:
    """Solve the linear master of some people to optimality, or until the bound reaches the cutoff.

    Duals are smoothed towards the best ones so far (Wentges 1997); when a smoothed pricing finds nothing against
    the master's own duals, the next one is not smoothed. Each pricing gives a Lagrangian bound, valid for any duals;
    duals are rounded to a grid first, so that the bound is computed without rounding error.

    Parameters
    ----------
    master : Master
    subproblem : Subproblem
        That of the master, perhaps with more cells shut; the bound holds within them. It ends as soon as the bound,
        rounded up to the lattice, is at least the cutoff.
    pricing : Pricing
        Prices people at duals of the lines, and gives bounds and columns.
    smoothing : float
        Share of the best duals so far in those that are priced, from 0 to 1.
    center : ndarray (lines,), optional
        Duals to start from. They are priced first as they are: mixed with the duals of a master that has hardly any
        columns yet they would be lost.
    iterations : int
        Most pricings.
    over : callable
        Asked after each solution of the master; True ends it.
    listen : callable, optional
        Told iteration, solution of the master and best bound.
    loose : float
        Stop when the bound is within this fraction of what may still be gained, the cutoff less the objective.

    Returns
    -------
    Generated
        Best bound with its duals, the last solution, and whether it converged.

    Raises
    ------
    ValueError
        If the people are not those of the master, or cells are shut where people alike share a row.
    """
    if subproblem.people != master.subproblem.people:
        raise ValueError("a master answers for its own people only")
    people, shut, cutoff = master.leaders, subproblem.shut, subproblem.cutoff
    lattice, grid = subproblem.lattice, subproblem.grid
    if shut and len(people) < len(master.people):
        raise ValueError("people alike can share a row only under the same excluded cells")
    bound, best = -math.inf, None if center is None else master.masked(center)
    alpha = smoothing
    last: MasterSolution | None = None
    for it in range(1, iterations + 1):
        solution = master.solve()
        last = solution
        if best is None:
            best = solution.duals
        if over():
            break
        mixed = best if it == 1 and center is not None else alpha * best + (1.0 - alpha) * solution.duals
        duals = on_grid(master.masked(mixed), grid)
        bounds, columns = pricing(duals, people, shut)
        value = master.value(duals) + float(bounds @ master.sizes)
        if value > bound:
            bound, best = value, duals
        if listen is not None:
            listen(it, solution, bound)
        if round_up(bound, lattice) >= cutoff - 1e-9:
            return Generated(bound, best, solution, it, True)
        if round_up(bound, lattice) >= solution.objective - 1e-7 * max(1.0, abs(solution.objective)):
            return Generated(bound, best, solution, it, True)
        if loose > 0 and solution.objective - bound <= loose * (cutoff - solution.objective):
            break
        improving = [c for c in columns if reduced_cost(c, solution, master) < -1e-7]
        added = master.add(improving)
        if not added:
            if alpha == 0.0:
                return Generated(bound, best, solution, it, proven(solution, master, people, bounds, grid))
            alpha = 0.0
        else:
            alpha = smoothing
        if over():
            break
        master.purge()
    assert last is not None
    assert best is not None
    return Generated(bound, best, last, it, False)


def proven(solution: MasterSolution, master: Master, people: list[int], bounds: Floats, grid: float) -> bool:
    """Whether nobody has a roster of negative reduced cost, by the bounds at the master's own duals on the grid."""
    rounding = 1e-6 * max(1.0, abs(solution.objective)) + 4.0 * grid * master.cover.days
    return bool((bounds >= solution.convexity[[master.position[e] for e in people]] - rounding).all())


def reduced_cost(column: Column, solution: MasterSolution, master: Master) -> float:
    """Reduced cost at the duals of a master solution."""
    cover = float(solution.duals[column.rows] @ column.values)
    return column.cost - cover - float(solution.convexity[master.position[column.employee]])


def rising(
    master: Master,
    center: Floats | None,
    once: Callable[[Floats | None], Generated],
    *,
    most: float,
    over: Callable[[], bool],
) -> Generated:
    """Column generation at a price of hard units that rises until they are avoided: a low one keeps duals calm.

    Parameters
    ----------
    once : callable
        Column generation on ``master`` from these duals.
    most : float
        Price at which hard units that are left prove that they cannot be avoided.
    """
    while True:
        root = once(center)
        if root.solution.artificial < 1e-6 or master.penalty >= most or over():
            return root
        center = root.duals
        master.charge(5.0 * master.penalty)
