"""Encodings equal the domain's own cost, choice by choice, and Qiskit's operator, bit by bit."""

import math
from importlib import import_module
from itertools import product

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optimise
from optimise.core.errors import UnsupportedError
from optimise.roster.kernels import Pricer
from optimise.roster.problem import Roster
from optimise.roster.rules import RestWithin
from optimise.testing import wards
from quantum.encode import (
    PENALTY_RULES,
    Assembly,
    encode_blocks,
    encode_direct,
    encode_model,
    encode_rooms,
    neighbourhood_blocks,
    sequence_blocks,
)
from quantum.encode.roster import Block, personal_costs
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ward():
    return optimise.read(ROOT / "examples" / "ward4x7.json")


def same_energy(encoding, choices):
    """Energy of each choice, the decoded plan's cost, and the operator's diagonal entry agree."""
    full = encoding.encoding.complete(choices)
    energies = encoding.onehot.energies(full)
    for row, energy in zip(full, energies):
        assert energy == pytest.approx(encoding.cost(row), abs=1e-6 * max(1, abs(energy)))
        spins = 1 - 2 * encoding.onehot.bits(row).astype(float)
        assert encoding.onehot.qubo.to_ising().energy(spins) == pytest.approx(energy, rel=1e-9, abs=1e-6)


@given(st.integers(0, 10**6), st.integers(3, 5))
@settings(deadline=None, max_examples=20)
def test_sums_with_slack_are_exact_and_fits_say_what_they_miss(seed, blocks):
    rng = np.random.default_rng(seed)
    shares = {b: rng.integers(0, 3, size=rng.integers(2, 4)) for b in range(blocks)}
    target = int(rng.integers(0, 4))

    def cost(v):
        return 7.0 * max(0, target - v) + 3.0 * max(0, v - target - 1)

    for cover in ("exact", "fit"):
        assembly = Assembly(cover)
        for share in shares.values():
            assembly.add_block(np.zeros(share.size))
        assembly.add_sum(shares, cost, constant=1.0)
        made = assembly.build()
        sizes = made.onehot.sizes[:blocks]
        choices = np.stack(np.unravel_index(np.arange(math.prod(sizes)), sizes), axis=1)
        values = 1 + sum(shares[b][choices[:, b]] for b in range(blocks))
        expected = np.array([cost(v) for v in values])
        error = np.abs(made.onehot.energies(made.complete(choices)) - expected).max()
        if cover == "exact" or made.exact:
            assert made.exact
            assert error < 1e-6
        else:
            assert made.onehot.blocks == blocks
            assert 0 < error <= made.error + 1e-9


def test_a_list_that_was_cut_short_is_refused(ward, monkeypatch):
    module = import_module("quantum.encode.roster")  # the package has a function of that name
    monkeypatch.setattr(module, "Pricer", lambda compiled: Pricer(compiled, nodes=5))
    with pytest.raises(UnsupportedError, match="too many to be listed"):
        neighbourhood_blocks(ward, Roster.from_array(np.zeros((4, 7))), np.ones((4, 7), dtype=bool))


def test_slack_minimum_is_the_minimum(ward):
    free = np.zeros((4, 7), dtype=bool)
    free[:, 3:5] = True
    start = Roster.from_array(np.zeros((4, 7)))
    encoding = encode_blocks(ward, neighbourhood_blocks(ward, start, free)[:3], start)
    assert encoding.encoding.exact
    best, choices, _ = encoding.onehot.brute_force()
    assert best == pytest.approx(encoding.cost(choices), abs=1e-6)


def test_personal_costs_are_the_evaluators(ward):
    rng = np.random.default_rng(0)
    duties = rng.integers(0, len(ward.duties), size=(4, 7)).astype(np.int16)
    idle = np.zeros((4, 7), dtype=np.int16)
    compiled, price = ward.compiled, 1000.0
    personal = {r.rule for form in (compiled.patterns, compiled.counters) for r in form}
    for e in range(4):
        one = idle.copy()
        one[e] = duties[e]
        found = ward.evaluate(Roster.from_array(one))
        others = sum(personal_costs(compiled, o, idle[o : o + 1], price)[0] for o in range(4) if o != e)
        total = sum(r.cost + (price * r.amount if r.hard else 0) for r in found.rules if r.rule in personal)
        assert personal_costs(compiled, e, duties[e : e + 1], price)[0] + others == pytest.approx(total)


