"""What a report shows of a subject: one object a kind of problem (``Kind.report``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol

from typing_extensions import TypeVar

from optimise.core.errors import WardwiseError
from optimise.core.kinds import kind_of, load
from optimise.core.problem import Problem
from optimise.core.result import Evaluation, Plan
from optimise.report.asked import Asked
from optimise.report.words import Sentence

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["PlainReport", "SheetWriter", "subject_of"]

#: A sheet of the workbook: its title, and a table or what fills it.
SheetWriter = tuple[str, "pd.DataFrame | Callable[[Worksheet], None]"]


#: Problems and plans of a report; any where nothing is said.
P_contra = TypeVar("P_contra", bound=Problem, contravariant=True, default=Any)
L_contra = TypeVar("L_contra", bound=Plan, contravariant=True, default=Any)
P = TypeVar("P", bound=Problem, default=Any)
L = TypeVar("L", bound=Plan, default=Any)


class Subject(Protocol[P_contra, L_contra]):
    """The parts of a report that depend on the kind of problem."""

    def subtitle(self, problem: P_contra) -> str:
        """How large the problem is."""
        ...

    def sentences(self, problem: P_contra, plan: L_contra, found: Evaluation) -> list[Sentence]:
        """What the plan amounts to."""
        ...

    def content(self, problem: P_contra, plan: L_contra, found: Evaluation, asked: Asked) -> dict[str, object]:
        """Parts of the HTML template: ``roster``, ``hospital``, ``board`` or ``sections``."""
        ...

    def meaning(self, problem: P_contra, rule: str) -> str:
        """What a rule asks, where its name is not plain words already."""
        ...

    def figure(self, problem: P_contra, plan: L_contra) -> Figure:
        """The plan as a picture."""
        ...

    def sheets(self, problem: P_contra, plan: L_contra, found: Evaluation | None) -> Sequence[SheetWriter]:
        """The plan as sheets of the workbook."""
        ...


class PlainReport(Generic[P, L]):
    """Facts, rules and trace alone: of kinds without a report of their own, and what others begin from."""

    def subtitle(self, problem: P) -> str:
        return ""

    def sentences(self, problem: P, plan: L, found: Evaluation) -> list[Sentence]:
        return []

    def content(self, problem: P, plan: L, found: Evaluation, asked: Asked) -> dict[str, object]:
        return {}

    def meaning(self, problem: P, rule: str) -> str:
        return ""

    def figure(self, problem: P, plan: L) -> Figure:
        raise WardwiseError(f"no picture is defined for {kind_of(problem).title} plans")

    def sheets(self, problem: P, plan: L, found: Evaluation | None) -> Sequence[SheetWriter]:
        return ()


def subject_of(problem: Problem[L]) -> Subject[Problem[L], L]:
    """What reports show of problems of this kind."""
    name = kind_of(problem).report
    made: Subject[Problem[L], L] = load(name)() if name else PlainReport()
    return made
