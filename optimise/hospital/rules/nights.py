"""Rules that are sums over nights: what a patient in a room on a day adds, whoever else is there.

Such a rule is one table. The exact evaluation, the rows of the model and every engine read it, so a rule of this kind
is known everywhere once the table is written.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache

import numpy as np

from optimise.core.arrays import IntArray, frozen
from optimise.core.errors import InputError
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breaches, HospitalRule, divisor
from optimise.hospital.rules.state import HospitalState

__all__ = ["NightRule"]


class NightRule(HospitalRule):
    """A rule with an amount for each patient, day and room.

    A subclass gives :meth:`amounts` beside ``name``, ``text`` and ``unit``.
    """

    unit = "nights"
    engines = EVERY_ENGINE

    @abstractmethod
    def amounts(self, problem: HospitalContext) -> IntArray:
        """What one night adds to the amount: int array (patients, days, rooms), nowhere negative.

        Parameters
        ----------
        problem : HospitalContext
            Rooms and patients.

        Returns
        -------
        int array
            Shape (patients, days, rooms), in the rule's own unit.
        """

    def table(self, problem: HospitalContext) -> IntArray:
        """:meth:`amounts`, checked and kept for the problems asked about last.

        Parameters
        ----------
        problem : HospitalContext
            Rooms and patients.

        Returns
        -------
        int array
            Shape (patients, days, rooms), in the rule's own unit.

        Raises
        ------
        InputError
            If the table has another shape or a negative entry.
        """
        return _table(self, problem)

    def step(self, problem: HospitalContext) -> int:
        """Greatest common divisor of the table."""
        return divisor(self.table(problem))

    def breaches(self, state: HospitalState) -> Breaches:
        """One entry a patient and night."""
        amount = self.table(state.problem)[state.person, state.day, state.room]
        return Breaches.of_nights(state, amount, self.text)

    def add(self, model: HospitalColumns) -> None:
        """Soft: priced on the stay columns. Hard: a row of each night that has an amount, presence <= 0."""
        here, price = model.presence, model.price(self.name)
        amount = self.table(model.problem)[here.person, here.day, here.room]
        some = np.flatnonzero(amount)
        if price is not None:
            total = np.bincount(here.column[some], weights=amount[some], minlength=model.model.columns)
            priced = np.flatnonzero(total)
            model.model.add_cost(priced, price * total[priced])
            return
        people, rooms = model.problem.patients.ids, model.problem.rooms.ids
        seen = np.stack([here.person[some], here.day[some], here.room[some]], axis=1)
        night, place = np.unique(seen, axis=0, return_inverse=True)
        rows = model.model.add_rows(
            self.name, len(night), upper=0.0, keys=lambda: [(people[p], int(d), rooms[r]) for p, d, r in night.tolist()]
        )
        model.model.add_entries(rows[place.reshape(-1)], here.column[some])


@lru_cache(maxsize=16)
def _table(rule: NightRule, problem: HospitalContext) -> IntArray:
    shape = (len(problem.patients), problem.days, len(problem.rooms.ids))
    made = frozen(rule.amounts(problem), np.int64, shape, rule.name)
    if made.size and int(made.min()) < 0:
        raise InputError("a night has a negative amount", item=rule.name)
    return made
