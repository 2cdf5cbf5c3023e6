"""Search on plans of rooms and nurses: a bound, then rounds of annealing over ranks.

Every round has one annealing run a rank (under a work limit ``tasks`` of them, dealt to the ranks, so that the
number of ranks does not matter). The first round cools from hot; later ones begin lukewarm from the best plan.
"""

from __future__ import annotations

import logging
import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome
from optimise.core.result import Bounds, Stop
from optimise.hospital.assignment.data import SHIFTS, AssignmentPlan
from optimise.hospital.assignment.evaluate import hard_and_cost
from optimise.hospital.assignment.floor import SOURCE, Floors
from optimise.hospital.assignment.impossible import impossible
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.assignment.schedule import AssignmentAnnealing, first_rooms
from optimise.hospital.assignment.tuning import AssignmentTuning
from optimise.hospital.rounds import Rounds

__all__ = ["improve_assignment"]

log = logging.getLogger(__name__)


class _Run(Rounds[AssignmentProblem, AssignmentPlan]):
    """One search."""

    def __init__(
        self,
        problem: AssignmentProblem,
        limits: Limits,
        seed: int,
        listen: Listener,
        comm: Communicator | None,
        tuning: AssignmentTuning | None,
    ) -> None:
        super().__init__(problem, limits, seed, listen, comm)
        self.tuning = tuning or AssignmentTuning()
        self.annealing = AssignmentAnnealing(problem, self.tuning)
        self.share = np.cumsum(self.tuning.moves).astype(np.int64)
        self.moves = 0
        #: Rooms and nurses from which the first round begins.
        self.begin = (first_rooms(problem), np.full((len(problem.patients), problem.shifts), -1))

    def weigh(self, plan: AssignmentPlan) -> tuple[float, float]:
        return hard_and_cost(self.problem, plan)

    def start(self, plan: AssignmentPlan) -> None:
        """Begin from a plan where its rooms keep the rules; a missing nurse is found anew."""
        self.offer(plan, "start")
        here, problem = self.problem.patients.here, self.problem
        room = np.where(here, plan.room[:, ::SHIFTS], -1)
        count = np.zeros((len(problem.rooms.ids), problem.days), dtype=np.int64)
        p, d = np.nonzero(room >= 0)
        np.add.at(count, (room[p, d], d), 1)
        if (room >= 0).sum() == here.sum() and (count <= problem.rooms.beds[:, None]).all():
            self.begin = (np.repeat(room, SHIFTS, axis=1), plan.nurse.astype(np.int64))

    def bound(self) -> None:
        """Lower bound: parts by counting, then their models, dealt to the ranks."""
        ranks, rank = self.comm.size, self.comm.rank
        floors, share = Floors(self.problem), self.tuning.bound * self.limits.seconds
        self.rise(floors.value)
        clock = Deadline(math.inf if self.worked else share)
        floors.price_shares(0.5 * clock.left)
        floors.slope = self.comm.bcast(floors.slope)
        parts = np.arange(1, len(floors.parts))
        mine = np.roll(parts, self.problem.shifts)[rank::ranks].tolist()  # shifts first: they lift most
        found = []
        for i, which in enumerate(mine):
            if clock.over or self.over:
                break
            found.append((which, floors.lift(which, max(0.05, 3.0 * clock.left / (len(mine) - i)))))
        for which, value in (one for part in self.comm.allgather(found) for one in part):
            floors.take(which, value)
        self.rise(floors.value)
        self.tell("bound")

    def rise(self, bound: float) -> None:
        self.bounds = self.bounds.with_dual(bound, SOURCE)

    def round(self, number: int) -> None:
        """One round of annealing on all ranks."""
        seconds = self.span(number, self.tuning.first, self.tuning.later, 0.15)
        mine = [(k, *self._anneal(number, k, seconds)) for k in self.dealt(self.tuning.tasks)]
        for k, plan, moves in sorted((m for part in self.shared(mine) for m in part), key=lambda m: m[0]):
            self.moves += moves
            self.offer(plan, f"round {number}, run {k}")

    def _anneal(self, number: int, task: int, seconds: float) -> tuple[AssignmentPlan, int]:
        t = self.tuning
        seed = int(np.random.default_rng([self.seed, number, task]).integers(2**31))
        state = self.annealing.state(*self._from(), seed)
        warmth = 1.0 if number == 0 else t.warm[(number + task - 1) % len(t.warm)]
        done = self.annealing.run(
            state,
            seconds=seconds,
            steps=t.work if self.worked else None,
            heat=max(warmth * t.hot, t.cold),
            last=t.cold,
            share=self.share,
            over=lambda s: self.heard(s.sums[1] < self.key[1], lambda: self.annealing.plan(s)),
        )
        return self.annealing.plan(state), done

    def _from(self) -> tuple[IntArray, IntArray]:
        if self.plan is not None and self.key[0] == 0:
            return self.plan.room.astype(np.int64), self.plan.nurse.astype(np.int64)
        return self.begin


def improve_assignment(
    problem: AssignmentProblem,
    *,
    limits: Limits,
    seed: int = 0,
    listen: Listener = lambda progress: None,
    start: AssignmentPlan | None = None,
    comm: Communicator | None = None,
    tuning: AssignmentTuning | None = None,
) -> Outcome[AssignmentPlan]:
    """Bound, then anneal over all ranks until the limits are reached.

    Parameters
    ----------
    problem : AssignmentProblem
        What is planned.
    limits : Limits
        ``iterations`` counts rounds; with it the result does not depend on the machine or the number of ranks.
    seed : int
        Of all random streams.
    listen : callable
        Told of better plans and bounds on rank 0.
    start : AssignmentPlan, optional
        A plan to begin from; where its rooms break rules only its cost is looked at.
    comm : Communicator, optional
        Ranks that search together.
    tuning : AssignmentTuning, optional
        Numbers that steer the search.

    Returns
    -------
    Outcome
        The same plan on every rank; None, and why, where counting shows that there is none.
    """
    reasons = impossible(problem)
    if reasons:
        return Outcome(None, Stop.INFEASIBLE, Bounds(), explanation=reasons)
    run = _Run(problem, limits, seed, listen, comm, tuning)
    if start is not None:
        run.start(start)
    run.bound()
    return run.outcome(run.run(), "annealing of rooms and nurses", counts={"moves": float(run.moves)})
