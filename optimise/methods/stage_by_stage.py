"""Method ``stage-by-stage``: each week (or day) planned without knowledge of those after it, as it is lived."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, get_method
from optimise.core.options import check_options, documented
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.methods.day_by_day import plan_days
from optimise.methods.options import StageOptions
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["StageByStage"]

log = logging.getLogger(__name__)


@documented
class StageByStage:
    """Rolling-horizon planning of INRC-II instances (their *dynamic* version) and of admissions day by day.

    Week ``k`` is planned knowing the history and the weeks up to ``k`` only, with a look-ahead in which the weeks
    seen so far stand for those to come; then it is fixed. Time is dealt evenly over the weeks that are left. The
    roster of all weeks is evaluated against the static problem; there is no dual bound.
    """

    name = "stage-by-stage"
    options = StageOptions
    needs = "a whole INRC-II instance or admission scheduling"

    def supports(self, problem: Problem) -> bool:
        if isinstance(problem, AdmissionProblem):
            return True
        return isinstance(problem, RosterProblem) and "stages" in problem.meta

    def check_options(self, problem: Problem, given: Mapping[str, object], ranks: int) -> None:
        own, rest = _split(given)
        check_options(get_method(own.inner), problem, rest, ranks)

    def solve(
        self,
        problem: RosterProblem | AdmissionProblem,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Outcome:
        """Plan week after week, or day by day; parameters and answer are those of every method.

        Raises
        ------
        UnsupportedError
            For an instance that was edited after it was read.
        """
        own, given = _split(options)
        inner, ahead = get_method(own.inner), own.ahead
        if isinstance(problem, AdmissionProblem):
            return plan_days(
                problem,
                inner,
                limits=limits,
                seed=seed,
                comm=comm,
                listen=lambda clock, label: _Stage(listen, clock, label),
                options=given,
            )
        stages, clock = problem.meta["stages"], Deadline(limits.seconds)
        if stages.whole(problem.name).digest() != problem.digest():
            raise UnsupportedError("stage-by-stage works on an INRC-II instance as it was read, not on an edited one")
        count = len(stages.weeks)
        fixed = np.zeros((len(problem.employees), 0), dtype=np.int16)
        phases: dict[str, tuple[float, ...]] = {}
        for k in range(count):
            began = clock.elapsed
            stage = stages.problem(k, fixed, ahead=ahead)
            told = _Stage(listen, clock, f"week {k + 1} of {count}")
            share = replace(limits, seconds=max(0.1, clock.left / (count - k)))
            mine = inner.solve(stage, limits=share, seed=seed, comm=comm, listen=told, options=given)
            plan, asked, stop = comm.bcast((mine.plan, told.asked, mine.stop))
            phases[f"week {k + 1}"] = (clock.elapsed - began,)
            if not isinstance(plan, Roster) or not stage.evaluate(plan).feasible:
                note = f"week {k + 1} of {count}: no plan found ({stop}) after the weeks already fixed"
                return Outcome(None, Stop.INTERRUPTED if asked else Stop.TIME, Bounds(), Stats(phases=phases), (note,))
            log.info("week %d of %d planned in %.1f s", k + 1, count, clock.elapsed - began)
            if asked and plan.duties.shape[1] == 7 * (count - k):  # the rest as the look-ahead has it
                return _finished(problem, np.hstack([fixed, plan.duties]), Stop.INTERRUPTED, phases)
            fixed = np.hstack([fixed, plan.duties[:, :7]])
        return _finished(problem, fixed, Stop.TIME if clock.over else Stop.ITERATIONS, phases)


class _Stage:
    """Passes a stage's messages on as news of that stage: its costs are not those of the whole problem."""

    def __init__(self, listen: Listener, clock: Deadline, label: str) -> None:
        self.listen, self.clock, self.label, self.asked = listen, clock, label, False

    def __call__(self, progress: Progress) -> bool:
        cost = f" (stage cost {progress.primal:g})" if math.isfinite(progress.primal) else ""
        told = Progress(self.clock.elapsed, math.inf, -math.inf, self.label + cost, progress.work)
        self.asked = bool(self.listen(told)) or self.asked
        return self.asked


def _split(given: Mapping[str, object] | None) -> tuple[StageOptions, dict[str, object]]:
    """Options of this method, and those of the inner one."""
    own = {name: value for name, value in (given or {}).items() if name in StageOptions.model_fields}
    return StageOptions.of(own), {name: value for name, value in (given or {}).items() if name not in own}


def _finished(
    problem: RosterProblem, duties: NDArray[np.int16], stop: Stop, phases: dict[str, tuple[float, ...]]
) -> Outcome[Roster]:
    plan = Roster.from_array(duties)
    found = problem.evaluate(plan)
    bounds = Bounds(primal=found.cost if found.feasible else math.inf, primal_source="stage-by-stage")
    return Outcome(plan, stop, bounds, Stats(phases=phases))
