"""Large-neighbourhood search in rounds: each rank re-optimises other people; all ranks keep the same incumbent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.incumbent import Incumbent
from hpc.neighbourhood import Attempt, choose_people, improve
from hpc.timers import Timers
from optimise.kernels import Pricer
from optimise.method import Communicator, Limits, Listener, Outcome
from optimise.result import Plan

__all__ = ["ParallelSearchMethod", "Search", "SearchState", "state_of"]

Floats = NDArray[np.float64]

#: Neighbourhoods of one round, whatever the number of ranks (up to it): more would work on a stale incumbent.
ROUND = 4
_STYLES = 4


@dataclass(slots=True)
class SearchState:
    """Where a search stands; equal on all ranks."""

    round: int = 0
    size: float = 8.0
    since_gain: int = 0
    #: (people, days) proven to hold nothing better, valid until the incumbent changes
    closed: int = 0


def state_of(stored: Mapping[str, float]) -> SearchState:
    """A state from its stored fields."""
    state = SearchState()
    for name, value in stored.items():
        if hasattr(state, name):
            setattr(state, name, type(getattr(state, name))(value))
    return state


class Search:
    """Rounds of neighbourhoods around one incumbent.

    Every rank holds the incumbent; in a round, neighbourhood ``k`` is drawn from the random stream
    ``(seed, round, k)`` and solved by rank ``k mod ranks``; attempts are gathered by all and applied by gain, each
    only if the cost still falls. So the run depends on the seed alone, not on the number of ranks.
    """

    def __init__(
        self,
        incumbent: Incumbent,
        pricer: Pricer,
        comm: Communicator,
        *,
        duals: Floats | None,
        lattice: float,
        seed: int,
        timers: Timers,
        state: SearchState | None = None,
    ) -> None:
        self.incumbent, self.pricer, self.comm = incumbent, pricer, comm
        self.duals, self.lattice, self.seed, self.timers = duals, lattice, seed, timers
        self.state = state or SearchState()
        people, days = incumbent.words.shape
        self.most = float(min(people, 40))
        self.state.size = min(self.state.size, self.most)
        #: cells (people times days) that one small master carries well
        self.area = 28 * 14
        self.days = days

    def round(self, over: Callable[[], bool], asked: Callable[[], bool] = lambda: False) -> float | None:
        """One round on all ranks; returns the gain.

        If any rank was ``asked`` to stop, all ranks drop the round alike and return None: a resumed run repeats it
        whole, so that stopping changes nothing in what comes out.
        """
        state = self.state
        tasks = max(ROUND, self.comm.size)
        mine: list[tuple[int, Attempt]] = []
        for k in range(self.comm.rank, tasks, self.comm.size):
            if over() and mine:
                break
            people, days = self._choice(k)
            self.pricer.reset()
            with self.timers("neighbourhoods"):
                mine.append(
                    (
                        k,
                        improve(
                            self.incumbent,
                            people,
                            self.pricer,
                            center=self.duals,
                            lattice=self.lattice,
                            days=days,
                            over=over,
                        ),
                    )
                )
            self.timers.count("neighbourhoods")
        with self.timers("idle"):
            gathered = self.comm.allgather((mine, asked()))
        if any(stop for _, stop in gathered):
            return None
        attempts = [a for _, a in sorted((pair for part, _ in gathered for pair in part), key=lambda pair: pair[0])]
        gain = self._merge(attempts)
        state.round += 1
        self._adapt(attempts, gain)
        return gain

    def _choice(self, k: int) -> tuple[list[int], tuple[int, int] | None]:
        """People and window of neighbourhood ``k`` of this round."""
        random = np.random.default_rng((self.seed, self.state.round, k))
        size = max(2, round(self.state.size * float(random.uniform(0.75, 1.25))))
        style = (self.state.round * ROUND + k) % _STYLES
        window: tuple[int, int] | None = None
        if self.days > 63:  # long horizons: more people on fewer days
            length = max(14, 7 * round(self.area * (self.state.size / 8.0) / (7 * size)))
            if length < self.days:
                first = 7 * int(random.integers(0, max(1, (self.days - length) // 7 + 1)))
                window = (first, min(self.days, first + length))
        return choose_people(self.incumbent, self.duals, size, random, style, window), window

    def _merge(self, attempts: list[Attempt]) -> float:
        """Apply the attempts of a round, greatest gain first: they overlap, and a small one may spoil a large one."""
        total = 0.0
        for attempt in sorted(attempts, key=lambda a: -a.gain):
            if not attempt.columns:
                continue
            trial = self.incumbent.copy()
            trial.put(attempt.columns)
            gain = self.incumbent.cost - trial.cost
            if gain > 1e-9:
                self.incumbent = trial
                total += gain
        return total

    def _adapt(self, attempts: list[Attempt], gain: float) -> None:
        """Grow neighbourhoods that are solved to proof, shrink those that are not."""
        state = self.state
        state.since_gain = 0 if gain > 0 else state.since_gain + 1
        for a in attempts:
            if not a.closed:
                state.size = max(4.0, state.size - 0.5)
            elif a.gain <= 0:
                state.size = min(self.most, state.size + 0.5)


class ParallelSearchMethod:
    """``parallel-search``: construction and neighbourhood search without the root bound."""

    name = "parallel-search"
    resumable = True

    def supports(self, problem: Any) -> bool:
        from hpc.column_generation import supported

        return supported(problem)

    def solve(
        self,
        problem: Any,
        *,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Outcome:
        from hpc.column_generation import Run

        chosen = {"root": False, **dict(options or {})}
        return Run(problem, limits, seed, comm, listen, start, chosen, self.name).solve()
