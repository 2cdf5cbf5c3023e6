"""Quantum side of Wardwise: planning problems as QUBOs, QAOA, and fast exact simulation."""

from quantum.errors import TooLargeError
from quantum.ising import Ising
from quantum.onehot import OneHot
from quantum.qubo import Qubo

__all__ = ["Ising", "OneHot", "Qubo", "TooLargeError"]
