"""Check of a lower bound for an instance of Curtois & Qu's benchmark, in exact arithmetic: python certify_curtois.py
INSTANCE.txt CERTIFICATE.json. Imports verify_curtois.py beside it and nothing of Wardwise.

Whatever the duals are, no plan costs less than the sum of two things: over the cells of cover, the least of the price
of the head count plus the dual times that count; over the people, the least of the cost of a line minus the duals that
it earns. The certificate claims a value for each person. Here every line is looked through again by dynamic
programming, without those whose cheapest end (limits by shift left out) is not below the claim; none may remain."""

import json
import sys
from collections import defaultdict
from fractions import Fraction
from functools import cache
from math import ceil, lcm

import verify_curtois


def duals_of(found, data):
    """What a person earns by day and shift."""
    earned = {(int(row[0]), row[1]): Fraction(0) for row in data["SECTION_COVER"]}
    for entry in found["duals"]:
        (term,) = entry["terms"]
        cell = (term["day"], *term["duties"])
        if cell not in earned or term["people"] is not None or Fraction(term["coefficient"]) != 1:
            sys.exit(f"not a cell of cover: {entry}")
        earned[cell] += Fraction(entry["dual"])
    return earned


def cover_part(data, earned):
    """Least price of each cell's head count plus the dual for each head."""
    people, whole = len(data["SECTION_STAFF"]), Fraction(0)
    for day, shift, wanted, under, over in data["SECTION_COVER"]:
        cost = [int(under) * max(0, int(wanted) - n) + int(over) * max(0, n - int(wanted)) for n in range(people + 1)]
        whole += min(price + earned[int(day), shift] * heads for heads, price in enumerate(cost))
    return whole


def prices(data, name, earned, unit):
    """Cost of each day and shift (None is a day off) for a person, less what it earns, in 1 / unit."""
    days = int(data["SECTION_HORIZON"][0][0])
    price = [{None: 0} | {row[0]: -int(earned[day, row[0]] * unit) for row in data["SECTION_SHIFTS"]}
             for day in range(days)]  # fmt: skip
    for who, day, shift, weight in data.get("SECTION_SHIFT_ON_REQUESTS", []):
        for duty in price[int(day)] if who == name else ():
            price[int(day)][duty] += int(weight) * unit * (duty != shift)
    for who, day, shift, weight in data.get("SECTION_SHIFT_OFF_REQUESTS", []):
        if who == name:
            price[int(day)][shift] += int(weight) * unit
    for who, *leave in data.get("SECTION_DAYS_OFF", []):
        for day in leave if who == name else ():
            price[int(day)] = {None: price[int(day)][None]} if day else price[int(day)]
    return price


def below(data, row, price, said):
    """The value of a line that is below ``said``, or None."""
    most, *numbers = row[1:]
    high, low, longest, shortest, rest, weekends = map(int, numbers)
    minutes = {shift[0]: int(shift[1]) for shift in data["SECTION_SHIFTS"]} | {None: 0}
    barred = {shift[0]: set(filter(None, shift[2].split("|"))) for shift in data["SECTION_SHIFTS"]} | {None: ()}
    limits = {part.partition("=")[0]: int(part.partition("=")[2]) for part in most.split("|")}
    shifts, days = list(limits), len(price)

    def after(day, state, duty):
        """The state after a duty: last shift, days worked, may they end, days off, minutes, weekends, Saturday."""
        shift, work, may_end, off, time, ends, saturday = state
        if duty in barred[shift] or (duty is not None and limits[duty] == 0):
            return None
        if duty is None:
            if work and not may_end:
                return None
            run = (0, True, min(off + 1, rest) if day else rest)
        else:
            if work == longest or (off and off < rest):
                return None
            run = (work + 1, day == 0 or (work > 0 and may_end) or work + 1 >= shortest, 0)
        worked, time = duty is not None, time + minutes[duty]
        ends += day % 7 == 6 and (saturday or worked)
        if time > high or ends > weekends:
            return None
        return duty, *run, time, ends, worked and day % 7 == 5

    @cache
    def rest_of(day, state):
        """The cheapest end of a line from this state on, limits by shift left out."""
        if day == days:
            return 0 if low <= state[4] else float("inf")
        nexts = ((cost, after(day, state, duty)) for duty, cost in price[day].items())
        return min((cost + rest_of(day + 1, then) for cost, then in nexts if then), default=float("inf"))

    states = {((None, 0, True, 0, 0, 0, False), (0,) * len(shifts)): 0}
    for day in range(days):
        found = defaultdict(lambda: float("inf"))
        for (state, counts), value in states.items():
            for duty, cost in price[day].items():
                then = after(day, state, duty)
                if then is None or value + cost + rest_of(day + 1, then) >= said:
                    continue
                used = tuple(n + (shift == duty) for n, shift in zip(counts, shifts, strict=True))
                if duty is None or used[shifts.index(duty)] <= limits[duty]:
                    found[then, used] = min(found[then, used], value + cost)
        states = found
    return min(states.values(), default=None)


def check(data, found, tell=lambda text: None):
    """The bound that holds; a certificate that claims more is refused."""
    earned = duals_of(found, data)
    people = {person["id"]: Fraction(person["value"]) for person in found["people"]}
    if people.keys() != {row[0] for row in data["SECTION_STAFF"]}:
        sys.exit("the certificate and the instance name other people")
    unit = lcm(1, *(number.denominator for number in (*earned.values(), *people.values())))
    for row in data["SECTION_STAFF"]:
        lower = below(data, row, prices(data, row[0], earned, unit), int(people[row[0]] * unit))
        if lower is not None:
            sys.exit(f"{row[0]}: there is a line of {lower / unit:.3f}, below the {float(people[row[0]]):.3f} claimed")
        tell(f"{row[0]}: {float(people[row[0]]):.3f}")
    bound = ceil(cover_part(data, earned) + sum(people.values()))  # all prices are whole numbers
    if found["bound"] > bound:
        sys.exit(f"{found['bound']} is claimed, {bound} is shown")
    return bound


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        print("no plan costs less than", check(verify_curtois.sections(sys.argv[1]), json.load(file), print))
