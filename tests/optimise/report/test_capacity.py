"""Reports of bed plans: of one trust, and of a region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from optimise import frames
from optimise.capacity.problem import CapacityPlan
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.capacity.view import enough, openings, shares
from optimise.core.problem import Problem
from optimise.core.result import Result
from optimise.generate.capacity import capacity
from optimise.report import write_excel, write_html, write_png

from .conftest import result_of

Reported = tuple[Problem, Result]


@pytest.fixture(scope="module")
def trust() -> Reported:
    problem = capacity(6, 3, 3, 4, 2, beds=60)
    plan = CapacityPlan(problem.wards.minimum, np.zeros(3, int), problem.electives.requests)
    return problem, result_of(problem, plan)


@pytest.fixture(scope="module")
def region(trust: Reported) -> Reported:
    supply = np.array([[3, 3, 3], [0, 0, 0]])
    problem = RegionProblem("North", ("A", "B"), ("surge", "icu"), supply, lambda i: trust[0])  # type: ignore[arg-type,return-value]
    use = np.array([[[1, 2, 0], [1, 1, 1]], [[2, 1, 3], [-1, -1, -1]]])
    return problem, result_of(problem, RegionPlan(use, np.array([10.0, 20.0])))


@pytest.mark.parametrize("kind", ["trust", "region"])
def test_page_picture_and_workbook_are_written(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    from openpyxl import load_workbook

    problem, result = request.getfixturevalue(kind)
    page = write_html(result, problem, tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("Beds to open" if kind == "trust" else "surge: beds used") in page
    assert "data:image/png;base64," in page
    assert write_png(result, problem, tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    book = load_workbook(write_excel(result, problem, tmp_path / "report.xlsx"))
    assert ({"Beds", "Wards", "Electives"} if kind == "trust" else {"Units", "Use"}) <= set(book.sheetnames)


def test_the_frames_hold_the_plan(trust: Reported, region: Reported) -> None:
    problem, result = trust
    assert np.array_equal(frames.grid(problem, result.plan).to_numpy(), result.plan.opened)  # type: ignore[union-attr,arg-type]
    assert len(frames.frame(problem, result.plan)) == len(openings(problem, result.plan)) == 12  # type: ignore[arg-type]
    problem, result = region
    wide = frames.grid(problem, result.plan)  # type: ignore[arg-type]
    assert wide.loc[("B", "icu")].tolist() == [-1, -1, -1]
    assert sum(s.use for s in shares(problem, result.plan)) == 9  # type: ignore[arg-type]


def test_beds_wanted_are_quantiles_over_scenarios(trust: Reported) -> None:
    problem, result = trust
    found = enough(problem, result.plan)  # type: ignore[arg-type]
    wanted = problem.need.sum(axis=1) + np.repeat(  # type: ignore[attr-defined]
        np.einsum("gkd,gd->k", problem.elective_need, result.plan.accepted),  # type: ignore[attr-defined,union-attr]
        24,
    )
    assert (found.low <= found.middle).all()
    assert (found.middle <= found.high).all()
    assert ((wanted.min(axis=0) <= found.low) & (found.high <= wanted.max(axis=0))).all()
    assert found.opened.tolist() == np.repeat(result.plan.opened.sum(axis=0), 24).tolist()  # type: ignore[union-attr]
    assert found.short == pytest.approx((wanted > found.opened).any(axis=1).mean())
