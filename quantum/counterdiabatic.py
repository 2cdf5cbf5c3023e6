"""Counterdiabatic schedules: QAOA layers with one more angle, for rotations that undo diabatic transitions.

Along ``H(s) = a(s) C + b(s) B`` the gauge potential of first order is ``A = i alpha_1 [H, dH/ds]`` (Claeys et al. 2019,
arXiv:1904.03209), with ``alpha_1 = -Tr(O_1^+ O_1) / Tr(O_2^+ O_2)``, ``O_1 = [H, dH/ds]``, ``O_2 = [H, O_1]``. Since B
and C alone are in it, it is a multiple of ``G = i [B, C]``. Each layer of the digitised form (DC-QAOA: Chandarana et
al. 2022, arXiv:2107.02789) is

    ``exp(-i gamma C)``, ``exp(-i beta B)``, ``exp(-i alpha G_1)``,

with G_1 the part of G on single blocks: the other blocks are replaced by their means in the start. On a qubit with
mixer X that is a multiple of Y; on a block with hops ``M_uv`` between choices and their mean costs c it is
``G_uv = i M_uv (c_v - c_u)``. We apply it as a product over pairs of choices of real rotations
``exp(alpha M_uv (c_v - c_u) (|u><v| - |v><u|))``, gates of the kind XY - YX, which carry weight to the cheaper choice.

The first alpha of a layer comes from ``alpha_1`` of its own H and of the step to the next, so that there is a schedule
without any training. Terms ``Y_i Z_j`` of the commutator are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterExpression
from qiskit.circuit.library import XXPlusYYGate

from optimise.core.errors import InputError
from quantum.angles import Angles
from quantum.ansatz import Ansatz, Step
from quantum.mixers import X
from quantum.onehot import OneHot

__all__ = ["Counterdiabatic", "Rotations", "conditional_costs", "rotations_of"]

_NONE = 1e-12


def conditional_costs(problem: OneHot, weights: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Mean cost of every choice while the other blocks choose independently.

    Parameters
    ----------
    problem : OneHot
        Of m blocks.
    weights : list of float64 arrays (k_b,)
        Probabilities of the choices of each block.

    Returns
    -------
    list of float64 arrays (k_b,)
        Up to a constant of each block.
    """
    linear, table, _ = problem.tables(part=True)
    costs = linear + table @ np.concatenate(weights)
    starts = problem.starts.tolist()
    for cost in problem.sums:
        for b, part in cost.parts.items():
            values: NDArray[np.float64] = np.zeros(1)
            chances: NDArray[np.float64] = np.ones(1)
            for other, adds in cost.parts.items():
                if other != b:
                    sums = np.round((values[:, None] + adds[None, :]).ravel(), 9)
                    mass = (chances[:, None] * weights[other][None, :]).ravel()
                    values, where = np.unique(sums, return_inverse=True)
                    chances = np.bincount(where.reshape(-1), weights=mass).astype(np.float64)
            costs[starts[b] : starts[b] + part.size] += cost.at(part[:, None] + values[None, :]) @ chances
    return [costs[s : s + k] for s, k in zip(starts, problem.sizes)]


@dataclass(frozen=True, slots=True, eq=False)
class Rotations:
    """The rotations of one block, in the order in which they are applied.

    Attributes
    ----------
    size : int
        Choices k.
    pairs : tuple of (int, int, float)
        Choices u < v, and the angle for alpha = 1 that carries weight from v to u.
    """

    size: int
    pairs: tuple[tuple[int, int, float], ...]

    def matrices(self, alpha: float) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Their product (k, k), and K (k, k) with ``dR/dalpha = K R``.

        Parameters
        ----------
        alpha : float
            Angle.

        Returns
        -------
        tuple of complex128 arrays (k, k)
        """
        made = np.eye(self.size, dtype=np.complex128)
        slope = np.zeros_like(made)
        for u, v, rate in self.pairs:
            turn, kick = np.eye(self.size), np.zeros((self.size, self.size))
            c, s = np.cos(alpha * rate), np.sin(alpha * rate)
            turn[u, u], turn[v, v], turn[u, v], turn[v, u] = c, c, s, -s
            kick[u, v], kick[v, u] = rate, -rate
            slope = turn @ slope @ turn.T + kick
            made = turn @ made
        return made, slope

    def append(self, circuit: QuantumCircuit, qubits: list[int], alpha: float | ParameterExpression) -> None:
        """Append the gates: one qubit a choice, or one qubit in all for the choices 0 and 1 of a bit.

        Parameters
        ----------
        circuit : QuantumCircuit
            Gets the gates.
        qubits : list of int
            Of the block.
        alpha : float or Parameter
            Angle.
        """
        for u, v, rate in self.pairs:
            if len(qubits) == 1:
                circuit.ry(-2 * rate * alpha, qubits[0])
            else:
                circuit.append(XXPlusYYGate(2 * rate * alpha, -np.pi / 2), [qubits[u], qubits[v]])


@lru_cache(maxsize=8)
def rotations_of(ansatz: Ansatz) -> list[Rotations]:
    """The rotations of every block of an ansatz (mixer X: of every qubit).

    Parameters
    ----------
    ansatz : Ansatz
        Gives mixer, start and cost.

    Returns
    -------
    list of Rotations
    """
    made = []
    for hops, costs in zip(*_fields(ansatz)):
        k = costs.size
        rates = [(u, v, float(hops[u, v] * (costs[v] - costs[u]))) for u in range(k) for v in range(u + 1, k)]
        made.append(Rotations(k, tuple(r for r in rates if abs(r[2]) > _NONE)))
    return made


def _fields(ansatz: Ansatz) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Hops M (k, k) and mean costs (k,) of every block."""
    mixer = ansatz.mixer
    if isinstance(mixer, X):
        blocks = OneHot.of_bits(ansatz.qubo)
        ones = np.full(blocks.blocks, 0.5) if ansatz.start is None else np.asarray(ansatz.start, dtype=np.float64)
        flip = np.array([[0.0, 1.0], [1.0, 0.0]])
        return [flip] * blocks.blocks, conditional_costs(blocks, [np.array([1 - p, p]) for p in ones.tolist()])
    assert isinstance(ansatz.problem, OneHot)
    starts = ansatz.block_starts()
    hops = [np.real(1j * ansatz.block_mixer.logarithmic_derivative(start, 0.0)) for start in starts]
    return hops, conditional_costs(ansatz.problem, [np.abs(start) ** 2 for start in starts])


