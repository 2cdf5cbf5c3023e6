"""Simulators of QAOA behind one face.

A backend is a function from an ansatz and options to an object with the face of `Simulator`; those of other packages
are found by the entry points ``wardwise.backends``.
"""

from collections.abc import Callable
from typing import Any

from optimise.core.errors import UnsupportedError
from quantum.ansatz import Ansatz
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.plugins import find
from quantum.simulators.aer import Aer
from quantum.simulators.arrays import ArraySpace
from quantum.simulators.base import Samples, Simulator
from quantum.simulators.fullspace import FullSpace
from quantum.simulators.matrix_product import MatrixProduct
from quantum.simulators.mitigated import Mitigated
from quantum.simulators.onehotspace import OneHotSpace
from quantum.simulators.primitive import PrimitiveBackend
from quantum.simulators.statevector import QiskitStatevector
from quantum.simulators.stored import StoredSpace

__all__ = ["BACKENDS", "Backend", "Samples", "Simulator", "sampling", "simulator"]

Backend = Callable[..., Simulator]


def _fast(ansatz: Ansatz, **options: Any) -> Simulator:
    """Our own kernels: one-hot states only for block mixers, all states for X.

    They know the alternating ansatz; costs of sums are stored state by state. All else is array expressions.
    """
    if type(ansatz) is Ansatz and ansatz.higher and options.get("team") is None:
        options.pop("team", None)
        assert isinstance(ansatz.problem, OneHot)
        return StoredSpace(ansatz.problem, ansatz.block_mixer, start=ansatz.block_starts(), **options)
    if not ansatz.alternating:
        options.setdefault("threads", 1)
        if options.pop("threads") != 1 or options.pop("team", None) is not None:
            raise UnsupportedError(
                "other families of circuits are simulated by one thread of one process, costs of sums by one process"
            )
        return ArraySpace(ansatz, **options)
    if isinstance(ansatz.mixer, X):
        return FullSpace(ansatz.problem, start=ansatz.start, **options)
    assert isinstance(ansatz.problem, OneHot)
    return OneHotSpace(ansatz.problem, ansatz.block_mixer, start=ansatz.block_starts(), **options)


BACKENDS: dict[str, Backend] = {
    "fast": _fast,
    "array": ArraySpace,
    "statevector": QiskitStatevector,
    "aer": Aer,
    "primitive": PrimitiveBackend,
    "mitigated": Mitigated,
    "mps": MatrixProduct,
}


def sampling(kind: str) -> bool:
    """Whether a backend sees shots only (its class says ``sampling = True``)."""
    return bool(getattr(find("backends", kind, BACKENDS), "sampling", False))


def simulator(ansatz: Ansatz, kind: str = "fast", **options: object) -> Simulator:
    """Return a simulator of the ansatz.

    Parameters
    ----------
    ansatz : Ansatz
    kind : {"fast", "array", "statevector", "aer", "primitive", "mitigated", "mps"} or an entry point
        Of ``wardwise.backends``. ``fast`` is our own: one-hot states only for block mixers, all states for X.
        ``array`` is the same in NumPy or CuPy expressions, with an angle per term where asked. ``primitive`` is any
        Qiskit V2 primitive, ``mitigated`` the same with its expected costs corrected for errors of readout and gates.
        ``mps`` is a matrix product state, for more qubits than amplitudes, with its truncation error.
    options
        Passed on: ``precision``, ``threads``, ``team`` (fast), ``library`` (array), ``shots``,
        ``noise``, ``device``, ``mitigate`` (aer), ``sampler``, ``estimator``, ``backend`` (primitive), ``twirls``,
        ``scales`` (mitigated), ``bond``, ``least`` (mps). An option that a simulator does not have is refused.
    """
    if kind in ("fast", "array") and not isinstance(ansatz, Ansatz):
        raise UnsupportedError(
            f"simulator {kind} knows the alternating ansatz only; take statevector, aer or primitive for another"
        )
    return find("backends", kind, BACKENDS)(ansatz, **options)
