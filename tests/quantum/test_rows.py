"""Rows of fixed weight: choices and bits are two views of one energy."""

import itertools

import numpy as np
import pytest

from optimise.core.errors import InputError
from quantum.energy import BitPlan, EnergyProblem
from quantum.higher import to_hubo
from quantum.qubo import Qubo
from quantum.repair import broken, repair
from quantum.rows import FixedWeight, bit_products
from quantum.sums import SumCost

N = 7


@pytest.fixture
def bare():
    return Qubo.from_matrix(np.random.default_rng(2).normal(size=(N, N)), 0.3)


@pytest.fixture
def rows(bare):
    cost = SumCost({0: np.array([0.0, 1.0]), 2: np.array([0.0, 2.0]), 5: np.array([0.0, -1.0])},
                   np.arange(-1.0, 4.0), np.array([3.0, 0.0, 5.0, 1.0, 2.0]), "total")  # fmt: skip
    return FixedWeight.of_rows(bare, [((0, 2, 4), 2), ((1, 5), 1)], sums=[cost])


def by_hand(bare, bits):
    total = bits[0] + 2 * bits[2] - bits[5]
    return bare.energy(bits) + [3.0, 0.0, 5.0, 1.0, 2.0][int(total) + 1]


def test_states_are_the_words_of_the_weights(bare, rows):
    found = {tuple(b) for b in rows.bits(rows.choices(np.arange(rows.states))).tolist()}
    expected = {b for b in itertools.product((0, 1), repeat=N) if b[0] + b[2] + b[4] == 2 and b[1] + b[5] == 1}
    assert found == expected


def test_energies_of_choices_and_of_bits_are_the_same(bare, rows):
    choices = rows.choices(np.arange(rows.states))
    bits = rows.bits(choices)
    expected = [by_hand(bare, b) for b in bits]
    assert rows.energies(choices) == pytest.approx(expected)
    assert rows.diagonal() == pytest.approx(expected)
    assert rows.energies_of_bits(bits) == pytest.approx(expected)


def test_the_polynomial_is_the_energy_on_all_bits(bare, rows):
    every = np.array(list(itertools.product((0, 1), repeat=N)))
    assert to_hubo(rows).energies(every) == pytest.approx([by_hand(bare, b) for b in every])


def test_products_of_a_total():
    cost = SumCost({0: np.array([0.0, 1.0]), 1: np.array([0.0, 1.0])}, np.arange(3.0), np.array([1.0, 1.0, 4.0]))
    assert dict(bit_products(cost)) == {(): 1.0, (0, 1): 3.0}


def test_the_plan_is_the_first_choice(bare):
    made = FixedWeight.of_rows(bare, [((0, 1, 2), 1)], present=[0, 0, 1, 1, 0, 0, 1])
    assert made.bits(np.zeros(made.blocks, dtype=np.int64)).tolist() == [0, 0, 1, 1, 0, 0, 1]


def test_broken_rows_are_told_and_settled_by_the_nearest_cheapest_word(bare):
    made = FixedWeight.of_rows(bare, [((0, 1, 2, 3), 2)])
    bits = np.array([1, 1, 1, 0, 0, 1, 0], dtype=np.int8)
    assert broken(made, bits) == ["block 0 has 3 choices set, not 2"]
    assert not made.is_feasible(bits)
    near = [
        b
        for b in made.bits(made.choices(np.arange(made.states)))
        if (b != bits).sum() == 1 and (b[4:] == bits[4:]).all()
    ]
    expected = min(near, key=lambda b: bare.energy(b))
    assert made.bits(repair(made, bits[None]))[0].tolist() == expected.tolist()


def test_penalties_vanish_where_rows_hold_and_nowhere_else(bare):
    made = FixedWeight.of_rows(bare, [((0, 2, 4), 2), ((1, 5), 1)])
    every = np.array(list(itertools.product((0, 1), repeat=N)), dtype=np.int8)
    price = made.with_penalty(10.0).energies(every) - bare.energies(every)
    off = (every[:, [0, 2, 4]].sum(1) - 2) ** 2 + (every[:, [1, 5]].sum(1) - 1) ** 2
    assert price == pytest.approx(10.0 * off)


def test_as_a_problem_its_bits_are_judged(rows):
    problem = EnergyProblem("rows", "test", rows)
    assert problem.size == N
    good, bad = np.array([1, 0, 1, 0, 0, 1, 1], dtype=np.int8), np.ones(N, dtype=np.int8)
    assert problem.evaluate(BitPlan(good)).hard == 0
    assert problem.evaluate(BitPlan(bad)).hard == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([((0, 1), 3)], "no words of weight 3"),
        ([((0, 1), 1), ((1, 2), 1)], "shares a bit"),
        ([((0, 9), 1)], "outside"),
    ],
)
def test_rows_that_cannot_be_are_refused(bare, given, said):
    with pytest.raises(InputError, match=said):
        FixedWeight.of_rows(bare, given)


def test_a_plan_of_another_weight_is_refused(bare):
    with pytest.raises(InputError, match="2 ones in a row of 3 bits"):
        FixedWeight.of_rows(bare, [((0, 1, 2), 1)], present=[1, 1, 0, 0, 0, 0, 0])
