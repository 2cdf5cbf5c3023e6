"""Small wards made in code."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from optimise.core.horizon import Horizon
from optimise.roster.problem import Duty, Employee, RosterProblem, Shift
from optimise.roster.rules import (
    HARD,
    CompleteWeekends,
    Cover,
    DaysOff,
    Demand,
    Pins,
    Request,
    Requests,
    RestAfter,
    RosterRule,
    Runs,
    Segment,
    Succession,
    Total,
    WorkedWeekends,
)
from optimise.testing.contract import Case

__all__ = ["DAY", "NIGHT", "WORK", "cases", "middling", "ward"]

#: Masks of the duties of :func:`ward`.
DAY, NIGHT, WORK = 2, 4, 6


def ward(name: str, rules: Sequence[RosterRule], *, people: int = 3, days: int = 4, history: int = 0) -> RosterProblem:
    """A ward of a day and a night shift that starts on a Friday.

    Parameters
    ----------
    history : int
        Mask of the duty that the first person did the day before; 0 = nothing known.
    name : str
        Name of the instance.
    rules : sequence of RosterRule
        The rules in force.
    people : int
        Number of people.
    days : int
        Days of the horizon.

    Returns
    -------
    RosterProblem
        With two shifts.
    """
    staff = [Employee(f"P{i}", history=(history,) if history and i == 0 else ()) for i in range(people)]
    return RosterProblem(
        name,
        "test",
        Horizon(days, start=date(2030, 1, 4)),
        (Shift("D", 480, 420, 900), Shift("N", 600, 1260, 1860)),
        (Duty("off"), Duty("D", 0), Duty("N", 1)),
        tuple(staff),
        tuple(rules),
    )


def cases() -> tuple[Case, ...]:
    """Tiny wards with a plan, tiny wards without one, and a middling ward with which to try limits."""
    return (
        Case("wishes", _wishes()),
        Case("nights", _nights()),
        Case("weekends", _weekends()),
        Case("nobody to cover for", _alone()),
        *(Case(f"drawn {seed}", _drawn(seed)) for seed in range(3)),
        Case("leave against contract", _leave()),
        Case("too few nights", _too_few()),
        Case("middling", middling(), tiny=False),
    )


def _cover(day: int, night: int, days: int, price: float = 50.0, surplus: float = 1.0) -> Cover:
    under, over = (Segment(math.inf, price),), (Segment(math.inf, surplus),)
    demands = [
        Demand(d, mask, wanted, wanted, under, over, label=label)
        for d in range(days)
        for mask, wanted, label in ((DAY, day, "D"), (NIGHT, night, "N"))
    ]
    return Cover(name="cover", demands=tuple(demands))


def _wishes() -> RosterProblem:
    wishes = (Request(0, 1, WORK, 7), Request(1, 2, 1 | DAY, 4), Request(2, 0, NIGHT, 3), Request(2, 3, 1, 11))
    return ward(
        "wishes",
        [
            Succession(name="rest", pairs=((NIGHT, DAY),)),
            Requests(name="wishes", requests=wishes),
            Runs(name="run", of=WORK, maximum=2, weight_maximum=9, noun="shifts"),
            _cover(2, 1, 4),
        ],
    )


def _nights() -> RosterProblem:
    return ward(
        "nights",
        [
            RestAfter(name="rest after nights", of=NIGHT, days=1),
            Runs(name="nights in a row", of=NIGHT, minimum=2, noun="nights"),
            Total(name="minutes", of=WORK, measure="minutes", minimum=900, maximum=2100, noun="working time"),
            Cover(name="hard nights", demands=tuple(Demand(d, NIGHT, 1, label="N") for d in range(4))),
            _cover(1, 0, 4, price=13),
        ],
        history=NIGHT,
    )


def _weekends() -> RosterProblem:
    weekends = ((1, 2),)
    return ward(
        "weekends",
        [
            CompleteWeekends(name="whole weekends", weekends=weekends, weight=6),
            WorkedWeekends(name="weekends", weekends=weekends, maximum=(0, 1, 1), weight=20),
            Total(name="shifts", of=WORK, minimum=2, maximum=3, weight_minimum=5, weight_maximum=5, noun="shifts"),
            _cover(2, 1, 4, price=8, surplus=2),
        ],
    )


def _alone() -> RosterProblem:
    """People whom no cover line links."""
    return ward(
        "nobody to cover for",
        [
            Total(name="shifts", of=WORK, minimum=3, noun="shifts"),
            Runs(name="run", of=WORK, maximum=2, noun="shifts"),
            Requests(name="wishes", requests=(Request(0, 0, WORK, 2), Request(1, 3, WORK, 5))),
        ],
        people=2,
    )


def _drawn(seed: int) -> RosterProblem:
    rng = np.random.default_rng(seed)
    days, people = 4, 3
    wishes = tuple(
        Request(int(rng.integers(people)), d, int(rng.choice([1, DAY, NIGHT, WORK])), float(rng.integers(1, 9)))
        for d in range(days)
    )
    return ward(
        f"drawn {seed}",
        [
            Succession(name="rest", pairs=((NIGHT, DAY),), weight=float(rng.choice([HARD, 15.0]))),
            Requests(name="wishes", requests=wishes),
            Runs(name="work", of=WORK, minimum=2, maximum=3, weight_maximum=float(rng.integers(3, 30)), noun="shifts"),
            Runs(name="off", of=1, minimum=2, weight_minimum=float(rng.integers(3, 30)), end="closed", noun="days off"),
            Total(name="minutes", of=WORK, measure="minutes", minimum=int(rng.integers(0, 3)) * 480, noun="hours"),
            _cover(int(rng.integers(1, 3)), 1, days, price=float(rng.integers(5, 60))),
        ],
        people=people,
        days=days,
        history=int(rng.choice([1, DAY, NIGHT])),
    )


def _leave() -> RosterProblem:
    return ward(
        "leave against contract",
        [
            DaysOff(name="leave", cells=tuple((1, d) for d in range(3))),
            Total(name="contract", of=WORK, minimum=(0, 2, 0), noun="shifts"),
            _cover(1, 1, 4),
        ],
    )


def _too_few() -> RosterProblem:
    return ward(
        "too few nights",
        [
            Total(name="nights", of=NIGHT, maximum=1, noun="nights"),
            Cover(name="hard nights", demands=tuple(Demand(d, NIGHT, 1, label="N") for d in range(4))),
            Pins(name="pinned", cells=((0, 0, 1), (1, 0, NIGHT))),
        ],
    )


def middling() -> RosterProblem:
    """Twelve people over four weeks: a plan is easy, the best one is not."""
    rng = np.random.default_rng(7)
    people, days = 12, 28
    wishes = tuple(
        Request(int(e), int(d), int(rng.choice([DAY, NIGHT, WORK])), float(rng.integers(1, 12)))
        for e, d in zip(rng.integers(people, size=90), rng.integers(days, size=90), strict=True)
    )
    weekends = Horizon(days, start=date(2030, 1, 4)).weekends()
    return ward(
        "middling",
        [
            Succession(name="rest", pairs=((NIGHT, DAY),)),
            Runs(name="work", of=WORK, minimum=2, maximum=5, noun="shifts"),
            Runs(name="off", of=1, minimum=2, noun="days off"),
            WorkedWeekends(name="weekends", weekends=weekends, maximum=2),
            Total(name="minutes", of=WORK, measure="minutes", minimum=6500, maximum=9000, noun="working time"),
            Requests(name="wishes", requests=wishes),
            _cover(4, 2, days, price=100),
        ],
        people=people,
        days=days,
    )
