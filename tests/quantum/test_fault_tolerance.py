"""The error-corrected machine: T counts against Qiskit's synthesis, the distance by its formula."""

import math

import numpy as np
import pytest

from optimise.core.errors import UnsupportedError
from quantum import Qubo
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.fault_tolerance import FaultTolerant, angle_kind, count_rotations, t_gates_of_angle
from quantum.mixers import Grover
from quantum.testing import example


@pytest.mark.parametrize("epsilon", [1e-3, 1e-6])
def test_t_gates_of_an_angle_are_those_that_synthesis_finds(epsilon):
    synthesis = pytest.importorskip("qiskit.synthesis")
    if not hasattr(synthesis, "gridsynth_rz"):
        pytest.skip("this version of Qiskit has no synthesis of rotations to compare with: pip install -U qiskit")
    found = [synthesis.gridsynth_rz(a, epsilon).count_ops() for a in np.random.default_rng(0).uniform(0.1, 3, 8)]
    mean = np.mean([c.get("t", 0) + c.get("tdg", 0) for c in found])
    assert t_gates_of_angle(epsilon) == pytest.approx(mean, rel=0.25)
    assert t_gates_of_angle(2.0) == 0


def test_angles_are_told_apart():
    kinds = [angle_kind(a) for a in (0.0, math.pi / 2, -math.pi, math.pi / 4, 5 * math.pi / 4, 0.3)]
    assert kinds == ["clifford"] * 3 + ["t"] * 2 + ["other"]


def test_rotations_of_a_circuit_are_counted():
    qubo = Qubo(np.array([0.3, 0.4]), rows=np.array([0]), cols=np.array([1]), values=np.array([0.9]))
    assert count_rotations(Ansatz(qubo).circuit(Angles([0.3], [0.7]))) == (5, 0)  # two RZ, one RZZ, two RX
    assert count_rotations(Ansatz(qubo).circuit(Angles([0.3], [math.pi / 8]))) == (3, 2)
    blocks = example((3, 2))
    grover = Ansatz(blocks, Grover()).circuit(Angles([], []))
    assert count_rotations(grover) == (2, 4)  # a ladder of two gates and one of one; their last by pi/4


def test_the_distance_is_the_least_that_keeps_the_budget():
    machine = FaultTolerant(factories=11)
    one = machine.shot(10, 0, t_gates=1e4)
    assert one.t_gates == 1e4
    data = 20 + 9 + 1
    spoilt = [data * 1e4 * d * 0.1 * 0.1 ** ((d + 1) / 2) for d in (one.distance - 2, one.distance)]
    assert spoilt[1] <= 0.01 / 3 < spoilt[0]
    assert one.seconds == pytest.approx(1e4 * one.distance * 1e-6)
    assert one.physical_qubits == 2 * one.distance**2 * (data + 11 * 11)


def test_more_work_takes_more_and_what_cannot_be_kept_is_refused():
    machine = FaultTolerant()
    small, large = machine.shot(10, 50), machine.shot(10, 5000, toffoli=1e6)
    assert small.distance < large.distance
    assert large.t_gates > 4e6
    assert machine.shot(10, 0, t_gates=1e6).physical_qubits > machine.shot(10, 0, t_gates=1e4).physical_qubits
    assert FaultTolerant(factories=1).shot(10, 50).seconds > small.seconds
    assert machine.shot(3, 0).t_gates == 1
    with pytest.raises(UnsupportedError, match="two levels of distillation"):
        machine.shot(10, 0, t_gates=1e25)
    with pytest.raises(UnsupportedError, match="no code distance"):
        FaultTolerant(error=9.9e-3, budget=0.9).shot(10, 0, t_gates=1)
