"""The energy form that every encoding ends in: over bits (`Qubo`), and the same over spins (`Ising`).

Both stand here because each turns into the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.quantum_info import SparsePauliOp

from optimise.core.errors import InputError
from quantum.errors import TooLargeError, check_memory
from quantum.search import enumerate_bits

__all__ = ["Ising", "Qubo", "bits_of", "index_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Qubo:
    """Minimise ``offset + sum_i linear[i] x_i + sum_t values[t] x_rows[t] x_cols[t]`` over bits x.

    Variable i is qubit i, and bit i (weight ``2**i``, little endian as in Qiskit) of a basis index.

    Parameters
    ----------
    linear : float64 (n,)
    rows, cols : int64 (t,)
        Pairs with ``rows < cols``, each at most once; coefficients are counted once.
    values : float64 (t,)
    offset : float
    names : tuple of str, optional
        What each variable stands for, or empty.
    """

    linear: NDArray[np.float64]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    values: NDArray[np.float64]
    offset: float = 0.0
    names: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.rows.shape == self.cols.shape == self.values.shape:
            raise InputError("the row, column and value arrays of a QUBO differ in length")
        if self.rows.size and not (
            (self.rows >= 0).all() and (self.rows < self.cols).all() and (self.cols < self.size).all()
        ):
            raise InputError(f"every QUBO pair must satisfy 0 <= row < col < {self.size}")
        if not all(np.isfinite(part).all() for part in (self.linear, self.values, self.offset)):
            raise InputError("a QUBO coefficient is not a finite number")
        if self.names and len(self.names) != self.size:
            raise InputError(f"{len(self.names)} names for {self.size} QUBO variables")

    @property
    def size(self) -> int:
        """Number of variables n."""
        return self.linear.size

    @classmethod
    def from_terms(
        cls,
        size: int,
        rows: ArrayLike,
        cols: ArrayLike,
        values: ArrayLike,
        offset: float = 0.0,
        names: Sequence[str] = (),
    ) -> "Qubo":
        """Collect terms in any order: repeats are added, (i, i) is linear, (i, j) and (j, i) are one pair.

        Parameters
        ----------
        size : int
            Number of variables n.
        rows : array_like of int
            First variable of each term, 0-based.
        cols : array_like of int
            Second variable of each term, 0-based.
        values : array_like of float
            Coefficient of each term, in units of cost.
        offset : float
            Constant part of the energy.
        names : sequence of str
            One name a variable, or none.

        Returns
        -------
        Qubo
            Of n variables.

        Raises
        ------
        InputError
            If a term names a variable that there is not.
        """
        i = np.asarray(rows, dtype=np.int64).ravel()
        j = np.asarray(cols, dtype=np.int64).ravel()
        v = np.asarray(values, dtype=np.float64).ravel()
        if i.size and (min(i.min(), j.min()) < 0 or max(i.max(), j.max()) >= size):
            raise InputError(f"a QUBO term names a variable outside 0..{size - 1}")
        diagonal = i == j
        linear = np.zeros(size)
        np.add.at(linear, i[diagonal], v[diagonal])
        low, high = np.minimum(i, j)[~diagonal], np.maximum(i, j)[~diagonal]
        keys, where = np.unique(low * max(size, 1) + high, return_inverse=True)
        sums = np.zeros(keys.size)
        np.add.at(sums, where, v[~diagonal])
        keep = sums != 0.0
        keys, sums = keys[keep], sums[keep]
        return cls(linear, keys // max(size, 1), keys % max(size, 1), sums, float(offset), tuple(names))

    @classmethod
    def from_matrix(cls, matrix: ArrayLike, offset: float = 0.0, names: Sequence[str] = ()) -> "Qubo":
        """Read ``x' M x + offset`` from any square matrix (lower and upper entries are added).

        Parameters
        ----------
        matrix : array_like of float
            Shape (n, n).
        offset : float
            Constant part of the energy.
        names : sequence of str
            One name a variable, or none.

        Returns
        -------
        Qubo
            Of n variables.

        Raises
        ------
        InputError
            If the matrix is not square.

        Examples
        --------
        >>> Qubo.from_matrix([[1.0, 2.0], [0.0, -1.0]]).energy([1, 1])
        2.0
        """
        dense = np.asarray(matrix, dtype=np.float64)
        if dense.ndim != 2 or dense.shape[0] != dense.shape[1]:
            raise InputError(f"a QUBO matrix must be square, got shape {dense.shape}")
        i, j = np.nonzero(dense)
        return cls.from_terms(dense.shape[0], i, j, dense[i, j], offset, names)

    def matrix(self) -> NDArray[np.float64]:
        """Dense upper-triangular (n, n) matrix U with ``energy = offset + x' U x``."""
        dense = np.diag(self.linear)
        dense[self.rows, self.cols] = self.values
        return dense

    def energy(self, bits: ArrayLike) -> float:
        """Energy of one bit vector (n,).

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (n,).

        Returns
        -------
        float
            In units of cost.
        """
        return float(self.energies(np.asarray(bits)[None, :])[0])

    def energies(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of many bit vectors (s, n).

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.

        Raises
        ------
        ValueError
            If the vectors have another length than n.
        """
        x = np.asarray(bits, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != self.size:
            raise ValueError(f"expected bit vectors of length {self.size}, got an array of shape {x.shape}")
        total = self.offset + x @ self.linear
        step = max(1, 4_000_000 // max(1, x.shape[0]))
        for start in range(0, self.rows.size, step):
            part = slice(start, start + step)
            total += (x[:, self.rows[part]] * x[:, self.cols[part]]) @ self.values[part]
        return np.asarray(total, dtype=np.float64)

    def diagonal(self) -> NDArray[np.float64]:
        """Energies of all ``2**n`` basis states, index bit i = variable i.

        Raises
        ------
        TooLargeError
            When the 2**(n + 3) bytes do not fit in memory.
        """
        check_memory(8 * 2**self.size * 3 // 2, f"the energies of {self.size} bits")
        energies = np.empty(2**self.size)
        energies[0] = self.offset
        matrix = self.matrix()
        for i in range(self.size):
            half = 2**i
            step = energies[half : 2 * half]
            step[0] = self.linear[i]
            for j in range(i):  # the cost of raising bit i, as a function of the bits below it
                np.add(step[: 2**j], matrix[j, i], out=step[2**j : 2 ** (j + 1)])
            step += energies[:half]
        return energies

    def brute_force(self, limit: int = 30) -> tuple[float, NDArray[np.int8], int]:
        """Smallest energy, one bit vector that attains it, and how many do (to 1e-9), by enumeration.

        Parameters
        ----------
        limit : int
            Most variables that are enumerated.

        Returns
        -------
        tuple
            Smallest energy, bits of shape (n,), number of states that have it.

        Raises
        ------
        TooLargeError
            For more than `limit` variables.
        """
        if self.size > limit:
            raise TooLargeError(f"brute force over {self.size} bits; the limit is {limit}")
        best, index, ties = enumerate_bits(self.linear, self.matrix(), self.offset)
        return best, bits_of(index, self.size), ties

    def to_ising(self) -> "Ising":
        """The same energy over spins, ``x = (1 - s) / 2``."""
        half, quarter = self.linear / 2, self.values / 4
        field_ = -half
        np.subtract.at(field_, self.rows, quarter)
        np.subtract.at(field_, self.cols, quarter)
        offset = self.offset + float(half.sum() + quarter.sum())
        return Ising(field_, self.rows, self.cols, quarter, offset, self.names)

    def scaled(self, factor: float) -> "Qubo":
        """All coefficients times `factor`.

        Parameters
        ----------
        factor : float
            Multiplies coefficients and offset.

        Returns
        -------
        Qubo
            A copy.
        """
        return Qubo(self.linear * factor, self.rows, self.cols, self.values * factor, self.offset * factor, self.names)

    def __add__(self, other: "Qubo") -> "Qubo":
        if self.size != other.size:
            raise ValueError(f"cannot add QUBOs of {self.size} and {other.size} variables")
        every = np.arange(self.size)
        return Qubo.from_terms(
            self.size,
            np.concatenate([every, self.rows, every, other.rows]),
            np.concatenate([every, self.cols, every, other.cols]),
            np.concatenate([self.linear, self.values, other.linear, other.values]),
            self.offset + other.offset,
            self.names or other.names,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Ising:
    """``offset + sum_i field[i] s_i + sum_t couplings[t] s_rows[t] s_cols[t]``, spins s in {-1, +1}.

    Spin i is the eigenvalue of Pauli Z on qubit i: bit 0 is spin +1, bit 1 is spin -1.
    """

    field: NDArray[np.float64]
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    couplings: NDArray[np.float64]
    offset: float = 0.0
    names: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of spins n."""
        return self.field.size

    def energy(self, spins: ArrayLike) -> float:
        """Energy of one spin vector (n,).

        Parameters
        ----------
        spins : array_like
            Plus and minus ones, shape (n,).

        Returns
        -------
        float
            In units of cost.
        """
        s = np.asarray(spins, dtype=np.float64)
        return float(self.offset + self.field @ s + (s[self.rows] * s[self.cols]) @ self.couplings)

    def to_qubo(self) -> Qubo:
        """The same energy over bits, ``s = 1 - 2 x``."""
        linear = -2 * self.field
        np.subtract.at(linear, self.rows, 2 * self.couplings)
        np.subtract.at(linear, self.cols, 2 * self.couplings)
        offset = self.offset + float(self.field.sum() + self.couplings.sum())
        return Qubo(linear, self.rows, self.cols, 4 * self.couplings, offset, self.names)

    def to_operator(self) -> SparsePauliOp:
        """Qiskit ``SparsePauliOp`` of Z and ZZ terms on qubits 0..n-1, the offset as an identity term."""
        terms: list[tuple[str, list[int], float]] = [("", [], self.offset)]
        terms += [("Z", [i], float(h)) for i, h in enumerate(self.field) if h != 0.0]
        terms += [("ZZ", [int(i), int(j)], float(v)) for i, j, v in zip(self.rows, self.cols, self.couplings)]
        return SparsePauliOp.from_sparse_list(terms, num_qubits=self.size)

    @classmethod
    def from_operator(cls, operator: SparsePauliOp) -> "Ising":
        """Read a diagonal ``SparsePauliOp`` with terms of at most two Z.

        Parameters
        ----------
        operator : SparsePauliOp
            Of n qubits.

        Returns
        -------
        Ising
            Of n spins; terms of one pair are added up.

        Raises
        ------
        ValueError
            For a term with X or Y, with three or more Z, or with a complex coefficient.
        """
        size = operator.num_qubits
        offset, terms = 0.0, []
        for name, qubits, coefficient in operator.to_sparse_list():
            if set(name) - {"Z", "I"} or abs(complex(coefficient).imag) > 1e-12:
                raise ValueError(f"term {name} on qubits {qubits} is not a real product of Z operators")
            value = complex(coefficient).real
            z = [q for letter, q in zip(name, qubits) if letter == "Z"]
            if len(z) > 2:
                raise ValueError(f"term {name} on qubits {qubits} couples more than two qubits")
            if z:
                terms.append((z[0], z[-1], value))
            else:
                offset += value
        # Qubo.from_terms sums repeats; its "diagonal" entries are exactly the single-Z terms here.
        i, j, v = (np.array(column) for column in zip(*terms)) if terms else (np.zeros(0),) * 3
        collected = Qubo.from_terms(size, i, j, v)
        return cls(collected.linear, collected.rows, collected.cols, collected.values, offset)


def bits_of(index: int, size: int) -> NDArray[np.int8]:
    """Bit vector (size,) of a basis index: entry i is bit i."""
    return np.array([(index >> i) & 1 for i in range(size)], dtype=np.int8)


def index_of(bits: ArrayLike) -> int:
    """Basis index of a bit vector: entry i has weight 2**i."""
    return sum(1 << i for i, bit in enumerate(np.asarray(bits).tolist()) if bit)
