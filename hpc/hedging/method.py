"""``progressive-hedging``: scenario models handed to mpi-sppy, its bounds brought home. Needs the extra ``scenario``.

Progressive hedging: Rockafellar, Wets 1991; Lagrangian bounds from its weights: Gade et al. 2016; mpi-sppy: Knueven et
al. 2023. The only module that imports mpi-sppy. Its ranks share one cylinder and talk by blocking collectives, so that
no one-sided communication is used (it stalls in some MPI builds).
"""

from __future__ import annotations

import contextlib
import io
import logging
import math
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.benders.recourse import Programs
from hpc.hedging.options import HedgingOptions
from hpc.runtime.session import Session
from optimise.capacity.model.capacity import FirstStage, extend, split, waiting
from optimise.capacity.model.capacity_values import mean_plan, rounded, value_counts, wait_and_see
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.errors import InputError, MissingExtraError
from optimise.core.lanes import Lanes
from optimise.core.method import Communicator, Limits, Listener, Outcome
from optimise.core.options import documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stop
from optimise.solvers.highs import Highs
from optimise.solvers.linear import LinearModel
from optimise.solvers.pyomo_bridge import to_pyomo

__all__ = ["ProgressiveHedgingMethod", "scenario_creator", "scenario_names"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

SOURCE = "Lagrangian bound of progressive hedging (mpi-sppy)"
_MARGIN = 1e-7  # relative, below bounds that HiGHS reports
#: mpi-sppy prints to the process's standard output and keeps global state: runs of one process take turns.
_TURN = threading.Lock()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep mpi-sppy's banner, progress, deprecation warnings and exits away from our users."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except SystemExit as error:
            raise RuntimeError(f"mpi-sppy left with code {error.code}") from error


def _mpi_sppy() -> Any:
    """mpi-sppy's modules, imported without its banner."""
    try:
        with _silence():
            import mpisppy.opt.ph
            import mpisppy.utils.sputils
            from mpisppy import MPI
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mpisppy", "sortedcollections", "mpi4py"):
            raise
        raise MissingExtraError("mpi-sppy", "scenario") from error
    return mpisppy.opt.ph, mpisppy.utils.sputils, MPI


def scenario_names(problem: CapacityProblem) -> list[str]:
    """Names of all scenarios, as :func:`scenario_creator` knows them."""
    return [f"scenario{s}" for s in range(problem.scenarios.count)]


def scenario_creator(problem: CapacityProblem, *, relaxed: bool = False) -> Callable[..., Any]:
    """mpi-sppy's ``scenario_creator`` of a problem, for its extensive form and its progressive hedging.

    Its ``LShapedMethod`` (0.14) does not work on these models: it fails on persistent HiGHS, and it takes constants of
    the objective unweighted. The L-shaped method for them is ``benders``.

    Parameters
    ----------
    problem : CapacityProblem
    relaxed : bool
        Leave out that the first stage is whole.

    Returns
    -------
    callable
        ``creator(name, **ignored)`` gives the Pyomo model of one scenario with its probability and its root node. The
        non-anticipative variables are ``open``, ``lent``, ``bank`` and ``accept``, and the threshold of CVaR where the
        problem has a risk weight.

    Examples
    --------
    >>> from mpisppy.opt.ef import ExtensiveForm  # doctest: +SKIP
    >>> form = ExtensiveForm(
    ...     {"solver": "appsi_highs"}, scenario_names(problem), scenario_creator(problem)
    ... )  # doctest: +SKIP
    """

    def creator(name: str, **_: object) -> Any:
        import pyomo.environ as pyo

        s = int(name.removeprefix("scenario"))
        model = LinearModel(problem.name)
        stage = FirstStage(problem, model)
        first = model.columns
        extend(model, problem, stage, [s])
        made, variables = to_pyomo(model)
        shared = variables[: first + (problem.risk.weight > 0)]
        if relaxed:
            for variable in shared:
                variable.domain = pyo.Reals
        if problem.risk.weight > 0:  # linearised proximal terms need bounds
            worst = float(waiting(problem, problem.need).max())
            worst += float((problem.electives.requests * problem.electives.cancellation[:, None]).sum())
            shared[-1].setlb(0.0)
            shared[-1].setub(worst)
        cost = model.freeze().cost[: len(shared)]
        made.first_stage_cost = pyo.Expression(expr=sum(c * v for c, v in zip(cost.tolist(), shared, strict=True)))
        sputils = _mpi_sppy()[1]
        sputils.attach_root_node(made, made.first_stage_cost, shared)
        made._mpisppy_probability = float(problem.scenarios.probabilities[s])
        return made

    return creator


@documented
class ProgressiveHedgingMethod:
    """Progressive hedging by mpi-sppy (extra ``scenario``); every rank solves the scenarios that it owns.

    A round over all scenarios is not interrupted, so that a run can pass its time limit by what one round takes.
    """

    name = "progressive-hedging"
    options = HedgingOptions

    def supports(self, problem: Problem) -> bool:
        return isinstance(problem, CapacityProblem)

    def lanes(self, problem: CapacityProblem, options: Mapping[str, object] | None = None) -> Lanes:
        """Scenarios.

        Parameters
        ----------
        problem : CapacityProblem
        options : mapping, optional
            The method's own.

        Returns
        -------
        Lanes
        """
        return Lanes(problem.scenarios.count, "scenarios")

    def solve(
        self,
        problem: CapacityProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome[CapacityPlan]:
        """Run progressive hedging; parameters and answer are those of every method.

        Raises
        ------
        InputError
            For more ranks than scenarios.
        """
        given = HedgingOptions.of(options)
        if comm.size > problem.scenarios.count:
            raise InputError(f"more ranks ({comm.size}) than scenarios ({problem.scenarios.count})")
        _mpi_sppy()
        with _TURN:
            return Hedging(problem, limits, seed, comm, listen, start, given).solve()


class Hedging(Session[Floats]):
    """One solve: all ranks go through the same steps, rank 0 decides."""

    def __init__(
        self,
        problem: CapacityProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None,
        options: HedgingOptions,
    ) -> None:
        super().__init__(limits, seed, comm, listen, name="progressive-hedging", source=SOURCE)
        self.problem, self.start, self.options = problem, start, options
        self.parts = split(problem)
        self.mine = np.array_split(np.arange(problem.scenarios.count), comm.size)[comm.rank]
        self.programs = Programs(problem, self.parts, self.mine)

    def plan(self) -> Plan | None:
        return None if self.best is None else self.parts.stage.plan(self.best)

    def solve(self) -> Outcome:
        if isinstance(self.start, CapacityPlan):
            self._try(self.parts.stage.point(self.start), "start plan")
        if not self._feasible():
            text = "the limits of beds, staff and shared units leave no plan"
            return self.impossible(text, bounds=Bounds(dual=math.inf, dual_source="the first stage alone"))
        with _silence():
            self._hedge()
        counts: dict[str, float] = {"iterations": float(self.done)}
        if self.options.values and not self.stopped and math.isfinite(self.cost):
            counts |= self._values()
        return self.outcome(counts)

    def _hedge(self) -> None:
        ph_module, _, mpi = _mpi_sppy()
        world = self.comm if self.comm.size > 1 else mpi.COMM_SELF
        limit: dict[str, float] = {"mip_rel_gap": self.options.subproblem_gap, "threads": 1}
        if self.limits.iterations is None:  # a scenario that takes longer still gives a valid bound
            limit["time_limit"] = max(1.0, self.options.tuning.scenario * self.clock.left / max(1, len(self.mine)))
        settings = {
            "solver_name": "appsi_highs",
            "PHIterLimit": 1,
            "defaultPHrho": 1.0,
            "convthresh": -1.0,
            "verbose": False,
            "display_progress": False,
            "display_timing": False,
            "linearize_proximal_terms": True,
            "iter0_solver_options": limit,
            "iterk_solver_options": limit,
        }
        creator = scenario_creator(self.problem, relaxed=self.options.relaxed)
        with self.timers("building"):
            ph = ph_module.PH(settings, scenario_names(self.problem), creator, mpicomm=world, rho_setter=self._rho)
            ph.PH_Prep()
        with self.timers("scenarios"):
            self._raise(ph.Iter0())
        self.done = 1
        self._incumbent(ph, "scenarios apart")
        every = self.options.bound_every
        while not self.agree(self.finished()):
            with self.timers("scenarios"):
                ph.iterk_loop()
            self.done += 1
            event = "hedging"
            if self.done % every == 0 and not self.agree(self.finished()):
                with self.timers("bound"):
                    self._lagrange(ph)
                event = "bound"
            self._incumbent(ph, event)

    def _rho(self, scenario: Any, **_: Any) -> list[tuple[int, float]]:
        """Penalties in proportion to costs (Watson, Woodruff 2011)."""
        factor = self.options.rho
        cost = np.maximum(np.abs(self.parts.first.cost), 1.0)
        nodes = scenario._mpisppy_node_list[0].nonant_vardata_list
        scale = [*(factor * cost).tolist(), 1e-3 * factor]  # the last for the threshold of CVaR, in money itself
        return [(id(variable), rho) for variable, rho in zip(nodes, scale, strict=False)]

    def _lagrange(self, ph: Any) -> None:
        """Bound from the weights alone; the state of the hedging is put back."""
        ph._save_nonants()
        ph._disable_prox()
        ph.solve_loop(dis_prox=False, gripe=False, need_solution=True)
        self._raise(ph.Ebound())
        ph._reenable_prox()
        ph._restore_nonants()

    def _raise(self, bound: float) -> None:
        if math.isfinite(bound):
            self.rise(float(bound) - _MARGIN * max(1.0, abs(float(bound))))

    def _incumbent(self, ph: Any, event: str) -> None:
        """Round the mean of the scenarios' first stages and price it exactly."""
        with self.timers("incumbent"):
            ph.Compute_Xbar()
            some = next(iter(ph.local_scenarios.values()))
            values = np.array([some._mpisppy_model.xbars["ROOT", i]._value for i in range(self.parts.first.columns)])
            point = rounded(self.problem, self.parts.stage, values, self.options.tuning.rounding)
        self._try(point, event)

    def _try(self, point: Floats, event: str) -> float:
        with self.timers("incumbent"):
            found = self.comm.allgather(self.programs.cuts(point).value)
        costs = np.concatenate(found)
        first = self.parts.first
        value = float(first.cost @ point) + first.offset
        value += self.problem.risk.mixed(costs, self.problem.scenarios.probabilities)
        if self._fits(point):
            self.take(point.copy(), value)
        self.report(event)
        return value

    def _fits(self, point: Floats) -> bool:
        from scipy.sparse import csr_matrix

        f = self.parts.first
        rows = csr_matrix((f.value, f.index, f.start), shape=(f.rows, f.columns)) @ point
        return bool(
            (rows <= f.row_upper + 1e-6).all()
            and (rows >= f.row_lower - 1e-6).all()
            and (point >= f.lower - 1e-6).all()
            and (point <= f.upper + 1e-6).all()
        )

    def _feasible(self) -> bool:
        return Highs(self.parts.first, seed=self.seed).solve(seconds=60).stop is not Stop.INFEASIBLE

    def _values(self) -> Mapping[str, float]:
        with self.timers("values"):
            plan = mean_plan(self.problem, seconds=20.0, seed=self.seed) if self.comm.rank == 0 else None
            point = self.parts.stage.point(self.comm.bcast(plan))
            costs = np.concatenate(self.comm.allgather(self.programs.cuts(point).value))
            first = self.parts.first
            mean = float(first.cost @ point) + first.offset
            mean += self.problem.risk.mixed(costs, self.problem.scenarios.probabilities)
            seen = self.comm.allgather(wait_and_see(self.problem, self.mine))
            lower, upper = (np.concatenate([each[i] for each in seen]) for i in (0, 1))
        return value_counts(self.problem, Bounds(self.cost, self.bound), mean, lower, upper)
