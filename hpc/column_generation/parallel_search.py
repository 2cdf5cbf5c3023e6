"""Large-neighbourhood search in rounds: each rank re-optimises other people; all ranks keep the same incumbent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.annealing import Chains, weeks
from hpc.column_generation.column import Column
from hpc.column_generation.gap import Guide
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.neighbourhood import Attempt, choose_people, improve
from hpc.column_generation.options import ColumnGenerationTuning
from hpc.column_generation.search_state import KINDS, SearchState
from hpc.column_generation.start_heuristic import Opening
from hpc.column_generation.tuning import SearchTuning
from hpc.column_generation.windows import renew
from hpc.runtime.timers import Timers, Work
from optimise.core.method import Communicator
from optimise.roster.kernels import Pricer

__all__ = ["Search"]

Floats = NDArray[np.float64]

_COVER, _WINDOW, _ANNEAL, _EVERYBODY = (KINDS.index(k) for k in ("cover", "window", "anneal", "everybody"))


@dataclass(frozen=True, slots=True)
class _Draw:
    """What to try: people and days, or a chain and its heat."""

    way: int
    people: tuple[int, ...] = ()
    days: tuple[int, int] | None = None
    heat: float = 0.0


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
        seed: int,
        timers: Timers,
        state: SearchState | None = None,
        chains: Chains | None = None,
        tuning: ColumnGenerationTuning = ColumnGenerationTuning(),  # noqa: B008
    ) -> None:
        self.tuning = tuning
        self.incumbent, self.pricer, self.comm = incumbent, pricer, comm
        self.duals, self.seed, self.timers = duals, seed, timers
        #: whether some rank had been asked to stop by the end of the last round
        self.asked = False
        #: step of which all costs are multiples, or 0
        self.lattice = incumbent.cover.compiled.grid
        self.guide = None if duals is None else Guide(incumbent.cover, pricer, duals)
        self.state = state or SearchState()
        people, days = incumbent.words.shape
        self.most = float(min(people, tuning.search.most_people))
        self.state.size = min(self.state.size, self.most)
        self.days = days
        #: chains of annealing, or bursts of reinsertion in their place
        self.chains: Chains | Opening | None = chains
        if chains is not None:
            chains.warmth, chains.suited = self.state.warmth, self.state.suited

    def round(
        self, over: Callable[[], bool], asked: Callable[[], bool] = lambda: False, *, whole: bool = True
    ) -> float | None:
        """One round on all ranks; returns the gain.

        If any rank was ``asked`` to stop and a round counts ``whole`` or not at all, all ranks drop it alike and return
        None: a resumed run repeats it, so that stopping changes nothing in what comes out.
        """
        state = self.state
        tasks = max(self.tuning.search.round, self.comm.size)
        mine: list[tuple[int, Attempt]] = []
        drawn = self._draw(tasks)
        for k in range(self.comm.rank, tasks, self.comm.size):
            if over() and mine:
                break
            self.pricer.reset()
            with self.timers("neighbourhoods"):
                mine.append((k, self._attempt(k, drawn[k], over)))
            self.timers.count("neighbourhoods")
        with self.timers("idle"):
            gathered = self.comm.allgather((mine, asked()))
        self.asked = any(stop for _, stop in gathered)
        if self.asked and whole:
            return None
        attempts = [a for _, a in sorted((pair for part, _ in gathered for pair in part), key=lambda pair: pair[0])]
        gain = self._merge(attempts)
        state.round += 1
        self._adapt(attempts, gain)
        return gain

    def _draw(self, tasks: int) -> list[_Draw]:
        """Neighbourhoods of this round, the same on all ranks; whole rosters of different people, as far as it goes."""
        drawn: list[_Draw] = []
        busy: set[int] = set()
        aims: set[int] = set()
        for k in range(tasks):
            one = self._draw_one(np.random.default_rng((self.seed, self.state.round, k)), busy, aims)
            drawn.append(one)
            if one.way != _WINDOW:
                busy.update(one.people)
        return drawn

    def _draw_one(self, random: np.random.Generator, busy: set[int], aims: set[int]) -> _Draw:
        """One neighbourhood, of others than are ``busy`` and about other lines than ``aims``, which grow by its own."""
        way = int(random.choice(len(KINDS), p=self._likely()))
        if self._hasty:
            way = _ANNEAL
        if way == _ANNEAL and self.chains is not None:
            heat, window = self.chains.draw(random)
            return _Draw(way, days=window, heat=heat)
        if way == _EVERYBODY:
            return _Draw(way, days=self._weeks(random))
        people, days = self._choice(way, random, busy, aims)
        return _Draw(way, tuple(people), days)

    def _attempt(self, k: int, drawn: _Draw, over: Callable[[], bool]) -> Attempt:
        """Work on neighbourhood ``k`` of this round."""
        way, people, days = drawn.way, list(drawn.people), drawn.days
        if way == _ANNEAL and self.chains is not None and days is not None:
            moves = int(self.state.length * self.chains.full) * (days[1] - days[0]) // self.days
            stream = (self.state.round, k)
            columns, gain = self.chains.again(self.incumbent, moves, drawn.heat, stream, over, days)
            return Attempt(tuple(c.employee for c in columns), tuple(columns), gain, False, Work.MOVE * moves, way)
        if way == _EVERYBODY and days is not None:
            return self._renewed(k, days, over)
        made = improve(
            self.incumbent,
            self.incumbent.subproblem(people, days, lattice=self.lattice),
            self.pricer,
            center=self.duals,
            over=over,
            most=self.tuning.search.most_work,
            tuning=self.tuning,
        )
        return replace(made, way=way)

    def _weeks(self, random: np.random.Generator) -> tuple[int, int]:
        """A window for everybody: half to all of what windows before the master have, as far as the horizon allows."""
        most = min(self.tuning.windows.days, self.days - 7) // 7
        return weeks(random, self.days, max(1, most // 2), most)

    def _renewed(self, k: int, days: tuple[int, int], over: Callable[[], bool]) -> Attempt:
        """Everybody planned anew in a window."""
        assert isinstance(self.chains, Chains)
        work = Work()
        pricing = LocalPricing(self.pricer, self.incumbent.cover, over=over, work=work)
        stream = ((self.state.round + 1) << 12) + k  # apart from those of windows before the master
        trial = renew(
            self.incumbent,
            self.incumbent.subproblem(list(range(len(self.incumbent.words))), days, lattice=self.lattice),
            pricing,
            self.chains,
            stream,
            over=over,
            work=work,
            tuning=self.tuning,
        )
        work.add(Work.MOVE * self.chains.full * (days[1] - days[0]) / (4 * self.days))
        if trial is None:
            return Attempt((), (), 0.0, False, work.used, _EVERYBODY)
        columns = tuple(trial.changes(self.incumbent))
        gain = self.incumbent.cost - trial.cost
        return Attempt(tuple(c.employee for c in columns), columns, gain, False, work.used, _EVERYBODY)

    def _likely(self) -> Floats:
        """Chances of the kinds: half by gain per work so far, half so that all get as much work."""
        spent = np.array(self.state.spent)
        rate = (np.array(self.state.gains) + 1e-9) / (spent + 0.5)
        rare = 1.0 / np.maximum(1.0, spent / np.maximum(1.0, np.array(self.state.tries)))
        chance = 0.5 * rare / rare.sum() + 0.5 * rate / rate.sum()
        if self.chains is None or not self.chains.suited:
            chance[_ANNEAL] = 0.0
        if not isinstance(self.chains, Chains) or not self.chains.suited or self.days < 14:
            chance[_EVERYBODY] = 0.0
        likely: Floats = chance / chance.sum()
        return likely

    def _choice(
        self, way: int, random: np.random.Generator, busy: set[int], aims: set[int]
    ) -> tuple[list[int], tuple[int, int] | None]:
        """People and window of a neighbourhood; ``aims`` are lines that others of the round are about."""
        people, t = len(self.incumbent.words), self.tuning.search
        window: tuple[int, int] | None = None
        whole = way != _WINDOW
        length = self.days
        if whole:
            size = max(2, round(self.state.size * float(random.uniform(0.75, 1.25))))
            if self.days > 63:  # long horizons: more people on fewer days
                length = max(14, 7 * round(t.area * (self.state.size / 8.0) / (7 * size)))
        else:
            length = int(random.integers(t.shortest, t.longest + 1))
            size = min(people, max(3, round(self.state.wide * 7 / length)))
            way, busy = int(random.integers(0, _WINDOW)), set()
        line = self._aim(random, aims) if way == _COVER else None
        if length < self.days:
            step = 7 if whole else 1
            first = step * int(random.integers(0, max(1, (self.days - length) // step + 1)))
            if line is not None and self.guide is not None:  # around the line
                first = self.guide.day(line) - int(random.integers(0, length))
                first = min(max(0, first // step * step), self.days - length)
            window = (first, min(self.days, first + length))
        chosen = choose_people(self.incumbent, size, random, way, guide=self.guide, line=line, window=window, busy=busy)
        return chosen, window

    def _aim(self, random: np.random.Generator, aims: set[int]) -> int | None:
        """A line that costs more than need be, another one than those of ``aims`` if there is one."""
        if self.guide is None:
            return None
        slack = self.guide.lines(self.incumbent)
        slack[slack < max(self.lattice, 1e-6)] = 0.0
        fresh = slack.copy()
        fresh[list(aims)] = 0.0
        slack = fresh if fresh.sum() > 0 else slack
        if slack.sum() <= 0:
            return None
        line = int(random.choice(len(slack), p=slack / slack.sum()))
        aims.add(line)
        return line

    @property
    def _hasty(self) -> bool:
        """Whether to run bursts of reinsertion only: they mend in a second what a dive left."""
        return self.state.hasty and isinstance(self.chains, Opening)

    def _merge(self, attempts: list[Attempt]) -> float:
        """Apply the attempts of a round, greatest gain first: they overlap, and a small one may spoil a large one.

        Where two attempts changed the same person, the changes of both are tried as well as the later one alone.
        """
        total, base = 0.0, self.incumbent.words
        for attempt in sorted(attempts, key=lambda a: -a.gain):
            if not attempt.columns:
                continue
            trial = self.incumbent.copy()
            trial.put(attempt.columns)
            if total > 0.0:
                both = self.incumbent.copy()
                both.put(self._joined(base, attempt.columns, self.incumbent))
                trial = both if both.cost < trial.cost else trial
            gain = self.incumbent.cost - trial.cost
            if gain > 1e-9:
                self.incumbent = trial
                total += gain
        return total

    def _joined(self, base: NDArray[np.int16], columns: Iterable[Column], onto: Incumbent) -> list[Column]:
        """Rosters of an attempt from ``base`` with what is otherwise in the plan ``onto``, where both leave room."""
        made: list[Column] = []
        for c in columns:
            now = onto.words[c.employee]
            word = np.where(c.word != base[c.employee], c.word, now).astype(np.int16)
            cost = self.pricer.cost(c.employee, word)
            made.append(Column.of(self.incumbent.cover, c.employee, word, cost))
        return made

    def _adapt(self, attempts: list[Attempt], gain: float) -> None:
        """Grow neighbourhoods that are solved to proof, shrink those that are not; note what each kind brought."""
        state, t = self.state, self.tuning.search
        state.since_gain = 0 if gain > 0 else state.since_gain + 1
        scale = max(1.0, abs(self.incumbent.cost))
        if self._hasty:  # what these bring says nothing about later
            state.hasty = gain > t.hasty * scale
            return
        for a in attempts:
            state.gains[a.way] = t.fade * state.gains[a.way] + 1e3 * a.gain / scale
            state.spent[a.way] = t.fade * state.spent[a.way] + a.work
            state.tries[a.way] = t.fade * state.tries[a.way] + 1.0
            step = _step(a, state.wide if a.way == _WINDOW else state.size, t)
            if a.way == _EVERYBODY:
                continue
            if a.way == _ANNEAL:
                assert self.chains is not None
                longer, shorter = self.chains.pace
                state.length = min(2.0, max(0.02, state.length * (longer if a.gain <= 0 else shorter)))
            elif a.way == _WINDOW:
                state.wide = min(float(len(self.incumbent.words)), max(4.0, state.wide + step))
            else:
                state.size = min(self.most, max(4.0, state.size + step))


def _step(attempt: Attempt, size: float, tuning: SearchTuning) -> float:
    """Change of size after an attempt: cheap proofs make neighbourhoods grow fast."""
    if attempt.gain > 0:
        return 0.0
    if attempt.work > tuning.most_work:  # cut short
        return -tuning.cut * size
    if not attempt.closed:  # what is missed cheaply is missed for want of people
        return -0.5 if attempt.work > tuning.dear * tuning.most_work else 0.25
    return 1.0 if attempt.work < tuning.cheap_proof else 0.5