def test_column_blocks_equal_the_domain_cost(ward):
    rng = np.random.default_rng(1)
    blocks = [Block(e, np.unique(rng.integers(0, 3, size=(4, 7)).astype(np.int16), axis=0)) for e in range(4)]
    encoding = encode_blocks(ward, blocks)
    assert encoding.encoding.exact
    same_energy(encoding, np.stack([rng.integers(0, 4, 30) for _ in range(4)], axis=1))


def test_sequence_blocks_hold_every_feasible_roster(ward):
    blocks = sequence_blocks(ward, most=600)
    for block in blocks:
        costs = personal_costs(ward.compiled, block.employee, block.words, 1e6)
        assert (costs < 1e6).all()
        assert len(np.unique(block.words, axis=0)) == len(block.words)
    every = np.stack(np.unravel_index(np.arange(3**7), (3,) * 7), axis=1).astype(np.int16)
    legal = (personal_costs(ward.compiled, 2, every, 1e6) < 1e6).sum()
    assert len(blocks[2].words) == legal
    encoding = encode_blocks(ward, blocks, cover="fit")
    assert not encoding.encoding.exact
    assert encoding.encoding.error > 0
    with pytest.raises(UnsupportedError, match="more than 10 feasible rosters for RN01"):
        sequence_blocks(ward, most=10)


def test_neighbourhood_changes_only_its_cells(ward):
    plan = Roster.from_array(np.zeros((4, 7)))
    free = np.zeros((4, 7), dtype=bool)
    free[1:3, 2:5] = True
    encoding = encode_blocks(ward, neighbourhood_blocks(ward, plan, free), plan)
    rng = np.random.default_rng(2)
    choices = np.stack([rng.integers(0, k, 20) for k in encoding.onehot.sizes[:2]], axis=1)
    same_energy(encoding, choices)
    for row in encoding.encoding.complete(choices):
        assert not encoding.decode(row).duties[~free].any()


def test_direct_encoding_equals_the_domain_cost(ward):
    simple = ward.without_rules(*{r.name for r in ward.rules if any(p.groups for p in r.patterns(ward))})
    free = np.zeros((4, 7), dtype=bool)
    free[:2, 1:4] = True
    plan = Roster.from_array(np.zeros((4, 7)))
    encoding = encode_direct(simple, plan, free)
    assert encoding.encoding.exact
    rng = np.random.default_rng(3)
    sizes = encoding.onehot.sizes[: encoding.encoding.decisions]
    same_energy(encoding, np.stack([rng.integers(0, k, 30) for k in sizes], axis=1))


def test_broken_bits_are_decoded_to_a_whole_roster(ward):
    blocks = [Block(e, np.array([[0] * 7, [1] * 7], dtype=np.int16)) for e in range(4)]
    encoding = encode_blocks(ward, blocks, cover="fit")
    bits = np.zeros(encoding.onehot.qubo.size, dtype=np.int8)
    assert encoding.decode_bits(bits).duties.shape == (4, 7)
    bits[:] = 1
    assert encoding.decode_bits(bits).duties.shape == (4, 7)
    choices = np.array([1, 0, 1, 0])
    assert encoding.decode_bits(encoding.onehot.bits(choices)) == encoding.decode(choices)


def test_an_empty_block_takes_its_cheapest_choice(ward):
    """Nobody's block is set: everybody gets the cheapest of all their rosters, not the first."""
    rows = np.array([[1] * 7, [0, 0, 1, 1, 0, 0, 0], [0] * 7, [1, 1, 0, 0, 1, 1, 0]], dtype=np.int16)
    encoding = encode_blocks(ward, [Block(e, np.roll(rows, e, axis=0)) for e in range(4)], cover="fit")
    starts, sizes = encoding.onehot.starts.tolist(), encoding.onehot.sizes
    parts = [encoding.onehot.qubo.linear[s : s + k] for s, k in zip(starts, sizes)]
    assert len({int(np.argmin(p)) for p in parts}) > 1
    bits = np.zeros(encoding.onehot.qubo.size, dtype=np.int8)
    assert encoding.decode_bits(bits) == encoding.decode(np.array([int(np.argmin(p)) for p in parts]))
    two = bits.copy()  # two set: the cheaper of these, though a third may be cheapest
    for start, part in zip(starts, parts):
        two[start + np.argsort(part)[1:3]] = 1
    assert encoding.decode_bits(two) == encoding.decode(np.array([int(np.argsort(p)[1]) for p in parts]))


