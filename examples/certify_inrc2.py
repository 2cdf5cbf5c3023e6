"""Check of a lower bound for an instance of INRC-II, all weeks known, in exact arithmetic: python certify_inrc2.py
FOLDER NAME CERTIFICATE.json. Imports verify_inrc2.py beside it and nothing of Wardwise.

Whatever the duals are, no plan costs less than the sum of two things: over the cells of cover, the least of the price
of being short plus the dual times the number there; over the nurses, the least of the cost of a line minus the duals
that it earns. The first is a minimum over a few numbers. The second is found again here by dynamic programming over
every line that a nurse may have, so a certificate that claims too much is refused."""

import json
import sys
from collections import Counter
from fractions import Fraction
from math import ceil, lcm

import verify_inrc2


def duals_of(found, data):
    """What a nurse earns by day and (shift, skill)."""
    earned = dict.fromkeys(data["cover"], Fraction(0))
    for entry in found["duals"]:
        (term,) = entry["terms"]
        (duty,) = term["duties"]
        cell = (term["day"], *duty.split(":"))
        if cell not in earned or term["people"] is not None or Fraction(term["coefficient"]) != 1:
            sys.exit(f"not a cell of cover: {entry}")
        earned[cell] += Fraction(entry["dual"])
    return earned


def cover_part(data, earned):
    """Least price of each cell's head count plus the dual for each head."""
    return sum(
        min(30 * max(0, optimum - heads) + earned[cell] * heads for heads in range(minimum, len(data["nurses"]) + 1))
        for cell, (minimum, optimum) in data["cover"].items()
    )


def cheapest(data, nurse, gain, unit):
    """The least cost of a line minus what it earns, in 1 / unit; ``gain[day][shift]`` is in 1 / unit too."""
    total, weekends, shift, same, work, off = data["history"][nurse]
    low, high, low_work, high_work, low_off, high_off, most, complete = data["contracts"][data["nurses"][nurse][0]]
    runs, barred, asked = data["runs"], data["barred"], Counter()
    for who, day, what in data["requests"]:
        for name in runs if what == "Any" else (what,):
            asked[day, name] += 10 * (who == nurse)
    shift = shift if shift in runs else None
    charge = 20 * max(0, total - high) + 30 * max(0, weekends - most)
    states = {(shift, same, work, off, min(total, high), min(weekends, most), False): charge * unit}
    for day in range(data["days"]):
        after = {}
        for (shift, same, work, off, total, weekends, saturday), before in states.items():
            for now in (None, *gain[day]):
                if now is None:
                    cost = 30 * (max(0, low_work - work) if work else 0) + 30 * (off >= high_off)
                    runs_now, amount = (0, 0, min(off + 1, max(low_off, high_off))), total
                else:
                    if now in barred.get(shift, ()):
                        continue
                    cost = 30 * (max(0, low_off - off) if off else 0) + 30 * (work >= high_work) + asked[day, now]
                    longer = same + 1 if now == shift else 1
                    cost += 15 * (longer > runs[now][1]) + 20 * (total >= high)
                    runs_now = (min(longer, max(runs[now])), min(work + 1, max(low_work, high_work)), 0)
                    amount = min(total + 1, high)
                if shift is not None and now != shift:
                    cost += 15 * max(0, runs[shift][0] - same)
                ended, worked = weekends, now is not None
                if day % 7 == 6:
                    cost += 30 * complete * (saturday != worked)
                    if saturday or worked:
                        cost, ended = cost + 30 * (weekends >= most), min(weekends + 1, most)
                state = (now, *runs_now, amount, ended, worked and day % 7 == 5)
                value = before + cost * unit - (gain[day][now] if worked else 0)
                if value < after.get(state, value + 1):
                    after[state] = value
        states = after
    return min(value + 20 * unit * max(0, low - state[4]) for state, value in states.items())


def line_value(data, nurse, line, earned):
    """Cost of a line of duties "shift:skill" or "-" minus what it earns."""
    duties = [None if duty == "-" else tuple(duty.split(":")) for duty in line]
    if any(duty and duty[1] not in data["nurses"][nurse][1] for duty in duties) or len(duties) != data["days"]:
        sys.exit(f"{nurse}: a skill not owned, or not {data['days']} days")
    cost = sum(verify_inrc2.cost_of_line(data, nurse, [duty and duty[0] for duty in duties]).values())
    return cost - sum(earned[day, *duty] for day, duty in enumerate(duties) if duty)


def check(data, found, tell=lambda text: None):
    """The bound that holds; a certificate that claims more, or a line that is not what it is said to be, is refused."""
    earned = duals_of(found, data)
    unit = lcm(1, *(dual.denominator for dual in earned.values()))
    people = {person["id"]: person for person in found["people"]}
    if people.keys() != data["nurses"].keys():
        sys.exit("the certificate and the instance name other people")
    whole = cover_part(data, earned)
    for nurse, (_, skills) in data["nurses"].items():
        gain = [
            {shift: max(int(earned[day, shift, skill] * unit) for skill in skills) for shift in data["runs"]}
            for day in range(data["days"])
        ]
        least, said = Fraction(cheapest(data, nurse, gain, unit), unit), Fraction(people[nurse]["value"])
        if least < said:
            sys.exit(f"{nurse}: there is a line of {float(least):.3f}, below the {float(said):.3f} that is claimed")
        if people[nurse]["line"] is not None and line_value(data, nurse, people[nurse]["line"], earned) < least:
            sys.exit(f"{nurse}: the line is below the least of all; one of two programs is wrong")
        whole += least
        tell(f"{nurse}: {float(least):.3f}")
    bound = 5 * ceil(whole / 5)  # all prices are multiples of 5
    if found["bound"] > bound:
        sys.exit(f"{found['bound']} is claimed, {bound} is shown")
    return bound


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[3], encoding="utf-8") as file:
        print("no plan costs less than", check(verify_inrc2.read(*sys.argv[1:3]), json.load(file), print))
