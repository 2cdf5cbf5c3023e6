"""A planning problem as an energy: it gives everything a circuit needs, and takes measured bits back to a plan.

encoding = quantum.encode(problem, people=3, days=[4, 6])
circuit = encoding.circuit(2)                  # free parameters gamma[l], beta[l]
operator = encoding.operator()                 # SparsePauliOp
plan = encoding.decode(bits)                   # a roster, room plan, or the values of a model
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit import QuantumCircuit, qasm3, qpy

from optimise.core.errors import InputError, UnsupportedError
from quantum.ansatz import Ansatz
from quantum.encoding_models import Models
from quantum.energy import EnergyProblem
from quantum.higher import quadratised, to_hubo
from quantum.mixers import AnyMixer, X, default_mixer
from quantum.onehot import OneHot
from quantum.qubo import Qubo
from quantum.repair import broken, repair
from quantum.row_ansatz import alternating

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp


__all__ = ["Encoding"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Encoding(Models):
    """An energy, how far it is from what it stands for, and the way back.

    Attributes
    ----------
    name : str
    energy : Qubo or OneHot
        Variable i is qubit i, little endian as in Qiskit.
    exact : bool
        Whether the energy, least over slack variables, is the true cost on the states that `exact_on` names.
    exact_on : {"blocks", "rules"}
        ``blocks``: all states that keep every block (`is_feasible`). ``rules``: those of them whose plan keeps all
        hard rules without a repair (`keeps_rules`); the others pay a price that need not be the domain's.
    error : float
        Bound of the difference; 0 when exact, infinite when unknown.
    decoder : callable, optional
        From choices (blocks,) of the one-hot energy, or bits (n,) of a QUBO, to a plan.
    true_cost : callable, optional
        From the same to the cost that the domain charges.
    penalty : float or None
        Published penalty weight of broken blocks.
    hard : callable, optional
        From choices to the amount of hard rules that their plan breaks.
    mended : callable, optional
        From choices to what the decoder settles by itself, in words.
    """

    name: str
    energy: Qubo | OneHot
    exact: bool = True
    error: float = 0.0
    decoder: Callable[[NDArray[np.int64]], Any] | None = None
    true_cost: Callable[[NDArray[np.int64]], float] | None = None
    penalty: float | None = None
    exact_on: Literal["blocks", "rules"] = "blocks"
    hard: Callable[[NDArray[np.int64]], float] | None = None
    mended: Callable[[NDArray[np.int64]], Sequence[str]] | None = None

    def __repr__(self) -> str:
        blocks = f", {self.energy.blocks} blocks" if isinstance(self.energy, OneHot) else ""
        degree = f", degree {self.degree}" if self.degree > 2 else ""
        return f"Encoding({self.name!r}, {self.qubits} qubits{blocks}{degree}, {self.exactness})"

    @property
    def degree(self) -> int:
        """Blocks that one cost depends on at most: 2, or more where rules stay as terms of higher order."""
        return self.energy.degree if isinstance(self.energy, OneHot) else 2

    def quadratised(self) -> Encoding:
        """The same by pairs, for samplers that need them: an auxiliary block for every product (`quantum.higher`).

        Returns
        -------
        Encoding
            Itself where the degree is 2; its further blocks come last, and decoding leaves them out.
        """
        if self.degree == 2 or not isinstance(self.energy, OneHot):
            return self
        m = self.energy.blocks

        def first(ask: Callable[[NDArray[np.int64]], T] | None) -> Callable[[NDArray[np.int64]], T] | None:
            return None if ask is None else lambda choices: ask(choices[:m])

        return replace(
            self, energy=quadratised(self.energy), decoder=first(self.decoder), true_cost=first(self.true_cost),
            penalty=None, hard=first(self.hard), mended=first(self.mended),
        )  # fmt: skip

    @property
    def exactness(self) -> str:
        """How far the energy is from the true cost."""
        if not self.exact:
            return "error unknown" if np.isinf(self.error) else f"error up to {self.error:g}"
        return "exact" if self.exact_on == "blocks" else "exact where hard rules hold"

    @property
    def qubits(self) -> int:
        """Number of variables."""
        return self.problem().size

    def problem(self) -> EnergyProblem:
        """The energy as a problem of `optimise.solve` and of studies."""
        decode, cost = (self.decoder, self.true_cost) if isinstance(self.energy, OneHot) else (None, None)
        return EnergyProblem(
            self.name, "encoded", self.energy, None, "", self.penalty, decode, self.error, cost, self.exact_on
        )

    # ---------------------------------------------------------------- circuits

    def ansatz(self, mixer: AnyMixer | None = None, start: Any = None, penalty: str | float | None = None) -> Ansatz:
        """The alternating ansatz.

        Parameters
        ----------
        mixer : X, BlockMixer or RowMixer, optional
            XY-complete on blocks, dicke-complete on rows of fixed weight and X otherwise, where none is given.
        start : arrays, optional
            Probabilities of 1 for each qubit (X), or amplitudes for each block; uniform where none are given.
        penalty : str or float, optional
            Of broken blocks, as in `qubo`; for mixer X only.

        Returns
        -------
        Ansatz
            Of the penalised energy with mixer X, and of the energy itself with a mixer that keeps the blocks.

        Raises
        ------
        InputError
            For a penalty where the mixer keeps the blocks, or where there are none.
        """
        chosen = mixer or default_mixer(self.energy)
        if isinstance(chosen, X):
            return Ansatz(self.qubo(penalty), chosen, start)
        if penalty is not None:
            raise InputError(f"the {chosen.name} mixer keeps the blocks; it has no use for a penalty")
        return alternating(self.energy, chosen, start)

    def circuit(
        self,
        p: int,
        *,
        mixer: AnyMixer | None = None,
        start: object = None,
        penalty: str | float | None = None,
        measure: bool = False,
        per_mixer: bool = False,
    ) -> QuantumCircuit:
        """QAOA of `p` layers with free parameters ``gamma[l]``, ``beta[l]``: transpile once, bind many times.

        Parameters
        ----------
        p : int
            Layers, at least 1.
        mixer, start, penalty
            As in `ansatz`.
        measure : bool
            Whether all qubits are measured at the end.
        per_mixer : bool
            Whether every qubit (X) or block has an angle of its own, ``beta[l * mixers + b]``.

        Returns
        -------
        QuantumCircuit
            Of n qubits.
        """
        return self.ansatz(mixer, start, penalty).parametric(p, measure=measure, per_mixer=per_mixer)

    def operator(self, penalty: str | float | None = None) -> SparsePauliOp:
        """The cost as an operator of Qiskit.

        Parameters
        ----------
        penalty : str or float, optional
            Name of a penalty rule, or a price; without, broken blocks cost nothing.

        Returns
        -------
        SparsePauliOp
            Diagonal, of n qubits, in units of cost.
        """
        if penalty is None and isinstance(self.energy, OneHot) and self.energy.sums:
            return to_hubo(self.energy).to_operator()
        chosen = self.problem().qubo if penalty is None else self.qubo(penalty)
        return chosen.to_ising().to_operator()

    def to_qasm3(self, p: int, **options: Any) -> str:
        """The circuit of `circuit` as OpenQASM 3 text, which Qiskit reads back with the extra ``exchange``.

        Parameters
        ----------
        p : int
            Layers.
        **options
            As `circuit` takes them.

        Returns
        -------
        str
        """
        return str(qasm3.dumps(self.circuit(p, **options)))

    def to_qpy(self, p: int, **options: Any) -> bytes:
        """The circuit of `circuit` in Qiskit's QPY format.

        Parameters
        ----------
        p : int
            Layers.
        **options
            As `circuit` takes them.

        Returns
        -------
        bytes
            What ``qiskit.qpy.load`` reads.
        """
        stream = BytesIO()
        qpy.dump(self.circuit(p, **options), stream)
        return stream.getvalue()

    # ---------------------------------------------------------------- back

    def energies(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Energies (s,) of bits (s, n), without penalties.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        float array
            Shape (s,), in units of cost.
        """
        return self.problem().energies(bits)

    def is_feasible(self, bits: ArrayLike) -> NDArray[np.bool_]:
        """Whether bits (s, n) keep every block, which is what feasible means of bits here; see also `keeps_rules`.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        bool array
            Shape (s,).
        """
        given = np.asarray(bits)
        if isinstance(self.energy, OneHot):
            return self.energy.is_feasible(given)
        return np.ones(len(given), dtype=np.bool_)

    def keeps_rules(self, bits: ArrayLike) -> NDArray[np.bool_]:
        """Whether bits (s, n) keep every block and stand for a plan that keeps all hard rules, nothing repaired.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (s, n).

        Returns
        -------
        bool array
            Shape (s,).

        Raises
        ------
        UnsupportedError
            Where the encoding stands for a plan whose hard rules it cannot ask.
        """
        kept = self.is_feasible(given := np.asarray(bits))
        if self.hard is None and self.decoder is not None:
            raise UnsupportedError(f"{self.name}: the hard rules of a plan are not known here")
        for s in np.flatnonzero(kept).tolist():
            chosen = self.choices(given[s])
            kept[s] = not (self.mended and self.mended(chosen)) and (self.hard is None or self.hard(chosen) <= 1e-9)
        return kept

    def choices(self, bits: ArrayLike) -> NDArray[np.int64]:
        """What bits choose in each block.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (n,). Broken blocks are repaired.

        Returns
        -------
        int64 array
            Shape (blocks,); the bits themselves (n,) where there are no blocks.

        Raises
        ------
        InputError
            For another number of bits.
        """
        given = np.asarray(bits, dtype=np.int8)
        if given.shape != (self.qubits,):
            raise InputError(f"expected {self.qubits} bits, got an array of shape {given.shape}")
        return repair(self.energy, given[None])[0] if isinstance(self.energy, OneHot) else given.astype(np.int64)

    def decode(self, bits: ArrayLike, repair: bool = True) -> Any:
        """The plan that bits stand for.

        Parameters
        ----------
        bits : array_like
            Zeros and ones, shape (n,).
        repair : bool
            Whether broken blocks, and what the decoder settles (a patient in two rooms), are repaired; else refused.

        Returns
        -------
        plan
            A roster, a hospital plan or the values of a model; the choices where there is no plan.

        Raises
        ------
        InputError
            Without repair, for bits that need one; it says what is wrong.
        """
        chosen = self.choices(bits)
        if not repair:
            wrong = broken(self.energy, np.asarray(bits)) if isinstance(self.energy, OneHot) else []
            wrong += self.mended(chosen) if self.mended else []
            if wrong:
                raise InputError(f"{'; '.join(wrong)}; decode repairs it if asked")
        return chosen if self.decoder is None else self.decoder(chosen)
