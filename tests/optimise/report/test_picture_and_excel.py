"""The picture and the workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimise.core.errors import WardwiseError
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.report import write_excel, write_png

Reported = tuple[Problem, Result]


@pytest.mark.parametrize("kind", ["ward", "hospital"])
def test_a_picture_is_drawn_without_global_state(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    import matplotlib._pylab_helpers as managers

    problem, result = request.getfixturevalue(kind)
    file = write_png(result, problem, tmp_path / "report.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    assert not managers.Gcf.figs


def test_without_a_plan_there_is_no_picture(ward: Reported, tmp_path: Path) -> None:
    problem, result = ward
    with pytest.raises(WardwiseError, match="nothing to draw"):
        write_png(replace(result, plan=None), problem, tmp_path / "report.png")


def test_the_workbook_holds_the_roster(ward: Reported, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    problem, result = ward
    book = load_workbook(write_excel(result, problem, tmp_path / "report.xlsx"))
    sheet = book["Roster"]
    assert (sheet.max_row, sheet.max_column) == (4, 43)
    shown = [[sheet.cell(i, d).value or "-" for d in range(2, 44)] for i in range(2, 5)]
    assert shown == problem.table(result.plan)  # type: ignore[attr-defined]
    assert {"Summary", "Cover", "Requests", "Fairness", "Rules", "Violations", "Trace"} <= set(book.sheetnames)


def test_a_name_like_a_formula_stays_text(ward: Reported, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    problem, result = ward
    sheet = load_workbook(write_excel(result, problem, tmp_path / "report.xlsx"))["Roster"]
    assert sheet.cell(2, 1).data_type == "s"
    assert sheet.cell(2, 1).value == "=Ann"


def test_the_workbook_of_a_hospital_lists_stays(hospital: Reported, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    from optimise.hospital.view import stays

    problem, result = hospital
    book = load_workbook(write_excel(result, problem, tmp_path / "report.xlsx"), read_only=True)
    assert sum(1 for _ in book["Stays"].rows) == 1 + len(stays(result.plan))  # type: ignore[arg-type]


def test_a_hospital_with_dates_is_drawn_as_a_bed_board() -> None:
    import datetime

    from optimise.generate import hospital_with_plan
    from optimise.report.board_figure import board_figure
    from optimise.report.hospital import HospitalReport

    problem, plan = hospital_with_plan(patients=30, days=5, seed=1)
    problem = replace(problem, start=datetime.date(2026, 11, 30))
    for drawn in (board_figure(problem, plan, 1), HospitalReport().figure(problem, plan)):
        axes = drawn.axes[0]
        assert len(axes.patches) == problem.rooms.beds.max(axis=1).sum()
    letters = [t.get_text() for t in axes.texts if t.get_text()[:1] in ("F", "M") and len(t.get_text()) < 4]
    assert len(letters) == (plan.room[:, 0] >= 0).sum()
