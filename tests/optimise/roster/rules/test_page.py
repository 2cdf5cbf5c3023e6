"""``docs/write-a-rule.md``: its code runs as it stands, and every engine obeys its rule."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import optimise
from optimise.roster.arrays import lenient_arrays
from optimise.roster.kernels.cost import line_cost
from optimise.roster.rules.named import forget_roster_rule, register_roster_rule

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "write-a-rule.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
WARD = ROOT / "examples" / "ward4x7.json"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The names that the page's first block defines."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(BLOCKS[0], names)
    return names


@pytest.fixture(scope="module")
def named() -> dict[str, Any]:
    """The names that the page's block on documents defines."""
    names: dict[str, Any] = {"__name__": "__main__"}
    code = next(block for block in BLOCKS if "class FreeAfter(" in block)
    exec(compile(code, "page", "exec", dont_inherit=True), names)  # annotations stay as they are
    return names


@pytest.fixture(scope="module")
def ward(made: dict[str, Any]) -> optimise.RosterProblem:
    problem = optimise.read(WARD)
    assert isinstance(problem, optimise.RosterProblem)
    return problem.with_rules(made["FreeAfterTwo"](name="two long days"))


def matches(ward: optimise.RosterProblem, plan: optimise.Roster) -> int:
    """How often somebody works after two long days, history included, by the words of the rule."""
    count = 0
    for person, row in zip(ward.employees, plan.duties.tolist(), strict=True):
        past = [mask.bit_length() - 1 if mask.bit_count() == 1 else -1 for mask in person.history[:2]]
        days = [*reversed(past), *row]
        long = [d >= 0 and ward.duties[d].shift >= 0 and ward.shifts[ward.duties[d].shift].id == "D" for d in days]
        count += sum(long[i] and long[i + 1] and days[i + 2] > 0 for i in range(len(days) - 2))
    return count


def charged(ward: optimise.RosterProblem, plan: optimise.Roster) -> float:
    return next(r.cost for r in ward.evaluate(plan).rules if r.rule == "two long days")


def test_the_page_runs(
    made: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(BLOCKS[1], dict(made))
    assert "two long days" in capsys.readouterr().out


def test_the_evaluator_charges_what_the_rule_says(ward: optimise.RosterProblem) -> None:
    random = np.random.default_rng(0)
    counts = set()
    for _ in range(50):
        plan = optimise.Roster(random.choice([0, 1, 1, 1, 2], size=ward.shape[:2]).astype(np.int16))
        assert charged(ward, plan) == 20.0 * matches(ward, plan)
        counts.add(matches(ward, plan))
    assert len(counts) > 5


@pytest.mark.parametrize("method", ["highs", "column-generation", "matheuristic"])
def test_a_method_obeys_the_rule(ward: optimise.RosterProblem, method: str) -> None:
    without, found = (
        optimise.solve(problem, method, limits=optimise.Limits(seconds=60), seed=1).plan
        for problem in (ward.without_rules("two long days"), ward)
    )
    assert isinstance(without, optimise.Roster)
    assert isinstance(found, optimise.Roster)
    assert matches(ward, without) > 0
    assert ward.evaluate(found).cost < ward.evaluate(without).cost


def test_kernels_and_quantum_costs_see_the_rule(ward: optimise.RosterProblem) -> None:
    plain, ruled = (lenient_arrays(p.compiled) for p in (ward.without_rules("two long days"), ward))
    duties = np.array([0, 1, 1, 1, 0, 0, 0], dtype=np.int16)
    assert line_cost(ruled, 0, duties)[0] == line_cost(plain, 0, duties)[0] + 20.0


def test_the_page_s_rule_is_proven_by_name(named: dict[str, Any]) -> None:
    exec(BLOCKS[-1], dict(named))


def test_a_ward_asks_for_the_page_s_rule(named: dict[str, Any]) -> None:
    said = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "own:" in block)
    ward = optimise.Ward.load(WARD)
    document = {**ward.to_dict(), "rules": {**ward.to_dict().get("rules", {}), **yaml.safe_load(said)["rules"]}}
    assert document["staff"][3]["band"] == "5"
    register_roster_rule("free-after", named["FreeAfter"])
    try:
        problem = optimise.Ward.from_dict(document).problem()
    finally:
        forget_roster_rule("free-after")
    rule = problem.rules[-1]
    assert (rule.name, rule.employees, rule.weight, rule.days) == ("free-after", (3,), 25.0, 2)
