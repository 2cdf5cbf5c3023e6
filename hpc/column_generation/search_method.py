"""Method ``parallel-search``: the neighbourhood search of column generation without its root bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from hpc.beds.options import BedSearchOptions
from hpc.column_generation.method import ColumnGenerationMethod
from hpc.column_generation.options import ParallelSearchOptions
from optimise.core.options import Options, documented
from optimise.methods.options import AdmissionOptions, AssignmentOptions

__all__ = ["ParallelSearchMethod"]


@documented
class ParallelSearchMethod(ColumnGenerationMethod):
    """``parallel-search``: construction and neighbourhood search without the root bound."""

    name = "parallel-search"
    options = ParallelSearchOptions
    options_by_kind: ClassVar[Mapping[str, type[Options]]] = {
        "hospital": BedSearchOptions,
        "admissions": AdmissionOptions,
        "assignment": AssignmentOptions,
    }
    engines: ClassVar[Mapping[str, str]] = {
        "hospital": "hpc.beds.engine:BedSearch",
        "admissions": "optimise.methods.rounds_search:AdmissionSearch",
        "assignment": "optimise.methods.rounds_search:AssignmentSearch",
    }
