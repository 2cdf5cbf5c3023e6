"""Numba kernels: the pricing problem of one person's roster."""

from optimise.roster.kernels.pricing import COARSE, GRID, Priced, Pricer, on_grid

__all__ = ["COARSE", "GRID", "Priced", "Pricer", "on_grid"]
