"""The one use of Numba's machinery: functions become machine code that is kept from run to run.

Two doors (:mod:`optimise.core.jit`, :mod:`quantum._jit`) give it functions with their options. Importing this
changes no setting of Numba; other Numba functions of the same program are not touched.

Three things differ from ``numba.njit(cache=True)``:

* machine code is kept by :mod:`optimise.core.kernel_cache`, and where nothing can be written it is made in memory;
* machine code is thrown away when anything that it froze has changed (:func:`optimise.core.stamp.stamp`), not when a
file
  is newer, so that installing again compiles nothing;
* kernels call each other with 64-bit integers. Numba would compile a function once for each mixture of widths among
  its arguments.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core import caching, event
from numba.core import types as numba_types

from optimise.core import compiling, kernel_cache
from optimise.core.stamp import stamp

__all__ = ["machine_code"]

Function = Callable[..., Any]
types: Any = numba_types


def machine_code(function: Function, **options: object) -> Function:
    """Let Numba compile ``function`` when it is first called; see the module for what is kept and how."""
    if os.environ.get("NUMBA_CACHE_DIR"):  # the user's own folder, and Numba's own ways with it
        try:
            made: Function = numba.njit(cache=True, **options)(function)
        except RuntimeError:  # that folder cannot be written
            made = numba.njit(**options)(function)
        return _plainly(made)
    made = numba.njit(**options)(function)
    with suppress(AttributeError, OSError):  # Numba switched off, or another Numba: compiled in memory
        made._cache = _Kept(function, repr(sorted(options.items())))  # type: ignore[attr-defined]
    return _plainly(made)


def _plainly(made: Any) -> Function:
    """Let other kernels call this one with plain types only."""
    with suppress(AttributeError):
        resolve = made.get_call_template

        def plain(args: Any, kws: Any) -> Any:
            return resolve(tuple(_plain(a) for a in args), {k: _plain(v) for k, v in kws.items()})

        made.get_call_template = plain
    function: Function = made
    return function


def _plain(kind: object) -> Any:
    """Signed integers 64 bits wide; a value known when compiling stays known, so that branches on it are pruned."""
    return types.int64 if isinstance(kind, types.Integer) and kind.signed and kind.bitwidth < 64 else kind


class _Locator:
    """Where the files of one function lie. Numba asks this for a folder that it may look into."""

    def __init__(self, function: Function, file: str, folder: Path) -> None:
        self._py_file, self._folder = file, folder
        self._module = function.__module__

    def get_cache_path(self) -> str:
        return str(self._folder)

    def ensure_cache_path(self) -> None:
        return None

    def get_source_stamp(self) -> str:
        return ""  # replaced once the function's globals are all there

    def get_disambiguator(self) -> str:
        return self._module.replace(".", "-")


def _files(function: Function, folder: Path, mark: str) -> Any:
    """Numba's cache of one function in ``folder``, its contents good only under this stamp."""

    class Impl(caching.CompileResultCacheImpl):  # type: ignore[misc]
        _locator_classes: list[Any] = [  # noqa: RUF012
            type("L", (), {"from_function": staticmethod(lambda f, file: _Locator(f, file, folder))})
        ]

    class Files(caching.FunctionCache):  # type: ignore[misc]
        _impl_class = Impl

    made = Files(function)
    made._cache_file._source_stamp = mark
    return made


class _Kept:
    """The cache of one function: read from the published kernels or our own new ones, written to the latter."""

    def __init__(self, function: Function, options: str) -> None:
        self._function, self._options = function, options
        self._found: dict[Path, Any] = {}
        self._mark = ""
        self.cache_path = ""

    def _at(self, folder: Path) -> Any:
        self._mark = self._mark or f"{stamp(self._function)} {self._options}"
        if folder not in self._found:
            self._found[folder] = _files(self._function, folder, self._mark)
        return self._found[folder]

    def load_overload(self, signature: object, context: object) -> Any:
        folders: tuple[Path, ...] = ()
        with suppress(Exception):  # nothing about files may stop a solve
            folders = kernel_cache.reading()
        for folder in folders:
            with suppress(Exception):  # a file that is torn, gone or not ours to read only costs a compilation
                if (code := self._at(folder).load_overload(signature, context)) is not None:
                    return code
        return None

    def save_overload(self, signature: object, code: object) -> None:
        with suppress(Exception):
            if (folder := kernel_cache.writing()) is not None:
                self._at(folder).save_overload(signature, code)

    def enable(self) -> None:
        return None

    disable = flush = enable


class _Listener(event.Listener):  # type: ignore[misc]
    """Passes on when Numba compiles."""

    def on_start(self, happened: Any) -> None:
        compiling.begin(getattr(happened.data.get("dispatcher"), "__name__", "kernel"))

    def on_end(self, happened: object) -> None:
        compiling.end()


event.register("numba:compile", _Listener())
