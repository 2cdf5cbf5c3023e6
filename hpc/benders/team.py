"""Scenarios over ranks: one broadcast and one gather an iteration, the same answers on any number of ranks."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.benders.recourse import Programs
from hpc.runtime.timers import Timers
from optimise.capacity.model.capacity import Split
from optimise.capacity.model.capacity_values import wait_and_see
from optimise.capacity.problem import CapacityProblem
from optimise.core.method import Communicator, now

__all__ = ["Answer", "ScenarioTeam"]

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats, Floats]


class ScenarioTeam:
    """Rank 0 asks, all ranks solve the scenarios that they own.

    Scenarios are grouped into clusters of neighbours; a cluster has one owner, which adds up its cuts in the order of
    the scenarios, so that sums do not depend on the number of ranks.

    Parameters
    ----------
    problem : CapacityProblem
    parts : Split
    comm : Communicator
    clusters : int
        From 1 to the number of scenarios.
    timers : Timers
    """

    def __init__(
        self, problem: CapacityProblem, parts: Split, comm: Communicator, clusters: int, timers: Timers
    ) -> None:
        self.problem, self.comm, self.timers = problem, comm, timers
        count = problem.scenarios.count
        groups = np.array_split(np.arange(count), clusters)
        owner = np.arange(clusters) * comm.size // clusters
        self._mine = [groups[c] for c in range(clusters) if owner[c] == comm.rank]
        self.scenarios = np.concatenate([np.zeros(0, np.int64), *self._mine]).astype(np.int64)
        p = problem.scenarios.probabilities
        self.probability = np.array([p[g].sum() for g in groups])
        self._weight = p[self.scenarios]
        self._starts = np.cumsum([0, *(len(g) for g in self._mine)])[:-1]
        with timers("building"):
            self.programs = Programs(problem, parts, self.scenarios)
        self.calls = 0
        self.trace: list[tuple[float, float, int]] = []

    def cuts(self, point: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Rank 0: costs by scenario, and per cluster the weighted cost, constant and slope at a first stage."""
        costs, value, constant, slope = self._ask(("cuts", point))
        self.calls += 1
        return costs, value, constant, slope

    def see(self, seconds: float) -> tuple[Floats, Floats]:
        """Rank 0: wait-and-see bounds of all scenarios, as far as they can be had in so many seconds."""
        lower, upper = self._ask(("see", seconds))
        return lower, upper

    def serve(self) -> None:
        """Ranks above 0: answer until released."""
        while self.comm.rank > 0:
            with self.timers("idle"):
                task = self.comm.bcast(None)
            if task is None:
                return
            answer = self._answer(task)
            with self.timers("communication"):
                self.comm.gather(answer)

    def release(self) -> None:
        """Rank 0: let the others go on."""
        if self.comm.size > 1:
            self.comm.bcast(None)

    def _ask(self, task: tuple[str, Any]) -> list[Floats]:
        if self.comm.size > 1:
            with self.timers("communication"):
                self.comm.bcast(task)
        mine = self._answer(task)
        with self.timers("idle"):
            answers = self.comm.gather(mine)
        assert answers is not None
        spent = [a[-1] for a in answers]
        size = sum(part.nbytes for a in answers for part in a[:-1])
        self.timers.count("bytes gathered", size)
        self.trace.append((max(spent), sum(spent), size))
        return [np.concatenate([a[i] for a in answers]) for i in range(len(answers[0]) - 1)]

    def _answer(self, task: tuple[str, Any]) -> tuple[Any, ...]:
        began = time.perf_counter()
        what, point = task
        if what == "see":
            since = now()
            with self.timers("wait-and-see"):
                lower, upper = wait_and_see(self.problem, self.scenarios, over=lambda: now() > since + point)
            return lower, upper, time.perf_counter() - began
        with self.timers("recourse"):
            made = self.programs.cuts(point)
        weight, starts = self._weight, self._starts
        if not len(starts):
            empty = np.zeros(0)
            return empty, empty, empty, np.zeros((0, len(point))), time.perf_counter() - began
        value, constant = (np.add.reduceat(weight * a, starts) for a in (made.value, made.constant))
        slope = np.add.reduceat(weight[:, None] * made.slope, starts, axis=0)
        return made.value, value, constant, slope, time.perf_counter() - began
