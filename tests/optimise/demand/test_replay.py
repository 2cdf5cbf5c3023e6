"""Replays by hand, and plans compared."""

from __future__ import annotations

import datetime
import sys

import numpy as np
import pytest

from optimise.capacity.problem import CapacityPlan, CapacityProblem, Electives, Staffing, Wards
from optimise.capacity.scenarios import Scenarios
from optimise.core.errors import InputError, MissingExtraError
from optimise.demand.demand import Demand
from optimise.demand.replay import MEASURES, Course, course, replay
from optimise.demand.stays import Stays
from optimise.demand.versus import versus

START = datetime.datetime(2026, 3, 2)


def house(days=2, beds=(2, 2), outlying=((0.0, 3.0), (np.inf, 0.0)), requests=0):
    """Medicine may lie in surgery at 3 an hour; surgery nowhere else."""
    scenarios = Scenarios(
        np.zeros((1, 24 * days, 2), int), np.ones(1), ("m", "s"), "hour", START, np.array([[0.0] * 29 + [1.0]] * 2)
    )
    shape = (2, days)
    return CapacityProblem(
        name="house",
        scenarios=scenarios,
        wards=Wards(("M", "S"), np.zeros(shape, int), np.full(shape, 9), np.array([10.0, 10.0])),
        staffing=Staffing(np.full(days, 18), 1, np.zeros(days), np.zeros(days, int)),
        electives=Electives(np.full(shape, requests), np.array([5.0, 5.0]), np.array([50.0, 50.0])),
        outlying=np.array(outlying),
        boarding=np.array([7.0, 7.0]),
        transfer=np.array([2.0, 2.0]),
    ), CapacityPlan(np.array([[b] * days for b in beds]), np.zeros(days, int), np.full(shape, requests))


def came(*patients, hours=48):
    group, arrival, stay = zip(*patients, strict=True)
    return Course(np.array(group), np.array(arrival, float), np.array(stay, float), hours)


def test_with_room_everybody_is_at_home():
    problem, plan = house()
    found = replay(problem, plan, came((0, 1, 5), (0, 2, 5), (1, 3, 10)))
    assert (found.outliers, found.boarding_hours, found.late, found.transfers) == (0, 0, 0, 0)
    assert found.occupied.sum(0).tolist() == [10, 10]
    assert found.occupancy == pytest.approx(100 * 20 / (4 * 48))
    assert found.cost == 80


def test_a_full_ward_makes_an_outlier_and_the_morning_brings_it_home():
    problem, plan = house(beds=(1, 1))
    found = replay(problem, plan, came((0, 1, 6), (0, 2, 20)))
    assert (found.outliers, found.outlying_hours, found.transfers) == (1, 8, 1)  # from 2:00 to 10:00
    assert found.cost == 40 + 8 * 3 + 2


def test_who_finds_no_bed_waits_for_the_first_free():
    problem, plan = house(beds=(0, 1))
    found = replay(problem, plan, came((1, 1, 6), (1, 2, 9), (1, 3, 2)))
    # the second waits from 2 to 7, the third leaves from the emergency department at 5
    assert (found.boarding_hours, found.late) == (5 + 2, 1)
    assert found.cost == 20 + 7 * 7


def test_first_come_first_served():
    problem, plan = house(beds=(0, 1), outlying=((2.0, 3.0), (np.inf, 0.0)))
    found = replay(problem, plan, came((1, 1, 4), (0, 2, 30), (1, 3, 20), hours=24))
    assert found.outlying_hours == 24 - 5  # medicine takes the bed at 5
    assert found.boarding_hours == 3 + 20  # medicine until 5, the last until the stay is over


def test_patients_in_bed_at_the_start_go_on_with_their_stay():
    problem, plan = house()
    found = replay(problem, plan, came((0, -30, 35), (1, -2, 3)))
    assert found.occupied.sum(0).tolist() == [5, 1]


def test_closing_beds_takes_nobody_out_of_bed():
    problem, _ = house()
    plan = CapacityPlan(np.array([[2, 0], [0, 0]]), np.zeros(2, int), np.zeros((2, 2), int))
    found = replay(problem, plan, came((0, 1, 40), (0, 30, 3)))
    assert found.occupied[:, 0].max() == 1
    assert found.boarding_hours == 3  # the later one finds a closed ward


def test_electives_without_a_bed_are_cancelled():
    problem, plan = house(beds=(1, 1), requests=1, outlying=((0.0, np.inf), (np.inf, 0.0)))
    found = replay(problem, plan, came((1, 0.5, 60)))
    # day 0: medicine comes (30 h), surgery is cancelled; day 1: both wards are full
    assert (found.cancelled, found.refused) == (3, 0)
    assert found.cost == 40 + 3 * 50


def test_what_is_not_accepted_is_refused():
    problem, plan = house(requests=2)
    none = CapacityPlan(plan.opened, plan.bank, np.zeros((2, 2), int))
    found = replay(problem, none, came((0, 1, 1)))
    assert (found.refused, found.cancelled) == (8, 0)


def test_the_same_course_gives_the_same_outcome_and_beds_follow_arrivals():
    rng = np.random.default_rng(1)
    draws = rng.integers(0, 2, 300), rng.uniform(0, 300, 300), rng.uniform(1, 30, 300)
    many = [(int(g), float(t), float(s)) for g, t, s in zip(*draws, strict=True)]
    problem, plan = house(days=14, beds=(30, 30))
    one, two = (replay(problem, plan, came(*many, hours=336)) for _ in range(2))
    assert np.array_equal(one.measures(), two.measures())
    assert one.occupied.sum() == pytest.approx(sum(s for _, _, s in many), rel=0.02)  # Little's law, nobody waits


def test_a_course_is_cut_from_data():
    stays = Stays(np.array([0, 0, 1]), np.array([2, 30, 40]), np.array([28, 33, -1]), 60)
    data = Demand(np.zeros((60, 2), int), np.ones((60, 2), bool), ("m", "s"), "hour", START, stays=stays)
    found = course(data, 24, 24)
    assert found.group.tolist() == [0, 0, 1]
    assert found.arrival[0] == -22
    assert found.arrival[0] + found.stay[0] == 4
    assert 6 <= found.arrival[1] < 7
    assert found.arrival[2] + found.stay[2] > 24
    with pytest.raises(InputError, match="60 hours"):
        course(data, 48, 24)


def test_a_paired_comparison_sees_a_small_steady_gain():
    problem, plan = house(beds=(1, 1))
    wide = CapacityPlan(plan.opened + 1, plan.bank, plan.accepted)
    rng = np.random.default_rng(2)
    weeks = [came(*[(0, float(t), 12.0) for t in rng.uniform(0, 40, n)]) for n in range(3, 13)]
    found = versus(
        {"narrow": [replay(problem, plan, w) for w in weeks], "wide": [replay(problem, wide, w) for w in weeks]}
    )
    m = list(MEASURES).index("boarding_hours")
    assert found.change_high[1, m] < 0
    assert found.change_low[1, m] <= found.change[1, m] <= found.change_high[1, m]
    assert (found.change[0] == 0).all()
    assert found.courses == 10
    assert len(found.rows()) == len(MEASURES)


def test_a_plan_for_fewer_days_is_refused():
    problem, plan = house(days=1)
    with pytest.raises(InputError, match="covers 1 days"):
        replay(problem, plan, came((0, 1, 1)))


def test_the_extra_is_named_when_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "simpy", None)
    problem, plan = house()
    with pytest.raises(MissingExtraError, match=r"wardwise\[forecast\]"):
        replay(problem, plan, came((0, 1, 1)))
