"""Cost of a roster of Curtois & Qu's shift-scheduling benchmark, from the two files alone: python verify_curtois.py
INSTANCE.txt PLAN.csv. Imports nothing of Wardwise; written from the benchmark's published description."""

import sys
from itertools import groupby, pairwise
from pathlib import Path


def sections(path):
    """Rows of cells by section title."""
    found, rows = {}, []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("SECTION_"):
            rows = found.setdefault(line, [])
        elif line and not line.startswith("#"):
            rows.append([cell.strip() for cell in line.split(",")])
    return found


def plan_of(path):
    """Shift ids by person; "-" or nothing is a day off."""
    plan = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, *cells = (cell.strip() for cell in line.split(","))
            if name in plan:
                sys.exit(f"{path}: {name} is listed twice")
            plan[name] = ["" if cell == "-" else cell for cell in cells]
    return plan


def broken(data, plan):
    """Hard constraints that a plan breaks, as sentences."""
    days = int(data["SECTION_HORIZON"][0][0])
    minutes = {row[0]: int(row[1]) for row in data["SECTION_SHIFTS"]}
    barred = {row[0]: set(filter(None, row[2].split("|"))) for row in data["SECTION_SHIFTS"]}
    leave = {row[0]: {int(day) for day in row[1:] if day} for row in data.get("SECTION_DAYS_OFF", [])}
    staff = {row[0]: row[1:] for row in data["SECTION_STAFF"]}
    if plan.keys() != staff.keys():
        yield f"the plan and the instance name other people: {', '.join(sorted(plan.keys() ^ staff.keys()))}"
        return
    for name, (most, *numbers) in staff.items():
        line = plan[name]
        if len(line) != days or not set(line) <= {"", *minutes}:
            yield f"{name}: not {days} days of known shifts"
            continue
        high, low, longest, shortest, rest, weekends = map(int, numbers)
        for part in most.split("|"):
            shift, _, limit = part.partition("=")
            if line.count(shift) > int(limit):
                yield f"{name}: {line.count(shift)} of shift {shift}, at most {limit}"
        worked = sum(minutes[shift] for shift in line if shift)
        if not low <= worked <= high:
            yield f"{name}: {worked} minutes, between {low} and {high}"
        for day, (now, after) in enumerate(pairwise(line)):
            if now and after in barred[now]:
                yield f"{name}: {after} follows {now} on day {day + 1}"
        first = 0
        for works, group in groupby(line, bool):
            length = len(list(group))
            inside = first > 0 and first + length < days  # runs at the edges have no least length
            if works and length > longest:
                yield f"{name}: {length} days in a row from day {first}, at most {longest}"
            if inside and length < (shortest if works else rest):
                yield f"{name}: only {length} days {'of work' if works else 'off'} from day {first}"
            first += length
        if sum(any(line[day : day + 2]) for day in range(5, days, 7)) > weekends:
            yield f"{name}: more than {weekends} weekends"
        if taken := [day for day in sorted(leave.get(name, ())) if line[day]]:
            yield f"{name}: works on leave, days {taken}"


def cost_of(data, plan):
    """Requests that are not met and the price of cover."""
    cost = 0
    for name, day, shift, weight in data.get("SECTION_SHIFT_ON_REQUESTS", []):
        cost += int(weight) * (plan[name][int(day)] != shift)
    for name, day, shift, weight in data.get("SECTION_SHIFT_OFF_REQUESTS", []):
        cost += int(weight) * (plan[name][int(day)] == shift)
    for day, shift, wanted, under, over in data.get("SECTION_COVER", []):
        there = sum(line[int(day)] == shift for line in plan.values())
        cost += int(under) * max(0, int(wanted) - there) + int(over) * max(0, there - int(wanted))
    return cost


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    instance, roster = sections(sys.argv[1]), plan_of(sys.argv[2])
    faults = list(broken(instance, roster))
    if faults:
        sys.exit("\n".join(faults))
    print(f"feasible, cost {cost_of(instance, roster)}")
