"""What is printed, read from the real file descriptors of fresh processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WARD = ["examples/ward4x7.json", "-t", "20", "-m", "highs"]
FORECAST = ["examples/demand.csv", "--group", "specialty", "--zone", "Europe/London", "--model", "seasonal-naive"]


def run(*command: str, code: int | tuple[int, ...] = 0) -> subprocess.CompletedProcess[str]:
    """Run in the project's folder; the process must end with one of these exit codes."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode in (code if isinstance(code, tuple) else (code,)), done.stderr
    return done


def wardwise(*arguments: str, code: int | tuple[int, ...] = 0) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "optimise", *arguments, code=code)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run."""
    out = tmp_path_factory.mktemp("run") / "out"
    wardwise("solve", *WARD, "-o", str(out), "-q")
    return out


@pytest.mark.quick
@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", *WARD, "--json"],
        ["solve", *WARD, "--json", "-v"],
        ["solve", *WARD, "--json", "-o", "{out}"],
        ["solve", "examples/beds6.json", "-t", "20", "-m", "highs", "--json"],
        ["solve", *WARD, "--json", "--from-plan", "{plan}", "--freeze-until", "1"],
        ["check", "examples/ward4x7.json", "{plan}", "--json"],
        ["methods", "--json"],
        ["formats", "--json"],
        ["rules", "--json"],
        ["rules", "Transfer", "--json"],
        ["doctor", "--json"],
        ["schema"],
        ["forecast", *FORECAST, "--json"],
    ],
    ids=" ".join,
)
def test_json_is_one_object_and_nothing_else(arguments: list[str], plan: Path, tmp_path: Path) -> None:
    stored = next(iter(sorted(plan.glob("plan*"))))
    given = [a.format(out=tmp_path / "out", plan=plan if "--from-plan" in arguments else stored) for a in arguments]
    made = json.loads(wardwise(*given, code=(0, 1)).stdout)
    assert made


def commands_with(option: str) -> set[str]:
    """Commands whose help offers an option."""
    import click
    import typer

    from optimise.cli.app import app

    found = set()

    def walk(command: object, name: str) -> None:
        if isinstance(command, click.Group) or hasattr(command, "commands"):
            for part, inner in command.commands.items():  # type: ignore[attr-defined]
                walk(inner, f"{name} {part}".strip())
        elif any(option in parameter.opts for parameter in command.params):  # type: ignore[attr-defined]
            found.add(name)

    walk(typer.main.get_command(app), "")
    return found


@pytest.mark.quick
@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", *WARD, "-q"],
        ["solve", *WARD, "-q", "-o", "{out}", "--report"],
        ["solve", "examples/beds6.json", "-t", "20", "-m", "highs", "-q"],
        ["compare", "{study}", "-o", "{out}", "-q"],
    ],
    ids=" ".join,
)
def test_quiet_prints_nothing(arguments: list[str], tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text(
        f'title = "small"\ntime_limit = 5\nseeds = [1]\n[[instance]]\npath = "{ROOT}/examples/ward4x7.json"\n'
        '[[method]]\nmethod = "highs"\n',
        encoding="utf-8",
    )
    done = wardwise(*[a.format(out=tmp_path / "out", study=study) for a in arguments])
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.mpi
@pytest.mark.quick
def test_two_ranks_print_no_more_than_one(mpiexec: str) -> None:
    command = [mpiexec, "-n", "2", sys.executable, "-m", "optimise", "solve", *WARD, "--json"]
    both, one = run(*command), wardwise("solve", *WARD, "--json")
    assert json.loads(both.stdout)["cost"] == json.loads(one.stdout)["cost"]
    quiet = run(*command[:-1], "-q")
    assert (quiet.stdout, quiet.stderr) == ("", "")


PROGRAM = """
import optimise
from optimise.core.method import Limits
problem = {problem}
result = optimise.solve(problem, "{method}", limits=Limits(seconds={seconds}), options={options})
"""
READ = 'optimise.read("{}")'
BLOCKS = """__import__("pyomo.environ")
import pyomo.environ as pyo
from optimise.blocks import split
m = pyo.ConcreteModel()
m.i, m.j = pyo.RangeSet(3), pyo.RangeSet(2)
m.x = pyo.Var(m.i, m.j, within=pyo.Integers, bounds=(0, 3))
m.fits = pyo.Constraint(m.i, rule=lambda m, i: sum(m.x[i, j] for j in m.j) <= 4)
m.all = pyo.Constraint(m.j, rule=lambda m, j: sum(m.x[i, j] for i in m.i) >= 5)
m.cost = pyo.Objective(expr=sum((i + j) * m.x[i, j] for i in m.i for j in m.j))
problem = split(m, {f"part {i}": m.fits[i] for i in m.i})
"""
CAPACITY = '__import__("optimise.generate.capacity", fromlist=["x"]).capacity(3, 3, 2, 3, 1, beds=30)'
SMALL_QAOA = {"people": 2, "columns": 3, "shots": 32, "pieces": 1, "depth": 1, "evaluations": 5}
#: Method, problem and options.
SOLVED = [
    pytest.param("highs", READ.format("examples/ward4x7.json"), {}, marks=pytest.mark.quick),
    ("auto", READ.format("examples/ward4x7.json"), {}),
    ("matheuristic", READ.format("examples/ward4x7.json"), {}),
    ("column-generation", READ.format("examples/ward4x7.json"), {}),
    ("parallel-search", READ.format("examples/ward4x7.json"), {}),
    pytest.param("column-generation", BLOCKS, {}, marks=pytest.mark.quick),
    pytest.param("highs", READ.format("examples/beds6.json"), {}, marks=pytest.mark.quick),
    ("auto", READ.format("examples/beds6.json"), {}),
    ("matheuristic", READ.format("examples/beds6.json"), {}),
    ("hospital", READ.format("examples/beds6.json"), {}),
    pytest.param("benders", CAPACITY, {}, marks=pytest.mark.quick),
    ("progressive-hedging", CAPACITY, {}),
    pytest.param("qaoa", READ.format("examples/ward4x7.json"), SMALL_QAOA, marks=pytest.mark.quick),
]


@pytest.mark.parametrize(("method", "problem", "options"), SOLVED)
def test_a_program_that_solves_prints_nothing(method: str, problem: str, options: dict[str, object]) -> None:
    if method == "progressive-hedging":
        pytest.importorskip("mpisppy", exc_type=ImportError)
    code = PROGRAM.format(problem=problem, method=method, seconds=5, options=options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.quick
def test_an_energy_solved_by_highs_prints_nothing() -> None:
    code = """
import numpy as np
from quantum.linearise import solve_linearised
from quantum.onehot import OneHot
from quantum.qubo import Qubo
matrix = np.random.default_rng(1).integers(-9, 10, (6, 6)).astype(float)
assert solve_linearised(OneHot(Qubo.from_matrix(matrix), (2, 2, 2))).proven
"""
    done = run(sys.executable, "-c", code)
    assert (done.stdout, done.stderr) == ("", "")


def test_the_tests_above_name_every_command_with_the_options() -> None:
    # their output is read in test_ask.py, test_bed_demand.py and test_shifts.py
    asked = {"cover", "why", "bed-demand", "shifts"}
    assert commands_with("--json") == {"solve", "check", "methods", "rules", "formats", "doctor", "forecast"} | asked
    assert commands_with("--quiet") == {"solve", "compare"}
