"""Methods on energies, quantum and classical, behind the one face of `optimise.core.method`."""

from quantum.methods.base import EnergyMethod, Seen

__all__ = ["EnergyMethod", "Seen"]
