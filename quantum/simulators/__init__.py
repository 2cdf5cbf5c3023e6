"""Simulators of QAOA behind one face."""

from quantum.simulators.base import Samples, Simulator

__all__ = ["Samples", "Simulator"]
