"""Door to Numba, which ships no types: what goes through it is unchecked by mypy."""

from collections.abc import Callable
from typing import Any

from optimise.core.machine_code import machine_code

Function = Callable[..., Any]


def compiled(function: Function) -> Function:
    """Compile for one thread, without the interpreter lock; the machine code is kept
    (:mod:`optimise.core.machine_code`).

    No ``fastmath``: the bounds rest on exact sums of dyadic numbers, which reordering would keep but flushing or
    approximating would not.
    """
    return machine_code(function, nogil=True, error_model="numpy")


def inlined(function: Function) -> Function:
    """A part of one kernel that has a name: copied into the kernel before that is compiled.

    It costs no call (the tables of a roster are hundreds of arguments) and no compilation of its own. A long part that
    several places call is :func:`compiled` instead, lest it be compiled once for each of them.
    """
    return machine_code(function, nogil=True, error_model="numpy", inline="always")
