"""Cost of a roster of INRC-I, the First International Nurse Rostering Competition, from the two files alone: python
verify_inrc1.py INSTANCE.xml PLAN.xml. Imports nothing of Wardwise; written from the competition's published rules. A
weekend of two days with one of them free also costs one identical shift: the proven cost of sprint_late02 needs it."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date, timedelta
from itertools import groupby

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def calendar(root):
    first, last = (date.fromisoformat(root.findtext(tag)) for tag in ("StartDate", "EndDate"))
    return [first + timedelta(day) for day in range((last - first).days + 1)]


def plan_of(root, file):
    """Shift id or None by employee and day."""
    days, known = calendar(root), {shift.get("ID") for shift in root.iter("Shift")}
    plan = {one.get("ID"): [None] * len(days) for one in root.iter("Employee") if one.get("ID")}
    for duty in ET.parse(file).iter("Assignment"):
        day, who, shift = (duty.findtext(tag, "").strip() for tag in ("Date", "Employee", "ShiftType"))
        where = next((number for number, one in enumerate(days) if one.isoformat() == day), None)
        if where is None or who not in plan or shift not in known or plan[who][where]:
            sys.exit(f"{file}: {who} {day} {shift}: an unknown person, day or shift, or two duties on one day")
        plan[who][where] = shift
    return plan


def uncovered(root, plan):
    """Days and shifts whose head count is not exactly the wanted one, as sentences."""
    for number, day in enumerate(calendar(root)):
        there = Counter(line[number] for line in plan.values() if line[number])
        cover = {one.findtext("Date", one.findtext("Day")): one for one in root.find("CoverRequirements")}
        asked = cover.get(day.isoformat(), cover.get(DAYS[day.weekday()], ()))
        wanted = {one.findtext("Shift"): int(one.findtext("Preferred")) for one in asked if one.tag == "Cover"}
        for shift in sorted(wanted.keys() | there.keys()):
            if there[shift] != wanted.get(shift, 0):
                yield f"{day} {shift}: {there[shift]} people, {wanted.get(shift, 0)} wanted"


def runs(flags):
    """Lengths of the runs of true values; the edges of the horizon are not spared."""
    return [len(list(group)) for true, group in groupby(flags) if true]


def complete(duties):
    """Points of a weekend of two or three days that is worked in part."""
    worked, days = sum(shift is not None for shift in duties), len(duties)
    if worked in (0, days) or days == 2:
        return int(0 < worked < days)
    return 4 if duties[0] and duties[-1] else 3 - worked


def identical(duties):
    """Points of a weekend with several shifts."""
    mixed = sum(len(duties) - duties.count(shift) for shift in set(duties))
    return mixed if all(duties) else int(len(duties) == 2 and any(duties))


def fits(entry, day, shift):
    """Whether a day of a roster is as an entry of an unwanted pattern says."""
    wanted = {"None": shift is None, "Any": shift is not None}.get(entry.findtext("ShiftType"))
    wanted = shift == entry.findtext("ShiftType") if wanted is None else wanted
    return wanted and entry.findtext("Day") in ("Any", DAYS[day.weekday()])


def cost_of_line(root, contract, skills, line):
    """Cost of one person's shifts by soft rule, without requests."""
    days, works, cost = calendar(root), [shift is not None for shift in line], Counter()
    name = contract.findtext("WeekendDefinition")
    inside = sorted((day for day in DAYS if day in name), key=name.index)
    starts = [number for number, day in enumerate(days) if DAYS[day.weekday()] == inside[0]]
    weekends = [line[first : first + len(inside)] for first in starts]
    amounts = {
        "NumAssignments": [sum(works)],
        "ConsecutiveWorkingDays": runs(works),
        "ConsecutiveFreeDays": runs(not day for day in works),
        "ConsecutiveWorkingWeekends": runs(any(weekend) for weekend in weekends),
    }
    for tag, found in amounts.items():
        for sign, limit in ((1, contract.find("Max" + tag)), (-1, contract.find("Min" + tag))):
            if limit is not None and limit.get("on") in ("1", "true"):
                over = sum(max(0, sign * (length - int(limit.text))) for length in found)
                cost[limit.tag] = int(limit.get("weight")) * over
    skill = {shift.get("ID"): {one.text for one in shift.iter("Skill")} for shift in root.iter("Shift")}
    points = {
        "CompleteWeekends": sum(map(complete, weekends)),
        "IdenticalShiftTypesDuringWeekend": sum(map(identical, weekends)),
        "AlternativeSkillCategory": sum(not skill[shift] <= skills for shift in line if shift),
    }
    for tag, amount in points.items():
        rule = contract.find(tag)
        if rule is not None and rule.text == "true":
            cost[tag] = int(rule.get("weight")) * amount
    unwanted = {one.text for one in contract.iter("Pattern")}
    for pattern in root.find("Patterns"):
        if pattern.get("ID") in unwanted:
            entries = sorted(pattern.iter("PatternEntry"), key=lambda entry: int(entry.get("index")))
            for first in range(len(days) - len(entries) + 1):
                found = all(map(fits, entries, days[first:], line[first:]))
                cost["UnwantedPatterns"] += int(pattern.get("weight")) * found
    return cost


def requests(root, plan):
    """Price of the requests that are not met."""
    number = {day.isoformat(): where for where, day in enumerate(calendar(root))}
    for tag, wanted in (("DayOff", False), ("DayOn", True), ("ShiftOff", False), ("ShiftOn", True)):
        for one in root.iter(tag):
            shift = plan[one.findtext("EmployeeID")][number[one.findtext("Date")]]
            has = shift == one.findtext("ShiftTypeID") if tag.startswith("Shift") else shift is not None
            yield int(one.get("weight")) * (has != wanted)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    period = ET.parse(sys.argv[1]).getroot()
    roster = plan_of(period, sys.argv[2])
    if faults := "\n".join(uncovered(period, roster)):
        sys.exit(faults)
    contracts, total = {one.get("ID"): one for one in period.find("Contracts")}, Counter()
    for person in period.find("Employees"):
        skills = {one.text for one in person.iter("Skill")}
        total += cost_of_line(period, contracts[person.findtext("ContractID")], skills, roster[person.get("ID")])
    total["Requests"] = sum(requests(period, roster))
    print(*(f"{rule}: {amount}" for rule, amount in total.items() if amount), sep="\n")
    print(f"feasible, cost {sum(total.values())}")
