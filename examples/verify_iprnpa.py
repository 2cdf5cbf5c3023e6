"""Cost of a plan of IPRNPA (patients to rooms, nurses to patients) from the two files alone: python verify_iprnpa.py
INSTANCE.json PLAN.json. Imports nothing of Wardwise; written from the published description."""

import json
import sys
from collections import Counter, defaultdict
from itertools import combinations, pairwise
from pathlib import Path

PRICES = {"transfers": 11, "age_mix": 1, "gender_mix": 5, "equipment": 5, "continuity": 1, "skill": 5, "overload": 5,
          "fair_horizon": 5, "fair_shift": 5, "nurses_per_room": 2, "walk_circle": 0.05, "walk_star": 0.05}  # fmt: skip


def spread(values):
    """Sum of the differences of all pairs."""
    return sum(abs(a - b) for a, b in combinations(values, 2))


def plan_of(data, plan):
    """Room and nurse by patient and shift, and sentences on entries that cannot be."""
    patients = {one["id"]: one for one in data["patients"]}
    nurses = {one["id"]: one for one in data["nurses"]}
    rooms, room_of, nurse_of, broken = {one["id"] for one in data["rooms"]}, {}, {}, []
    for shift, places in plan.items():
        for room, people in places.items() if shift.isdigit() else ():
            for name, nurse in people.items():
                where, key, nurse = f"shift {shift}, patient {name}", (name, int(shift)), str(nurse)
                if name not in patients or room not in rooms:
                    broken.append(f"{where}: unknown patient or room {room}")
                elif not patients[name]["admission"] <= int(shift) <= patients[name]["discharge"]:
                    broken.append(f"{where}: not there")
                elif key in room_of:
                    broken.append(f"{where}: in rooms {room_of[key]} and {room}")
                else:
                    room_of[key] = room
                    if nurse not in nurses:
                        broken.append(f"{where}: no nurse of that name: {nurse}")
                    else:
                        nurse_of[key] = nurse
                        if int(shift) not in nurses[nurse]["workingShifts"]:
                            broken.append(f"{where}: nurse {nurse} is off duty")
    return room_of, nurse_of, broken


def judge(data, plan):
    """Hard rules that are broken, as sentences, and raw amounts by line of the cost."""
    room_of, nurse_of, broken = plan_of(data, plan)
    amount, rooms = Counter(), {one["id"]: one for one in data["rooms"]}
    inside, served, load, duties = defaultdict(list), defaultdict(set), Counter(), defaultdict(set)
    for one in data["patients"]:
        name, stay = one["id"], range(one["admission"], one["discharge"] + 1)
        broken += [
            f"shift {shift}, patient {name}: no room or no nurse" for shift in stay if (name, shift) not in nurse_of
        ]
        amount["continuity"] += len({nurse_of.get((name, shift)) for shift in stay} - {None})
        for shift in stay:
            room = room_of.get((name, shift))
            inside[shift, room].append(one)
            if nurse := nurse_of.get((name, shift)):
                served[shift, room].add(nurse)
                duties[shift, nurse].add(room)
                load[shift, nurse] += one["workLoad"][str(shift)]
        days = [room_of.get((name, shift)) for shift in stay if shift % 3 == 1]
        amount["transfers"] += sum(a != b for a, b in pairwise(days) if a and b)
        for shift, room in zip([shift for shift in stay if shift % 3 == 1], days, strict=True):
            needs = one["equipmentReq"][str(shift)]
            amount["equipment"] += room is not None and not set(needs) <= set(rooms[room]["equipment"])
            if len({room_of.get((name, shift + later)) for later in range(3)}) > 1:
                broken.append(f"shift {shift}, patient {name}: another room within the day")
    for (shift, room), people in inside.items():
        if room is not None and (over := len(people) - rooms[room]["capacity"]) > 0:
            broken.append(f"shift {shift}: {over} too many in room {room}")
        if room is not None and shift % 3 == 1:
            ages = [one["ageGroup"] for one in people]
            amount["age_mix"] += max(ages) - min(ages)
            amount["gender_mix"] += len({one["gender"] for one in people}) > 1
        amount["nurses_per_room"] += len(served[shift, room])
    nurses(data, nurse_of, load, duties, amount)
    return broken, amount


def nurses(data, nurse_of, load, duties, amount):
    """What is charged by nurse and shift."""
    need = {(one["id"], int(shift)): level for one in data["patients"] for shift, level in one["skillReq"].items()}
    skill = {one["id"]: one["skillLevel"] for one in data["nurses"]}
    amount["skill"] = sum(key[1] % 3 != 0 and skill[nurse] < need[key] for key, nurse in nurse_of.items())
    share, totals = defaultdict(list), []
    for one in data["nurses"]:
        used = []
        for shift in one["workingShifts"]:
            most, carried = one["maxLoad"][str(shift)], load[shift, one["id"]]
            amount["overload"] += max(0, carried - most)
            used.append(carried / most)
            share[shift].append(carried / most)
        totals.append(sum(used))
    amount["fair_horizon"] = spread(totals)
    amount["fair_shift"] = sum(map(spread, share.values()))
    far = data["distances"]
    for (shift, _), rooms in duties.items():
        weights = data["shifts"][str(shift)]
        pairs = sum((far[a][b] + far[b][a]) / 2 for a, b in combinations(sorted(rooms), 2))
        amount["walk_circle"] += weights["circleWeight"] * pairs
        amount["walk_star"] += weights["starWeight"] * sum(far["0"][room] for room in rooms)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    faults, found = judge(*(json.loads(Path(file).read_text(encoding="utf-8")) for file in sys.argv[1:]))
    print(*(f"{line}: {found[line]:.4f} x {price}" for line, price in PRICES.items()), sep="\n")
    if faults:
        sys.exit("\n".join(faults))
    print(f"feasible, cost {sum(found[line] * price for line, price in PRICES.items()):.4f}")
