"""Masters of a bed plan: every state costs what the evaluation of its plan says; they are nested and hold the plan."""

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.formats.base import native_format, write_plan
from optimise.hospital.search import construct
from quantum.encode.bed_choices import dearest_first, encode_bed_choices
from quantum.sources import bed_masters
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def hospital():
    return optimise.read(ROOT / "examples" / "beds6.json")


@pytest.fixture(scope="module")
def plan(hospital):
    return construct(hospital, seed=0)[0]


def test_every_state_costs_what_its_plan_does(hospital, plan):
    made = encode_bed_choices(hospital, plan, 3, 3)
    assert made.encoding.exact
    energies = made.onehot.diagonal()
    for index, choices in enumerate(made.onehot.choices(np.arange(made.onehot.states))):
        assert energies[index] == pytest.approx(made.cost(choices))
    assert (made.decode(np.zeros(3, dtype=np.int64)).room == plan.room).all()


def test_masters_are_nested(hospital, plan):
    small, large = (encode_bed_choices(hospital, plan, m, 2) for m in (2, 3))
    assert {p for p, _ in small.cells} < {p for p, _ in large.cells}
    assert {p for p, _ in large.cells} == set(dearest_first(hospital, plan)[:3])


def test_more_patients_or_rooms_than_there_are_are_refused(hospital, plan):
    with pytest.raises(InputError, match="99 patients, of"):
        encode_bed_choices(hospital, plan, 99, 2)
    with pytest.raises(InputError, match="99 rooms each, of"):
        encode_bed_choices(hospital, plan, 2, 99)


def test_the_source_reads_hospital_and_plan(hospital, plan, tmp_path):
    file = write_plan(plan, hospital, tmp_path / "plan", format=native_format(hospital))[0]
    table = {"path": str(ROOT / "examples" / "beds6.json"), "plan": file.name, "people": [2, 3], "columns_each": 2}
    made = bed_masters(table, tmp_path)
    assert [p.energy.blocks for p in made] == [2, 3]
    assert all(p.optimum is not None and p.error == 0 and p.family == "bed master" for p in made)
    with pytest.raises(InputError, match="needs plan"):
        bed_masters({k: v for k, v in table.items() if k != "plan"}, tmp_path)
