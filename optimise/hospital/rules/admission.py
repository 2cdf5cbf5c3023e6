"""Who is admitted and when: windows, delays, refusals."""

from __future__ import annotations

import numpy as np

from optimise.hospital.context import HospitalContext
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, Engine, HospitalRule, divisor, plural
from optimise.hospital.rules.state import HospitalState

__all__ = ["AdmissionDay", "ElectiveUnscheduledPatients", "MandatoryUnscheduledPatients", "PatientDelay"]


class MandatoryUnscheduledPatients(HospitalRule):
    """Mandatory patients who are not admitted."""

    name = "MandatoryUnscheduledPatients"
    text = "every mandatory patient is admitted"
    unit = "patients"
    default = "hard"
    engines = EVERY_ENGINE
    hard_only = frozenset({Engine.ROOMS, Engine.COLUMNS})
    relaxation = 400

    def breaches(self, state: HospitalState) -> Breaches:
        people = state.problem.patients

        def tell(index: tuple[int, ...]) -> Breach:
            name = people.ids[index[0]]
            window = (int(people.release[index[0]]), int(people.due[index[0]]))
            text = f"mandatory patient {name} is not admitted (window: day {window[0]} to {window[1]})"
            return Breach((name,), window, text)

        return Breaches.positive((people.mandatory & ~state.admitted).astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Hard: no ``out`` column; soft: a priced one (made with the admissions)."""


class AdmissionDay(HospitalRule):
    """Patients admitted outside their window."""

    name = "AdmissionDay"
    text = "a patient is admitted within his or her window"
    unit = "patients"
    default = "hard"
    engines = EVERY_ENGINE
    hard_only = frozenset({Engine.ROOMS, Engine.COLUMNS})
    relaxation = 60

    def breaches(self, state: HospitalState) -> Breaches:
        people, day = state.problem.patients, state.plan.admission
        outside = state.admitted & ((day < people.release) | (day > people.due))

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            window = f"day {people.release[p]} to {people.due[p]}"
            text = f"patient {people.ids[p]} is admitted on day {day[p]}, outside {window}"
            return Breach((people.ids[p],), (int(day[p]),), text)

        return Breaches.positive(outside.astype(np.int64), tell)

    def add(self, model: HospitalColumns) -> None:
        """Hard: no column outside the window; soft: priced on the admission."""


class PatientDelay(HospitalRule):
    """Days between the first possible day and admission, times the patient's factor."""

    name = "PatientDelay"
    text = "patients are admitted early"
    unit = "days"
    default = 10
    engines = EVERY_ENGINE

    def step(self, problem: HospitalContext) -> int:
        """Greatest common divisor of the patients' factors."""
        return divisor(problem.patients.delay_factor)

    def breaches(self, state: HospitalState) -> Breaches:
        people, day = state.problem.patients, state.plan.admission
        late = np.where(state.admitted, np.maximum(day - people.release, 0), 0)

        def tell(index: tuple[int, ...]) -> Breach:
            p = index[0]
            text = f"patient {people.ids[p]} waits {plural(int(late[p]), 'day')}, until day {day[p]}"
            return Breach((people.ids[p],), (int(day[p]),), text)

        return Breaches.positive(late * people.delay_factor, tell)

    def add(self, model: HospitalColumns) -> None:
        """Priced on the admission columns."""


class ElectiveUnscheduledPatients(HospitalRule):
    """Optional patients who are refused, times the patient's factor."""

    name = "ElectiveUnscheduledPatients"
    text = "few optional patients are refused"
    unit = "patients"
    default = 300
    engines = EVERY_ENGINE

    def step(self, problem: HospitalContext) -> int:
        """Greatest common divisor of the factors of those who may be refused."""
        return divisor(problem.patients.refusal_factor[~problem.patients.mandatory])

    def breaches(self, state: HospitalState) -> Breaches:
        people = state.problem.patients
        refused = ~people.mandatory & ~state.admitted

        def tell(index: tuple[int, ...]) -> Breach:
            name = people.ids[index[0]]
            return Breach((name,), (), f"optional patient {name} is not admitted")

        return Breaches.positive(refused * people.refusal_factor, tell)

    def add(self, model: HospitalColumns) -> None:
        """Priced on the ``out`` columns."""
