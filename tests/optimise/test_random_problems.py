"""Random wards and hospitals: sound, over the whole vocabulary, and ``auto`` never wrong beside HiGHS on them.

``python -m tests.benchmarks.properties`` runs thousands; here are a few dozen, by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from optimise.core.method import Limits
from optimise.core.result import Stop
from optimise.driver import solve
from optimise.hospital.beds_search import usable
from optimise.hospital.conflict import conflicting_rules, keeping
from optimise.hospital.explain import explain as explain_hospital
from optimise.hospital.formats.defaults import default_rules
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.problem import HospitalProblem
from optimise.roster.explain import explain
from optimise.roster.formats.ward import Ward
from optimise.roster.formats.ward_parts import WorkLimits
from optimise.testing import random_hospitals
from optimise.testing.agreement import compare_with_highs, reducible
from optimise.testing.random_hours import HOURS, random_hours_ward
from optimise.testing.random_units import random_units
from optimise.testing.random_wards import random_ward
from tests.benchmarks import one_optimum
from tests.benchmarks.properties import main, make

MANY = 250


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Keys with their parents; list positions left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}".lstrip(".")
            yield from paths(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, path)


def expected(schema: dict[str, Any], node: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[str]:
    """All keys that a JSON Schema knows, with their parents; free keys (names of rules) end the path."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for key, inner in node.get("properties", {}).items():
        yield f"{path}.{key}".lstrip(".")
        yield from expected(schema, inner, f"{path}.{key}", depth + 1)
    for inner in [*node.get("anyOf", ()), *([node["items"]] if "items" in node else [])]:
        yield from expected(schema, inner, path, depth)


@pytest.fixture(scope="module")
def documents() -> list[Ward]:
    return [random_ward(Random(f"ward {seed}")) for seed in range(MANY)]


@pytest.fixture(scope="module")
def newer() -> list[Ward]:
    return [random_hours_ward(Random(f"hours {seed}")) for seed in range(MANY)]


def test_no_key_of_the_ward_document_is_missing(documents: list[Ward], newer: list[Ward]) -> None:
    several = [random_units(Random(f"units {seed}")) for seed in range(MANY)]
    schema = Ward.model_json_schema()
    wanted = set(expected(schema, schema))
    found = {
        p for ward in (*documents, *newer, *several) for p in paths(ward.model_dump(mode="json", exclude_unset=True))
    }
    rest = {p for p in wanted - found if not p.endswith((".hard", ".weight", ".on", ".limit"))}
    # a rule of one's own needs a package
    assert {p for p in rest if not p.startswith(("rules.fairness.who.", "rules.own"))} <= {"schema_version"}


def test_every_limit_is_hard_priced_and_off_somewhere(documents: list[Ward], newer: list[Ward]) -> None:
    for field in WorkLimits.model_fields:
        seen = set()
        for ward in newer if field in HOURS else documents:
            for source in (ward.rules, *ward.contracts, *(s.limits for s in ward.staff if s.limits)):
                value = getattr(source, field)
                for one in value if isinstance(value, list) else [value] if value is not None else []:
                    off = getattr(one, "limit", 0) is None or not getattr(one, "on", True)
                    seen.add("off" if off else "hard" if one.price == float("inf") else "priced")
        assert seen >= {"hard", "priced"}, field
        assert "off" in seen or field in ("hours", "shift_limits", "forbidden_sequences"), field


@pytest.mark.parametrize("make_one", [random_hours_ward, random_units])
@pytest.mark.parametrize("seed", range(4))
def test_newer_rules_have_one_optimum(seed: int, make_one: Callable[..., Ward]) -> None:
    problem = make_one(Random(seed), most_people=3, most_days=7).problem()
    exact, priced = (solve(problem, method, limits=Limits(seconds=60)) for method in ("highs", "column-generation"))
    assert (exact.stop, exact.feasible) == (priced.stop, priced.feasible)
    if exact.feasible:
        assert exact.cost == pytest.approx(priced.cost)


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_rules_of_a_fortnight_have_one_optimum(seed: int) -> None:
    ((*_, found),) = one_optimum.rows([seed], seconds=60)
    assert found == "same"


def test_random_wards_make_sense(documents: list[Ward], newer: list[Ward]) -> None:
    for ward in (*documents, *newer):
        assert len(ward.problem().compiled.patterns) >= 0
    assert all(2 <= len(w.staff) <= 6 and 5 <= w.length <= 14 for w in (*documents, *newer))


def test_no_key_of_the_hospital_document_is_missing() -> None:
    schema = HospitalFile.model_json_schema()
    wanted = set(expected(schema, schema))
    made = [random_hospitals.document(Random(f"hospital {seed}")) for seed in range(MANY)]
    assert wanted - {p for d in made for p in paths(d)} <= {"schema_version"}
    rules = {(rule, isinstance(price, str)) for d in made for rule, price in d["rules"].items()}
    assert rules >= {(rule, hard) for rule in (*default_rules(), "Noise", "Promised") for hard in (True, False)}


def test_bed_plans_have_fixed_stays() -> None:
    assert sum(usable(make(f"beds:{seed}")) for seed in range(30)) >= 28  # all in-patients at times


@pytest.mark.parametrize("first", range(0, 16, 4))
def test_auto_agrees_with_highs_on_wards(first: int) -> None:
    for seed in range(first, first + 4):
        assert compare_with_highs(make(f"ward:{seed}"), seconds=3).faults == (), f"ward:{seed}"


@pytest.mark.parametrize("first", range(0, 12, 3))
def test_auto_agrees_with_highs_on_hospitals(first: int) -> None:
    for seed in range(first, first + 3):
        for kind in ("hospital", "beds"):
            assert compare_with_highs(make(f"{kind}:{seed}"), seconds=3).faults == (), f"{kind}:{seed}"


def test_every_rule_named_is_needed() -> None:
    """Among the first wards: those without a plan."""
    told = 0
    for seed in range(40):
        problem = make(f"ward:{seed}")
        found = explain(problem, seconds=10)
        if found is not None and found.infeasible:
            told += 1
            assert reducible(problem) == [], f"ward:{seed}"
    assert told >= 5


def test_every_rule_of_a_hospital_that_is_named_is_needed() -> None:
    told = 0
    for case in [f"{kind}:{seed}" for seed in range(12) for kind in ("hospital", "beds")]:
        problem = make(case)
        found, exact = conflicting_rules(problem, seconds=20)
        if found:
            told += 1
            assert exact, case
            assert impossible(keeping(problem, found)), case
            for rule in found:
                assert not impossible(keeping(problem, set(found) - {rule})), f"{case}: {rule}"
            assert any("cannot all be kept" in line for line in explain_hospital(problem, seconds=20)), case
    assert told >= 5


def impossible(problem: HospitalProblem) -> bool:
    return solve(problem, "highs", limits=Limits(seconds=20)).stop is Stop.INFEASIBLE


def test_a_study_is_continued_where_it_stopped(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "rows.csv"
    given = ["--wards", "1", "--seconds", "2", "--output", str(output)]
    assert main(given) == 0
    first = output.read_text()
    assert main(given) == 0
    assert output.read_text() == first
    assert "0 cases in" in capsys.readouterr().out
    assert main(["--replay", "ward:0", "--seconds", "2"]) == 0
