"""The spin form of an energy, under its own name (it stands beside the bit form in `quantum.qubo`)."""

from quantum.qubo import Ising

__all__ = ["Ising"]
