"""Exact QAOA as plain array expressions: NumPy, or CuPy on a GPU, and an angle for every term of the cost.

Slower on a processor than our kernels, but general: any mixer, real start, and *multi-angle* QAOA with a gamma per
term (Herrman et al. 2022, arXiv:2109.11455). The same lines run on both libraries; the only module that imports cupy.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import MissingExtraError, UnsupportedError
from quantum.angles import Angles
from quantum.ansatz import Ansatz, Step, weighted
from quantum.errors import TooLargeError, check_memory, readable
from quantum.higher import energies_of
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators.base import Samples, draw

__all__ = ["ArraySpace"]


def _library(name: object) -> Any:
    """The array module: ``"numpy"``, ``"cupy"``, or a module with their face."""
    if name == "numpy":
        return np
    if name != "cupy":
        return name
    try:
        import cupy
    except ImportError:
        raise MissingExtraError("cupy", "gpu") from None
    return cupy


class ArraySpace:
    """Full space for mixer X (a qubit is a block of two), one-hot space for block mixers.

    Parameters
    ----------
    ansatz : Ansatz
    library : {"numpy", "cupy"} or a module
    precision : {"double", "single"}

    Raises
    ------
    TooLargeError
        Before any allocation, naming the size needed and what the processor or the GPU has.
    MissingExtraError
        When CuPy is asked for and absent.
    """

    def __init__(self, ansatz: Ansatz, *, library: object = "numpy", precision: str = "double") -> None:
        self.ansatz, self._xp = ansatz, _library(library)
        self._full = isinstance(ansatz.mixer, X) or not isinstance(ansatz.problem, OneHot)
        problem = ansatz.problem
        self._sizes = (2,) * ansatz.qubo.size if self._full else problem.sizes  # type: ignore[union-attr]
        self.states = 1
        for k in self._sizes:
            self.states *= k
        self._complex = np.dtype(np.complex128 if precision == "double" else np.complex64)
        # State, dual, energies, and one temporary of each expression.
        self.bytes = 5 * self._complex.itemsize * self.states
        what = f"the arrays of {self.states:.4g} states in {precision} precision"
        check_memory(self.bytes, what)
        if self._xp is not np and hasattr(self._xp, "cuda"):
            free = int(self._xp.cuda.runtime.memGetInfo()[0])
            if self.bytes > free:
                raise TooLargeError(f"{what} need {readable(self.bytes)} on the GPU; {readable(free)} are free there")
        every = ansatz.qubo.diagonal() if self._full else problem.diagonal()
        self._energies = self._xp.asarray(every)

    @property
    def mixers(self) -> int:
        """As the ansatz: one per qubit or block for the alternating one."""
        return self.ansatz.mixers

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        return self._expected(self._state(angles))

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes by basis index (mixer X) or feasible index."""
        return np.asarray(self._host(self._state(angles)), dtype=np.complex128)

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every state."""
        return np.asarray(self._host(self._xp.abs(self._state(angles)) ** 2), dtype=np.float64)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        index, counts = draw(self.probabilities(angles), shots, seed)
        problem, qubo = self.ansatz.problem, self.ansatz.qubo
        if self._full:
            bits = ((index[:, None] >> np.arange(qubo.size)) & 1).astype(np.int8)
        else:
            assert isinstance(problem, OneHot)
            bits = problem.bits(problem.choices(index))
        whole = problem.is_feasible(bits) if isinstance(problem, OneHot) else np.ones(index.size, dtype=np.bool_)
        return Samples(bits, counts, energies_of(self.ansatz, bits), whole)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient by the adjoint method (Jones and Gacon 2020, arXiv:2009.02823)."""
        xp, betas = self._xp, angles.per_mixer(self.mixers)
        state = self._state(angles)
        value = self._expected(state)
        dual = self._energies * state
        by_gamma, by_beta = np.zeros(angles.gamma.shape), np.zeros((angles.depth, self.mixers))
        for layer in reversed(range(angles.depth)):
            for step in reversed(self.ansatz.steps(layer, betas[layer])):
                turned = self._apply(state, step, step.slope, rest=0.0)
                by_beta[layer, step.column] += 2 * float(self._host(xp.real(xp.vdot(dual, turned))))
                back = step.unitary.conj().T
                state, dual = self._apply(state, step, back), self._apply(dual, step, back)
            weight = 2 * xp.imag(xp.conj(dual) * state)
            if angles.gamma.ndim == 1:
                by_gamma[layer] = float(self._host(xp.sum(weight * self._energies)))
            else:
                by_gamma[layer] = self._moments(weight)
            phase = xp.exp(1j * self._phase(angles, layer))
            state, dual = state * phase, dual * phase
        if angles.beta.ndim == 1:
            return value, Angles(by_gamma, by_beta.sum(axis=1))
        return value, Angles(by_gamma, by_beta if angles.beta.shape[1] > 1 else by_beta.sum(axis=1, keepdims=True))

    def slope_of(self, angles: Angles, steps: Sequence[Step]) -> float:
        """Derivative of the expected cost by the angle of one more mixer, where that angle is 0.

        Parameters
        ----------
        angles : Angles
            Of the layers; the mixer of the last one is left out.
        steps : sequence of Step
            The mixer in its place.

        Returns
        -------
        float
            In units of cost.
        """
        state = self._state(Angles(angles.gamma[:-1], angles.beta[:-1]))
        state = state * self._xp.exp(-1j * self._phase(angles, angles.depth - 1)).astype(self._complex)
        dual = self._energies * state
        turned = sum(self._apply(state, step, step.slope, rest=0.0) for step in steps)
        return 2 * float(self._host(self._xp.real(self._xp.vdot(dual, turned))))

    def of(self, ansatz: Ansatz) -> "ArraySpace":
        """The same simulator of another circuit for the same problem, with the energies that it has.

        Parameters
        ----------
        ansatz : Ansatz
            Of the same problem.

        Returns
        -------
        ArraySpace
        """
        made = copy(self)
        made.ansatz = ansatz
        return made

    # ---------------------------------------------------------------- pieces

    def _state(self, angles: Angles) -> Any:
        xp, betas = self._xp, angles.per_mixer(self.mixers)
        state = xp.ones(1, dtype=self._complex)
        for amplitudes in self._starts():
            state = xp.ravel(xp.multiply.outer(xp.asarray(amplitudes.astype(self._complex)), state))
        for layer in range(angles.depth):
            state = state * xp.exp(-1j * self._phase(angles, layer)).astype(self._complex)
            for step in self.ansatz.steps(layer, betas[layer]):
                state = self._apply(state, step, step.unitary)
        return state

    def _starts(self) -> Sequence[NDArray[np.complex128]]:
        if not self._full:
            return self.ansatz.block_starts()
        ones = np.full(len(self._sizes), 0.5) if self.ansatz.start is None else np.asarray(self.ansatz.start)
        return [np.array([np.sqrt(1 - p), np.sqrt(p)], dtype=np.complex128) for p in ones.tolist()]

    def _apply(self, state: Any, step: Step, matrix: NDArray[np.complex128], rest: float = 1.0) -> Any:
        """A (k, k) matrix along the axis of a block, or a (2, 2) one on pairs of states, the others times `rest`."""
        if step.pairs is not None:
            first, second = (self._xp.asarray(end) for end in step.pairs)
            made, x, y = state * rest, state[first], state[second]
            (a, b), (c, d) = matrix.tolist()
            made[first], made[second] = a * x + b * y, c * x + d * y
            return made
        inner = int(np.prod(self._sizes[: step.block], dtype=np.int64))
        axes = state.reshape(-1, self._sizes[step.block], inner)
        return self._xp.matmul(self._xp.asarray(matrix.astype(self._complex)), axes).ravel()

    def _phase(self, angles: Angles, layer: int) -> Any:
        if angles.gamma.ndim == 1:
            return float(angles.gamma[layer]) * self._energies
        if self.ansatz.higher:
            raise UnsupportedError("costs of sums have one angle a layer, not one per term")
        if not self._full and self.ansatz.qubo is not self.ansatz.problem.qubo:  # type: ignore[union-attr]
            raise UnsupportedError("rows of fixed weight have one angle a layer here, not one per term")
        return self._xp.asarray(self._diagonal(weighted(self.ansatz.qubo, angles.gamma[layer])))

    def _diagonal(self, qubo: Qubo) -> NDArray[np.float64]:
        return qubo.diagonal() if self._full else OneHot(qubo, self._sizes).diagonal()

    def _moments(self, weight: Any) -> NDArray[np.float64]:
        """Sum of `weight` over the states in which each term of the cost is 1, times its coefficient."""
        qubo, xp = self.ansatz.qubo, self._xp
        runs = np.concatenate([[1], np.cumprod(np.asarray(self._sizes, dtype=np.int64))])
        if self._full:
            block, choice = np.arange(qubo.size), np.ones(qubo.size, dtype=np.int64)
        else:
            problem = self.ansatz.problem
            assert isinstance(problem, OneHot)
            block, choice = problem.block_of, np.arange(qubo.size) - np.repeat(problem.starts, problem.sizes)
        singles = [
            self._host(xp.sum(weight.reshape(-1, k, int(runs[b])), axis=(0, 2))) for b, k in enumerate(self._sizes)
        ]
        linear = np.array([singles[b][x] for b, x in zip(block.tolist(), choice.tolist())])
        pairs, tables = np.zeros(qubo.values.size), dict[tuple[int, int], NDArray[np.float64]]()
        for t, (i, j) in enumerate(zip(qubo.rows.tolist(), qubo.cols.tolist())):
            a, b = int(block[i]), int(block[j])
            if a == b:  # two choices of a block are never both made
                continue
            if (a, b) not in tables:
                middle = int(runs[b] // runs[a + 1])
                shape = (-1, self._sizes[b], middle, self._sizes[a], int(runs[a]))
                tables[a, b] = self._host(xp.sum(weight.reshape(shape), axis=(0, 2, 4)))
            pairs[t] = tables[a, b][choice[j], choice[i]]
        return np.concatenate([linear * qubo.linear, pairs * qubo.values])

    def _expected(self, state: object) -> float:
        return float(self._host(self._xp.sum(self._xp.abs(state) ** 2 * self._energies)))

    def _host(self, values: object) -> NDArray[Any]:
        """An array of the processor's memory."""
        return np.asarray(self._xp.asnumpy(values) if hasattr(self._xp, "asnumpy") else values)
