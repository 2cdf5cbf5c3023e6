"""The steps that improve a hospital plan, each with its size and record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from optimise.core.arrays import IntArray
from optimise.core.method import Deadline
from optimise.core.result import Stop
from optimise.hospital.context import EarlierPlan
from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.model.scope import Scope
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import PatientReinsertion
from optimise.hospital.repair.tuning import RepairTuning
from optimise.hospital.search.annealing import RoomAnnealing
from optimise.hospital.search.construct import construct_on, moved
from optimise.hospital.search.days import Days
from optimise.hospital.search.joint import JointSearch, Told
from optimise.hospital.search.neighbourhoods import KINDS, MOVING, Kind
from optimise.hospital.search.tuning import JointSearchTuning
from optimise.solvers.highs import Highs

__all__ = ["Anneal", "Joint", "Operator", "Readmit", "operators_of", "solve_scope"]


#: Seconds of annealing between two looks at a request to stop.
_HEARD = 0.5


def solve_scope(
    problem: HospitalProblem,
    plan: HospitalPlan,
    scope: Scope,
    *,
    seconds: float,
    nodes: int | None,
    seed: int,
    threads: int = 1,
    moves: bool = False,
) -> tuple[HospitalPlan | None, bool]:
    """Best plan found within a scope, and whether the sub-model was solved to the end.

    Parameters
    ----------
    problem : HospitalProblem
    plan : HospitalPlan
        The solver starts from it; what is outside of the scope stays.
    scope : Scope
        What may change.
    seconds : float
        Time limit, building included.
    nodes : int or None
        Most nodes of branch and bound.
    seed : int
    threads : int
        Of the solver.
    moves : bool
        Whether patients may move between rooms.

    Returns
    -------
    HospitalPlan or None
        None where the solver found none.
    bool
        Whether it is proven: the best, or that there is none.
    """
    clock = Deadline(seconds)
    built = HospitalModel(problem, scope, moves=moves)
    solver = Highs(built.model.freeze(), seed=seed, threads=threads)
    solved = solver.solve(seconds=max(0.1, clock.left), nodes=nodes, start=built.start(plan))
    if solved.values is None:
        return None, solved.stop is Stop.INFEASIBLE
    return built.plan(solved.values), solved.stop is Stop.OPTIMAL


class Operator(Protocol):
    """One way to improve a plan."""

    name: str
    score: float

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        """A plan to compare with ``plan``, or None; ``work`` asks for work limits in place of ``seconds``."""
        ...

    def learn(self, gain: float, seconds: float) -> None:
        """Remember the gain (thousandths of the cost) of the last step."""
        ...


@dataclass(slots=True, kw_only=True)
class _Scored:
    """An operator that keeps its gain a second; half of it is forgotten at each step, unless it says otherwise."""

    score: float = 5.0

    def learn(self, gain: float, seconds: float, fresh: float = 0.5) -> None:
        self.score = (1.0 - fresh) * self.score + fresh * gain / max(seconds, 0.05)


@dataclass(slots=True)
class Neighbourhood(_Scored):
    """A sub-model solved by HiGHS; grows when solved at once, shrinks when it runs into its limit."""

    problem: HospitalProblem
    name: str
    kind: Kind
    size: float
    moves: bool
    tuning: JointSearchTuning
    threads: int = 1
    score: float = field(default=1.0, kw_only=True)

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        scope = self.kind(self.problem, plan, rng, max(2, round(self.size)))
        if scope is None:
            self.score *= 0.5
            return None
        clock = Deadline(seconds if work else min(self.tuning.seconds, seconds))
        columns = scope.columns(self.problem)
        if columns > self.tuning.columns or (not work and columns / self.tuning.pace > seconds):
            self.size, self.score = max(2.0, self.size * 0.75), 0.5 * self.score
            return None
        found, proven = solve_scope(
            self.problem,
            plan,
            scope,
            seconds=clock.seconds,
            nodes=self.tuning.nodes if work else None,
            seed=seed,
            threads=self.threads,
            moves=self.moves,
        )
        if proven and (work or clock.elapsed < 0.25 * self.tuning.seconds):
            self.size *= 1.3
        elif not proven:
            self.size = max(2.0, self.size * 0.75)
        return found

    def learn(self, gain: float, seconds: float, fresh: float = 0.2) -> None:
        _Scored.learn(self, gain, seconds, fresh)


@dataclass(slots=True)
class Anneal(_Scored):
    """Annealing of rooms: a long first run from hot, then shorter ones from lower temperatures."""

    annealing: RoomAnnealing
    name: str = "annealing"
    rate: float = 0.0  # steps a second
    runs: int = 0

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        hot = self.annealing.hot
        if work:
            steps = 500_000
        else:
            if self.rate == 0.0:
                self.annealing.run(plan, steps=1000, seed=seed, hot=1.0, cold=1.0)  # compile
                clock = Deadline(math.inf)
                self.annealing.run(plan, steps=200_000, seed=seed, hot=hot, cold=hot / 10)
                self.rate = 200_000 / max(clock.elapsed, 1e-3)
            steps = int(np.clip(self.rate * seconds * (0.4 if self.runs == 0 else 0.1), 10_000, 2_000_000_000))
        start = hot if self.runs == 0 else hot * float(rng.choice([0.05, 0.15, 0.4]))
        self.runs += 1
        slices = 1 if work else max(1, round(steps / (_HEARD * self.rate)))
        best, _, _ = self.annealing.run(plan, steps=steps, seed=seed, hot=start, cold=hot / 100, slices=slices)
        return best


@dataclass(slots=True)
class Joint(_Scored):
    """Annealing of the whole plan: a long first run from hot, then shorter, cooler ones from the best plan."""

    joint: JointSearch
    name: str = "joint"
    told: Told | None = None
    #: of a long run that comes next; 0 where shorter ones do
    heat: float = 1.0

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        steer = self.joint.tuning
        if self.joint.beyond(plan):  # where somebody moves during the stay, in a plan that keeps the hard rules
            self.score = 0.0
            return None
        hot = self.joint.hot * (self.heat or float(rng.choice(steer.reheat)))
        share, first = steer.first if self.heat else steer.again, self.heat == 1.0
        self.heat = 0.0
        clock, told, found = Deadline(seconds), self.told, plan
        for guided in (True, False) if first else (False,):
            # a guided run may end without any plan that keeps the hard rules; then one without the guide follows
            if work:
                found = self.joint.run(plan, seed=seed, moves=steer.moves, hot=hot, guided=guided)
            else:
                part = max(0.2, share * clock.left)
                found = self.joint.run(plan, seed=seed, seconds=part, hot=hot, told=told, guided=guided)
            if found is not plan:
                break
        return found


@dataclass(slots=True)
class Readmit(_Scored):
    """Better days of admission from the aggregated model, and annealing of the whole plan around them."""

    joint: JointSearch
    days: Days
    name: str = "days"
    runs: int = 0
    told: Told | None = None
    #: days from elsewhere, to begin with once
    hint: IntArray | None = None

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        clock, steer = Deadline(seconds), self.joint.tuning
        if not work and seconds < steer.brief:  # sub-models may run past their limit by as much
            self.score *= 0.5
            return None
        hint, self.hint = self.hint, None
        begin = plan.admission if hint is None else hint
        better = self.days.improve(begin, rng, seconds=min(steer.days_seconds, 0.2 * seconds), work=work)
        if better is None:
            better = hint
        if better is None:
            self.score *= 0.5
            return None
        if self.runs == 0:
            start, heat = construct_on(self.joint.problem, better, seed=seed), steer.anchored
        else:  # most of a good plan stays
            start, heat = moved(self.joint.problem, plan, better), float(rng.choice(steer.cool))
        self.runs += 1
        hot = heat * self.joint.hot
        if work:
            return self.joint.run(start, seed=seed, moves=steer.moves, hot=hot, days=better)
        return self.joint.run(start, seed=seed, seconds=0.6 * clock.left, hot=hot, told=self.told, days=better)


@dataclass(slots=True)
class Reinsert(_Scored):
    """Reinsertion of those whose plan differs from the earlier one, for problems in which changes have a price."""

    problem: HospitalProblem
    earlier: EarlierPlan
    tuning: RepairTuning
    name: str = "reinsertion"
    told: Told | None = None
    reinsertion: PatientReinsertion | None = None

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        who = self.earlier.changed(plan).tolist()
        if not who:
            self.score *= 0.5
            return None
        if self.reinsertion is None:
            self.reinsertion = PatientReinsertion(self.problem, self.tuning)
        limit, tries = (math.inf, 50) if work else (seconds, None)
        return self.reinsertion.run(plan, who, seed=seed, seconds=limit, tries=tries, told=self.told)


def operators_of(
    problem: HospitalProblem,
    threads: int,
    *,
    warm: bool = False,
    told: Told | None = None,
    tuning: JointSearchTuning | None = None,
) -> list[Operator]:
    """The steps that suit a problem; each is tried once in this order before gains decide.

    ``warm``: the start is a good plan that should not be scrambled; ``told`` hears of better plans within a step.
    """
    layered = problem.theatres is not None or problem.nursing is not None
    kinds = KINDS["hospital" if layered else "beds"]
    tuning = tuning or JointSearchTuning()
    made: list[Operator] = [
        Neighbourhood(problem, name, kind, size, False, tuning, threads) for name, (kind, size) in kinds.items()
    ]
    joint = JointSearch(problem, tuning)
    if joint.usable:
        made.insert(0, Joint(joint, heat=0.0 if warm else 1.0, told=told))
        days = Days(problem, tuning.days)
        if days.usable and problem.theatres is not None:
            made.insert(1, Readmit(joint, days, runs=int(warm), told=told))
    if problem.earlier is not None:
        made.insert(0, Reinsert(problem, problem.earlier, tuning.repair, told=told))
    if not problem.hard("Transfer"):
        made += [Neighbourhood(problem, name, kind, n, True, tuning, threads) for name, (kind, n) in MOVING.items()]
    if not layered:
        annealing = RoomAnnealing(problem)
        if annealing.usable:
            made.insert(0, Anneal(annealing, runs=int(warm)))
    return made
