"""optimise/kernels."""
