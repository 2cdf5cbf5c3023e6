"""Doors to Numba, which ships no types: what goes through them is unchecked by mypy."""

from collections.abc import Callable
from typing import Any

import numba

Function = Callable[..., Any]
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """Compile for one thread, without the GIL; the machine code is cached beside the source file."""
    made: Function = numba.njit(**_OPTIONS)(function)
    return made
