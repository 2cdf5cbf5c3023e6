"""Checked, read-only arrays and lists of ids: what frozen problems are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optimise.core.errors import InputError

__all__ = ["IntArray", "assign", "frozen", "unique"]

IntArray = npt.NDArray[Any]


def frozen(values: npt.ArrayLike, dtype: Any, shape: tuple[int, ...], item: str) -> IntArray:
    """Return ``values`` as a read-only array; :class:`InputError` when the shape differs."""
    array = np.array(values, dtype=dtype)
    if array.shape != shape:
        raise InputError(f"has shape {array.shape}, expected {shape}", item=item)
    array.setflags(write=False)
    return array


def unique(ids: tuple[str, ...], what: str) -> None:
    """Raise :class:`InputError` naming the first id that occurs twice."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise InputError(f"{what} id occurs twice", item=f"{what} {name}")
        seen.add(name)


def assign(target: object, **values: object) -> None:
    """Set fields of a frozen object while it is being made."""
    for name, value in values.items():
        object.__setattr__(target, name, value)
