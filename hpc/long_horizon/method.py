"""Rosters too long for exact pricing: a bound with priced totals, a rounded plan, ruin and recreate over ranks.

One round of exact pricing over a year of 50 people takes minutes. Here everything is linear in the horizon:

1. the Lagrangian with cover *and* totals priced (:mod:`optimise.roster.search.relaxation`), people spread over ranks;
2. its averaged rosters rounded person by person, each optimal for what the others are expected to bring;
3. branch and bound on the whole model where the decisions are few and only the rules are long;
4. where most moves keep the hard rules, chains of annealing over the whole horizon
(:mod:`optimise.roster.kernels.anneal`);
5. ruin and recreate (:mod:`optimise.roster.search.reinsertion`) in rounds. Each lane of a round changes its own
stretch of
   the horizon, and lanes are put together again at the end of it: cover of different days is independent, sequences
   meet again within the days left between lanes, and each person's totals may be changed by one lane only.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.annealing import sound
from hpc.column_generation.final_mip import few_decisions, first_plan, prove
from hpc.column_generation.options import ColumnGenerationOptions
from hpc.long_horizon.tuning import LongTuning
from hpc.runtime.checkpoint import Checkpoint
from hpc.runtime.session import Session
from optimise.core.errors import UnsupportedError
from optimise.core.method import (
    Communicator,
    Limits,
    Listener,
    Outcome,
)
from optimise.core.passed import passed
from optimise.core.result import Bounds, Plan
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels.anneal import Annealer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.construct import construct as in_pieces
from optimise.roster.search.construct import hard_price
from optimise.roster.search.reinsertion import Reinsertion
from optimise.roster.search.relaxation import SOURCE, Relaxation, ascend
from optimise.roster.totals import lighter, table_cells

__all__ = ["LongRun", "is_long", "priced_form"]

log = logging.getLogger(__name__)


def is_long(
    problem: RosterProblem,
    tuning: LongTuning = LongTuning(),  # noqa: B008
    compiled: CompiledRoster | None = None,
) -> bool:
    """Whether exact pricing of everybody would take minutes a round, judged by size alone.

    Parameters
    ----------
    problem : RosterProblem
    tuning : LongTuning
    compiled : CompiledRoster, optional
        The rules as they are priced, where that is not the problem's own form.
    """
    try:
        cells = table_cells(compiled or problem.compiled, problem.automata)
    except UnsupportedError:
        return False
    return bool(problem.shape[0] * cells > tuning.most_work)


def priced_form(problem: RosterProblem, tuning: LongTuning) -> CompiledRoster:
    """The rules as exact pricing takes them: soft totals as lines where tables would be too large with them.

    Parameters
    ----------
    problem : RosterProblem
    tuning : LongTuning

    Returns
    -------
    CompiledRoster
        Every plan costs the same.
    """
    compiled, (people, days, _) = problem.compiled, problem.shape
    if days > tuning.exact_days or people > tuning.exact_people or not is_long(problem, tuning):
        return compiled
    return lighter(compiled, problem.automata, min(tuning.most_work, tuning.light_work) / people)


class LongRun(Session[NDArray[np.int16]]):
    """One solve of a long roster problem."""

    def __init__(
        self,
        problem: RosterProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None,
        options: Mapping[str, object] | ColumnGenerationOptions,
        name: str,
    ) -> None:
        asked = ColumnGenerationOptions.of(options)
        grid = problem.compiled.grid
        super().__init__(limits, seed, comm, listen, name=name, source=SOURCE, grid=grid, checkpoint=asked.checkpoint)
        self.problem, self.given, self.options, self.tuning = problem, start, asked, asked.long_tuning
        #: roster of the checkpoint that this run goes on from
        self.resumed_words: NDArray[np.int16] | None = None

    def plan(self) -> Roster | None:
        return None if self.best is None else Roster(self.best)

    # ---- the algorithm ---------------------------------------------------------------------------------------------
    def solve(self) -> Outcome:
        compiled, built = self.problem.compiled, self.problem.automata
        if not all(a.feasible for a in built.distinct):
            nobody = [e.id for i, e in enumerate(self.problem.employees) if not built[i].feasible]
            text = f"no sequence of duties obeys the personal rules of {', '.join(nobody[:5])}"
            return self.impossible(text, bounds=Bounds())
        with self.timers("building"):
            self.cover = CoverRows(compiled)
            self.search = Reinsertion(compiled, built, self.cover, hard_price(compiled), self.tuning.reinsertion)
        mean = self._bound()
        self._start(mean)
        self._close()
        if self.best is not None and not self.agree(self.finished()):
            self._anneal()
            self._improve()
        return self.outcome({"rounds": float(self.done), "neighbourhoods": float(self.search.trials)})

    def _bound(self) -> NDArray[np.float32] | None:
        if not self.options.root or self._resumed():
            return None
        comm = self.comm
        mine = np.arange(comm.rank, self.problem.shape[0], comm.size)
        share = self.options.root_share or self.tuning.bound_share

        def listen(bound: float) -> None:
            self.rise(bound, "relaxation")

        with self.timers("root"):
            found = ascend(
                Relaxation(self.search.staff, self.cover, mine),
                seconds=share * self.clock.left,
                comm=comm,
                steps=None if self.limits.iterations is None else self.tuning.bound_steps,
                over=self.over,
                listen=listen,
                tuning=self.tuning.relaxation,
            )
        self.rise(found.bound)
        self.timers.count("relaxation steps", found.steps)
        return found.mean

    def _start(self, mean: NDArray[np.float32] | None) -> None:
        """The best of a few plans, or the one given; equal on all ranks."""
        comm, search = self.waits, self.search
        made: list[tuple[float, int, NDArray[np.int16]]] = []
        with self.timers("construction"):
            words = self.resumed_words
            if words is None and isinstance(self.given, Roster):
                words = np.array(self.given.duties)
            if words is not None and math.isfinite(search.start(words)):
                made.append((search.cost, -1, search.plan.words.copy()))
            for k in range(comm.rank, self.tuning.starts if words is None else 0, comm.size):
                rng = np.random.default_rng((self.seed, 1, k))
                if search.construct(rng, mean):
                    search.repair(rng, self.over)
                    made.append((search.cost, k, search.plan.words.copy()))
            every = [one for part in comm.allgather(made) for one in part]
            if not every:
                every = comm.bcast(self._pieces())
        if every:
            _, _, words = min(every, key=lambda one: (one[0], one[1]))
            search.start(words)
            self._keep()

    def _pieces(self) -> list[tuple[float, int, NDArray[np.int16]]]:
        """Construction by exact pricing of pieces, where the corridor tables found nothing."""
        if self.comm.rank:
            return []
        rng = np.random.default_rng((self.seed, 2))
        made = in_pieces(self.problem.compiled, self.problem.automata, rng, self.over, self.options.tuning.construction)
        if made.duties is None or not math.isfinite(self.search.start(made.duties)):
            return []
        return [(self.search.cost, 0, self.search.plan.words.copy())]

    def _close(self) -> None:
        """Branch and bound on the whole model, by rank 0, where decisions are few and only the rules are long."""
        nodes, most = self.options.tuning.search.nodes, self.options.tuning.search.whole
        if not few_decisions(self.problem, most) or self.agree(self.finished()):
            return
        words = None
        if self.comm.rank == 0:
            seconds, start = self.tuning.whole_share * self.clock.left, self.best
            if start is None:
                start = words = first_plan(self.problem, seconds, self.seed, self.over, nodes)
            if start is not None:
                found = prove(self, self.problem, start, seconds, nodes)
                words = words if found is None else found
        words = self.waits.bcast(words)
        if words is not None:
            self.search.start(np.array(words))
            self._keep()
        self.agree_on_bound()

    def _anneal(self) -> None:
        """Chains of annealing from the start, where enough moves keep the hard rules; equal on all ranks."""
        assert self.best is not None
        if self.agree(self._broken() > self.tuning.most_broken or self.over()):  # clocks of ranks differ
            return
        comm, start = self.waits, self.best
        t, asked = self.tuning, self.options.anneal_share
        share = t.chain_share if asked is None else asked
        made: list[tuple[float, int, NDArray[np.int16]]] = []
        with self.timers("annealing"):
            annealer = Annealer(self.problem.compiled, self.cover)
            cold = (self.problem.compiled.grid or 1e-3 * annealer.hard) / 6.0
            probe, each = sound(annealer, start, cold, self.seed, t.probe, self.over)
            warm = max(annealer.survey(probe, self.seed)[0], 2 * cold)
            chains = t.chains if self.limits.iterations is not None else comm.size
            moves = t.moves * start.size
            if self.limits.iterations is None:
                moves = int(comm.bcast(share * self.clock.left / (1.2 * each)))
            for k in range(comm.rank, chains, comm.size):
                seed = int(np.random.default_rng((self.seed, 5, k)).integers(1 << 30))
                words = annealer.run(probe, max(moves, t.probe), warm, cold, seed, self.over)
                made.append((self._legal(words, start), k, self.search.plan.words.copy()))
            every = [one for part in comm.allgather(made) for one in part]
        cost, _, words = min(every, key=lambda one: (one[0], one[1]))
        self.search.start(words if cost < self.cost else start)
        self._keep()

    def _broken(self) -> float:
        """Share of changes of one duty that break the person's sequence rules."""
        staff, plan = self.search.staff, self.search.plan
        rng = np.random.default_rng((self.seed, 6))
        people, days = plan.words.shape
        tried = broken = 0
        for e, day in zip(rng.integers(people, size=600).tolist(), rng.integers(days, size=600).tolist(), strict=True):
            choice = np.flatnonzero(staff.allowed[e, day])
            duty, k = int(rng.choice(choice)), staff.automaton[e]
            if duty == plan.words[e, day]:
                continue
            tried += 1
            now = int(plan.states[e, day])
            for d in range(day, days):
                a = duty if d == day else plan.words[e, d]
                now = int(staff.move[staff.at[staff.layer[k, d]] + now * staff.width[k] + staff.letter[k, a]])
                if now < 0 or now == plan.states[e, d + 1]:
                    break
            broken += now < 0
        return broken / max(1, tried)

    def _legal(self, words: NDArray[np.int16], otherwise: NDArray[np.int16]) -> float:
        """Take a roster; people whose sequences break hard rules keep their other duties. Returns the cost."""
        made = otherwise.copy()
        whole = self.search.start(words)
        if math.isfinite(whole):
            return whole
        for e in np.flatnonzero((words != otherwise).any(axis=1)).tolist():
            made[e] = words[e]
            if not math.isfinite(self.search.start(made)):
                made[e] = otherwise[e]
        return self.search.start(made)

    def _improve(self) -> None:
        hot, cold = self.search.temperatures
        began, seconds = self.clock.elapsed, max(self.clock.left, 1e-3)

        def heat() -> float:
            if self.limits.iterations is not None:
                progress = self.done / max(1, self.limits.iterations)
            else:
                progress = passed(self.clock.elapsed - began, seconds)
            return float(hot * (cold / hot) ** min(1.0, progress))

        #: what each kind of neighbourhood has brought, equal on all ranks
        self.tally = self.search.tally.copy()
        while not self.agree(self.finished()):
            temperature = float(self.waits.bcast(heat()))
            spans = self.waits.bcast(self._lanes())
            start = self.search.plan.words.copy()
            mine = []
            until = self.clock.elapsed + min(self.tuning.round, self.clock.left)
            for k in range(self.comm.rank, len(spans), self.comm.size):
                if k != self.comm.rank:
                    self.search.start(start)
                self.search.tally[:] = self.tally
                with self.timers("neighbourhoods"):
                    mine.append((k, *self._lane(k, spans, temperature, until)))
            with self.timers("idle"):
                gathered = sorted((one for part in self.comm.allgather(mine) for one in part), key=lambda one: one[0])
            self.tally = np.mean([one[3] for one in gathered], axis=0)
            self._merge(start, spans, [one[:3] for one in gathered])
            self.done += 1
            self._keep()
        self.keep(self._write, force=True)

    def _lanes(self) -> list[tuple[int, int]]:
        """Stretches of this round: one per lane, or the whole horizon for everybody."""
        days, t = self.problem.shape[1], self.tuning
        lanes = t.lanes if self.limits.iterations is not None else self.comm.size
        lanes = min(lanes, days // (t.least + t.gap))
        if lanes < 2 or self.done % 4 == 3:
            return [(0, days)] * (t.lanes if self.limits.iterations is not None else self.comm.size)
        rng = np.random.default_rng((self.seed, 3, self.done))
        most = max(0, min(days // lanes // 2, days // lanes - t.least))
        shift = int(rng.integers(0, most + 1)) if self.done % 2 else 0
        cuts = [0, *(k * days // lanes - shift for k in range(1, lanes)), days]
        return [(a + (t.gap if a else 0), b) for a, b in pairwise(cuts) if b - a >= t.least]

    def _lane(
        self, k: int, spans: list[tuple[int, int]], temperature: float, until: float
    ) -> tuple[float, NDArray[np.int16], NDArray[np.float64]]:
        staff = self.search.staff
        pinned = None
        whole = spans[k] == (0, self.problem.shape[1])
        if not whole:
            owner = np.repeat(np.arange(len(staff.automaton)), np.diff(staff.own))
            pinned = (owner + self.done) % len(spans) != k
        self.search.improve(
            lambda: temperature,
            seed=int(np.random.default_rng((self.seed, 4, self.done, k)).integers(1 << 30)),
            over=lambda: self.over() or self.clock.elapsed > until,
            span=spans[k],
            pinned=pinned,
            trials=None if self.limits.iterations is None else self.tuning.trials,
        )
        first, last = spans[k]
        return self.search.cost, self.search.plan.words[:, first:last].copy(), self.search.tally.copy()

    def _merge(
        self, start: NDArray[np.int16], spans: list[tuple[int, int]], done: list[tuple[int, float, NDArray[np.int16]]]
    ) -> None:
        """Put the lanes of a round together; of lanes over the whole horizon the best counts."""
        if all(span == (0, start.shape[1]) for span in spans):
            best = min(done, key=lambda one: (one[1], one[0]))
            self.search.start(best[2])
            return
        words = start
        before = self.search.start(words)
        for k, cost, part in done:
            trial = words.copy()
            trial[:, spans[k][0] : spans[k][1]] = part
            now = self.search.start(trial)
            # sequences that met again only inside another lane, or shared cover: then this lane counts for nothing
            if math.isfinite(now) and now <= before + 10.0 * abs(cost - before) + 1e-6:
                words = trial
        self.search.start(words)

    # ---- what is kept --------------------------------------------------------------------------------------------
    def _keep(self) -> None:
        """Remember the plan if it is the best one; plans that break hard rules count as dear."""
        cost, words = self.search.cost, self.search.plan.words
        if cost < self.cost - 1e-9:
            feasible = self.problem.evaluate(Roster(words)).feasible
            self.take(words.copy(), cost, "neighbourhood" if self.done else "construction", feasible=feasible)
        self.keep(self._write)

    def _resumed(self) -> bool:
        """Take plan and bound of an earlier run; under work limits the run begins again, for the same answer."""
        path = self.checkpoint
        if path is None or not self.options.resume or self.limits.iterations is not None:
            return False
        mine = None
        if self.comm.rank == 0:
            mine = Checkpoint.read(path, self.problem.digest(), self.seed)
            if mine is not None:
                mine.fit(self.problem, path, self.cover.lines)
        found: Checkpoint | None = self.waits.bcast(mine)
        if found is None or not found.words.size:
            return False
        self.resumed_words, self.resumed_bound = found.words, found.bound
        self.rise(found.bound)
        return math.isfinite(found.bound)

    def _write(self, folder: Path) -> None:
        if self.best is not None:
            none = np.zeros(0)
            Checkpoint(self.problem.digest(), self.seed, "search", self.best, none, self.bound, none).write(folder)