@pytest.mark.parametrize("count", [2, 4])
def test_rooms_of_patients_equal_the_domain_cost(benchmarks, count):
    from optimise.hospital.search import construct

    folder = benchmarks / "ihtc2024" / "test"
    problem = optimise.read(sorted(folder.glob("test01*.json"))[0], format="ihtc")
    plan, _ = construct(problem)
    patients = [int(p) for p in np.flatnonzero(plan.admission >= 0)[:count]]
    encoding = encode_rooms(problem, plan, patients, most_rooms=3)
    every = encoding.onehot.choices(np.arange(encoding.onehot.states))
    if encoding.encoding.exact or count == 2:  # two blocks are always exact
        assert encoding.encoding.exact
        same_energy(encoding, every)
    else:
        gaps = [abs(encoding.onehot.energy(c) - encoding.cost(c)) for c in every]
        assert max(gaps) == pytest.approx(encoding.encoding.error)
    assert encoding.onehot.energy(every[0]) == pytest.approx(encoding.cost(every[0]))
    assert encoding.decode(every[0]).same_as(plan)


def knapsack():
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(5), domain=pyo.Binary)
    worth, size = [4, 5, 3, 7, 6], [2, 3, 1, 4, 3]
    model.goal = pyo.Objective(expr=sum(worth[i] * model.x[i] for i in range(5)), sense=pyo.maximize)
    model.room = pyo.Constraint(expr=sum(size[i] * model.x[i] for i in range(5)) <= 7)
    model.pair = pyo.Constraint(expr=model.x[0] + model.x[1] == 1)
    model.some = pyo.Constraint(expr=(2, sum(model.x[i] for i in range(5)), 3))
    return model, worth, size


@pytest.mark.parametrize("rule", sorted(PENALTY_RULES))
def test_pyomo_model_energy_is_the_objective_on_feasible_bits(rule):
    model, worth, size = knapsack()
    made = encode_model(model, rule)
    n = 5
    slack = made.qubo.size - n
    tails = (np.arange(2**slack)[:, None] >> np.arange(slack)) & 1
    best_model = -np.inf
    for index in range(2**n):
        x = (index >> np.arange(n)) & 1
        feasible = size @ x <= 7 and x[0] + x[1] == 1 and 2 <= x.sum() <= 3
        least = made.qubo.energies(np.hstack([np.tile(x, (2**slack, 1)), tails])).min()
        if feasible:
            best_model = max(best_model, worth @ x)
            assert least == pytest.approx(-(worth @ x))
        else:
            assert least > -(worth @ x) + 1e-6
    if rule in ("sum-abs", "upper-lower"):  # the rules that are proven to be enough
        best, bits, _ = made.qubo.brute_force()
        assert best == pytest.approx(-best_model)
        values = made.values(bits)
        assert sum(worth[i] * values[f"x[{i}]"] for i in range(5)) == best_model


def test_unsuited_models_are_refused():
    model, _, _ = knapsack()
    model.y = pyo.Var(bounds=(0, 3))
    with pytest.raises(UnsupportedError, match="y is not binary"):
        encode_model(model)
    model, _, _ = knapsack()
    model.part = pyo.Constraint(expr=0.5 * model.x[0] <= 0.3)
    with pytest.raises(UnsupportedError, match="part has fractional data"):
        encode_model(model)
    model, _, _ = knapsack()
    model.curved = pyo.Constraint(expr=model.x[0] * model.x[1] <= 0)
    with pytest.raises(UnsupportedError, match="curved is not linear"):
        encode_model(model)


def test_cells_refuse_a_rule_that_is_an_automaton_and_sequences_know_it() -> None:
    rest = RestWithin(name="rest", minutes=1440, days=4, count=2, weight=3.0)
    problem = wards.ward("rest", (rest,), people=2, days=5)
    with pytest.raises(UnsupportedError, match="rest is no sum over days"):
        encode_direct(problem)
    words = np.array(list(product(range(3), repeat=5)), dtype=np.int16)
    costs = personal_costs(problem.compiled, 0, words, 100.0)
    wanted = [problem.evaluate(Roster(np.array([word, [0] * 5], dtype=np.int16))).cost for word in words]
    assert costs.tolist() == pytest.approx(wanted)
    assert costs.max() > 0
