"""Small hospitals with a right answer: closed bays, a new infection, more emergencies than beds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise import Limits
from optimise.core.result import Result, Stop
from optimise.hospital.explain import explain
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair import moves_of

CASES = Path(__file__).parents[1] / "cases"
#: What was hard by default before moves were a remedy.
HARD = {"Transfer": "hard", "MandatoryUnscheduledPatients": "hard"}


def case(name: str, rules: dict[str, Any] | None = None) -> HospitalProblem:
    data = json.loads((CASES / f"hospital-{name}.json").read_text())
    return problem_of(HospitalFile.model_validate(data | {"rules": {**data.get("rules", {}), **(rules or {})}}))


def solved(problem: HospitalProblem) -> Result[HospitalPlan]:
    return optimise.solve(problem, "auto", limits=Limits(seconds=60))


@pytest.mark.parametrize(("name", "cost"), [("closed-bay", 50), ("cohort", 70), ("over", 20_000), ("over-soft", 600)])
def test_a_case_has_its_right_cost(name: str, cost: float) -> None:
    result = solved(case(name))
    assert result.stop is Stop.OPTIMAL
    assert result.cost == cost


@pytest.mark.parametrize(("name", "who"), [("closed-bay", {"P1"}), ("cohort", {"P1", "P2"})])
def test_people_who_lie_there_move_and_are_named(name: str, who: set[str]) -> None:
    """A bay closes under somebody; somebody in a bay turns out to be infectious."""
    problem = case(name)
    result = solved(problem)
    assert result.plan is not None
    ((p, _, _, _),) = moves_of(problem, result.plan)
    assert problem.patients.ids[p] in who
    assert any(f"patient {problem.patients.ids[p]} moves from room" in text for text in result.explanation)


def test_whoever_has_no_bed_is_named_with_the_price_and_a_remedy() -> None:
    result = solved(case("over"))
    assert sum("no bed for patient E" in text and "at a price of 10000" in text for text in result.explanation) == 2
    assert any("one more bed in room Bay from day 0 to day 1" in text for text in result.explanation)


def test_an_elective_or_an_early_discharge_frees_a_bed() -> None:
    people = [
        {"id": "IN", "gender": "F", "stay": 2, "room": "Bay"},
        {"id": "EL", "gender": "F", "stay": 2, "mandatory": False, "earliest": 0, "latest": 0},
        {"id": "EM", "gender": "F", "stay": 2, "earliest": 1, "latest": 1},
    ]
    rooms = [{"id": "Bay", "beds": 2}]
    data = {"kind": "hospital", "days": 3, "rooms": rooms, "patients": people}
    rules = {"ElectiveUnscheduledPatients": 20_000, "MandatoryUnscheduledPatients": 10_000}
    result = solved(problem_of(HospitalFile.model_validate(data | {"rules": rules})))
    told = [text for text in result.explanation if text.startswith("a bed for patient EM")]
    assert any("patient IN goes home 1 day earlier, on day 1" in text for text in told)
    assert any("patient EL is not admitted (a price of 20000)" in text for text in told)


@pytest.mark.parametrize(("name", "move"), [("closed-bay", "patient P1 moves from room Bay A to Bay B on day 1"),
                                            ("cohort", "moves from room B1 to ")])  # fmt: skip
def test_where_moves_are_forbidden_they_are_the_first_remedy(name: str, move: str) -> None:
    told = explain(case(name, HARD), seconds=20)
    assert any(move in text for text in told)
    assert any("Transfer" in text for text in told)
    assert not any("relax" in text for text in told)


def test_a_hospital_that_is_proven_too_full_says_who_has_no_bed() -> None:
    result = solved(case("over", HARD))
    assert result.stop is Stop.INFEASIBLE
    assert sum("no bed for patient" in text for text in result.explanation) == 2


def nursed(*posts: tuple[str, str]) -> HospitalProblem:
    """A patient for two days in a ward of two shifts, with nurses on the posts named by date and shift."""
    document = {
        "start": "2026-11-30",
        "days": 2,
        "shifts": ["day", "night"],
        "rooms": [{"ward": "W", "room": "A", "beds": 1}],
        "bed_state": [{"patient": "P", "sex": "F", "ward": "W", "room": "A", "nights": 2}],
        "nurses": [{"nurse": "N", "date": date, "shift": shift} for date, shift in posts],
    }
    return optimise.Hospital.model_validate(document).problem()


POSTS = [("2026-11-30", "day"), ("2026-11-30", "night"), ("2026-12-01", "day"), ("2026-12-01", "night")]


def test_a_shift_without_a_nurse_is_told_with_its_day() -> None:
    assert explain(nursed(*POSTS[:3]))[0].startswith("day 1, night: no nurse is on duty, but 1 patients")


def test_nurses_in_every_shift_are_enough() -> None:
    assert optimise.solve(nursed(*POSTS), limits=Limits(seconds=5)).feasible
