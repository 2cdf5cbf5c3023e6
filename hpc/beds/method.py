r"""Column generation on bed problems with fixed stays: a column is one patient's sequence of rooms.

.. math::
    \min \sum_p \sum_{j \in J_p} c_j x_j, \quad
    \sum_{j \in J_p} x_j = 1 \;\forall p \;(\text{stay}), \quad
    \sum_j a_{jrd} x_j \le b_{rd} \;\forall r, d \;(\text{RoomCapacity}), \quad x \ge 0,

where :math:`c_j` holds nights and moves, and :math:`a_{jrd}` tells whether the patient lies in r on night d. Pricing is
a shortest path over (night, room) for each patient, exact and all at once, so the value at any prices is the Lagrangian
bound of :mod:`optimise.hospital.search.lagrange`; the linear master finds the best prices that a subgradient method
only approaches, and columns for a plan. Whole numbers of columns are then chosen with a binary for the gender of each
single-sex room and night:

    RoomGenderMix[r,d,g]: people of gender g in r on d <= b[r,d] (gender[r,d] if g else 1 - gender[r,d]).

Decomposition of patient admission scheduling after Range, Lusby and Larsen, "A column generation approach for solving
the patient admission scheduling problem", European Journal of Operational Research 235 (2014), who generate sets of
patients for rooms; here patients are generated instead, because moves are then priced exactly and pricing is
polynomial. Prices are smoothed (Wentges 1997).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpc.beds.options import BedOptions, BedTuning
from hpc.runtime.session import Session
from optimise.core.method import Communicator, Deadline, Limits, Listener, Outcome, SerialComm
from optimise.core.result import Stats, Stop
from optimise.hospital.beds_search import improve_beds
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search.bound import nights
from optimise.hospital.search.lagrange import BedPrices, climb
from optimise.solvers.highs import Highs
from optimise.solvers.highs_factory import make_highs
from optimise.solvers.linear import LinearModel

__all__ = ["BedMaster", "generate", "solve_beds"]

log = logging.getLogger(__name__)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SOURCE = "column generation over patients' sequences of rooms (exact dyadic arithmetic)"
#: Price of a patient without a column and of a bed too many, in ticks.
_MISSING = 1e6


class BedMaster:
    """Restricted master of patients' sequences of rooms, kept in HiGHS and changed by increments only.

    Attributes
    ----------
    routes : list of int arrays (days,)
        Rooms by day, -1 when away, one a column.
    owner, cost : lists
        Patient and ticks of each column.
    """

    def __init__(self, prices: BedPrices) -> None:
        import highspy

        self.prices = prices
        people, cells = len(prices.h.stay), prices.beds.size
        self.routes: list[Ints] = []
        self.owner: list[int] = []
        self.cost: list[float] = []
        self._known: set[tuple[int, bytes]] = set()
        self._lp: Any = make_highs({"presolve": "off", "solver": "simplex"})
        inf, rows = highspy.kHighsInf, people + cells
        lower = np.concatenate([np.ones(people), np.full(cells, -inf)])
        upper = np.concatenate([np.ones(people), prices.beds.ravel().astype(float)])
        none = np.zeros(rows, dtype=np.int32)
        self._lp.addRows(rows, lower, upper, 0, none, np.zeros(0, dtype=np.int32), np.zeros(0))
        # somebody without a column, at a price
        start = np.arange(people, dtype=np.int32)
        price = np.full(people, _MISSING)
        self._lp.addCols(people, price, np.zeros(people), np.ones(people), people, start, start, np.ones(people))
        self.people = people

    def add(self, owner: int, route: Ints) -> bool:
        """Add a sequence of rooms unless it is known."""
        key = (owner, route.tobytes())
        if key in self._known:
            return False
        self._known.add(key)
        self.routes.append(route.copy())
        self.owner.append(owner)
        self.cost.append(self._ticks(owner, route))
        nights = np.flatnonzero(route >= 0)
        index = np.concatenate([[owner], self.people + route[nights] * self.prices.beds.shape[1] + nights])
        self._lp.addCol(self.cost[-1], 0.0, math.inf, len(index), index.astype(np.int32), np.ones(len(index)))
        return True

    def _ticks(self, p: int, route: Ints) -> float:
        h, nights = self.prices.h, np.flatnonzero(route >= 0)
        rooms = route[nights]
        before = np.concatenate([[h.home[p] if h.home[p] >= 0 else rooms[0]], rooms[:-1]])
        moves = int((rooms != before).sum())
        return float(h.night_cost[h.night_row[p, : len(nights)], rooms].sum()) + (
            moves * self.prices.move if moves else 0
        )

    def solve(self, seconds: float) -> tuple[float, Floats] | None:
        """Value and prices of beds (rooms, days); None when the linear program was not solved in time."""
        self._lp.setOptionValue("time_limit", self._lp.getRunTime() + max(0.1, seconds))
        self._lp.run()
        import highspy

        if self._lp.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._lp.getSolution()
        dual = -np.array(solution.row_dual)[self.people :]
        return float(self._lp.getInfo().objective_function_value), np.maximum(dual, 0.0).reshape(self.prices.beds.shape)


def generate(
    prices: BedPrices,
    master: BedMaster,
    centre: Floats,
    *,
    seconds: float,
    over: Callable[[], bool] = lambda: False,
    heard: Callable[[float], object] = lambda bound: None,
    smooth: float = 0.7,
) -> tuple[float, Floats, bool]:
    """Column generation from the prices ``centre``; of those tried next the share ``smooth`` is of the best so far.

    Parameters
    ----------
    prices : BedPrices
        Prices every patient at prices of rooms by day; keeps the routes found.
    master : BedMaster
        Takes the columns.
    centre : float array (rooms, days)
        Prices to begin with.
    seconds : float
        Time limit.
    over : callable
        Asked in each round; True ends it.
    heard : callable
        Told each better bound, in ticks.
    smooth : float
        Share of the best prices so far in those tried next, from 0 to 1.

    Returns
    -------
    bound : float
        Best Lagrangian bound in ticks.
    centre : float array (rooms, days)
        Its prices.
    closed : bool
        Whether the master's value was reached.
    """
    clock = Deadline(seconds)
    bound, closed = prices.value(prices.on_grid(centre)), False
    _extend(prices, master)
    while not over() and not clock.over:
        solved = master.solve(clock.left)
        if solved is None:
            break
        value, dual = solved
        if value <= bound + 0.5:  # the next tick is the same
            closed = True
            break
        added = 0
        for share in (smooth, 0.0):
            tried = prices.on_grid(share * centre + (1.0 - share) * dual)
            found = prices.value(tried)
            added += _extend(prices, master)
            if found > bound:
                bound, centre = found, tried
                heard(bound)
            if added:
                break
        if not added:  # nothing new at the master's own prices: its value is the bound, but for the grid
            closed = True
            break
    return bound, centre, closed


def _extend(prices: BedPrices, master: BedMaster) -> int:
    """Add everybody's cheapest sequence at the last prices; the number that was new."""
    return sum(master.add(p, prices.route[p]) for p in range(master.people) if prices.worth[p] < 1e11)


