"""Simulators of QAOA behind one face."""

from typing import Any, Literal

from quantum.ansatz import Ansatz
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.simulators.base import Samples, Simulator

Kind = Literal["fast", "array", "statevector", "aer"]

__all__ = ["Kind", "Samples", "Simulator", "simulator"]


def simulator(ansatz: Ansatz, kind: Kind = "fast", **options: Any) -> Simulator:
    """Return a simulator of the ansatz.

    Parameters
    ----------
    ansatz : Ansatz
    kind : {"fast", "array", "statevector", "aer"}
        ``fast`` is our own: one-hot states only for block mixers, all states for X. ``array`` is the same in NumPy or
        CuPy expressions, with an angle per term where asked.
    options
        Passed on: ``precision``, ``threads``, ``team`` (fast), ``library`` (array), ``shots``,
        ``noise``, ``device``, ``mitigate`` (aer).
    """
    match kind:
        case "statevector":
            from quantum.simulators.statevector import QiskitStatevector

            return QiskitStatevector(ansatz, **options)
        case "aer":
            from quantum.simulators.aer import Aer

            return Aer(ansatz, **options)
        case "array":
            from quantum.simulators.arrays import ArraySpace

            return ArraySpace(ansatz, **options)
        case "fast":
            pass
        case _:
            raise ValueError(f"unknown simulator {kind!r}; there are fast, array, statevector and aer")
    if isinstance(ansatz.mixer, X):
        from quantum.simulators.fullspace import FullSpace

        return FullSpace(ansatz.problem, start=ansatz.start, **options)
    from quantum.simulators.onehotspace import OneHotSpace

    assert isinstance(ansatz.problem, OneHot)
    return OneHotSpace(ansatz.problem, ansatz.mixer, start=ansatz.block_starts(), **options)
