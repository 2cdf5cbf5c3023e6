"""Made hospitals: the same everywhere, sound, and with a plan that proves it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.core.errors import InputError
from optimise.generate import hospital, hospital_with_plan
from optimise.generate.hospitals import write_hospital


@given(st.integers(5, 150), st.integers(3, 30), st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_a_plan_without_breach_exists(patients: int, days: int, seed: int) -> None:
    problem, plan = hospital_with_plan(patients, days, seed)
    assert problem.evaluate(plan).feasible
    assert sum(p.startswith("P") for p in problem.patients.ids) == patients


def test_same_seed_same_hospital() -> None:
    assert hospital(40, 7, 3).digest() == hospital(40, 7, 3).digest()
    assert hospital(40, 7, 3).digest() != hospital(40, 7, 4).digest()


def test_figures_of_a_hospital() -> None:
    problem, plan = hospital_with_plan(600, 28, 1)
    assert problem.theatres is not None
    assert problem.nursing is not None
    new = ~problem.patients.inpatient
    assert 0.4 < problem.patients.mandatory[new].mean() < 0.7
    assert 0.7 < (plan.admission[new] >= 0).mean() <= 1
    occupied = (plan.room[:, 0] >= 0).sum() / problem.rooms.beds[:, 0].sum()
    assert 0.6 < occupied < 0.95, "the hospital is well filled when the plan begins"
    assert (problem.theatres.surgeon[problem.patients.inpatient] == -1).all()
    assert np.all(problem.nursing.on_duty.sum(axis=0) >= 2)


@pytest.mark.parametrize(("patients", "days"), [(4, 14), (30_000, 14), (20, 2), (20, 100)])
def test_sizes_out_of_range(patients: int, days: int) -> None:
    with pytest.raises(InputError):
        hospital(patients, days)


def test_written_and_read_again(tmp_path: Path) -> None:
    (file, *_) = write_hospital(tmp_path / "h.json", patients=80, days=7, seed=1)
    problem, plan = hospital_with_plan(80, 7, 1)
    again = optimise.read(file)
    assert again.evaluate(plan).rules == problem.evaluate(plan).rules
    assert again.digest() == problem.digest()


def test_shipped_example_is_what_its_command_makes(tmp_path: Path) -> None:
    examples = Path(__file__).resolve().parents[3] / "examples"
    command = "generate hospital --size 60 --weeks 2 --seed 1 -o examples/hospital60.json"
    assert command in (examples / "README.md").read_text(encoding="utf-8")
    (file, *_) = write_hospital(tmp_path / "h.json", patients=60, days=14, seed=1)
    assert file.read_bytes() == (examples / "hospital60.json").read_bytes()
