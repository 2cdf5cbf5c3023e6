"""Real instances of every family through the command: solved, written, checked, reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

#: Instance, its options, and what ``auto`` proves within seconds (None: any feasible plan will do).
SOLVED = {
    "curtois": ("curtois/instances/Instance4.txt", ["-t", "60"], 1716),
    "ihtc": ("ihtc2024/small/small01.json", ["-t", "5"], None),
    "inrc2": ("inrc2/datasets/n005w4", ["--history", "0", "--weeks", "1-2-3-3", "-t", "60"], 1470),
    "pas": ("pas/instances/testdata01.txt", ["--mixing", "minority", "-t", "5"], None),
}


@pytest.mark.parametrize("family", SOLVED)
def test_solve_check_and_report(wardwise: Command, benchmarks: Path, tmp_path: Path, family: str) -> None:
    name, options, best = SOLVED[family]
    folder = tmp_path / "run"
    ran = wardwise("solve", benchmarks / name, *options, "-o", folder, "--json")
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert made["family"] == family
    assert made["lower_bound"] is None or made["lower_bound"] <= made["cost"]
    assert best is None or made["cost"] == made["lower_bound"] == best
    native = folder / made["files"]["native_plan"][0]
    own = folder if len(made["files"]["plan"]) > 1 else folder / made["files"]["plan"][0]
    for plan in (own, native):
        checked = wardwise("check", benchmarks / name, plan, *options[:-2], "--json")
        assert checked.code == 0, checked.err
        assert json.loads(checked.out)["cost"] == pytest.approx(made["cost"])
    assert wardwise("report", folder, "--only", "html").code == 0
    assert (folder / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("instance", "plan", "cost"),
    [
        ("curtois/instances/Instance1.txt", "curtois/fixtures/Instance1_strandmark.csv", None),
        ("pas/instances/testdata01.txt", "pas/fixtures/testdata01_good.sol", 662.8),
    ],
)
def test_plans_made_by_others_are_checked(
    wardwise: Command, benchmarks: Path, instance: str, plan: str, cost: float | None
) -> None:
    ran = wardwise("check", benchmarks / instance, benchmarks / plan, "--json")
    assert ran.code == 0, ran.err
    if cost is None:  # the fixture's first line names it
        cost = float((benchmarks / plan).read_text().split("cost=")[1].split()[0])
    assert json.loads(ran.out)["cost"] == pytest.approx(cost)
