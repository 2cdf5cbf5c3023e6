"""What reports show of hospitals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from optimise import frames
from optimise.core.result import Evaluation
from optimise.hospital.problem import HospitalPlan, HospitalProblem
from optimise.hospital.rules import get_rule
from optimise.report.asked import Asked
from optimise.report.base import PlainReport, SheetWriter
from optimise.report.board import board
from optimise.report.board_figure import board_figure
from optimise.report.hospital_figure import hospital_figure
from optimise.report.hospital_page import hospital_page
from optimise.report.hospital_words import hospital_sentences
from optimise.report.words import Sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["HospitalReport"]


class HospitalReport(PlainReport[HospitalProblem, HospitalPlan]):
    """Rooms, occupancy, theatres and nurses."""

    def subtitle(self, problem: HospitalProblem) -> str:
        return f"{len(problem.patients)} patients, {len(problem.rooms.ids)} rooms, {problem.days} days"

    def sentences(self, problem: HospitalProblem, plan: HospitalPlan, found: Evaluation) -> list[Sentence]:
        return hospital_sentences(problem, plan, found)

    def content(
        self, problem: HospitalProblem, plan: HospitalPlan, found: Evaluation, asked: Asked
    ) -> dict[str, object]:
        return {"hospital": hospital_page(problem, plan), "board": board(problem, plan, found, asked)}

    def meaning(self, problem: HospitalProblem, rule: str) -> str:
        return get_rule(problem, rule).text

    def figure(self, problem: HospitalProblem, plan: HospitalPlan) -> Figure:
        return hospital_figure(problem, plan) if problem.start is None else board_figure(problem, plan)

    def sheets(self, problem: HospitalProblem, plan: HospitalPlan, found: Evaluation | None) -> Sequence[SheetWriter]:
        return (
            ("Rooms", frames.grid(problem, plan).reset_index()),
            ("Stays", frames.frame(problem, plan)),
            ("Occupancy", frames.occupancy_frame(problem, plan)),
            ("Not placed", frames.not_placed_frame(problem, plan)),
        )
