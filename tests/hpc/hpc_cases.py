"""Random little wards for the tests of ``hpc``."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from optimise.core.horizon import Horizon
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import Cover, Demand, Request, Requests, RosterRule, Runs, Segment, Succession, Total


def small(seed: int, people: int = 4, days: int = 7, hard: bool = False) -> RosterProblem:
    """A random little ward: two shifts, runs, minutes, wishes, soft (or hard) cover."""
    random = np.random.default_rng(seed)
    rules: list[RosterRule] = [
        Runs(name="work", of=6, minimum=2, maximum=4),
        Runs(name="rest", of=1, minimum=2, weight_minimum=7.0),
        Succession(name="succession", pairs=((4, 2),)),
        Total(name="minutes", of=6, measure="minutes", minimum=480 * (days // 2 - 1), maximum=480 * (days // 2 + 1)),
        Total(name="nights", of=4, maximum=2, weight_maximum=3.0),
        Requests(
            name="wishes",
            requests=tuple(
                Request(int(random.integers(people)), d, int(random.choice([1, 6, 2])), float(random.integers(1, 5)))
                for d in range(days)
            ),
        ),
    ]
    wanted = random.integers(0, 3, (days, 2))
    price = math.inf if hard else 20.0
    rules.append(
        Cover(
            name="cover",
            demands=tuple(
                Demand(
                    d,
                    1 << (s + 1),
                    minimum=float(min(wanted[d, s], 1) if hard else wanted[d, s]),
                    maximum=float(wanted[d, s]),
                    under=(Segment(math.inf, price),),
                    over=(Segment(math.inf, 2.0),),
                )
                for d in range(days)
                for s in range(2)
            ),
        )
    )
    return RosterProblem(
        f"small{seed}",
        "test",
        Horizon(days),
        (Shift("D", 480), Shift("N", 480)),
        (Duty("off"), Duty("D", 0), Duty("N", 1)),
        tuple(Employee(f"E{i}") for i in range(people)),
        tuple(rules),
    )


def scarce(seed: int, people: int, total: int, work: tuple[int, int], days: int = 14) -> RosterProblem:
    """A ward with too few people: what is missing adds up to a fraction in the linear master of some."""
    random = np.random.default_rng(seed)
    wishes = [
        Request(e, int(random.integers(days)), int(random.choice([1, 6, 2, 4])), float(random.integers(1, 4)))
        for e in range(people)
        for _ in range(4)
    ]
    under, over = (Segment(math.inf, 20.0),), (Segment(math.inf, 1.0),)
    demands = []
    for day in range(days):
        for duty in (2, 4):
            wanted = float(random.integers(0, 5))
            demands.append(Demand(day, duty, minimum=wanted, maximum=wanted, under=under, over=over))
    rules: list[RosterRule] = [
        Runs(name="work", of=6, minimum=work[0], maximum=work[1]),
        Runs(name="rest", of=1, minimum=2),
        Succession(name="succession", pairs=((4, 2),)),
        Total(name="shifts", of=6, maximum=total),
        Requests(name="wishes", requests=tuple(wishes)),
        Cover(name="cover", demands=tuple(demands)),
    ]
    duties = (Duty("off"), Duty("D", 0), Duty("N", 1))
    staff = tuple(Employee(f"E{i}") for i in range(people))
    shifts = (Shift("D", 480), Shift("N", 480))
    return RosterProblem(f"scarce{seed}", "test", Horizon(days), shifts, duties, staff, tuple(rules))


def symmetric(seed: int, people: int = 6) -> RosterProblem:
    """A little ward in which only the first person has wishes: the others are alike."""
    problem = small(seed, people=people, days=14)
    rules: list[RosterRule] = []
    for rule in problem.rules:
        if isinstance(rule, Requests):
            rule = replace(rule, requests=tuple(r for r in rule.requests if r.employee == 0))
        rules.append(rule)
    return replace(problem, rules=tuple(rules))
