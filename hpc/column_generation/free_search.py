"""The neighbourhood search without rounds: each rank works on, and plans travel beside the work.

Where the clock ends a run, nothing is gained by waiting. Each rank draws neighbourhoods of its own around the plan that
it holds. A gain goes out as a whole plan with what it changed, so whoever gets it can take the plan, or make the same
change to its own, or its own last changes to the plan, whichever costs least. What was tried is told to the group, so
that chances and sizes follow everybody's attempts, and so is who is being planned anew, so that others take other
people. Groups hold plans of their own and meet now and then: at such a time a rank takes the best plan of all if it
is better than its own.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.neighbourhood import Attempt
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.run import Run
from optimise.core.method import Deadline

__all__ = ["FreeSearch"]

Words = NDArray[np.int16]
#: Least gain that counts.
_SOME = 1e-9


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan on its way.

    Attributes
    ----------
    group : int
        Of the rank that found it.
    cost : float
    words : int16 array (people, days)
    personal : float array (people,)
    changed : int array
        People whose rosters the last gain changed.
    before : int16 array (changed people, days)
        Their rosters before it.
    """

    group: int
    cost: float
    words: Words
    personal: NDArray[np.float64]
    changed: NDArray[np.int64]
    before: Words


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a rank tried last, if anything, and whom it plans anew now."""

    attempt: Attempt | None
    people: tuple[int, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class _End:
    """The search ends on all ranks."""

    stopped: bool


class FreeSearch(Search):
    """Neighbourhoods on each rank without waiting for others; see the module for what travels."""

    def run(self, run: Run, stuck: Callable[[], bool]) -> None:
        """Search until the run is over, or nothing has been gained for a while; all ranks come and leave together.

        Afterwards all hold the best plan, ``run`` has taken it, and knows whether somebody was asked to stop.

        Parameters
        ----------
        run : Run
            Of this rank.
        stuck : callable
            Whether it is time to end without being over; asked on rank 0.
        """
        self.post = run.exchange(self.tuning.search.group, self.tuning.search.waiting)
        self.begin(run)
        try:
            while not self._ended(stuck):
                self._turn()
        finally:
            with self.timers("idle"):
                self.post.close()
        run.share_best()
        assert run.incumbent is not None
        self.incumbent = run.incumbent

    def begin(self, run: Run) -> None:
        """Forget what an earlier call knew."""
        self._run, self._over, self._told_end = run, False, False
        self._group = self.comm.rank // self.tuning.search.group
        self._others: dict[int, _Tried] = {}
        self._last: Attempt | None = None
        self._plans: list[_Plan] = []
        self._visitor: _Plan | None = None
        self._told: list[Attempt] = []
        self._mine: deque[tuple[list[Column], Words]] = deque(maxlen=self.tuning.search.own)
        #: of the last attempts, as many as a round has: what one burst brings says little about the next
        self._gains: deque[float] = deque(maxlen=self.tuning.search.round)
        self._look = Deadline(0.0)
        left = run.clock.left
        self._meetings = deque(run.clock.elapsed + share * left for share in self.tuning.search.meetings)

    # ---- one turn ---------------------------------------------------------------------------------------------------
    def _turn(self) -> None:
        """Draw a neighbourhood, work on it, and take in what others have found meanwhile."""
        state, rank = self.state, self.comm.rank
        random = np.random.default_rng((self.seed, state.round, rank))
        busy = {e for tried in self._others.values() for e in tried.people}
        aims = {tried.line for tried in self._others.values() if tried.line is not None}
        known = set(aims)
        drawn = self._draw_one(random, busy, aims)
        line = next(iter(aims - known), None)
        self.post.send(_Tried(self._last, drawn.people, line), self.post.peers)
        self.pricer.reset()
        base = self.incumbent
        with self.timers("neighbourhoods"):
            attempt = self._attempt(rank, drawn, self._hear)
        self.timers.count("neighbourhoods")
        state.round += 1
        with self.timers("merging"):
            gain = self._apply(attempt, base)
            self._hear()
            for plan in self._plans:
                self._join(plan)
            self._plans.clear()
            self._meet()
        self._gains += [gain, *(a.gain for a in self._told)]
        full = len(self._gains) == self._gains.maxlen
        self._adapt([attempt, *self._told], sum(self._gains) if full else math.inf)
        self._told.clear()
        self._last = Attempt(attempt.people, (), attempt.gain, attempt.closed, attempt.work, attempt.way)
        self._run.done = state.round
        self._run.save("search", state)

    def _apply(self, attempt: Attempt, base: Incumbent) -> float:
        """Take what an attempt found, and tell the others; returns the gain."""
        if not attempt.columns:
            return 0.0
        trial = base.copy()
        trial.put(attempt.columns)
        gain = base.cost - trial.cost
        if gain <= _SOME:
            return 0.0
        self._mine.append((list(attempt.columns), base.words))
        self._take(trial, [c.employee for c in attempt.columns], base.words)
        return gain

    def _take(self, plan: Incumbent, changed: list[int], before: Words) -> None:
        """Hold a better plan and tell what changed in it: the group always, everybody if it is the best known."""
        self.incumbent = plan
        ranks = set(self.post.peers)
        if self._run.found(plan.copy(), "neighbourhood"):
            ranks.update(self.post.links)
        people = np.array(changed, dtype=np.int64)
        self.post.send(_Plan(self._group, plan.cost, plan.words, plan.personal, people, before[people]), ranks)

    def _join(self, heard: _Plan) -> None:
        """The cheapest of: the plan here, the other, the other with own last changes, the own with its change."""
        theirs = Incumbent(self.incumbent.cover, heard.words, heard.personal, self.incumbent.penalty)
        own = self.incumbent
        before = heard.words.copy()
        before[heard.changed] = heard.before
        change = [Column.of(own.cover, e, heard.words[e], float(heard.personal[e])) for e in map(int, heard.changed)]
        joined = theirs.copy()
        for columns, base in self._mine:
            trial = self._with(joined, base, columns)
            joined = trial if trial.cost < joined.cost - _SOME else joined
        both = self._with(own, before, change)
        best = min((joined, both), key=lambda p: p.cost)
        if best.cost >= own.cost - _SOME:
            return
        if best.cost >= heard.cost - _SOME:
            self.incumbent = theirs
            return
        changed = np.flatnonzero((best.words != heard.words).any(axis=1)).tolist()
        self._take(best, changed, heard.words)

    def _with(self, plan: Incumbent, base: Words, columns: list[Column]) -> Incumbent:
        """A plan with a change that was made to another."""
        made = plan.copy()
        made.put(self._joined(base, tuple(columns), onto=plan))
        return made

    def _meet(self) -> None:
        """Take the best plan of other groups, when it is time to meet."""
        elapsed, due = self._run.clock.elapsed, False
        while self._meetings and elapsed >= self._meetings[0]:
            self._meetings.popleft()
            due = True
        if self._visitor is not None and (due or not self._meetings):
            self._join(self._visitor)
            self._visitor = None

    # ---- messages ---------------------------------------------------------------------------------------------------
    def _hear(self) -> bool:
        """Take in and pass on what has come; whether to end the attempt."""
        if self._over or not self._look.over:
            return self._over
        self._look = Deadline(self.tuning.search.look)
        for sender, message in self.post.read():
            self._heard(sender, message)
        self._over = self._over or self._run.over()
        return self._over

    def _heard(self, sender: int, message: Any) -> None:
        if isinstance(message, _End):
            if not self._told_end:
                self._told_end = True
                self.post.send(message, [r for r in self.post.links if r != sender])
            self._over, self._run.stopped = True, self._run.stopped or message.stopped
        elif isinstance(message, _Tried):
            self._others[sender] = message
            if message.attempt is not None:
                self._told.append(message.attempt)
        else:
            self._heard_plan(sender, message)

    def _heard_plan(self, sender: int, heard: _Plan) -> None:
        plan = Incumbent(self.incumbent.cover, heard.words, heard.personal, self.incumbent.penalty)
        if self._run.found(plan, "other ranks"):
            self.post.send(heard, set(self.post.links) - {sender})
            if heard.group != self._group:
                self._visitor = heard
        if heard.group == self._group:
            self._plans.append(heard)

    def _ended(self, stuck: Callable[[], bool]) -> bool:
        """Whether the search ends here, which all ranks are told."""
        if not self._over:
            self._over = self._run.finished() or (self.comm.rank == 0 and stuck())
        if self._over and not self._told_end:
            self._told_end = True
            self.post.send(_End(self._run.stopped), self.post.links)
        return self._over
