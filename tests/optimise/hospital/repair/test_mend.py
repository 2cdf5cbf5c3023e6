"""The last resort of repair: whatever the rule, broken hard rules are mended under the exact evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.repair.mend import mend
from optimise.hospital.repair.occupancy import Occupancy, OccupancyTables


def broken(**more: Any) -> tuple[HospitalProblem, Occupancy]:
    """A man and a woman in one bay, with another bay free."""
    people = [{"id": "P", "gender": "F", "stay": 2}, {"id": "Q", "gender": "M", "stay": 2}]
    rooms = [{"id": name, "beds": 2} for name in "rs"]
    data = {"kind": "hospital", "days": 2, "rooms": rooms, "patients": people} | more
    problem = problem_of(HospitalFile.model_validate(data))
    o = Occupancy(OccupancyTables(problem), problem.empty_plan().nurse)
    for p in range(2):
        o.put(p, 0, np.zeros(2, dtype=np.int64), -1)
    return problem, o


def rooms_of(plan: HospitalPlan) -> list[list[int]]:
    made: list[list[int]] = plan.room.tolist()
    return made


def test_one_of_two_who_cannot_lie_together_goes_elsewhere() -> None:
    problem, o = broken()
    assert hard_and_cost(problem, o.plan())[0] == 2
    found = mend(o, evaluations=50)
    assert hard_and_cost(problem, found)[0] == 0
    assert sorted(rooms_of(found)) == [[0, 0], [1, 1]]


@pytest.mark.parametrize("evaluations", [0, 1])
def test_a_plan_never_gets_worse_within_few_evaluations(evaluations: int) -> None:
    problem, o = broken()
    before = hard_and_cost(problem, o.plan())
    assert hard_and_cost(problem, mend(o, evaluations=evaluations)) <= before


def test_an_in_patient_moves_only_where_moves_are_allowed() -> None:
    people = [{"id": name, "gender": sex, "stay": 2, "room": "r"} for name, sex in ("PF", "QM")]
    for price, hard in (("hard", 2), (5, 0)):
        problem, o = broken(patients=people, rules={"Transfer": price})
        assert hard_and_cost(problem, mend(o, evaluations=50))[0] == hard
