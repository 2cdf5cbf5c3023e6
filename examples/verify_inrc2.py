"""Cost of a plan of INRC-II, the Second International Nurse Rostering Competition, all weeks known, from the files
alone: python verify_inrc2.py FOLDER NAME PLAN-week0.txt PLAN-week1.txt ... with FOLDER that of the dataset and NAME
such as n030w4_1_6-2-9-1. Imports nothing of Wardwise; written from the competition's published description."""

import re
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def words(path):
    """Lines as lists of words; brackets and commas part words."""
    text = Path(path).read_text(encoding="utf-8")
    return [re.split(r"[\s(),=]+", line.strip(" \t\r)")) for line in text.splitlines() if line.strip()]


def part(lines, title):
    """Lines after the one that begins with ``title``, to the next title."""
    first = next(i for i, line in enumerate(lines) if line[0] == title) + 1
    rest = (i for i in range(first, len(lines)) if re.fullmatch("[A-Z_]{4,}", lines[i][0]))
    return lines[first : next(rest, len(lines))]


def read(folder, name):
    """Shift types, contracts, nurses with their history, cover and requests by day."""
    stem, history, weeks = re.fullmatch(r"(.+)_(\d+)_([\d-]+)", name).groups()
    scenario, numbers = words(Path(folder, f"Sc-{stem}.txt")), lambda line: [int(word) for word in line]
    data = {
        "runs": {line[0]: numbers(line[1:3]) for line in part(scenario, "SHIFT_TYPES")},
        "barred": {line[0]: set(line[2:]) for line in part(scenario, "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")},
        "contracts": {line[0]: numbers(line[1:9]) for line in part(scenario, "CONTRACTS")},
        "nurses": {line[0]: (line[1], set(line[3:])) for line in part(scenario, "NURSES")},
    }
    start = part(words(Path(folder, f"H0-{stem}-{history}.txt")), "NURSE_HISTORY")
    data["history"] = {line[0]: (*numbers(line[1:3]), line[3], *numbers(line[4:7])) for line in start}
    data["cover"], data["requests"] = {}, []
    for week, number in enumerate(weeks.split("-")):
        lines = words(Path(folder, f"WD-{stem}-{number}.txt"))
        for shift, skill, *pairs in part(lines, "REQUIREMENTS"):
            for day in range(7):
                data["cover"][7 * week + day, shift, skill] = numbers(pairs[2 * day : 2 * day + 2])
        for nurse, shift, day in part(lines, "SHIFT_OFF_REQUESTS"):
            data["requests"].append((nurse, 7 * week + DAYS.index(day[:3]), shift))
    data["days"] = 7 * len(weeks.split("-"))
    return data


def plan_of(data, files):
    """(shift, skill) or None by nurse and day."""
    plan = {nurse: [None] * data["days"] for nurse in data["nurses"]}
    for file in files:
        lines = words(file)
        week = int(lines[1][0])
        for nurse, day, shift, skill in part(lines, "ASSIGNMENTS"):
            where = 7 * week + DAYS.index(day[:3])
            if plan[nurse][where] or skill not in data["nurses"][nurse][1] or shift not in data["runs"]:
                sys.exit(f"{file}: {nurse} {day}: two duties, a skill not owned, or an unknown shift")
            plan[nurse][where] = shift, skill
    return plan


def runs_cost(line, limits, before, last):
    """Days too many and too few of the runs of the days in ``line`` that are true; ``before``: history of such days."""
    (low, high), cost, first = limits, 0, 0
    if before and not line[0]:
        cost += max(0, low - before)
    for inside, group in groupby(line):
        days = len(list(group))
        if inside:
            past = before if first == 0 else 0
            cost += max(0, past + days - high) - max(0, past - high)
            cost += max(0, low - past - days) if first + days < last else 0
        first += days
    return cost


def cost_of_line(data, nurse, line):
    """Cost of one nurse's shifts (None is a day off) by soft rule; a forbidden succession costs infinity."""
    total, weekends, past, same, work, off = data["history"][nurse]
    low, high, low_work, high_work, low_off, high_off, most, complete = data["contracts"][data["nurses"][nurse][0]]
    days, cost = len(line), Counter()
    for before, after in zip([past, *line], line, strict=False):
        if after in data["barred"].get(before, ()):
            cost["forbidden succession"] = float("inf")
    worked = [shift is not None for shift in line]
    cost["S2 working days"] = 30 * runs_cost(worked, (low_work, high_work), work, days)
    cost["S3 days off"] = 30 * runs_cost([not day for day in worked], (low_off, high_off), off, days)
    for shift, limits in data["runs"].items():
        before = same if past == shift else 0
        cost["S2 shifts"] += 15 * runs_cost([one == shift for one in line], limits, before, days)
    pairs = [worked[day : day + 2] for day in range(5, days, 7)]
    cost["S5 weekends"] = 30 * complete * sum(sum(pair) == 1 for pair in pairs)
    amount = total + sum(worked)
    cost["S6 assignments"] = 20 * (max(0, low - amount) + max(0, amount - high))
    cost["S7 weekends"] = 30 * max(0, weekends + sum(map(any, pairs)) - most)
    for who, day, shift in data["requests"]:
        cost["S4 requests"] += 10 * (who == nurse and worked[day] and shift in ("Any", line[day]))
    return cost


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    instance = read(sys.argv[1], sys.argv[2])
    roster = plan_of(instance, sys.argv[3:])
    cost, there = Counter(), Counter((day, *duty) for line in roster.values() for day, duty in enumerate(line) if duty)
    for who, duties in roster.items():
        cost.update(cost_of_line(instance, who, [duty and duty[0] for duty in duties]))
    for cell, (minimum, optimum) in instance["cover"].items():
        cost["below minimum"] += float("inf") if there[cell] < minimum else 0
        cost["S1 cover"] += 30 * max(0, optimum - there[cell])
    print(*(f"{rule}: {amount}" for rule, amount in cost.items() if amount), sep="\n")
    if sum(cost.values()) == float("inf"):
        sys.exit("not feasible")
    print(f"feasible, cost {sum(cost.values())}")
