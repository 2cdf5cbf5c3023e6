"""Small masters as energies: nested, personal rules kept, and how far fitting by pairs is from the cost."""

import itertools

import numpy as np
import pytest

import optimise
from optimise.core.errors import InputError
from optimise.roster.columns import PricedColumns, write_columns
from quantum.encode.assembly import Assembly
from quantum.encode.masters import encode_master, undecided_first
from quantum.encode.roster import neighbourhood_blocks
from quantum.pieces import RosterCutter
from quantum.sources import masters
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ward():
    return optimise.read(ROOT / "examples" / "ward4x7.json")


@pytest.fixture(scope="module")
def columns(ward):
    """Rosters that differ from a plan on two days, as columns; every second one with reduced cost 0."""
    plan = RosterCutter(ward).start(0)
    free = np.zeros(plan.duties.shape, dtype=bool)
    free[:, 2:4] = True
    words = [b.words for b in neighbourhood_blocks(ward, plan, free)]
    reduced = [np.arange(len(w)) % 2 * 1.0 for w in words]
    costs = [np.zeros(len(w)) for w in words]
    return PricedColumns(words, costs, reduced, plan, 0.0, -np.inf)


def test_pairs_are_the_least_squares_fit_and_exact_for_two():
    """Against a dense least-squares fit over all states with their weights."""
    rng = np.random.default_rng(1)
    parts = {b: rng.integers(0, 3, 3).astype(float) for b in range(3)}
    for b in parts:
        parts[b][0] = 0

    def cost(v):
        return max(0.0, 3.0 - v) ** 3

    made = Assembly("pairs", lean=0.5)
    for _ in range(3):
        made.add_block(np.zeros(3))
    made.add_sum(parts, cost)
    energy = made.build()
    every = energy.onehot.choices(np.arange(27))
    true = np.array([cost(sum(parts[b][c[b]] for b in range(3))) for c in every.tolist()])
    weight = np.prod(np.where(every == 0, 0.5, 0.25), axis=1)
    columns = [np.ones(27)]
    for a, b in itertools.combinations(range(3), 2):
        columns += [((every[:, a] == x) & (every[:, b] == y)).astype(float) for x in range(3) for y in range(3)]
    design, root = np.array(columns).T, np.sqrt(weight)[:, None]
    fitted = design @ np.linalg.lstsq(design * root, true * root[:, 0], rcond=None)[0]
    found = energy.onehot.energies(every)
    np.testing.assert_allclose(found, fitted, atol=1e-9)
    assert energy.error == pytest.approx(np.abs(found - true).max())
    two = Assembly("pairs")
    two.add_block(np.zeros(3))
    two.add_block(np.zeros(3))
    two.add_sum({0: parts[0], 1: parts[1]}, cost)
    assert two.build().exact


def test_masters_are_nested_and_their_first_state_is_the_plan(ward, columns):
    order = undecided_first(columns, 2)
    counts = [int((columns.reduced[e] == 0).sum()) for e in order]
    assert counts == sorted(counts, reverse=True)
    for people in (1, 2, 3):
        made = encode_master(ward, columns, people, 2)
        assert {e for e, _, _ in made.cells} == set(order[:people])
        first = np.zeros(people, dtype=np.int64)
        np.testing.assert_array_equal(made.duties(first), columns.plan.duties)
    exact, pairs, fit = (encode_master(ward, columns, 4, 2, c).encoding for c in ("exact", "pairs", "fit"))
    assert exact.error == 0
    every = pairs.onehot.choices(np.arange(pairs.onehot.states))
    true = np.array([encode_master(ward, columns, 4, 2).cost(c) for c in every])
    errors = [np.abs(e.onehot.energies(every) - true).max() for e in (pairs, fit)]
    assert errors[0] <= pairs.error + 1e-9
    assert errors[0] <= errors[1] + 1e-9


def test_too_much_is_refused(ward, columns):
    with pytest.raises(InputError, match="9 people, of 4 who have 2 columns"):
        encode_master(ward, columns, 9, 2)
    with pytest.raises(InputError, match="who have 99 columns"):
        encode_master(ward, columns, 1, 99)


def test_a_study_gets_one_energy_for_each_number_of_people(ward, columns, tmp_path):
    write_columns(columns, ward, tmp_path / "c.json")
    table = {"path": str(ROOT / "examples" / "ward4x7.json"), "columns": "c.json", "people": [2, 3], "columns_each": 2}
    found = masters({**table, "most_error": float("inf"), "name": "w"}, tmp_path)
    assert [p.name for p in found] == ["w, 2 x 2", "w, 3 x 2"]
    assert [p.energy.states for p in found] == [4, 8]
    assert {p.origin for p in found} == {ward.name}
    for wrong, said in (
        ({"people": 3}, "a list of numbers"),
        ({"columns_each": 1}, "2 or more"),
        ({"cover": "all"}, "expected exact, fit, pairs"),
        ({"peple": [2]}, "unknown key"),
        ({"columns": "d.json"}, "d.json"),
    ):
        with pytest.raises(InputError, match=said):
            masters({**table, **wrong}, tmp_path)
    with pytest.raises(InputError, match="needs columns"):
        masters({k: v for k, v in table.items() if k != "columns"}, tmp_path)
