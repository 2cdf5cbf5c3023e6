"""The Python of the README and of the pages passes strict type checkers without a cast."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

#: What a reader gets from the public names, with the plan of the problem that went in.
FLOW = """
from pathlib import Path

from typing_extensions import assert_type

import optimise
from optimise.core.kinds import kind_of
from optimise.core.method import Method, Outcome
from optimise.methods.stage_by_stage import StageByStage
from optimise.replan import replan
from hpc.benders.method import BendersMethod
from optimise.capacity.problem import CapacityPlan, CapacityProblem

ward = optimise.read_ward(Path("ward.json"))
assert_type(optimise.solve(ward).plan, optimise.Roster | None)
assert_type(optimise.solve(ward, "highs", start=ward.roster([])).plan, optimise.Roster | None)
assert_type(optimise.read_plan("plan.json", ward), optimise.Roster)
assert_type(replan(ward, "plan.json").start, optimise.Roster | None)
assert_type(kind_of(ward).first_plan(ward, 0, lambda: False), optimise.Roster | None)

beds = optimise.read_hospital("beds.json")
assert_type(optimise.solve(beds).plan, optimise.HospitalPlan | None)
assert_type(optimise.read_plan("plan.json", beds), optimise.HospitalPlan)

weekly: Method[optimise.RosterProblem, optimise.Roster] = StageByStage()
document = optimise.Ward.from_dict({}).pin("Ann", "2026-01-07", "N").with_leave("Ann", 3)
assert_type(document, optimise.Ward)
assert_type(document.problem(), optimise.RosterProblem)
assert_type(optimise.solve(document).plan, optimise.Roster | None)
assert_type(optimise.solve(optimise.Hospital.load("h.xlsx")).plan, optimise.HospitalPlan | None)
benders: Method[CapacityProblem, CapacityPlan] = BendersMethod()
"""

#: Lines with a plan of another problem, each of which a checker has to refuse.
WRONG = (
    "optimise.evaluate(ward, optimise.read_plan('plan.json', beds))",
    "optimise.solve(beds, start=ward.roster([]))",
    "optimise.write_plan(ward.roster([]), beds, 'plan')",
    "other: Method[optimise.RosterProblem, optimise.Roster] = BendersMethod()",
)


#: Most ``Any`` in signatures and fields of classes, documents (``dict[str, Any]``, ``Mapping[str, Any]``) apart, as
#: parsers of JSON and YAML give them. May only shrink: what is left are values of libraries without types, what a
#: sender and a receiver of messages agree on, and keys of callers.
MOST_ANY = {"optimise": 239, "hpc": 47, "quantum": 52}
DOCUMENTS = {"dict[str, Any]", "Mapping[str, Any]", "MutableMapping[str, Any]"}


def annotations(tree: ast.AST) -> Iterator[ast.expr]:
    """Those of arguments, of what functions give, and of fields of classes."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
            yield from (a.annotation for a in given if a is not None and a.annotation is not None)
            if node.returns is not None:
                yield node.returns
        elif isinstance(node, ast.ClassDef):
            yield from (field.annotation for field in node.body if isinstance(field, ast.AnnAssign))


def untyped(annotation: ast.expr) -> int:
    """How often an annotation says ``Any`` outside documents."""
    if ast.unparse(annotation) in DOCUMENTS:
        return 0
    own = isinstance(annotation, ast.Name) and annotation.id == "Any"
    return own + sum(untyped(part) for part in ast.iter_child_nodes(annotation) if isinstance(part, ast.expr))


@pytest.mark.parametrize("package", MOST_ANY)
def test_any_is_left_at_foreign_libraries(package: str) -> None:
    found = {
        str(path.relative_to(ROOT)): sum(map(untyped, annotations(ast.parse(path.read_text(encoding="utf-8")))))
        for path in (ROOT / package).rglob("*.py")
    }
    most = sorted(((count, path) for path, count in found.items() if count), reverse=True)[:10]
    assert sum(found.values()) <= MOST_ANY[package], f"name the type; most are in {most}"


def written(folder: Path, *, foreign: bool = True) -> list[str]:
    """The blocks of each page as one module, and what users rely on; ``foreign``: also those that import Pyomo."""
    made = [folder / "flow.py"]
    made[0].write_text(FLOW, encoding="utf-8")
    for page in PAGES:
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        code = re.sub(r"^from my_package\b.*\n", "", "\n\n".join(blocks), flags=re.M)  # what stands above it
        if blocks and (foreign or "pyomo" not in code):
            name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
            made.append(folder / f"{name}.py")
            made[-1].write_text(code, encoding="utf-8")
    assert folder / "README.py" in made
    assert len(made) > 5
    return [str(file) for file in made]


def mypy(*files: str) -> subprocess.CompletedProcess[str]:
    settings = ["--strict", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache")]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *settings, *files], cwd=ROOT, capture_output=True, text=True, timeout=590
    )


@pytest.mark.timeout(600)
def test_the_examples_of_readme_and_pages_are_typed(tmp_path: Path) -> None:
    made = mypy(*written(tmp_path))
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.timeout(600)
def test_a_plan_of_another_problem_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(FLOW + "\n".join(WRONG) + "\n", encoding="utf-8")
    made = mypy(str(file))
    refused = {int(line) for line in re.findall(r"wrong\.py:(\d+): error", made.stdout)}
    first = FLOW.count("\n") + 1
    assert refused == set(range(first, first + len(WRONG))), made.stdout + made.stderr


@pytest.mark.timeout(600)
def test_another_checker_agrees(tmp_path: Path) -> None:
    """Pyright; without the page whose code is mostly Pyomo's, which is not annotated well enough for it."""
    checker = shutil.which("pyright") or shutil.which("basedpyright")
    if checker is None:
        pytest.skip("pyright is not installed")
    written(tmp_path, foreign=False)
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "standard", "extraPaths": [str(ROOT)]}), encoding="utf-8"
    )
    made = subprocess.run(
        [checker, "--pythonpath", sys.executable, "-p", str(tmp_path)], capture_output=True, text=True, timeout=590
    )
    assert made.returncode == 0, made.stdout + made.stderr
