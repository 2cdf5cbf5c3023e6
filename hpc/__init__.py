"""Decompositions over MPI: column generation and parallel neighbourhood search for rosters; jobs on clusters.

Names are imported when they are first used, so that ``import hpc`` (and with it ``wardwise --help``) stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpc.column_generation.method import ColumnGenerationMethod
    from hpc.column_generation.search_method import ParallelSearchMethod
    from hpc.hospital.method import HospitalSearchMethod

__all__ = ["ColumnGenerationMethod", "HospitalSearchMethod", "ParallelSearchMethod"]

_HOME = {
    "ColumnGenerationMethod": "hpc.column_generation.method",
    "HospitalSearchMethod": "hpc.hospital.method",
    "ParallelSearchMethod": "hpc.column_generation.search_method",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
