"""Decompositions over MPI: column generation and parallel neighbourhood search for rosters."""

from hpc.column_generation import ColumnGenerationMethod
from hpc.parallel_search import ParallelSearchMethod

__all__ = ["ColumnGenerationMethod", "ParallelSearchMethod"]
