"""What searches by rounds over ranks share: the best plan and bound, what they tell, and when they end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, Progress, SerialComm, stopping
from optimise.core.options import Tuning, knob
from optimise.core.problem import Problem
from optimise.core.result import Bounds, Plan, Stats, Stop

__all__ = ["Rounds", "RoundsTuning"]

#: Seconds between two messages of a run that goes on.
TOLD_EVERY = 1.0

P = TypeVar("P", bound=Problem)
L = TypeVar("L", bound=Plan)
T = TypeVar("T")


class RoundsTuning(Tuning):
    """What the searches by rounds have in common."""

    tasks: int = knob(4, unit="runs of a round", source="keeps answers independent of the ranks", ge=1)
    """Under a work limit; else every rank makes one."""
    work: int = knob(400_000, unit="moves of a run", source="keeps answers independent of the clock", ge=1)
    """Under a work limit."""
    parts: int = knob(400, unit="parts of a run", source="no run on record", ge=1)
    """Times that the temperature is set anew."""


class Rounds(Generic[P, L]):
    """One search. All ranks hold the same best plan between rounds.

    Parameters
    ----------
    problem : Problem
    limits : Limits
        ``iterations`` counts rounds.
    seed : int
        Of all random streams.
    listen : Listener or None
    comm : Communicator, optional
        One rank when left out.

    Attributes
    ----------
    clock : Deadline
        Of the whole search.
    plan : Plan or None
        The best.
    key : (float, float)
        Its broken hard rules and its cost in the unit of the search.
    bounds : Bounds
    asked : bool
        Whether somebody has asked to stop.
    done : int
        Rounds.
    told : float
        Seconds at which something was told last.
    """

    def __init__(
        self, problem: P, limits: Limits, seed: int, listen: Listener | None, comm: Communicator | None
    ) -> None:
        self.problem, self.limits, self.seed, self.listen = problem, limits, seed, listen
        self.comm: Communicator = comm or SerialComm()
        self.clock = Deadline(limits.seconds)
        self.bounds = Bounds()
        self.plan: L | None = None
        self.key = (math.inf, math.inf)
        self.asked = False
        self.done = 0
        self.told = 0.0

    # ---- what a search says of itself ------------------------------------------------------------------------------
    def weigh(self, plan: L) -> tuple[float, float]:
        """Broken hard rules of a plan and its cost in the unit of the search."""
        raise NotImplementedError

    @property
    def cost(self) -> float:
        """Cost of the best plan; infinite where it breaks hard rules."""
        return self.key[1] if self.key[0] == 0 else math.inf

    def round(self, number: int) -> None:
        """One round on all ranks, alike on each in what it calls the others for."""
        raise NotImplementedError

    # ---- what all do -----------------------------------------------------------------------------------------------
    @property
    def worked(self) -> bool:
        """Whether a work limit ends the search, so that nothing may depend on the clock or the number of ranks."""
        return self.limits.iterations is not None

    def run(self) -> Stop:
        """Rounds until there is a reason to stop, which rank 0 decides; that reason."""
        while True:
            mine = self.ended(self.done)
            ended: Stop | None
            ended, self.asked = self.comm.bcast((mine, self.asked or mine is Stop.INTERRUPTED))
            if ended is not None:
                return ended
            self.round(self.done)
            self.done += 1

    def dealt(self, tasks: int) -> list[int]:
        """Runs of a round that this rank makes: of ``tasks`` under a work limit (or one a rank), else one."""
        count = max(tasks, self.comm.size) if self.worked else self.comm.size
        return list(range(self.comm.rank, count, self.comm.size))

    def span(self, number: int, first: float, later: float, rest: float) -> float:
        """Seconds of a round: a share of what is left, or all of it where that is less than ``rest`` of the limit.

        Parameters
        ----------
        number : int
            Of the round.
        first, later, rest : float
            Shares for round 0 and for others, and that of the limit below which nothing is kept.

        Returns
        -------
        float
        """
        if number > 0 and self.clock.left < rest * self.limits.seconds:
            return self.clock.left
        return (first if number == 0 else later) * self.clock.left

    def shared(self, mine: T) -> list[T]:
        """What each rank brings, by rank; a wish to stop on one becomes that of all."""
        brought = self.comm.allgather((mine, self.asked))
        self.asked = any(asked for _, asked in brought)
        return [part for part, _ in brought]

    def offer(self, plan: L, event: str) -> None:
        """Take a plan that is better than the best so far, and tell of it."""
        key = self.weigh(plan)
        if key < self.key:
            self.plan, self.key = plan, (float(key[0]), float(key[1]))
            self.tell(event)

    def tell(self, event: str) -> None:
        """Tell the listener, on rank 0."""
        self.told = self.clock.elapsed
        if self.comm.rank == 0 and self.listen is not None:
            good = self.plan if self.key[0] == 0 else None
            news = Progress(self.clock.elapsed, self.cost, self.bounds.dual, event, float(self.done), good)
            self.asked = bool(self.listen(news)) or self.asked

    @property
    def over(self) -> bool:
        """Whether the part that goes on should end now."""
        self.asked = self.asked or stopping(self.listen)
        return self.asked or self.clock.over or self.cost <= self.limits.target

    def heard(self, better: bool, plan: Callable[[], L]) -> bool:
        """Asked between chunks of a run: tells now and then, hears requests to stop; whether to stop.

        Under a work limit a better plan waits for the end of the round: what other runs of the round begin from must
        not depend on the clock.

        Parameters
        ----------
        better : bool
            Whether the run has a better plan than the best.
        plan : callable
            Makes it.
        """
        if self.clock.elapsed > self.told + TOLD_EVERY and self.comm.rank == 0:
            if better and not self.worked:
                self.offer(plan(), "annealing")
            else:
                self.tell("")
        return self.over

    def ended(self, number: int) -> Stop | None:
        """Why to stop before round ``number``, None to go on."""
        if self.asked or stopping(self.listen):
            return Stop.INTERRUPTED
        met = self.limits.met(Bounds(self.cost, self.bounds.dual))
        if met is not None:
            return met
        if self.limits.iterations is not None and number >= self.limits.iterations:
            return Stop.ITERATIONS
        return Stop.TIME if self.clock.left < 0.05 else None

    def outcome(
        self,
        stop: Stop,
        source: str,
        *,
        phases: Mapping[str, tuple[float, ...]] | None = None,
        counts: Mapping[str, float] | None = None,
        reasons: tuple[str, ...] = (),
    ) -> Outcome[L]:
        """What the search returns: the same plan on every rank, none where it breaks hard rules.

        Parameters
        ----------
        stop : Stop
        source : str
            Of the cost.
        phases, counts : mapping, optional
            Beside the rounds.
        reasons : tuple of str
            Why there is no plan, where there is none.

        Returns
        -------
        Outcome
        """
        stats = Stats(self.clock.elapsed, phases or {}, {"rounds": float(self.done), **(counts or {})})
        if self.key[0] > 0:
            return Outcome(None, stop, self.bounds, stats, reasons)
        return Outcome(self.plan, stop, self.bounds.with_primal(self.cost, source), stats)
