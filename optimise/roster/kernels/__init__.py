"""Numba kernels: the pricing problem of one person's roster."""

from optimise.roster.kernels.pricing import COARSE, GRID, Pricer, PricingResult, on_grid

__all__ = ["COARSE", "GRID", "Pricer", "PricingResult", "on_grid"]
