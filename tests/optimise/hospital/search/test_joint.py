"""The joint search: incremental costs against the independent evaluator, repeatable runs, hard rules kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimise.core.cooling import Cooling
from optimise.formats.base import read
from optimise.generate import hospital
from optimise.hospital.beds import AdmissionWish
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalProblem, RuleSetting
from optimise.hospital.search import construct
from optimise.hospital.search.joint import JointSearch
from optimise.hospital.search.layout import BEST, COST, HARD, hard_points, ticks
from optimise.hospital.search.loop import anneal, save
from optimise.hospital.search.moves import KINDS
from optimise.hospital.search.state import arrays_for, plan_from, rows_of
from optimise.hospital.search.update import fill

ROOT = Path(__file__).resolve().parents[4]


class Walk:
    """The kernel's state of one problem, moved at random."""

    def __init__(self, problem: HospitalProblem, seed: int) -> None:
        self.problem = problem
        plan, _ = construct(problem, seed=seed)
        self.g, self.h = arrays_for(problem, seed)
        self.where, self.nurse = rows_of(problem, plan)
        self.g[COST] = fill(self.g, self.h, self.where, self.nurse)
        self.g[BEST] = HARD << 20

    def go(self, kind: int | None, moves: int, heat: float, price: float) -> None:
        """Make moves of one kind, or of all; hard rules cost ``price`` a point."""
        odds = np.full(len(KINDS), 1 << 16, dtype=np.int64)
        odds[:kind] = 0
        if kind is None:
            odds = np.arange(1, len(KINDS) + 1) * (1 << 16) // len(KINDS)
        tune = np.array([price, price, 1.0, 1.0, 0.0])
        counts = np.zeros((len(KINDS), 2), dtype=np.int64)
        anneal(self.g, self.h, Cooling(moves, heat, heat), 0.5, tune, odds, counts, self.where, self.nurse)

    def check(self) -> None:
        """The sum of all changes is the cost of the plan, and hard points say whether it breaks a hard rule."""
        where, nurse = np.empty_like(self.where), np.empty_like(self.nurse)
        save(self.g, self.h, where, nurse)
        hard, cost = hard_and_cost(self.problem, plan_from(self.problem, where, nurse))
        packed = int(self.g[COST])
        assert ticks(packed) == cost
        assert (hard_points(packed) == 0) == (hard == 0)
        if self.g[BEST] < HARD:
            best = plan_from(self.problem, self.where, self.nurse)
            assert hard_and_cost(self.problem, best) == (0, int(self.g[BEST]))


def problems() -> list[HospitalProblem]:
    plain = read(ROOT / "examples" / "hospital60.json")
    assert isinstance(plain, HospitalProblem)
    soft = plain.with_settings({"RoomGenderMix": 40, "RoomCapacity": 60, "RoomAgeMix": None, "SurgeonOvertime": 3})
    hard, priced = turning(None, 1), turning(30, 2)
    parts = [replace(plain, nursing=None), replace(plain, theatres=None)]
    usual = [plain, soft, hospital(40, 10, 3), hospital(25, 5, 8), dated(plain), hospital(20, 70, 4)]
    return [*usual, hard, priced, *parts]


def dated(plain: HospitalProblem) -> HospitalProblem:
    """With days of admission that cost something, refusals included, and some that are ruled out."""
    rng = np.random.default_rng(5)
    shape = (len(plain.patients), plain.days + 1)
    dates = (
        AdmissionWish("UnsuitableDay", "", rng.integers(0, 4, shape)),
        AdmissionWish("FrozenAdmission", "", rng.random(shape) < 0.2),
    )
    rules = (*plain.rules, RuleSetting("UnsuitableDay", 7), RuleSetting("FrozenAdmission", None))
    return replace(plain, beds=replace(plain.beds, dates=dates), rules=rules)


def turning(weight: int | None, seed: int) -> HospitalProblem:
    """Contacts, beds that are cleaned, stays that begin or end after noon, and somebody who goes home today."""
    made, rng = hospital(30, 8, seed), np.random.default_rng(seed)
    people, count = made.patients, len(made.patients)
    stay = np.where(people.inpatient & (rng.random(count) < 0.4), 0, people.stay)
    facts = {"contact_of": rng.integers(0, 3, count), "cleaning": rng.integers(0, 4, count)}
    patients = replace(people, stay=stay, noon=rng.integers(0, 4, count), **facts)
    rules = dict.fromkeys(("ContactsTogether", "CleaningTime", "BedTurnover"), weight)
    return replace(made, beds=replace(made.beds, patients=patients)).with_settings(rules)


