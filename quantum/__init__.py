"""Quantum side of Wardwise: planning problems as energies, QAOA, and fast exact simulation.

`encode` is the door: it turns a roster, a hospital plan, a Pyomo model or an energy into an `Encoding` with its
circuit, operator, models and decoder. `quantum.protocols` lists the parts that a researcher may bring,
`quantum.testing` proves them. The encodings by kind stay in the package ``quantum.encode``
(``from quantum.encode import encode_blocks``).
"""

from quantum.cuts import encode
from quantum.encoding import Encoding
from quantum.errors import TooLargeError
from quantum.onehot import OneHot
from quantum.qaoa import QaoaOptions, QaoaRun, qaoa, success_probability
from quantum.qubo import Ising, Qubo

__all__ = [
    "Encoding",
    "Ising",
    "OneHot",
    "QaoaOptions",
    "QaoaRun",
    "Qubo",
    "TooLargeError",
    "encode",
    "qaoa",
    "success_probability",
]
