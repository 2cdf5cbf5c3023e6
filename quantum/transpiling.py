"""Qiskit's transpiler, one circuit at a time: its tables of gates are shared, and threads that meet there fail."""

from __future__ import annotations

import threading

from qiskit import QuantumCircuit, transpile

__all__ = ["transpiled"]

_ONE = threading.Lock()


def transpiled(circuit: QuantumCircuit, *target: object, **options: object) -> QuantumCircuit:
    """``qiskit.transpile``, safe in threads (Qiskit 2.0 raises "Already borrowed" where two meet)."""
    with _ONE:
        return transpile(circuit, *target, **options)
