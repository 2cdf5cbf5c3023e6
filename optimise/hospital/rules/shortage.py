"""Beds for everybody although stays may last longer than said: a chance that must hold, and a price of shortage.

By sample average (Kleywegt, Shapiro, Homem-de-Mello, 2002): scenarios of longer stays are drawn once and for all. Their
amounts are whole numbers, so that sums are exact; :mod:`optimise.hospital.held` tells the exact chances of a plan.
"""

from __future__ import annotations

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import Breach, Breaches, HospitalRule, plural
from optimise.hospital.rules.state import HospitalState
from optimise.hospital.uncertain import UncertainStays, leavers, shortages

__all__ = ["BedShortage", "BedShortageChance"]


class BedShortage(HospitalRule):
    """By (room, day): people without a bed, summed over all scenarios of longer stays."""

    name = "BedShortage"
    text = "few people lack a bed where others stay longer than said"
    unit = "shortages"

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.uncertain is not None

    def breaches(self, state: HospitalState) -> Breaches:
        names, scenarios = state.problem.rooms.ids, _uncertain(state.problem).scenarios
        people = _shortages(state).sum(axis=2)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            text = f"room {names[r]} lacks beds for {people[r, d] / scenarios:.2f} people on average on day {d}"
            return Breach((names[r],), (d,), text)

        return Breaches.positive(people, tell)

    def add(self, model: HospitalColumns) -> None:
        """``BedShortage[r,d,j]``: people there and those who stay longer, in each distinct case j of the scenarios,
        <= beds (+ excess, at the price of one unit times the scenarios that are such a case)."""
        cases = _Cases(model)
        rows = cases.rows(model, self.name)
        price = model.price(self.name)
        if price is None:
            return
        columns = model.model.add_columns(self.name, len(rows), cost=price * cases.times)
        model.model.add_entries(rows, columns, -1.0)


