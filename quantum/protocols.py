"""What a researcher may bring: small faces, each found by name through an entry point or handed over as an object.

| face | entry points | handed to |
|---|---|---|
| `Mixer`, `RowMixer` | ``wardwise.mixers`` (a class) | `QaoaOptions.mixer`, option ``mixer`` |
| `Circuits` | ``wardwise.ansaetze`` (problem, mixer, start -> ansatz) | `QaoaOptions.ansatz`, option ``ansatz`` |
| `StartAngles` | ``wardwise.angles`` (the rule itself) | `QaoaOptions.start`, option ``start`` |
| `Optimizer` | ``wardwise.optimizers`` (a class) | `QaoaOptions.optimiser`, option ``optimiser`` |
| `Backend` | ``wardwise.backends`` (ansatz, options -> simulator) | `QaoaOptions.simulator`, option ``simulator`` |
| `Sampler` | ``wardwise.samplers`` (the function itself) | option ``sampler`` of method ``qaoa`` on whole problems |

`quantum.testing` proves a part in a few lines.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from qiskit import QuantumCircuit

from quantum.angles import Angles
from quantum.baselines import Found
from quantum.mixers import AnyMixer, BlockMixer, RowMixer
from quantum.onehot import OneHot
from quantum.optimise_angles import Optimizer
from quantum.qubo import Qubo
from quantum.simulators import Simulator

if TYPE_CHECKING:
    from qiskit.circuit import Parameter


__all__ = ["Backend", "Circuits", "Mixer", "Optimizer", "RowMixer", "Sampler", "Simulator", "StartAngles"]

#: A block mixer: a circuit, and the same as a matrix on the choices of a block.
Mixer = BlockMixer


@runtime_checkable
class Circuits(Protocol):
    """A family of circuits for a problem: what a backend that runs circuits needs to know.

    `quantum.ansatz.Ansatz` is the alternating one, which our own simulators know; any other runs on the simulators
    ``statevector``, ``aer`` and ``primitive``.
    """

    @property
    def problem(self) -> Qubo | OneHot: ...
    @property
    def mixer(self) -> AnyMixer: ...
    @property
    def qubo(self) -> Qubo:
        """The cost."""
        ...

    @property
    def mixers(self) -> int:
        """Number of separately angled mixers."""
        ...

    def circuit(self, angles: Angles, measure: bool = False) -> QuantumCircuit:
        """The circuit of given angles; qubit i is variable i.

        Parameters
        ----------
        angles : Angles
            Of p layers.
        measure : bool
            Whether every qubit is measured at the end.

        Returns
        -------
        QuantumCircuit
            One qubit a variable.
        """
        ...

    def parametric(self, depth: int, measure: bool = False, per_mixer: bool = False) -> QuantumCircuit:
        """The circuit with free parameters ``gamma[l]`` and ``beta[l]``.

        Parameters
        ----------
        depth : int
            Layers p.
        measure : bool
            Whether every qubit is measured at the end.
        per_mixer : bool
            Whether each mixer has an angle of its own.

        Returns
        -------
        QuantumCircuit
            One qubit a variable.
        """
        ...

    def binding(self, circuit: QuantumCircuit, angles: Angles) -> dict[Parameter, float]:
        """Value of every free parameter of a circuit of `parametric`, also after transpilation.

        Parameters
        ----------
        circuit : QuantumCircuit
            Made by `parametric`.
        angles : Angles
            Of as many layers.

        Returns
        -------
        dict
            Value by parameter, as ``assign_parameters`` takes it.
        """
        ...


class StartAngles(Protocol):
    """A rule for the first angles: depth, problem, mixer -> angles."""

    def __call__(self, depth: int, problem: Qubo | OneHot, mixer: AnyMixer | None = None) -> Angles: ...


class Backend(Protocol):
    """Makes a simulator of an ansatz; ``sampling = True`` on it says that it sees shots only."""

    def __call__(self, ansatz: object, **options: object) -> Simulator: ...


#: One-hot problem, budget, seed -> the states found (`quantum.baselines.Found`).
Sampler = Callable[[OneHot, int, int], Found]
