"""Fix-and-optimise on hospital plans: free a neighbourhood, solve it with HiGHS, keep what is better."""

from __future__ import annotations

import logging
import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline, Limits, Listener, Outcome, Progress
from optimise.core.passed import stage_end
from optimise.core.result import Bounds, Stats, Stop
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.explain import explain, overfull
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import repair
from optimise.hospital.repair.tuning import RepairTuning
from optimise.hospital.rules.base import Engine
from optimise.hospital.rules.engines import rechecked, refusal
from optimise.hospital.search.bound import quick_bound
from optimise.hospital.search.construct import construct
from optimise.hospital.search.operators import Joint, Operator, Readmit, operators_of, solve_scope
from optimise.hospital.search.tuning import JointSearchTuning

__all__ = ["exact_nurses", "improve_hospital"]

log = logging.getLogger(__name__)


def exact_nurses(
    problem: HospitalProblem, plan: HospitalPlan, *, seconds: float = math.inf, seed: int = 0
) -> tuple[HospitalPlan, bool]:
    """Best nurses for the patients of a plan, and whether that is proven.

    Once the patients are fixed the nurse layer is linear: see ``ContinuityOfCare`` and its neighbours.
    """
    if problem.nursing is None:
        return plan, True
    scope = Scope.around(problem, plan, np.zeros(len(plan.admission), dtype=np.bool_))
    scope.nurse[:] = -1
    found, proven = solve_scope(problem, plan, scope, seconds=seconds, nodes=None, seed=seed)
    if found is None or hard_and_cost(problem, found) >= hard_and_cost(problem, plan):
        return plan, proven
    return found, proven


def improve_hospital(
    problem: HospitalProblem,
    *,
    limits: Limits,
    seed: int = 0,
    listen: Listener | None = None,
    start: HospitalPlan | None = None,
    bound: float = 0.2,
    tuning: JointSearchTuning | None = None,
) -> Outcome:
    """Construct a plan (or take ``start``) and improve it until the limits are reached.

    Parameters
    ----------
    problem : HospitalProblem
    limits : Limits
        ``iterations`` counts neighbourhoods; with it sub-models end by nodes, so that runs repeat.
    seed : int
    listen : Listener, optional
        Told each better plan and bound; True ends the search.
    start : HospitalPlan, optional
        Where to begin.
    bound : float
        Share of the time for :func:`optimise.hospital.search.bound.quick_bound`, 120 s at most.
    tuning : JointSearchTuning, optional

    Returns
    -------
    Outcome
        ``plan`` is None only if no plan without broken hard rules was found; then ``explanation`` says which
        rules it breaks or, with ``stop`` infeasible, why there is none.
    """
    clock, steer = Deadline(limits.seconds), tuning or JointSearchTuning()
    reasons = overfull(problem)
    if reasons:
        return Outcome(None, Stop.INFEASIBLE, Bounds(), explanation=explain(problem, seconds=min(60.0, clock.left)))
    seen = Deadline(math.inf)
    plan, left = _first_plan(problem, start, seed, clock, steer.repair)
    bounds = Bounds()
    key = hard_and_cost(problem, plan)

    def tell(event: str) -> bool:
        primal = key[1] / problem.scale if key[0] == 0 else math.inf
        if listen is None:
            return False
        good = plan if key[0] == 0 else None
        return bool(listen(Progress(seen.elapsed, primal, bounds.dual, event, float(done), good)))

    done, stop, phases = 0, Stop.TIME, {"construct": (clock.elapsed,)}
    asked = tell("construction")

    def told(better: HospitalPlan) -> bool:
        """A step's better plan, heard before the step ends; evaluated anew like every other."""
        nonlocal plan, key, asked
        new = hard_and_cost(problem, better)
        if new < key:
            plan, key = better, new
            asked = tell("joint") or asked
        return asked or (key[0] == 0 and key[1] / problem.scale <= max(limits.target, bounds.dual))

    warm = start is not None and plan is start
    operators = operators_of(problem, limits.threads, warm=warm, told=told, tuning=steer)
    rng = np.random.default_rng([seed, 0x11F5])
    gains = {operator.name: 0.0 for operator in operators}
    work = limits.iterations is not None
    turns = _Turns(operators, rng, steer.rewarm)
    bounding = _bounding(limits.seconds, steer.stage) if bound > 0.0 else set()
    while not asked:
        primal = key[1] / problem.scale if key[0] == 0 else math.inf
        ended = limits.met(Bounds(primal, bounds.dual))
        if ended is not None:
            stop = ended
            break
        if limits.iterations is not None and done >= limits.iterations:
            stop = Stop.ITERATIONS
            break
        if clock.left < 0.05:
            break
        stage = limits.seconds if work else stage_end(clock.elapsed, limits.seconds, steer.stage)
        turns.begin(stage)
        if stage in bounding and turns.done:
            # after the first step, because a good plan guides the bound
            begun = clock.elapsed
            bounding.remove(stage)
            share = min(120.0, bound * stage, clock.left)
            known = plan if key[0] == 0 else None
            found = quick_bound(problem, seconds=share, threads=limits.threads, target=primal, plan=known)
            bounds = bounds.with_dual(found.value, found.source)
            turns.hint(found.days)
            phases["bound"] = (phases.get("bound", (0.0,))[0] + clock.elapsed - begun,)
            asked = tell("bound")
            continue
        operator, done = turns.next(), done + 1
        began, before = clock.elapsed, key
        found_plan = operator.step(plan, rng, seconds=stage - clock.elapsed, work=work, seed=int(rng.integers(2**31)))
        if found_plan is None:
            continue
        new, gain = hard_and_cost(problem, found_plan), 0.0
        if new <= key:
            gain = (before[1] - new[1]) / max(1.0, before[1]) * 1000.0 + 1000.0 * (before[0] - new[0])
            gains[operator.name] += (before[1] - new[1]) / problem.scale
            plan, better, key = found_plan, new < key, new
            if better:
                asked = tell(operator.name)
        operator.learn(gain, 1.0 if work else clock.elapsed - began)
    if asked:
        stop = Stop.INTERRUPTED
    log.debug("gains by step: %s", gains)
    said, counts = _told(problem, operators)
    counts |= {"neighbourhoods": float(done), **{f"gain_{k}": v for k, v in gains.items()}}
    stats = Stats(clock.elapsed, phases, counts)
    if key[0] > 0:
        reasons = explain(problem, seconds=max(5.0, clock.left)) if left else ()
        return Outcome(None, stop, bounds, stats, reasons)
    return Outcome(plan, stop, bounds.with_primal(key[1] / problem.scale, "fix-and-optimise"), stats, said)


