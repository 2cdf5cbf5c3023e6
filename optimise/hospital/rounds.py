"""What searches by rounds over ranks share: the best plan and bound, what they tell, and when they end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from optimise.core.method import Communicator, Deadline, Limits, Listener, Progress, stopping
from optimise.core.result import Bounds, Plan, Stop

__all__ = ["Rounds"]

#: Seconds between two messages of a run that goes on.
TOLD_EVERY = 1.0

L = TypeVar("L", bound=Plan)
T = TypeVar("T")


class Rounds(Generic[L]):
    """One search. All ranks hold the same best plan between rounds.

    Parameters
    ----------
    limits : Limits
        ``iterations`` counts rounds.
    listen : Listener or None
    comm : Communicator
    clock : Deadline

    Attributes
    ----------
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

    def __init__(self, limits: Limits, listen: Listener | None, comm: Communicator, clock: Deadline) -> None:
        self.limits, self.listen, self.comm, self.clock = limits, listen, comm, clock
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
        if math.isfinite(self.cost) and self.cost <= self.bounds.dual + 1e-9:
            return Stop.OPTIMAL
        if self.cost <= self.limits.target or self.cost - self.bounds.dual <= self.limits.gap * abs(self.cost):
            return Stop.GAP
        if self.limits.iterations is not None and number >= self.limits.iterations:
            return Stop.ITERATIONS
        return Stop.TIME if self.clock.left < 0.05 else None
