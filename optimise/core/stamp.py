"""One number for all that compiled code froze of a function: its own code and every constant that it reads.

Numba looks at the time of a function's own file only. Here nothing is read from disk: the stamp comes from the code
and the values as Python has loaded them, through all functions that are called, whatever module they are of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import CodeType, ModuleType
from typing import Any

import numpy as np

__all__ = ["stamp"]


def stamp(function: Callable[..., object]) -> str:
    """Hexadecimal digest of the code and constants of ``function`` and of all that it calls."""
    found = hashlib.sha256()
    _function(function, found.update, set())
    return found.hexdigest()


Feed = Callable[[bytes], None]


def _function(function: Any, feed: Feed, seen: set[int]) -> None:
    if id(function) in seen:
        return
    seen.add(id(function))
    feed(f"def {function.__module__}.{function.__qualname__}".encode())
    names = _code(function.__code__, feed)
    _value(function.__defaults__ or (), feed, seen, names)
    for cell in function.__closure__ or ():
        _value(cell.cell_contents, feed, seen, names)
    for name in sorted(names):
        if name in function.__globals__:
            feed(name.encode())
            _value(function.__globals__[name], feed, seen, names)


def _code(code: CodeType, feed: Feed) -> set[str]:
    """Feed the code without its place in the file; return the names that it reads, in functions within it too."""
    feed(code.co_code)
    feed(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _code(constant, feed)
        elif isinstance(constant, frozenset):
            feed(repr(sorted(map(repr, constant))).encode())
        else:
            feed(repr(constant).encode())
    return names


def _value(value: Any, feed: Feed, seen: set[int], names: set[str]) -> None:
    """Feed what a global is worth; ``names`` are those that the code may ask of a module."""
    inner = getattr(value, "py_func", None) or getattr(value, "_defn", None)  # a kernel; an intrinsic of Numba
    if inner is not None:
        _function(inner, feed, seen)
    elif isinstance(value, ModuleType):
        feed(value.__name__.encode())
        if value.__name__.partition(".")[0] in _OURS:
            for name in sorted(names & set(vars(value))):
                feed(name.encode())
                _value(vars(value)[name], feed, seen, names)
    elif isinstance(value, np.ndarray | np.generic):
        feed(f"{value.dtype} {value.shape}".encode() + value.tobytes())
    elif isinstance(value, tuple | list):
        feed(f"{type(value).__qualname__} {len(value)}".encode())
        for one in value:
            _value(one, feed, seen, names)
    elif isinstance(value, type):
        feed(f"class {value.__qualname__} {getattr(value, '_fields', '')}".encode())
        for name in sorted(names & set(vars(value))) if value.__module__.partition(".")[0] in _OURS else ():
            feed(name.encode())
            _value(vars(value)[name], feed, seen, names)
    elif hasattr(value, "__code__"):
        _function(value, feed, seen) if value.__module__.partition(".")[0] in _OURS else feed(value.__name__.encode())
    elif isinstance(value, int | float | complex | str | bytes | None):
        feed(f"{type(value).__qualname__} {value!r}".encode())
    else:
        feed(f"{type(value).__qualname__}".encode())


_OURS = ("optimise", "hpc", "quantum")
