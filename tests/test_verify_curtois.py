"""The checker for outsiders: short, alone, and of the same mind as ours."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import optimise

ROOT = Path(__file__).resolve().parent.parent
CHECKER = ROOT / "examples" / "verify_curtois.py"
PLANS = ("Instance1", "Instance2", "Instance8")


def verified(instance: Path, plan: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(CHECKER), str(instance), str(plan)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def files(benchmarks: Path, name: str) -> tuple[Path, Path]:
    folder = benchmarks / "curtois"
    return folder / "instances" / f"{name}.txt", folder / "fixtures" / f"{name}_strandmark.csv"


def test_it_is_short_and_imports_the_standard_library_only() -> None:
    text = CHECKER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names]


@pytest.mark.parametrize("name", PLANS)
def test_it_finds_the_cost_that_a_published_plan_states(name: str, benchmarks: Path) -> None:
    instance, plan = files(benchmarks, name)
    stated = re.search(r"cost=(\d+)", plan.read_text(encoding="utf-8"))
    assert stated is not None
    assert verified(instance, plan).stdout == f"feasible, cost {stated[1]}\n"


@pytest.mark.parametrize("day", range(0, 14, 3))
def test_it_refuses_what_our_evaluation_refuses(day: int, benchmarks: Path, tmp_path: Path) -> None:
    instance, plan = files(benchmarks, "Instance1")
    lines = plan.read_text(encoding="utf-8").splitlines()
    name, *cells = lines[1].split(",")
    cells[day] = "-" if cells[day] == "D" else "D"
    changed = tmp_path / "plan.csv"
    changed.write_text("\n".join([lines[0], ",".join([name, *cells]), *lines[2:]]) + "\n", encoding="utf-8")
    ward = optimise.read_ward(instance)
    found = optimise.evaluate(ward, optimise.read_plan(changed, ward))
    done = verified(instance, changed)
    assert (done.returncode == 0) == found.feasible
    if found.feasible:
        assert done.stdout == f"feasible, cost {found.cost:.0f}\n"


def test_a_plan_of_other_people_is_refused(benchmarks: Path) -> None:
    done = verified(files(benchmarks, "Instance1")[0], files(benchmarks, "Instance2")[1])
    assert done.returncode == 1
    assert "other people" in done.stderr
