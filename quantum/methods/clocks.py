"""What a circuit takes: its size, and the clocks of a present and of an error-corrected processor on it."""

from dataclasses import replace

import numpy as np

from quantum.amplification import energy_toffoli
from quantum.angles import Angles
from quantum.ansatz import Ansatz, Resources
from quantum.errors import TooLargeError
from quantum.fault_tolerance import Estimate, FaultTolerant, count_rotations
from quantum.hardware import Hardware
from quantum.higher import to_hubo
from quantum.onehot import OneHot
from quantum.qubo import Qubo

__all__ = ["circuit_figures"]

#: Phase gadgets of a circuit up to which its gates are counted.
_MOST_GADGETS = 4000
#: Bits of the register that an energy is added up in.
_REGISTER = 20


def circuit_figures(
    ansatz: Ansatz,
    angles: Angles,
    training_shots: int,
    shots: int,
    clocks: tuple[Hardware, FaultTolerant],
    ran: Resources | None = None,
) -> dict[str, float]:
    """Size of the circuit that ran, and the clocks of a present and of an error-corrected processor on it.

    An error-corrected machine may apply a phase in two ways: by a rotation for each term of the cost, or by adding up
    the energy in a register, turning each of its bits, and taking back. The faster one counts. Where the cost has more
    than a few thousand terms only the register is counted, and the present processor, which could do neither, has no
    figures.

    Parameters
    ----------
    ansatz : Ansatz
    angles : Angles
        Of the circuit.
    training_shots, shots : int
        Before the repetitions, and of them.
    clocks : tuple of Hardware and FaultTolerant
    ran : Resources, optional
        What ran, where that is known; else what the circuit takes with all pairs of qubits connected.

    Returns
    -------
    dict of str to float
        As `optimise.compare.figures` names them.
    """
    hardware, corrected = clocks
    added = _by_register(ansatz, angles, corrected)
    if _gadgets(ansatz, angles.depth) > _MOST_GADGETS:
        told = {} if added is None else corrected.told(added, training_shots)
        return {"qubits": float(ansatz.qubo.size), **told}
    circuit = ran or ansatz.resources(angles)
    shot = hardware.shot(circuit)
    estimate = corrected.shot(circuit.qubits, *count_rotations(ansatz.circuit(angles)))
    if added is not None and added.seconds < estimate.seconds:
        estimate = added
    return {
        "qubits": float(circuit.qubits),
        "depth": float(circuit.depth),
        "two-qubit gates": float(circuit.two_qubit_gates),
        "qpu repetition seconds": shot,
        "qpu training seconds": shot * training_shots,
        "qpu seconds": shot * (training_shots + shots),
        **corrected.told(estimate, training_shots),
    }


def _gadgets(ansatz: Ansatz, depth: int) -> float:
    """Phase gadgets of a circuit with costs of sums; 0 where pairs give the cost."""
    if not ansatz.higher:
        return 0.0
    assert isinstance(ansatz.problem, OneHot)
    try:
        return float(len(to_hubo(ansatz.problem).spin_terms()[1]) * depth)
    except TooLargeError:
        return np.inf


def _by_register(ansatz: Ansatz, angles: Angles, corrected: FaultTolerant) -> Estimate | None:
    """A shot whose phases are turned by the bits of a register with the energy; None for other families of circuits."""
    problem = ansatz.problem
    if not ansatz.higher or type(ansatz) is not Ansatz or not isinstance(problem, OneHot):
        return None
    n = problem.qubo.size
    flat = replace(ansatz, problem=OneHot(Qubo.from_matrix(np.zeros((n, n))), problem.sizes))
    rotations, t_gates = count_rotations(flat.circuit(angles))
    toffoli, qubits = energy_toffoli(problem, _REGISTER)
    return corrected.shot(qubits, rotations + _REGISTER * angles.depth, t_gates, toffoli * angles.depth)
