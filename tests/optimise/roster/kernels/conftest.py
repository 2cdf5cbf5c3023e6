"""A small ward with its rosters listed, which tests of kernels share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from optimise.roster.arrays import RosterArrays, cover_priced, gridded
from optimise.roster.kernels.roster_state import RosterState, evaluate, state_of
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules import (
    HARD,
    Cover,
    DaysOff,
    Demand,
    Request,
    Requests,
    RosterRule,
    Runs,
    Segment,
    Succession,
    Total,
    WorkedWeekends,
)
from optimise.testing import ward
from optimise.testing.brute import _person_cost
from optimise.testing.wards import DAY, NIGHT, WORK

#: Price of a hard unit; a multiple of every unit of minutes, so that prices of a minute are exact.
PRICE = 12_000.0
UNIT = {"minutes": 120, "duties": 1}


@dataclass(frozen=True)
class Small:
    """A ward whose hard totals and hard cover also have a price, with every word of a person listed.

    Attributes
    ----------
    problem, priced, alone : RosterProblem
        As it is; hard totals and hard cover at ``PRICE`` a unit; that without cover.
    staff : RosterArrays
        What kernels of a search see.
    """

    problem: RosterProblem
    priced: RosterProblem
    alone: RosterProblem
    hard_alone: RosterProblem
    price: float = PRICE

    @cached_property
    def staff(self) -> RosterArrays:
        return gridded(cover_priced(self.problem.arrays, PRICE))

    @cached_property
    def words(self) -> NDArray[np.int16]:
        return np.array(list(product(range(3), repeat=self.problem.horizon.days)), dtype=np.int16)

    @cached_property
    def _costs(self) -> dict[tuple[int, bool], NDArray[np.float64]]:
        return {}

    def costs(self, e: int, *, hard: bool = False) -> NDArray[np.float64]:
        """Cost of each word of a person by the evaluator, cover apart; hard totals have a price unless ``hard``."""
        if (e, hard) not in self._costs:
            self._costs[e, hard] = _person_cost(self.hard_alone if hard else self.alone, e, self.words)
        return self._costs[e, hard]

    def value(self, words: NDArray[np.int16]) -> float:
        """Cost of a roster by the evaluator, hard totals and hard cover priced; infinite where sequences break."""
        found = self.priced.evaluate(Roster(words))
        return found.cost if found.feasible else math.inf

    def duties(self, random: np.random.Generator) -> NDArray[np.int16]:
        """A roster that keeps sequences and days off, and perhaps no total."""
        people = range(self.problem.shape[0])
        return np.array([self.words[random.choice(np.flatnonzero(np.isfinite(self.costs(e))))] for e in people])

    def plan(self, random: np.random.Generator) -> RosterState:
        made = state_of(self.staff, self.duties(random))
        evaluate(self.staff, made, PRICE)
        return made


def _totals(random: np.random.Generator, days: int, weekend: bool) -> list[Total]:
    """A limit on minutes, and one on nights where the table holds it."""
    low, high = sorted(int(x) for x in random.integers(1, days + 1, 2))
    low_price, high_price = (float(random.choice([HARD, 0.5])) for _ in range(2))
    made = [
        Total(
            name="minutes",
            of=WORK,
            measure="minutes",
            minimum=480 * low,
            maximum=480 * high + 240,
            weight_minimum=low_price,
            weight_maximum=high_price,
        )
    ]
    if not weekend:
        made.append(Total(name="nights", of=NIGHT, maximum=1, weight_maximum=float(random.choice([HARD, 3.0]))))
    return made


def _with_price(rule: Total) -> Total:
    each = PRICE / UNIT[rule.measure]
    low, high = (each if math.isinf(w) else w for w in (rule.weight_minimum, rule.weight_maximum))
    return Total(
        name=rule.name,
        of=rule.of,
        measure=rule.measure,
        minimum=rule.minimum,
        maximum=rule.maximum,
        weight_minimum=low,
        weight_maximum=high,
    )


def _cover(random: np.random.Generator, days: int, dear: float) -> Cover:
    demands = []
    for d in range(days):
        under = (Segment(1.0, 8.0), Segment(math.inf, dear if d % 3 == 0 else 20.0))
        wanted = float(random.integers(1, 3))
        demands.append(Demand(d, DAY, wanted, wanted, under, (Segment(1.0, 1.0), Segment(math.inf, 3.0))))
        demands.append(Demand(d, WORK, 2.0, 2.0, (Segment(math.inf, 5.0),), (Segment(math.inf, 2.0),), (0, 2)))
    return Cover(name="cover", demands=tuple(demands))


@cache
def _small(seed: int, days: int, weekend: bool) -> Small:
    random = np.random.default_rng(seed)
    sequence_price = float(random.choice([HARD, 6.0]))
    wishes = tuple(
        Request(int(random.integers(3)), d, int(random.choice([1, DAY, NIGHT, WORK])), float(random.integers(1, 9)))
        for d in range(days)
    )
    personal: list[RosterRule] = [
        Runs(name="work", of=WORK, minimum=2, maximum=3, weight_minimum=4.0, weight_maximum=sequence_price),
        Runs(name="off", of=1, minimum=2, weight_minimum=2.5),
        Succession(name="rest", pairs=((NIGHT, DAY),), weight=float(random.choice([HARD, 9.0]))),
        Requests(name="wishes", requests=wishes),
        DaysOff(name="leave", cells=((1, int(random.integers(days))),)),
    ]
    totals = _totals(random, days, weekend)
    if weekend:
        personal.append(WorkedWeekends(name="weekends", weekends=((1, 2), (4, 5)), maximum=0, weight=7.0))
    drawn = int(random.integers(1 << 30))
    hard, soft = (_cover(np.random.default_rng(drawn), days, price) for price in (HARD, PRICE))
    priced = [*personal, *map(_with_price, totals)]
    return Small(
        ward(f"small {seed}", [*personal, *totals, hard], days=days),
        ward(f"small {seed}", [*priced, soft], days=days),
        ward(f"small {seed}", priced, days=days),
        ward(f"small {seed}", [*personal, *totals], days=days),
    )


@pytest.fixture(scope="session")
def small() -> Callable[..., Small]:
    """Wards of three people and a few days by seed; with ``weekend`` a calendar is counted, else nights."""

    def made(seed: int, *, days: int = 6, weekend: bool = False) -> Small:
        return _small(seed, days, weekend)

    return made
