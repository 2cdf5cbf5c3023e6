"""Rules from outside: obeyed by every method, or told to be unknown; no engine ignores a rule without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import numpy as np
import pytest

from hpc.beds import refusal as bed_refusal
from optimise.core.arrays import IntArray
from optimise.core.cooling import Cooling
from optimise.core.errors import InputError, UnsupportedError
from optimise.core.method import Limits, get_method
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.generate import hospital
from optimise.hospital.beds_search import usable
from optimise.hospital.context import HospitalContext
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.explain import explain
from optimise.hospital.formats.defaults import default_rules
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.formats.hospital_write import document as written
from optimise.hospital.model.columns import HospitalColumns
from optimise.hospital.problem import HospitalProblem
from optimise.hospital.rules import forget_rule, known_rules, register_rule, rules_by_name
from optimise.hospital.rules.base import EVERY_ENGINE, Breach, Breaches, Engine, HospitalRule
from optimise.hospital.rules.engines import rechecked, refusal, unknown_rules
from optimise.hospital.rules.grid import hospital_ticks
from optimise.hospital.rules.nights import NightRule
from optimise.hospital.rules.state import HospitalState
from optimise.hospital.search import construct
from optimise.hospital.search.annealing import RoomAnnealing
from optimise.hospital.search.joint import JointSearch
from optimise.hospital.search.layout import BEST, COST, HARD, hard_points, ticks
from optimise.hospital.search.loop import anneal, save
from optimise.hospital.search.moves import KINDS
from optimise.hospital.search.state import arrays_for, plan_from, rows_of
from optimise.hospital.search.update import fill
from optimise.testing.random_hospitals import document, random_beds


class QuietRoom(NightRule):
    """A table of nights: no women in the first room on day 0."""

    name = "QuietRoom"
    text = "no women in the first room on the first day"

    def amounts(self, problem: HospitalContext) -> IntArray:
        table = np.zeros((len(problem.patients), problem.days, len(problem.rooms.ids)), dtype=np.int64)
        table[problem.patients.gender == 0, 0, 0] = 2
        return table


class FewMen(HospitalRule):
    """A rule that counts: by (room, day) men beyond one. No engine has code for it."""

    name = "FewMen"
    text = "at most one man in a room"
    unit = "people"

    def breaches(self, state: HospitalState) -> Breaches:
        def tell(index: tuple[int, ...]) -> Breach:
            r, d = index
            return Breach((state.problem.rooms.ids[r],), (d,), f"too many men in room {r} on day {d}")

        return Breaches.positive(state.by_gender[:, :, 1] - 1, tell)

    def add(self, model: HospitalColumns) -> None:
        here = model.presence
        rows = model.model.add_rows(self.name, len(here.cell_room), upper=1.0)
        men = model.problem.patients.gender[here.person] == 1
        model.model.add_entries(rows[here.cell[men]], here.column[men])
        model.excess(self.name, rows)


@pytest.fixture(autouse=True)
def strangers() -> Iterator[None]:
    register_rule(QuietRoom())
    register_rule(FewMen())
    yield
    forget_rule("QuietRoom")
    forget_rule("FewMen")


def beds(seed: int) -> HospitalProblem:
    """A bed plan with fixed stays that every engine suits."""
    problem = random_beds(Random(f"contract {seed}"))
    assert usable(problem)
    return problem


def broken(problem: HospitalProblem, weight: int | None, rule: str) -> HospitalProblem:
    """The problem with a rule more."""
    return problem.with_settings({rule: weight})


LAYERED = hospital(12, 4, 5)
BEDS: Callable[[], HospitalProblem] = lambda: beds(12)  # noqa: E731


@pytest.mark.parametrize("method", ["highs", "hospital", "matheuristic", "auto", "column-generation"])
@pytest.mark.parametrize("rule", ["QuietRoom", "FewMen"])
@pytest.mark.parametrize("weight", [None, 7])
def test_every_method_obeys_or_refuses(method: str, rule: str, weight: int | None) -> None:
    problem = broken(BEDS(), weight, rule)
    best = solve(problem, method="highs", limits=Limits(seconds=20))
    chosen = get_method(method)
    if not chosen.supports(problem):
        assert (method, rule) == ("column-generation", "FewMen")
        with pytest.raises(UnsupportedError, match=f"does not know {rule}"):
            solve(problem, method=method)
        return
    found = solve(problem, method=method, limits=Limits(seconds=3), seed=1)
    if best.plan is None:
        assert found.plan is None
        return
    if (
        found.plan is None
    ):  # the search of rooms begins with everybody placed; it says that it is stuck, and auto goes on
        assert (method, found.stop) == ("column-generation", Stop.STUCK)
        return
    hard, cost = hard_and_cost(problem, found.plan)  # type: ignore[arg-type]
    assert hard == 0
    assert cost / problem.scale == found.bounds.primal
    assert best.bounds.dual - 1e-6 <= found.bounds.primal
    assert found.bounds.dual <= best.bounds.primal + 1e-6


def test_the_cases_are_not_void() -> None:
    plain = solve(BEDS(), method="highs", limits=Limits(seconds=20))
    for rule in ("QuietRoom", "FewMen"):
        state = HospitalState(BEDS(), plain.plan)  # type: ignore[arg-type]
        assert rules_by_name()[rule].breaches(state).amount.sum() > 0
        assert solve(broken(BEDS(), None, rule), method="highs", limits=Limits(seconds=20)).plan is not None


def test_a_rule_without_code_is_told_of() -> None:
    problem = broken(LAYERED, 3, "FewMen")
    found = solve(problem, method="hospital", limits=Limits(seconds=100, iterations=3), seed=1)
    assert any("joint search does not know FewMen (priced)" in text for text in found.explanation)
    plain = solve(broken(LAYERED, 3, "QuietRoom"), method="hospital", limits=Limits(seconds=100, iterations=3), seed=1)
    assert plain.explanation == ()


def test_the_joint_search_keeps_only_what_is_better_in_truth() -> None:
    for weight in (None, 500):
        problem = broken(LAYERED, weight, "FewMen")
        start, _ = construct(problem, seed=0)
        search = JointSearch(problem)
        assert search.unknown == ("FewMen",)
        found = search.run(start, seed=1, moves=40_000)
        assert hard_and_cost(problem, found) <= hard_and_cost(problem, start)
        assert search.rejected > 0


def test_the_joint_search_knows_tables_of_nights_exactly() -> None:
    for weight in (None, 9):
        problem = broken(LAYERED, weight, "QuietRoom")
        plan, _ = construct(problem, seed=0)
        g, h = arrays_for(problem, 3)
        where, nurse = rows_of(problem, plan)
        g[COST], g[BEST] = fill(g, h, where, nurse), HARD << 20
        odds, counts = np.arange(1, len(KINDS) + 1) * (1 << 16) // len(KINDS), np.zeros((len(KINDS), 2), dtype=np.int64)
        for _ in range(5):
            anneal(
                g, h, Cooling(300, 50.0, 50.0), 0.5, np.array([20.0, 20.0, 1.0, 1.0, 0.0]), odds, counts, where, nurse
            )
            save(g, h, where, nurse)
            hard, cost = hard_and_cost(problem, plan_from(problem, where, nurse))
            assert ticks(int(g[COST])) == cost
            assert (hard_points(int(g[COST])) == 0) == (hard == 0)


@pytest.mark.parametrize("layered", [True, False])
def test_no_engine_ignores_a_rule_silently(layered: bool) -> None:
    """Each rule, hard and priced: known to an engine, or the engine is not used or checks again."""
    plain = LAYERED if layered else BEDS()
    for name, rule in rules_by_name().items():
        for weight in (None, 3):
            problem = broken(plain, weight, name)
            strange = {e for e in Engine if name in unknown_rules(problem, e)}
            assert strange == {e for e in Engine if rule.applies(problem) and not rule.known_to(e, weight)}
            if Engine.ROOMS in strange:
                assert not usable(problem)
                assert not RoomAnnealing(problem).usable
                assert not get_method("parallel-search").supports(problem)
            if Engine.COLUMNS in strange:
                assert name in bed_refusal(problem)
                assert not get_method("column-generation").supports(problem)
            assert (name in JointSearch(problem).unknown) == (Engine.JOINT in strange)
            assert (name in rechecked(problem, Engine.JOINT)) == (Engine.JOINT in strange)


def test_a_rule_that_costs_nothing_is_no_stranger() -> None:
    assert all(unknown_rules(broken(BEDS(), 0, "FewMen"), engine) == () for engine in Engine)
    assert refusal(BEDS(), Engine.ROOMS) == ""


def test_hard_mixed_ages_are_not_ignored_by_the_search_of_rooms() -> None:
    problem = broken(BEDS(), None, "RoomAgeMix")
    assert not RoomAnnealing(problem).usable
    assert not usable(problem)


def test_the_grid_takes_a_rule_from_itself() -> None:
    free: dict[str, int | None] = {s.rule: 0 for s in BEDS().rules if s.weight}
    problem = BEDS().with_settings(free | {"QuietRoom": 5})
    assert hospital_ticks(problem) == 10  # amounts are multiples of 2


def test_registration() -> None:
    assert {"QuietRoom", "FewMen"} <= set(known_rules())
    assert "QuietRoom" not in default_rules()
    with pytest.raises(InputError, match="already"):
        register_rule(QuietRoom())
    assert all(rule.engines <= EVERY_ENGINE for rule in rules_by_name().values())


def test_files_name_such_rules_like_any_other() -> None:
    made = document(Random("file"))
    made["rules"] |= {"FewMen": 2.5, "QuietRoom": "hard"}
    problem = problem_of(HospitalFile.model_validate(made))
    assert problem.hard("QuietRoom")
    assert problem.weight("FewMen") == 2.5 * problem.scale
    again = problem_of(HospitalFile.model_validate(written(problem)))
    assert again.digest() == problem.digest()


def test_explanations_name_such_rules() -> None:
    class Nowhere(QuietRoom):
        name = "Nowhere"

        def amounts(self, problem: HospitalContext) -> IntArray:
            return np.ones((len(problem.patients), problem.days, len(problem.rooms.ids)), dtype=np.int64)

    register_rule(Nowhere())
    try:
        told = explain(broken(BEDS(), None, "Nowhere"), seconds=20)
    finally:
        forget_rule("Nowhere")
    assert any("Nowhere" in text for text in told)


def test_amounts_below_zero_are_refused() -> None:
    """They would make bounds of engines that do not know the rule wrong."""
    with pytest.raises(InputError, match="not positive"):
        Breaches(np.array([-1]), lambda i: Breach((), (), ""))

    class Negative(QuietRoom):
        name = "Negative"

        def amounts(self, problem: HospitalContext) -> IntArray:
            return -super().amounts(problem)

    with pytest.raises(InputError, match="negative"):
        Negative().table(BEDS())
