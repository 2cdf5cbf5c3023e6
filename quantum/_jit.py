"""Doors to Numba, which ships no types: what goes through them is unchecked by mypy."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from optimise.core.machine_code import machine_code

Function = Callable[..., Any]
#: An array of a kernel: its docstring gives the shape.
Array = NDArray[Any]
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """Compile for one thread, without the GIL; the machine code is kept (:mod:`optimise.core.machine_code`)."""
    return machine_code(function, **_OPTIONS)
