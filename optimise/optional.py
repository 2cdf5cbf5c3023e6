"""Optional libraries are asked for before the work, so that nothing is refused only when it is done."""

from __future__ import annotations

import importlib
from collections.abc import Collection

from optimise.core.errors import MissingExtraError
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem

__all__ = ["require", "require_report"]

#: Packages as people install them, where their module has another name.
_PACKAGES = {"sklearn": "scikit-learn"}
#: What each kind of report of a run is written with.
_REPORTS = {"html": ("jinja2",), "png": ("matplotlib",), "excel": ("openpyxl",)}


def require(extra: str, *modules: str) -> None:
    """Refuse now when one of the modules is not installed.

    Raises
    ------
    MissingExtraError
        Names the package and the extra that brings it.
    """
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            raise MissingExtraError(_PACKAGES.get(module, module), extra) from None


def require_report(kinds: Collection[str], problem: Problem | None = None) -> None:
    """Refuse now what ``optimise.report`` could not write of this problem: ``html``, ``png`` or ``excel``."""
    for wanted in kinds:
        require("report", *_REPORTS[wanted])
    if "html" in kinds and problem is not None and kind_of(problem).pictured:
        require("report", *_REPORTS["png"])
