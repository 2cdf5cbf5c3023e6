"""Violations and cost of a plan of the Integrated Healthcare Timetabling Competition 2024, from the two files alone:
python verify_ihtc.py INSTANCE.json PLAN.json. Imports nothing of Wardwise; written from the organisers' description."""

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

LINES = ("room_mixed_age", "room_nurse_skill", "continuity_of_care", "nurse_eccessive_workload",
         "open_operating_theater", "surgeon_transfer", "patient_delay", "unscheduled_optional")  # fmt: skip


def stays_of(data, plan):
    """Everybody in a bed as (person, room, first day, day after the last), and the admissions by patient."""
    patients = {one["id"]: one for one in data["patients"]}
    admitted, days = {}, data["days"]
    for entry in plan["patients"]:
        if entry["id"] not in patients or entry["id"] in admitted:
            sys.exit(f"patient {entry['id']}: unknown, or admitted twice")
        if entry["admission_day"] != "none":
            if type(entry["admission_day"]) is not int or not 0 <= entry["admission_day"] < days:
                sys.exit(f"patient {entry['id']}: admission day {entry['admission_day']!r}")
            if not {"room", "operating_theater"} <= entry.keys():
                sys.exit(f"patient {entry['id']}: no room or no theatre")
            admitted[entry["id"]] = entry
    stays = [(one, one["room_id"], 0, min(days, one["length_of_stay"])) for one in data["occupants"]]
    for name, entry in admitted.items():
        first, stay = entry["admission_day"], patients[name]["length_of_stay"]
        stays.append((patients[name], entry["room"], first, min(days, first + stay)))
    return patients, admitted, stays


def nurses_of(data, plan):
    """The nurse of each (room, shift); a nurse out of shift or a second nurse in a room ends the program."""
    order = {name: number for number, name in enumerate(data["shift_types"])}
    limits = {
        (nurse["id"], shift["day"] * len(order) + order[shift["shift"]]): shift["max_load"]
        for nurse in data["nurses"]
        for shift in nurse["working_shifts"]
    }
    nurse_in, rooms = {}, {room["id"] for room in data["rooms"]}
    for nurse in plan["nurses"]:
        for duty in nurse["assignments"]:
            shift = duty["day"] * len(order) + order[duty["shift"]]
            for room in duty["rooms"]:
                if (nurse["id"], shift) not in limits or room not in rooms or (room, shift) in nurse_in:
                    sys.exit(
                        f"nurse {nurse['id']} in room {room}, shift {shift}: not on duty, no such room, or not alone"
                    )
                nurse_in[room, shift] = nurse["id"]
    return nurse_in, limits


def judge(data, plan):
    """Violations of the hard rules by name, and raw amounts of the eight cost lines."""
    patients, admitted, stays = stays_of(data, plan)
    nurse_in, limits = nurses_of(data, plan)
    shifts, ages = len(data["shift_types"]), {name: number for number, name in enumerate(data["age_groups"])}
    skill = {nurse["id"]: nurse["skill_level"] for nurse in data["nurses"]}
    bad, raw, present, load = Counter(), Counter(), defaultdict(list), Counter()
    for person, room, first, end in stays:
        carers = set()
        for shift in range(first * shifts, end * shifts):
            nurse, since = nurse_in.get((room, shift)), shift - first * shifts
            if nurse is None:
                bad["UncoveredRoom"] += 1  # counted per person here; any makes the plan infeasible
                continue
            carers.add(nurse)
            load[nurse, shift] += person["workload_produced"][since]
            raw["room_nurse_skill"] += max(0, person["skill_level_required"][since] - skill[nurse])
        raw["continuity_of_care"] += len(carers)
        for day in range(first, end):
            present[room, day].append(person)
    beds = {room["id"]: room["capacity"] for room in data["rooms"]}
    for (room, _), people in present.items():
        sexes, groups = Counter(one["gender"] for one in people), [ages[one["age_group"]] for one in people]
        bad["RoomGenderMix"] += min(sexes.values()) if len(sexes) > 1 else 0
        bad["RoomCapacity"] += max(0, len(people) - beds[room])
        raw["room_mixed_age"] += max(groups) - min(groups)
    raw["nurse_eccessive_workload"] = sum(max(0, amount - limits[key]) for key, amount in load.items())
    surgeon, theatre, rooms_of = Counter(), Counter(), defaultdict(set)
    for name, entry in admitted.items():
        one, day = patients[name], entry["admission_day"]
        surgeon[one["surgeon_id"], day] += one["surgery_duration"]
        theatre[entry["operating_theater"], day] += one["surgery_duration"]
        rooms_of[one["surgeon_id"], day].add(entry["operating_theater"])
        latest = one["surgery_due_day"] if one["mandatory"] else data["days"] - 1
        bad["AdmissionDay"] += not one["surgery_release_day"] <= day <= latest
        bad["PatientRoomCompatibility"] += entry["room"] in one["incompatible_room_ids"]
        raw["patient_delay"] += max(0, day - one["surgery_release_day"])
    time = {one["id"]: one["max_surgery_time"] for one in data["surgeons"]}
    opened = {one["id"]: one["availability"] for one in data["operating_theaters"]}
    bad["SurgeonOvertime"] = sum(max(0, used - time[who][day]) for (who, day), used in surgeon.items())
    bad["OperatingTheaterOvertime"] = sum(max(0, used - opened[which][day]) for (which, day), used in theatre.items())
    left = [one for name, one in patients.items() if name not in admitted]
    bad["MandatoryUnscheduledPatients"] = sum(one["mandatory"] for one in left)
    raw["unscheduled_optional"] = sum(not one["mandatory"] for one in left)
    raw["open_operating_theater"] = len(theatre)
    raw["surgeon_transfer"] = sum(len(used) - 1 for used in rooms_of.values())
    return +bad, raw


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    instance, schedule = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    broken, amounts = judge(instance, schedule)
    for line in LINES:
        print(f"{line}: {amounts[line]} x {instance['weights'][line]}")
    if broken:
        sys.exit("; ".join(f"{rule}: {amount}" for rule, amount in broken.items()))
    print(f"feasible, cost {sum(amounts[line] * instance['weights'][line] for line in LINES)}")
