"""Rooms and nurses: kernels against the evaluation, bounds against all plans, search, and what cannot be planned."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import optimise
from optimise.core.kinds import kind_of
from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.hospital.assignment import schedule, search
from optimise.hospital.assignment.annealing import anneal
from optimise.hospital.assignment.covers import fewest_nurses
from optimise.hospital.assignment.data import SHIFTS, AssignmentPlan, Bays, Carers, StayArrays
from optimise.hospital.assignment.evaluate import hard_and_cost, spread
from optimise.hospital.assignment.floor import Floors
from optimise.hospital.assignment.impossible import impossible
from optimise.hospital.assignment.kind import AssignmentKind
from optimise.hospital.assignment.moves import care_on, chain, exchange, undo
from optimise.hospital.assignment.problem import AssignmentProblem
from optimise.hospital.assignment.schedule import AssignmentAnnealing, first_rooms
from optimise.hospital.assignment.search import improve_assignment
from optimise.hospital.assignment.state import AssignmentState, weigh
from optimise.hospital.assignment.tuning import AssignmentTuning
from optimise.methods.rounds_search import AssignmentSearch

pytestmark = pytest.mark.usefixtures("interpreted")

#: Moves of a run: the interpreter makes them.
FEW = 300
#: The same as options of a method.
BRIEF = {"tuning.work": FEW, "tuning.parts": 20}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (schedule, search):
        monkeypatch.setattr(module, "AssignmentTuning", partial(AssignmentTuning, work=FEW, parts=20))


def made(seed: int, people: int = 9, rooms: int = 3, days: int = 3, nurses: int = 5) -> AssignmentProblem:
    """A small ward with a bed for everybody and two nurses or more in each shift where there are so many."""
    rng = np.random.default_rng(seed)
    shifts = SHIFTS * days
    first = rng.integers(0, days, people)
    last = np.minimum(first + rng.integers(0, days, people), days - 1)
    here = (np.arange(days)[None] >= first[:, None]) & (np.arange(days)[None] <= last[:, None])
    beds = rng.integers(1, 4, rooms)
    beds[0] += max(0, int(here.sum(axis=0).max()) - int(beds.sum()))
    there = np.repeat(here, SHIFTS, axis=1)
    duty = rng.random((nurses, shifts)) < 0.4
    for s in range(shifts):
        duty[rng.choice(nurses, min(2, nurses), replace=False), s] = True
    metres = rng.integers(2, 30, (rooms, rooms)) / 2.0
    np.fill_diagonal(metres, 0.0)
    return AssignmentProblem(
        f"made {seed}",
        Bays(
            ids=tuple(f"r{r}" for r in range(rooms)),
            beds=beds,
            equipment=("oxygen", "telemetry"),
            has=rng.random((rooms, 2)) < 0.5,
            distance=metres,
            station=rng.integers(2, 30, rooms) / 2.0,
        ),
        StayArrays(
            ids=tuple(f"p{p}" for p in range(people)),
            gender=rng.integers(0, 2, people),
            age_group=rng.integers(0, 6, people),
            first=first,
            last=last,
            work=rng.integers(1, 5, (people, shifts)) * there,
            skill=rng.integers(0, 3, (people, shifts)) * there,
            needs=(rng.random((people, days, 2)) < 0.3) & here[:, :, None],
        ),
        Carers(tuple(f"n{n}" for n in range(nurses)), rng.integers(0, 3, nurses), np.where(duty, 2.5 * nurses, 0.0)),
        circle=np.full(shifts, 0.75),
        star=np.full(shifts, 0.25),
    )


def now_of(tool: AssignmentAnnealing, state: AssignmentState) -> AssignmentPlan:
    """The plan of a state as it is."""
    return tool.plan(state._replace(best=np.stack([state.task[:, :, 3], state.task[:, :, 2]])))


def start_of(tool: AssignmentAnnealing, seed: int) -> AssignmentState:
    problem = tool.problem
    return tool.state(first_rooms(problem), np.full((len(problem.patients), problem.shifts), -1), seed)


@pytest.mark.parametrize("seed", range(4))
def test_kernels_cost_what_the_evaluation_says(seed: int) -> None:
    problem = made(seed)
    tool = AssignmentAnnealing(problem)
    state = start_of(tool, seed)
    share = np.cumsum(AssignmentTuning().moves)
    here = np.repeat(problem.patients.here, SHIFTS, axis=1)
    for heat in (20.0, 3.0, 0.5):
        assert anneal(tool.tables, state, heat, 400, share) > 0
        plan = now_of(tool, state)
        assert hard_and_cost(problem, plan) == (0, pytest.approx(state.sums[0], abs=1e-6))
        again = tool.state(np.where(here, plan.room, -1), plan.nurse.astype(np.int64), 0)
        assert (again.stops[:, :, 0] == state.stops[:, :, 0]).all()
        assert (again.seen == state.seen).all()
        assert again.total == pytest.approx(state.total, abs=1e-9)
    assert hard_and_cost(problem, tool.plan(state)) == (0, pytest.approx(state.sums[1], abs=1e-6))


@pytest.mark.parametrize("seed", range(3))
def test_moves_tell_their_cost_and_are_undone(seed: int) -> None:
    tool = AssignmentAnnealing(made(seed))
    t, s = tool.tables, start_of(tool, seed)
    rng = np.random.default_rng(seed)
    for _ in range(30):
        before = s.task.copy(), hard_and_cost(tool.problem, now_of(tool, s))[1]
        p = int(rng.integers(len(tool.problem.patients)))
        h = SHIFTS * int(t.people[p, 0]) + int(rng.integers(SHIFTS * t.people[p, 4]))
        k = int(rng.integers(t.duty[h, 0, 0]))
        kind = int(rng.integers(3))
        if kind == 0 and k != s.task[p, h, 2]:
            change, count = exchange(t, s, h, int(s.task[p, h, 2]), int(s.task[p, h, 3]), k, int(s.stops[h, k, 1]) - 1)
        elif kind == 1:
            change, count = care_on(t, s, p, h, int(t.duty[h, k + 1, 0]), bool(rng.integers(2)))
        else:
            change, count = chain(t, s, p, h // SHIFTS, int(rng.integers(3)), int(rng.integers(3)), 1e9)
        if change < 1e11:
            assert hard_and_cost(tool.problem, now_of(tool, s)) == (0, pytest.approx(before[1] + change, abs=1e-9))
        if change >= 1e11 or rng.integers(2):
            undo(t, s, count)
            assert (s.task == before[0]).all()


def test_work_that_goes_and_comes_back_costs_nothing() -> None:
    tool = AssignmentAnnealing(made(4))
    s = start_of(tool, 4)
    assert weigh(s.post, s.total, tool.tables.duty, tool.tables.prices, 0, 0, 1, 0) == pytest.approx(0.0, abs=1e-12)


def least(problem: AssignmentProblem) -> float:
    """Cost of the best plan, by trying all."""
    here = problem.patients.here
    days = np.argwhere(here).tolist()
    shifts = np.argwhere(np.repeat(here, SHIFTS, axis=1)).tolist()
    nurses = [np.flatnonzero(problem.nurses.duty[:, s]).tolist() for _, s in shifts]
    best = np.inf
    for rooms in itertools.product(range(len(problem.rooms.ids)), repeat=len(days)):
        room = np.full((len(here), problem.shifts), -1)
        for (p, d), r in zip(days, rooms, strict=True):
            room[p, SHIFTS * d : SHIFTS * d + SHIFTS] = r
        for chosen in itertools.product(*nurses):
            nurse = np.full(room.shape, -1)
            for (p, s), n in zip(shifts, chosen, strict=True):
                nurse[p, s] = n
            hard, cost = hard_and_cost(problem, AssignmentPlan(room, nurse))
            best = min(best, cost) if hard == 0 else best
    return best


@pytest.mark.parametrize("seed", range(3))
def test_bound_and_search_enclose_the_best_plan(seed: int) -> None:
    problem = made(seed, people=2, rooms=2, days=1, nurses=2)
    best = least(problem)
    found = improve_assignment(problem, limits=Limits(60, iterations=1), seed=seed)
    assert found.bounds.primal >= best - 1e-9
    assert found.bounds.primal <= 1.1 * best
    assert found.bounds.dual <= best + 1e-9
    assert found.bounds.dual >= 0.5 * best


@pytest.mark.parametrize("seed", range(3))
def test_every_part_is_below_its_costs_in_any_plan(seed: int) -> None:
    problem = made(seed)
    plan = improve_assignment(problem, limits=Limits(60, iterations=1), seed=seed).plan
    assert plan is not None
    cost = {rule.rule: rule.cost for rule in problem.evaluate(plan).rules}
    floors = Floors(problem)
    counted = floors.value
    floors.price_shares(60.0)
    for which in range(1, len(floors.parts)):
        floors.take(which, floors.lift(which, 60.0))
    assert floors.parts[0] <= cost["ContinuityOfCare"]
    rooms = ("NursesPerRoom", "WalkingCircle", "WalkingStar", "RoomGenderMix", "RoomEquipment")
    assert floors.parts[1 : 1 + problem.days].sum() <= sum(cost[r] for r in rooms) + 1e-9
    work = ("NurseSkillLevel", "ExcessiveNurseWorkload", "WorkloadSpread", "ShiftWorkloadSpread")
    assert floors.priced.sum() <= sum(cost[r] for r in work) + 1e-9
    assert counted <= floors.value <= hard_and_cost(problem, plan)[1]


def test_fewest_nurses_by_all_sets() -> None:
    rng = np.random.default_rng(5)
    here = np.array([[True, True, False], [False, True, True], [True, True, True]])
    for _ in range(5):
        duty = rng.random((6, 9)) < 0.4
        duty[rng.integers(0, 6, 9), np.arange(9)] = True
        wanted = 0
        for stay in np.repeat(here, SHIFTS, axis=1):
            sizes = (
                k
                for k in range(1, 7)
                for c in itertools.combinations(range(6), k)
                if duty[list(c)][:, stay].any(0).all()
            )
            wanted += next(sizes)
        assert fewest_nurses(here, duty) == wanted


def test_spread_is_the_sum_over_pairs() -> None:
    values = np.array([3.0, 1.5, 7.25, 1.5])
    assert spread(values) == sum(abs(a - b) for a, b in itertools.combinations(values.tolist(), 2))


def test_search_repeats_under_a_work_limit() -> None:
    problem = made(7)
    first = optimise.solve(problem, limits=Limits(300, iterations=1), seed=3, options=BRIEF)
    second = optimise.solve(problem, limits=Limits(300, iterations=1), seed=3, options=BRIEF)
    assert isinstance(first.plan, AssignmentPlan)
    assert first.plan.same_as(second.plan)
    assert first.bounds.dual == second.bounds.dual <= first.cost
    start = optimise.solve(problem, limits=Limits(300, iterations=1), seed=4, start=first.plan, options=BRIEF)
    assert start.cost <= first.cost
    assert isinstance(kind_of(problem), AssignmentKind)
    assert AssignmentSearch().supports(problem)


def test_what_cannot_be_planned_is_said() -> None:
    problem = made(8)
    limit = problem.nurses.limit.copy()
    limit[:, 4] = 0.0
    alone = replace(problem, nurses=replace(problem.nurses, limit=limit))
    people = int(problem.patients.here[:, 1].sum())
    assert impossible(alone) == (f"in shift 5 there are {people} patients and no nurse",)
    found = optimise.solve(alone, limits=Limits(10, iterations=1))
    assert found.stop is Stop.INFEASIBLE
    assert found.explanation == impossible(alone)
    none = replace(problem, rooms=replace(problem.rooms, beds=np.zeros_like(problem.rooms.beds)))
    assert "patients and 0 beds" in impossible(none)[0]


def test_tables_and_boards_name_rooms_and_nurses() -> None:
    problem = made(9)
    plan = improve_assignment(problem, limits=Limits(60, iterations=1), seed=1).plan
    assert plan is not None
    kind = AssignmentKind()
    table = kind.table(problem, plan)
    assert table.columns == ("patient", "day", "room", "early", "late", "night")
    assert len(table.rows) == problem.patients.here.sum()
    board = kind.board(problem, plan)
    assert sum(len(cell.split()) for row in board.cells for cell in row) == len(table.rows)
    assert problem.digest() != replace(problem, circle=problem.circle * 0.5).digest()
