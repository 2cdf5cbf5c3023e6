"""The energy over spins, and its exact exchange with QUBO and Qiskit's SparsePauliOp."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantum.qubo import Qubo


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
        """Energy of one spin vector (n,)."""
        s = np.asarray(spins, dtype=np.float64)
        return float(self.offset + self.field @ s + (s[self.rows] * s[self.cols]) @ self.couplings)

    def to_qubo(self) -> Qubo:
        """The same energy over bits, ``s = 1 - 2 x``."""
        linear = -2 * self.field
        np.subtract.at(linear, self.rows, 2 * self.couplings)
        np.subtract.at(linear, self.cols, 2 * self.couplings)
        offset = self.offset + float(self.field.sum() + self.couplings.sum())
        return Qubo(linear, self.rows, self.cols, 4 * self.couplings, offset, self.names)

    def to_operator(self) -> Any:
        """Qiskit ``SparsePauliOp`` of Z and ZZ terms on qubits 0..n-1, the offset as an identity term."""
        from qiskit.quantum_info import SparsePauliOp

        terms: list[tuple[str, list[int], float]] = [("", [], self.offset)]
        terms += [("Z", [i], float(h)) for i, h in enumerate(self.field) if h != 0.0]
        terms += [("ZZ", [int(i), int(j)], float(v)) for i, j, v in zip(self.rows, self.cols, self.couplings)]
        return SparsePauliOp.from_sparse_list(terms, num_qubits=self.size)

    @classmethod
    def from_operator(cls, operator: Any) -> "Ising":
        """Read a diagonal ``SparsePauliOp`` with terms of at most two Z.

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
