"""Cost of a plan of PAS, the patient admission scheduling benchmark, from the two files alone: python verify_pas.py
INSTANCE.txt PLAN.sol. Imports nothing of Wardwise; written from the published description. Amounts are of nights.
Rooms for one sex at a time ("D") may not mix: readings of the price of mixing differ, and good plans have none."""

import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

#: Price of one in fifths, so that sums are exact.
PRICES = {"sex": 25, "age": 50, "required property": 25, "wished property": 10, "room size": 4, "department": 5,
          "room specialism": 5, "transfer": 55}  # fmt: skip


def read(file):
    """Lines of the sections as lists of fields, each a list of words."""
    found, rows = {}, []
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        if line.strip().endswith(":") and line.isupper():
            rows = found.setdefault(line.strip(" :\t"), [])
        elif line.startswith("Planning horizon:"):
            found["days"] = int(line.partition(":")[2])
        elif line.strip() and line.strip() != "END.":
            rows.append([field.split() for field in line.split("|")])
    return found


def levels(words):
    """Level by specialism; specialism 0 is padding."""
    return {who: int(level) for level, who in zip(words[::2], words[1::2], strict=True) if who != "0"}


def patients(data):
    """(id, age, sex, first night, specialism of each night, largest room liked, needs, wishes)."""
    for (name, _, age, sex), (first, end), (_, *parts), (size,), needs, wishes in data["PATIENTS"]:
        nights = [who for who, days in zip(parts[::2], parts[1::2], strict=True) for _ in range(int(days))]
        nights = nights[: max(0, data["days"] - int(first))]
        if int(end) > int(first) and nights:
            yield name, int(age), sex, int(first), nights, int(size), needs, wishes


def plan_of(data, file):
    """Bed of each night by patient."""
    plan, beds = {}, {bed for ((bed, _),) in data["BEDS"]}
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        if line.strip():
            name, *nights = line.split()
            if name in plan or not set(nights) <= beds:
                sys.exit(f"{file}: patient {name}: listed twice, or an unknown bed")
            plan[name] = nights
    return plan


def judge(data, plan):
    """Hard rules that are broken, as sentences, and amounts by line of the cost."""
    room_of = {bed: room for ((bed, room),) in data["BEDS"]}
    ages = {head[0]: (int(head[2]), int(head[3]), levels(known)) for head, known in data["DEPARTMENTS"]}
    rooms = {
        head[0]: (int(size), where, policy, levels(known), has)
        for head, (size,), (where,), (policy,), known, has in data["ROOMS"]
    }
    broken, amount, inside, taken = [], Counter(), defaultdict(set), {}
    everybody = list(patients(data))
    broken += [f"patient {name}: unknown" for name in plan.keys() - {one[0] for one in everybody}]
    for name, age, sex, first, nights, liked, needs, wishes in everybody:
        beds = plan.get(name, [])
        if len(beds) != len(nights):
            broken.append(f"patient {name}: {len(beds)} nights, not {len(nights)}")
            continue
        for night, (bed, who) in enumerate(zip(beds, nights, strict=True), first):
            if (other := taken.setdefault((bed, night), name)) != name:
                broken.append(f"night {night}: patients {other} and {name} in bed {bed}")
            size, where, policy, known, has = rooms[room_of[bed]]
            least, most, treated = ages[where]
            inside[room_of[bed], night].add(sex)
            amount["sex"] += {"M": sex == "F", "F": sex == "M"}.get(policy, False)
            amount["age"] += age < least or 0 < most < age
            lacks = [(need == "1", wish == "1") for need, wish, there in zip(needs, wishes, has) if there == "0"]
            amount["required property"] += sum(need for need, _ in lacks)
            amount["wished property"] += sum(wish and not need for need, wish in lacks)
            amount["room size"] += size > liked > 0
            amount["department"] += who not in treated
            amount["room specialism"] += known[who] - 1 if who in known else 2
        amount["transfer"] += sum(room_of[a] != room_of[b] for a, b in pairwise(beds))
    for (room, night), sexes in inside.items():
        if rooms[room][2] == "D" and len(sexes) > 1:
            broken.append(f"night {night}: both sexes in room {room}")
    return broken, amount


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    instance = read(sys.argv[1])
    faults, found = judge(instance, plan_of(instance, sys.argv[2]))
    print(*(f"{line}: {found[line]} x {price / 5}" for line, price in PRICES.items()), sep="\n")
    if faults:
        sys.exit("\n".join(faults))
    print(f"feasible, cost {sum(found[line] * price for line, price in PRICES.items()) / 5:.1f}")
