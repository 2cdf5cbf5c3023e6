"""One solve of a roster: what its phases share, when it ends, what it tells and keeps."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.annealing import Chains
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.master import Master
from hpc.column_generation.options import ColumnGenerationOptions
from hpc.column_generation.search_state import SearchState
from hpc.runtime.checkpoint import Checkpoint, Pool
from hpc.runtime.pool import Team
from hpc.runtime.timers import Timers
from optimise.core.checkpoint import SECONDS_BETWEEN, between
from optimise.core.errors import InputError
from optimise.core.method import (
    Communicator,
    Deadline,
    Limits,
    Listener,
    Outcome,
    Progress,
    stopping,
)
from optimise.core.result import Bounds, Plan, Stop
from optimise.core.stored import from_checkpoint
from optimise.driver import TOLERANCE
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.relaxation import Relaxed

__all__ = ["Run", "penalty_of"]

Floats = NDArray[np.float64]
SOURCE = "Lagrangian bound of column generation (exact dyadic arithmetic)"


class Run:
    """What the phases of one solve share.

    Attributes
    ----------
    bound, source
        Best lower bound so far and what it is of.
    tables : mapping of int to tuple of int
        Counters that are dimensions of people's pricing tables beyond those at first, agreed by all ranks.
    pool : Pool, optional
        Columns that an earlier run left.
    others : list of Incumbent
        Further plans of the first chains.
    """

    def __init__(
        self,
        problem: RosterProblem,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        start: Plan | None,
        options: Mapping[str, Any] | ColumnGenerationOptions,
        name: str,
    ) -> None:
        self.clock = Deadline(limits.seconds)
        self.problem, self.limits, self.seed, self.comm, self.listen = problem, limits, seed, comm, listen
        self.start, self.options, self.name = start, ColumnGenerationOptions.of(options), name
        self.tuning = self.options.tuning
        self.timers = Timers()
        with self.timers("building"):
            compiled = problem.compiled
            self.pricer = Pricer(compiled)
            self.cover = CoverRows(compiled)
        self.lattice, self.penalty = compiled.grid, penalty_of(compiled)
        self.chains = Chains(self.cover, self.pricer, self.lattice, seed, self.tuning.annealing)
        self.bound = -math.inf
        self.source = SOURCE
        #: Bound of the checkpoint that this run goes on from, which is proven by nobody here.
        self.resumed_bound = -math.inf
        self.duals: Floats | None = None
        self.stopped = False
        self.incumbent: Incumbent | None = None
        self._saved = time.perf_counter()
        self._writing = SECONDS_BETWEEN
        self.tables: dict[int, tuple[int, ...]] = {}
        self.team: Team | None = None
        self.cuts, self.dives = 0, 0
        self.pool: Pool | None = None
        self.others: list[Incumbent] = []
        self.annealed = False
        self.relaxed: Relaxed | None = None

    # ---- stopping ------------------------------------------------------------------------------------------------
    @property
    def cost(self) -> float:
        return math.inf if self.incumbent is None else self.incumbent.cost

    @property
    def closed(self) -> bool:
        """Whether bound and cost meet, to the tolerance with which the driver calls a plan optimal."""
        cost = self.cost
        return math.isfinite(cost) and cost - self.bound <= TOLERANCE * max(1.0, abs(cost))

    def over(self) -> bool:
        self.stopped = self.stopped or stopping(self.listen) or (self.team is not None and self.team.asked)
        return self.stopped or self.clock.over

    def finished(self, state: SearchState) -> bool:
        if self.over() or self.cost <= self.limits.target:
            return True
        if self.limits.iterations is not None and state.round >= self.limits.iterations:
            return True
        return self.closed or self.cost - self.bound <= self.limits.gap * abs(self.cost)

    def agree(self, done: bool) -> bool:
        """Rank 0 decides, so that no rank waits for another that has left."""
        return bool(self.comm.bcast(done))

    # ---- sharing and reporting -----------------------------------------------------------------------------------
    def share(self) -> None:
        """Rank 0's incumbent becomes everyone's."""
        if self.comm.size == 1:
            return
        packed = None if self.incumbent is None else (self.incumbent.words, self.incumbent.personal)
        packed = self.comm.bcast(packed)
        self.incumbent = None if packed is None else Incumbent(self.cover, packed[0], packed[1], self.penalty)

    def report(self, event: str) -> None:
        if self.comm.rank:
            return
        plan = None
        cost = math.inf
        if self.incumbent is not None and self.incumbent.feasible:
            plan, cost = Roster(self.incumbent.words), self.incumbent.cost
        work = self.timers.counts.get("iterations", 0.0)
        if self.listen(Progress(self.clock.elapsed, cost, self.bound, event, work, plan)):
            self.stopped = True

    def resumed(self) -> Checkpoint | None:
        """What an earlier run left, the same on all ranks (rank 0 reads)."""
        path = self.options.checkpoint
        if path is None or not self.options.resume:
            return None
        mine = None
        if self.comm.rank == 0:
            mine = Checkpoint.read(path, self.problem.digest(), self.seed)
            if mine is not None:
                mine.fit(self.problem, path, self.cover.lines)
        found: Checkpoint | None = self.comm.bcast(mine)
        if found is not None:
            self.cuts = found.cuts
        if self.limits.iterations is not None and (found is None or (found.phase == "root" and found.cuts <= 1)):
            self.start = None  # the answer of a run that was never stopped is asked for: begin again
            return None
        if found is not None:
            self.bound, self.duals = found.bound, found.duals if found.duals.size else None
            self.pool, self.dives = found.pool, found.dives
            self.resumed_bound = found.bound
        return found

    def save(
        self, phase: str, state: SearchState | None = None, *, master: Master | None = None, force: bool = False
    ) -> None:
        """Keep the state, now and then or by ``force``; rank 0 only."""
        path = self.options.checkpoint
        if path is None or self.comm.rank:
            return
        if not force and time.perf_counter() - self._saved < between(self._writing):
            return
        began = time.perf_counter()
        columns = [] if master is None else master.columns
        pool = None
        if columns:
            pool = Pool(
                np.array([c.employee for c in columns], dtype=np.int32),
                np.stack([c.word for c in columns]),
                np.array([c.cost for c in columns]),
            )
        Checkpoint(
            self.problem.digest(),
            self.seed,
            phase,
            np.zeros((0, 0), np.int16) if self.incumbent is None else self.incumbent.words,
            np.zeros(0) if self.incumbent is None else self.incumbent.personal,
            self.bound,
            np.zeros(0) if self.duals is None else self.duals,
            {} if state is None else asdict(state),
            self.tables,
            pool,
            self.dives,
            self.cuts + (phase == "root"),  # whoever reads this was cut short in the root
        ).write(path)
        self._saved = time.perf_counter()
        self._writing = self._saved - began

    def outcome(self, state: SearchState) -> Outcome:
        stats = self.timers.stats(self.comm, {"rounds": float(state.round)})
        feasible = self.incumbent is not None and self.incumbent.feasible
        plan = Roster(self.incumbent.words) if self.incumbent is not None and feasible else None
        primal = self.cost if feasible else math.inf
        if self.resumed_bound > primal + TOLERANCE * max(1.0, abs(primal)):
            text = f"the checkpoint says {self.resumed_bound:.12g}, a plan found here costs {primal:.12g}"
            raise InputError(text, file=self.options.checkpoint, item="bound")
        if feasible and self.closed:
            stop = Stop.OPTIMAL
        elif self.stopped:
            stop = Stop.INTERRUPTED
        elif self.clock.over:
            stop = Stop.TIME
        elif self.limits.iterations is not None and state.round >= self.limits.iterations:
            stop = Stop.ITERATIONS
        else:
            stop = Stop.GAP if feasible else Stop.STUCK
        dual = min(self.bound, primal) if feasible else self.bound
        kept = math.isfinite(self.resumed_bound) and self.bound <= self.resumed_bound
        source = from_checkpoint(self.source) if kept else self.source
        bounds = Bounds(primal, dual, self.name if feasible else "", source if math.isfinite(dual) else "")
        return Outcome(plan, stop, bounds, stats)


def penalty_of(compiled: CompiledRoster) -> float:
    """A price for hard cover above anything that one person's roster can save."""
    dearest = [p.cost for p in compiled.patterns if not p.hard]
    dearest += [w for c in compiled.counters for w in (c.weight_lower, c.weight_upper) if math.isfinite(w)]
    dearest += [s.price for line in compiled.lines for s in (*line.under, *line.over) if math.isfinite(s.price)]
    return 100.0 * max([10.0, *dearest])
