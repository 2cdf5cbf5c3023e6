"""Method ``highs``: the whole model of a problem, solved by HiGHS in memory.

A roster problem without a start plan gets a quick one by dynamic programming, which HiGHS takes as its first incumbent.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.breaking_off import BrokenOff, breaking_off
from optimise.core.grid import round_up
from optimise.core.kinds import PlanModel, has_model, kind_of
from optimise.core.lanes import one_lane
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress
from optimise.core.options import documented, models
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop
from optimise.methods.options import Customise, WholeModelOptions, WholeRosterOptions
from optimise.solvers.highs import Highs
from optimise.solvers.linear import Arrays, Floats, linear
from optimise.solvers.pyomo_bridge import from_pyomo, to_pyomo

__all__ = ["HighsMethod"]

log = logging.getLogger(__name__)

L = TypeVar("L", bound=Plan)

SOURCE = "HiGHS branch and bound on the whole model"


@documented
class HighsMethod:
    """Whole model by HiGHS; exact where it finishes. Under MPI rank 0 works and the others wait."""

    name = "highs"
    options = WholeModelOptions
    options_by_kind: ClassVar = {"roster": WholeRosterOptions}
    lanes = staticmethod(one_lane)

    def supports(self, problem: Problem) -> bool:
        return has_model(problem)

    def solve(
        self,
        problem: Problem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        if comm.rank != 0:
            return Outcome(None, Stop.OPTIMAL, Bounds())
        clock = Deadline(limits.seconds)
        asked = models(self)
        chosen = asked.get(problem.kind, asked[""]).of(options)
        assert isinstance(chosen, WholeModelOptions)
        customise = chosen.customise
        given = {"form": chosen.form} if isinstance(chosen, WholeRosterOptions) else {}
        kind = kind_of(problem)
        if start is None and customise is None:
            first = Deadline(0.1 * limits.seconds)
            start = kind.first_plan(problem, seed, lambda: first.over)
        try:
            with breaking_off():
                built = kind.model(problem, **given)
                arrays, spread, same_goal = self._arrays(built, customise)
        except BrokenOff:
            return Outcome(start, Stop.INTERRUPTED, Bounds(), Stats(clock.elapsed))
        building = clock.elapsed
        log.info("model of %d columns and %d rows built in %.1f s", arrays.columns, arrays.rows, building)
        step = linear(built).lattice if customise is None else 0.0
        valid = same_goal and bool(getattr(built, "valid", True))
        best: list[tuple[float, Plan]] = []

        def bound_of(value: float) -> float:
            return round_up(value, step) if valid else -math.inf

        def on_solution(values: Floats, objective: float, dual: float, nodes: int) -> None:
            plan = built.plan(values[spread])
            evaluation = problem.evaluate(plan)
            if evaluation.feasible and (not best or evaluation.cost < best[0][0]):
                best[:] = [(evaluation.cost, plan)]
                listen(Progress(clock.elapsed, evaluation.cost, bound_of(dual), "HiGHS", nodes, plan))

        def on_tick(primal: float, dual: float, nodes: int) -> bool:
            shown = best[0][0] if best else math.inf
            return bool(listen(Progress(clock.elapsed, shown, bound_of(dual), "", nodes)))

        point = None
        if start is not None:
            point = np.full(arrays.columns, np.nan)
            point[spread] = built.start(start)
        highs = Highs(arrays, threads=limits.threads, seed=seed)
        solved = highs.solve(
            seconds=clock.left,
            gap=limits.gap,
            nodes=limits.iterations,
            target=limits.target,
            start=point,
            on_solution=on_solution,
            on_tick=on_tick,
        )
        stats = Stats(
            clock.elapsed,
            {"build": (building,), "solve": (clock.elapsed - building,)},
            {"columns": arrays.columns, "rows": arrays.rows, "entries": len(arrays.value), "nodes": solved.nodes},
        )
        if solved.stop == Stop.INFEASIBLE:
            bounds = (
                Bounds(dual=math.inf, dual_source="HiGHS proves that no plan keeps all hard rules")
                if valid
                else Bounds()
            )
            stop = Stop.INFEASIBLE if valid or customise is not None else Stop.ERROR
            return Outcome(None, stop, bounds, stats, self._explained(problem, clock, customise))
        plan = best[0][1] if best else None
        if solved.values is not None:
            last = built.plan(solved.values[spread])
            evaluation = problem.evaluate(last)
            if evaluation.feasible and (plan is None or evaluation.cost <= best[0][0]):
                best[:], plan = [(evaluation.cost, last)], last
        bounds = Bounds()
        if plan is not None:
            bounds = bounds.with_primal(best[0][0], "HiGHS")
        if valid and math.isfinite(solved.bound):
            dual = bound_of(solved.bound)
            if plan is not None and best[0][0] < dual <= best[0][0] * (1 + 1e-6) + 1e-6:
                dual = best[0][0]  # equal but for rounding
            bounds = bounds.with_dual(dual, SOURCE)
        stop = solved.stop
        if bounds.closed:
            stop = Stop.OPTIMAL
        elif stop == Stop.OPTIMAL and not valid:
            stop = Stop.ITERATIONS  # optimal for a restricted or changed model, not for the problem
        if plan is not None and same_goal and valid:
            values = kind.figures(problem, bounds, seconds=min(20.0, 0.1 * limits.seconds), seed=seed)
            stats = replace(stats, counts={**stats.counts, **values})
        return Outcome(plan, stop, bounds, stats)

    @staticmethod
    def _arrays(built: PlanModel[L], customise: Customise | None) -> tuple[Arrays, NDArray[np.intp], bool]:
        """Arrays to solve, where our columns stand in them, and whether the objective is still the problem's."""
        if customise is None:
            arrays = linear(built).freeze()
            return arrays, np.arange(arrays.columns), True
        model, variables = to_pyomo(linear(built))
        before = from_pyomo(model)
        customise(model)
        after = from_pyomo(model)
        place = {id(v): i for i, v in enumerate(after.variables)}
        missing = [v for v in variables if id(v) not in place]
        arrays = after.arrays
        if missing:  # columns in no row and without cost: kept at a bound, so that plans can be read
            extra = len(missing)
            values = np.array([v.lb if v.lb is not None else 0.0 for v in missing])
            arrays = Arrays(
                np.r_[arrays.cost, np.zeros(extra)],
                np.r_[arrays.lower, values],
                np.r_[arrays.upper, values],
                np.r_[arrays.integer, np.zeros(extra, dtype=np.bool_)],
                arrays.row_lower,
                arrays.row_upper,
                arrays.start,
                arrays.index,
                arrays.value,
                arrays.offset,
            )
            place.update({id(v): after.arrays.columns + i for i, v in enumerate(missing)})
        old = {v.name: c for v, c in zip(before.variables, before.arrays.cost, strict=True) if c}
        new = {v.name: c for v, c in zip(after.variables, after.arrays.cost, strict=True) if c}
        same = old == new and before.arrays.offset == after.arrays.offset
        return arrays, np.array([place[id(v)] for v in variables]), same

    @staticmethod
    def _explained(problem: Problem, clock: Deadline, customise: Customise | None) -> tuple[str, ...]:
        lines = kind_of(problem).explain(problem, seconds=max(clock.left, 20.0))
        if customise is not None:
            lines = ("The model was changed by the caller before solving; the rules alone may allow a plan.", *lines)
        return lines
