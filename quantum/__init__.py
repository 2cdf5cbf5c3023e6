"""Quantum side of Wardwise: planning problems as QUBOs, QAOA, and fast exact simulation.

Heavy parts load when they are used: `quantum.qaoa.qaoa`, `quantum.simulators.simulator`, `quantum.encode`,
`quantum.method.QaoaMethod`.
"""

from quantum.errors import TooLargeError
from quantum.onehot import OneHot
from quantum.qubo import Ising, Qubo

__all__ = ["Ising", "OneHot", "Qubo", "TooLargeError"]
