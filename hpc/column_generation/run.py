"""One solve of a roster: what its phases share, when it ends, what it tells and keeps."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.annealing import Chains
from hpc.column_generation.column import ByPerson
from hpc.column_generation.generation import LocalPricing
from hpc.column_generation.incumbent import Incumbent
from hpc.column_generation.master import Master
from hpc.column_generation.options import ColumnGenerationOptions
from hpc.column_generation.search_state import SearchState
from hpc.column_generation.start_heuristic import Opening
from hpc.long_horizon.method import priced_form
from hpc.runtime.balance import longest_first
from hpc.runtime.checkpoint import Checkpoint, Pool
from hpc.runtime.pool import Team
from hpc.runtime.session import Session
from optimise.core.method import (
    Communicator,
    Limits,
    Listener,
    stopping,
)
from optimise.core.result import Plan
from optimise.roster.compiled import CompiledRoster
from optimise.roster.kernels import Pricer
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.search.relaxation import Relaxed

__all__ = ["Run", "form", "penalty_of"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
SOURCE = "Lagrangian bound of column generation (exact dyadic arithmetic)"


class Run(Session[Incumbent]):
    """What the phases of one solve share.

    Attributes
    ----------
    compiled : CompiledRoster
        The rules as they are priced (:func:`form`); all plans cost what they cost by those of the problem.
    tables : mapping of int to tuple of int
        Counters that are dimensions of people's pricing tables beyond those at first, agreed by all ranks.
    pool : Pool, optional
        Columns that an earlier run left.
    priced : ByPerson, optional
        Columns of the linear master, where somebody asked for them; on rank 0.
    others : list of Incumbent
        Further plans of the first chains.
    given : bool
        Whether the first plan is one that the caller gave.
    earlier : Checkpoint, optional
        Of the root that this run goes on with.
    """

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
        given = ColumnGenerationOptions.of(options)
        super().__init__(limits, seed, comm, listen, name=name, source=SOURCE, checkpoint=given.checkpoint)
        self.problem, self.start, self.options, self.tuning = problem, start, given, given.tuning
        with self.timers("building"):
            compiled = self.compiled = form(problem, given)
            self.pricer = Pricer(compiled)
            self.cover = CoverRows(compiled)
        self.grid, self.penalty = compiled.grid, penalty_of(compiled)
        self.chains = Chains(self.cover, self.pricer, self.grid, seed, self.tuning.annealing)
        self.duals: Floats | None = None
        self.tables: dict[int, tuple[int, ...]] = {}
        self.team: Team | None = None
        self.cuts, self.dives = 0, 0
        self.pool: Pool | None = None
        self.priced: ByPerson | None = None
        self.others: list[Incumbent] = []
        self.annealed, self.given = False, False
        self.relaxed: Relaxed | None = None
        self.earlier: Checkpoint | None = None

    # ---- what a session asks -----------------------------------------------------------------------------------
    @property
    def incumbent(self) -> Incumbent | None:
        return self.best

    def plan(self) -> Roster | None:
        return None if self.best is None else Roster(self.best.words)

    @property
    def work(self) -> float:
        return self.timers.counts.get("iterations", 0.0)

    def asked_elsewhere(self) -> bool:
        return self.team is not None and self.team.asked

    # ---- what was found ------------------------------------------------------------------------------------------
    def found(self, incumbent: Incumbent, event: str) -> bool:
        """Take a cheaper incumbent and tell of it; True if it is one."""
        return self.take(incumbent, incumbent.cost, event, feasible=incumbent.feasible)

    def settle(self, incumbent: Incumbent | None) -> None:
        """Take an incumbent, whatever it costs."""
        if incumbent is None:
            self.hold(None, math.inf)
        else:
            self.hold(incumbent, incumbent.cost, feasible=incumbent.feasible)

    # ---- who works on it ----------------------------------------------------------------------------------------
    def assemble(self, local: LocalPricing) -> Team:
        """All ranks as one team that prices people."""
        with self.timers("building"):
            owner, asked = self.owners(), self.tuning.balance
        self.team = Team(self.comm, local, owner, self.timers, lambda: stopping(self.listen), balance=asked)
        return self.team

    def owners(self) -> NDArray[np.int32]:
        """Rank that prices each person at first, by the size of tables; owners follow the clock later."""
        work = [float(self.pricer.work(e)) for e in range(self.problem.compiled.employees)]
        return longest_first(np.array(work), self.comm.size)

    def reinsertion(self) -> Opening | None:
        """Reinsertion for this problem, where it can be used."""
        try:
            return Opening(self.cover, self.pricer, self.problem.automata, self.penalty, self.seed, self.tuning.opening)
        except ValueError as error:
            log.info("no reinsertion: %s", error)
            return None

    # ---- sharing and reporting -----------------------------------------------------------------------------------
    def share(self, root: int = 0) -> None:
        """The incumbent of one rank becomes everyone's."""
        if self.comm.size == 1:
            return
        packed = None if self.incumbent is None else (self.incumbent.words, self.incumbent.personal)
        packed = self.waits.bcast(packed, root)
        self.settle(None if packed is None else Incumbent(self.cover, packed[0], packed[1], self.penalty))

    def share_best(self) -> None:
        """The cheapest incumbent of all ranks becomes everyone's, and so does a wish to stop; a collective call."""
        costs, stopped = zip(*self.waits.allgather((self.cost, self.stopped)), strict=True)
        self.stopped = any(stopped)
        if min(costs) < max(costs) or self.free:  # without rounds, equal costs may be of different plans
            before = self.cost
            self.share(costs.index(min(costs)))
            if self.cost < before:
                self.report("other ranks")

    def resumed(self) -> Checkpoint | None:
        """What an earlier run left, the same on all ranks (rank 0 reads)."""
        path = self.checkpoint
        if path is None or not self.options.resume:
            return None
        mine = None
        if self.comm.rank == 0:
            mine = Checkpoint.read(path, self.problem.digest(), self.seed)
            if mine is not None:
                mine.fit(self.problem, path, self.cover.lines)
        found: Checkpoint | None = self.waits.bcast(mine)
        if found is not None:
            self.cuts = found.cuts
        if self.limits.iterations is not None and (found is None or (found.phase == "root" and found.cuts <= 1)):
            self.start = None  # the answer of a run that was never stopped is asked for: begin again
            return None
        if found is not None:
            self.rise(found.bound)
            self.duals = found.duals if found.duals.size else None
            self.pool, self.dives = found.pool, found.dives
            self.resumed_bound = found.bound
            self.earlier = found if found.phase == "root" else None
        return found

    def save(
        self, phase: str, state: SearchState | None = None, *, master: Master | None = None, force: bool = False
    ) -> None:
        """Keep the state, now and then or by ``force``; rank 0 only."""
        self.keep(lambda folder: self._write(folder, phase, state, master), force=force)

    def _write(self, folder: Path, phase: str, state: SearchState | None, master: Master | None) -> None:
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
            self._vain() if phase == "root" else 0,
        ).write(folder)

    def _vain(self) -> int:
        """Starts in a row that brought the root nothing, this one with them as it stands."""
        before = self.earlier
        if before is None:
            return 0
        better = self.incumbent is not None and not np.array_equal(self.incumbent.words, before.words)
        return 0 if better or self.bound > before.bound or self.dives > before.dives else before.vain + 1


def form(problem: RosterProblem, options: ColumnGenerationOptions) -> CompiledRoster:
    """The rules as a run prices them.

    Parameters
    ----------
    problem : RosterProblem
    options : ColumnGenerationOptions
        Files of columns and certificates speak of the problem's own lines, and ``long`` of its own tables.

    Returns
    -------
    CompiledRoster
        With soft totals as lines where exact pricing would take too long with them.
    """
    own = options.long is not None or options.columns is not None or options.certificate is not None
    return problem.compiled if own else priced_form(problem, options.long_tuning)


def penalty_of(compiled: CompiledRoster) -> float:
    """A price for hard cover above anything that one person's roster can save."""
    return 100.0 * max([10.0, *compiled.prices.all])
