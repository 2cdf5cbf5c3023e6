"""Progressive hedging through mpi-sppy."""
