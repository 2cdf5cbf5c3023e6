"""Cost of a plan of OR-PAS, patient admission with operating rooms, from the two files alone: python verify_orpas.py
INSTANCE.xml PLAN.xml. Imports nothing of Wardwise. A room that mixes the sexes is charged once a night."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import date

PRICES = {"feature": 20, "preference": 10, "specialism": 20, "fixed_gender": 50, "gender": 50, "transfer": 100,
          "delay": 5, "overcrowd_risk": 1, "or_overtime": 3, "idle_or": 10, "idle_room": 20}  # fmt: skip
OTHER = {"MaleOnly": "Female", "FemaleOnly": "Male"}


class Instance:
    """What the file says: days from 0, everything by name."""

    def __init__(self, file):
        root = ET.parse(file).getroot()
        horizon = root.find("descriptor/Horizon")
        self.name, self.days, self.start = root.get("name"), int(horizon.get("num_days")), horizon.get("start_day")
        self.treatments, self.rooms, self.departments, self.patients = (
            {one.get("name"): one for one in root.iter(tag)} for tag in ("treatment", "room", "department", "patient")
        )
        self.who = {one.text for one in root.find("specialisms")}
        self.slots, self.length = defaultdict(Counter), int(root.find("or_slots").get("slot_length"))
        for day in root.findall("or_slots/day"):
            for one in day:
                self.slots[self.day(day.get("name"))][one.get("name")] += int(one.get("number_or_slots")) * self.length

    def day(self, text):
        return (date.fromisoformat(text) - date.fromisoformat(self.start)).days

    def stay(self, patient):
        """First and last allowed day, nights, and days from admission to surgery (None without one)."""
        first, end = self.day(patient.get("admission")), self.day(patient.get("discharge"))
        latest, surgery = patient.get("max_admission"), patient.get("surgery_day")
        last = self.day(latest) if latest else 2 * self.days - (end - first)
        return first, last, end - first, self.day(surgery) - first if surgery else None

    def lacks(self, patient, room, kind):
        wanted = {one.get("name") for one in patient.iter("room_property") if one.get("type") == kind}
        return len(wanted - {one.text for one in room.iter("feature")})

    def suits(self, patient, room, who):
        """Whether the room will do, and whether its department only helps out with this specialism."""
        ward, age = self.departments[room.get("department")], int(patient.get("age"))
        main, aux = ({one.text for one in ward.iter(f"{part}_specialism")} for part in ("main", "aux"))
        aged = int(ward.get("min_age", 0)) <= age <= int(ward.get("max_age", 999))
        return not self.lacks(patient, room, "needed") and who in main | aux and aged, who not in main


def plan_of(instance, file):
    """Rooms by day for each patient, and what cannot be read as such."""
    root, plan, broken = ET.parse(file).getroot(), {}, []
    if root.get("instance") != instance.name:
        sys.exit(f"{file}: a plan of {root.get('instance')}, not of {instance.name}")
    for one in root.findall("patients_scheduling/patient"):
        nights = [(instance.day(stay.get("day")), stay.get("room")) for stay in one.iter("stay")]
        unknown = one.get("name") not in instance.patients or {room for _, room in nights} - instance.rooms.keys()
        if unknown or one.get("name") in plan or len(dict(nights)) < len(nights):
            broken.append(f"patient {one.get('name')}: twice, a night twice, or an unknown name or room")
        else:
            plan[one.get("name")] = dict(nights)
    return plan, broken


def judge(instance, plan):
    """Hard rules that are broken, as (kind, how much, where), and amounts by line of the cost."""
    broken, amount, horizon, rooms = [], Counter(), instance.days, instance.rooms
    present, leaving = defaultdict(list), Counter()
    elective, everybody, due, wanted = defaultdict(Counter), Counter(), 0, 0
    for name, patient in instance.patients.items():
        first, last, length, offset = instance.stay(patient)
        treatment, nights = instance.treatments[patient.get("treatment")], plan.get(name, {})
        who, minutes = treatment.get("specialism"), int(treatment.get("length", 0)) if offset is not None else 0
        due, wanted = due + minutes, wanted + sum(day < horizon for day in range(first, first + length))
        days, before = sorted(nights), patient.get("room")
        urgent = patient.get("registration") == patient.get("admission") and first == last
        last = first if before else last
        if not days or not first <= days[0] <= last or days != list(range(days[0], days[0] + length)):
            broken.append(("stay", 1, f"patient {name}: not {length} nights in a row from a day of {first} to {last}"))
        if not days:
            continue
        amount["delay"] += 0 if before else max(0, days[0] - first)
        everybody[days[0] + (offset or 0)] += minutes
        elective[days[0] + (offset or 0)][who] += 0 if urgent else minutes
        for day in days:
            room = rooms[nights[day]]
            present[day, nights[day]].append(patient.get("gender"))
            amount["transfer"] += before not in (None, nights[day])
            before = nights[day]
            suits, helps = instance.suits(patient, room, who)
            if not suits:
                broken.append(("room", 1, f"patient {name}, day {day}: room {before} does not suit"))
                continue
            amount["feature"] += instance.lacks(patient, room, "preferred")
            amount["preference"] += int(room.get("capacity")) > int(patient.get("preferred_capacity", 6))
            amount["specialism"] += helps
            amount["fixed_gender"] += patient.get("gender") == OTHER.get(room.get("gender_policy"))
        leaving[days[-1] + 1, before] += patient.get("variability") == "1"
    beds, used = {name: int(room.get("capacity")) for name, room in rooms.items()}, 0
    for day, name in sorted({*present, *leaving}):
        sexes = present[day, name]
        if (over := len(sexes) - beds[name]) > 0:
            broken.append(("capacity", over, f"day {day}: too many in room {name}"))
        amount["gender"] += rooms[name].get("gender_policy") == "SameGender" and len(set(sexes)) > 1
        amount["overcrowd_risk"] += max(0, over + leaving[day, name]) if 0 < day < 2 * horizon else 0
        used += min(len(sexes), beds[name]) if day < horizon else 0
    for day, slots in [(day, instance.slots[day % horizon]) for day in range(2 * horizon)]:
        lines = [(who, elective[day][who], slots[who], slots[who] // instance.length * 30) for who in instance.who]
        for who, minutes, have, more in [*lines, ("all", everybody[day], sum(slots.values()), 60)]:
            amount["or_overtime"] += max(0, minutes - have)
            amount["idle_or"] += max(0, have - minutes) if day < horizon and who != "all" else 0
            if minutes > have + more:
                broken.append(("minutes", minutes - have - more, f"day {day}: too much surgery of {who}"))
    slots, places = sum(sum(instance.slots[day].values()) for day in range(horizon)), sum(beds.values()) * horizon
    amount["idle_or"] -= max(0, slots - due)
    amount["idle_room"] = places - used - max(0, places - wanted)
    return broken, amount


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    given = Instance(sys.argv[1])
    stays, unread = plan_of(given, sys.argv[2])
    faults, found = judge(given, stays)
    print(*(f"{line}: {found[line]} x {price}" for line, price in PRICES.items()), sep="\n")
    if unread or faults:
        sys.exit("\n".join([*unread, *(f"{where} ({kind}, {much})" for kind, much, where in faults)]))
    print(f"feasible, cost {sum(found[line] * price for line, price in PRICES.items())}")
