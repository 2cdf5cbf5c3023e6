"""Column generation for any block problem: HiGHS prices the blocks, spread over ranks."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.blocks.block_master import BlockColumn, BlockMaster, BlockSolution
from hpc.blocks.options import BlockOptions, BlockTuning
from hpc.runtime.balance import longest_first
from hpc.runtime.session import Session
from optimise.blocks import BlockPlan, BlockProblem
from optimise.core.errors import UnsupportedError
from optimise.core.method import Communicator, Limits, Listener, Outcome, stopping
from optimise.core.result import Bounds, Plan, Stats, Stop
from optimise.solvers.highs import Highs

__all__ = ["solve_blocks"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
SOURCE = "Lagrangian bound of column generation, blocks priced by HiGHS"


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """Answer of one kind: a lower bound on its priced minimum, and points."""

    group: int
    bound: float
    points: list[Floats]


class _Pricing:
    """Prices the kinds of blocks that this rank owns, each in a HiGHS model that stays."""

    def __init__(self, problem: BlockProblem, first: NDArray[np.int64], comm: Communicator, seed: int) -> None:
        self.problem, self.first, self.comm, self.seed = problem, first, comm, seed
        parts = [problem.parts[b] for b in first]
        size = [float(p.arrays.columns * max(1, p.arrays.rows)) for p in parts]
        self.owner = longest_first(np.array(size), comm.size)
        self._models: dict[int, Highs] = {}
        self._last: dict[int, Floats] = {}

    def mine(self, duals: Floats, seconds: float) -> list[_Priced]:
        """Price the kinds of this rank, in order."""
        return [self._one(k, duals, seconds) for k in range(len(self.first)) if self.owner[k] == self.comm.rank]

    def _one(self, group: int, duals: Floats, seconds: float) -> _Priced:
        part = self.problem.parts[self.first[group]]
        if group not in self._models:
            self._models[group] = Highs(part.arrays, seed=self.seed)
        model, cost = self._models[group], part.arrays.cost - part.link.T @ duals
        model.set_cost(np.arange(len(cost)), cost)
        points: list[tuple[float, Floats]] = []
        solved = model.solve(
            seconds=seconds,
            start=self._last.get(group),
            on_solution=lambda values, value, _bound, _nodes: points.append((value, values)),
        )
        if solved.unbounded:
            text = "has no cheapest point at some prices: give its variables bounds"
            raise UnsupportedError(f"block {part.name} {text}")
        if solved.stop is Stop.INFEASIBLE:
            return _Priced(group, math.inf, [])
        if solved.values is not None:
            points.append((solved.objective, solved.values))
            self._last[group] = solved.values
        best = [self._clean(part.arrays, v) for _, v in sorted(points, key=lambda p: p[0])[:3]]
        slack = 1e-7 * max(1.0, abs(solved.bound)) if math.isfinite(solved.bound) else 0.0
        return _Priced(group, solved.bound - slack, best)

    @staticmethod
    def _clean(arrays: Any, values: Floats) -> Floats:
        """Integers made whole and bounds kept."""
        made: Floats = np.clip(np.where(arrays.integer, np.rint(values), values), arrays.lower, arrays.upper)
        return made


class _Run(Session[BlockPlan]):
    """One solve; rank 0 leads, the others price until they are released."""

    def __init__(
        self,
        problem: BlockProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        tuning: BlockTuning,
    ) -> None:
        grid, offset = problem.arrays.lattice(), problem.arrays.offset
        super().__init__(limits, seed, comm, listen, name="column generation", source=SOURCE, grid=grid, offset=offset)
        self.problem, self.tuning = problem, tuning
        self.first = np.unique(problem.alike)
        self.pricing = _Pricing(problem, self.first, comm, seed)
        self.spare: list[BlockColumn] = []

    def plan(self) -> BlockPlan | None:
        return self.best

    # ---- ranks above 0 ---------------------------------------------------------------------------------------------
    def serve(self) -> None:
        while True:
            with self.timers("idle"):
                task = self.comm.bcast(None)
            if task is None:
                return
            with self.timers("pricing"):
                mine = self.pricing.mine(*task)
            self.comm.gather((mine, stopping(self.listen)))

    # ---- rank 0 ----------------------------------------------------------------------------------------------------
    def price(self, duals: Floats) -> list[_Priced]:
        task = (duals, max(1.0, self.clock.left))
        if self.comm.size > 1:
            self.comm.bcast(task)
        with self.timers("pricing"):
            mine = self.pricing.mine(*task)
        with self.timers("idle"):
            answers = self.comm.gather((mine, False)) or []
        self.stopped = self.stopped or any(asked for _, asked in answers)
        return sorted((p for found, _ in answers for p in found), key=lambda p: p.group)

    def columns(self, found: list[_Priced]) -> list[BlockColumn]:
        made = []
        for priced in found:
            part = self.problem.parts[self.first[priced.group]]
            for values in priced.points:
                use = part.link @ values
                rows = np.flatnonzero(np.abs(use) > 1e-12).astype(np.int32)
                made.append(BlockColumn(priced.group, values, float(part.arrays.cost @ values), rows, use[rows]))
        return made

    def offer(self, point: Floats | None, event: str) -> None:
        """Take a point if it is feasible and better."""
        if point is None:
            return
        found = self.problem.evaluate(BlockPlan(point))
        if found.feasible:
            self.take(BlockPlan(point), found.cost, event)

    def root(self, master: BlockMaster, until: float) -> bool:
        """Solve the linear master; True when no column is left that would improve it."""
        center: Floats | None = None
        smoothing = self.tuning.smoothing
        alpha = smoothing
        while not self.over() and self.clock.elapsed < until:
            if self.worked:
                return False
            self.done += 1
            with self.timers("master"):
                solution = master.solve()
            mixed = solution.duals if center is None else alpha * center + (1 - alpha) * solution.duals
            duals = master.clipped(mixed)
            found = self.price(duals)
            bounds = np.array([p.bound for p in found])
            if (bounds == math.inf).any():
                self.rise(math.inf)
                return True
            value = master.lagrangian(duals, bounds)
            if value > self.bound or center is None:
                center = duals
                if not self.rise(value, "bound"):
                    self.report("bound")
            made = self.columns(found)
            self.spare += made
            added = master.add([c for c in made if _reduced(c, solution) < -1e-7])
            if solution.artificial < 1e-7 and solution.objective - self.bound <= 1e-7 * max(1.0, abs(self.bound)):
                return True
            if added:
                alpha = smoothing
            elif alpha > 0:
                alpha = 0.0  # smoothed duals found nothing against the master's own: price those
            elif solution.artificial > 1e-7 and master.penalty < 1e12:
                master.charge(10 * master.penalty)
            else:
                return True
        return False

    def dive(self, master: BlockMaster) -> None:
        """Fix the weights nearest to whole numbers, upwards, a few pricing rounds after each."""
        fixed: dict[int, float] = {}
        for _ in range(4 * len(self.problem.blocks)):
            if self.over() or self.closed:
                break
            with self.timers("master"):
                solution = master.solve()
            weights = solution.weights
            self.offer(master.point(solution.outside, weights) if solution.artificial < 1e-7 else None, "dive")
            fraction = weights - np.floor(weights + 1e-9)
            free = np.flatnonzero((fraction > 1e-6) & (fraction < 1 - 1e-6))
            if not free.size:
                break
            fixed = self._step(master, fixed, free[np.argsort(-fraction[free], kind="stable")], weights)
        master.at_least({})

    def _step(
        self, master: BlockMaster, fixed: dict[int, float], order: NDArray[np.int64], weights: Floats
    ) -> dict[int, float]:
        """Fix one more weight upwards: the first whose linear master, priced a few times, need not exceed the bound.

        Without steps in the cost every fixing exceeds it, and the first is taken; else the one that exceeds it least.
        """
        best: tuple[float, dict[int, float]] = (math.inf, fixed)
        for j in order[: self.tuning.tries if self.grid > 0 else 1].tolist():
            tried = {**fixed, j: float(np.ceil(weights[j]))}
            master.at_least(tried)
            for _ in range(3):
                inner = master.solve()
                made = self.columns(self.price(master.clipped(inner.duals)))
                if not master.add([c for c in made if _reduced(c, inner) < -1e-7]) or self.over():
                    break
            master.at_least(tried)
            inner = master.solve()
            value = inner.objective if inner.artificial < 1e-7 else math.inf
            if value < best[0] or best[0] == math.inf:
                best = (value, tried)
            if value <= self.bound + 1e-6 or self.over():
                break
        return best[1]

    def lead(self, start: BlockPlan | None, finish: bool) -> Outcome:
        a = self.problem.arrays
        scale = float(np.abs(a.cost).max(initial=1.0)) or 1.0
        master = BlockMaster(self.problem, 100.0 * scale)
        self.offer(None if start is None else np.asarray(start.values), "start")
        if start is not None:
            master.add(self._columns_of(start))
        converged = self.root(master, self.tuning.root * self.limits.seconds)
        if self.bound == math.inf:
            text = "HiGHS proves that a block has no point"
            return Outcome(None, Stop.INFEASIBLE, Bounds(dual=math.inf, dual_source=text))
        log.info("root: bound %g after %d rounds, %d columns", self.bound, self.done, len(master.columns))
        if not self.over() and not self.closed:
            self.dive(master)
        if not self.over() and not self.closed:
            with self.timers("whole numbers"):
                self._enrich(master)
                self.offer(master.integer(self.tuning.whole * self.clock.left, self.tuning.nodes), "restricted master")
        if finish and not self.over() and not self.closed:
            self._finish()
        log.info("root %s", "closed" if converged else "cut short")
        self.timers.count("columns", len(master.columns))
        self.timers.count("pricing rounds", self.done)
        return self.outcome(stats=Stats())

    def _enrich(self, master: BlockMaster) -> None:
        """Add the columns seen in pricing that a better plan could use: reduced cost below the gap."""
        solution = master.solve()
        priced = sorted(((_reduced(c, solution), i) for i, c in enumerate(self.spare)))
        gap = self.cost - self.bound
        master.add([self.spare[i] for value, i in priced[: self.tuning.spare] if value <= gap + 1e-7])

    def _columns_of(self, plan: BlockPlan) -> list[BlockColumn]:
        """The blocks of a plan as columns."""
        found = []
        for b, part in enumerate(self.problem.parts):
            group = int(np.searchsorted(self.first, self.problem.alike[b]))
            found.append(_Priced(group, 0.0, [np.asarray(plan.values)[part.columns]]))
        return self.columns(found)

    def _finish(self) -> None:
        """What is left of the gap: the whole model by HiGHS from the best plan."""
        with self.timers("whole model"):
            highs = Highs(self.problem.arrays, seed=self.seed, threads=self.limits.threads)
            nodes = None if self.limits.iterations is None else self.limits.iterations * 100
            solved = highs.solve(
                seconds=self.clock.left,
                nodes=nodes,
                start=None if self.best is None else np.asarray(self.best.values),
                on_tick=lambda *_: stopping(self.listen),
            )
        self.offer(solved.values, "whole model")
        if math.isfinite(solved.bound):
            self.rise(solved.bound)


def _reduced(column: BlockColumn, solution: BlockSolution) -> float:
    """Reduced cost of a column at a master's duals."""
    link = float(solution.duals[column.rows] @ column.entries)
    return column.cost - link - float(solution.convexity[column.group])


