"""What a trust does at home: answer prices with a cost and an aggregate use, settle on a plan within its quota."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hpc.benders.master import CutMaster
from hpc.benders.recourse import Programs
from hpc.federated.options import FederatedTuning
from optimise.capacity.model.capacity import split
from optimise.capacity.model.capacity_values import mean_point, rounded
from optimise.capacity.problem import CapacityPlan
from optimise.capacity.region import RegionProblem
from optimise.core.errors import WardwiseError
from optimise.core.grid import round_up
from optimise.core.result import Stop
from optimise.solvers.highs import Highs

__all__ = ["Member", "Reply"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to prices.

    Attributes
    ----------
    value : float
        Certified lower bound of the trust's cost plus what its use costs at these prices.
    cost : float
        Of the plan (relaxed) that it would make, without the prices.
    use : float array (units, days)
        Of that plan.
    """

    value: float
    cost: float
    use: Floats


class Member:
    """One trust's two-stage problem with its cuts, which hold at any prices and quotas.

    Parameters
    ----------
    region : RegionProblem
    trust : int
        Its file is read here and nowhere else.
    seed : int
    tuning : FederatedTuning
    """

    def __init__(self, region: RegionProblem, trust: int, *, seed: int, tuning: FederatedTuning) -> None:
        self.region, self.seed, self.tuning = region, seed, tuning
        self.problem = problem = region.member(trust)
        self.parts = split(problem)
        count = problem.scenarios.count
        self.programs = Programs(problem, self.parts, range(count))
        self.probability = problem.scenarios.probabilities
        self.master = CutMaster(self.parts.first, self.probability, np.zeros(count), problem.risk, seed=seed)
        stage, wards = self.parts.stage, problem.wards
        self.cost = self.parts.first.cost
        self.rows = np.concatenate([np.zeros(0, np.int64), *stage.share.values()])
        self.weight = np.zeros((*region.supply.shape, self.parts.first.columns))  # use = weight @ first stage
        days = np.arange(region.days)
        for w in range(len(wards.ids)):
            if wards.unit[w]:
                self.weight[region.units.index(wards.unit[w]), days, stage.opened[w]] += 1.0
            if wards.lends[w]:
                self.weight[region.units.index(wards.lends[w]), days, stage.lent[w]] -= 1.0
        self._free()
        self.inner = mean_point(
            replace(problem, share={u: region.supply[region.units.index(u)] for u in problem.units})
        )
        self.recourse = self._cut(self.inner)
        self.plan: CapacityPlan | None = None
        self.settled = math.inf

    def least(self) -> Floats:
        """Least possible use of each unit by day, shape (units, days): below 0 where the trust can lend."""
        first = replace(self.parts.first, row_upper=self.master.first.row_upper, offset=0.0)
        made = np.zeros(self.region.supply.shape)
        for u, d in np.argwhere(self.weight.any(axis=2)):
            solved = Highs(replace(first, cost=self.weight[u, d]), seed=self.seed).solve()
            if solved.stop is Stop.INFEASIBLE:
                raise WardwiseError("the limits of beds and staff leave a trust no plan")
            made[u, d] = round_up(solved.bound, 1.0)
        return made

    def respond(self, prices: Floats, *, tolerance: float, rounds: int, over: Callable[[], bool]) -> Reply:
        """Best (relaxed) plan at prices of the shared units, shape (units, days)."""
        self._free()
        self.master.price(self.cost + np.einsum("ud,udn->n", prices, self.weight))
        bound = self._close(tolerance, rounds, over)
        cost = float(self.cost @ self.inner) + self.parts.first.offset + self.recourse
        return Reply(bound, cost, self.weight @ self.inner)

    def sharpen(
        self,
        prices: Floats,
        *,
        gap: float,
        seconds: Callable[[], float],
        fixed: bool,
        over: Callable[[], bool],
    ) -> Reply:
        """Best whole plan at prices: a bound that knows that beds are whole, and a plan that is."""
        self._free()
        self.master.price(self.cost + np.einsum("ud,udn->n", prices, self.weight))
        bound = self._close(0.2 * gap, self.tuning.sharp, over)
        free = replace(self.problem, share={u: np.full(self.region.days, 10_000) for u in self.problem.units})
        start = self.master.descend(rounded(free, self.parts.stage, self.inner), self.tuning.steps, over=over)
        best, bound = self._whole(start, bound, gap=gap, seconds=seconds, fixed=fixed, over=over)
        point = self.inner if best is None else best
        cost = float(self.cost @ point) + self.parts.first.offset + self._cut(point)
        return Reply(bound, cost, self.weight @ point)

    def settle(
        self,
        quota: Ints,
        *,
        quick: bool = False,
        gap: float,
        seconds: Callable[[], float],
        fixed: bool,
        over: Callable[[], bool],
    ) -> tuple[float, Ints]:
        """Whole plan that uses no more than the quota.

        Parameters
        ----------
        quota : int array (units, days)
            Beds of each shared unit.
        quick : bool
            Whether the first plan that keeps the quota will do, as it does once it is ``over``.
        gap : float
            Relative gap at which to stop.
        seconds : callable
            Seconds that branch and bound may take.
        fixed : bool
            Whether nodes limit it instead, so that the answer does not depend on the clock.
        over : callable
            Whether to come to an end.

        Returns
        -------
        float
            Exact cost; infinite where no such plan was found.
        int array (units, days)
            Its use.
        """
        self.master.price(self.cost)
        share = {u: quota[self.region.units.index(u)] for u in self.problem.units}
        mine = replace(self.problem, share=share)
        if len(self.rows):
            self.master.limit(self.rows, np.concatenate([share[u] for u in self.parts.stage.share]).astype(float))
        if (self.weight @ self.inner > quota + 1e-7).any():  # the inner point must keep the quota
            step = self.master.relaxed()
            if step.stop is not Stop.OPTIMAL:
                return math.inf, np.zeros_like(quota)
            self.inner, self.recourse = step.point, self._cut(step.point)
        bound = -math.inf if quick else self._close(0.2 * gap, self.tuning.settle, over)
        best, least = None, math.inf
        for threshold in self.tuning.roundings:
            if (quick or over()) and best is not None:
                break
            first = rounded(mine, self.parts.stage, self.inner, threshold)
            point = self.master.descend(first, self.tuning.steps, over=over)
            if (self.weight @ point <= quota).all():
                known = self.master.modelled(point)
                if known < least:
                    best, least = point, known
        if not quick or best is None:
            best, _ = self._whole(best, bound, gap=gap, seconds=seconds, fixed=fixed, over=over)
        if best is None:
            return math.inf, np.zeros_like(quota)
        plan = self.parts.stage.plan(best)
        evaluation = mine.evaluate(plan)
        if not evaluation.feasible:
            return math.inf, np.zeros_like(quota)
        if evaluation.cost < self.settled:
            self.plan, self.settled = plan, evaluation.cost
        return evaluation.cost, self.region.use(self.problem, plan)

    def _whole(
        self,
        best: Floats | None,
        bound: float,
        *,
        gap: float,
        seconds: Callable[[], float],
        fixed: bool,
        over: Callable[[], bool],
    ) -> tuple[Floats | None, float]:
        """Best whole point that the master finds, started from one, and the certified bound."""
        value = math.inf if best is None else self._total(best)
        for _ in range(self.tuning.masters):
            if over() or (math.isfinite(value) and value - bound <= gap * abs(value)):
                break
            step = self.master.whole(
                seconds=math.inf if fixed else seconds(),
                gap=0.3 * gap,
                nodes=self.tuning.nodes if fixed else None,
                start=best,
            )
            if not len(step.estimate):
                break
            before, bound = bound, max(bound, step.bound)
            found = self._total(step.point)
            if found < value:
                best, value = step.point, found
            elif bound <= before + 1e-9 * abs(bound):
                break
        return best, bound

    def _free(self) -> None:
        """Prices instead of quotas."""
        if len(self.rows):
            self.master.limit(self.rows, np.full(len(self.rows), np.inf))

    def _close(self, tolerance: float, rounds: int, over: Callable[[], bool]) -> float:
        """Close the relaxation by cuts between the inner and the master's point; returns the certified bound."""
        t = self.tuning
        bound, stalled, share, last = -math.inf, 0, t.share, -math.inf
        for _ in range(rounds):
            step = self.master.relaxed()
            bound = max(bound, step.bound)
            value = float(self.master.first.cost @ self.inner) + self.master.first.offset + self.recourse
            if step.stop is not Stop.OPTIMAL or value - bound <= tolerance * max(1.0, abs(value)) or over():
                break
            stalled = stalled + 1 if bound - last < t.stalled * (value - bound) else 0
            share, last = (min(1.0, 2 * share) if stalled >= 2 else t.share), bound
            point = self.inner + share * (step.point - self.inner)
            recourse = self._cut(point)
            if float(self.master.first.cost @ point) + self.master.first.offset + recourse < value:
                self.inner, self.recourse = point, recourse
            self.master.prune(t.kept * self.master.clusters, t.idle)
        return bound

    def _cut(self, point: Floats) -> float:
        """Add cuts at a point; returns the mixed recourse cost."""
        made, p = self.programs.cuts(point), self.probability
        new = np.flatnonzero(p * made.value - self.master.estimate(point) > 1e-9 * np.maximum(1.0, np.abs(made.value)))
        self.master.add(new, (p * made.constant)[new], (p[:, None] * made.slope)[new])
        return self.problem.risk.mixed(made.value, p)

    def _total(self, point: Floats) -> float:
        """Objective of a point, prices included where the master has them."""
        return float(self.master.first.cost @ point) + self.parts.first.offset + self._cut(point)
