"""Search on bed plans with fixed stays: rounds of annealing over ranks, moves between rooms, bounds beside it.

Every round has one annealing run a rank (under a work limit ``tasks`` of them, dealt to the ranks, so that the
number of ranks does not matter); the best plan starts the next round. The first round cools from hot and is the
longest, later ones are shorter and start lukewarm. After each round people are re-routed one by one, moves included.
The bound is worked out after the first round by the last rank, while the others search.
"""

from __future__ import annotations

import logging
import math

import numpy as np

from optimise.core.method import (
    Communicator,
    Deadline,
    Limits,
    Listener,
    Outcome,
    SerialComm,
)
from optimise.core.result import Bounds, Stop
from optimise.hospital.beds_search.annealing import BedState
from optimise.hospital.beds_search.reroute import reroute
from optimise.hospital.beds_search.schedule import BedAnnealing, usable
from optimise.hospital.beds_search.tuning import BedSearchTuning
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.explain import explain, overfull
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.rounds import Rounds
from optimise.hospital.search.bound import quick_bound
from optimise.hospital.search.construct import construct, plan_of

__all__ = ["improve_beds", "usable"]

log = logging.getLogger(__name__)


class _Run(Rounds[HospitalProblem, HospitalPlan]):
    """One search on bed plans."""

    def __init__(
        self,
        problem: HospitalProblem,
        limits: Limits,
        seed: int,
        listen: Listener | None,
        comm: Communicator,
        bound: bool,
        tuning: BedSearchTuning,
    ) -> None:
        super().__init__(problem, limits, seed, listen, comm)
        self.bounding, self.tuning = bound, tuning
        self.annealing = BedAnnealing(problem, tuning)

    @property
    def cost(self) -> float:
        return super().cost / self.problem.scale

    def weigh(self, plan: HospitalPlan) -> tuple[float, float]:
        return hard_and_cost(self.problem, plan)

    def _plan(self, state: BedState) -> HospitalPlan:
        assert self.plan is not None
        none = np.full(len(state.best), -1)
        return plan_of(self.problem, self.plan.admission.astype(np.int64), state.best, none)

    # ---- rounds ------------------------------------------------------------------------------------------------
    def round(self, number: int) -> None:
        """One round on all ranks; one of them makes the bound of the search in one round."""
        assert self.plan is not None
        ranks, rank, t = self.comm.size, self.comm.rank, self.tuning
        bound = self.bounding and number == (0 if self.worked else 1)
        seconds = self.span(number, t.first if self.bounding else t.alone, t.later, 0.05)
        mine: list[tuple[float, float, int, HospitalPlan]] = []
        lower: tuple[float, str] | None = None
        if bound and rank == ranks - 1:
            lower = self._bound(t.bound * seconds if ranks == 1 else seconds)
            seconds = seconds * (1.0 - t.bound)
        if not (bound and ranks > 1 and rank == ranks - 1 and not self.worked):
            mine = [self._anneal(number, k, seconds) for k in self.dealt(t.tasks)]
        shared = self.shared((mine, lower))
        for _, _, k, plan in sorted((m for part, _ in shared for m in part), key=lambda m: m[:3]):
            self.offer(plan, f"round {number}, run {k}")
        for _, found in shared:
            if found is not None:
                self.bounds = self.bounds.with_dual(*found)
                self.tell("bound")

    def _anneal(self, number: int, task: int, seconds: float) -> tuple[float, float, int, HospitalPlan]:
        annealing, plan = self.annealing, self.plan
        assert plan is not None
        seed = int(np.random.default_rng([self.seed, number, task]).integers(2**31))
        state = annealing.state(annealing.first_rooms(plan), seed)
        warm = self.tuning.warm
        heat = annealing.hot * (1.0 if number == 0 else warm[(number + task - 1) % len(warm)])

        def heard(s: BedState) -> bool:
            return self.heard(s.sums[2] < self.key[1], lambda: self._plan(s))

        annealing.run(state, seconds=seconds, steps=self.tuning.work if self.worked else None, heat=heat, over=heard)
        found = plan
        if state.sums[2] < self.key[1] or number == 0:
            made = self._plan(state)
            if hard_and_cost(self.problem, made)[0] == 0:
                found = made
        found = min(found, reroute(self.problem, found, seed), key=lambda p: hard_and_cost(self.problem, p))
        hard, cost = hard_and_cost(self.problem, found)
        return float(hard), float(cost), task, found

    def _bound(self, seconds: float) -> tuple[float, str]:
        found = quick_bound(self.problem, seconds=seconds, threads=self.limits.threads, target=self.cost)
        return found.value, found.source


def improve_beds(
    problem: HospitalProblem,
    *,
    limits: Limits,
    seed: int = 0,
    listen: Listener | None = None,
    start: HospitalPlan | None = None,
    bound: bool = True,
    comm: Communicator | None = None,
    tuning: BedSearchTuning | None = None,
) -> Outcome:
    """Construct a plan (or take ``start``) and anneal it over all ranks until the limits are reached.

    Parameters
    ----------
    problem : HospitalProblem
        One that is :func:`usable`.
    limits : Limits
        ``iterations`` counts rounds; with it the result does not depend on the machine or the number of ranks.
    seed : int
    listen : Listener, optional
        Told each better plan and bound; True ends the search.
    start : HospitalPlan, optional
        Where to begin.
    bound : bool
        Work out a bound after the first round.
    comm : Communicator, optional
        One rank when left out.
    tuning : BedSearchTuning, optional
        Numbers that steer the search.

    Returns
    -------
    Outcome
        The same plan on every rank. ``plan`` is None only where no plan without broken hard rules was found.
    """
    comm = comm or SerialComm()
    if overfull(problem):
        reasons = explain(problem, seconds=min(60.0, limits.seconds)) if comm.rank == 0 else ()
        return Outcome(None, Stop.INFEASIBLE, Bounds(), explanation=reasons)
    run = _Run(problem, limits, seed, listen, comm, bound, tuning or BedSearchTuning())
    clock = run.clock
    left = 0
    mended = None
    if start is not None:
        fix = run.tuning.repair
        mended = comm.bcast(repair(problem, start, seed=seed, tuning=fix) if comm.rank == 0 else None)
    if mended is not None and mended.hard == 0:
        run.offer(mended.plan, "start")
    else:
        plan, left = comm.bcast(
            construct(problem, seed=seed, deadline=Deadline(clock.left / 3)) if comm.rank == 0 else None
        )
        run.offer(plan, "construction")
    constructed = clock.elapsed
    stop = run.run() if run.plan is not None and left == 0 else Stop.TIME
    if bound and run.key[0] == 0 and not math.isfinite(run.bounds.dual) and stop is Stop.TIME:
        # kernels that had to be compiled left no time for it: at least the nights' assignments, which are quick
        run.bounds = run.bounds.with_dual(*comm.bcast(run._bound(0.0) if comm.rank == 0 else None))
        run.tell("bound")
    unplanned = run.key[0] > 0 and left and comm.rank == 0
    reasons = explain(problem, seconds=max(5.0, clock.left)) if unplanned else ()
    return run.outcome(stop, "annealing of rooms", phases={"construct": (constructed,)}, reasons=reasons)
