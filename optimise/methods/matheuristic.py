"""Method ``matheuristic``: construction, then fix-and-optimise with HiGHS on sub-models. Always returns something.

Rosters: one person at a time by exact dynamic programming (:mod:`optimise.roster.search.construct`), descent in the
same
way, then large-neighbourhood search whose neighbourhoods are solved by HiGHS. Long horizons:
:mod:`optimise.roster.search.reinsertion`. Hospital problems:
:mod:`optimise.hospital.search`. No bound is claimed unless a person's own rules are proven contradictory.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from optimise.core.engines import ByKind
from optimise.core.errors import UnsupportedError
from optimise.core.kinds import kind_of
from optimise.core.lanes import one_lane
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress
from optimise.core.options import documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Evaluation, Plan, Stats, Stop
from optimise.methods.options import AdmissionOptions, AssignmentOptions, HospitalSearchOptions, MatheuristicOptions
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.model.roster import RosterModel
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import Descent, construct, hard_price
from optimise.roster.search.neighbourhood import Chooser
from optimise.roster.search.reinsertion import Reinsertion
from optimise.roster.totals import table_cells
from optimise.solvers.highs import Highs

__all__ = ["MatheuristicMethod"]

log = logging.getLogger(__name__)


@documented
class MatheuristicMethod(ByKind):
    """Construction + fix-and-optimise. Under MPI rank 0 works; ``parallel-search`` uses all ranks."""

    name = "matheuristic"
    options = MatheuristicOptions
    options_by_kind: ClassVar = {
        "hospital": HospitalSearchOptions,
        "admissions": AdmissionOptions,
        "assignment": AssignmentOptions,
    }
    engines: ClassVar[Mapping[str, str]] = {
        "hospital": "optimise.methods.hospital_search:HospitalSearch",
        "admissions": "optimise.methods.rounds_search:AdmissionSearch",
        "assignment": "optimise.methods.rounds_search:AssignmentSearch",
    }
    lanes = staticmethod(one_lane)

    def supports_itself(self, problem: Problem) -> bool:
        return isinstance(problem, RosterProblem)

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
            return Outcome(None, Stop.ITERATIONS, Bounds())
        return super().solve(problem, limits=limits, seed=seed, comm=comm, listen=listen, start=start, options=options)

    def solve_itself(
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
        """Solve a roster on rank 0."""
        assert isinstance(problem, RosterProblem)
        return _Search(problem, limits, seed, listen, MatheuristicOptions.of(options)).run(start)  # type: ignore[arg-type]


class _Search:
    """One run on a roster problem."""

    def __init__(
        self, problem: RosterProblem, limits: Limits, seed: int, listen: Listener, options: MatheuristicOptions
    ) -> None:
        self.tuning = options.tuning
        self.problem, self.limits, self.listen = problem, limits, listen
        self.seed = seed
        self.clock = Deadline(limits.seconds)
        self.price = hard_price(problem.compiled)
        self.best: Roster | None = None
        self.value: Evaluation | None = None
        self.stopped = False
        self.descent: Descent | None = None
        self.rounds = 0
        self.phases: dict[str, float] = {}

    def run(self, start: Roster | None) -> Outcome:
        if start is not None:
            self._offer(start, "start")
        if self._long():
            self._reinsert()
        trouble = self._begin()
        if trouble is not None:
            return trouble
        self._descend()
        self.phases["construct"] = self.clock.elapsed
        stop = self._improve()
        self.phases["improve"] = self.clock.elapsed - self.phases["construct"]
        plan = self.best if self.value is not None and self.value.feasible else None
        bounds = Bounds().with_primal(self.value.cost, "matheuristic") if plan is not None and self.value else Bounds()
        stats = Stats(self.clock.elapsed, {k: (v,) for k, v in self.phases.items()}, {"rounds": self.rounds})
        return Outcome(plan, stop, bounds, stats)

    # ---- long horizons -----------------------------------------------------------------------------------------
    def _long(self) -> bool:
        """Whether a table over one person's whole horizon is too large."""
        try:
            return table_cells(self.problem.compiled, self.problem.automata) > self.tuning.construction.cells
        except UnsupportedError:
            return False

    def _reinsert(self) -> None:
        """Ruin and recreate until the time is over; leaves no plan where some person gets no roster that way."""
        compiled, rng, t = self.problem.compiled, np.random.default_rng([self.seed, 4]), self.tuning
        try:
            search = Reinsertion(compiled, self.problem.automata, CoverRows(compiled), self.price, t.reinsertion)
        except ValueError as error:
            log.info("no ruin and recreate: %s", error)
            return
        if self.best is None:
            if not search.construct(rng):
                return
            search.repair(rng, self._over)
            self._offer(Roster(search.plan.words), "construction")
        elif not math.isfinite(search.start(np.array(self.best.duties))):
            return
        hot, cold = search.temperatures
        began, rounds = self.clock.elapsed, self.limits.iterations

        def heat() -> float:
            spent = (self.clock.elapsed - began) / max(self.clock.seconds - began, 1e-3)
            return float(hot * (cold / hot) ** min(1.0, spent if rounds is None else self.rounds / max(1, rounds)))

        while not self._over() and (rounds is None or self.rounds < rounds):
            until = self.clock.elapsed + t.seconds
            search.improve(
                heat,
                seed=int(rng.integers(1 << 30)),
                over=lambda until=until: self._over() or self.clock.elapsed > until,  # type: ignore[misc]
                trials=None if rounds is None else t.trials,
            )
            self._offer(Roster(search.plan.words), "ruin and recreate")
            self.rounds += 1
            if self._tell(""):
                return

    # ---- first roster ------------------------------------------------------------------------------------------
    def _begin(self) -> Outcome | None:
        """Make a first roster; an outcome only where there is none."""
        if self.best is not None:
            return None
        rng = np.random.default_rng([self.seed, 0])
        compiled = self.problem.compiled
        try:
            made = construct(
                compiled,
                self.problem.automata,
                rng,
                lambda: self.clock.elapsed > self.tuning.pieces * self.clock.seconds,
                self.tuning.construction,
            )
        except (UnsupportedError, ValueError) as error:
            log.info("no construction by dynamic programming: %s", error)
            self._repair(np.zeros((compiled.employees, compiled.days), dtype=np.int16))
        else:
            if made.duties is None and made.proven:
                lines = kind_of(self.problem).explain(self.problem, seconds=max(20.0, self.clock.left))
                bounds = Bounds(dual=math.inf, dual_source="exact dynamic programming over one person's own rules")
                return Outcome(None, Stop.INFEASIBLE, bounds, explanation=lines)
            if made.duties is not None:
                self._offer(Roster(made.duties), "construction")
            else:
                self._repair(np.zeros((compiled.employees, compiled.days), dtype=np.int16))
        return None if self._has_plan() else Outcome(None, Stop.TIME if self._over() else Stop.STUCK, Bounds())

    def _repair(self, duties: NDArray[np.int16]) -> None:
        """Fall back on the whole model with priced cover when the exact construction cannot serve."""
        built = RosterModel(self.problem, cover_price=self.price, form="clauses")
        solved = Highs(built.model.freeze(), seed=self.seed).solve(
            seconds=self.clock.left,
            on_tick=lambda primal, dual, nodes: math.isfinite(primal) and self._spent(self.tuning.first),
        )
        if solved.values is not None:
            self._offer(built.plan(solved.values), "repair")

    def _descend(self) -> None:
        """Exact re-optimisation of one person at a time, where tables over the whole horizon are small."""
        assert self.best is not None
        compiled = self.problem.compiled
        try:
            if table_cells(compiled, self.problem.automata) > self.tuning.construction.cells:
                return
            self.descent = descent = Descent(compiled, self.problem.automata, tuning=self.tuning.construction)
            duties = np.array(self.best.duties)
            order = np.random.default_rng([self.seed, 1]).permutation(compiled.employees)
            gains = descent.descend(duties, order, lambda: self._over() or self._spent(self.tuning.first))
        except (UnsupportedError, ValueError) as error:
            log.info("no descent by dynamic programming: %s", error)
            return
        log.info("descent: %d gains", gains)
        self._offer(Roster(duties), "descent")

    # ---- large-neighbourhood search ----------------------------------------------------------------------------
    def _improve(self) -> Stop:
        assert self.best is not None
        assert self.value is not None
        t = self.tuning.neighbourhood
        chooser = Chooser(self.problem, np.random.default_rng([self.seed, 2]), t)
        small = self.problem.shape[0] * self.problem.shape[1] <= t.small
        quiet = 0
        while not self._over():
            if self.limits.iterations is not None and self.rounds >= self.limits.iterations:
                return Stop.ITERATIONS
            if self.value.feasible and self.value.cost <= max(self.limits.target, self._floor()):
                return Stop.GAP if self.value.cost > self._floor() else Stop.OPTIMAL
            hood = chooser.draw(self.best, self._trouble())
            began, before = self.clock.elapsed, self._worth(self.value)
            closed = self._recreate(hood.free) if hood.shape == "recreate" else self._solve(hood.free)
            gain = (before - self._worth(self.value)) / max(abs(before), 1.0)
            quick = closed and self.clock.elapsed - began < self.tuning.quick * self.tuning.seconds
            chooser.learn(hood.shape, gain, self.clock.elapsed - began, closed, quick)
            self.rounds += 1
            quiet = 0 if gain > 0 else quiet + 1
            if self._tell(""):
                return Stop.INTERRUPTED
            if small and quiet > t.patience:
                break
        return Stop.INTERRUPTED if self.stopped else Stop.TIME if self._over() else Stop.ITERATIONS

    def _floor(self) -> float:
        """No roster costs less than nothing when all prices are positive (the plan itself shows optimality then)."""
        return 0.0 if self.problem.compiled.unit_cost.min(initial=0.0) >= 0 else -math.inf

    def _solve(self, free: NDArray[np.bool_]) -> bool:
        """Solve one neighbourhood; return whether it was solved to the end."""
        assert self.best is not None
        built = RosterModel(self.problem, free=free, roster=self.best, cover_price=self.price)
        arrays = built.model.freeze()
        seconds = min(self.tuning.seconds, self.clock.left)
        nodes = None if self.limits.iterations is None else self.tuning.neighbourhood.nodes
        solved = Highs(arrays, seed=self.seed + self.rounds, threads=self.limits.threads).solve(
            seconds=seconds if nodes is None else self.clock.left,
            nodes=nodes,
            start=built.start(self.best),
            on_tick=lambda primal, dual, nodes: self._tell(""),
        )
        if solved.values is not None:
            self._offer(built.plan(solved.values), "neighbourhood")
        return solved.stop == Stop.OPTIMAL

    def _recreate(self, free: NDArray[np.bool_]) -> bool:
        """New rosters for a few people by dynamic programming, many times over within a short while."""
        assert self.best is not None
        if self.descent is None:
            return False
        began = self.clock.elapsed
        rng = np.random.default_rng([self.seed, 3, self.rounds])
        people = np.flatnonzero(free.all(axis=1))
        for _ in range(self.tuning.neighbourhood.turns):
            duties = self.descent.recreate(self.best.duties, rng.permutation(people), rng)
            self._offer(Roster(duties), "recreate")
            people = rng.choice(len(duties), size=len(people), replace=False)
            late = self.clock.elapsed - began > self.tuning.quick * self.tuning.seconds
            if self._over() or (self.limits.iterations is None and late):
                break
        return True

    def _trouble(self) -> NDArray[np.float64]:
        """Cost that each cell takes part in, spread over the days (and for cover over everybody)."""
        assert self.value is not None
        people, days, _ = self.problem.shape
        out = np.zeros((people, days))
        for v in self.value.violations:
            cost = v.cost if not v.hard else v.amount * self.price
            when = list(v.days) if v.days else list(range(days))
            if v.who:
                for name in v.who:
                    out[self.problem.employee_index(name), when] += cost / len(when)
            else:
                out[:, when] += cost / (people * len(when))
        return out

    # ---- bookkeeping -------------------------------------------------------------------------------------------
    def _worth(self, value: Evaluation) -> float:
        return value.penalised(self.price)

    def _offer(self, roster: Roster, event: str) -> None:
        value = self.problem.evaluate(roster)
        if self.value is None or (value.hard, value.cost) < (self.value.hard, self.value.cost):
            self.best, self.value = roster, value
            self._tell(event)
        elif (value.hard, value.cost) == (self.value.hard, self.value.cost):
            self.best = roster  # sideways moves keep the search from standing still

    def _has_plan(self) -> bool:
        return self.best is not None

    def _tell(self, event: str) -> bool:
        feasible = self.value is not None and self.value.feasible
        primal = self.value.cost if feasible and self.value else math.inf
        plan = self.best if feasible else None
        if self.listen(Progress(self.clock.elapsed, primal, -math.inf, event, self.rounds, plan)):
            self.stopped = True
        return self.stopped

    def _spent(self, share: float) -> bool:
        return self.clock.elapsed > share * self.clock.seconds

    def _over(self) -> bool:
        return self.stopped or self.clock.over
