"""Noon, cleaning and contacts in the joint search: counts against the independent evaluator, by the interpreter."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.search import construct
from optimise.hospital.search.layout import hard_points, ticks
from optimise.hospital.search.moves import KINDS
from optimise.hospital.search.state import arrays_for, plan_from, rows_of
from optimise.hospital.search.turnover import leave, short
from optimise.hospital.search.update import fill, fits
from tests.optimise.hospital.search.test_joint import Walk, turning

pytestmark = pytest.mark.usefixtures("interpreted")


def test_whoever_has_a_bed_lies_in_a_clean_one_first() -> None:
    for beds, people, dirty in itertools.product(range(4), range(6), range(5)):
        assert short(beds, people, dirty) == max(0, min(people, beds) - max(0, beds - dirty))


@pytest.mark.parametrize(("weight", "seed"), [(None, 1), (30, 2)])
def test_every_kind_of_move_changes_the_counts_exactly(weight: int | None, seed: int) -> None:
    walk = Walk(turning(weight, seed), seed)
    for kind in range(len(KINDS)):
        walk.go(kind, 40, 200.0, 0.5)
        walk.check()


@pytest.mark.parametrize("rule", ["CleaningTime", "BedTurnover", "ContactsTogether"])
def test_each_rule_is_charged_by_itself(rule: str) -> None:
    off = dict.fromkeys({"CleaningTime", "BedTurnover", "ContactsTogether"} - {rule}, 0)
    walk = Walk(turning(30, 3).with_settings(off), 3)
    for _ in range(3):
        walk.go(None, 60, 200.0, 0.5)
        walk.check()
    assert walk.problem.evaluate(plan_from(walk.problem, walk.where, walk.nurse)).by_rule()[rule] >= 0


def test_a_bed_that_was_left_before_the_first_night_is_cleaned() -> None:
    problem = turning(30, 2).with_settings({"Transfer": 0})
    people = problem.patients
    g, h = arrays_for(problem, 0)
    where, nurse = rows_of(problem, construct(problem, seed=0)[0])
    inside = np.flatnonzero(people.inpatient)
    assert people.cleaning is not None
    mover = int(inside[(people.cleaning[inside] > 0) & (people.stay[inside] > 0)][0])
    where[mover, 1] = (people.home[mover] + 1) % len(problem.rooms.ids)
    leave(g, h, int(people.home[mover]), int(people.cleaning[mover]))
    packed = fill(g, h, where, nurse)
    hard, cost = hard_and_cost(problem, plan_from(problem, where, nurse))
    assert (hard_points(packed) == 0, ticks(packed)) == (hard == 0, cost)


def test_a_bed_in_cleaning_is_not_offered() -> None:
    problem = turning(None, 2)
    g, h = arrays_for(problem, 0)
    p, room = int(np.flatnonzero(~problem.patients.inpatient)[0]), 0
    assert problem.rooms.beds[room, 0] > 0
    assert fits(g, h, p, 0, room)
    for _ in range(int(problem.rooms.beds[room, 0])):
        leave(g, h, room, 1)
    assert not fits(g, h, p, 0, room)
    assert fits(g, h, p, 1, room)