def whole(
    problem: HospitalProblem, master: BedMaster, centre: Floats, gap: float, plan: HospitalPlan, *, seconds: float
) -> HospitalPlan | None:
    """A plan of the columns whose priced cost is within ``gap`` ticks of their patient's least, by branch and bound.

    Parameters
    ----------
    problem : HospitalProblem
    master : BedMaster
        Its columns are the choices; those of ``plan`` are added.
    centre : float array (rooms, days)
        Prices of beds.
    gap : float
        In ticks; dearer columns cannot be in a better plan.
    plan : HospitalPlan
        A known plan.
    seconds : float
        Time limit of branch and bound.

    Returns
    -------
    HospitalPlan or None
        None where branch and bound found none.
    """
    prices, h = master.prices, master.prices.h
    for p in range(master.people):
        master.add(p, plan.room[p].astype(np.int64))
    prices.value(prices.on_grid(centre))
    routes, owner = np.array(master.routes), np.array(master.owner)
    nights = routes >= 0
    day = np.broadcast_to(np.arange(routes.shape[1]), routes.shape)
    paid = np.where(nights, centre[np.maximum(routes, 0), day], 0.0).sum(axis=1)
    loss = np.array(master.cost) + paid - prices.worth[owner]
    mine = (routes == plan.room[owner]).all(axis=1)
    kept = np.flatnonzero((loss <= gap) | mine)
    model = LinearModel(f"{problem.name}, sequences of rooms")
    x = model.add_columns("stay", len(kept), upper=1.0, cost=np.array(master.cost)[kept], integer=True)
    rows = model.add_rows("stay", master.people, lower=1.0, upper=1.0)
    model.add_entries(rows[owner[kept]], x)
    column, d = np.nonzero(nights[kept])
    r = routes[kept][column, d]
    cell = r * problem.days + d
    full = model.add_rows("RoomCapacity", prices.beds.size, upper=prices.beds.ravel())
    model.add_entries(full[cell], x[column])
    single = np.flatnonzero(np.repeat(h.single_sex, problem.days) == 1)
    gender = model.add_columns("gender", len(single), upper=1.0, integer=True)
    for g in (0, 1):
        row_of = np.full(prices.beds.size, -1)
        beds = prices.beds.ravel()[single]
        row_of[single] = model.add_rows("RoomGenderMix", len(single), upper=(1 - g) * beds)
        some = (h.gender[owner[kept][column]] == g) & (row_of[cell] >= 0)
        model.add_entries(row_of[cell[some]], x[column[some]])
        model.add_entries(row_of[single], gender, (1 - 2 * g) * beds)
    point = np.full(model.columns, np.nan)
    point[x] = mine[kept]
    solved = Highs(model.freeze()).solve(seconds=seconds, start=point)
    if solved.values is None:
        return None
    chosen = kept[solved.values[x] > 0.5]
    room = np.full(plan.room.shape, -1)
    room[owner[chosen]] = routes[chosen]
    return HospitalPlan(plan.admission, room, plan.theatre, plan.nurse)


