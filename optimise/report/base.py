"""What a report shows of a subject: one object a kind of problem (``Kind.report``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from optimise.core.errors import WardwiseError
from optimise.core.kinds import kind_of, load
from optimise.core.problem import Problem
from optimise.core.result import Evaluation
from optimise.report.words import Sentence

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["PlainReport", "Sheet", "Subject", "subject_of"]

#: A sheet of the workbook: its title, and a table or what fills it.
Sheet = tuple[str, "pd.DataFrame | Callable[[Worksheet], None]"]


class Subject(Protocol):
    """The parts of a report that depend on the kind of problem."""

    def subtitle(self, problem: Any) -> str:
        """How large the problem is."""
        ...

    def sentences(self, problem: Any, plan: Any, found: Evaluation) -> list[Sentence]:
        """What the plan amounts to."""
        ...

    def content(self, problem: Any, plan: Any, found: Evaluation) -> dict[str, Any]:
        """Parts of the HTML template: ``roster``, ``hospital`` or ``sections``."""
        ...

    def meaning(self, problem: Any, rule: str) -> str:
        """What a rule asks, where its name is not plain words already."""
        ...

    def figure(self, problem: Any, plan: Any) -> Figure:
        """The plan as a picture."""
        ...

    def sheets(self, problem: Any, plan: Any, found: Evaluation | None) -> Sequence[Sheet]:
        """The plan as sheets of the workbook."""
        ...


class PlainReport:
    """Facts, rules and trace alone: of kinds without a report of their own, and what others begin from."""

    def subtitle(self, problem: Any) -> str:
        return ""

    def sentences(self, problem: Any, plan: Any, found: Evaluation) -> list[Sentence]:
        return []

    def content(self, problem: Any, plan: Any, found: Evaluation) -> dict[str, Any]:
        return {}

    def meaning(self, problem: Any, rule: str) -> str:
        return ""

    def figure(self, problem: Any, plan: Any) -> Figure:
        raise WardwiseError(f"no picture is defined for {kind_of(problem).title} plans")

    def sheets(self, problem: Any, plan: Any, found: Evaluation | None) -> Sequence[Sheet]:
        return ()


def subject_of(problem: Problem) -> Subject:
    """What reports show of problems of this kind."""
    name = kind_of(problem).report
    made: Subject = load(name)() if name else PlainReport()
    return made
