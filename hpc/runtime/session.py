"""One solve of a parallel method: its clock, what it has found, when it ends, why, and what it tells and keeps.

A method is a subclass, or holds one. Its phases say what they found by :meth:`Session.take` and :meth:`Session.rise`;
nothing else writes incumbent and bound. There is one rule for "optimal", :attr:`optimise.core.result.Bounds.closed`,
and one for why a solve stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from hpc.runtime.exchange import Exchange, can_exchange
from hpc.runtime.timers import Timers, WaitingComm
from optimise.core.bounds import rounding
from optimise.core.checkpoint import between, told_of_disk
from optimise.core.errors import InputError
from optimise.core.grid import round_up
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, stopping
from optimise.core.result import Bounds, Plan, Stats, Stop
from optimise.core.stored import from_checkpoint

__all__ = ["Session"]

#: What a method holds as its best: a plan, or what a plan is made of.
B = TypeVar("B")


class Session(Generic[B]):
    """What all parts of one solve share; on every rank.

    Parameters
    ----------
    limits, seed, comm, listen
        As the method was given them.
    name : str
        Of the method: the source of costs.
    source : str
        Of bounds, unless a bound brings its own.
    grid, offset : float
        Costs of plans are ``offset + k * grid``; bounds are rounded up to them. A grid of 0 leaves bounds as they are.
    checkpoint : path, optional
        Folder of the state.

    Attributes
    ----------
    clock : Deadline
        Of the whole solve.
    until : Deadline
        Of the search; the clock, unless a method keeps time for what comes after.
    best : B or None
        Of the best plan; rank 0's counts.
    cost, feasible
        Its cost (with a price for what is broken, where it is not feasible) and whether it keeps all hard rules.
    bound, source
        Best lower bound and what it is of.
    stopped : bool
        Whether somebody has asked to stop.
    done : int
        Work in the unit of ``limits.iterations``.
    """

    def __init__(
        self,
        limits: Limits,
        seed: int,
        comm: Communicator,
        listen: Listener,
        *,
        name: str,
        source: str,
        grid: float = 0.0,
        offset: float = 0.0,
        checkpoint: str | Path | None = None,
    ) -> None:
        self.clock = self.until = Deadline(limits.seconds)
        self.timers = Timers()
        self.limits, self.seed, self.comm, self.listen, self.name = limits, seed, comm, listen, name
        #: the same ranks, where what a call takes counts as waiting
        self.waits = WaitingComm(comm, self.timers)
        self.grid, self.offset = grid, offset
        self.best: B | None = None
        self.cost, self.feasible = math.inf, False
        self.bound, self.source = -math.inf, source
        self.stopped, self.done = False, 0
        self.checkpoint = None if checkpoint is None else Path(checkpoint)
        #: Bound of the checkpoint that this run goes on from, which is proven by nobody here.
        self.resumed_bound = -math.inf
        self._saved, self._writing, self._failed = time.perf_counter(), math.inf, False

    # ---- what a method says of itself ----------------------------------------------------------------------------
    def plan(self) -> Plan | None:
        """The best as a plan; None where there is none."""
        raise NotImplementedError

    @property
    def work(self) -> float:
        """Work done so far, as the trace tells it."""
        return float(self.done)

    def asked_elsewhere(self) -> bool:
        """Whether another rank has been asked to stop, as far as this one has heard."""
        return False

    # ---- what was found --------------------------------------------------------------------------------------------
    def take(self, best: B, cost: float, event: str = "", *, feasible: bool = True) -> bool:
        """Take something that costs less than the best so far, and tell of it; True if it does."""
        if not cost < self.cost:
            return False
        self.hold(best, cost, feasible=feasible)
        if event:
            self.report(event)
        return True

    def hold(self, best: B | None, cost: float, *, feasible: bool = True) -> None:
        """Take something whatever it costs: what rank 0 or a checkpoint holds."""
        self.best, self.cost, self.feasible = best, cost, best is not None and feasible

    def rise(self, bound: float, event: str = "", source: str | None = None) -> bool:
        """Round a bound up to the grid, take it if it is the best so far, and tell of it; True if it is."""
        rounded = round_up(bound, self.grid, self.offset)
        if not rounded > self.bound:
            return False
        self.bound, self.source = rounded, self.source if source is None else source
        if event:
            self.report(event)
        return True

    def hear(self, progress: Progress) -> bool:
        """Take what a search inside this solve tells, and pass it on; whether that search should stop."""
        if progress.plan is not None and progress.primal < self.cost:
            self.hear_plan(progress.plan, progress.primal)
        self.rise(progress.dual)
        self.report(progress.event, progress.work)
        return self.stopping

    def hear_plan(self, plan: Plan, cost: float) -> None:
        """Take a plan that a search inside this solve tells of; for sessions whose best is a plan."""
        self.hold(plan, cost)  # type: ignore[arg-type]

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked to stop, without a message to anybody."""
        return self.stopped or stopping(self.listen)

    __call__ = hear

    def report(self, event: str, work: float | None = None) -> None:
        """Tell the listener, on rank 0."""
        if self.comm.rank:
            return
        work = self.work if work is None else work
        plan = self.plan() if self.feasible else None
        cost = self.cost if self.feasible else math.inf
        if self.listen(Progress(self.clock.elapsed, cost, self.bound, event, work, plan)):
            self.stopped = True

    # ---- when it ends --------------------------------------------------------------------------------------------
    @property
    def closed(self) -> bool:
        """Whether bound and cost meet."""
        return Bounds(self.cost, self.bound).closed

    @property
    def reached(self) -> bool:
        """Whether the gap or the cost that was asked for is reached."""
        return self.limits.reached(Bounds(self.cost, self.bound))

    @property
    def worked(self) -> bool:
        """Whether the work limit is reached."""
        return self.limits.iterations is not None and self.done >= self.limits.iterations

    def over(self) -> bool:
        """Whether time is over or somebody has asked to stop."""
        self.stopped = self.stopped or stopping(self.listen) or self.asked_elsewhere()
        return self.stopped or self.until.over

    def finished(self) -> bool:
        """Whether nothing is left to do within the limits; on rank 0 it counts (see :meth:`agree`)."""
        return self.over() or self.worked or self.closed or self.reached

    def agree(self, done: bool) -> bool:
        """Rank 0 decides, so that no rank waits for another that has left."""
        agreed, self.stopped = self.waits.bcast((done, self.stopped))
        return bool(agreed)

    def agree_on_bound(self) -> None:
        """Rank 0's bound and its wish to stop become everyone's."""
        self.bound, self.source, self.stopped = self.waits.bcast((self.bound, self.source, self.stopped))

    @property
    def free(self) -> bool:
        """Whether ranks may work without waiting for one another: several of them, and a run that the clock ends."""
        return self.comm.size > 1 and self.limits.iterations is None and can_exchange(self.comm)

    def exchange(self, group: int, most: int) -> Exchange:
        """Messages that nobody waits for (:class:`Exchange`); a collective call where the run is free."""
        return Exchange(self.comm, group, most)

    # ---- checkpoints ---------------------------------------------------------------------------------------------
    def keep(self, write: Callable[[Path], None], *, force: bool = False) -> None:
        """Write the state now and then, so that writing costs little, or by ``force``; on rank 0."""
        if self.checkpoint is None or self.comm.rank:
            return
        if not force and time.perf_counter() - self._saved < between(self._writing):
            return
        began, folder = time.perf_counter(), self.checkpoint
        self._failed = told_of_disk(lambda: write(folder), failed=self._failed)
        self._saved = time.perf_counter()
        self._writing = self._saved - began

    # ---- the end -------------------------------------------------------------------------------------------------
    @property
    def stop(self) -> Stop:
        """Why it stopped."""
        if self.bound == math.inf:
            return Stop.INFEASIBLE
        if self.feasible and self.closed:
            return Stop.OPTIMAL
        if self.stopped:
            return Stop.INTERRUPTED
        if self.until.over:
            return Stop.TIME
        if self.worked:
            return Stop.ITERATIONS
        if self.feasible and self.reached:
            return Stop.GAP
        return Stop.ITERATIONS if self.feasible else Stop.STUCK

    def outcome(self, counts: Mapping[str, float] | None = None, stats: Stats | None = None) -> Outcome:
        """What the method returns; a collective call unless it brings the statistics.

        Raises
        ------
        InputError
            If the checkpoint claims a bound above the cost of the plan found here.
        """
        stats = self.timers.stats(self.comm, counts) if stats is None else stats
        primal = self.cost if self.feasible else math.inf
        if self.resumed_bound > primal + rounding(primal):
            text = f"the checkpoint says {self.resumed_bound:.12g}, a plan found here costs {primal:.12g}"
            raise InputError(text, file=self.checkpoint, item="bound")
        dual = min(self.bound, primal)
        kept = math.isfinite(self.resumed_bound) and self.bound <= self.resumed_bound
        source = from_checkpoint(self.source) if kept else self.source
        bounds = Bounds(primal, dual, self.name if self.feasible else "", source if math.isfinite(dual) else "")
        return Outcome(self.plan() if self.feasible else None, self.stop, bounds, stats)

    def impossible(self, text: str, *, bounds: Bounds | None = None, stats: Stats | None = None) -> Outcome:
        """What the method returns where it has proven that there is no plan; collective like :meth:`outcome`."""
        stats = self.timers.stats(self.comm) if stats is None else stats
        return Outcome(None, Stop.INFEASIBLE, bounds or Bounds(dual=math.inf, dual_source=self.source), stats, (text,))