class BedSession(Session[HospitalPlan]):
    """One solve of a bed problem; also the listener of the searches in it."""

    def __init__(
        self, problem: HospitalProblem, limits: Limits, seed: int, comm: Communicator, listen: Listener
    ) -> None:
        super().__init__(limits, seed, comm, listen, name="column-generation", source=SOURCE)
        self.problem = problem

    def plan(self) -> HospitalPlan | None:
        return self.best


def solve_beds(
    problem: HospitalProblem,
    *,
    limits: Limits,
    seed: int,
    comm: Communicator,
    listen: Listener,
    start: HospitalPlan | None = None,
    options: Mapping[str, object] | BedOptions | None = None,
) -> Outcome:
    """Search, prices, column generation, whole numbers, search again.

    Rank 0 generates columns while the others go on searching; all meet before the last search.
    """
    given = BedOptions.of(options)
    tuning, search = given.tuning, given.search_tuning
    told = BedSession(problem, limits, seed, comm, listen)
    clock = told.clock
    first = improve_beds(
        problem,
        limits=replace(limits, seconds=tuning.search * limits.seconds),
        seed=seed,
        listen=told,
        start=start,
        bound=False,
        comm=comm,
        tuning=search,
    )
    if not isinstance(first.plan, HospitalPlan) or first.stop in (Stop.INFEASIBLE, Stop.INTERRUPTED):
        return first
    plan, bound, counts = first.plan, -math.inf, {"columns": 0.0}
    until = (tuning.search + tuning.prices + tuning.master) * limits.seconds
    if comm.rank == 0:
        plan, bound, counts = _generated(problem, plan, until, clock, told, tuning)
    elif limits.iterations is None:
        mine = replace(limits, seconds=max(0.1, until - clock.elapsed))
        again = improve_beds(
            problem,
            limits=mine,
            seed=seed + 7919 * comm.rank,
            start=plan,
            bound=False,
            comm=SerialComm(),
            tuning=search,
        )
        plan = again.plan if isinstance(again.plan, HospitalPlan) else plan
    shared = told.waits.allgather((plan, bound, told.stopping))
    plan = min((p for p, _, _ in shared), key=lambda p: hard_and_cost(problem, p))
    bound, wish = max(b for _, b, _ in shared), any(a for _, _, a in shared)
    told.rise(bound)
    cost = hard_and_cost(problem, plan)[1] / problem.scale
    told.hold(plan, cost)
    told.stopped = wish
    stop = None
    if not told.agree(told.closed or wish or clock.left <= 0.5):  # clocks of ranks differ
        last = improve_beds(
            problem,
            limits=replace(limits, seconds=clock.left, target=max(limits.target, bound)),
            seed=seed + 1,
            listen=told,
            start=plan,
            bound=False,
            comm=comm,
            tuning=search,
        )
        if isinstance(last.plan, HospitalPlan) and last.bounds.primal <= cost:
            told.hold(last.plan, last.bounds.primal)
        stop = last.stop
    made = told.outcome(stats=Stats(clock.elapsed, {}, counts))
    return made if told.closed or stop is None else replace(made, stop=stop)


def _generated(
    problem: HospitalProblem, plan: HospitalPlan, until: float, clock: Deadline, told: BedSession, tuning: BedTuning
) -> tuple[HospitalPlan, float, dict[str, float]]:
    """Bound in units of cost, best plan and counts of rank 0's part."""
    quick = nights(problem, seconds=0.0).value  # night by night, at once
    told.rise(quick, "column generation")
    prices = BedPrices(problem)
    cost = float(hard_and_cost(problem, plan)[1])
    part = tuning.prices / (tuning.prices + tuning.master)
    ticks, centre = climb(prices, seconds=part * max(0.2, until - clock.elapsed), target=cost)
    told.rise(math.ceil(ticks) / problem.scale, "column generation")
    master = BedMaster(prices)
    for p in range(master.people):
        master.add(p, plan.room[p].astype(np.int64))
    left = max(0.1, until - clock.elapsed)
    found, centre, closed = generate(
        prices,
        master,
        centre,
        seconds=(1.0 - tuning.whole) * left,
        over=lambda: told.stopping,
        heard=lambda value: told.rise(math.ceil(value) / problem.scale, "column generation"),
        smooth=tuning.smooth,
    )
    bound = max(quick, math.ceil(found) / problem.scale, math.ceil(ticks) / problem.scale)
    if not told.stopping and not (problem.patients.isolation > 0).any():
        gap = max(1.0, cost - bound * problem.scale)
        better = whole(problem, master, centre, gap, plan, seconds=max(0.1, until - clock.elapsed))
        if better is not None and hard_and_cost(problem, better) < hard_and_cost(problem, plan):
            plan = better
    return plan, bound, {"columns": float(len(master.routes)), "closed": float(closed)}
