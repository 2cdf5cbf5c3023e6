"""Simulators of QAOA behind one face."""

from typing import Any, Literal

from quantum.ansatz import Ansatz
from quantum.mixers import X
from quantum.onehot import OneHot
from quantum.simulators.base import Samples, Simulator

Kind = Literal["fast", "statevector", "aer"]

__all__ = ["Kind", "Samples", "Simulator", "simulator"]


def simulator(ansatz: Ansatz, kind: Kind = "fast", **options: Any) -> Simulator:
    """Return a simulator of the ansatz.

    Parameters
    ----------
    ansatz : Ansatz
    kind : {"fast", "statevector", "aer"}
        ``fast`` is our own: one-hot states only for block mixers, all states for X.
    options
        Passed on: ``precision``, ``threads`` (fast), ``shots``, ``noise``, ``device``, ``mitigate`` (aer).
    """
    if kind == "statevector":
        from quantum.simulators.statevector import QiskitStatevector

        return QiskitStatevector(ansatz, **options)
    if kind == "aer":
        from quantum.simulators.aer import Aer

        return Aer(ansatz, **options)
    if kind != "fast":
        raise ValueError(f"unknown simulator {kind!r}; there are fast, statevector and aer")
    if isinstance(ansatz.mixer, X):
        from quantum.simulators.fullspace import FullSpace

        return FullSpace(ansatz.problem, start=ansatz.start, **options)
    from quantum.simulators.onehotspace import OneHotSpace

    assert isinstance(ansatz.problem, OneHot)
    return OneHotSpace(ansatz.problem, ansatz.mixer, start=ansatz.block_starts(), **options)
