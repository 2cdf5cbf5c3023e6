"""The HTML report as text: what is in it, and that it needs nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from optimise.core.problem import Problem
from optimise.core.result import Result, Stop
from optimise.report import write_html
from optimise.report.html import html

Reported = tuple[Problem, Result]


def cells(page: str) -> list[str]:
    return re.findall(r'<td class="c( [^"]*)?"', page)


def test_the_grid_has_as_many_cells_as_the_plan(ward: Reported) -> None:
    problem, result = ward
    assert len(cells(html(result, problem))) == 3 * 42


def test_every_duty_of_the_plan_is_shown(ward: Reported) -> None:
    problem, result = ward
    worked = re.findall(r'<td class="c s\d+[^"]*"[^>]*>([EN])</td>', html(result, problem))
    assert (worked.count("E"), worked.count("N")) == (41, 1)


def test_names_are_escaped(ward: Reported) -> None:
    problem, result = ward
    page = html(result, problem)
    assert "Ward &lt;7&gt; &amp; co" in page
    assert "<7>" not in page


def test_it_needs_nothing_from_elsewhere(ward: Reported) -> None:
    problem, result = ward
    page = html(result, problem)
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:)""", page)
    assert "url(" not in page
    assert "@import" not in page


def test_it_says_in_words_what_the_plan_amounts_to(ward: Reported) -> None:
    problem, result = ward
    page = html(result, problem)
    assert "2 requests" in page or "requests refused" in page
    assert "No plan costs less than 1" in page
    assert "Short of" in page


def test_refused_and_granted_requests_are_marked(ward: Reported) -> None:
    problem, result = ward
    page = html(result, problem)
    assert len(re.findall(r'<td class="c[^"]* (?:ok|no)', page)) == 2


def test_a_run_without_a_plan_gives_a_report_too(ward: Reported) -> None:
    problem, result = ward
    explained = ("Chi cannot work nights alone.",)
    empty = replace(result, plan=None, evaluation=None, stop=Stop.INFEASIBLE, explanation=explained)
    page = html(empty, problem)
    assert "No plan exists" in page
    assert explained[0] in page


def test_a_file_is_written_whole(ward: Reported, tmp_path: Path) -> None:
    problem, result = ward
    file = write_html(result, problem, tmp_path / "report.html")
    assert file.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_every_stay_has_a_bar(hospital: Reported) -> None:
    from optimise.hospital.view import stays

    problem, result = hospital
    page = html(result, problem)
    assert len(re.findall(r'<rect class="stay', page)) == len(stays(result.plan))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["occupancy", "rules", "violations", "facts"])
def test_a_hospital_report_has_its_tables(hospital: Reported, name: str) -> None:
    problem, result = hospital
    assert f'id="{name}"' in html(result, problem)
