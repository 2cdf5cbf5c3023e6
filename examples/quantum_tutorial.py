"""Ten minutes: from a ward to a circuit, to Qiskit's tools, and back to a roster that is checked.

python examples/quantum_tutorial.py
"""

from pathlib import Path

import numpy as np
from qiskit import transpile
from qiskit.primitives import StatevectorEstimator

import optimise
import quantum
from quantum.mixers import XYRing
from quantum.simulators import simulator
from quantum.testing import check_mixer

# 1. A planning problem, and the part of it that is opened: three nurses, the last three days.
ward = optimise.read(Path(__file__).parent / "ward4x7.json")
encoding = quantum.encode(ward, people=3, days=[4, 6])
print(encoding)  # qubits, blocks, and whether the energy is the true cost

# 2. A circuit with free parameters: transpile once, bind many times.
ansatz = encoding.ansatz()
circuit = encoding.circuit(2)
compiled = transpile(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=2)
print(f"{compiled.num_parameters} free parameters, {compiled.count_ops()['cx']} CX")

# 3. The expected cost by Qiskit's EstimatorV2 and by our simulator are the same number.
run = quantum.qaoa(encoding.energy, quantum.QaoaOptions(depth=2), seed=1)
values = ansatz.binding(compiled, run.angles)
pub = (compiled, encoding.operator(), [values[p] for p in compiled.parameters])
by_qiskit = float(StatevectorEstimator().run([pub]).result()[0].data.evs)
print(f"expected cost: Qiskit {by_qiskit:.6f}, ours {simulator(ansatz).value(run.angles):.6f}")

# 4. The probability that one shot is optimal, before any repair, beside plain guessing.
best, _, ties = encoding.energy.brute_force()
chance = quantum.success_probability(encoding.energy, run, best)
print(f"one shot is optimal with probability {chance:.4f}; guessing {ties / encoding.energy.states:.4f}")

# 5. Back to a roster, judged by the evaluator of the whole ward.
roster = encoding.decode(run.bits)
found = ward.evaluate(roster)
print(f"measured energy {run.energy:g}, true cost {found.cost:g}, hard rules broken {found.hard:g}")

# 6. Other formats: OpenQASM 3, QPY, LP, QOBLIB's .qs, dimod.
print(f"{len(encoding.to_qasm3(1).splitlines())} lines of OpenQASM 3, {len(encoding.to_qpy(1))} bytes of QPY")
print(f"{len(encoding.to_lp().splitlines())} lines of LP, {len(encoding.to_qs().splitlines())} lines of .qs")


# 7. A mixer of your own: a class with a circuit and the same as a matrix; the kit proves it.
class TwiceRing(XYRing):
    """The ring mixer applied twice."""

    name = "twice-ring"

    def unitary(self, start, beta):
        once = super().unitary(start, beta)
        return once @ once

    def logarithmic_derivative(self, start, beta):
        once, slope = super().unitary(start, beta), super().logarithmic_derivative(start, beta)
        return slope + once @ slope @ once.conj().T

    def append(self, circuit, qubits, start, beta):
        super().append(circuit, qubits, start, beta)
        super().append(circuit, qubits, start, beta)


check_mixer(TwiceRing())
mine = quantum.qaoa(encoding.energy, quantum.QaoaOptions(depth=2, mixer=TwiceRing()), seed=1)
print(f"own mixer: expected cost {mine.value:.3f}, XY-complete {run.value:.3f}")
assert np.isclose(by_qiskit, simulator(ansatz).value(run.angles))
