"""Search on admission plans: prices of a bound, rounds of annealing over ranks, re-routing with transfers.

The bound comes first, for its prices say which days and rooms suit whom. Then every round has one annealing run a rank
(under a work limit ``tasks`` of them, dealt to the ranks, so that the number of ranks does not matter); the best
plan starts the next round. The first round cools from hot. Later ones free some patients at a time and let HiGHS place
them anew; under a work limit, which must not depend on the clock, they anneal again, lukewarm.
"""

from __future__ import annotations

import logging
import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.evaluate import hard_and_cost
from optimise.hospital.admissions.lagrange import AdmissionPrices, climb
from optimise.hospital.admissions.neighbourhood import freed, reoptimise
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.schedule import AdmissionAnnealing, plan_of
from optimise.hospital.admissions.tuning import AdmissionTuning
from optimise.hospital.rounds import Rounds

__all__ = ["improve_admissions"]

log = logging.getLogger(__name__)

SOURCE = "Lagrangian over patients and theatre days (exact dyadic arithmetic)"


class _Run(Rounds[AdmissionProblem, AdmissionPlan]):
    """One search on admission plans."""

    def __init__(
        self,
        problem: AdmissionProblem,
        limits: Limits,
        seed: int,
        listen: Listener,
        comm: Communicator | None,
        tuning: AdmissionTuning | None,
    ) -> None:
        super().__init__(problem, limits, seed, listen, comm)
        self.tuning = tuning or AdmissionTuning()
        self.given: AdmissionPlan | None = None  # a plan to begin from that says nothing of some
        self.prices = AdmissionPrices(problem)
        #: Cost that a plan may have, for the length of steps in prices.
        self.guess = math.inf
        self.size = float(self.tuning.size)

    def weigh(self, plan: AdmissionPlan) -> tuple[float, float]:
        return hard_and_cost(self.problem, plan)

    def rise(self, bound: float) -> None:
        if bound > self.bounds.dual:
            self.bounds = self.bounds.with_dual(float(bound), SOURCE)

    # ---- phases ------------------------------------------------------------------------------------------------
    def price(self) -> None:
        """Prices and bound; each rank works them out for itself, and all take the best."""
        share = self.tuning.prices * self.limits.seconds
        if self.key[0] > 0:
            self.first(0.25 * share)

        def over(bound: float) -> bool:
            self.rise(bound)
            if self.clock.elapsed > self.told + 1.0:
                self.tell("prices")
            return self.over

        rounds = self.tuning.priced if self.worked else 1_000_000
        found = climb(self.prices, seconds=share, target=min(self.cost, self.guess), rounds=rounds, over=over)
        everyone = self.comm.allgather(found)
        best = max(everyone, key=lambda f: f[0])
        self.rise(best[0])
        pairs = self.prices.likely(best[1], best[2], most=self.tuning.pairs)
        self.annealing = AdmissionAnnealing(self.problem, *pairs, tuning=self.tuning)
        self.tell("bound")

    def first(self, seconds: float) -> None:
        """A first plan by a short annealing without prices, the same on all ranks under a work limit."""
        nothing = (np.zeros(self.prices.beds.shape), np.zeros(self.prices.asked.shape))
        pairs = self.prices.likely(*nothing, most=self.tuning.pairs)
        self.annealing = AdmissionAnnealing(self.problem, *pairs, tuning=self.tuning)
        mine = self._anneal(-1, self.comm.rank * (not self.worked), seconds)
        for day, room, cost in self.comm.allgather(mine):
            self.guess = min(self.guess, cost)
            self.offer(plan_of(self.problem, day, room), "first plan")

    def round(self, number: int) -> None:
        """One round of annealing on all ranks."""
        seconds = self.span(number, self.tuning.first, self.tuning.later, 0.1)
        step = self._anneal if self.worked or number == 0 or self.key[0] > 0 else self._reoptimise
        mine = [(k, *step(number, k, seconds)) for k in self.dealt(self.tuning.tasks)]
        for k, day, room, _ in sorted((m for part in self.shared(mine) for m in part), key=lambda m: m[0]):
            self.offer(plan_of(self.problem, day, room), f"round {number}, run {k}")

    def _anneal(self, number: int, task: int, seconds: float) -> tuple[IntArray, IntArray, float]:
        t, likely = self.tuning, self.annealing.tables.pair
        seed = int(np.random.default_rng([self.seed, number + 1, task]).integers(2**31))
        day, room = likely[:, 0, 0].copy(), likely[:, 0, 1].copy()
        known = self.given if self.plan is None else self.plan
        if known is not None:
            first = known.admission.astype(np.int64)
            placed = np.flatnonzero(first >= 0)
            day[placed], room[placed] = first[placed], known.room[placed, first[placed]]
        state = self.annealing.state(day, room, seed)
        warmth = t.warm[(number + task - 1) % len(t.warm)] if known is not None else 1.0
        hot = t.hot * self.problem.prices.idle_bed
        self.annealing.run(
            state,
            seconds=seconds,
            steps=t.work if self.worked else None,
            heat=max(warmth * hot, 2.0 * t.cold * hot),
            last=t.cold * hot,
            over=lambda s: self.heard(
                self.key[0] > 0 or s.sums[2] < self.key[1], lambda: plan_of(self.problem, s.best[0], s.best[1])
            ),
        )
        return state.best[0].copy(), state.best[1].copy(), float(state.sums[0])

    def _reoptimise(self, number: int, task: int, seconds: float) -> tuple[IntArray, IntArray, float]:
        """Neighbourhoods by HiGHS around the best plan; they grow while they are closed quickly, else shrink."""
        assert self.plan is not None
        t, until = self.tuning, Deadline(seconds)
        rng = np.random.default_rng([self.seed, number + 1, task, 1])
        day = self.plan.admission.astype(np.int64)
        room = self.plan.room[np.arange(len(day)), day].astype(np.int64)
        best = hard_and_cost(self.problem, plan_of(self.problem, day, room))
        while not (until.over or self.over):
            began = until.elapsed
            free = freed(self.problem, day, room, min(len(day), round(self.size)), rng)
            limit = max(0.1, min(t.seconds, until.left))
            tried = reoptimise(self.problem, self.annealing.tables, day, room, free, most=t.near, seconds=limit)
            took, closed = until.elapsed - began, tried[2]
            key = hard_and_cost(self.problem, plan_of(self.problem, tried[0], tried[1]))
            if key <= best:
                if key < best:
                    self.offer(plan_of(self.problem, tried[0], tried[1]), "neighbourhood")
                day, room, best = tried[0], tried[1], key
            elif self.clock.elapsed > self.told + 1.0:
                self.tell("")
            grow = 1.05 if closed and took < 0.25 * t.seconds else 1.0 if closed else 0.85
            self.size = min(max(self.size * grow, 10.0), float(len(day)))
        return day, room, float(best[1])


