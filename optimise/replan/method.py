"""A method that puts back what is past and not decided by a rule: theatres and nurses of the frozen days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from optimise.core.method import Communicator, Limits, Listener, Method, Outcome, Progress
from optimise.core.options import check_options
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stop
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.replan.base import Previous

__all__ = ["Restoring"]


class Restoring:
    """``inner`` with the theatres and nurses of the frozen days as they were.

    Dates and rooms of frozen days are hard rules that every method keeps. Theatres and nurses of those days are put
    back into the plan that ``inner`` finds, where that leaves every hard rule kept. The dual bound is that of the
    problem in which they are free, hence valid.
    """

    def __init__(self, inner: Method, previous: Previous[HospitalPlan], freeze_until: int) -> None:
        self.name, self.inner, self.previous, self.freeze_until = inner.name, inner, previous, freeze_until

    def supports(self, problem: Problem) -> bool:
        return self.inner.supports(problem)

    def check_options(self, problem: Problem, given: dict[str, object], ranks: int) -> None:
        """Refuse options that the inner method does not know.

        Parameters
        ----------
        problem : Problem
        given : dict
            Options by name.
        ranks : int
            Ranks of the run.
        """
        check_options(self.inner, problem, given, ranks)

    def solve(
        self,
        problem: HospitalProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        def told(progress: Progress) -> bool | None:
            if not isinstance(progress.plan, HospitalPlan):
                return listen(progress)
            plan, cost = self._restored(problem, progress.plan)
            return listen(replace(progress, plan=plan, primal=cost if math.isfinite(progress.primal) else math.inf))

        made = self.inner.solve(problem, limits=limits, seed=seed, comm=comm, listen=told, start=start, options=options)
        if not isinstance(made.plan, HospitalPlan):
            return made
        plan, cost = self._restored(problem, made.plan)
        proven = Bounds(cost, made.bounds.dual).closed
        stop = Stop.TIME if made.stop is Stop.OPTIMAL and not proven else made.stop
        return replace(made, plan=plan, stop=stop, bounds=replace(made.bounds, primal=cost))

    def _restored(self, problem: HospitalProblem, plan: HospitalPlan) -> tuple[HospitalPlan, float]:
        """The plan with its past put back, and its cost (infinite where it is not feasible)."""
        old, until = self.previous.plan, self.freeze_until
        past = (plan.admission >= 0) & (plan.admission < until) & (plan.admission == old.admission) & (old.theatre >= 0)
        theatre = np.where(past, old.theatre, plan.theatre)
        nurse = plan.nurse.copy()
        shifts = until * problem.shifts
        nurse[:, :shifts] = np.where(old.nurse[:, :shifts] >= 0, old.nurse[:, :shifts], nurse[:, :shifts])
        for made in (replace(plan, theatre=theatre, nurse=nurse), replace(plan, theatre=theatre), plan):
            found = problem.evaluate(made)
            if found.feasible:
                return made, found.cost
        return plan, math.inf
