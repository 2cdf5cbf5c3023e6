"""What reports show of rosters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from optimise import frames
from optimise.core.result import Evaluation
from optimise.report.asked import Asked
from optimise.report.base import PlainReport, SheetWriter
from optimise.report.roster_figure import roster_figure
from optimise.report.roster_page import roster_page
from optimise.report.roster_sheet import roster_sheet
from optimise.report.roster_words import roster_sentences
from optimise.report.trust import trust_sections, trust_sheets
from optimise.report.words import Sentence
from optimise.roster.problem import Roster, RosterProblem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RosterReport"]


class RosterReport(PlainReport[RosterProblem, Roster]):
    """Grid, cover, requests and fairness."""

    def subtitle(self, problem: RosterProblem) -> str:
        span = problem.horizon
        return f"{len(problem.employees)} people, {span.label(0)} to {span.label(span.days - 1)}"

    def sentences(self, problem: RosterProblem, plan: Roster, found: Evaluation) -> list[Sentence]:
        return roster_sentences(problem, plan, found)

    def content(self, problem: RosterProblem, plan: Roster, found: Evaluation, asked: Asked) -> dict[str, object]:
        return {"roster": roster_page(problem, plan, found), "sections": trust_sections(problem, plan, found)}

    def figure(self, problem: RosterProblem, plan: Roster) -> Figure:
        return roster_figure(problem, plan)

    def sheets(self, problem: RosterProblem, plan: Roster, found: Evaluation | None) -> Sequence[SheetWriter]:
        return (
            ("Roster", partial(roster_sheet, problem=problem, plan=plan)),
            ("Cover", frames.cover_frame(problem, plan)),
            ("Requests", frames.requests_frame(problem, plan)),
            ("Fairness", frames.fairness_frame(problem, plan, found)),
            ("Duties", frames.frame(problem, plan)),
            *trust_sheets(problem, plan, found),
        )
