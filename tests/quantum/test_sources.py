"""Instances that studies get from here: published energies, and planning problems cut to energies."""

from pathlib import Path

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError, UnsupportedError
from optimise.hospital.search import construct
from quantum.encode import encode_room_columns
from quantum.sources import encoded, inh, qoblib

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_published_optima_are_read(benchmarks):
    folder = benchmarks / "quantum" / "qoblib"
    found = {p.name: p for p in qoblib({"path": "*.qs", "largest": 28}, folder)}
    assert len(found) == 11
    assert found["farm"].optimum == -10
    assert found["labs007"].optimum == 3  # the sequence is published, its 21 products are found by enumeration
    assert found["ms_03_050_002"].optimum == 0
    assert all("published" in p.optimum_source for p in found.values())


def test_inh_instances_by_name(benchmarks):
    found = inh({"path": "quantum/inh/instances.json", "names": ["inh_n3_d4_p?"]}, benchmarks)
    assert [p.name for p in found] == ["inh_n3_d4_p1", "inh_n3_d4_p2", "inh_n3_d4_p3"]
    assert all(p.energy.brute_force()[0] == pytest.approx(p.optimum) for p in found)
    with pytest.raises(InputError, match="no instance is called x"):
        inh({"path": "quantum/inh/instances.json", "names": ["x"]}, benchmarks)


def test_the_bed_case_as_room_sets_has_the_proven_optimum():
    problem = optimise.read(EXAMPLES / "beds6.json")
    energy = encoded({"path": "beds6.json"}, EXAMPLES)[0]
    least, choices, _ = energy.energy.brute_force()
    proven = optimise.solve(problem, "highs")
    evaluation = problem.evaluate(energy.decode(choices))
    assert evaluation.feasible
    assert least == evaluation.cost == proven.cost == energy.optimum


def test_room_sets_equal_the_domain_on_every_complete_choice():
    problem = optimise.read(EXAMPLES / "beds6.json")
    plan = construct(problem, seed=0)[0]
    made = encode_room_columns(problem, plan, range(6), verify=50)
    assert made.exact
    every = made.onehot.choices(np.arange(made.onehot.states))
    complete = [c for c in every if (made.covers(c) == 1).all()]
    assert len(complete) > 10
    for choices in complete[::5]:
        assert made.onehot.energy(choices) == pytest.approx(problem.evaluate(made.decode(choices)).cost)
    broken = [c for c in every if (made.covers(c) != 1).any()]
    assert min(made.onehot.energies(np.array(broken))) > min(made.onehot.energies(np.array(complete)))


def test_too_many_sets_are_refused():
    problem = optimise.read(EXAMPLES / "beds6.json")
    with pytest.raises(UnsupportedError, match="more than 4 sets"):
        encode_room_columns(problem, construct(problem, seed=0)[0], range(6), most=4)


def test_a_ward_cut_to_a_window_decodes_to_plans_that_keep_its_hard_rules():
    problem = optimise.read(EXAMPLES / "ward4x7.json")
    energy = encoded({"path": "ward4x7.json", "days": [1, 2], "cover": "exact", "name": "cut"}, EXAMPLES)[0]
    assert energy.name == "cut"
    rng = np.random.default_rng(0)
    for _ in range(5):
        choices = np.array([rng.integers(k) for k in energy.blocks.sizes])
        assert problem.evaluate(energy.decode(choices)).hard == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"path": "ward4x7.json", "days": [3, 9]}, "days 3 to 9 are not within 0 to 6"),
        ({"path": "ward4x7.json", "people": ["Nobody"]}, "nobody called 'Nobody'"),
        ({"path": "ward4x7.json", "peple": 2}, "peple: unknown key"),
        ({"path": "no*.json"}, "no such file"),
        ({}, "needs a path"),
    ],
)
def test_mistakes_in_a_cut_are_named(table, said):
    with pytest.raises(InputError, match=said):
        encoded(table, EXAMPLES)


def test_a_fit_that_is_far_off_is_refused_for_a_study_unless_asked_for():
    table = {"path": "ward4x7.json", "days": [5, 6]}
    with pytest.raises(
        InputError, match=r"off by up to 101.5\d* \(37 % of the optimum 271.\d+\).*cover = 'exact'"
    ) as told:
        encoded(table, EXAMPLES)
    assert told.value.item == "most_error"
    assert encoded({**table, "most_error": 0.4}, EXAMPLES)[0].error == pytest.approx(101.517, abs=1e-3)
    exact = encoded({**table, "cover": "exact"}, EXAMPLES)[0]
    assert (exact.error, exact.optimum) == (0, 271)
    assert exact.origin == "Made ward of 4 people, seed 2"
    with pytest.raises(InputError, match="expected a share of the optimum"):
        encoded({**table, "most_error": "much"}, EXAMPLES)


def test_the_energy_of_each_patients_rooms_is_refused_for_a_study():
    with pytest.raises(InputError, match="is a fit that may be off by up to 24170"):
        encoded({"path": "beds6.json", "blocks": "patient"}, EXAMPLES)


def test_where_an_exact_energy_is_exact_reaches_the_study():
    assert encoded({"path": "beds6.json"}, EXAMPLES)[0].figures()["energy exact on hard rules only"] == 1.0
