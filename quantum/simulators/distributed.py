"""One-hot QAOA with the state split over MPI ranks: one exchange per layer.

Two groups of blocks, A (the last blocks) and B (those before them), take turns at being split. In layout 0 a rank
holds a range of A's states and all of B's, in layout 1 the other way round. A layer phases and rotates everything
that is whole, exchanges (everyone with everyone, which turns one layout into the other), and the next layer begins
by rotating the group that has become whole.

The communicator is any object with mpi4py's ``rank``, ``size``, ``Isend``, ``Irecv``, ``allreduce`` and
``allgather``; nothing here imports mpi4py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import UnsupportedError
from quantum.angles import Angles
from quantum.errors import check_memory
from quantum.mixers.base import BlockMixer
from quantum.mixers.xy_complete import XYComplete
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.simulators.base import Samples, draw
from quantum.simulators.onehotspace import OneHotSpace
from quantum.states import w_state

if TYPE_CHECKING:
    from mpi4py.MPI import Intracomm


#: Angles before the phase, still waiting after the exchange, after the phase; per local block, NaN for none.
_Step = tuple[NDArray[np.float64] | None, NDArray[np.float64] | None, NDArray[np.float64]]


class DistributedOneHotSpace:
    """One-hot state vector over the ranks of a communicator (uniform start, exact values and gradients).

    Every rank makes it with the same arguments and calls the same methods. A rank keeps its share of the amplitudes
    twice, once per layout; gradients keep the adjoint state as well.

    Parameters
    ----------
    problem : OneHot
    mixer : BlockMixer
    comm : mpi4py communicator
    precision : {"double", "single"}

    Raises
    ------
    UnsupportedError
        For more ranks than a group of blocks has states.
    TooLargeError
        Before any allocation, when a rank's share does not fit.
    """

    def __init__(
        self, problem: OneHot, mixer: BlockMixer, comm: Intracomm, *, precision: Literal["double", "single"] = "double"
    ) -> None:
        self.problem, self.mixer, self._comm = problem, mixer, comm
        ranks, m = comm.size, problem.blocks
        first_a = _group(problem.sizes, m, ranks)
        first_b = _group(problem.sizes, first_a, ranks)
        if first_b < 0:
            raise UnsupportedError(f"{ranks} ranks are too many for {m} blocks of sizes {problem.sizes}")
        groups = (list(range(first_a, m)), list(range(first_b, first_a)))  # split in layout 0, in layout 1
        self._counts = [int(np.prod([problem.sizes[b] for b in group])) for group in groups]
        self._rest = problem.states // (self._counts[0] * self._counts[1])
        self._edges = [[count * r // ranks for r in range(ranks + 1)] for count in self._counts]
        width = 8 if precision == "double" else 4
        share = max(
            self._rest * (edges[r + 1] - edges[r]) * self._counts[1 - side]
            for side, edges in enumerate(self._edges)
            for r in range(ranks)
        )
        check_memory(4 * width * share, f"a rank's share of {problem.states:.4g} one-hot states, twice")
        self._whole: list[list[int]] = []
        self._parts: list[OneHotSpace] = []
        for side in (0, 1):
            whole = [*range(first_b), *groups[1 - side]]
            low, high = self._edges[side][comm.rank], self._edges[side][comm.rank + 1]
            local, start = _merged(problem, whole, groups[side], low, high)
            space = OneHotSpace(local, mixer, start=start, precision=precision, frozen=[len(whole)], high_from=first_b)
            self._whole.append(whole)
            self._parts.append(space)
        self._groups = groups
        self._dtype = np.dtype(np.float64 if precision == "double" else np.float32)
        self._side = 0

    @property
    def mixers(self) -> int:
        """One mixer per block."""
        return self.problem.blocks

    def value(self, angles: Angles) -> float:
        """Expected cost, the same on every rank."""
        return self._run(angles)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient by the adjoint method, the same on every rank; p exchanges there, 2 p back."""
        if angles.depth == 0:
            return self.value(angles), angles
        beta = angles.per_mixer(self.mixers)
        steps = self._prepare(angles)
        by_gamma, by_beta = np.zeros(angles.depth), np.zeros((angles.depth, self.mixers))
        _, before, _ = steps[-1]
        value, found = self._parts[self._side].undo_measure(before)
        self._add(by_beta[-1], found)
        for layer in reversed(range(angles.depth)):
            for dual in (False, True):
                self._exchange(dual)
            self._side = 1 - self._side
            before, _, after = steps[layer]
            part = self._parts[self._side]
            by_gamma[layer], early, late = part.undo_layer(before, float(angles.gamma[layer]), after)
            self._add(by_beta[layer], late)
            if layer:
                self._add(by_beta[layer - 1], early)
        together = self._comm.allreduce(np.concatenate([[value], by_gamma, by_beta.ravel()]))
        by_gamma, by_beta = together[1 : angles.depth + 1], together[angles.depth + 1 :].reshape(beta.shape)
        if angles.beta.ndim == 1:
            return float(together[0]), Angles(by_gamma, by_beta.sum(axis=1))
        kept = by_beta if angles.beta.shape[1] > 1 else by_beta.sum(axis=1, keepdims=True)
        return float(together[0]), Angles(by_gamma, kept)

    def probabilities(self, angles: Angles) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """This rank's feasible indices and their probabilities."""
        self._run(angles)
        state = self._parts[self._side].state
        return self._indices(), np.asarray(state[0].astype(np.float64) ** 2 + state[1].astype(np.float64) ** 2)

    def amplitudes(self, angles: Angles) -> tuple[NDArray[np.int64], NDArray[np.complex128]]:
        """This rank's feasible indices and their amplitudes."""
        self._run(angles)
        state = self._parts[self._side].state
        return self._indices(), np.asarray(state[0] + 1j * state[1], dtype=np.complex128)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits; every rank returns all samples."""
        index, probabilities = self.probabilities(angles)
        masses = np.array(self._comm.allgather(float(probabilities.sum())))
        shares = np.random.default_rng(seed).multinomial(shots, masses / masses.sum())
        mine = int(shares[self._comm.rank])
        drawn, counts = draw(probabilities, mine, seed + 1 + self._comm.rank)
        every = self._comm.allgather((index[drawn], counts))
        found, counts = (np.concatenate([part[i] for part in every]) for i in (0, 1))
        order = np.argsort(found)
        choices = self.problem.choices(found[order])
        feasible = np.ones(order.size, dtype=np.bool_)
        return Samples(self.problem.bits(choices), counts[order], self.problem.energies(choices), feasible)

    # ---------------------------------------------------------------- steps

    def _run(self, angles: Angles) -> float:
        """Prepare the state; the result is the expected cost."""
        before = self._prepare(angles)[-1][1]
        return float(self._comm.allreduce(self._parts[self._side].measure(before)))

    def _prepare(self, angles: Angles) -> list[_Step]:
        """Run all layers up to the last rotation of the group that was split.

        Returns, by layer, the angles rotated before the phase, those still waiting after it, those rotated after it.
        """
        beta, gamma = angles.per_mixer(self.mixers), angles.common_gamma()
        self._side, before, steps = 0, None, list[_Step]()
        if angles.depth == 0:
            self._parts[0].allocate()
            nothing = np.full(len(self._whole[0]) + 1, np.nan)
            self._parts[0].layer(None, 0.0, nothing, first=True)
            steps.append((None, None, nothing))
        for layer in range(angles.depth):
            part = self._parts[self._side]
            part.allocate()
            after = np.append(beta[layer, self._whole[self._side]], np.nan)
            part.layer(before, float(gamma[layer]), after, first=layer == 0)
            self._exchange()
            self._side = 1 - self._side
            # The group that was split has become whole and still waits for this layer's rotation.
            waiting = set(self._groups[1 - self._side])
            early = before
            before = np.array([beta[layer, b] if b in waiting else np.nan for b in self._whole[self._side]] + [np.nan])
            steps.append((early, before, after))
        return steps

    def _add(self, total: NDArray[np.float64], found: NDArray[np.float64]) -> None:
        """Add derivatives by the local blocks of the present layout to those by the blocks of the problem."""
        total[self._whole[self._side]] += found[:-1]

    def _exchange(self, dual: bool = False) -> None:
        """Turn the layout: (mine of the split group, other group, rest) becomes (mine of the other, split, rest).

        Works on the state, or on the adjoint state.
        """
        side, rank, rest = self._side, self._comm.rank, self._rest
        edges, others = self._edges[side], self._edges[1 - side]
        mine, theirs = edges[rank + 1] - edges[rank], others[rank + 1] - others[rank]
        self._parts[1 - side].allocate()
        source, target = (p.dual if dual else p.state for p in (self._parts[side], self._parts[1 - side]))
        requests = []
        for part in (0, 1):
            outgoing = source[part].reshape(mine, self._counts[1 - side], rest)
            incoming = target[part].reshape(theirs, self._counts[side], rest)
            incoming[:, edges[rank] : edges[rank + 1]] = outgoing[:, others[rank] : others[rank + 1]].swapaxes(0, 1)
            # Rows go from state to state without packing; both sides post them in the same order.
            for other in range(self._comm.size):
                if other == rank:
                    continue
                for a in range(edges[other], edges[other + 1]):
                    requests += [self._comm.Irecv(incoming[b, a], other, part) for b in range(theirs)]
        for part in (0, 1):
            outgoing = source[part].reshape(mine, self._counts[1 - side], rest)
            for other in range(self._comm.size):
                if other == rank:
                    continue
                for a in range(mine):
                    for b in range(others[other], others[other + 1]):
                        requests.append(self._comm.Isend(outgoing[a, b], other, part))
        for request in requests:
            request.Wait()

    def _indices(self) -> NDArray[np.int64]:
        """Feasible indices of this rank's states in the present layout."""
        side, rank = self._side, self._comm.rank
        edges = self._edges[side]
        split = np.arange(edges[rank], edges[rank + 1])[:, None, None]
        whole = np.arange(self._counts[1 - side])[None, :, None]
        a, b = (split, whole) if side == 0 else (whole, split)
        rest = np.arange(self._rest)[None, None, :]
        return np.asarray((rest + self._rest * (b + self._counts[1] * a)).ravel(), dtype=np.int64)


