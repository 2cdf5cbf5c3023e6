"""A matrix product state: a chain of tensors, two-site gates, and what was cut off.

Vidal (2003), arXiv:quant-ph/0301063, in the mixed canonical form of Schollwoeck (2011), arXiv:1008.3477: tensors left
of the centre are isometries to the right, those right of it to the left, so that singular values at the centre are
those of the state, and what is dropped there is its weight.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

Tensor = NDArray[np.complex128]

__all__ = ["Chain", "Tensor"]

_SWAP = np.eye(4, dtype=np.complex128)[[0, 2, 1, 3]]


class Chain:
    """Amplitudes of n qubits as tensors (left, 2, right), all qubits at 0.

    Parameters
    ----------
    order : sequence of int
        The qubit at each site.
    bond : int
        Largest number of singular values that a cut keeps.
    least : float
        Weight (share of the norm squared) that a cut drops although there is room for it.
    """

    def __init__(self, order: Sequence[int], bond: int, least: float) -> None:
        self.order = list(order)
        self.site = {q: s for s, q in enumerate(self.order)}
        self._bond, self._least, self._centre = bond, least, 0
        zero = np.array([1, 0], dtype=np.complex128).reshape(1, 2, 1)
        self.tensors: list[Tensor] = [zero.copy() for _ in self.order]
        self.kept, self.distance, self.widest = 1.0, 0.0, 1

    def turn(self, qubit: int, gate: Tensor) -> None:
        """Apply a gate (2, 2) to one qubit."""
        s = self.site[qubit]
        self.tensors[s] = np.einsum("ij,ljr->lir", gate, self.tensors[s], optimize=False)

    def couple(self, first: int, second: int, gate: Tensor) -> None:
        """Apply a gate (4, 4) to two qubits, the first one the low bit as in Qiskit; they move next to each other."""
        while abs(self.site[first] - self.site[second]) > 1:
            a = min(self.site[first], self.site[second])
            self._pair(a, _SWAP)
            self._exchange(a)
        s = min(self.site[first], self.site[second])
        low = self.order[s] == first
        self._pair(s, _by_site(gate, low))

    def phases(self, angles: dict[frozenset[int], float]) -> None:
        """Apply ``exp(-i angle / 2 Z Z)`` to many pairs by a network of swaps, in which every pair meets once.

        Kivlichan et al. (2018), arXiv:1711.04789. It ends when no pair is left.
        """
        left, n = dict(angles), len(self.order)
        for turn in range(n):
            if not left:
                return
            pairs = range(turn % 2, n - 1, 2)
            for s in pairs if self._centre < n // 2 else reversed(pairs):
                angle = left.pop(frozenset((self.order[s], self.order[s + 1])), 0.0)
                same, other = np.exp(-0.5j * angle), np.exp(0.5j * angle)
                self._pair(s, _SWAP * np.array([same, other, other, same])[None, :])
                self._exchange(s)

    def _exchange(self, s: int) -> None:
        self.order[s], self.order[s + 1] = self.order[s + 1], self.order[s]
        self.site[self.order[s]], self.site[self.order[s + 1]] = s, s + 1

    def _pair(self, s: int, gate: Tensor) -> None:
        """A gate by sites (4, 4) on sites s and s + 1, then a cut between them."""
        self.move(s if self._centre <= s else s + 1)
        a, b = self.tensors[s], self.tensors[s + 1]
        both = np.tensordot(a, b, axes=(2, 0)).reshape(a.shape[0], 4, b.shape[2])
        both = np.matmul(gate, both).reshape(2 * a.shape[0], 2 * b.shape[2])
        u, w, v = _svd(both)
        weight = w**2 / float((w**2).sum())
        tail = np.append(np.cumsum(weight[::-1])[::-1], 0.0)  # weight from here on
        k = max(1, min(self._bond, int(np.argmax(tail <= self._least))))
        lost = float(tail[k])
        self.kept *= 1 - lost
        self.distance += float(np.sqrt(2 * max(0.0, 1 - np.sqrt(max(0.0, 1 - lost)))))
        self.widest = max(self.widest, k)
        w = w[:k] / np.sqrt(float((w[:k] ** 2).sum()))
        self.tensors[s] = u[:, :k].reshape(a.shape[0], 2, k)
        self.tensors[s + 1] = (w[:, None] * v[:k]).reshape(k, 2, b.shape[2])
        self._centre = s + 1

    def move(self, to: int) -> None:
        """Move the centre to a site."""
        while self._centre < to:
            c, t = self._centre, self.tensors[self._centre]
            q, r = np.linalg.qr(t.reshape(-1, t.shape[2]))
            self.tensors[c] = q.reshape(t.shape[0], 2, -1)
            self.tensors[c + 1] = np.tensordot(r, self.tensors[c + 1], axes=(1, 0))
            self._centre += 1
        while self._centre > to:
            c, t = self._centre, self.tensors[self._centre]
            q, r = np.linalg.qr(t.reshape(t.shape[0], -1).T)
            self.tensors[c] = q.T.reshape(-1, 2, t.shape[2])
            self.tensors[c - 1] = np.tensordot(self.tensors[c - 1], r.T, axes=(2, 0))
            self._centre -= 1

    def expected(self, terms: Iterable[tuple[tuple[int, ...], float]]) -> float:
        """Sum of coefficients times expected products of Z over qubits."""
        by_first: dict[int, list[tuple[tuple[int, ...], float]]] = {}
        for qubits, value in terms:
            sites = tuple(sorted(self.site[q] for q in qubits))
            by_first.setdefault(sites[0], []).append((sites[1:], value))
        total = 0.0
        for s in sorted(by_first):
            self.move(s)
            t = self.tensors[s]
            env = t[:, 0].conj().T @ t[:, 0] - t[:, 1].conj().T @ t[:, 1]
            total += self._walk(env, s, by_first[s])
        return total

    def _walk(self, env: Tensor, s: int, terms: list[tuple[tuple[int, ...], float]]) -> float:
        """Terms whose product so far is `env` after site s; sites right of it are isometries."""
        total = float(np.real(np.trace(env))) * sum(value for sites, value in terms if not sites)
        rest = [(sites, value) for sites, value in terms if sites]
        last = max((sites[0] for sites, _ in rest), default=s)
        for at in range(s + 1, last + 1):
            t = self.tensors[at]
            zero, one = (t[:, k].conj().T @ env @ t[:, k] for k in (0, 1))
            here = [(sites[1:], value) for sites, value in rest if sites[0] == at]
            if here:
                total += self._walk(zero - one, at, here)
            env = zero + one
        return total

    def sample(self, shots: int, rng: np.random.Generator) -> NDArray[np.int8]:
        """Bits (shots, n) by qubit, drawn site by site from their exact conditional probabilities."""
        self.move(0)
        bits = np.zeros((shots, len(self.order)), dtype=np.int8)
        ahead = np.ones((shots, 1), dtype=np.complex128)
        for qubit, t in zip(self.order, self.tensors):
            branches = [ahead @ t[:, k] for k in (0, 1)]
            weights = np.stack([(np.abs(b) ** 2).sum(axis=1) for b in branches])
            ones = rng.random(shots) * weights.sum(axis=0) >= weights[0]
            bits[:, qubit] = ones
            ahead = np.where(ones[:, None], branches[1], branches[0])
            ahead /= np.linalg.norm(ahead, axis=1)[:, None]
        return bits

    def amplitudes(self) -> Tensor:
        """All amplitudes (2**n,), qubit i as bit i."""
        made: Tensor = np.ones((1, 1), dtype=np.complex128)
        for t in self.tensors:
            made = np.tensordot(made, t, axes=(1, 0)).reshape(-1, t.shape[2])
        n = len(self.order)
        axes = [self.site[q] for q in reversed(range(n))]
        return np.asarray(made.reshape((2,) * n).transpose(axes).ravel())


def _by_site(gate: Tensor, low: bool) -> Tensor:
    """Qiskit's matrix (high bit first) by sites: left site first; `low` when the left site is the low bit."""
    if not low:
        return gate
    return np.asarray(gate.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4))


def _svd(matrix: Tensor) -> tuple[Tensor, NDArray[np.float64], Tensor]:
    try:
        return scipy.linalg.svd(matrix, full_matrices=False, check_finite=False)  # type: ignore[no-any-return]
    except np.linalg.LinAlgError:  # rare: the other algorithm is slower and does not fail
        return scipy.linalg.svd(matrix, full_matrices=False, lapack_driver="gesvd")  # type: ignore[no-any-return]
