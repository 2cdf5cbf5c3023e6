"""What single nights in a room and the day of admission cost a patient: age limits, equipment, specialty, dates."""

from __future__ import annotations

import math

import numpy as np

from optimise.core.arrays import IntArray
from optimise.hospital.beds import AdmissionWish, RoomWish
from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, HospitalRule, divisor
from optimise.hospital.rules.state import HospitalState

__all__ = ["ADMISSION_WISHES", "AdmissionWishRule", "RoomWishRule"]

#: Names of the admission wishes that we make ourselves; their amounts count patients.
ADMISSION_WISHES = ("UnsuitableDay", "ChangedAdmission", "FrozenAdmission")


class RoomWishRule(HospitalRule):
    """Rule of one name over the room wishes of a problem; made by :meth:`of`."""

    unit = "nights"
    engines = EVERY_ENGINE

    def __init__(self, name: str, wishes: tuple[RoomWish, ...]) -> None:
        self.name, self.wishes = name, wishes
        self.text = wishes[0].text if wishes else name

    @staticmethod
    def of(problem: HospitalContext, name: str) -> RoomWishRule:
        found = tuple(wish for wish in problem.beds.wishes if wish.rule == name)
        return RoomWishRule(name, found)

    def step(self, problem: HospitalContext) -> int:
        return math.gcd(*(divisor(wish.amount) for wish in self.wishes))

    def amounts(self, person: IntArray, night: IntArray, room: IntArray) -> IntArray:
        """Amount for nights (of the stay) of people in rooms; shapes broadcast."""
        total: IntArray = np.zeros(np.broadcast(person, night, room).shape, dtype=np.int64)
        for wish in self.wishes:
            total = total + wish.amount[wish.row[person, night], room]
        return total

    def breaches(self, state: HospitalState) -> Breaches:
        amount = self.amounts(state.person, np.clip(state.night, 0, None), state.room)
        return Breaches.of_nights(state, amount, self.text)

    def add(self, model: HospitalColumns) -> None:
        """Soft: priced on the stay columns; hard: stays with any amount have no column."""


class AdmissionWishRule(HospitalRule):
    """Rule of one name over the admission wishes of a problem; made by :meth:`of`."""

    unit = "patients"
    engines = EVERY_ENGINE

    def __init__(self, name: str, dates: tuple[AdmissionWish, ...]) -> None:
        self.name, self.text, self.dates = name, dates[0].text, dates
        total = dates[0].amount
        for date in dates[1:]:
            total = total + date.amount
        #: int array (patients, days + 1): the last column is for a patient who is not admitted.
        self.amount: IntArray = total

    @staticmethod
    def of(problem: HospitalContext, name: str) -> AdmissionWishRule:
        return AdmissionWishRule(name, tuple(date for date in problem.beds.dates if date.rule == name))

    def step(self, problem: HospitalContext) -> int:
        return math.gcd(*(divisor(date.amount) for date in self.dates))

    def breaches(self, state: HospitalState) -> Breaches:
        people, day = state.problem.patients, state.plan.admission
        amount = self.amount[np.arange(len(people)), day]  # -1, not admitted, is the last column

        def tell(index: tuple[int, ...]) -> Breach:
            name, d = people.ids[index[0]], int(day[index[0]])
            where = f"on day {d}" if d >= 0 else "not admitted"
            return Breach((name,), (d,) if d >= 0 else (), f"patient {name} {where}: {self.text}")

        return Breaches.positive(amount, tell)

    def add(self, model: HospitalColumns) -> None:
        """Soft: priced on the admission and ``out`` columns; hard: what has an amount has no column."""
