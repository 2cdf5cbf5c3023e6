"""Quick lower bounds of hospital problems, by the better suited of two relaxations (``admissions``, ``nights``).

Both are valid whatever the weights and whatever rules they do not know: amounts and weights are never negative
(:class:`~optimise.hospital.rules.base.Breaches` and the problem see to it) and hard rules only forbid, so what is left
out can only raise the cost of a plan.
"""

from __future__ import annotations

import math
from dataclasses import replace

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.core.result import Stop
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search.admissions import Admissions
from optimise.hospital.search.best_bound import BestBound, Bound, Listen
from optimise.hospital.search.care import Care, applies
from optimise.hospital.search.nights import nights
from optimise.solvers.highs import Highs

__all__ = ["Bound", "admission_days", "nights", "quick_bound"]

#: Pairs of admission day and room up to which the whole model is tried: IHTC small02 (17 s with a plan to start from).
SMALL = 700


def quick_bound(
    problem: HospitalProblem,
    *,
    seconds: float = 60.0,
    threads: int = 1,
    target: float = math.inf,
    listen: Listen = None,
    plan: HospitalPlan | None = None,
) -> Bound:
    """The better suited of the relaxations, and for small problems branch and bound on the whole model after it.

    Parameters
    ----------
    problem : HospitalProblem
    seconds : float
        Time limit.
    threads : int
        Of the solver.
    target : float
        Cost of a known plan: the search for the bound stops where it is reached.
    listen : callable, optional
        Told of each better :class:`Bound` at once; True asks to stop.
    plan : HospitalPlan, optional
        That plan, from which branch and bound starts.

    Returns
    -------
    Bound
        With its source; minus infinity where nothing was proven in time.
    """
    people = problem.patients
    fixed = bool((people.mandatory & (people.release == people.due)).all())
    hard = problem.hard("MandatoryUnscheduledPatients") and problem.hard("AdmissionDay")
    if fixed and hard and problem.hard("RoomCapacity") and problem.theatres is None and problem.nursing is None:
        return nights(problem, seconds=seconds, threads=threads, target=target)
    clock = Deadline(seconds)
    small = _decisions(problem) <= SMALL
    share = 0.3 * seconds if small else seconds
    found = admission_days(problem, seconds=share, threads=threads, target=target, listen=listen)
    if not small or found.value >= target or clock.left < 1.0:
        return found
    return _whole(problem, found, clock.left, threads, target, listen, plan)


def _decisions(problem: HospitalProblem) -> int:
    """Pairs of an admission day and a room."""
    window = problem.patients.due - problem.patients.release + 1
    return int((window * (~problem.patients.forbidden).sum(axis=1)).sum())


def _whole(
    problem: HospitalProblem,
    known: Bound,
    seconds: float,
    threads: int,
    target: float,
    listen: Listen,
    plan: HospitalPlan | None,
) -> Bound:
    """Bound of the whole model by branch and bound, where it passes what is known."""
    clock = Deadline(seconds)
    built = HospitalModel(problem)
    if not built.valid:
        return known
    found = BestBound(problem, target, listen, known, "HiGHS branch and bound on the whole model")

    def tick(primal: float, dual: float, nodes: int) -> bool:
        found.raise_to(dual * problem.scale, 0.0)
        return found.over

    start = None if plan is None else built.start(plan)
    solver = Highs(built.model.freeze(), threads=threads)
    solved = solver.solve(seconds=max(0.1, clock.left), start=start, on_tick=tick)
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, found.source)
    found.raise_to(solved.bound * problem.scale, 0.0)
    return found.best


def admission_days(
    problem: HospitalProblem,
    *,
    seconds: float = 60.0,
    threads: int = 1,
    target: float = math.inf,
    listen: Listen = None,
) -> Bound:
    """Dual bound of the aggregated admission-day model, in units of cost.

    First the linear relaxation with each person's least cost of care; then prices of the nurses' workload climb on it
    (:mod:`optimise.hospital.search.care`); then branch and bound under the best prices.

    Parameters
    ----------
    target : float
        Cost of a known plan: the search for the bound stops where it is reached.
    listen : callable, optional
        Told of each better :class:`Bound` at once; True asks to stop.
    """
    clock, found = Deadline(seconds), BestBound(problem, target, listen)
    care = Care(problem) if applies(problem) else None
    made = Admissions(problem, care)
    linear = Highs(made.model.freeze(relaxed=True), threads=threads)
    solved = linear.solve(seconds=max(0.5, clock.left))
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, "aggregated admission-day model")
    found.raise_to(solved.bound, made.lattice)
    if care is not None and solved.stop is Stop.OPTIMAL:

        def value() -> tuple[float, IntArray] | None:
            if found.over or clock.elapsed > 0.3 * seconds:
                return None
            offset = made.reprice(linear)
            solved = linear.solve(seconds=max(0.1, clock.left))
            if solved.values is None or solved.stop is not Stop.OPTIMAL:
                return None
            found.raise_to(solved.bound + offset, 0.0)
            return solved.bound + offset, care.use(made.person, made.day, solved.values[made.x])

        care.climb(value)
        made = Admissions(problem, care)
    if found.over or clock.left < 0.1:
        return found.best

    def tick(primal: float, dual: float, nodes: int) -> bool:
        found.raise_to(dual, made.lattice)
        return found.over

    # no start: only the bound is asked for, and to complete a start (as Highs.solve does, apart) takes its time
    solved = Highs(made.model.freeze(), threads=threads).solve(seconds=clock.left, on_tick=tick)
    if solved.stop is Stop.INFEASIBLE:
        return Bound(math.inf, "aggregated admission-day model")
    found.raise_to(solved.bound, made.lattice)
    return replace(found.best, days=None if solved.values is None else made.days(solved.values))
