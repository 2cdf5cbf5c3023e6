"""A trust's bed plan from its data: wards, prices, and plans that open the same number of beds.

Prices are assumptions of this module, told in :class:`TrustPrices`; a trust sets its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimise.capacity.problem import CapacityPlan, CapacityProblem, Electives, Staffing, Wards
from optimise.capacity.risk import Risk
from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError
from optimise.demand.demand import Demand
from optimise.demand.pmf import FloatArray, IntArray

__all__ = ["Trust", "TrustPrices", "same_beds", "shares", "usual_plan"]


@dataclass(frozen=True, slots=True)
class TrustPrices:
    """Prices in pounds, all assumed.

    Attributes
    ----------
    bed : of a staffed bed for a day that could have stayed closed
    outlying : of an hour in another specialty's ward
    boarding : of an hour of waiting for a bed in the emergency department
    transfer : of a move
    refusal, cancellation : of an elective not accepted, and of one called off on the day
    """

    bed: float = 5.0
    outlying: float = 4.0
    boarding: float = 60.0
    transfer: float = 100.0
    refusal: float = 500.0
    cancellation: float = 1500.0


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """Wards of a trust and what is usual there.

    Attributes
    ----------
    name : str
    wards : mapping of ward to the specialties whose home it is
    apart : specialties that lie in their home wards only, and whose wards admit nobody else (children)
    beds : int
        Staffed beds, the same every day.
    usual : int array (wards,)
        How they are shared among the wards today.
    requests : int array (specialties, 7)
        Requests for electives by weekday, Monday first.
    step : int
        Hours of a placement (which ward's beds a specialty uses) where scenarios are hourly. Fewer hours are nearer to
        a hospital that shares beds through the day, and cost more time: see ``hpc/DESIGN.md``.
    """

    name: str
    groups: tuple[str, ...]
    wards: Mapping[str, Sequence[str]]
    apart: tuple[str, ...]
    beds: int
    usual: IntArray
    requests: IntArray
    prices: TrustPrices = TrustPrices()
    step: int = 24

    @classmethod
    def from_demand(
        cls,
        name: str,
        demand: Demand,
        wards: Mapping[str, Sequence[str]] | None = None,
        *,
        apart: Sequence[str] = ("paediatrics", "paediatric"),
        electives: Mapping[str, int] | None = None,
        occupancy: float = 0.95,
        step: int = 24,
    ) -> Trust:
        """Size wards so that the demand seen, and the electives asked for, fill ``occupancy`` of the staffed beds.

        Parameters
        ----------
        name : str
        demand : Demand
            With departures.
        wards : mapping, optional
            Default: one ward a specialty.
        apart : sequence of str
            Specialties that neither lend nor borrow beds; those that are not in the data are left out.
        electives : mapping, optional
            Requests on each working day by specialty.
        occupancy : float
            Part of the staffed beds that the load fills, above 0.
        step : int
            Hours that a placement lasts.

        Returns
        -------
        Trust

        Raises
        ------
        InputError
            If there are no departures, a specialty has no home ward or several, or an elective's specialty is unknown.
        """
        if demand.stays is None:
            raise InputError("the data need departures, so that beds in use are known")
        homes = wards or {group: (group,) for group in demand.groups}
        placed = [group for mine in homes.values() for group in mine]
        if sorted(placed) != sorted(demand.groups):
            raise InputError(f"every specialty needs one home ward: {', '.join(demand.groups)}", item="wards")
        settled = demand.length // 4  # the first patients of the data are not all of those in bed
        used = demand.stays.occupancy(len(demand.groups))[settled:].mean(0)
        requests = np.zeros((len(demand.groups), 7), np.int64)
        for group, number in (electives or {}).items():
            if group not in demand.groups:
                raise InputError(f"unknown specialty; known: {', '.join(demand.groups)}", item=f"electives {group}")
            requests[demand.groups.index(group), :5] = number
        ended = demand.stays.end >= 0
        spent = (demand.stays.end - demand.stays.first)[ended]
        whose = demand.stays.group[ended]
        days = np.array([spent[whose == g].mean() if (whose == g).any() else 24.0 for g in range(len(used))]) / 24
        load = used + requests.mean(1) * days
        by_ward = np.array([sum(load[demand.groups.index(group)] for group in mine) for mine in homes.values()])
        beds = int(np.ceil(by_ward.sum() / occupancy))
        return cls(
            name,
            demand.groups,
            homes,
            tuple(a for a in apart if a in demand.groups),
            beds,
            shares(beds, by_ward),
            requests,
            step=step,
        )

    def problem(self, scenarios: Scenarios, spent: Sequence[IntArray], *, risk: Risk | None = None) -> CapacityProblem:
        """The two-stage problem of the days of ``scenarios``.

        Parameters
        ----------
        spent : sequence of int arrays
            Patients now in bed by specialty (only their number counts here).
        """
        days, prices = scenarios.horizon * (24 if scenarios.period == "day" else 1) // 24, self.prices
        names = tuple(self.wards)
        outlying = np.full((len(self.groups), len(names)), prices.outlying)
        occupied = np.zeros_like(outlying)
        for w, mine in enumerate(self.wards.values()):
            closed = any(group in self.apart for group in mine)
            for g, group in enumerate(self.groups):
                if group in mine:
                    outlying[g, w], occupied[g, w] = 0.0, len(spent[g]) if len(spent) else 0
                elif closed or group in self.apart:
                    outlying[g, w] = np.inf
        weekday = [(scenarios.start.weekday() + d) % 7 for d in range(days)]
        count = len(self.groups)
        lowest = np.floor(0.6 * self.usual).astype(np.int64)
        most = np.ceil(1.5 * self.usual).astype(np.int64) + 2
        return CapacityProblem(
            name=f"{self.name} {scenarios.start:%Y-%m-%d}",
            scenarios=scenarios,
            wards=Wards(
                names,
                np.repeat(lowest[:, None], days, axis=1),
                np.repeat(most[:, None], days, axis=1),
                np.full(len(names), prices.bed),
            ),
            staffing=Staffing(np.full(days, self.beds), 1, np.zeros(days), np.zeros(days, np.int64)),
            electives=Electives(
                self.requests[:, weekday], np.full(count, prices.refusal), np.full(count, prices.cancellation)
            ),
            outlying=outlying,
            boarding=np.full(count, prices.boarding),
            transfer=np.full(count, prices.transfer),
            occupied=occupied,
            step=self.step if scenarios.period == "hour" else 1,
            risk=risk or Risk(),
        )


def shares(total: int, weights: FloatArray) -> IntArray:
    """``total`` in whole numbers, in proportion to ``weights`` (largest remainders)."""
    exact = total * np.asarray(weights, np.float64) / np.sum(weights)
    made = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - made), kind="stable")[: total - int(made.sum())]
    made[rest] += 1
    return made


def usual_plan(problem: CapacityProblem, trust: Trust) -> CapacityPlan:
    """Today's fixed bed base, all electives accepted."""
    opened = np.repeat(trust.usual[:, None], problem.days, axis=1)
    return CapacityPlan(opened, np.zeros(problem.days, np.int64), problem.electives.requests)


def same_beds(problem: CapacityProblem, plan: CapacityPlan) -> CapacityPlan:
    """The plan with beds that it left closed opened too, so that plans are compared at equal beds.

    Spare staffed beds go to the wards in proportion to what the plan opens there, one at a time where a ward is
    full.
    """
    opened = plan.opened.copy()
    for day in range(problem.days):
        spare = int(problem.staffing.beds[day] - opened[problem.own, day].sum())
        wanted = plan.opened[:, day] * problem.own
        while spare > 0:
            room = np.where(problem.own, problem.wards.maximum[:, day] - opened[:, day], 0)
            if not room.any():
                break
            # the ward that has grown least, relative to its size, grows next
            growth = np.where(room > 0, (opened[:, day] + 1) / np.maximum(wanted, 1), np.inf)
            opened[int(np.argmin(growth)), day] += 1
            spare -= 1
    return replace(plan, opened=opened)
