"""Random small hospitals over the whole vocabulary of the native hospital document, and bed plans with fixed stays.

Like :mod:`optimise.testing.random_wards`: sound documents, whether they have a plan is left to chance, and one stream
of random numbers makes each.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from optimise.hospital.formats.defaults import default_rules
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalProblem

__all__ = ["document", "random_beds", "random_hospital"]

#: First day of plans with dates.
START = date(2026, 11, 30)
_FEATURES, _SPECIALTIES, _AGES = ("oxygen", "monitor"), ("surgery", "medicine"), ("young", "middle", "old")
_PRICES = (0, 0.5, 1, 2, 5, 10, 40)
#: Rules that stay as they are in bed plans with fixed stays, which is what makes them such.
_FIXED = ("RoomCapacity", "MandatoryUnscheduledPatients", "AdmissionDay", "BedConflict")


def random_hospital(random: Random, *, most_patients: int = 12, most_days: int = 7) -> HospitalProblem:
    """Make a hospital of 4 patients or more; theatres and nurses each with even odds."""
    made = document(random, most_patients=most_patients, most_days=most_days)
    return problem_of(HospitalFile.model_validate(made))


def document(random: Random, *, most_patients: int = 12, most_days: int = 7, fixed: bool = False) -> dict[str, Any]:
    """Plain values of a native hospital document; ``fixed`` for a bed plan."""
    return _Maker(random, most_patients, most_days, fixed).document()


def random_beds(random: Random, *, most_patients: int = 12, most_days: int = 7) -> HospitalProblem:
    """Make a bed plan: everybody must come, on a day that is settled, and capacity is hard."""
    made = document(random, most_patients=most_patients, most_days=most_days, fixed=True)
    return problem_of(HospitalFile.model_validate(made))


class _Maker:
    def __init__(self, random: Random, most_patients: int, most_days: int, fixed: bool = False) -> None:
        self.random, self.fixed = random, fixed
        self.days = random.randint(3, max(3, most_days))
        self.patients = random.randint(4, max(4, most_patients))
        self.theatres = not fixed and self.chance()
        self.nurses = not fixed and self.chance()
        self.shifts = ["early", "night"][: random.randint(1, 2)] if self.nurses else []
        self.wards = ["A", "B"][: random.randint(0, 2)]
        self.surgeons = ["Kay", "Lee"][: random.randint(1, 2)] if self.theatres else []
        self.dense = random.choice((0.1, 0.25, 0.5))
        self.strict = random.choice((0.2, 0.5, 0.8))
        self.rooms: list[dict[str, Any]] = [self.room(i) for i in range(random.randint(2, 4))]
        self.free = [room["beds"] for room in self.rooms]

    # ---- choices -------------------------------------------------------------------------------------------------
    def chance(self, probability: float = 0.5) -> bool:
        return self.random.random() < probability

    def maybe(self, made: dict[str, Any], key: str, value: Callable[[], object], chance: float | None = None) -> None:
        if self.chance(self.dense if chance is None else chance):
            made[key] = value()

    def some(self, values: tuple[str, ...]) -> list[str]:
        return self.random.sample(values, self.random.randint(1, len(values)))

    # ---- the document --------------------------------------------------------------------------------------------
    def document(self) -> dict[str, Any]:
        made: dict[str, Any] = {"kind": "hospital", "name": "random", "days": self.days, "rooms": self.rooms}
        made["age_groups"] = list(_AGES)
        self.maybe(made, "genders", lambda: ["F", "M"])
        if self.wards:
            made["wards"] = [self.ward(name) for name in self.wards]
        made["patients"] = [self.patient(f"p{i}") for i in range(self.patients)]
        if self.theatres:
            made["theatres"] = [{"id": f"o{i}", "minutes": self.minutes()} for i in range(self.random.randint(1, 2))]
            made["surgeons"] = [{"id": name, "minutes": self.minutes()} for name in self.surgeons]
        if self.nurses:
            made["shifts"] = self.shifts
            made["nurses"] = [self.nurse(f"n{i}") for i in range(self.random.randint(2, 3))]
        self.maybe(made, "mixing", lambda: self.random.choice(("minority", "room")))
        tables = {"room_costs": self.room_cost, "date_costs": self.date_cost}
        for key, table in tables.items():
            self.maybe(made, key, partial(_one, table))
        made["rules"] = self.rules([cost["rule"] for key in tables for cost in made.get(key, ())])
        self.day_by_day(made)
        return made

    def day_by_day(self, made: dict[str, Any]) -> None:
        """What patients need by night, in-patients' operations, further genders, who counts in a mixed room.

        Drawn last, so that all else stays as it was for a seed before these words existed.
        """
        if not self.chance():
            return
        if "mixing" not in made and self.chance():
            made["mixing"] = "patients"
        for patient in made["patients"]:
            if patient["stay"] > 1 and self.chance(self.dense):
                patient["care"] = [{"nights": self.random.randint(1, patient["stay"]), "specialty": "surgery"}]
                self.maybe(patient["care"][0], "needs", lambda: self.some(_FEATURES), 0.5 * self.dense)
                if made.get("mixing") == "patients" and not self.fixed and self.chance():  # no search of beds knows it
                    patient["care"][0]["justified"] = True
            if self.theatres and "room" in patient and self.chance():
                patient |= {"surgeon": self.random.choice(self.surgeons), "surgery_minutes": 60}
                self.maybe(patient, "surgery_earliest", lambda: 0, 0.3)
                self.maybe(patient, "surgery_latest", lambda: self.random.randrange(self.days), 0.3)
            if "room" in patient and made.get("mixing") == "patients" and not self.fixed:
                self.maybe(patient, "justified_until", lambda: self.random.randrange(self.days))
            if "room" in patient and self.chance(self.dense):
                self.dated(made, patient)
            if self.chance(0.2 * self.dense):
                made["genders"] = ["F", "M", "X"]
                patient["gender"] = "X"
                self.maybe(patient, "accommodated_as", lambda: self.random.choice("FM"), 0.3)
        for ward in made.get("wards", ()):
            self.maybe(ward, "closed_to_admissions", lambda: True, 0.3 * self.dense)
        if not self.fixed:  # no search of beds knows these
            self.infections(made)
            self.longer(made)

    def infections(self, made: dict[str, Any]) -> None:
        """Beds that are cleaned, contacts of infections, hours around noon."""
        for patient in made["patients"]:
            self.maybe(patient, "cleaning_nights", lambda: self.random.randint(1, 2), 0.4 * self.dense)
            self.maybe(patient, "contact_of", lambda: self.random.choice(("flu", "norovirus")), 0.4 * self.dense)
            self.maybe(patient, "leaves_at", lambda: self.random.choice(("10:00", "15:00")), 0.5 * self.dense)
            if "room" not in patient:
                self.maybe(patient, "arrives_at", lambda: self.random.choice(("07:15", "16:00")), 0.5 * self.dense)
        for rule in ("CleaningTime", "ContactsTogether", "BedTurnover"):
            self.maybe(made["rules"], rule, self.price)

    def longer(self, made: dict[str, Any]) -> None:
        """Stays that may be longer than said, and whether the plan must hold."""
        if not self.chance(0.3 * self.dense):
            return
        for patient in made["patients"]:
            self.maybe(patient, "overstay", lambda: [0.4, 0.2, 0.05][: self.random.randint(1, 3)], 0.5)
        self.maybe(
            made, "stays", lambda: {"holds_with": self.random.choice((0.5, 0.9)), "scenarios": 10, "seed": 2}, 0.8
        )
        for rule in ("BedShortageChance", "BedShortage"):
            self.maybe(made["rules"], rule, self.price)

    def dated(self, made: dict[str, Any], patient: dict[str, Any]) -> None:
        """Says when an in-patient goes home, beside the nights or, where nothing else needs them, instead."""
        made["start"] = START.isoformat()
        patient["expected_discharge"] = (START + timedelta(days=patient["stay"])).isoformat()
        if self.chance():
            del patient["stay"]
        elif self.chance() and "care" not in patient and "workload" not in patient and "skill" not in patient:
            made["unknown_stay"] = patient.pop("stay")
            del patient["expected_discharge"]

    def room(self, i: int) -> dict[str, Any]:
        made: dict[str, Any] = {"id": f"r{i}", "beds": self.random.randint(1, 5)}
        self.maybe(made, "gender", lambda: self.random.choice(("any", "same", "F", "M")), 0.5)
        self.maybe(made, "features", lambda: self.some(_FEATURES), 0.5)
        if self.wards:
            made["ward"] = self.random.choice(self.wards)
        if self.chance(0.2):
            made["bed_ids"] = [f"r{i}-{k}" for k in range(made["beds"])]
        if self.chance(0.2):
            first = self.random.randrange(self.days)
            made["closed"] = [{"first_day": first, "last_day": self.random.randrange(first, self.days)}]
            self.maybe(made["closed"][0], "beds", lambda: 1, 0.6)
        return made

    def ward(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": name}
        self.maybe(made, "specialties", lambda: self.some(_SPECIALTIES))
        self.maybe(made, "minimum_age", lambda: 16)
        self.maybe(made, "maximum_age", lambda: 80)
        return made

    def patient(self, name: str) -> dict[str, Any]:
        random = self.random
        made: dict[str, Any] = {"id": name, "gender": random.choice("FM"), "stay": random.randint(1, 4)}
        here = [r for r, beds in enumerate(self.free) if beds]
        if here and self.chance(0.25):
            room = random.choice(here)
            self.free[room] -= 1
            made["room"] = self.rooms[room]["id"]
        else:
            made["earliest"] = random.randrange(self.days)
            made["latest"] = made["earliest"] if self.fixed else random.randrange(made["earliest"], self.days)
            if not self.fixed:
                made["mandatory"] = self.chance()
                if self.theatres and self.chance(0.7):
                    made["surgeon"] = random.choice(self.surgeons)
                    made["surgery_minutes"] = random.choice((30, 60, 90, 120))
        self.maybe(made, "age", lambda: random.choice((8, 40, 85)))
        self.maybe(made, "age_group", lambda: random.choice(_AGES))
        self.maybe(made, "specialty", lambda: random.choice(_SPECIALTIES))
        self.maybe(made, "needs", lambda: self.some(_FEATURES), 0.5 * self.dense)
        self.maybe(made, "wishes", lambda: self.some(_FEATURES))
        self.maybe(made, "largest_room", lambda: random.randint(1, 3))
        self.maybe(made, "forbidden_rooms", lambda: [random.choice(self.rooms)["id"]], 0.5 * self.dense)
        self.maybe(made, "unsuitable_days", lambda: [random.randrange(self.days)])
        self.maybe(made, "isolation", lambda: random.choice(("alone", "flu")), 0.3 * self.dense)
        self.maybe(made, "delay_factor", lambda: random.choice((0, 2, 3)))
        self.maybe(made, "refusal_factor", lambda: random.choice((0, 2, 3)))
        if self.nurses:
            length = len(self.shifts) * made["stay"]
            self.maybe(made, "workload", lambda: [random.randint(0, 3) for _ in range(length)], 0.8)
            self.maybe(made, "skill", lambda: [random.randint(0, 2) for _ in range(length)], 0.8)
        return made

    def minutes(self) -> list[int]:
        return [self.random.choice((0, 120, 240)) for _ in range(self.days)]

    def nurse(self, name: str) -> dict[str, Any]:
        cells = [(day, shift) for day in range(self.days) for shift in self.shifts if self.chance(0.8)]
        posts = [{"day": day, "shift": shift, "max_load": self.random.randint(2, 8)} for day, shift in cells]
        return {"id": name, "skill": self.random.randint(0, 2), "shifts": posts}

    def room_cost(self) -> dict[str, Any]:
        amounts = [[self.random.choice((0, 0, 1, 3)) for _ in self.rooms] for _ in range(2)]
        rows = [[self.random.randrange(2)] for _ in range(self.patients)]
        return {"rule": "Noise", "text": "is noisy", "amounts": amounts, "rows": rows}

    def date_cost(self) -> dict[str, Any]:
        def amounts() -> list[list[int]]:
            return [[self.random.choice((0, 0, 1, 2)) for _ in range(self.days + 1)] for _ in range(self.patients)]

        return {"rule": "Promised", "text": "another day was promised", "amounts": amounts()}

    def rules(self, tables: list[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for rule, default in default_rules().items():
            if not (self.fixed and (rule in _FIXED or rule == "RoomAgeMix")):
                self.maybe(made, rule, self.price, max(self.dense, 0.5 if default == "hard" else 0.0))
        if self.fixed:
            made["RoomAgeMix"] = "off"
            made["MandatoryUnscheduledPatients"] = "hard"  # said, so that a full hospital has no plan
        for rule in tables:
            made[rule] = self.price()
        return made

    def price(self) -> float | str:
        if self.chance(0.2 * self.strict):
            return "hard"
        return "off" if self.chance(0.05) else self.random.choice(_PRICES)


def _one(make: Callable[[], dict[str, object]]) -> list[dict[str, Any]]:
    return [make()]
