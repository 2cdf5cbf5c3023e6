"""Flat arrays of a hospital: what a priced unsuitable room costs, and bounds that rest on it."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimise.hospital.model.hospital import HospitalModel
from optimise.hospital.rules.arrays import misplaced
from optimise.hospital.search.bound import nights
from optimise.solvers.highs import Highs
from optimise.testing.random_hospitals import random_beds


def test_an_unsuitable_room_costs_its_price_once_a_stay() -> None:
    problem = random_beds(Random("x34")).with_settings({"PatientRoomCompatibility": 7})
    nights_ = np.minimum(problem.patients.stay, problem.days)
    table = misplaced(problem)
    assert (table.sum(axis=1) == 7).all()
    assert (table >= 0).all()
    assert all((table[p, n:] == 0).all() for p, n in enumerate(nights_))
    assert not misplaced(problem.with_settings({"PatientRoomCompatibility": None})).any()


@pytest.mark.parametrize("seed", ["x34", "x42"])
def test_bounds_count_an_unsuitable_room_once(seed: str) -> None:
    """They were above the optimum: the price of one patient was taken for every night."""
    problem = random_beds(Random(seed))
    if problem.hard("PatientRoomCompatibility"):
        problem = problem.with_rule("PatientRoomCompatibility", 40.0)
    best = Highs(HospitalModel(problem).model.freeze()).solve(seconds=20)
    assert nights(problem, seconds=0.3).value <= best.objective + 1e-6
