"""What a circuit takes on an error-corrected machine: T gates, code distance, physical qubits, seconds.

The model is Litinski's (2019, arXiv:1808.02892) of surface-code patches under lattice surgery:

* an angle that is no multiple of pi/4 costs ``3 log2(1 / epsilon)`` T gates (Ross and Selinger 2016, arXiv:1403.2975,
  to leading order), with epsilon the part of the budget of one angle; a Toffoli costs 4 (Jones 2013, arXiv:1212.5069);
* n logical qubits in a fast block take ``2 n + sqrt(8 n) + 1`` tiles and use one T state a step of d code cycles;
* a factory 15-to-1 has 11 tiles and makes a T state in 11 steps with error ``35 p^3``; where that is too much, two
  levels have 176 tiles, 15 steps and error ``35 (35 p^3)^3``;
* a tile of distance d is ``2 d^2`` physical qubits and fails with ``0.1 (p / threshold)^((d + 1) / 2)`` a cycle.

The budget, a probability that a shot is spoilt, is divided evenly between angles, T states and tiles. Decoding,
routing beyond the block and feed-forward are left out, so that the seconds are a floor.
"""

import math
from dataclasses import dataclass

from qiskit import QuantumCircuit

from optimise.core.errors import UnsupportedError
from quantum.options import checked, option
from quantum.transpiling import transpiled

__all__ = ["FaultTolerant", "angle_kind", "count_rotations", "t_gates_of_angle"]

_MOST_DISTANCE = 99


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one shot takes.

    Attributes
    ----------
    t_gates : float
        T states used.
    distance : int
        Code distance d, odd.
    physical_qubits : float
    seconds : float
    """

    t_gates: float
    distance: int
    physical_qubits: float
    seconds: float


@checked
class FaultTolerant:
    """An error-corrected machine. The defaults are what the literature assumes of superconducting ones."""

    error: float = option(default=1e-3, doc="error p of a physical gate", gt=0, lt=0.01)
    threshold: float = option(default=1e-2, doc="error at which the code stops helping", gt=0, lt=0.5)
    cycle: float = option(default=1e-6, doc="seconds of a code cycle", gt=0)
    budget: float = option(default=0.01, doc="probability that a shot is spoilt", gt=0, lt=1)
    factories: int = option(default=0, doc="T factories; 0 is as many as feed one T state a step", ge=0, le=1_000_000)

    def shot(self, qubits: int, angles: float, t_gates: float = 0.0, toffoli: float = 0.0) -> Estimate:
        """What one shot takes.

        Parameters
        ----------
        qubits : int
            Logical qubits.
        angles : float
            Rotations by angles that are no multiple of pi/4.
        t_gates : float
            Rotations by odd multiples of pi/4.
        toffoli : float
            Toffoli gates.

        Returns
        -------
        Estimate
            T gates, distance, physical qubits and seconds.

        Raises
        ------
        UnsupportedError
            When no distance up to 99, or no factory of two levels, keeps the budget.
        """
        part = self.budget / 3
        states = t_gates + 4 * toffoli
        if angles:
            states += angles * t_gates_of_angle(part / angles)
        if states == 0:
            states = 1.0  # a Clifford circuit still takes a step
        tiles_of_factory, steps = self._factory(states, part)
        factories = self.factories or steps
        duration = states * max(1.0, steps / factories)
        data = 2 * qubits + math.ceil(math.sqrt(8 * qubits)) + 1
        tiles = data + factories * tiles_of_factory
        for distance in range(3, _MOST_DISTANCE + 1, 2):
            fails = 0.1 * (self.error / self.threshold) ** ((distance + 1) / 2)
            if data * duration * distance * fails <= part:
                return Estimate(states, distance, 2.0 * distance**2 * tiles, duration * distance * self.cycle)
        raise UnsupportedError(f"no code distance up to {_MOST_DISTANCE} keeps a shot of {states:.3g} T gates whole")

    def told(self, estimate: Estimate, training_shots: float = 0.0) -> dict[str, float]:
        """The figures of a study.

        Parameters
        ----------
        estimate : Estimate
            Of one shot.
        training_shots : float
            Shots of training.

        Returns
        -------
        dict of str to float
            As `optimise.compare.figures` names them.
        """
        return {
            "t gates": estimate.t_gates,
            "code distance": float(estimate.distance),
            "physical qubits": estimate.physical_qubits,
            "ft repetition seconds": estimate.seconds,
            "ft training seconds": estimate.seconds * training_shots,
        }

    def _factory(self, states: float, part: float) -> tuple[int, int]:
        """Tiles and steps of the smallest factory whose states are good enough."""
        once = 35 * self.error**3
        if states * once <= part:
            return 11, 11
        if states * 35 * once**3 <= part:
            return 176, 15
        raise UnsupportedError(f"two levels of distillation are not enough for {states:.3g} T gates at this error")


def count_rotations(circuit: QuantumCircuit) -> tuple[int, int]:
    """Rotations of a circuit that are no Clifford gates, each of its gates written with Clifford gates and RZ.

    Parameters
    ----------
    circuit : QuantumCircuit
        With numbers for angles.

    Returns
    -------
    tuple of int
        Rotations by angles that are no multiple of pi/4; those by odd multiples of pi/4.
    """
    plain = transpiled(circuit, basis_gates=["cx", "rz", "h", "s", "sdg", "sx", "sxdg", "x"], optimization_level=0)
    kinds = [angle_kind(float(a)) for item in plain.data for a in item.operation.params]
    return kinds.count("other"), kinds.count("t")


def t_gates_of_angle(epsilon: float) -> float:
    """T gates of one rotation to precision epsilon, to leading order (Ross and Selinger 2016, arXiv:1403.2975).

    Parameters
    ----------
    epsilon : float
        Distance of the rotation made from the one wanted, in operator norm, above 0.

    Returns
    -------
    float
        0 or more.
    """
    return max(0.0, 3 * math.log2(1 / epsilon))


def angle_kind(angle: float) -> str:
    """Whether a rotation about Z by an angle is in the Clifford group, a T gate (times a Clifford gate), or neither.

    Parameters
    ----------
    angle : float
        In radians.

    Returns
    -------
    str
        ``clifford``, ``t`` or ``other``.
    """
    eighths = angle / (math.pi / 4)
    nearest = round(eighths)
    if abs(eighths - nearest) > 1e-9:
        return "other"
    return "t" if nearest % 2 else "clifford"
