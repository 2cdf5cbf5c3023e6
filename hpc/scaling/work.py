"""A fixed piece of the real algorithm, the same on any number of ranks: what is measured and what is traced."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hpc.column_generation.column import Column
from hpc.column_generation.generation import LocalPricing, generate
from hpc.column_generation.incumbent import Incumbent, construct
from hpc.column_generation.master import Master
from hpc.column_generation.parallel_search import Search
from hpc.column_generation.run import penalty_of
from hpc.column_generation.search_state import SearchState
from hpc.column_generation.subproblem import Masks, Subproblem
from hpc.runtime.balance import BalanceTuning, longest_first
from hpc.runtime.pool import Team, rehearse
from hpc.runtime.timers import Timers
from optimise.core.errors import UnsupportedError
from optimise.core.method import Communicator
from optimise.roster.kernels import Pricer, PricingResult
from optimise.roster.kernels.cover import CoverRows
from optimise.roster.problem import RosterProblem

__all__ = ["Call", "CountedComm", "Done", "Workload", "least", "perform"]

Floats = NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Workload:
    """Work that does not depend on time: pricing rounds of the root, then rounds of neighbourhoods."""

    iterations: int = 12
    rounds: int = 2
    people: int = 8  # of a neighbourhood
    seed: int = 1
    balance: bool = True  # whether people change ranks by measured time
    repeats: int = 1  # of the whole, of which every part's least seconds count: what disturbs a machine only adds

    @property
    def brief(self) -> Workload:
        """A run before the one that counts: some kernels are first needed in the second or third pricing call."""
        return replace(self, iterations=min(3, self.iterations), rounds=min(1, self.rounds), repeats=1)


@dataclass(slots=True)
class Call:
    """One pricing call on one rank. Seconds are of processor time, which other programs do not lengthen.

    Attributes
    ----------
    serial : float
        Rank 0's seconds since the call before: master, smoothing, choice of columns.
    tasks : list of float
        Seconds by person, in the order of people; what a call does for each person besides is spread over them.
    overhead : float
        Seconds of the prices of duties, for all kinds of people that are priced.
    joining : float
        Seconds that rank 0 needs to unpack the columns of all ranks.
    down, up : int
        Bytes of the broadcast duals, and of all answers.
    who : list of int
        The people of the tasks.
    """

    serial: float
    tasks: list[float]
    overhead: float
    joining: float
    down: int
    up: int
    who: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Done:
    """What one rank did.

    Attributes
    ----------
    attempts : list of list of float
        By round: processor seconds of each neighbourhood of this rank.
    merging : list of float
        By round: processor seconds outside them.
    work, kinds : list
        Size of each person's table; which people count alike in all lines, and share their prices.
    wall : dict of str to float
        Wall-clock seconds of ``root``, of ``pricing`` in it (rank 0: from the duals to everybody's columns), and of
        ``search``.
    priced : int
        People priced by this rank in the search.
    """

    calls: list[Call] = field(default_factory=list)
    attempts: list[list[float]] = field(default_factory=list)
    merging: list[float] = field(default_factory=list)
    sent: int = 0
    work: list[float] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    wall: dict[str, float] = field(default_factory=dict)
    priced: int = 0


class CountedComm:
    """A communicator that notes the processor time spent inside it: MPI libraries wait by asking in a loop."""

    def __init__(self, comm: Communicator) -> None:
        self.comm, self.inside = comm, 0.0

    @property
    def rank(self) -> int:
        return self.comm.rank

    @property
    def size(self) -> int:
        return self.comm.size

    def bcast(self, obj: object, root: int = 0) -> Any:
        return self._timed(lambda: self.comm.bcast(obj, root))

    def gather(self, obj: object, root: int = 0) -> list[Any] | None:
        return self._timed(lambda: self.comm.gather(obj, root))

    def allgather(self, obj: object) -> list[Any]:
        return self._timed(lambda: self.comm.allgather(obj))

    def barrier(self) -> None:
        self._timed(self.comm.barrier)

    def _timed(self, call: Callable[[], T]) -> T:
        began = time.process_time()
        try:
            return call()
        finally:
            self.inside += time.process_time() - began

    def clock(self) -> float:
        """Processor seconds of this process outside communication."""
        return time.process_time() - self.inside


class _Pricer(Pricer):
    """Counts what it prices."""

    priced = 0

    def price(self, *given: Any, **named: Any) -> PricingResult:
        self.priced += 1
        return super().price(*given, **named)


class _Pricing(LocalPricing):
    """Local pricing that notes what it spends."""

    def __init__(self, pricer: Pricer, cover: CoverRows, done: Done, clock: Callable[[], float], sizes: bool) -> None:
        super().__init__(pricer, cover)
        self.done, self.sizes, self.clock = done, sizes, clock
        self.since = clock()
        self.tasks: list[float] = []

    def __call__(self, duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]:
        began = self.clock()
        self.tasks = []
        answer = super().__call__(duals, people, shut)
        ended = self.clock()
        down = up = 0
        if self.sizes:
            down = len(pickle.dumps((duals, people, shut)))
            words = [(c.employee, c.word, c.cost) for c in answer[1]]
            up = sum(w[1].nbytes + 12 for w in words) + 16 * len(people)
        unpacking = time.process_time()
        for column in answer[1] if self.sizes else ():
            self.cover.column(column.employee, column.word)
        joining = time.process_time() - unpacking
        pricing = time.process_time()
        self.cover.prices(duals, people)
        fixed = time.process_time() - pricing
        rest = max(0.0, ended - began - fixed - sum(self.tasks)) / max(1, len(people))
        serial, self.since = began - self.since, self.clock()
        tasks = [spent + rest for spent in self.tasks]
        self.done.calls.append(Call(serial, tasks, fixed, joining, down, up, list(people)))
        return answer

    def one(self, employee: int, prices: Floats, shut: NDArray[np.bool_] | None = None) -> tuple[float, list[Column]]:
        began = time.process_time()
        found = super().one(employee, prices, shut)
        self.tasks.append(time.process_time() - began)
        return found


class _Attempts(Timers):
    """Timers that note the processor time of each neighbourhood."""

    def __init__(self) -> None:
        super().__init__()
        self.spent: list[float] = []
        self._began = 0.0

    def count(self, name: str, by: float = 1.0) -> None:
        super().count(name, by)
        if name == "neighbourhoods":
            now = time.process_time()
            self.spent.append(now - self._began)
            self._began = now

    def begin(self) -> None:
        self.spent, self._began = [], time.process_time()


def perform(
    problem: RosterProblem,
    world: Communicator,
    workload: Workload,
    *,
    sizes: bool = False,
    over: Callable[[], bool] = lambda: False,
) -> Done:
    """Do the work on all ranks of ``world``; each rank gets its own account.

    Parameters
    ----------
    sizes : bool
        Also note message sizes (one rank alone has none to measure, but knows what it would send).
    over : callable
        Ends the work early on very large problems; only for one rank.
    """
    comm = CountedComm(world)
    compiled = problem.compiled
    if compiled.employees < 2:
        raise UnsupportedError("scaling needs at least two people")
    pricer, cover = _Pricer(compiled), CoverRows(compiled)
    people, penalty = list(range(compiled.employees)), penalty_of(compiled)
    done = Done(work=[float(pricer.work(e)) for e in people], kinds=cover.kind.tolist())
    owner = longest_first(np.array(done.work), comm.size)
    made = None
    if comm.rank == 0:
        made = construct(cover, pricer, people, penalty)
    else:  # as in a real run
        rehearse(pricer, cover, np.flatnonzero(owner == comm.rank).tolist(), over)
    packed = comm.bcast(None if made is None else (made.words, made.personal))
    if packed is None:
        raise UnsupportedError(f"no first roster for {problem.name}")
    incumbent = Incumbent(cover, packed[0], packed[1], penalty)
    pricer.settle({})
    team_timers, timers = Timers(), _Attempts()
    local = _Pricing(pricer, cover, done, comm.clock, sizes)
    team = Team(comm, local, owner, team_timers, balance=BalanceTuning() if workload.balance else None)
    done.wall["pricing"] = 0.0

    def price(duals: Floats, people: list[int], shut: Masks) -> tuple[Floats, list[Column]]:
        since = time.perf_counter()
        made = team.price(duals, people, shut)
        done.wall["pricing"] += time.perf_counter() - since
        return made

    comm.barrier()
    began = time.perf_counter()
    duals = None
    if comm.rank == 0:
        everybody = Subproblem.whole(cover, lattice=compiled.grid)
        master = Master(everybody, penalty / 100.0)
        master.add([master.make(e, incumbent.words[e], float(incumbent.personal[e])) for e in people])
        local.since = comm.clock()
        root = generate(master, everybody, price, iterations=workload.iterations, over=over)
        duals = root.duals
        team.release()
    else:
        team.serve()
    duals = comm.bcast(duals)
    done.wall["root"] = time.perf_counter() - began
    pricer.settle({})
    state = SearchState(size=float(min(workload.people, len(people))))
    search = Search(incumbent, pricer, comm, duals=duals, seed=workload.seed, timers=timers, state=state)
    comm.barrier()
    began = time.perf_counter()
    pricer.priced = 0
    for _ in range(workload.rounds):
        if over():
            break
        timers.begin()
        start = comm.clock()
        search.round(lambda: False)
        done.attempts.append(list(timers.spent))
        done.merging.append(max(0.0, comm.clock() - start - sum(timers.spent)))
    done.wall["search"] = time.perf_counter() - began
    done.priced = pricer.priced
    done.sent = 64 + 4 * compiled.days * workload.people
    return done


def least(runs: Sequence[Done]) -> Done:
    """The same work done several times by one rank: every part with the least seconds that it took."""
    first = runs[0]
    calls = []
    for same in zip(*(run.calls for run in runs), strict=False):
        one = same[0]
        calls.append(
            Call(
                min(c.serial for c in same),
                [min(each) for each in zip(*(c.tasks for c in same), strict=True)],
                min(c.overhead for c in same),
                min(c.joining for c in same),
                one.down,
                one.up,
                one.who,
            )
        )
    attempts = [
        [min(each) for each in zip(*parts, strict=False)] for parts in zip(*(r.attempts for r in runs), strict=False)
    ]
    merging = [min(each) for each in zip(*(r.merging for r in runs), strict=False)]
    wall = {name: min(r.wall[name] for r in runs) for name in first.wall}
    return Done(calls, attempts, merging, first.sent, first.work, first.kinds, wall, first.priced)
