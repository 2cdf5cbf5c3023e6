"""``benders``: multi-cut L-shaped method over MPI ranks for two-stage capacity problems.

Van Slyke, Wets 1969 (L-shaped), Birge, Louveaux 1988 (multi-cut), Ben-Ameur, Neto 2007 (in-out separation), Trukhanov,
Ntaimo, Schaefer 2010 (aggregated multi-cuts). The relaxation is closed first; then the master in whole numbers is
solved again and again, each time from the best plan known, with cuts at its answer.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpc.benders.master import CutMaster
from hpc.benders.options import BendersOptions
from hpc.benders.team import ScenarioTeam
from hpc.runtime.session import Session
from optimise.capacity.model.capacity import split
from optimise.capacity.model.capacity_values import mean_plan, mean_point, rounded, value_counts
from optimise.capacity.problem import CapacityPlan, CapacityProblem
from optimise.core.checkpoint import State, StateFile
from optimise.core.errors import InputError
from optimise.core.lanes import Lanes
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, stopping
from optimise.core.options import documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stop
from optimise.core.stored import Count, StoredModel, from_checkpoint
from optimise.formats.json_document import parse

__all__ = ["BendersMethod", "Run"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

#: Name of the files in the checkpoint folder.
STEM = "benders"
SOURCE = "master problem of the L-shaped method"


class CutsFacts(StoredModel):
    """What ``benders.state`` says beside the arrays of its cuts."""

    clusters: Count


@documented
class BendersMethod:
    """Parallel multi-cut L-shaped method with a master in whole numbers."""

    name = "benders"
    resumable = True
    options = BendersOptions

    def supports(self, problem: Problem) -> bool:
        return isinstance(problem, CapacityProblem)

    def lanes(self, problem: CapacityProblem, options: Mapping[str, object] | None = None) -> Lanes:
        """Groups of scenarios that share a cut.

        Parameters
        ----------
        problem : CapacityProblem
        options : mapping, optional
            The method's own.

        Returns
        -------
        Lanes
        """
        count, most = problem.scenarios.count, BendersOptions.of(options).clusters
        if problem.risk.weight > 0 or count <= most:
            return Lanes(count, "scenarios")
        return Lanes(most, "groups of scenarios (option clusters)")

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
        return Run(problem, limits, seed, comm, listen, start, options).solve()


class Run(Session[Floats]):
    """One solve: relaxation, whole numbers, values."""

    def __init__(
        self,
        problem: CapacityProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None,
        options: Mapping[str, object] | BendersOptions | None,
    ) -> None:
        options = BendersOptions.of(options)
        super().__init__(limits, seed, comm, listen, name="benders", source=SOURCE, checkpoint=options.checkpoint)
        self.problem, self.start, self.options = problem, start, options
        self.parts = split(problem)
        count = problem.scenarios.count
        single = problem.risk.weight > 0
        clusters = count if single else min(count, options.clusters)
        self.team = ScenarioTeam(problem, self.parts, comm, clusters, self.timers)
        self.infeasible = False
        self._valuing = options.values
        # the search leaves some time to find the values of the scenarios
        self.until = Deadline((options.tuning.search if self._valuing else 1.0) * limits.seconds)

    def plan(self) -> Plan | None:
        return None if self.best is None else self.parts.stage.plan(self.best)

    def solve(self) -> Outcome:
        if self.comm.rank > 0:
            self.team.serve()
            return Outcome(None, Stop.TIME, Bounds(), self.timers.stats(self.comm))
        counts: dict[str, float] = {}
        try:
            with self.timers("building"):
                self.master = CutMaster(
                    self.parts.first,
                    self.team.probability,
                    np.zeros(len(self.team.probability)),
                    self.problem.risk,
                    seed=self.seed,
                    threads=self.limits.threads,
                )
            self._resume()
            self._begin()
            self._relax()
            self._integers()
            if self.best is None and not self.infeasible and self.done:  # out of time: the driver will price it
                self.hold(self._rounded(), math.inf)
            if self._valuing and not (self.infeasible or self.stopped):
                counts |= self._values()
        finally:
            self.team.release()
        self.keep(self._write, force=True)
        return self._outcome(counts)

    # ---- phases --------------------------------------------------------------------------------------------------
    def _begin(self) -> None:
        """First cuts, at the relaxed plan for mean demand, and those of the start plan."""
        with self.timers("mean demand"):
            self.inner = mean_point(self.problem, seed=self.seed)
        self.inner_value = self._cut(self.inner)
        if isinstance(self.start, CapacityPlan):
            self._try(self.parts.stage.point(self.start), "start plan")
        self._report("mean demand")

    def _values(self) -> Mapping[str, float]:
        """Values of the stochastic solution and of perfect information; one more evaluation, no cuts."""
        with self.timers("mean demand"):
            share = math.inf if self.limits.iterations is not None else min(20.0, 0.3 * self.clock.left)
            plan = mean_plan(self.problem, seconds=share, seed=self.seed)
        point = self.parts.stage.point(plan)
        costs, *_ = self.team.cuts(point)
        mean_cost = self._total(point, costs)
        self.take(point, mean_cost)
        seconds = math.inf if self.limits.iterations is not None else self.clock.left
        return value_counts(self.problem, Bounds(self.cost, self.bound), mean_cost, *self.team.see(seconds))

    def _relax(self) -> None:
        """Close the relaxation by cuts between its best point and the master's."""
        t = self.options.tuning
        share = usual = self.options.share or t.share
        aim = max(0.2 * self.limits.gap, 1e-5)
        last, stalled = -math.inf, 0
        while not self.finished():
            with self.timers("master"):
                step = self.master.relaxed()
            if step.stop is Stop.INFEASIBLE:
                self.infeasible = True
                self.rise(math.inf)
                return
            self.rise(step.bound)
            gap = (self.inner_value - self.bound) / max(1.0, abs(self.inner_value))
            if gap <= aim:
                return
            stalled = stalled + 1 if self.bound - last < t.stalled * (self.inner_value - self.bound) else 0
            last = max(last, self.bound)
            share = min(1.0, 2.0 * share) if stalled >= 2 else usual
            point = self.inner + share * (step.point - self.inner)
            value = self._cut(point)
            if value < self.inner_value:
                self.inner, self.inner_value = point, value
            elif self.inner_value > value - 1e-9 and share == 1.0:
                stalled = 0
            log.debug(
                "relaxation %d: bound %.1f, inner %.1f, share %.2f", self.done, self.bound, self.inner_value, share
            )
            self._report("relaxation")
            near = self.inner_value - self.bound <= t.near * abs(self.inner_value)
            if self.best is None and (near or self.until.elapsed > t.early * self.until.seconds):
                self._try(self._rounded(), "rounding")
            self.timers.count("cuts dropped", self.master.prune(t.kept * self.master.clusters, t.idle))

    def _integers(self) -> None:
        """Round the relaxation, then solve the master in whole numbers until its bound meets the best plan."""
        if self.infeasible or self.finished():
            return
        self._try(self._rounded(), "rounding")
        fixed = self.limits.iterations is not None
        while not self.finished():
            gap = (self.cost - self.bound) / max(1e-9, abs(self.cost))
            with self.timers("master"):
                step = self.master.whole(
                    seconds=math.inf if fixed else self.until.left,
                    gap=max(min(0.3 * gap, 0.01), 0.2 * self.limits.gap) if gap > 1e-5 else 0.0,
                    nodes=self.options.tuning.nodes if fixed else None,
                    start=self.best,
                    ask=self._asked,
                )
            self.rise(step.bound)
            if step.stop is Stop.INFEASIBLE:
                self.infeasible = True
                return
            if not len(step.estimate) or self.finished():
                return
            value = self._try(step.point, "whole master")
            known = self.master.value(step.point, step.estimate)
            if gap <= 1e-5 and step.stop is Stop.OPTIMAL and value - known <= 1e-9 * max(1.0, abs(value)):
                return  # the cuts are exact where the master is least: nothing more to learn

    def _rounded(self) -> Floats:
        """The best of several roundings of the inner point, each improved by single steps, as the cuts judge them."""
        stage, best, least, t = self.parts.stage, self.inner, math.inf, self.options.tuning
        with self.timers("rounding"):
            for threshold in t.roundings:
                point = self.master.descend(rounded(self.problem, stage, self.inner, threshold), t.steps)
                cost = self.master.modelled(point)
                if cost < least:
                    best, least = point, cost
        return best

    # ---- steps ---------------------------------------------------------------------------------------------------
    def _cut(self, point: Floats) -> float:
        """Solve all scenarios at a first stage, keep the cuts, return its cost."""
        costs, value, constant, slope = self.team.cuts(point)
        self.done += 1
        with self.timers("master"):
            known = self.master.estimate(point)
            new = np.flatnonzero(value - known > 1e-7 * np.maximum(1.0, np.abs(value)))
            self.master.add(new, constant[new], slope[new])
        return self._total(point, costs)

    def _total(self, point: Floats, costs: Floats) -> float:
        """Cost of a first stage whose scenarios cost this much."""
        first, p = self.parts.first, self.problem.scenarios.probabilities
        return float(first.cost @ point) + first.offset + self.problem.risk.mixed(costs, p)

    def _try(self, point: Floats, event: str) -> float:
        """Cut at a point in whole numbers; it becomes the best plan if it costs least."""
        value = self._cut(point)
        self.take(point.copy(), value)
        self._report(event)
        return value

    def _asked(self) -> bool:
        """Tell how far the master is, which takes long; whether to stop it."""
        if self.listen(Progress(self.clock.elapsed, self.cost, self.bound, "", self.done)):
            self.stopped = True
        return self.stopped or stopping(self.listen)

    def _report(self, event: str) -> None:
        self.report(event)
        self.keep(self._write)

    # ---- state ---------------------------------------------------------------------------------------------------
    def _resume(self) -> None:
        folder = self.checkpoint
        if folder is None or not self.options.resume:
            return
        kept = StateFile(folder, STEM).read(self.problem.digest())
        if kept is None:
            return
        if parse(CutsFacts, dict(kept.facts), kept.file).clusters != self.master.clusters:
            return  # cuts of other clusters do not fit; the driver has the best plan and bound all the same
        cluster = kept.array("cluster", "i", None)
        constant = kept.array("constant", "f", len(cluster))
        slope = kept.array("slope", "f", len(cluster), self.master.columns)
        if cluster.size and not 0 <= cluster.min() <= cluster.max() < self.master.clusters:
            raise InputError(f"names clusters beyond the {self.master.clusters}", file=kept.file, item="cluster")
        self.master.add(cluster.astype(np.int64), constant.astype(np.float64), slope.astype(np.float64))
        self.timers.count("cuts resumed", float(len(cluster)))
        self.source = from_checkpoint(SOURCE) if len(cluster) else SOURCE  # every bound may rest on those cuts

    def _write(self, folder: Path) -> None:
        cluster, constant, slope = self.master.state()
        arrays = {"cluster": cluster, "constant": constant, "slope": slope}
        StateFile(folder, STEM).write(self.problem.digest(), State({"clusters": self.master.clusters}, arrays))

    def _outcome(self, counts: dict[str, float]) -> Outcome:
        # no timing among the counts: the same work gives the same counts
        counts = {
            **counts,
            "iterations": float(self.done),
            "cuts": float(self.master.cuts),
            "clusters": float(self.master.clusters),
        }
        self.timers.count("simplex iterations", self.team.programs.simplex)
        stats = self.timers.stats(self.comm, counts)
        if self.infeasible:
            text = "the limits of beds, staff and shared units leave no plan"
            return self.impossible(text, stats=stats)
        return self.outcome(stats=stats)
