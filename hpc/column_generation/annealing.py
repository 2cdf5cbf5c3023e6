"""Chains of simulated annealing: the quick way to a good plan, and one move of the neighbourhood search."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.incumbent import Incumbent, descend, repair
from hpc.column_generation.tuning import AnnealingTuning
from optimise.core.method import Communicator, now
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.anneal import Annealer
from optimise.roster.kernels.cover import CoverRows

__all__ = ["Chains", "sound", "weeks"]

Word = NDArray[np.int16]


def sound(
    annealer: Annealer, words: Word, cold: float, seed: int, moves: int, over: Callable[[], bool] = lambda: False
) -> tuple[Word, float]:
    """A short chain at the last temperature, one pass only.

    Parameters
    ----------
    annealer : Annealer
    words : int16 array (people, days)
        Start.
    cold : float
        Temperature, in units of cost.
    seed, moves : int
    over : callable, optional
        True ends the chain before its next part.

    Returns
    -------
    tuple of int16 array (people, days) and float
        Its roster, and the seconds of a move.
    """
    annealer.load(words)
    began = now()
    found = annealer.run(words, moves, cold, cold, seed, over, tries=1)
    return found, (now() - began) / moves


def weeks(random: np.random.Generator, days: int, least: int, most: int) -> tuple[int, int]:
    """A half-open window of ``least`` to ``most`` whole weeks (of what there is, on shorter horizons)."""
    length = 7 * int(random.integers(least, most + 1))
    first = 7 * int(random.integers(0, max(0, days - length) // 7 + 1))
    return first, min(days, first + length)


class Chains:
    """Annealing for one problem; the automata are built on first use.

    Parameters
    ----------
    cover, pricer
    lattice : float
        Step of costs, from which the last temperature is taken.
    seed : int
    tuning : AnnealingTuning
    """

    def __init__(
        self,
        cover: CoverRows,
        pricer: Pricer,
        lattice: float,
        seed: int,
        tuning: AnnealingTuning = AnnealingTuning(),  # noqa: B008
    ) -> None:
        self.cover, self.pricer, self.seed, self.tuning = cover, pricer, seed, tuning
        self._annealer: Annealer | None = None
        self._lattice = lattice
        self.full = tuning.moves * len(cover.kind) * cover.days
        self.warmth = 0.0
        #: whether enough moves keep the hard rules
        self.suited = True
        #: change of the moves of a chain of the search after one without and one with gain
        self.pace = (tuning.longer, tuning.shorter)

    @property
    def annealer(self) -> Annealer:
        if self._annealer is None:
            self._annealer = Annealer(self.cover.compiled, self.cover)
            self.cold = max(self._lattice or 1e-3 * self._annealer.hard, 1e-6) / 6.0
        return self._annealer

    @property
    def share(self) -> float:
        """Share of the time for the first chains: more where most cover is exact, since dives do badly there."""
        lines = self.cover.compiled.lines
        exact = sum(
            line.lower == line.upper
            and any(math.isinf(s.price) for s in line.under)
            and any(math.isinf(s.price) for s in line.over)
            for line in lines
        )
        return self.tuning.exact_share if 2 * exact > len(lines) else self.tuning.share

    @property
    def most(self) -> float:
        """Share of the time that one chain may take where all of them would be shorter than a full one."""
        return max(self.share, self.tuning.long_share) if self.cover.days >= self.tuning.long_days else self.share

    def start(
        self,
        incumbent: Incumbent,
        comm: Communicator,
        seconds: float,
        over: Callable[[], bool],
        most: float = 0.0,
    ) -> list[Incumbent]:
        """Full chains from one roster, spread over ranks; cheapest first, the same on all ranks.

        Chains are shortened when ``seconds`` (per rank) do not suffice for them, as a first probe tells; ``most``
        seconds may go to one that is not. Where most moves break hard rules no chain is run: it would walk badly, and
        dives and neighbourhoods do better there.
        """
        annealer = self.annealer
        probe, each = sound(annealer, incumbent.words, self.cold, self.seed, self.tuning.probe, over)
        self.warmth, broken = annealer.survey(probe, self.seed)
        self.warmth, self.suited = max(self.warmth, 2 * self.cold), broken <= self.tuning.most_broken
        if not self.suited:
            return [incumbent]
        seconds = max(seconds, min(most, 1.2 * each * self.full))
        tasks = self.tuning.chains if comm.size <= 3 else comm.size
        if comm.size == 1 and seconds < 1.2 * each * self.tuning.chains * self.full:
            tasks = 1  # one longer chain ends lower than several short ones
        local = -(-tasks // comm.size)
        moves = int(comm.bcast(min(self.full, max(self.tuning.probe, seconds / (1.2 * each * local)))))
        mine: list[tuple[int, Word, NDArray[np.float64]]] = []
        for k in range(comm.rank, tasks, comm.size):
            found = annealer.run(probe, moves, self.warmth, self.cold, self._stream(0, k), over)
            better = self._legal(incumbent, found)
            mine.append((k, better.words, better.personal))
        gathered = sorted((m for part in comm.allgather(mine) for m in part), key=lambda m: m[0])
        plans = [Incumbent(self.cover, w, p, incumbent.penalty) for _, w, p in gathered]
        return sorted([incumbent, *plans], key=lambda p: p.cost)

    def nearby(self, incumbent: Incumbent, over: Callable[[], bool], found: Callable[[Incumbent], object]) -> None:
        """Cold chains from a plan that somebody gave, which a full one would lose; each better plan is told."""
        t = self.tuning
        warmth, broken = self.annealer.survey(incumbent.words, self.seed)
        if broken > t.most_broken:
            return
        moves = t.given_moves * incumbent.words.size
        for k, heat in enumerate(t.given_heats):
            if over():
                return
            warm = max(heat * warmth, 2 * self.cold)
            made = self.annealer.run(incumbent.words, moves << k, warm, self.cold, self._stream(1 << 19, k), over)
            better = self._legal(incumbent, made)
            if better.cost < incumbent.cost:
                incumbent = better
                found(better)

    def draw(self, random: np.random.Generator) -> tuple[float, tuple[int, int]]:
        """Heat and days of a chain of the search: on few weeks, gains are not lost to what it spoils elsewhere."""
        mild, warm = self.tuning.mild, self.tuning.warm
        heat = float(mild * (warm / mild) ** random.uniform())
        days = self.cover.days
        return heat, weeks(random, days, 1, min(self.tuning.weeks, max(1, days // 7)))

    def again(
        self,
        incumbent: Incumbent,
        moves: int,
        heat: float,
        stream: tuple[int, int],
        over: Callable[[], bool],
        days: tuple[int, int] | None = None,
    ) -> tuple[list[Column], float]:
        """A chain from an incumbent, heated to a fraction of the first temperature: new rosters and the gain.

        Parameters
        ----------
        incumbent : Incumbent
            Left as it is.
        moves : int
            Trials of the chain.
        heat : float
            Fraction of the first temperature.
        stream : tuple of int
            Numbers of the stream of random choices.
        over : callable
            Asked now and then; True ends the chain.
        days : tuple of int, optional
            Half-open window of days that may change.

        Returns
        -------
        columns : list of Column
            New rosters, one for each person who changes; empty where nothing was gained.
        gain : float
            How much cheaper the plan becomes with them.
        """
        annealer = self.annealer
        if self.warmth == 0.0:
            self.warmth = max(annealer.survey(incumbent.words, self.seed)[0], 2 * self.cold)
        hot = max(heat * self.warmth, 2 * self.cold)
        found = annealer.run(incumbent.words, moves, hot, self.cold, self._stream(*stream), over, days=days)
        if (found == incumbent.words).all():
            return [], 0.0
        better = self._legal(incumbent, found)
        gain = incumbent.cost - better.cost
        if gain <= 1e-9:
            return [], 0.0
        return better.changes(incumbent), gain

    def polish(
        self,
        incumbent: Incumbent,
        k: int,
        over: Callable[[], bool],
        kept: Word | None = None,
        brief: bool = False,
    ) -> Incumbent:
        """Chains from a plan of a dive, too cold to leave its neighbourhood; the cheaper of the two plans.

        Parameters
        ----------
        kept : int16 array (people, days), optional
            What the dive fixed, -1 elsewhere: a first, warmer chain changes only the rest.
        brief : bool
            Whether the last chain, over all cells, is a short one.
        """
        annealer, words, t = self.annealer, incumbent.words, self.tuning
        if kept is not None:
            free = int((kept < 0).sum())
            warm = max(t.free_heat * self.warmth, 1.01 * self.cold)
            words = annealer.run(words, t.free_moves * free, warm, self.cold, self._stream(1 << 21, k), over, kept=kept)
        per_cell, heat = (t.brief_moves, t.brief_heat) if brief else (t.polish_moves, t.polish_heat)
        warm = max(heat * self.warmth, 1.01 * self.cold)
        found = annealer.run(words, int(per_cell * words.size), warm, self.cold, self._stream(1 << 20, k), over)
        better = self._legal(incumbent, found)
        return better if better.cost < incumbent.cost else incumbent

    def _legal(self, like: Incumbent, words: Word) -> Incumbent:
        """The roster with exact personal costs; whoever breaks a personal rule gets the best roster that does not."""
        personal = np.array([self.pricer.cost(e, words[e]) for e in range(len(words))])
        made = Incumbent(self.cover, words, personal, like.penalty)
        if not np.isfinite(personal).all():
            if not repair(made, self.pricer):
                return like.copy()
            descend(made, self.pricer, range(len(words)))
        return made

    def _stream(self, round_: int, k: int) -> int:
        return int(np.random.SeedSequence([self.seed, 77, round_, k]).generate_state(1)[0])
