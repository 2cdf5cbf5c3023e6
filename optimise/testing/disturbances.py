"""Trouble in a planned hospital, and a plain first-fit repair of the earlier plan to compare with."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import numpy as np

from optimise.core.arrays import IntArray
from optimise.generate import hospital_with_plan
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.formats.hospital_write import document
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules.arrays import BARRED, date_costs
from optimise.hospital.rules.cleaning import beds_in_cleaning
from optimise.hospital.rules.turnover import at_noon
from optimise.replan.base import Previous

__all__ = ["disturbed", "first_fit"]


def disturbed(
    random: Random, patients: int, *, infections: bool = False
) -> tuple[HospitalProblem, Previous, HospitalProblem]:
    """A hospital today, the plan before in its numbering, and the hospital for which that was made.

    Beds close, emergencies come (some must lie alone), people turn out to be infectious or stay longer, nurses fall
    ill, theatres close earlier, patients do not come. With ``infections`` beds must be cleaned, contacts lie together
    and nobody arrives before a bed is free, all of it hard.
    """
    days = random.randint(4, 8)
    before, plan = hospital_with_plan(patients, days, seed=random.randrange(10**6))
    data: dict[str, Any] = copy.deepcopy(document(before))
    kept = [i for i in range(len(data["patients"])) if random.random() > 0.03] or [0]
    data["patients"] = [data["patients"][i] for i in kept]
    for costs in data.get("room_costs", []):
        if "rows" in costs:
            costs["rows"] = [costs["rows"][i] for i in kept]
    for room in random.sample(data["rooms"], random.randint(0, max(1, len(data["rooms"]) // 4))):
        first = random.randrange(days)
        last = random.randint(first, days - 1)
        beds = random.randint(1, room["beds"])
        room["closed"] = [*room.get("closed", []), {"first_day": first, "last_day": last, "beds": beds}]
    for person in random.sample(data["patients"], min(len(data["patients"]), random.randint(0, 3))):
        person["isolation"] = random.choice(["alone", "flu"])
    for nurse in random.sample(data.get("nurses", []), min(len(data.get("nurses", [])), random.randint(0, 2))):
        nurse["shifts"] = [duty for duty in nurse["shifts"] if random.random() < 0.7]
    for theatre in data.get("theatres", []):
        theatre["minutes"] = [m if random.random() < 0.9 else m // 2 for m in theatre["minutes"]]
    for k in range(random.randint(0, 3)):
        _emergency(random, data, k)
    if infections:
        _infections(random, data)
    today = problem_of(HospitalFile.model_validate(data))
    return today, _previous(today, plan, kept), before


def _infections(random: Random, data: dict[str, Any]) -> None:
    """Beds to clean, contacts of an infection, hours around noon."""
    for person in data["patients"]:
        if random.random() < 0.06:
            person["cleaning_nights"] = random.randint(1, 2)
        person["leaves_at"] = random.choice(["10:00"] * 7 + ["15:00"])
        if "room" not in person:
            person["arrives_at"] = random.choice(["16:00"] * 7 + ["08:00"])
    outside = [person for person in data["patients"] if "room" not in person and "isolation" not in person]
    for person in random.sample(outside, min(2, len(outside))):
        person["contact_of"] = "flu"
    data["rules"] |= dict.fromkeys(("CleaningTime", "ContactsTogether", "BedTurnover"), "hard")


def _emergency(random: Random, data: dict[str, Any], k: int) -> None:
    """Somebody like a patient who is there, on a day that cannot be changed."""
    row = random.randrange(len(data["patients"]))
    model, day = data["patients"][row], random.randrange(data["days"])
    new = {key: value for key, value in model.items() if key not in ("room", "surgeon", "surgery_minutes", "isolation")}
    new |= {"id": f"emergency {k}", "gender": random.choice(data["genders"]), "earliest": day, "latest": day}
    new["mandatory"] = True
    if random.random() < 0.3:
        new["isolation"] = "alone"
    data["patients"].append(new)
    for costs in data.get("room_costs", []):
        if "rows" in costs:
            costs["rows"].append(costs["rows"][row])


def _previous(today: HospitalProblem, plan: HospitalPlan, kept: list[int]) -> Previous:
    """The plan of the patients who are kept; new ones are unknown to it."""
    new = len(today.patients) - len(kept)
    known = np.r_[np.ones(len(kept), dtype=np.bool_), np.zeros(new, dtype=np.bool_)]

    def grown(array: IntArray) -> IntArray:
        return np.concatenate([array[kept], np.full((new, *array.shape[1:]), -1)])

    old = HospitalPlan(grown(plan.admission), grown(plan.room), grown(plan.theatre), plan.nurse)
    return Previous(old, known, joined=tuple(range(len(kept), len(kept) + new)))


def first_fit(problem: HospitalProblem, plan: HospitalPlan) -> HospitalPlan | None:
    """The first plan that fits: everybody who can stays, everybody else takes the first room, day and theatre.

    An in-patient whose room does not do any longer moves once. None where a mandatory patient finds no place. Rules
    of company are those of the room; nurses stay where they are on duty, and anybody on duty takes what is left.
    """
    fit = _FirstFit(problem, plan)
    people = problem.patients
    order = [*np.flatnonzero(people.inpatient), *np.flatnonzero(~people.inpatient & (plan.admission >= 0))]
    waiting = [p for p in order if not fit.keep(int(p))]
    waiting += np.flatnonzero(~people.inpatient & (plan.admission < 0) & people.mandatory).tolist()
    for p in waiting:
        if not fit.place(int(p)) and people.mandatory[p]:
            return None
    return fit.plan()


class _FirstFit:
    """Rooms, theatres and surgeons as they fill."""

    def __init__(self, problem: HospitalProblem, plan: HospitalPlan) -> None:
        self.problem, self.old = problem, plan
        self.here: dict[tuple[int, int], list[int]] = {}
        self.theatre_left = None if problem.theatres is None else problem.theatres.minutes.copy()
        self.surgeon_left = None if problem.theatres is None else problem.theatres.surgeon_minutes.copy()
        self.admission = np.full(len(plan.admission), -1)
        self.theatre = self.admission.copy()
        self.room = np.full(plan.room.shape, -1)
        self.dates = date_costs(problem)

    def nights(self, p: int, a: int) -> int:
        return int(min(self.problem.patients.stay[p], self.problem.days - a))

    def fits(self, p: int, r: int, d: int) -> bool:
        """Whether ``p`` may join those in room ``r`` on day ``d``."""
        people, rooms = self.problem.patients, self.problem.rooms
        there = self.here.get((r, d), [])
        alike = all(people.isolation[q] == people.isolation[p] for q in there)
        same = rooms.policy[r] != -1 or all(people.gender[q] == people.gender[p] for q in there)
        able = people.inpatient[p] or not people.forbidden[p, r]
        return len(there) < rooms.beds[r, d] and alike and same and bool(able)

    def put(self, p: int, a: int, path: list[int]) -> bool:
        """Put ``p`` there if rooms, date and theatres allow it."""
        if self.dates[p, a] >= BARRED or not all(self.fits(p, r, a + t) for t, r in enumerate(path)):
            return False
        layer, theatre = self.problem.theatres, -1
        if layer is not None and layer.surgeon[p] >= 0:
            assert self.theatre_left is not None
            assert self.surgeon_left is not None
            need, k = layer.duration[p], layer.surgeon[p]
            open_ = np.flatnonzero(self.theatre_left[:, a] >= need)
            if self.surgeon_left[k, a] < need or not open_.size:
                return False
            mine = int(self.old.theatre[p])
            theatre = mine if mine in open_ else int(open_[0])
            self.theatre_left[theatre, a] -= need
            self.surgeon_left[k, a] -= need
        self.admission[p], self.theatre[p] = a, theatre
        self.room[p, a : a + len(path)] = path
        if self.spoiled():
            if theatre >= 0:
                assert self.theatre_left is not None
                assert self.surgeon_left is not None
                self.theatre_left[theatre, a] += need
                self.surgeon_left[k, a] += need
            self.admission[p] = self.theatre[p] = self.room[p] = -1
            return False
        for t, r in enumerate(path):
            self.here.setdefault((r, a + t), []).append(p)
        return True

    def spoiled(self) -> bool:
        """Whether the plan so far breaks a hard rule of beds to clean, contacts or noon."""
        problem, people, rooms = self.problem, self.problem.patients, self.problem.rooms.beds
        there = np.stack([(self.room == r).sum(axis=0) for r in range(len(rooms))])
        if people.cleaning is not None and problem.hard("CleaningTime"):
            gone = np.where((self.admission < 0) & (people.stay > 0), -1, people.home)
            cleaned = np.minimum(rooms, beds_in_cleaning(people, self.room, len(rooms), gone))
            if (there + cleaned > rooms).any():
                return True
        if people.noon is not None and problem.hard("BedTurnover"):
            noon = at_noon(people, self.admission, self.room, len(rooms))
            if (noon > rooms).any():
                return True
        if people.contact_of is not None and problem.hard("ContactsTogether"):
            for g in range(1, int(people.contact_of.max()) + 1):
                nights = self.room[people.contact_of == g].T
                if any(len(set(night[night >= 0].tolist())) > 1 for night in nights):
                    return True
        return False

    def keep(self, p: int) -> bool:
        """Leave ``p`` where the earlier plan has him or her."""
        a, people = int(self.old.admission[p]), self.problem.patients
        path = self.old.room[p, a : a + self.nights(p, a)].tolist()
        in_time = people.inpatient[p] or people.release[p] <= a <= people.due[p]
        return bool(in_time) and min(path) >= 0 and self.put(p, a, path)

    def place(self, p: int) -> bool:
        """The first place that there is."""
        people, rooms = self.problem.patients, range(len(self.problem.rooms.ids))
        if people.inpatient[p]:
            home, nights = int(people.home[p]), self.nights(p, 0)
            stays = [[home] * k + [r] * (nights - k) for k in range(nights, -1, -1) for r in rooms]
            return any(self.put(p, 0, path) for path in stays)
        window = range(int(people.release[p]), int(people.due[p]) + 1)
        return any(self.put(p, a, [r] * self.nights(p, a)) for a in window for r in rooms)

    def plan(self) -> HospitalPlan:
        """The plan with nurses."""
        nurse, layer, k = self.old.nurse.copy(), self.problem.nursing, self.problem.shifts
        if layer is not None:
            for r, s in np.argwhere(nurse >= 0):
                nurse[r, s] = nurse[r, s] if layer.on_duty[nurse[r, s], s] else -1
            for r, d in self.here:
                for s in range(d * k, (d + 1) * k):
                    on_duty = np.flatnonzero(layer.on_duty[:, s])
                    if nurse[r, s] < 0 and on_duty.size:
                        nurse[r, s] = on_duty[0]
        return HospitalPlan(self.admission, self.room, self.theatre, nurse)