def improve_admissions(
    problem: AdmissionProblem,
    *,
    limits: Limits,
    seed: int = 0,
    listen: Listener = lambda progress: None,
    start: AdmissionPlan | None = None,
    comm: Communicator | None = None,
    tuning: AdmissionTuning | None = None,
) -> Outcome[AdmissionPlan]:
    """Price, anneal over all ranks, and price again at the end, until the limits are reached.

    Parameters
    ----------
    problem : AdmissionProblem
        What is planned.
    limits : Limits
        ``iterations`` counts rounds; with it the result does not depend on the machine or the number of ranks.
    seed : int
        Of all random streams.
    listen : callable
        Told of better plans and bounds on rank 0.
    start : AdmissionPlan, optional
        A plan to begin from; a patient's first room stands for the stay. It may say nothing of some.
    comm : Communicator, optional
        Ranks that search together.
    tuning : AdmissionTuning, optional
        Numbers that steer the search.

    Returns
    -------
    Outcome
        The same plan on every rank; None where no plan without broken hard rules was found.
    """
    run = _Run(problem, limits, seed, listen, comm, tuning)
    run.given = start
    if start is not None and hard_and_cost(problem, start)[0] == 0:
        run.offer(start, "start")
    run.price()
    return run.outcome(run.run(), "annealing of admissions")
