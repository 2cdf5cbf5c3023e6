"""Reinsertion where annealing does not suit: a first plan from the rounded relaxation, and bursts in the search.

Where nearly every move of annealing breaks a hard rule, the roster built person by person stays several times above
the bound until the first dive ends, which takes 2 CPU seconds on small wards and half a minute on large ones. Here
everything is linear in people and days, so a plan within 5-40 % of the bound is there after one or two seconds.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.incumbent import Incumbent, repair
from hpc.column_generation.tuning import OpeningTuning
from optimise.core.method import Communicator
from optimise.roster.automaton import Automata
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.search.construct import hard_price
from optimise.roster.search.reinsertion import Reinsertion
from optimise.roster.search.relaxation import Relaxation, Relaxed, ascend

__all__ = ["Opening"]

log = logging.getLogger(__name__)


class Opening:
    """Relaxation and reinsertion for one problem.

    Parameters
    ----------
    cover, pricer
    built : Automata
    penalty : float
        Price of a unit of hard cover in the plans that come out.

    Raises
    ------
    ValueError
        If a counter is of a kind that the kernels do not hold.
    """

    def __init__(
        self,
        cover: CoverRows,
        pricer: Pricer,
        built: Automata,
        penalty: float,
        seed: int,
        tuning: OpeningTuning = OpeningTuning(),  # noqa: B008
    ) -> None:
        self.cover, self.pricer, self.penalty, self.seed, self.tuning = cover, pricer, penalty, seed, tuning
        self.search = Reinsertion(cover.compiled, built, cover, hard_price(cover.compiled), tuning.reinsertion)
        people, days = self.search.plan.words.shape
        #: how much longer than a first annealing this may take
        self.stretch = tuning.stretch
        self.trials = people * days * tuning.trials
        #: as :class:`~hpc.column_generation.annealing.Chains`, whose place in the search this takes
        self.full = people * days * tuning.burst * tuning.moves
        self.warmth, self.suited, self.pace = 0.0, True, (tuning.longer, tuning.shorter)

    def relax(self, comm: Communicator, over: Callable[[], bool]) -> Relaxed:
        """Bound, duals and mean rosters with totals priced, people shared out; the same on all ranks."""
        mine = np.arange(comm.rank, self.search.plan.words.shape[0], comm.size)
        t = self.tuning
        lagrangian = Relaxation(self.search.staff, self.cover, mine)
        return ascend(lagrangian, seconds=math.inf, comm=comm, steps=t.steps, over=over, tuning=t.relaxation)

    def plans(
        self,
        incumbent: Incumbent,
        relaxed: Relaxed,
        comm: Communicator,
        spent: Callable[[], float],
        over: Callable[[], bool],
    ) -> list[Incumbent]:
        """The incumbent and what was found, cheapest first, the same on all ranks.

        Up to three ranks make one plan (so their number changes nothing); more ranks one each.

        Parameters
        ----------
        spent : callable
            Share of the time that is gone; 0 throughout leaves the schedule to the number of neighbourhoods.
        """
        if incumbent.feasible and incumbent.cost <= (1.0 + self.tuning.near) * relaxed.bound:
            return [incumbent]
        made: list[tuple[int, NDArray[np.int16], NDArray[np.float64]]] = []
        for k in range(comm.rank, 1 if comm.size <= 3 else comm.size, comm.size):
            found = self._plan(relaxed, np.random.default_rng([self.seed, 88, k]), spent, over)
            if found is not None:
                made.append((k, found.words, found.personal))
        gathered = sorted((m for part in comm.allgather(made) for m in part), key=lambda m: m[0])
        plans = [Incumbent(self.cover, words, personal, self.penalty) for _, words, personal in gathered]
        return sorted([incumbent, *plans], key=lambda p: p.cost)

    def draw(self, random: np.random.Generator) -> tuple[float, tuple[int, int]]:
        """No bound on the heat, which each burst draws for itself, and all days."""
        return math.inf, (0, self.cover.days)

    def again(
        self,
        incumbent: Incumbent,
        moves: int,
        heat: float,
        stream: tuple[int, int],
        over: Callable[[], bool],
        days: tuple[int, int] | None = None,
    ) -> tuple[list[Column], float]:
        """Bursts from an incumbent, each from the best so far: new rosters and the gain.

        They are as hot as chance has it, at most ``heat``. The answer depends on the arguments alone.

        Parameters
        ----------
        incumbent : Incumbent
            Left as it is.
        moves : int
            Trials, shared out over the bursts.
        heat : float
            Highest temperature of a burst.
        stream : tuple of int
            Numbers of the stream of random choices.
        over : callable
            Asked now and then; True ends the burst.
        days : tuple of int, optional
            The whole horizon, or nothing.

        Returns
        -------
        columns : list of Column
            New rosters, one for each person who changes.
        gain : float
            How much cheaper the plan becomes with them.

        Raises
        ------
        ValueError
            For a window (``days``) of part of the horizon: bursts have none.
        """
        if days not in (None, (0, self.cover.days)):
            raise ValueError("bursts of reinsertion have no window")
        random = np.random.default_rng([self.seed, 89, *stream])
        best, mild, wild = incumbent.copy(), self.tuning.mild, self.tuning.wild
        made: dict[int, Column] = {}
        part = max(1, int(self.tuning.part * self.full))
        for left in range(max(moves, 1), 0, -part):
            warm = min(heat, float(mild * (wild / mild) ** random.uniform()))
            columns, gain = self._burst(best, min(left, part), warm, int(random.integers(1 << 30)), over)
            if gain > 1e-9:
                best.put(columns)
                made.update({c.employee: c for c in columns})
            if over():
                break
        return list(made.values()), incumbent.cost - best.cost

    def _burst(
        self, incumbent: Incumbent, moves: int, heat: float, seed: int, over: Callable[[], bool]
    ) -> tuple[list[Column], float]:
        search, chunk = self.search, self.tuning.reinsertion.chunk
        trials = max(chunk, moves // self.tuning.moves)
        search.tally[:] = 0.0
        search.start(incumbent.words)
        hot, cold = search.temperatures
        chunks, warm = itertools.count(), max(heat * hot, cold)
        search.improve(
            lambda: float(warm * (cold / warm) ** min(1.0, chunk * next(chunks) / trials)),
            seed=seed,
            over=over,
            trials=trials,
        )
        columns = []
        for e in np.flatnonzero((search.plan.words != incumbent.words).any(axis=1)).tolist():
            cost = self.pricer.cost(e, search.plan.words[e])
            if not math.isfinite(cost):
                return [], 0.0
            columns.append(Column.of(self.cover, e, search.plan.words[e], cost))
        trial = incumbent.copy()
        trial.put(columns)
        gain = incumbent.cost - trial.cost
        return (columns, gain) if gain > 1e-9 else ([], 0.0)

    def _plan(
        self, relaxed: Relaxed, random: np.random.Generator, spent: Callable[[], float], over: Callable[[], bool]
    ) -> Incumbent | None:
        search = self.search
        if not search.construct(random, relaxed.mean):
            return None
        search.repair(random, over)
        hot, cold = search.temperatures
        chunks, chunk = itertools.count(), self.tuning.reinsertion.chunk

        def heat() -> float:
            progress = max(chunk * next(chunks) / self.trials, spent())
            return float(hot * (cold / hot) ** min(1.0, progress))

        search.improve(
            heat,
            seed=int(random.integers(1 << 30)),
            over=lambda: over() or spent() >= 1.0,
            trials=self.trials,
        )
        words = search.plan.words.copy()
        personal = np.array([self.pricer.cost(e, words[e]) for e in range(len(words))])
        made = Incumbent(self.cover, words, personal, self.penalty)
        if not np.isfinite(personal).all() and not repair(made, self.pricer):
            return None
        return made
