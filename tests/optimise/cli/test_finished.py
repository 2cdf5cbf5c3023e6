"""What commands about a finished roster begin from."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import optimise
from optimise.cli.finished import finished_roster
from optimise.core.errors import UnsupportedError
from optimise.roster.problem import roster_only

ROOT = Path(__file__).parents[3]


def test_a_plan_with_its_ward_knows_no_run(ward: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    days = [f"2026-01-{d:02d}" for d in range(5, 12)]
    plan.write_text(
        "\n".join([",".join(["staff", *days]), *(f"{who},,,,,,,E" for who in ("Ann", "Ben", "Chi", "Dee"))])
    )
    found = finished_roster(plan, ward)
    assert found.plan.duties.sum() == 4
    assert (found.bound, found.made, found.run) == ((-math.inf, ""), None, None)


def test_beds_are_no_roster() -> None:
    with pytest.raises(UnsupportedError, match="is no roster"):
        roster_only(optimise.read(ROOT / "examples" / "beds6.json"))
