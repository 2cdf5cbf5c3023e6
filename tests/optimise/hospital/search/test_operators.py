"""Which steps improve a hospital's plan, and that in-patients move where that is allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimise.core.method import Limits
from optimise.formats.base import read
from optimise.hospital.evaluate import hard_and_cost
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.search import construct, improve_hospital
from optimise.hospital.search.joint import JointSearch
from optimise.hospital.search.operators import Joint, Neighbourhood, operators_of

ROOT = Path(__file__).resolve().parents[4]


def exchanged(path: Path, **changes: Any) -> HospitalProblem:
    """Two full rooms, each with an in-patient of the other ward."""
    data: dict[str, Any] = {
        "kind": "hospital",
        "days": 4,
        "wards": [{"id": "Med", "specialties": ["medicine"]}, {"id": "Ort", "specialties": ["orthopaedics"]}],
        "rooms": [{"id": "M1", "beds": 1, "ward": "Med"}, {"id": "O1", "beds": 1, "ward": "Ort"}],
        "patients": [
            {"id": "A", "gender": "F", "stay": 4, "room": "O1", "specialty": "medicine"},
            {"id": "B", "gender": "F", "stay": 4, "room": "M1", "specialty": "orthopaedics"},
        ],
        "rules": {"Transfer": 2},
        **changes,
    }
    file = path / "hospital.json"
    file.write_text(json.dumps(data))
    problem = read(file)
    assert isinstance(problem, HospitalProblem)
    return problem


def test_in_patients_are_exchanged_where_moves_cost_little(tmp_path: Path) -> None:
    problem = exchanged(tmp_path)
    found = improve_hospital(problem, limits=Limits(seconds=20, target=4.0))
    assert found.bounds.primal == 4.0  # two moves of 2, in place of 8 nights of 5


@pytest.mark.parametrize("price", [2, "hard"])
def test_whole_hospitals_have_moves_where_they_are_allowed(price: float | str) -> None:
    problem = read(ROOT / "examples" / "hospital60.json")
    assert isinstance(problem, HospitalProblem)
    priced = problem.with_rule("Transfer", None if price == "hard" else float(price))
    moving = [o.name for o in operators_of(priced, 1) if isinstance(o, Neighbourhood) and o.moves]
    assert moving == ([] if price == "hard" else ["moves", "moves_of_rooms"])


def test_the_joint_search_leaves_a_plan_that_hangs_on_a_move(tmp_path: Path) -> None:
    """A bay that closes on day 2: who lies there must move, which the joint search does not know."""
    rooms = [{"id": "M1", "beds": 1, "closed": [{"first_day": 2, "last_day": 3}]}, {"id": "O1", "beds": 1}]
    people = [{"id": "A", "gender": "F", "stay": 4, "room": "M1"}]
    problem = exchanged(tmp_path, rooms=rooms, wards=[], patients=people)
    stays, _ = construct(problem, seed=0)
    moved = HospitalPlan(stays.admission, np.array([[0, 0, 1, 1]], dtype=np.int64), stays.theatre, stays.nurse)
    assert hard_and_cost(problem, moved)[0] == 0
    joint = Joint(JointSearch(problem))
    assert joint.joint.beyond(moved)
    assert not joint.joint.beyond(stays)
    assert joint.step(moved, np.random.default_rng(0), seconds=1.0, work=True, seed=0) is None
