"""Admission scheduling: kernel against evaluation, bound against all plans, search, and days that do not peek."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

import optimise
from optimise.core.arrays import IntArray
from optimise.core.kinds import kind_of
from optimise.core.method import Limits, Listener, SerialComm
from optimise.core.result import Stop
from optimise.hospital.admissions.annealing import anneal
from optimise.hospital.admissions.data import AdmissionPlan, Needs, NightWish, Sessions
from optimise.hospital.admissions.evaluate import hard_and_cost
from optimise.hospital.admissions.kind import AdmissionKind
from optimise.hospital.admissions.lagrange import AdmissionPrices, climb
from optimise.hospital.admissions.neighbourhood import freed, reoptimise
from optimise.hospital.admissions.problem import AdmissionProblem
from optimise.hospital.admissions.schedule import AdmissionAnnealing, plan_of
from optimise.hospital.admissions.search import improve_admissions
from optimise.hospital.admissions.stages import stage
from optimise.hospital.admissions.state import FULL
from optimise.hospital.admissions.tuning import AdmissionTuning
from optimise.hospital.beds import SAME_GENDER, Patients, Rooms
from optimise.methods.day_by_day import plan_days
from optimise.methods.rounds_search import AdmissionSearch


def made(seed: int, people: int = 14, rooms: int = 4, counted: int = 6) -> AdmissionProblem:
    """A small hospital: two specialties, some in-patients, urgent patients and windows."""
    rng = np.random.default_rng(seed)
    days, stay = 2 * counted, rng.integers(1, 4, people)
    home = np.where(np.arange(people) < 2, np.arange(people), -1)
    release = np.where(home >= 0, 0, rng.integers(0, counted - 1, people))
    due = np.where(home >= 0, 0, np.minimum(release + rng.integers(0, 6, people), days - stay))
    beds = rng.integers(2, 4, rooms)
    sessions = np.zeros((2, days), dtype=np.int64)
    sessions[:, ::2] = 180
    minutes = np.where((rng.random(people) < 0.5) & (home < 0), np.array([75, 50])[rng.integers(0, 2, people)], 0)
    due = np.where((minutes > 0) & (due < days - stay), np.minimum(due + 6, days - stay), due)
    urgent = (minutes == 0) & (due == release) & (home < 0)
    forbidden = rng.random((people, rooms)) < 0.2
    forbidden[np.arange(people), np.maximum(home, 0)] = False
    return AdmissionProblem(
        name=f"made {seed}",
        rooms=Rooms(
            ids=tuple(f"r{r}" for r in range(rooms)),
            beds=np.repeat(beds[:, None], days, axis=1),
            policy=np.full(rooms, SAME_GENDER),
        ),
        patients=Patients(
            ids=tuple(f"p{p}" for p in range(people)),
            gender=rng.integers(0, 2, people),
            age_group=np.zeros(people),
            release=release,
            due=due,
            stay=stay,
            mandatory=np.ones(people, dtype=np.bool_),
            home=home,
            forbidden=forbidden,
        ),
        needs=Needs(
            specialty=rng.integers(0, 2, people),
            minutes=minutes,
            offset=np.zeros(people),
            urgent=urgent,
            longer=rng.random(people) < 0.4,
            registered=np.where(home >= 0, 0, np.maximum(0, release - rng.integers(0, 3, people))),
        ),
        sessions=Sessions(("eyes", "bones"), sessions, sessions + 30 * (sessions > 0), sessions.sum(axis=0) + 60),
        wishes=(NightWish("RoomSize", "too large", 10, rng.integers(0, 3, (people, rooms)) * ~forbidden),),
        counted=counted,
    )


def annealing(problem: AdmissionProblem) -> tuple[AdmissionAnnealing, IntArray, IntArray]:
    prices = AdmissionPrices(problem)
    _, beds, surgery = climb(prices, seconds=60, rounds=100)
    pairs, count = prices.likely(beds, surgery, most=16)
    return AdmissionAnnealing(problem, pairs, count), pairs[:, 0, 0].copy(), pairs[:, 0, 1].copy()


@pytest.mark.parametrize("seed", range(4))
def test_kernel_costs_what_the_evaluation_says(seed: int) -> None:
    problem = made(seed)
    tool, day, room = annealing(problem)
    state = tool.state(day, room, seed)
    for heat in (300.0, 30.0, 3.0, 1.0):
        anneal(tool.tables, state, heat, 200.0, 2000)
        hard, cost = hard_and_cost(problem, plan_of(problem, state.day, state.room))
        assert (hard == 0) == (state.sums[1] == 0)
        assert hard * FULL >= state.sums[1] // FULL
        if hard == 0:
            assert state.sums[0] == cost
        again = tool.state(state.day, state.room, seed)
        assert (again.sums[:2] == state.sums[:2]).all()
        assert (again.cells == state.cells).all()
    best = plan_of(problem, state.best[0], state.best[1])
    assert hard_and_cost(problem, best) == (0, state.sums[2])


def tiny(seed: int) -> AdmissionProblem:
    """Few enough plans to try all of them, transfers included."""
    problem = made(seed, people=3, rooms=2, counted=2)
    people = problem.patients
    short = replace(people, stay=np.minimum(people.stay, 2), due=np.minimum(people.due, people.release + 1))
    return replace(problem, patients=short, idle_free=(-1, -1))


@pytest.mark.parametrize("seed", range(6))
def test_bound_is_below_every_plan(seed: int) -> None:
    problem = tiny(seed)
    people = problem.patients
    choices = []
    for p in range(len(people)):
        days = range(people.release[p], people.due[p] + 1)
        rooms = itertools.product(range(2), repeat=int(people.stay[p]))
        choices.append(list(itertools.product(days, rooms)))
    best = np.inf
    for chosen in itertools.product(*choices):
        room = np.full((len(people), problem.days), -1)
        for p, (day, where) in enumerate(chosen):
            room[p, day : day + len(where)] = where
        hard, cost = hard_and_cost(problem, AdmissionPlan(room))
        best = cost if hard == 0 and cost < best else best
    bound, *_ = climb(AdmissionPrices(problem), seconds=60, rounds=300)
    assert bound <= best
    found = improve_admissions(problem, limits=Limits(60, iterations=1), seed=1)
    if np.isfinite(best):
        assert found.bounds.primal >= best
        assert bound >= 0.5 * best - 100


def test_search_repeats_under_a_work_limit() -> None:
    problem = made(7)
    first = optimise.solve(problem, limits=Limits(300, iterations=1), seed=3)
    second = optimise.solve(problem, limits=Limits(300, iterations=1), seed=3)
    assert first.plan is not None
    assert first.plan.same_as(second.plan)
    assert first.evaluation is not None
    assert first.bounds.dual <= first.evaluation.cost
    assert isinstance(kind_of(problem), AdmissionKind)


def test_each_day_knows_only_who_has_registered() -> None:
    problem = made(11)
    days = optimise.solve(problem, "stage-by-stage", limits=Limits(300, iterations=1), seed=5)
    assert isinstance(days.plan, AdmissionPlan)
    known = np.flatnonzero(problem.needs.registered <= 2)
    inner, limits = AdmissionSearch(), Limits(300, iterations=1)
    options = {"tuning": AdmissionTuning()}

    def deaf(clock: object, label: str) -> Listener:
        return lambda progress: None

    again = plan_days(problem, inner, limits=limits, seed=5, comm=SerialComm(), listen=deaf, options=options)
    assert again.plan is not None
    assert again.plan.same_as(days.plan)
    cut = optimise.solve(_only(problem, known), "stage-by-stage", limits=Limits(300, iterations=1), seed=5)
    assert isinstance(cut.plan, AdmissionPlan)
    assert (cut.plan.room[:, :3] == days.plan.room[known, :3]).all()


def test_a_day_goes_on_from_the_nights_before() -> None:
    problem = made(12)
    plan = improve_admissions(problem, limits=Limits(60, iterations=1), seed=1).plan
    assert plan is not None
    room = plan.room.copy()
    today = stage(problem, 3, room)
    assert today is not None
    there = (room[:, :3] >= 0).any(axis=1) & (room[:, 3:] >= 0).any(axis=1)
    assert set(np.flatnonzero(there)) == set(today.who[today.problem.patients.inpatient])
    assert (problem.needs.registered[today.who] <= 3).all()
    rest = AdmissionPlan(room[today.who, 3:])
    assert today.problem.evaluate(rest).feasible


def test_no_beds_no_plan() -> None:
    problem = made(13)
    none = replace(problem, rooms=replace(problem.rooms, beds=np.zeros_like(problem.rooms.beds)))
    found = improve_admissions(none, limits=Limits(60, iterations=1), seed=1)
    assert found.plan is None
    assert found.stop is Stop.ITERATIONS


def _only(problem: AdmissionProblem, who: IntArray) -> AdmissionProblem:
    people, needs = problem.patients, problem.needs
    return replace(
        problem,
        patients=Patients(
            ids=tuple(people.ids[p] for p in who),
            gender=people.gender[who],
            age_group=people.age_group[who],
            release=people.release[who],
            due=people.due[who],
            stay=people.stay[who],
            mandatory=people.mandatory[who],
            home=people.home[who],
            forbidden=people.forbidden[who],
        ),
        needs=Needs(
            needs.specialty[who],
            needs.minutes[who],
            needs.offset[who],
            needs.urgent[who],
            needs.longer[who],
            needs.registered[who],
        ),
        wishes=tuple(replace(w, amount=w.amount[who]) for w in problem.wishes),
        idle_free=(-1, -1),
    )


@pytest.mark.parametrize("seed", range(3))
def test_neighbourhoods_keep_the_rules_and_never_cost_more(seed: int) -> None:
    problem = made(seed)
    tool, day, room = annealing(problem)
    plain = replace(problem, needs=replace(problem.needs, longer=np.zeros(len(day), dtype=np.bool_)))
    start = improve_admissions(plain, limits=Limits(60, iterations=1), seed=seed).plan
    assert start is not None
    day = start.admission.astype(np.int64)
    room = start.room[np.arange(len(day)), day].astype(np.int64)
    before = hard_and_cost(plain, plan_of(plain, day, room))
    free = freed(plain, day, room, 8, np.random.default_rng(seed))
    assert len(free) == 8
    new_day, new_room, closed = reoptimise(plain, tool.tables, day, room, free, most=8, seconds=60)
    assert closed
    assert hard_and_cost(plain, plan_of(plain, new_day, new_room)) <= before
    others = np.setdiff1d(np.arange(len(day)), free)
    assert (new_day[others] == day[others]).all()
