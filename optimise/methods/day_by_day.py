"""Method ``stage-by-stage`` for admission scheduling: each day planned with those registered by then, then fixed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from optimise.core.method import Communicator, Deadline, Limits, Listener, Method, Outcome
from optimise.core.result import Bounds, Stats, Stop
from optimise.hospital.admissions.data import AdmissionPlan
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.stages import Stage, stage

__all__ = ["plan_days"]

log = logging.getLogger(__name__)


def plan_days(
    problem: AdmissionProblem,
    inner: Method,
    *,
    limits: Limits,
    seed: int,
    comm: Communicator,
    listen: Callable[[Deadline, str], Listener],
    options: Mapping[str, object],
) -> Outcome[AdmissionPlan]:
    """Plan day after day; after the last day that counts the plan is carried out as it stands.

    Parameters
    ----------
    problem : AdmissionProblem
        In hindsight; on each day only what is known then is handed on.
    inner : Method
        Plans each day.
    limits : Limits
        ``seconds`` are dealt evenly over the days that are left, ``iterations`` hold for each day.
    seed : int
        The same for every day.
    comm : Communicator
        Handed to the inner method.
    listen : callable
        Makes the listener of a day from the clock and a label.
    options : mapping
        Of the inner method.

    Returns
    -------
    Outcome
        Evaluated in hindsight, without a bound; None where some day found no plan.
    """
    clock, count = Deadline(limits.seconds), max(1, problem.counted)
    room = np.full((len(problem.patients), problem.days), -1)
    phases: dict[str, tuple[float, ...]] = {}
    before: tuple[Stage, AdmissionPlan] | None = None
    for day in range(count):
        began, today = clock.elapsed, stage(problem, day, room)
        if today is None:
            continue
        start = None if before is None else today.onward(*before)
        share = replace(limits, seconds=max(0.1, comm.bcast(clock.left) / (count - day)))
        told = listen(clock, f"day {day + 1} of {count}")
        mine = inner.solve(today.problem, limits=share, seed=seed, comm=comm, listen=told, start=start, options=options)
        plan, stop, asked = comm.bcast((mine.plan, mine.stop, getattr(told, "asked", False)))
        phases[f"day {day + 1}"] = (clock.elapsed - began,)
        if not isinstance(plan, AdmissionPlan) or not today.problem.evaluate(plan).feasible:
            note = f"day {day + 1} of {count}: no plan found ({stop}) after the days already fixed"
            ended = Stop.INTERRUPTED if asked else Stop.TIME
            return Outcome(None, ended, Bounds(), Stats(phases=phases), (note,))
        log.info("day %d of %d planned in %.1f s", day + 1, count, clock.elapsed - began)
        today.tonight(plan, room)
        before = (today, plan)
        if day == count - 1:
            today.rest(plan, room)
    made = AdmissionPlan(room)
    found = problem.evaluate(made)
    if not found.feasible:
        note = "somebody registers only after the last day that counts, and cannot be planned day by day"
        return Outcome(None, Stop.STUCK, Bounds(), Stats(phases=phases), (note,))
    stop = Stop.TIME if clock.over else Stop.ITERATIONS
    return Outcome(made, stop, Bounds(primal=found.cost, primal_source="stage-by-stage"), Stats(phases=phases))
