"""Random little wards for the tests of ``hpc``."""

from __future__ import annotations

import math

import numpy as np

from optimise.domain.horizon import Horizon
from optimise.domain.roster import Duty, Employee, RosterProblem, Shift
from optimise.rules import Cover, Demand, Request, Requests, RosterRule, Runs, Segment, Succession, Total


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
