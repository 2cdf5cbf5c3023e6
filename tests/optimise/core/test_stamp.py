"""The stamp of a kernel changes with everything that its machine code froze."""

from __future__ import annotations

import dis
import importlib
import pkgutil
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from optimise.core.stamp import stamp

SOURCE = """
def double(x, by=2):
    def inner(y):
        return y * SCALE + TABLE[0]
    return inner(x) + by + helper(x) + module.OTHER + Pair(1, 2).a

def helper(x):
    return x + DEEP[1][0] + {literal}
"""


def made(literal: str = "7", **changed: object) -> Any:
    module = types.ModuleType("optimise.made")
    vars(module).update(OTHER=changed.pop("OTHER", 3), UNUSED=changed.pop("UNUSED", 3))
    space: dict[str, Any] = {
        "__name__": "optimise.made",
        "SCALE": 2,
        "TABLE": np.arange(3),
        "DEEP": (1, (5,)),
        "ELSE": 1,
    }
    space |= {"module": module, "Pair": type("Pair", (), {"__module__": "optimise.made", "_fields": ("a",)})}
    exec(compile(SOURCE.format(literal=literal), "made.py", "exec"), space)
    space |= changed
    return space["double"]


@pytest.mark.parametrize(
    "changed",
    [
        {"SCALE": 3},
        {"SCALE": 2.0},
        {"TABLE": np.array([0, 1, 3])},
        {"TABLE": np.arange(3, dtype=np.int32)},
        {"DEEP": (1, (6,))},
        {"OTHER": 4},
        {"Pair": type("Pair", (), {"__module__": "optimise.made", "_fields": ("b",)})},
        {"literal": "8"},
    ],
    ids=str,
)
def test_any_constant_changes_it(changed: dict[str, Any]) -> None:
    assert stamp(made(**changed)) != stamp(made())


@pytest.mark.parametrize("changed", [{}, {"ELSE": 2}, {"UNUSED": 4}], ids=str)
def test_what_is_not_read_does_not(changed: dict[str, Any]) -> None:
    assert stamp(made(**changed)) == stamp(made())


def kernels() -> Iterator[Any]:
    for name in ("optimise.roster.kernels", "optimise.roster.search", "optimise.hospital", "quantum"):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, name + "."):
            try:
                module = importlib.import_module(found.name)
            except ImportError:  # without an optional library
                continue
            yield from (v for v in vars(module).values() if hasattr(v, "py_func") and v.__module__ == found.name)


def test_every_number_that_a_kernel_of_ours_reads_changes_its_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    for kernel in kernels():
        function = kernel.py_func
        for step in dis.get_instructions(function):
            value = function.__globals__.get(step.argval) if step.opname == "LOAD_GLOBAL" else None
            if isinstance(value, int | float):
                before = stamp(function)
                with monkeypatch.context() as patch:
                    patch.setitem(function.__globals__, step.argval, 0.25 if value != 0.25 else 0.5)
                    assert stamp(function) != before, (function, step.argval)
                tried += 1
    assert tried > 100