class BedShortageChance(HospitalRule):
    """By (room, day): scenarios with too few beds, beyond those that are allowed."""

    name = "BedShortageChance"
    text = "a room has a bed for everybody with the chance that is asked"
    unit = "scenarios"
    relaxation = 12

    def applies(self, problem: HospitalContext) -> bool:
        return problem.patients.uncertain is not None

    def breaches(self, state: HospitalState) -> Breaches:
        names, uncertain = state.problem.rooms.ids, _uncertain(state.problem)
        short = (_shortages(state) > 0).sum(axis=2)

        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            text = (
                f"room {names[r]} lacks a bed in {short[r, d]} of {plural(uncertain.scenarios, 'scenario')} on day {d}"
            )
            return Breach((names[r],), (d,), f"{text}; {uncertain.allowed} are allowed")

        return Breaches.positive(short - uncertain.allowed, tell)

    def add(self, model: HospitalColumns) -> None:
        """With ``short[r,d,j]`` = 1 where case j of the scenarios, which stands for ``n_j`` of them, lacks a bed:

        ``short[r,d,j]``: people there and those who stay longer <= beds + M short[r,d,j], and
        ``BedShortageChance[r,d]``: sum_j n_j short[r,d,j] <= the scenarios allowed (+ excess).
        """
        cases = _Cases(model)
        rows = cases.rows(model, "short")
        short = model.model.add_columns("short", len(rows), upper=1.0, integer=True)
        model.model.add_entries(rows, short, -1.0 * cases.most)
        spots, of = np.unique(cases.spot, return_inverse=True)
        days, names = model.problem.days, model.problem.rooms.ids
        chance: IntArray = model.model.add_rows(
            self.name,
            len(spots),
            upper=float(_uncertain(model.problem).allowed),
            keys=lambda: [(names[s // days], int(s) % days) for s in spots],
        )
        model.model.add_entries(chance[of], short, 1.0 * cases.times)
        model.excess(self.name, chance)


def _uncertain(problem: HospitalContext) -> UncertainStays:
    assert problem.patients.uncertain is not None
    return problem.patients.uncertain


def _shortages(state: HospitalState) -> IntArray:
    problem, plan = state.problem, state.plan
    leaving = leavers(plan.admission, plan.room, problem.patients.stay, problem.patients.home)
    return shortages(_uncertain(problem), problem.rooms.beds, state.count, leaving)


class _Cases:
    """Scenarios by room and day, those in which the same people would still be there as one case.

    Attributes
    ----------
    spot : int array (cases,)
        Room times days, and day.
    times : int array (cases,)
        Scenarios that are such a case.
    most : int array (cases,)
        Most people who may lack a bed.
    """

    def __init__(self, model: HospitalColumns) -> None:
        here, problem = model.presence, model.problem
        people, uncertain, days = problem.patients, _uncertain(problem), problem.days
        beds = problem.rooms.beds.reshape(-1)
        self.beds = beds
        now = here.room * days + here.day
        last = (here.night == people.stay[here.person] - 1) & (here.day + 1 < days)
        ahead = [(np.flatnonzero(last & (here.day + 1 + more < days)), more) for more in range(_longest(uncertain))]
        term = np.concatenate([t for t, _ in ahead] or [np.zeros(0, dtype=np.int64)])
        later = np.concatenate([np.full(len(t), more) for t, more in ahead] or [np.zeros(0, dtype=np.int64)])
        spot = now[term] + 1 + later
        today = np.flatnonzero((people.home >= 0) & (people.stay == 0))
        spots, times, most, self.entries, fixed = [], [], [], [], []
        soft = not problem.hard("RoomCapacity")
        there = [spot, (people.home[today, None] * days + np.arange(days)).reshape(-1), now if soft else now[:0]]
        by_spot, by_now = np.argsort(spot, kind="stable"), np.argsort(now, kind="stable")
        for s in np.unique(np.concatenate(there)):
            r, d = divmod(int(s), days)
            mine = by_spot[slice(*np.searchsorted(spot[by_spot], [s, s + 1]))]
            gone = today[people.home[today] == r]
            # of one person several columns end on different days, so each term asks for its own night
            asks = later[mine][None, :] < uncertain.nights[here.person[term[mine]]].T
            pattern, count = np.unique(
                np.concatenate([asks, (uncertain.nights[gone] > d).sum(axis=0)[:, None]], axis=1),
                axis=0,
                return_counts=True,
            )
            lying = by_now[slice(*np.searchsorted(now[by_now], [s, s + 1]))]
            possible = len(np.unique(here.person[lying]))
            for row, n in zip(pattern, count, strict=True):
                added = term[mine[row[:-1].astype(bool)]]
                upper = possible + len(np.unique(here.person[added])) + int(row[-1])
                if upper <= beds[s] or (not added.size and not row[-1] and not soft):
                    continue
                spots.append(int(s))
                times.append(int(n))
                most.append(upper - int(beds[s]))
                fixed.append(int(row[-1]))
                self.entries.append(np.concatenate([here.column[lying], here.column[added]]))
        self.spot, self.times = np.array(spots, dtype=np.int64), np.array(times, dtype=np.int64)
        self.most, self.fixed = np.array(most, dtype=np.int64), np.array(fixed, dtype=np.int64)

    def rows(self, model: HospitalColumns, name: str) -> IntArray:
        """A row a case: people there and those who stay longer <= beds."""
        days, names = model.problem.days, model.problem.rooms.ids
        order = np.arange(len(self.spot)) - np.searchsorted(self.spot, self.spot)
        made: IntArray = model.model.add_rows(
            name,
            len(self.spot),
            upper=1.0 * (self.beds[self.spot] - self.fixed),
            keys=lambda: [(names[s // days], int(s) % days, int(j)) for s, j in zip(self.spot, order, strict=True)],
        )
        if len(made):
            model.model.add_entries(np.repeat(made, [len(e) for e in self.entries]), np.concatenate(self.entries))
        return made


def _longest(uncertain: UncertainStays) -> int:
    return int(uncertain.nights.max(initial=0))
