"""Door to Numba, which ships no types: what goes through it is unchecked by mypy."""

from collections.abc import Callable
from typing import Any

import numba

Function = Callable[..., Any]


def compiled(function: Function) -> Function:
    """Compile for one thread, without the interpreter lock; the machine code is cached beside the source.

    No ``fastmath``: the bounds rest on exact sums of dyadic numbers, which reordering would keep but flushing or
    approximating would not.
    """
    made: Function = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return made