@dataclass(frozen=True, slots=True, eq=False)
class Counterdiabatic(Ansatz):
    """The alternating ansatz with counterdiabatic rotations after each mixer; ``beta`` has a column for alpha too."""

    @property
    def mixers(self) -> int:
        """Two angles a layer beside gamma."""
        return 2

    def extended(self, angles: Angles) -> Angles:
        """Alpha of first order for the schedule of given angles."""
        if angles.depth == 0:
            return Angles(angles.gamma, np.zeros((0, 2)))
        gamma, beta = angles.common_gamma(), angles.per_mixer(1)[:, 0]
        ends = np.append(gamma, 2 * gamma[-1] - gamma[-2] if angles.depth > 1 else 2 * gamma[0])
        turns = np.append(beta, 2 * beta[-1] - beta[-2] if angles.depth > 1 else 0.0)
        alphas = []
        for a, b, da, db in zip(gamma, beta, np.diff(ends), np.diff(turns)):
            first = second = 0.0
            for hops, costs in zip(*_fields(self)):
                here, step = a * np.diag(costs) + b * hops, da * np.diag(costs) + db * hops
                one = here @ step - step @ here
                two = here @ one - one @ here
                first += float((one**2).sum()) / costs.size
                second += float((two**2).sum()) / costs.size
            # A = i alpha_1 [H, dH] = i alpha_1 (b da - a db) [B, C] = alpha_1 (b da - a db) G
            alphas.append(-(first / second if second > 0 else 0.0) * (b * da - a * db))
        return Angles(gamma, np.stack([beta, np.array(alphas)], axis=1))

    def parametric(self, depth: int, measure: bool = False, per_mixer: bool = False) -> QuantumCircuit:
        """The circuit with free ``gamma[l]``, and ``beta[2 l]``, ``beta[2 l + 1]`` for beta and alpha."""
        return Ansatz.parametric(self, depth, measure, per_mixer=True)

    def circuit(self, angles: Angles, measure: bool = False) -> QuantumCircuit:
        """The circuit of given angles, beta of two columns."""
        _two_columns(angles)
        return Ansatz.circuit(self, angles, measure)

    def steps(self, layer: int, betas: NDArray[np.float64]) -> list[Step]:
        """The mixer on every block, then its rotations."""
        blocks = Ansatz(self.problem, self.mixer, self.start)
        made = [Step(0, *s[1:]) for s in blocks.steps(layer, np.full(blocks.mixers, betas[0]))]
        return made + [Step(1, b, *r.matrices(float(betas[1]))) for b, r in enumerate(rotations_of(self))]

    def _mix(self, circuit: QuantumCircuit, betas: Sequence[float | ParameterExpression], layer: int) -> None:
        blocks = Ansatz(self.problem, self.mixer, self.start)
        blocks._mix(circuit, [betas[0]] * blocks.mixers, layer)
        places = [[q] for q in range(self.qubo.size)] if isinstance(self.mixer, X) else self._blocks()
        for qubits, rotations in zip(places, rotations_of(self)):
            rotations.append(circuit, qubits, betas[1])


def _two_columns(angles: Angles) -> None:
    if angles.beta.ndim != 2 or angles.beta.shape[1] != 2:
        raise InputError("counterdiabatic layers take two angles beside gamma: beta and alpha (see extended)")
