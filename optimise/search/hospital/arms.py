"""The steps that improve a hospital plan, each with its size and record."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimise.domain.hospital import HospitalPlan, HospitalProblem
from optimise.method import Deadline
from optimise.models.hospital import HospitalModel
from optimise.models.hospital_scope import Scope
from optimise.result import Stop
from optimise.rules.hospital import hard_and_cost
from optimise.search.hospital.annealing import RoomAnnealing
from optimise.search.hospital.neighbourhoods import KINDS, Kind, nurses_only
from optimise.search.hospital.recreate import Recreate
from optimise.solvers.highs import Highs

__all__ = ["Anneal", "Arm", "Neighbourhood", "RuinRecreate", "arms_of", "solve_scope"]

#: Nodes of a sub-model under a work limit, and its seconds otherwise.
NODES, SECONDS = 60, 4.0


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
    """Best plan found within a scope, and whether the sub-model was solved to the end."""
    clock = Deadline(seconds)
    built = HospitalModel(problem, scope, moves=moves)
    solver = Highs(built.model.freeze(), seed=seed, threads=threads)
    solved = solver.solve(seconds=max(0.1, clock.left), nodes=nodes, start=built.start(plan))
    if solved.values is None:
        return None, solved.stop is Stop.INFEASIBLE
    return built.plan(solved.values), solved.stop is Stop.OPTIMAL


class Arm(Protocol):
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


@dataclass(slots=True)
class Neighbourhood:
    """A sub-model solved by HiGHS; grows when solved at once, shrinks when it runs into its limit."""

    problem: HospitalProblem
    name: str
    kind: Kind
    size: float
    moves: bool
    threads: int = 1
    score: float = 1.0

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        scope = self.kind(self.problem, plan, rng, max(2, round(self.size)))
        if scope is None:
            self.score *= 0.5
            return None
        clock = Deadline(seconds if work else min(SECONDS, seconds))
        found, proven = solve_scope(
            self.problem,
            plan,
            scope,
            seconds=clock.seconds,
            nodes=NODES if work else None,
            seed=seed,
            threads=self.threads,
            moves=self.moves,
        )
        if proven and (work or clock.elapsed < 0.25 * SECONDS):
            self.size *= 1.3
        elif not proven:
            self.size = max(2.0, self.size * 0.75)
        return found

    def learn(self, gain: float, seconds: float) -> None:
        self.score = 0.8 * self.score + 0.2 * gain / max(seconds, 0.05)


@dataclass(slots=True)
class Anneal:
    """Annealing of rooms: a long first run from hot, then shorter ones from lower temperatures."""

    annealing: RoomAnnealing
    name: str = "annealing"
    score: float = 5.0
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
        best, _, _ = self.annealing.run(plan, steps=steps, seed=seed, hot=start, cold=hot / 100)
        return best

    def learn(self, gain: float, seconds: float) -> None:
        self.score = 0.5 * self.score + 0.5 * gain / max(seconds, 0.05)


@dataclass(slots=True)
class RuinRecreate:
    """Ruin and recreate, a long first run and then shorter, cooler ones; nurses are then given exactly by windows.

    It keeps a plan of its own, whose nurses are greedy, so that polished nurses do not lock it in.
    """

    recreate: Recreate
    name: str = "ruin_recreate"
    score: float = 5.0
    rate: float = 0.0  # steps a second
    runs: int = 0
    own: HospitalPlan | None = None

    def step(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan | None:
        hot, start = self.recreate.hot, plan if self.own is None else self.own
        if work:
            steps = 2000
        else:
            if self.rate == 0.0:
                self.recreate.run(start, steps=5, seed=seed, hot=1.0, cold=1.0)  # compile
                clock = Deadline(math.inf)
                self.recreate.run(start, steps=300, seed=seed, hot=hot, cold=hot / 10)
                self.rate = 300 / max(clock.elapsed, 1e-3)
            steps = int(np.clip(self.rate * seconds * (0.5 if self.runs == 0 else 0.15), 50, 2_000_000_000))
        warm = 2.0 * hot if self.runs == 0 else hot * float(rng.choice([0.1, 0.3, 1.0]))
        self.runs += 1
        self.own = self.recreate.run(start, steps=steps, seed=seed, hot=warm, cold=hot / 30, most=12)
        return self._polished(self.own, rng, seconds=0.05 * seconds, work=work, seed=seed)

    def _polished(
        self, plan: HospitalPlan, rng: np.random.Generator, *, seconds: float, work: bool, seed: int
    ) -> HospitalPlan:
        """The plan with nurses given anew in a few windows of days."""
        problem, clock = self.recreate.problem, Deadline(math.inf if work else max(1.0, seconds))
        key = hard_and_cost(problem, plan)
        for _ in range(2 if work else 6):
            scope = nurses_only(problem, plan, rng, 8)
            if scope is None or clock.left < 0.2:
                break
            found, _ = solve_scope(
                problem, plan, scope, seconds=min(3.0, clock.left), nodes=NODES if work else None, seed=seed
            )
            if found is not None and (new := hard_and_cost(problem, found)) <= key:
                plan, key = found, new
        return plan

    def learn(self, gain: float, seconds: float) -> None:
        self.score = 0.5 * self.score + 0.5 * gain / max(seconds, 0.05)


def arms_of(problem: HospitalProblem, threads: int) -> list[Arm]:
    """The steps that suit a problem; each is tried once in this order before gains decide."""
    layered = problem.theatres is not None or problem.nursing is not None
    kinds = KINDS["hospital" if layered else "beds"]
    made: list[Arm] = [Neighbourhood(problem, name, kind, size, False, threads) for name, (kind, size) in kinds.items()]
    recreate = Recreate(problem)
    if layered and recreate.usable:
        made.insert(0, RuinRecreate(recreate))
    if not layered:
        if not problem.hard("Transfer"):
            kind, size = kinds["dearest"]
            made.append(Neighbourhood(problem, "moves", kind, size / 4, True, threads))
        annealing = RoomAnnealing(problem)
        if annealing.usable:
            made.insert(0, Anneal(annealing))
    return made
