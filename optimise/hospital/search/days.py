"""Days of admission, improved where the search on whole plans is weak: who shares a surgeon's time, who is refused.

Surgeons' days are knapsacks: a patient enters one only if others leave in the same move, and no chain of single moves
packs them as branch and bound does. So the days of a plan are improved on the aggregated model (:mod:`.admissions`):
part of the patients are freed, HiGHS solves what is left (local branching by parts, as in fix-and-optimise of Helber
and Sahling 2010), and rooms, theatres and nurses are found for the new days afterwards (:class:`.guide.Anchor`).
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.core.result import Stop
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules.arrays import arrays_of
from optimise.hospital.search.admissions import Admissions
from optimise.hospital.search.care import Care, applies
from optimise.hospital.search.tuning import DaysTuning
from optimise.solvers.highs import Highs

__all__ = ["Days"]


class Days:
    """Improves days of admission on the aggregated model of one problem, which is built when first asked for.

    Attributes
    ----------
    usable : bool
        Whether there is something to choose.
    """

    def __init__(self, problem: HospitalProblem, tuning: DaysTuning | None = None) -> None:
        people = problem.patients
        self.problem = problem
        movable = ~people.inpatient
        self.usable = bool((movable & (~people.mandatory | (people.due > people.release))).any())
        self.tuning = tuning or DaysTuning()
        self._size = self.tuning.size

    @cached_property
    def _made(self) -> Admissions:
        return Admissions(self.problem, Care(self.problem) if applies(self.problem) else None)

    @cached_property
    def _solver(self) -> Highs:
        # what these leave out takes long on a whole model and is not asked for its limit
        options = {"mip_detect_symmetry": False, "mip_heuristic_run_root_reduced_cost": False}
        return Highs(self._made.model.freeze(), options=options)

    def improve(
        self, days: IntArray, rng: np.random.Generator, *, seconds: float = math.inf, work: bool = False
    ) -> IntArray | None:
        """Days of less cost in the aggregated model than those of a plan; None where there are none.

        Parameters
        ----------
        days : int array (patients,)
            Day of admission of each patient, -1 where refused.
        seconds : float
            For all sub-models.
        work : bool
            Limit the number of sub-models and their nodes in place of seconds, so that runs repeat.
        """
        clock, best, t = Deadline(seconds), days.copy(), self.tuning
        self._free(best, np.zeros(len(days), dtype=np.bool_))
        solved = self._solver.solve(seconds=max(0.1, clock.left), nodes=t.few if work else None)
        if solved.values is None:
            return None
        point, cost, gained, vain, done = solved.values, solved.objective, False, 0, 0
        while vain < t.vain and (done < t.parts if work else clock.left > 0.1):
            self._free(best, self._part(best, rng))
            limit, began = min(t.share * seconds, clock.left), clock.elapsed
            solved = self._solver.solve(
                seconds=math.inf if work else limit, nodes=t.few if work else t.nodes, start=point
            )
            done, ended = done + 1, solved.stop is Stop.OPTIMAL
            if not ended:
                self._size = max(8.0, t.shrink * self._size)
            elif work or clock.elapsed - began < 0.5 * limit:
                self._size = min(t.grow * self._size, float(len(days)))
            vain += 1
            if solved.values is not None and solved.objective < cost - 1e-6 * max(1.0, abs(cost)):
                point, cost, gained, vain = solved.values, solved.objective, True, 0
                best = self._made.days(point)
        return best if gained else None

    def _free(self, days: IntArray, free: NDArray[np.bool_]) -> None:
        """Open the columns of some patients, keep the others at their days."""
        made = self._made
        for columns, who, now in (
            (made.x, made.person, days[made.person] == made.day),
            (made.refused, made.out, days[made.out] < 0),
        ):
            self._solver.set_bounds(columns, np.where(free[who], 0.0, now), np.where(free[who], 1.0, now))

    def _part(self, days: IntArray, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Patients to free: of one surgeon, of a few days, or of two surgeons in a longer time."""
        people, h = self.problem.patients, arrays_of(self.problem)
        horizon, size, surgeons = self.problem.days, self._size, int(h.surgeon.max(initial=-1)) + 1
        style = int(rng.integers(3)) if surgeons > 1 else 1
        team = np.ones(len(days), dtype=np.bool_)
        if style != 1:
            team = np.isin(h.surgeon, rng.choice(surgeons, size=min(surgeons, 1 + style // 2), replace=False))
        if style == 0:
            near = np.zeros(len(days), dtype=np.bool_)
            near[rng.permutation(np.flatnonzero(team))[: round(size)]] = True
        else:
            long = int(np.clip(round(horizon * size / max(1.0, float(team.sum()))), 2, horizon))
            first = int(rng.integers(0, horizon - long + 1))
            last = first + long
            near = team & (days >= first) & (days < last)
            near |= team & (days < 0) & (people.release < last) & (people.due >= first)
        return near & ~people.inpatient
