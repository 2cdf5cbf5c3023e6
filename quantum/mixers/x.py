"""The transverse-field mixer ``exp(-i beta sum_i X_i)`` (Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028)."""

from collections.abc import Sequence
from typing import Any, ClassVar


class X:
    """Rotates every qubit by itself; leaves one-hot states, so hard rules must be penalties."""

    name: ClassVar[str] = "x"

    def append(self, circuit: Any, betas: Sequence[Any]) -> None:
        """Append ``exp(-i betas[q] X)`` on each qubit q."""
        for qubit, beta in enumerate(betas):
            circuit.rx(2 * beta, qubit)
