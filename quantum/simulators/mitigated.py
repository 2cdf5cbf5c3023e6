"""Error mitigation of expected costs on any Qiskit ``SamplerV2``: twirled readout, twirled gates, zero noise.

For a product of spins ``Z_S`` of the cost, with E over random sets of bits that are flipped before the measurement and
flipped back after it:

- *Readout* (van den Berg, Minev and Temme 2022, doi:10.1103/PhysRevA.105.032620): twirled, any readout error
  multiplies ``<Z_S>`` by a factor that no state changes. It is measured on the state of zeros, where the truth is 1.
- *Gates*: random Paulis around each two-qubit gate make its error a Pauli channel (Wallman and Emerson 2016,
  arXiv:1512.01098), by `qiskit.circuit.pauli_twirl_2q_gates`.
- *Zero noise* (Temme, Bravyi and Gambetta 2017, arXiv:1612.02058; digital: Giurgica-Tiron and others 2020,
  arXiv:2005.10921): each two-qubit gate G runs as ``G (G^-1 G)^k``, scale ``2 k + 1``, and a polynomial of the measured
  means is read at scale 0.

All shots of an estimate count, those on the state of zeros too. Samples are never changed: no shot is made better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import pauli_twirl_2q_gates

from optimise.core.errors import InputError, UnsupportedError
from quantum.angles import Angles
from quantum.ansatz import Ansatz
from quantum.simulators.primitive import PrimitiveBackend

if TYPE_CHECKING:
    from qiskit.primitives import BaseSamplerV2
    from qiskit.providers import BackendV2


__all__ = ["Mitigated", "extrapolate", "fold", "twirl_readout"]

_LEAST = 0.05  # a readout factor below this says that nothing is read


def fold(circuit: QuantumCircuit, scale: int) -> QuantumCircuit:
    """The same unitary with every two-qubit gate run `scale` times, forth and back.

    Parameters
    ----------
    circuit : QuantumCircuit
        Compiled to gates of one and two qubits; it may be measured, and its parameters stay free.
    scale : int
        Odd, 1 or more.

    Returns
    -------
    QuantumCircuit
        With barriers that keep a compiler from cancelling the copies.
    """
    if scale < 1 or scale % 2 == 0:
        raise InputError(f"expected an odd scale, 1 or more, got {scale!r}", item="scales")
    made = circuit.copy_empty_like()
    for step in circuit.data:
        made.append(step)
        if len(step.qubits) == 2 and step.operation.name != "barrier":
            for _ in range(scale // 2):
                for gate in (step.operation.inverse(), step.operation):
                    made.barrier(step.qubits)
                    made.append(gate, step.qubits)
    return made


def twirl_readout(circuit: QuantumCircuit, flips: NDArray[np.bool_]) -> QuantumCircuit:
    """Flip some qubits just before they are measured; the caller flips the bits back.

    Parameters
    ----------
    circuit : QuantumCircuit
        Measured.
    flips : bool array (n,)
        By classical bit.

    Returns
    -------
    QuantumCircuit
    """
    made = circuit.copy_empty_like()
    for step in circuit.data:
        if step.operation.name == "measure" and flips[circuit.find_bit(step.clbits[0]).index]:
            made.x(step.qubits[0])
        made.append(step)
    return made


def extrapolate(scales: Sequence[float], degree: int) -> NDArray[np.float64]:
    """Weights (scales,) with which measured means give the value of their polynomial at scale 0.

    Parameters
    ----------
    scales : sequence of float
        Distinct noise scales.
    degree : int
        Of the least-squares polynomial; ``len(scales) - 1`` is Richardson's extrapolation.

    Returns
    -------
    float array
        Summing to 1. Statistical errors grow by their Euclidean norm.
    """
    if len(set(scales)) < len(scales) or not 0 <= degree < len(scales):
        raise InputError(
            f"a polynomial of degree {degree} needs {degree + 1} distinct scales, got {list(scales)}", item="degree"
        )
    powers = np.vander(np.asarray(scales, dtype=np.float64), degree + 1, increasing=True)
    return np.asarray(np.linalg.pinv(powers)[0], dtype=np.float64)


def _only_measured(circuit: QuantumCircuit) -> QuantumCircuit:
    """The measurements of a circuit on the state of zeros."""
    made = QuantumCircuit(*circuit.qregs, *circuit.cregs)
    for step in circuit.data:
        if step.operation.name == "measure":
            made.append(step)
    return made


class Mitigated(PrimitiveBackend):
    """`PrimitiveBackend` whose expected costs are mitigated (costs of pairs only); its samples are not.

    Parameters
    ----------
    ansatz : Ansatz
    sampler, backend, shots, seed
        As for `PrimitiveBackend`.
    twirls : int
        Random circuits at each scale; the shots of an estimate are shared among all circuits.
    scales : sequence of int
        Noise scales, odd; (1,) extrapolates nothing.
    degree : int
        Of the polynomial in the scale.
    gates : bool
        Whether gates are twirled too.
    """

    sampling: ClassVar[bool] = True
    mitigates: ClassVar[bool] = True

    def __init__(
        self,
        ansatz: Ansatz,
        *,
        sampler: BaseSamplerV2 | None = None,
        backend: BackendV2 | None = None,
        shots: int = 1024,
        twirls: int = 8,
        scales: Sequence[int] = (1, 3),
        degree: int = 1,
        gates: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__(ansatz, sampler=sampler, backend=backend, shots=shots, seed=seed)
        if getattr(ansatz, "higher", False):
            raise UnsupportedError("expected values are mitigated for costs of pairs only")
        if twirls < 1:
            raise InputError(f"expected a number of circuits, 1 or more, got {twirls!r}", item="twirls")
        for scale in scales:
            fold(QuantumCircuit(), scale)
        self.twirls, self.scales, self.gates = twirls, tuple(scales), gates
        self._weights, self._ising = extrapolate(self.scales, degree), ansatz.qubo.to_ising()
        self._read = np.zeros(self._ising.field.size + self._ising.couplings.size)  # sums over the state of zeros
        self._reads = 0

    def estimate(self, angles: Angles, shots: int, seed: int) -> float:
        """Expected cost by `shots` shots at most, mitigated; what was learned of the readout before counts too."""
        circuits = self.twirls * (len(self.scales) + 1)
        each = shots // circuits
        if each < 1:
            raise InputError(f"{shots} shots for {circuits} circuits", item="shots")
        rng, free = np.random.default_rng([seed, 17]), self._compiled.free(angles)
        flips = rng.integers(0, 2, (circuits, self._ising.field.size)).astype(np.bool_)
        zeros, folded = _only_measured(free), [fold(free, scale) for scale in self.scales]
        pubs = [(twirl_readout(zeros, flip),) for flip in flips[: self.twirls]]
        for k, flip in enumerate(flips[self.twirls :]):
            circuit = folded[k // self.twirls]
            circuit = self._twirled(circuit, int(rng.integers(1 << 31))) if self.gates else circuit
            pubs.append(self._pub(twirl_readout(circuit, flip), angles))
        found = self._chosen(seed).run(pubs, shots=each).result()
        sums = [self._terms(item.data.meas.get_counts(), flip) for item, flip in zip(found, flips, strict=True)]
        self._read += np.sum(sums[: self.twirls], axis=0)
        self._reads += each * self.twirls
        factors = self._read / self._reads
        if np.abs(factors).min(initial=1.0) < _LEAST:
            raise UnsupportedError("the readout tells next to nothing of some term of the cost")
        value = 0.0
        for k, weight in enumerate(self._weights, start=1):
            mean = np.sum(sums[k * self.twirls : (k + 1) * self.twirls], axis=0) / (each * self.twirls)
            value += float(weight * (np.concatenate([self._ising.field, self._ising.couplings]) @ (mean / factors)))
        return self._ising.offset + value

    def _twirled(self, circuit: QuantumCircuit, seed: int) -> QuantumCircuit:
        target = None if self._backend is None else self._backend.target
        made: QuantumCircuit = pauli_twirl_2q_gates(circuit, seed=seed, target=target)
        return made

    def _terms(self, counts: dict[str, int], flips: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sums over shots of each spin and of each pair of spins of the cost, flips undone."""
        bits = np.array([[int(letter) for letter in reversed(word)] for word in counts], dtype=np.int8)
        spins = 1.0 - 2.0 * (bits ^ flips)
        pairs = spins[:, self._ising.rows] * spins[:, self._ising.cols]
        return np.asarray(np.array(list(counts.values())) @ np.hstack([spins, pairs]), dtype=np.float64)
