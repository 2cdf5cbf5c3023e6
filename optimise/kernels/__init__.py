"""Numba kernels: the pricing problem of one person's roster."""

from optimise.kernels.pricing import GRID, Priced, Pricer, on_grid

__all__ = ["GRID", "Priced", "Pricer", "on_grid"]
