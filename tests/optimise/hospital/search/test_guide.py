"""The guide of the joint search: prices from the relaxation, costs that return to the plan's own."""

from __future__ import annotations

import numpy as np
import pytest

from optimise.core.cooling import Cooling
from optimise.generate import hospital
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import construct
from optimise.hospital.search.admissions import Admissions
from optimise.hospital.search.guide import Guide, reduced_costs
from optimise.hospital.search.joint import JointSearch
from optimise.hospital.search.layout import (
    ADMITTED,
    BEDS,
    BEST,
    COST,
    COUNT,
    FREE,
    HARD,
    HEADS,
    NEXT,
    SINGLE,
    SURGEON,
    WOMEN,
    cell,
    day_row,
    hard_points,
    person,
    ticks,
)
from optimise.hospital.search.loop import anneal, save
from optimise.hospital.search.moves import KINDS
from optimise.hospital.search.state import arrays_for, plan_from, rows_of
from optimise.hospital.search.tuning import GuideTuning
from optimise.hospital.search.update import fill
from optimise.solvers.highs import Highs


class State:
    """A constructed plan in the kernel's state."""

    def __init__(self, problem: HospitalProblem, seed: int = 0) -> None:
        self.problem = problem
        plan, _ = construct(problem, seed=seed)
        self.g, self.h = arrays_for(problem, seed)
        self.where, self.nurse = rows_of(problem, plan)
        self.g[COST] = fill(self.g, self.h, self.where, self.nurse)
        self.g[BEST] = HARD << 20

    def go(self, moves: int, heat: float = 50.0) -> None:
        """Moves of all kinds, hard rules priced low enough to be broken."""
        odds = np.arange(1, len(KINDS) + 1) * (1 << 16) // len(KINDS)
        tune, counts = np.array([0.2, 0.2, 1.0, 1.0, 0.0]), np.zeros((len(KINDS), 2), dtype=np.int64)
        anneal(self.g, self.h, Cooling(moves, heat, heat), 0.5, tune, odds, counts, self.where, self.nurse)

    def plan(self) -> HospitalPlan:
        where, nurse = np.empty_like(self.where), np.empty_like(self.nurse)
        save(self.g, self.h, where, nurse)
        return plan_from(self.problem, where, nurse)


def test_reduced_costs_price_the_relaxation() -> None:
    """No choice is below its patient's price; those the relaxation takes are at it (complementary slackness)."""
    problem = hospital(60, 14, 2)
    table = reduced_costs(problem)
    assert table is not None
    assert np.nanmin(table) >= -1e-6
    assert not np.isnan(table).all(axis=1).any()
    made = Admissions(problem, None)
    solved = Highs(made.model.freeze(relaxed=True)).solve()
    assert solved.values is not None
    taken = solved.values[made.x] > 1e-6
    assert np.abs(table[made.person, made.day][taken]).max() < 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_costs_are_the_plans_own_once_the_guide_has_gone(seed: int) -> None:
    state = State(hospital(60, 14, seed), seed)
    prices = reduced_costs(state.problem)
    assert prices is not None
    guide = Guide(state.g, state.h, prices)
    state.go(500)
    for part in (0.0, 0.4, 0.5, 0.6, GuideTuning().end, 1.0):
        guide.follow(part, 1.0)
        assert guide.done == (part >= GuideTuning().end)
        state.go(3000)
        if not guide.done:
            assert state.g[BEST] < 0  # nothing is remembered under costs that are not the plan's
    hard, cost = hard_and_cost(state.problem, state.plan())
    assert ticks(int(state.g[COST])) == cost
    assert (hard_points(int(state.g[COST])) == 0) == (hard == 0)


def test_a_guided_run_keeps_hard_rules_and_repeats() -> None:
    problem = hospital(60, 14, 3)
    start, left = construct(problem, seed=0)
    assert left == 0
    search = JointSearch(problem)
    found = [search.run(start, seed=5, moves=60_000, guided=True) for _ in range(2)]
    assert found[0].same_as(found[1])
    hard, cost = hard_and_cost(problem, found[0])
    assert hard == 0
    assert cost < hard_and_cost(problem, start)[1]


@pytest.mark.parametrize("days", [14, 70])
def test_free_days_and_surgeons_lists_follow_the_plan(days: int) -> None:
    """Bits of free room-days (up to 62 days) and lists of each surgeon's patients are what the plan says."""
    state = State(hospital(60, days, 1))
    g, h = state.g, state.h
    state.go(5000)
    for r in range(len(state.problem.rooms.ids)):
        for gender in range(2):
            bits = int(g[g[FREE] + 2 * r + gender])
            for d in range(days if days <= 62 else 0):
                c = cell(g, r, d)
                room = h[c + COUNT] < h[c + BEDS]
                alone = h[c + SINGLE] == 0 or h[c + COUNT] == h[c + WOMEN + gender]
                assert bool(bits >> d & 1) == bool(room and alone)
    assert state.problem.theatres is not None
    listed = set()
    for d in range(days):
        for k in range(len(state.problem.theatres.surgeon_minutes)):
            q = int(h[day_row(g, d) + g[HEADS] + k])
            while q >= 0:
                row = person(g, q)
                assert (h[row + ADMITTED], h[row + SURGEON]) == (d, k)
                assert q not in listed
                listed.add(q)
                q = int(h[row + NEXT])
    plan = state.plan()
    assert listed == set(np.flatnonzero((plan.admission >= 0) & (state.problem.theatres.surgeon >= 0)).tolist())
