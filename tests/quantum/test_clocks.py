"""Clocks of a circuit: terms or a register, whichever is faster, counted by hand."""

import numpy as np
import pytest

from quantum.amplification import energy_toffoli, oracle_toffoli
from quantum.angles import linear_ramp
from quantum.ansatz import Ansatz
from quantum.fault_tolerance import FaultTolerant
from quantum.hardware import Hardware
from quantum.methods import clocks
from quantum.mixers import XYComplete
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.sums import SumCost

CLOCKS = (Hardware(), FaultTolerant())


def ansatz():
    parts = {b: np.array([0.0, 1.0]) for b in range(4)}
    cost = SumCost(parts, np.arange(5.0), np.array([9.0, 4.0, 1.0, 0.0, 1.5]))
    return Ansatz(OneHot(Qubo.from_matrix(np.zeros((8, 8))), (2,) * 4, (cost,)), XYComplete())


def figures():
    made = ansatz()
    return clocks.circuit_figures(made, linear_ramp(2, made.problem, made.mixer), 10, 100, CLOCKS)


def test_few_terms_are_turned_term_by_term():
    found = figures()
    assert found["two-qubit gates"] > 0
    assert found["ft training seconds"] == pytest.approx(10 * found["ft repetition seconds"])


def test_many_terms_are_turned_by_a_register_and_have_no_present_clock(monkeypatch):
    by_terms = figures()
    monkeypatch.setattr(clocks, "_MOST_GADGETS", 0)
    found = figures()
    assert "qpu repetition seconds" not in found
    assert found["t gates"] >= by_terms["t gates"]  # the faster way counted before
    # two layers of 20 bits to compute and take back: 4 blocks and 1 sum added, 3 bits x 4 blocks and 5 prices looked up
    assert energy_toffoli(ansatz().problem, 20)[0] == 2 * ((4 + 1) * 20 + 4 * 3 + 5)
    assert found["t gates"] > 4 * 2 * energy_toffoli(ansatz().problem, 20)[0]


def test_a_query_adds_a_comparison_and_a_reflection():
    problem = ansatz().problem
    plain, query = energy_toffoli(problem, 16), oracle_toffoli(problem, 16)
    assert (query[0] - plain[0], query[1] - plain[1]) == (16 + 3, 3)
