"""The part of the report that a trust must show."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimise.report import write_excel, write_html
from optimise.report.trust import trust_sections, trust_sheets

TITLES = ["Before approval", "Figures of the roster", "Nursing red flags", "Hours accounts"]


def test_sections_and_sheets_say_the_same(ward) -> None:
    problem, result = ward
    sections = trust_sections(problem, result.plan, result.evaluation)
    assert [s.heading for s in sections] == TITLES
    assert [title for title, _ in trust_sheets(problem, result.plan, None)] == TITLES
    assert sections[3].rows[1][:3] == ("Ben", "225 h", "107 h")


def test_report_and_workbook_have_them(ward, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("jinja2")
    problem, result = ward
    page = write_html(result, problem, tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(f"<h2>{title}</h2>" in page for title in TITLES)
    assert "? not known" in page
    book = openpyxl.load_workbook(write_excel(result, problem, tmp_path / "report.xlsx"))
    assert set(TITLES) <= set(book.sheetnames)
    assert book["Before approval"]["A2"].value == "Rules that must be kept"