class DistributedFullSpace:
    """All ``2**n`` states over the ranks of a communicator, mixer X: one exchange per layer, gradients included.

    A qubit is a one-hot block of the choices 0 and 1, on which the complete XY mixer is ``exp(-i beta X)`` and the W
    state is |+>, exactly; the feasible index is the basis index.
    """

    def __init__(self, qubo: Qubo, comm: Intracomm, *, precision: Literal["double", "single"] = "double") -> None:
        self.qubo = qubo
        self._blocks = DistributedOneHotSpace(OneHot.of_bits(qubo), XYComplete(), comm, precision=precision)

    @property
    def mixers(self) -> int:
        """One mixer per qubit."""
        return self.qubo.size

    def value(self, angles: Angles) -> float:
        """Expected cost, the same on every rank."""
        return self._blocks.value(angles)

    def value_and_gradient(self, angles: Angles) -> tuple[float, Angles]:
        """Expected cost and gradient, the same on every rank."""
        return self._blocks.value_and_gradient(angles)

    def amplitudes(self, angles: Angles) -> tuple[NDArray[np.int64], NDArray[np.complex128]]:
        """This rank's basis indices and their amplitudes."""
        return self._blocks.amplitudes(angles)

    def probabilities(self, angles: Angles) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """This rank's basis indices and their probabilities."""
        return self._blocks.probabilities(angles)

    def sample(self, angles: Angles, shots: int, seed: int) -> Samples:
        """Measure all qubits; every rank returns all samples."""
        found = self._blocks.sample(angles, shots, seed)
        bits = np.ascontiguousarray(found.bits[:, 1::2])
        return Samples(bits, found.counts, found.energies, found.feasible)