PROBLEMS = problems()


@settings(max_examples=25, deadline=None)
@given(
    which=st.integers(0, len(PROBLEMS) - 1),
    seed=st.integers(0, 2**20),
    legs=st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, len(KINDS) - 1)),
            st.integers(1, 400),
            st.sampled_from([0.5, 20.0, 1e4]),
            st.sampled_from([0.0, 1.0, 100.0]),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_every_change_is_exact(which: int, seed: int, legs: list[tuple[int | None, int, float, float]]) -> None:
    walk = Walk(PROBLEMS[which], seed)
    walk.check()
    for leg in legs:
        walk.go(*leg)
        walk.check()


@pytest.mark.parametrize("name", ["small/small05", "test/test07", "public/i16"])
def test_every_change_is_exact_on_public_instances(name: str, benchmarks: Path) -> None:
    problem = read(benchmarks / "ihtc2024" / f"{name}.json")
    assert isinstance(problem, HospitalProblem)
    walk = Walk(problem, 1)
    for kind in [*range(len(KINDS)), None]:
        walk.go(kind, 300, 200.0, 0.5)
        walk.check()


def test_each_kind_of_move_is_accepted_now_and_then() -> None:
    """No kind is dead: at a high temperature each one changes the plan."""
    for kind in range(len(KINDS)):
        walk = Walk(hospital(60, 14, 2), 1)
        if KINDS[kind] == "mend":  # there must be something to mend
            walk.go(None, 1000, 1e4, 0.0)
            assert hard_points(int(walk.g[COST])) > 0
        before = int(walk.g[COST])
        walk.go(kind, 3000, 1e4, 0.0)
        many = walk.problem.theatres is not None and len(walk.problem.theatres.ids) > 1
        if KINDS[kind] in ("theatre", "close") and not many:
            continue
        assert int(walk.g[COST]) != before, KINDS[kind]


def test_a_run_improves_keeps_hard_rules_and_repeats() -> None:
    problem = PROBLEMS[0]
    start, left = construct(problem, seed=0)
    assert left == 0
    search = JointSearch(problem)
    assert search.usable
    found = [search.run(start, seed=5, moves=60_000) for _ in range(2)]
    assert found[0].same_as(found[1])
    hard, cost = hard_and_cost(problem, found[0])
    assert hard == 0
    assert cost < hard_and_cost(problem, start)[1]
    assert not search.run(start, seed=6, moves=60_000).same_as(found[0])


@pytest.mark.parametrize("missing", ["nursing", "theatres"])
def test_hospitals_without_nurses_or_without_theatres_are_searched(missing: str) -> None:
    problem = replace(PROBLEMS[0], **{missing: None})
    start, _ = construct(problem, seed=0)
    found = JointSearch(problem).run(start, seed=5, moves=60_000)
    assert hard_and_cost(problem, found) < hard_and_cost(problem, start)


def test_where_nobody_may_be_moved_nurses_alone_are(tmp_path: Path) -> None:
    data = json.loads((ROOT / "examples" / "hospital60.json").read_text())
    data["patients"] = [patient for patient in data["patients"] if "room" in patient]
    data.pop("room_costs", None)
    assert data["patients"]
    (tmp_path / "settled.json").write_text(json.dumps(data))
    problem = read(tmp_path / "settled.json")
    assert isinstance(problem, HospitalProblem)
    start, _ = construct(problem, seed=0)
    found = JointSearch(problem).run(start, seed=5, moves=20_000)
    assert (found.room == start.room).all()
    assert hard_and_cost(problem, found) <= hard_and_cost(problem, start)
    alone = replace(problem, nursing=None)
    first, _ = construct(alone, seed=0)
    assert JointSearch(alone).run(first, seed=5, moves=20_000) is first


def test_it_stops_when_told() -> None:
    problem = PROBLEMS[2]
    start, _ = construct(problem, seed=0)
    heard: list[int] = []

    def told(plan: object) -> bool:
        heard.append(1)
        return True

    JointSearch(problem).run(start, seed=1, moves=200_000, told=told)
    assert len(heard) == 1


def test_a_shift_without_nurses_is_left_to_the_other_steps() -> None:
    import dataclasses

    problem = hospital(20, 4, 5)
    layer = problem.nursing
    assert layer is not None
    load = layer.max_load.copy()
    load[:, 0] = -1
    assert not JointSearch(dataclasses.replace(problem, nursing=dataclasses.replace(layer, max_load=load))).usable
