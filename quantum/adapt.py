"""ADAPT-QAOA: the mixer of each layer is chosen from a pool by its gradient.

Zhu et al. (2022), Physical Review Research 4:033029, arXiv:2005.10258. With ``|psi>`` the state of the layers so far
and ``|phi> = exp(-i gamma_0 C) |psi>``, the next layer gets the operator A of the pool with the largest

    ``|d/dbeta <phi| exp(i beta A) C exp(-i beta A) |phi>|`` at beta = 0, which is ``|2 Re <phi| C (-i A) |phi>|``,

and all angles are optimised again, the new beta from 0. The pool, which keeps the blocks:

* ``mixer``: the block mixer on all blocks at once (on bits the sum of all X);
* ``mixer b``: the same on block b alone (X on qubit b);
* ``rotation`` and ``rotation b``: the counterdiabatic rotations of `quantum.counterdiabatic` (on bits multiples of Y).

On bits that is their pool of single qubits. Their pool of pairs of qubits is left out: a pair of blocks would mix k**2
choices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.circuit import ParameterExpression

from optimise.core.errors import InputError
from quantum.angles import Angles, local_field
from quantum.ansatz import Ansatz, Step
from quantum.counterdiabatic import rotations_of
from quantum.mixers import AnyMixer, X
from quantum.onehot import OneHot
from quantum.optimise_angles import optimise_angles
from quantum.qubo import Qubo
from quantum.simulators.arrays import ArraySpace
from quantum.tuning import TUNING

__all__ = ["AdaptAnsatz", "Grown", "grow", "pool_of"]


def pool_of(ansatz: Ansatz) -> list[str]:
    """Names of the operators of the pool.

    Parameters
    ----------
    ansatz : Ansatz
        Gives blocks, mixer and start.

    Returns
    -------
    list of str
    """
    blocks = Ansatz(ansatz.problem, ansatz.mixer, ansatz.start).mixers
    each = [f"{what} {b}" for what in ("mixer", "rotation") for b in range(blocks)]
    return ["mixer", "rotation", *each]


@dataclass(frozen=True, slots=True, eq=False)
class AdaptAnsatz(Ansatz):
    """Layers of ``exp(-i gamma C)`` and an operator of the pool each.

    Attributes
    ----------
    operators : tuple of str
        One a layer.
    """

    operators: tuple[str, ...] = ()

    @property
    def mixers(self) -> int:
        """One angle a layer beside gamma."""
        return 1

    def steps(self, layer: int, betas: NDArray[np.float64]) -> list[Step]:
        """The operator of a layer, block by block."""
        what, blocks = self._chosen(layer)
        plain = Ansatz(self.problem, self.mixer, self.start)
        if what == "mixer":
            every = plain.steps(layer, np.full(plain.mixers, betas[0]))
            return [Step(0, *s[1:]) for s in every if s.block in blocks]
        turned = rotations_of(self)
        return [Step(0, b, *turned[b].matrices(float(betas[0]))) for b in blocks]

    def _chosen(self, layer: int) -> tuple[str, range]:
        if layer >= len(self.operators):
            raise InputError(f"layer {layer} has no operator; there are {len(self.operators)}")
        what, *which = self.operators[layer].split()
        every = Ansatz(self.problem, self.mixer, self.start).mixers
        return what, range(int(which[0]), int(which[0]) + 1) if which else range(every)

    def _mix(self, circuit: QuantumCircuit, betas: Sequence[float | ParameterExpression], layer: int) -> None:
        what, blocks = self._chosen(layer)
        places = [[q] for q in range(self.qubo.size)] if isinstance(self.mixer, X) else self._blocks()
        for b in blocks:
            if what == "rotation":
                rotations_of(self)[b].append(circuit, places[b], betas[0])
            elif isinstance(self.mixer, X):
                circuit.rx(2 * betas[0], b)
            else:
                self.block_mixer.append(circuit, places[b], self.block_starts()[b], betas[0])


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """What `grow` ends with.

    Attributes
    ----------
    ansatz : AdaptAnsatz
    simulator : ArraySpace
        Of this ansatz.
    angles : Angles
    value : float
        Expected cost.
    calls : tuple of int
        Calls of the objective with gradient, by layer.
    gradients : float64 (layers, pool)
        Slopes by which the operators were chosen.
    """

    ansatz: AdaptAnsatz
    simulator: ArraySpace
    angles: Angles
    value: float
    calls: tuple[int, ...]
    gradients: NDArray[np.float64]


def slopes(machine: ArraySpace, angles: Angles, pool: Sequence[str]) -> NDArray[np.float64]:
    """Derivative of the expected cost for one more layer of every operator, at beta = 0.

    Parameters
    ----------
    machine : ArraySpace
        Of the layers so far.
    angles : Angles
        Theirs, and one more gamma.
    pool : sequence of str
        Operators.

    Returns
    -------
    float64 array (pool,)
    """
    ansatz = machine.ansatz
    made = np.empty(len(pool))
    for number, name in enumerate(pool):
        longer = AdaptAnsatz(ansatz.problem, ansatz.mixer, ansatz.start, (*_operators(ansatz), name))
        made[number] = machine.slope_of(angles, longer.steps(angles.depth - 1, np.zeros(1)))
    return made


def grow(
    problem: Qubo | OneHot, mixer: AnyMixer, depth: int, *, start: Any = None, evaluations: int = 40,
    least: float = 1e-6, stop: Any = None,
) -> Grown:  # fmt: skip
    """Add layer after layer, each with the operator of the steepest slope, and train all angles by BFGS.

    Parameters
    ----------
    problem : Qubo or OneHot
        Gives the cost; sums are allowed.
    mixer : X or BlockMixer
        Whose operators are in the pool.
    depth : int
        Most layers.
    start : arrays, optional
        As `Ansatz` takes it.
    evaluations : int
        Most objective calls a layer.
    least : float
        It ends when no slope is steeper, in units of the local field.
    stop : callable, optional
        Asked before every layer and call.

    Returns
    -------
    Grown
        Circuit, angles and what they took.
    """
    ansatz, field = AdaptAnsatz(problem, mixer, start), local_field(problem)
    pool, machine = pool_of(ansatz), ArraySpace(ansatz)
    angles, calls, chosen = Angles(np.zeros(0), np.zeros(0)), list[int](), []
    value = machine.value(angles)
    while angles.depth < depth and not (stop is not None and stop()):
        longer = Angles(np.append(angles.gamma, TUNING.adapt_gamma / field), np.append(angles.beta, 0.0))
        steep = slopes(machine, longer, pool)
        best = int(np.argmax(np.abs(steep)))
        if abs(steep[best]) < least * field:
            break
        chosen.append(steep)
        ansatz = AdaptAnsatz(problem, mixer, start, (*ansatz.operators, pool[best]))
        machine = machine.of(ansatz)
        found = optimise_angles(machine, longer, method="bfgs", evaluations=evaluations, stop=stop)
        angles, value = found.angles, found.value
        calls.append(found.evaluations)
    return Grown(ansatz, machine, angles, float(value), tuple(calls), np.array(chosen).reshape(len(chosen), len(pool)))


def _operators(ansatz: Ansatz) -> tuple[str, ...]:
    return ansatz.operators if isinstance(ansatz, AdaptAnsatz) else ()
