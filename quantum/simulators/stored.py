"""Exact QAOA over one-hot states whose energy no pairs give: every energy is stored, once."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from quantum._jit import Array
from quantum.angles import Angles
from quantum.errors import check_memory
from quantum.mixers.base import BlockMixer
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators import _stored
from quantum.simulators.base import Samples, draw, share
from quantum.simulators.onehotspace import OneHotSpace
from quantum.simulators.team import Solo

__all__ = ["StoredSpace"]

T = TypeVar("T")
_MOST_PLACES = 1 << 16
_STEPS = (1.0, 0.1)  # grids of costs that are tried
_SPANS = 64  # parts of a pass that threads share


class StoredSpace:
    """State-vector simulator on one-hot blocks for any energy, such as one with costs of sums.

    Mixers are the passes of `OneHotSpace`. A phase is a look-up where all energies lie on a grid of whole numbers or of
    tenths from the least one, as costs of plans do; elsewhere a cosine and a sine for each state.

    Parameters
    ----------
    problem : OneHot
    mixer : BlockMixer
    start : list of (k,) arrays, optional
        Real, non-negative initial amplitudes of each block; default W states.
    precision : {"double", "single"}
        Of the amplitudes.
    threads : int
        Threads that share each pass.

    Raises
    ------
    TooLargeError
        Before any allocation, naming the size needed.
    """

    def __init__(
        self,
        problem: OneHot,
        mixer: BlockMixer,
        *,
        start: Sequence[NDArray[np.complex128]] | None = None,
        precision: Literal["double", "single"] = "double",
        threads: int = 1,
    ) -> None:
        flat = OneHot(Qubo.from_matrix(np.zeros((problem.qubo.size, problem.qubo.size))), problem.sizes)
        width = 8 if precision == "double" else 4
        check_memory(
            (2 * width + 10) * problem.states,
            f"amplitudes and energies of {problem.states:.4g} one-hot states in {precision} precision",
        )
        self._space = OneHotSpace(flat, mixer, start=start, precision=precision, threads=threads)
        self.problem, self.states, self._threads = problem, problem.states, max(1, threads)
        self._energies = problem.diagonal()
        self._least = float(self._energies.min())
        self._step, self._places = self._on_grid()

    @property
    def mixers(self) -> int:
        """One mixer per block."""
        return self.problem.blocks

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        self._forward(angles)
        return float(sum(self._share(lambda span: float(_stored.mean(self._space.state, self._energies, span)))))

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient by the adjoint method (Jones and Gacon 2020, arXiv:2009.02823)."""
        value, beta = self.value(angles), angles.per_mixer(self.mixers)
        dual = self._space.dual
        np.multiply(self._space.state, self._energies, out=dual)
        by_gamma, by_beta = np.zeros(angles.depth), np.zeros((angles.depth, self.mixers))
        for layer in reversed(range(angles.depth)):
            by_beta[layer] = self._space.undo_layer(None, 0.0, beta[layer])[2]
            state = self._space.state
            by_gamma[layer] = self._slope(state, dual)
            for turned in (state, dual):
                self._turn(turned, -float(angles.gamma[layer]))
        if angles.beta.ndim == 1:
            return value, Angles(by_gamma, by_beta.sum(axis=1))
        return value, Angles(by_gamma, by_beta if angles.beta.shape[1] > 1 else by_beta.sum(axis=1, keepdims=True))

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes by feasible index (block 0 is the fastest digit)."""
        self._forward(angles)
        check_memory(16 * self.states, "a copy of the amplitudes")
        return np.asarray(self._space.state[0] + 1j * self._space.state[1], dtype=np.complex128)

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every feasible index."""
        self._forward(angles)
        found = self._space.state[0].astype(np.float64) ** 2
        found += self._space.state[1].astype(np.float64) ** 2
        return np.asarray(found)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times; every sample is feasible."""
        index, counts = draw(self.probabilities(angles), shots, seed)
        bits = self.problem.bits(self.problem.choices(index))
        return Samples(bits, counts, self._energies[index], np.ones(index.size, dtype=np.bool_))

    # ---------------------------------------------------------------- passes

    def _forward(self, angles: Angles) -> None:
        angles.common_gamma()
        space, beta = self._space, angles.per_mixer(self.mixers)
        space.allocate()
        space.state[0], space.state[1] = space.product_start.real, 0.0
        for layer in range(angles.depth):
            self._turn(space.state, float(angles.gamma[layer]))
            space.layer(None, 0.0, beta[layer])

    def _turn(self, state: Array, gamma: float) -> None:
        places = self._places
        if places is None:
            self._share(lambda span: _stored.turn(state, self._energies, gamma, span))
            return
        phase = np.exp(-1j * gamma * (self._least + self._step * np.arange(int(places.max()) + 1)))
        table = np.stack([phase.real, phase.imag]).astype(state.dtype)
        self._share(lambda span: _stored.look_up_turn(state, places, table, span))

    def _slope(self, state: Array, dual: Array) -> float:
        return float(sum(self._share(lambda span: float(_stored.slope(state, dual, self._energies, span)))))

    def _share(self, work: Callable[[tuple[int, int]], T]) -> list[T]:
        count = min(_SPANS, self.states)
        edges = [self.states * k // count for k in range(count + 1)]
        return share(count, self._threads, Solo(), lambda span: work((edges[span[0]], edges[span[1]])))

    def _on_grid(self) -> tuple[float, NDArray[np.uint16] | None]:
        """A step, and whole steps of each energy above the least; None where there is no such step, or too many."""
        for step in _STEPS:
            above = (self._energies - self._least) / step
            if above.max() < _MOST_PLACES:
                places = np.rint(above)
                if np.abs(above - places).max() <= 1e-7:
                    return step, places.astype(np.uint16)
        return 1.0, None
