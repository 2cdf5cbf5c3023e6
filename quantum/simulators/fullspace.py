"""Exact QAOA over all 2**n states with the X mixer, by our own kernels."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantum.angles import Angles
from quantum.errors import TooLargeError, check_memory, readable
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators import _full
from quantum.simulators._program import Cost, Layers, Step, Tables, Tiling, schedule, tilings
from quantum.simulators.base import Samples, draw, share
from quantum.simulators.team import Solo, Team

_SMALLEST = 8  # qubits; smaller problems get idle qubits
_LARGEST = 45
T = TypeVar("T")


class FullSpace:
    """State-vector simulator for QUBOs: X mixer, product initial state.

    It keeps the amplitudes (16 bytes each in double precision, 8 in single) and no cost diagonal; p layers cost
    p + 1 passes over memory. The adjoint gradient (Jones and Gacon 2020, arXiv:2009.02823) keeps a second state.

    Parameters
    ----------
    problem : Qubo or OneHot
        A `OneHot` is simulated as the QUBO that it holds, without penalties.
    precision : {"double", "single"}
    threads : int
        Threads that share each pass; results do not depend on their timing.
    team : Team, optional
        Ranks of one node that hold the state together; all of them call the same methods.
    start : (n,) array, optional
        Probability of measuring 1 on each qubit of the initial product state; default 1/2 each. Warm starts after
        Egger, Marecek and Woerner (2021), arXiv:2009.10095, with the plain X mixer.

    Raises
    ------
    TooLargeError
        Before any allocation, naming the size needed.
    """

    def __init__(
        self,
        problem: Qubo | OneHot,
        *,
        precision: Literal["double", "single"] = "double",
        threads: int = 1,
        team: Team | None = None,
        start: ArrayLike | None = None,
    ) -> None:
        self.qubo = problem.qubo if isinstance(problem, OneHot) else problem
        self._onehot = problem if isinstance(problem, OneHot) else None
        self._dtype: np.dtype[Any] = np.dtype(np.float64 if precision == "double" else np.float32)
        self.qubits = self.qubo.size
        n = self._n = max(self.qubits, _SMALLEST)
        self.bytes = 2 * self._dtype.itemsize << n
        what = f"the amplitudes of {self.qubits} qubits in {precision} precision"
        if n > _LARGEST:
            raise TooLargeError(f"{what} need {readable(self.bytes)} of memory")
        check_memory(self.bytes, what)
        self._threads, self._team = max(1, threads), team or Solo()
        self._cost = _padded(self.qubo, n)
        self._tilings = tilings(self._cost, self._dtype)
        ones = np.full(self.qubits, 0.5) if start is None else np.asarray(start, dtype=np.float64)
        if ones.shape != (self.qubits,) or (ones < 0).any() or (ones >= 1).any():
            raise ValueError("a start needs one probability in [0, 1) per qubit")
        # Amplitude of 1 over amplitude of 0, in the real frame (times i); idle qubits stay at 0.
        self._ratios = np.zeros(n, dtype=np.complex128)
        self._ratios[: self.qubits] = 1j * np.sqrt(ones / (1 - ones))
        self._norm = float(np.sqrt(np.prod(1 - ones)))
        self._state: NDArray[Any] = np.empty(0, dtype=self._dtype)
        self._dual: NDArray[Any] = np.empty(0, dtype=self._dtype)

    @property
    def mixers(self) -> int:
        """One mixer per qubit."""
        return self.qubits

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        layers = Layers.of(angles, self.qubits, self._n)
        return float(self._team.sum(np.array([self._forward(layers, len(layers.gamma) + 1, measure=True)]))[0])

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient: p passes forward, then p + 1 backward over two states."""
        layers = Layers.of(angles, self.qubits, self._n)
        depth = len(layers.gamma)
        if self._dual.size == 0:
            check_memory(self.bytes, f"the adjoint state of {self.qubits} qubits")
            self._dual = self._team.empty((2 << self._n,), self._dtype)
        self._forward(layers, depth, measure=False)
        by_gamma, by_beta = np.zeros(depth), np.zeros((depth, self._n))
        steps = schedule(depth, len(self._tilings))
        value = self._backward(steps[-1], layers, by_gamma, by_beta)
        for step in reversed(steps[:-1]):
            self._backward(step, layers, by_gamma, by_beta)
        together = self._team.sum(np.concatenate([[value], by_gamma, by_beta.ravel()]))
        by_gamma, by_beta = together[1 : depth + 1], together[depth + 1 :].reshape(by_beta.shape)
        return float(together[0]), layers.fold(angles, by_gamma, by_beta)

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes (2**n,), little endian: bit i of the index is qubit i."""
        re, im = self._final(angles)
        check_memory(16 << self.qubits, "a copy of the amplitudes")
        size = 1 << self.qubits
        turns = np.array([1, -1j, -1, 1j])[np.bitwise_count(np.arange(size, dtype=np.uint64)) % 4]
        return np.asarray((re[:size] + 1j * im[:size]) * turns)

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every basis state (2**n,)."""
        re, im = self._final(angles)
        size = 1 << self.qubits
        found = re[:size].astype(np.float64) ** 2
        found += im[:size].astype(np.float64) ** 2
        return found

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times."""
        index, counts = draw(self.probabilities(angles), shots, seed)
        bits = ((index[:, None] >> np.arange(self.qubits)) & 1).astype(np.int8)
        feasible = np.ones(index.size, dtype=np.bool_) if self._onehot is None else self._onehot.is_feasible(bits)
        return Samples(bits, counts, self.qubo.energies(bits), feasible)

    # ---------------------------------------------------------------- passes

    def _final(self, angles: Angles) -> tuple[NDArray[Any], NDArray[Any]]:
        layers = Layers.of(angles, self.qubits, self._n)
        self._forward(layers, len(layers.gamma) + 1, measure=False)
        return self._state[: 1 << self._n], self._state[1 << self._n :]

    def _forward(self, layers: Layers, passes: int, measure: bool) -> float:
        """Run the first `passes` passes; the result is the expected cost when the last one measures."""
        if self._state.size == 0:
            self._state = self._team.empty((2 << self._n,), self._dtype)
        self._team.wait()  # nobody reads the last state any more
        depth, total = len(layers.gamma), 0.0
        idle = np.ones(self._n, dtype=np.complex128)
        for number, step in enumerate(schedule(depth, len(self._tilings))[:passes]):
            tiling = self._tilings[step.tiling]
            before, after = (None if k is None else layers.beta[k] for k in (step.before, step.after))
            measured = measure and step.phase is None
            scale = tiling.scale(before) * tiling.scale(after) * (self._norm if number == 0 else 1.0)
            if number == 0:
                mode = 2
            else:  # without a phase to do, storing still multiplies by the scale
                mode = 0 if measured else 1
            gamma = 0.0 if step.phase is None else float(layers.gamma[step.phase])
            tables = (
                tiling.phases(self._cost, gamma, idle if number else self._ratios, self._dtype)
                if mode
                else self._no_phases()
            )
            edges = [tiling.tangents(beta, 1.0) for beta in (before, after)]
            arguments = (tuple(edges), (mode, measured, not measured), (*tables, scale), tiling.energies)
            work = partial(self._forward_tiles, tiling, arguments)
            total = sum(self._share(tiling, work))
        return float(total)

    def _forward_tiles(self, tiling: Tiling, arguments: tuple[object, ...], tiles: tuple[int, int]) -> float:
        return float(_full.forward_pass(self._state, self._buffer(tiling), tiling.shape, tiles, *arguments))

    def _backward(
        self, step: Step, layers: Layers, by_gamma: NDArray[np.float64], by_beta: NDArray[np.float64]
    ) -> float:
        """Undo one pass on both states, adding to the gradients; the turning pass returns the expected cost."""
        tiling, turning = self._tilings[step.tiling], step.phase is None
        # The turning pass rotates by its `before` layer, which the kernel takes in the place of `after`.
        last, early = (step.before, None) if turning else (step.after, step.before)
        betas = [None if k is None else layers.beta[k] for k in (last, early)]
        scales = [tiling.scale(beta) for beta in betas]
        edges = [tiling.tangents(beta, -1.0) for beta in betas]
        idle = np.ones(self._n, dtype=np.complex128)
        tables = (
            self._no_phases()
            if step.phase is None
            else tiling.phases(self._cost, -float(layers.gamma[step.phase]), idle, self._dtype)
        )

        def work(tiles: tuple[int, int]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
            after, before = np.zeros(tiling.bits), np.zeros(tiling.bits)
            total = _full.backward_pass(
                (self._state, self._dual), (self._buffer(tiling), self._buffer(tiling)), tiling.shape, tiles,
                (0 if turning else 1, step.phase != 0), tuple(edges), (*tables, scales[0] * scales[1]),
                tiling.energies, (after, before),
            )  # fmt: skip
            return float(total), after, before

        parts = self._share(tiling, work)
        total = sum(part[0] for part in parts)
        if step.phase is not None:
            by_gamma[step.phase] += 2 * total * scales[0] ** 2
        entering = scales[0] ** -2 if turning else 1.0
        for layer, column, factor in ((last, 1, entering), (early, 2, scales[1] ** -2)):
            if layer is not None:
                factors = 2 * factor * tiling.group_scales(layers.beta[layer], self._dtype.itemsize)
                by_beta[layer, tiling.inside] += factors * sum(part[column] for part in parts)
        return total * scales[0] ** 2

    def _share(self, tiling: Tiling, work: Callable[[tuple[int, int]], T]) -> list[T]:
        """Run `work` over this member's tiles, in threads when there are several."""
        return share(tiling.count, self._threads, self._team, work)

    def _buffer(self, tiling: Tiling) -> NDArray[Any]:
        return np.empty(2 << tiling.bits if tiling.buffered else 1, dtype=self._dtype)

    def _no_phases(self) -> Tables:
        return (
            np.empty(0, dtype=self._dtype),
            np.empty((0, 0), dtype=np.complex128),
            np.empty(0, dtype=np.complex128),
        )


def _padded(qubo: Qubo, n: int) -> Cost:
    linear, coupling = np.zeros(n), np.zeros((n, n))
    linear[: qubo.size] = qubo.linear
    coupling[qubo.rows, qubo.cols] = qubo.values
    return Cost(linear, coupling + coupling.T, qubo.offset)