def _group(sizes: tuple[int, ...], end: int, ranks: int) -> int:
    """First block of the shortest run of blocks before `end` with at least `ranks` states; -1 when there is none."""
    states, first = 1, end
    while states < ranks or first == end:
        first -= 1
        if first < 0:
            return -1
        states *= sizes[first]
    return first


def _merged(
    problem: OneHot, whole: list[int], group: list[int], low: int, high: int
) -> tuple[OneHot, list[NDArray[np.complex128]]]:
    """The problem with `group` as one last block of its states low..high-1, and the W amplitudes of its blocks."""
    linear, table, offset = problem.tables()
    starts, sizes = problem.starts, problem.sizes
    states, digits = np.arange(low, high), []
    for b in group:
        digits.append(starts[b] + states % sizes[b])
        states = states // sizes[b]
    costs = np.zeros(high - low)
    for i, variables in enumerate(digits):
        costs += linear[variables]
        for earlier in digits[:i]:
            costs += table[earlier, variables]
    ranges = [np.arange(starts[b], starts[b] + sizes[b]) for b in whole]
    pairs = {(i, j): table[np.ix_(ranges[i], ranges[j])] for j in range(len(whole)) for i in range(j)}
    for i, inside in enumerate(ranges):
        pairs[(i, len(whole))] = sum(table[np.ix_(inside, variables)] for variables in digits)
    local = OneHot.from_tables([*(linear[r] for r in ranges), costs], pairs, offset)
    start = w_state(local)
    start[-1] = np.full(high - low, 1 / np.sqrt(np.prod([sizes[b] for b in group])), dtype=np.complex128)
    return local, start
