"""Readers of the public QUBO families."""

from quantum.readers.inh import InhInstance, read_inh
from quantum.readers.qoblib import read_qs, read_solution

__all__ = ["InhInstance", "read_inh", "read_qs", "read_solution"]