def _told(problem: HospitalProblem, operators: list[Operator]) -> tuple[tuple[str, ...], dict[str, float]]:
    """What is said of engines that ran without knowing every rule, with counts; the log hears of those not used too."""
    joint = [operator.joint for operator in operators if isinstance(operator, Joint)]
    said = rechecked(problem, Engine.JOINT) if joint else ""
    alone = problem.theatres is None and problem.nursing is None
    why = refusal(problem, Engine.ROOMS) if alone else ""
    for text in (said, f"{why} and was not used; nothing is broken by that" if why else ""):
        if text:
            log.info("%s", text)
    # plans of the joint search that the exact evaluation turned down
    return ((said,), {"rejected": float(sum(j.rejected for j in joint))}) if said else ((), {})


class _Turns:
    """Whose step is next: in each stage every operator once, then by gain; a later stage begins with a long joint run.

    Attributes
    ----------
    done : int
        Steps of the stage.
    """

    def __init__(self, operators: list[Operator], rng: np.random.Generator, rewarm: float) -> None:
        self.operators, self.rng, self.rewarm = operators, rng, rewarm
        self.stage, self.done = 0.0, 0

    def begin(self, stage: float) -> None:
        """Nothing where that stage has begun."""
        if stage == self.stage:
            return
        if self.stage > 0.0:
            for operator in self.operators:
                if isinstance(operator, Joint):
                    operator.heat = self.rewarm
        self.stage, self.done = stage, 0

    def hint(self, days: IntArray | None) -> None:
        """Days of admission that a bound has brought."""
        for operator in self.operators:
            if isinstance(operator, Readmit):
                operator.hint = days

    def next(self) -> Operator:
        """An operator; its step counts as done."""
        self.done += 1
        return self.operators[self.done - 1] if self.done <= len(self.operators) else _pick(self.operators, self.rng)


def _bounding(seconds: float, first: float) -> set[float]:
    """Ends of the stages with a bound: soon, and a better one in the last, where that is several times as long."""
    return {first, seconds} if seconds >= 4.0 * first else {seconds}


def _pick(operators: list[Operator], rng: np.random.Generator) -> Operator:
    """By recent gain a second, with a share for everybody."""
    weights = np.array([max(1e-6, operator.score) for operator in operators])
    weights = np.maximum(weights / weights.sum(), 0.4 / len(operators))
    return operators[int(rng.choice(len(operators), p=weights / weights.sum()))]


def _first_plan(
    problem: HospitalProblem, start: HospitalPlan | None, seed: int, clock: Deadline, tuning: RepairTuning
) -> tuple[HospitalPlan, int]:
    """The start, repaired where it breaks a hard rule; without one, or where that fails, a constructed plan, repaired
    in turn: people who lie there can move."""
    found = None
    if start is not None:
        found = repair(problem, start, seed=seed, tuning=tuning)
        if found.hard == 0:
            return found.plan, 0
    made, left = construct(problem, seed=seed, deadline=Deadline(clock.left / 3))
    again = repair(problem, made, seed=seed, tuning=tuning)
    if found is not None and found.hard <= again.hard:
        again = found
    return again.plan, len(again.left_out) or left * (again.hard > 0)
