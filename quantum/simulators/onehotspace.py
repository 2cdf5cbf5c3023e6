"""Exact QAOA over the one-hot states only: k**m amplitudes in place of 2**(k m)."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from quantum.angles import Angles
from quantum.errors import check_memory
from quantum.mixers.base import BlockMixer
from quantum.onehot import OneHot
from quantum.simulators import _subspace
from quantum.simulators._program import Step, schedule
from quantum.simulators._tiles import Tiling, grow
from quantum.simulators.base import Samples, draw, share
from quantum.simulators.team import Solo, Team
from quantum.states import w_state

_ONE_TILE = 1 << 13  # states; up to here the whole state is one tile
_ROW = 8  # a row of the fast blocks holds at least so many states
_PHASE_ROW = 128  # states over which phase factors are multiplied out beforehand
_OFF, _REFLECTION, _MATRIX = 0, 1, 2

Operations = tuple[NDArray[np.int64], NDArray[Any], NDArray[Any], NDArray[Any]]


class OneHotSpace:
    """State-vector simulator on one-hot blocks with a mixer that keeps them one-hot.

    Parameters
    ----------
    problem : OneHot
    mixer : BlockMixer
        XY-ring, XY-complete or Grover.
    start : list of (k,) arrays, optional
        Real, non-negative initial amplitudes of each block; default W states.
    precision : {"double", "single"}
    threads : int
        Threads that share each pass; results do not depend on their timing.
    team : Team, optional
        Ranks of one node that hold the state together; all of them call the same methods.
    frozen : blocks that no mixer touches, and
    high_from : block from which on all blocks make high tiles (both used when the state is split over ranks).

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
        team: Team | None = None,
        frozen: Sequence[int] = (),
        high_from: int | None = None,
    ) -> None:
        self.problem, self.mixer = problem, mixer
        self._dtype: np.dtype[Any] = np.dtype(np.float64 if precision == "double" else np.float32)
        self._complex: np.dtype[Any] = np.dtype(np.complex128 if precision == "double" else np.complex64)
        self.states = problem.states
        self.bytes = 2 * self._dtype.itemsize * self.states
        check_memory(self.bytes, f"the amplitudes of {self.states:.4g} one-hot states in {precision} precision")
        self._threads, self._team = max(1, threads), team or Solo()
        self._start = [np.asarray(a, dtype=np.complex128) for a in (start or w_state(problem))]
        if tuple(a.size for a in self._start) != problem.sizes:
            raise ValueError("the start needs one amplitude per choice of every block")
        self._frozen = frozenset(frozen)
        self._high_from = problem.blocks if high_from is None else high_from
        linear, table, offset = problem.tables()
        self._linear, self._table, self._offset = linear, table, offset
        self._variables = [np.arange(s, s + k) for s, k in zip(problem.starts.tolist(), problem.sizes)]
        self._tilings = self._plan()
        self.state: NDArray[Any] = np.empty((2, 0), dtype=self._dtype)
        self._dual: NDArray[Any] = np.empty((2, 0), dtype=self._dtype)

    @property
    def mixers(self) -> int:
        """One mixer per block."""
        return self.problem.blocks

    # ---------------------------------------------------------------- results

    def value(self, angles: Angles) -> float:
        """Expected cost."""
        return float(self._team.sum(np.array([self._forward(angles, angles.depth + 1, measure=True)]))[0])

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient by the adjoint method (Jones and Gacon 2020, arXiv:2009.02823)."""
        beta = angles.per_mixer(self.mixers)
        assert self.dual.size
        self._forward(angles, angles.depth, measure=False)
        by_gamma, by_beta = np.zeros(angles.depth), np.zeros((angles.depth, self.mixers))
        steps = schedule(angles.depth, len(self._tilings))
        value = self._backward(steps[-1], angles.gamma, beta, by_gamma, by_beta)
        for step in reversed(steps[:-1]):
            self._backward(step, angles.gamma, beta, by_gamma, by_beta)
        together = self._team.sum(np.concatenate([[value], by_gamma, by_beta.ravel()]))
        value, by_gamma = float(together[0]), together[1 : angles.depth + 1]
        by_beta = together[angles.depth + 1 :].reshape(by_beta.shape)
        if angles.beta.ndim == 1:
            return value, Angles(by_gamma, by_beta.sum(axis=1))
        return value, Angles(by_gamma, by_beta if angles.beta.shape[1] > 1 else by_beta.sum(axis=1, keepdims=True))

    def amplitudes(self, angles: Angles) -> NDArray[np.complex128]:
        """Amplitudes by feasible index (block 0 is the fastest digit)."""
        self._forward(angles, angles.depth + 1, measure=False)
        check_memory(16 * self.states, "a copy of the amplitudes")
        return np.asarray(self.state[0] + 1j * self.state[1], dtype=np.complex128)

    def probabilities(self, angles: Angles) -> NDArray[np.float64]:
        """Probability of every feasible index."""
        self._forward(angles, angles.depth + 1, measure=False)
        found = self.state[0].astype(np.float64) ** 2
        found += self.state[1].astype(np.float64) ** 2
        return np.asarray(found)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits `shots` times; every sample is feasible."""
        index, counts = draw(self.probabilities(angles), shots, seed)
        choices = self.problem.choices(index)
        feasible = np.ones(index.size, dtype=np.bool_)
        return Samples(self.problem.bits(choices), counts, self.problem.energies(choices), feasible)

    # ---------------------------------------------------------------- plan

    def _plan(self) -> list[Tiling]:
        """Choose which blocks make low and high tiles, so that both kinds are about equally large."""
        sizes, m = self.problem.sizes, self.problem.blocks
        prefix = [1]
        for k in sizes:
            prefix.append(prefix[-1] * k)
        fast = next((b for b in range(m + 1) if prefix[b] >= _ROW), m)
        if self.states <= _ONE_TILE or fast >= m - 1:
            return [self._tiling(tuple(range(m)), (), fast, high=False)]
        split = min(
            range(fast, max(fast, min(m - 1, self._high_from)) + 1),
            key=lambda u: max(prefix[u], prefix[fast] * (self.states // prefix[u])),
        )
        low = self._tiling(tuple(range(split)), tuple(range(split, m)), fast, high=False)
        around = (*range(fast), *range(split, m))
        return [low, self._tiling(around, tuple(range(fast, split)), fast, high=True)]

    def _tiling(self, blocks: tuple[int, ...], outside: tuple[int, ...], fast: int, high: bool) -> Tiling:
        sizes = np.array([self.problem.sizes[b] for b in blocks], dtype=np.int64)
        row = int(np.prod(sizes[:fast]))
        tiles = 1
        for b in outside:
            tiles *= self.problem.sizes[b]
        size = int(np.prod(sizes))
        deep = next((b for b in range(fast, sizes.size) if np.prod(sizes[:b]) >= _PHASE_ROW), sizes.size)
        shape = (
            (1, row, row * tiles, size // row, tiles, fast, fast, deep)
            if high
            else (0, size, size, 1, tiles, fast, 0, deep)
        )
        cost = grow(self._variables, blocks, outside, np.add, self._linear, self._table, self._offset)
        if not outside:
            self._energies = cost[0] + cost[2][0]
        inner, weights, constants = (part.astype(self._dtype) for part in cost)
        return Tiling(blocks, outside, shape, sizes, (inner, weights, constants))

    @cached_property
    def product_start(self) -> NDArray[np.complex128]:
        """Amplitudes (states,) of the start."""
        product: NDArray[np.complex128] = np.ones(1, dtype=np.complex128)
        for amplitudes in self._start:
            product = np.multiply.outer(amplitudes, product).ravel()
        return product

    def _phases(
        self, tiling: Tiling, gamma: float, first: bool, factor: complex
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        if not tiling.outside:  # one tile: its energies are all energies
            table: NDArray[Any] = factor * np.exp(-1j * gamma * self._energies)
            if first:
                table *= self.product_start
            cross = np.ones((1, int(tiling.sizes.sum())), dtype=self._complex)
            one = np.ones(1, dtype=self._complex)
            return table.real.astype(self._dtype), table.imag.astype(self._dtype), cross, one
        single = np.exp(-1j * gamma * self._linear)
        if first:
            single = single * np.concatenate(self._start)
        pair = np.exp(-1j * gamma * self._table)
        constant = complex(factor * np.exp(-1j * gamma * self._offset))
        table, cross, constants = grow(
            self._variables, tiling.blocks, tiling.outside, np.multiply, single, pair, constant
        )
        real, imag = table.real.astype(self._dtype), table.imag.astype(self._dtype)
        return real, imag, cross.astype(self._complex), constants.astype(self._complex)

    # ---------------------------------------------------------------- passes

    def _operations(
        self, tiling: Tiling, beta: NDArray[np.float64] | None, inverse: bool
    ) -> tuple[Operations, complex, NDArray[np.float64], NDArray[np.complex128]]:
        """Rotations of the tile's blocks, the scalar left out, gradient rates, logarithmic derivatives."""
        count, widest = len(tiling.blocks), max((int(k) for k in tiling.sizes), default=1)
        kinds = np.zeros(count, dtype=np.int64)
        kappas = np.zeros(count, dtype=self._complex)
        vectors = np.zeros((count, widest), dtype=self._dtype)
        matrices = np.zeros((count, widest, widest), dtype=self._complex)
        rates, derivatives = np.zeros(count), np.zeros((count, widest, widest), dtype=np.complex128)
        scalar = 1.0 + 0j
        if beta is not None:
            rotated = tiling.blocks[tiling.shape[6] :]
            for place, b in enumerate(tiling.blocks):
                if b in self._frozen or b not in rotated or np.isnan(beta[b]):
                    continue
                start, k = self._start[b], self.problem.sizes[b]
                if k == 1:  # a phase
                    phase = complex(self.mixer.unitary(start, float(beta[b]))[0, 0])
                    scalar *= np.conj(phase) if inverse else phase
                    continue
                form = self.mixer.reflection(start, float(beta[b]))
                if form is not None:
                    factor, kappa, vector, rate = form
                    kinds[place], rates[place] = _REFLECTION, rate
                    kappas[place] = np.conj(kappa) if inverse else kappa
                    vectors[place, :k] = vector.real
                    scalar *= np.conj(factor) if inverse else factor
                else:
                    matrix = self.mixer.unitary(start, float(beta[b]))
                    kinds[place] = _MATRIX
                    matrices[place, :k, :k] = matrix.conj().T if inverse else matrix
                    derivatives[place, :k, :k] = self.mixer.logarithmic_derivative(start, float(beta[b]))
        return (kinds, kappas, vectors, matrices), scalar, rates, derivatives

    def _forward(self, angles: Angles, passes: int, measure: bool) -> float:
        self.allocate()
        angles.common_gamma()
        self._team.wait()  # nobody reads the last state any more
        beta, total = angles.per_mixer(self.mixers), 0.0
        for number, step in enumerate(schedule(angles.depth, len(self._tilings))[:passes]):
            tiling = self._tilings[step.tiling]
            before, after = (
                self._operations(tiling, None if layer is None else beta[layer], inverse=False)
                for layer in (step.before, step.after)
            )
            measured = measure and step.phase is None
            mode = 2 if number == 0 else (0 if measured else 1)
            gamma = 0.0 if step.phase is None else float(angles.gamma[step.phase])
            phases = self._phases(tiling, gamma, number == 0, before[1] * after[1])
            total = self._pass(tiling, before[0], after[0], mode, phases, measured, not measured)
        return total

    def allocate(self) -> None:
        """Make room for `state` (2, states): real and imaginary parts."""
        if self.state.size == 0:
            self.state = self._team.empty((2, self.states), self._dtype)

    def layer(
        self, before: NDArray[np.float64] | None, gamma: float, after: NDArray[np.float64], first: bool = False
    ) -> None:
        """Rotate, phase, rotate on the state as it is: one QAOA layer of a state that is split over ranks.

        Angles are per block, NaN for blocks to leave alone; blocks of `before` must be in high tiles.
        """
        tilings = self._tilings[::-1]
        for number, tiling in enumerate(tilings):
            ahead = self._operations(tiling, before if number == 0 else None, inverse=False)
            behind = self._operations(tiling, after, inverse=False)
            mode = (2 if first else 1) if number == 0 else 0
            scalar = ahead[1] * behind[1]
            if mode == 0 and abs(scalar - 1) > 0:  # a pass without phase still carries the scalar
                mode = 1
            phases = self._phases(tiling, gamma if number == 0 else 0.0, first and number == 0, scalar)
            self._pass(tiling, ahead[0], behind[0], mode, phases, False)

    def measure(self, before: NDArray[np.float64] | None) -> float:
        """Rotate blocks of high tiles on the state as it is, and return the expected cost, keeping the state."""
        tiling = self._tilings[-1]
        ahead = self._operations(tiling, before, inverse=False)
        behind = self._operations(tiling, None, inverse=False)
        return self._pass(tiling, ahead[0], behind[0], 1, self._phases(tiling, 0.0, False, ahead[1]), True, True)

    def _pass(
        self,
        tiling: Tiling,
        before: Operations,
        after: Operations,
        mode: int,
        phases: tuple[NDArray[np.generic], NDArray[np.generic], NDArray[np.generic], NDArray[np.generic]],
        measure: bool,
        store: bool = True,
    ) -> float:
        def work(span: tuple[int, int]) -> float:
            return float(
                _subspace.forward_pass(
                    self.state, tiling.shape, span, tiling.sizes, (before, after), (mode, measure, store), phases,
                    tiling.energies,
                )
            )  # fmt: skip

        return sum(share(tiling.shape[4], self._threads, self._team, work))

    def _backward(
        self,
        step: Step,
        gamma: NDArray[np.float64],
        beta: NDArray[np.float64],
        by_gamma: NDArray[np.float64],
        by_beta: NDArray[np.float64],
    ) -> float:
        """Undo one pass on both states, adding to the gradients; the turning pass returns the expected cost."""
        tiling, turning = self._tilings[step.tiling], step.phase is None
        last, early = (step.before, None) if turning else (step.after, step.before)
        late, soon = (None if layer is None else beta[layer] for layer in (last, early))
        angle = 0.0 if step.phase is None else float(gamma[step.phase])
        total, by_last, by_early = self._undo(tiling, turning, late, soon, angle, step.phase != 0)
        if step.phase is not None:
            by_gamma[step.phase] += 2 * total
        for layer, found in ((last, by_last), (early, by_early)):
            if layer is not None:
                by_beta[layer] += found
        return total

    def _undo(
        self,
        tiling: Tiling,
        turning: bool,
        last: NDArray[np.float64] | None,
        early: NDArray[np.float64] | None,
        gamma: float,
        store: bool = True,
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Undo one pass: its last rotations, its phase, its early rotations; angles are per block, NaN for none.

        Returns the expected cost (turning) or half the derivative by gamma, and the derivatives by the angles of all
        blocks (m,) of the last and the early rotations.
        """
        ahead = self._operations(tiling, last, inverse=False)
        after = self._operations(tiling, last, inverse=True)
        before = self._operations(tiling, early, inverse=True)
        phases = self._phases(tiling, -gamma, False, 1.0)

        def work(span: tuple[int, int]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
            late, soon = np.zeros(len(tiling.blocks)), np.zeros(len(tiling.blocks))
            found = _subspace.backward_pass(
                (self.state, self._dual), tiling.shape, span, tiling.sizes, (turning, store),
                (ahead[0], after[0], before[0]), ((after[2], after[3]), (before[2], before[3])), phases,
                tiling.energies, (late, soon),
            )  # fmt: skip
            return float(found), late, soon

        parts = share(tiling.shape[4], self._threads, self._team, work)
        by = np.zeros((2, self.problem.blocks))
        for _, late, soon in parts:
            by[0, list(tiling.blocks)] += 2 * late
            by[1, list(tiling.blocks)] += 2 * soon
        return sum(part[0] for part in parts), by[0], by[1]

    # ---------------------------------------------------------------- a state that is split over ranks

    @property
    def dual(self) -> NDArray[Any]:
        """The adjoint state (2, states) of the passes that are undone; made when first asked for."""
        if self._dual.size == 0:
            check_memory(self.bytes, f"the adjoint state of {self.states:.4g} one-hot states")
            self._dual = self._team.empty((2, self.states), self._dtype)
        return self._dual

    def undo_measure(self, before: NDArray[np.float64] | None) -> tuple[float, NDArray[np.float64]]:
        """After `layer` and an exchange: rotate as `measure` does, make the adjoint state, undo the rotation.

        Returns the expected cost and the derivatives by the angles of all blocks (m,).
        """
        assert self.dual.size
        value, by_before, _ = self._undo(self._tilings[-1], True, before, None, 0.0)
        return value, by_before

    def undo_layer(
        self, before: NDArray[np.float64] | None, gamma: float, after: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Undo `layer` on state and adjoint state: derivatives by gamma, and by the angles of `before` and `after`."""
        by_after = np.zeros(self.problem.blocks)
        for tiling in self._tilings[:-1]:
            _, found, _ = self._undo(tiling, False, after, None, 0.0)
            by_after += found
        total, found, by_before = self._undo(self._tilings[-1], False, after, before, gamma)
        return 2 * total, by_before, by_after + found
