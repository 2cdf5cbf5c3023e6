"""Copies of arrays inside kernels: ``a[:] = b`` makes Numba compile the words of its error message, 6 s each time."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from optimise.core.jit import compiled

__all__ = ["copy_line", "copy_table"]


@compiled
def copy_line(target: NDArray[Any], source: NDArray[Any]) -> None:
    """Copy one dimension; ``target`` has at least the length of ``source``."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def copy_table(target: NDArray[Any], source: NDArray[Any]) -> None:
    """Copy two dimensions of one shape."""
    for i in range(source.shape[0]):
        for j in range(source.shape[1]):
            target[i, j] = source[i, j]
