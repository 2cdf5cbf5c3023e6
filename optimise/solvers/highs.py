"""HiGHS held in memory: a model goes in as arrays, is changed in place, and is solved again from where it stood.

The only module of ``optimise`` that solves whole models by highspy. No files are written and nothing is printed.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimise.core.method import may_be_asked, stop_asked
from optimise.core.result import Stop
from optimise.solvers.aside import Aside
from optimise.solvers.highs_factory import make_highs
from optimise.solvers.linear import Arrays

__all__ = ["Highs", "Solved"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

#: How much a row may be broken, HiGHS' own default.
_ROW = 1e-7
#: Nodes that the completion of an open start may take (what HiGHS allows its own).
_COMPLETION = 500
#: A run that may take longer, in seconds, can be left behind.
_HEARD = 1.0
#: Seconds between two messages of a run on a thread of its own.
_TICK = 0.02
#: What HiGHS gives for a bound that it has not.
_HUGE = 1e20
#: Part of an objective by which HiGHS may differ from the cost of its own point.
_MISPRICED = 1e-4

#: Called with (values, objective, dual bound, nodes) at each improved incumbent.
OnSolution = Callable[[Floats, float, float, int], None]
#: Called now and then with (primal, dual, nodes); True stops the solve.
OnTick = Callable[[float, float, int], bool]


@dataclass(frozen=True, slots=True)
class Solved:
    """Outcome of one run.

    Attributes
    ----------
    stop : Stop
    values : float array or None
        Best point, shape (columns,).
    objective, bound : float
        Its cost and the proven lower bound, offset included; ``inf`` and ``-inf`` when there is none.
    nodes : int
        Branch-and-bound nodes.
    unbounded : bool
        Whether HiGHS could not tell infeasible from unbounded, or found a ray.
    """

    stop: Stop
    values: Floats | None
    objective: float
    bound: float
    nodes: int = 0
    unbounded: bool = False


def _without_columns(arrays: Arrays) -> Solved:
    """Outcome of a model without columns: all its rows are nought."""
    values = np.zeros(0)
    if bool((arrays.row_lower <= _ROW).all() and (arrays.row_upper >= -_ROW).all()):
        return Solved(Stop.OPTIMAL, values, arrays.offset, arrays.offset)
    return Solved(Stop.INFEASIBLE, None, math.inf, math.inf)


class _Heard:
    """What a run has told by its callbacks."""

    def __init__(
        self, on_solution: OnSolution | None, on_tick: OnTick | None, price: Callable[[Floats], float] | None = None
    ) -> None:
        self.on_solution, self.on_tick, self.price = on_solution, on_tick, price
        self.astray = False
        self.values: Floats | None = None
        self.objective, self.bound, self.nodes = math.inf, -math.inf, 0
        self.enough, self._told = False, -math.inf

    def solution(self, out: Any) -> Callable[[], None]:
        """A better point: what is to be told of it."""
        values, objective, on_solution = (
            np.array(out.mip_solution),
            float(out.objective_function_value),
            self.on_solution,
        )
        bound, nodes = float(out.mip_dual_bound), int(out.mip_node_count)
        if self.mispriced(values, objective):
            self.astray = self.enough = True
            return lambda: None
        self.values, self.objective = values, objective
        return lambda: None if on_solution is None else on_solution(values, objective, bound, nodes)

    def mispriced(self, values: Floats | None, objective: float) -> bool:
        """Whether a point costs something else than HiGHS says."""
        if values is None or self.price is None:
            return False
        return abs(self.price(values) - objective) > _MISPRICED * max(1.0, abs(objective))

    def tick(self, out: Any, rarely: bool) -> Callable[[], None] | None:
        """How far it is: what is to be told of it; None where there is nobody to be told, or it was told just now."""
        primal, self.bound, self.nodes = float(out.mip_primal_bound), float(out.mip_dual_bound), int(out.mip_node_count)
        on_tick, bound, nodes, at = self.on_tick, self.bound, self.nodes, time.perf_counter()
        if on_tick is None or (rarely and at - self._told < _TICK):
            return None
        self._told = at

        def tell() -> None:
            self.enough = self.enough or on_tick(primal, bound, nodes)

        return tell

    def outcome(self) -> Solved:
        """Of a run that was left behind."""
        bound = self.bound if abs(self.bound) < _HUGE else -math.inf
        return Solved(Stop.INTERRUPTED, self.values, self.objective, bound, max(0, self.nodes))


class Highs:
    """One HiGHS instance.

    Where the solve may be asked to stop, longer runs go on a thread of their own: HiGHS hears nothing in presolve and
    while it solves a large linear program. A run that does not end soon after it was asked to is left behind; what it
    has told by then is its outcome.

    Parameters
    ----------
    arrays : Arrays
    threads : int
        1 runs the serial solver.
    seed : int
    options : mapping, optional
        Further HiGHS options by name.
    """

    def __init__(
        self, arrays: Arrays, *, threads: int = 1, seed: int = 0, options: Mapping[str, object] | None = None
    ) -> None:
        self.arrays = arrays
        defaults = {
            "parallel": "on" if threads > 1 else "off",
            "random_seed": seed % 2**31,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 1e-6,
        }
        self._highs = make_highs({**defaults, **(options or {})}, threads=threads)
        self._behind: Aside | None = None
        self._pass(arrays)

    def _pass(self, a: Arrays) -> None:
        import highspy

        status = self._highs.passModel(
            a.columns,
            a.rows,
            len(a.value),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            a.offset,
            a.cost,
            a.lower,
            a.upper,
            a.row_lower,
            a.row_upper,
            a.start,
            a.index,
            a.value,
            a.integer.astype(np.int32),
        )
        if status == highspy.HighsStatus.kError:
            raise RuntimeError("HiGHS refused the model (invalid arrays)")

    @property
    def raw(self) -> Any:
        """The underlying ``highspy.Highs``; it waits for a run that was left behind."""
        return self._free

    @property
    def _free(self) -> Any:
        if self._behind is not None:
            self._behind.join()
            self._highs.setCallback(None, None)
            self._behind = None
        return self._highs

    # ---- changes in place --------------------------------------------------------------------------------------
    def set_bounds(self, columns: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
        """Change the bounds of some columns."""
        ids = np.asarray(columns, dtype=np.int32)
        low, up = (np.broadcast_to(np.asarray(v, dtype=np.float64), ids.shape).copy() for v in (lower, upper))
        self._free.changeColsBounds(len(ids), ids, low, up)

    def set_cost(self, columns: ArrayLike, cost: ArrayLike) -> None:
        """Change the cost of some columns."""
        ids = np.asarray(columns, dtype=np.int32)
        self._free.changeColsCost(len(ids), ids, np.broadcast_to(np.asarray(cost, float), ids.shape).copy())

    def add_row(self, lower: float, upper: float, columns: ArrayLike, values: ArrayLike) -> None:
        ids = np.asarray(columns, dtype=np.int32)
        self._free.addRow(lower, upper, len(ids), ids, np.broadcast_to(np.asarray(values, float), ids.shape).copy())

    def run(self) -> None:
        """Run HiGHS as it stands.

        All instances of a process share one thread pool, whose size the first run fixes; an instance that asks for
        another size is refused with an error, so it then takes the pool as it is.
        """
        import highspy

        if self._highs.run() == highspy.HighsStatus.kError:
            self._highs.setOptionValue("threads", 0)
            self._highs.run()

    # ---- solving -----------------------------------------------------------------------------------------------
    def solve(
        self,
        *,
        seconds: float = math.inf,
        gap: float = 0.0,
        nodes: int | None = None,
        target: float = -math.inf,
        start: Floats | None = None,
        on_solution: OnSolution | None = None,
        on_tick: OnTick | None = None,
    ) -> Solved:
        """Run branch and bound (or simplex, for a linear program) within limits.

        Parameters
        ----------
        seconds : float
            For this run alone.
        gap : float
            Relative gap at which to stop.
        nodes : int, optional
            Node limit, a deterministic work limit.
        target : float
            Stop at a solution of this cost or less.
        start : float array, shape (columns,), optional
            A point to start from; integer columns suffice, NaN elsewhere leaves a column open.
        on_solution : callable, optional
            Called with (values, objective, dual bound, nodes) at each better point.
        on_tick : callable, optional
            Called now and then with (primal, dual, nodes); True stops the solve.

        Returns
        -------
        Solved
            Best point, bound, and why it ended.
        """
        h = self._free
        began = h.getRunTime()
        listening = on_solution is not None or on_tick is not None
        if start is not None and listening and bool(np.isnan(start[self.arrays.integer]).any()):
            start = self._completed(start, 0.5 * seconds)
            if self._behind is not None:
                return Solved(Stop.INTERRUPTED, None, math.inf, -math.inf)
        h.setOptionValue("time_limit", float(min(seconds, 1e9)) + began)
        h.setOptionValue("mip_rel_gap", float(gap))
        h.setOptionValue("mip_max_nodes", int(nodes) if nodes is not None else 2**31 - 1)
        h.setOptionValue("objective_target", float(target) if math.isfinite(target) else -math.inf)
        if start is not None:
            given = np.flatnonzero(np.isfinite(start) & self.arrays.integer).astype(np.int32)
            h.setSolution(len(given), given, start[given].astype(np.float64))
        failure: list[BaseException] = []
        aside = Aside(self.run) if seconds > _HEARD and may_be_asked() else None
        heard = _Heard(on_solution, on_tick, None if start is None else self._price())
        if aside is not None or listening:
            self._listen(heard, failure, aside)
        if aside is None:
            try:
                self.run()
            finally:
                if listening:
                    h.setCallback(None, None)
        elif aside.wait(stop_asked):
            h.setCallback(None, None)
        else:
            self._behind = aside
        if failure:
            raise failure[0]
        if self._behind is not None:
            return heard.outcome()
        found = self._outcome()
        if not heard.astray and not heard.mispriced(found.values, found.objective):
            return found
        # seen in 1.15.1: a start of 119 became one of 34 in the presolved model, and ended the search as its optimum
        log.info("HiGHS misread the start; it begins anew without it")
        h.clearSolver()
        left = max(0.1, seconds - (h.getRunTime() - began))
        return self.solve(seconds=left, gap=gap, nodes=nodes, target=target, on_solution=on_solution, on_tick=on_tick)

    def _price(self) -> Callable[[Floats], float]:
        """What a point costs in the model as it stands."""
        lp = self._highs.getLp()
        cost, offset = np.array(lp.col_cost_), float(lp.offset_)
        return lambda values: float(cost @ values) + offset

    def _completed(self, start: Floats, seconds: float) -> Floats | None:
        """A start with values for all integer columns; None where the given ones allow none.

        HiGHS would complete an open start itself, by a sub-model with the given columns fixed whose callbacks cannot
        be told from those of the model: its dual bound, valid for the sub-model only, would pass for ours.
        """
        fixed = np.flatnonzero(np.isfinite(start) & self.arrays.integer)
        columns = np.arange(self.arrays.columns, dtype=np.int32)
        _, _, _, lower, upper, _ = self._highs.getCols(len(columns), columns)
        self.set_bounds(fixed, np.rint(start[fixed]), np.rint(start[fixed]))
        try:
            return self.solve(seconds=seconds, nodes=_COMPLETION).values
        finally:
            if self._behind is None:
                self.set_bounds(columns, lower, upper)

    def _listen(self, heard: _Heard, failure: list[BaseException], aside: Aside | None) -> None:
        import highspy

        kinds = highspy.cb.HighsCallbackType

        def guarded(tell: Callable[[], None]) -> None:
            # an exception must not cross the solver's C++ frames: keep it, stop, and raise it afterwards
            try:
                tell()
            except BaseException as error:
                failure.append(error)

        def called(event: Any, message: str, out: Any, back: Any, _user: Any) -> None:
            better = event == kinds.kCallbackMipImprovingSolution
            if (tell := heard.solution(out) if better else heard.tick(out, aside is not None)) is not None:
                if aside is None:
                    guarded(tell)
                else:
                    aside.ask(partial(guarded, tell))
            if back is not None and (failure or heard.enough or (stop_asked() if aside is None else aside.stopping)):
                back.user_interrupt = True

        self._highs.setCallback(called, None)
        if heard.on_solution is not None:
            self._highs.startCallback(kinds.kCallbackMipImprovingSolution)
        self._highs.startCallback(kinds.kCallbackMipInterrupt)

    def _outcome(self) -> Solved:
        import highspy

        h, states = self._highs, highspy.HighsModelStatus
        status, info = h.getModelStatus(), h.getInfo()
        mixed = bool(self.arrays.integer.any())
        has_point = info.primal_solution_status == 2  # kSolutionStatusFeasible
        values = np.array(h.getSolution().col_value) if has_point else None
        objective = info.objective_function_value if has_point else math.inf
        if mixed:
            bound = info.mip_dual_bound
        else:
            bound = objective if status == states.kOptimal else -math.inf
        stop = {
            states.kOptimal: Stop.OPTIMAL,
            states.kInfeasible: Stop.INFEASIBLE,
            states.kTimeLimit: Stop.TIME,
            states.kSolutionLimit: Stop.ITERATIONS,
            states.kIterationLimit: Stop.ITERATIONS,
            states.kInterrupt: Stop.INTERRUPTED,
            states.kObjectiveTarget: Stop.GAP,
        }.get(status, Stop.ERROR)
        unbounded = status in (states.kUnbounded, states.kUnboundedOrInfeasible)
        if not self.arrays.columns:  # HiGHS calls such a model empty whatever its rows ask for
            return _without_columns(self.arrays)
        if abs(bound) >= _HUGE:
            bound = -math.inf
        if stop == Stop.OPTIMAL and mixed and objective - bound > 1e-6 * max(1.0, abs(objective)):
            stop = Stop.GAP
        nodes = max(0, int(info.mip_node_count)) if mixed else 0
        return Solved(stop, values, objective, bound, nodes, unbounded)
