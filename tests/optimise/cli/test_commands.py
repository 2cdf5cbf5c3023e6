"""The other commands, and how quickly the command starts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import optimise
from optimise.core.errors import WardwiseError

pytestmark = pytest.mark.quick

Command = Callable[..., Any]


@pytest.fixture
def plan(ward: Path, tmp_path: Path) -> Path:
    problem = optimise.read(ward, format="native")
    found = optimise.solve(problem, "highs").plan
    assert found is not None
    return optimise.write_plan(found, problem, tmp_path / "made")[0]


def test_check_tells_cost_and_rules(wardwise: Command, ward: Path, plan: Path) -> None:
    ran = wardwise("check", ward, plan)
    assert ran.code == 0, ran.err
    assert "feasible" in ran.out
    assert "leave" in ran.out or "rest" in ran.out


def test_check_as_json_agrees_with_the_library(wardwise: Command, ward: Path, plan: Path) -> None:
    ran = wardwise("check", ward, plan, "--json")
    problem = optimise.read(ward, format="native")
    found = optimise.evaluate(problem, optimise.read_plan(plan, problem))
    made = json.loads(ran.out)
    assert (made["cost"], made["feasible"]) == (found.cost, True)
    assert [r["rule"] for r in made["rules"]] == [r.rule for r in found.rules]


def test_check_of_an_infeasible_plan_is_exit_1(wardwise: Command, ward: Path, plan: Path, tmp_path: Path) -> None:
    made = json.loads(plan.read_text())
    days = [f"2026-01-{d:02d}" for d in range(5, 12)]
    made["roster"]["Ann"] = dict(zip(days, ["L", "E", "E", "E", "E", "E", "E"], strict=True))
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(made))
    ran = wardwise("check", ward, bad)
    assert ran.code == 1
    assert "NOT feasible" in ran.out
    assert "Ann" in ran.out


@pytest.fixture
def changed(plan: Path, tmp_path: Path) -> Path:
    """The plan with Ann on a late and then only earlies, which breaks hard rules."""
    made = json.loads(plan.read_text())
    days = [f"2026-01-{d:02d}" for d in range(5, 12)]
    made["roster"]["Ann"] = dict(zip(days, ["L", "E", "E", "E", "E", "E", "E"], strict=True))
    (tmp_path / "changed.json").write_text(json.dumps(made))
    return tmp_path / "changed.json"


def test_check_against_a_plan_tells_what_the_change_costs(
    wardwise: Command, ward: Path, plan: Path, changed: Path
) -> None:
    problem = optimise.read(ward, format="native")
    before, after = (optimise.evaluate(problem, optimise.read_plan(p, problem)) for p in (plan, changed))
    ran = wardwise("check", ward, changed, "--against", plan)
    assert ran.code == 1
    assert f"hard rules broken by 0 before, {after.hard:g} now" in ran.out
    new, gone = ran.out[ran.out.index("\nnew: ") : ran.out.index("\ngone: ")], ran.out[ran.out.index("\ngone: ") :]
    assert "rest between L and E (Mon 5 Jan to Tue 6 Jan) (" in new
    assert "rest between" not in gone
    made = json.loads(wardwise("check", ward, changed, "--against", plan, "--json").out)["against"]
    assert (made["cost"], made["hard"], made["added_cost"]) == (before.cost, 0, after.cost - before.cost)
    assert {r["rule"] for r in made["rules"]} == {
        new.rule
        for old, new in zip(before.rules, after.rules, strict=True)
        if (old.amount, old.cost) != (new.amount, new.cost)
    }
    messages = [{v.message for v in found.violations} for found in (before, after)]
    assert {v["message"] for v in made["new"]} == messages[1] - messages[0]
    assert {v["message"] for v in made["gone"]} == messages[0] - messages[1]


def test_check_against_the_same_plan_finds_no_change(wardwise: Command, ward: Path, plan: Path) -> None:
    ran = wardwise("check", ward, plan, "--against", plan)
    assert ran.code == 0
    assert ran.out.endswith(": the same\nnew: none\ngone: none\n")


def test_check_of_a_broken_plan_is_exit_2(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"roster": {"Zoe": {}}}')
    ran = wardwise("check", ward, bad)
    assert ran.code == 2
    assert "Zoe" in ran.err
    assert "Traceback" not in ran.err


def test_methods_lists_every_method(wardwise: Command) -> None:
    assert set(json.loads(wardwise("methods", "--json").out)) >= {"auto", "highs"}
    assert "highs" in wardwise("methods").out


def test_methods_that_check_their_options_themselves_show_them_too(wardwise: Command) -> None:
    told = json.loads(wardwise("methods", "qaoa", "--json").out)["options"]
    assert set(told) == {"all", "energy"}
    meanings = {o["name"]: o["meaning"] for o in told["energy"]}
    assert "deterministic" in meanings["jitter"]
    assert "upper-lower" in meanings["penalty"]
    assert "grow the depth" in meanings["grown"]
    assert all(meanings.values())


def test_a_summary_is_a_whole_sentence(wardwise: Command) -> None:
    said = json.loads(wardwise("methods", "random-bits", "--json").out)["summary"]
    assert said.endswith("the control that tells what a repaired success owes to the repair.")


def test_formats_lists_every_format(wardwise: Command) -> None:
    from optimise.formats.base import FORMATS

    made = json.loads(wardwise("formats", "--json").out)
    assert set(made) == set(FORMATS)
    assert all(f["description"] for f in made.values())


@pytest.mark.parametrize("kind", ["", "ward", "capacity", "hospital", "region", "result", "checkpoint", "job", "cell"])
def test_schema_is_a_json_schema(wardwise: Command, kind: str) -> None:
    assert "$schema" in json.loads(wardwise("schema", *([kind] if kind else [])).out)


def test_an_unknown_schema_lists_the_known_ones(wardwise: Command) -> None:
    ran = wardwise("schema", "../../x")
    assert ran.code == 2
    assert "result" in ran.err


def test_generate_makes_a_ward_that_reads(wardwise: Command, tmp_path: Path) -> None:
    file = tmp_path / "made.json"
    assert wardwise("generate", "ward", "--size", 6, "--weeks", 1, "--seed", 5, "-o", file).code == 0
    assert len(optimise.read(file, format="native").employees) == 6  # type: ignore[attr-defined]
    ran = wardwise("generate", "ward", "-o", file)
    assert ran.code == 2
    assert "exists already" in ran.err


def test_convert_writes_a_plan_in_another_format(wardwise: Command, ward: Path, plan: Path, tmp_path: Path) -> None:
    ran = wardwise("convert", ward, tmp_path / "again.json", "--plan", plan, "--to", "native")
    assert ran.code == 0, ran.err
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(plan.read_text())


@pytest.mark.parametrize("name", ["again.xlsx", "again.json", "again.yaml", "folder"])
def test_convert_writes_a_ward_in_another_form(wardwise: Command, ward: Path, tmp_path: Path, name: str) -> None:
    to = "native" if name.endswith(("json", "yaml")) else "table"
    ran = wardwise("convert", ward, tmp_path / name, "--to", to)
    assert ran.code == 0, ran.err
    assert optimise.read(tmp_path / name).digest() == optimise.read(ward).digest()


@pytest.mark.parametrize("name", ["ward.mps", "ward.json"])  # --to says what is written, not the file's name
def test_convert_writes_the_whole_model(wardwise: Command, ward: Path, tmp_path: Path, name: str) -> None:
    from optimise.solvers.highs_factory import make_highs

    made, file = tmp_path / name, tmp_path / "model.mps"
    ran = wardwise("convert", ward, made, "--to", "mps")
    assert ran.code == 0, ran.err
    made.rename(file)
    solver = make_highs()
    solver.readModel(str(file))
    solver.run()
    best = optimise.solve(optimise.read(ward, format="native"), "highs").cost
    assert solver.getInfo().objective_function_value == pytest.approx(best)


def test_convert_writes_a_plan_as_the_workbook_that_was_asked_for(
    wardwise: Command, ward: Path, plan: Path, tmp_path: Path
) -> None:
    assert wardwise("convert", ward, tmp_path / "ward.xlsx", "--to", "table").code == 0
    ran = wardwise("convert", ward, tmp_path / "plan.xlsx", "--to", "table", "--plan", plan)
    assert (ran.code, ran.out.split()) == (0, [str(tmp_path / "plan.xlsx")])
    assert wardwise("check", tmp_path / "ward.xlsx", tmp_path / "plan.xlsx").code == 0


def test_convert_refuses_what_cannot_be(wardwise: Command, ward: Path, tmp_path: Path) -> None:
    assert wardwise("convert", ward, tmp_path / "x", "--to", "fax").code == 2
    assert wardwise("convert", ward, tmp_path / "x", "--to", "ihtc").code == 2
    assert wardwise("convert", ward, tmp_path / "x", "--to", "curtois").code == 2
    assert wardwise("convert", ward, ward, "--to", "native").code == 2
    assert not (tmp_path / "x").exists()


def test_a_template_can_be_solved_as_it_stands(wardwise: Command, tmp_path: Path) -> None:
    assert wardwise("template", tmp_path / "ward.xlsx").code == 0
    ran = wardwise("solve", tmp_path / "ward.xlsx", "--format", "table", "-m", "highs", "-t", 20, "-q")
    assert ran.code == 0, ran.err


def test_the_next_period_of_a_workbook_is_a_workbook(wardwise: Command, tmp_path: Path) -> None:
    book, after = tmp_path / "ward.xlsx", tmp_path / "next.xlsx"
    assert wardwise("template", book).code == 0
    wardwise("solve", book, "-m", "matheuristic", "-t", 1, "-q", "--output", tmp_path / "run")
    ran = wardwise("next", book, "--plan", tmp_path / "run", "--output", after)
    assert (ran.code, ran.err.splitlines()[0]) == (0, "begins on 2026-02-02, 28 days after 2026-01-05")
    assert wardwise("next", book, "--plan", tmp_path / "run", "--output", after).code == 2  # it is there already
    assert wardwise("solve", after, "-m", "matheuristic", "-t", 1, "-q").code == 0


def test_options_are_read_as_json_where_they_are() -> None:
    from optimise.cli.arguments import pairs

    assert pairs(["a=1", "b=[1, 2]", "c=x=y", "d="]) == {"a": 1, "b": [1, 2], "c": "x=y", "d": ""}
    with pytest.raises(WardwiseError):
        pairs(["=3"])


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from optimise.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit as left:\n"
        "    assert left.code in (0, None)\n"
        "heavy = {'numpy', 'pyomo', 'highspy', 'numba', 'scipy', 'pandas', 'mpi4py', 'pydantic', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "solve" in done.stdout


def test_help_says_what_the_gap_is_and_its_default() -> None:
    code = "import os; os.environ['COLUMNS'] = '300'\nfrom optimise.cli import main\nmain(['solve', '--help'])\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.replace("│", " ").split())
    assert "within this part of the plan's cost (0.01 is 1 %); by default 0: only at the optimum." in text


def test_version(wardwise: Command) -> None:
    assert wardwise("--version").out.strip() == f"wardwise {optimise.__version__}"