def solve_blocks(
    problem: BlockProblem,
    *,
    limits: Limits,
    seed: int,
    comm: Communicator,
    listen: Listener,
    start: Plan | None = None,
    options: Mapping[str, object] | BlockOptions | None = None,
) -> Outcome:
    """Dantzig-Wolfe decomposition of a block problem.

    The master (rank 0) chooses among points of the blocks, which HiGHS prices on the ranks that own them; blocks that
    are the same problem are priced once and share a count. Duals are smoothed (Wentges 1997); each round gives a
    Lagrangian bound. Whole plans come from a dive with pricing and from the restricted master over whole weights;
    what is left of the gap goes to HiGHS on the whole model (option ``finish=False`` leaves that out).

    Source: G. B. Dantzig, P. Wolfe, "Decomposition principle for linear programs", Oper. Res. 8 (1960) 101-111;
    F. Vanderbeck, M. W. P. Savelsbergh, "A generic view of Dantzig-Wolfe decomposition in mixed integer programming",
    Oper. Res. Lett. 34 (2006) 296-306.
    """
    given = BlockOptions.of(options)
    run = _Run(problem, limits, seed, comm, listen, given.tuning)
    if comm.rank == 0:
        made = run.lead(start if isinstance(start, BlockPlan) else None, given.finish)
        if comm.size > 1:
            comm.bcast(None)
    else:
        run.serve()
        made = Outcome(None, Stop.ITERATIONS, Bounds())
    stats = run.timers.stats(comm)
    return Outcome(made.plan, made.stop, made.bounds, stats, made.explanation)
