"""Models in Pyomo: the same optimum, names of the rules, open to the caller."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from optimise.core.errors import InputError, UnsupportedError
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.formats import read
from optimise.methods import auto
from optimise.roster.problem import RosterProblem
from optimise.solvers.highs import Highs
from optimise.solvers.pyomo_bridge import from_pyomo, pyomo_model

WARD = Path(__file__).resolve().parents[3] / "examples" / "ward4x7.json"


@pytest.fixture(scope="module")
def ward() -> RosterProblem:
    problem = read(WARD)
    assert isinstance(problem, RosterProblem)
    return problem


@pytest.mark.parametrize("form", ["clauses", "flow"])
def test_pyomo_and_arrays_have_one_optimum(ward: RosterProblem, form: str) -> None:
    direct = solve(ward, "highs", limits=Limits(seconds=60), options={"form": form})
    translated = from_pyomo(pyomo_model(ward, form=form))
    solved = Highs(translated.arrays).solve(seconds=60)
    assert solved.objective == pytest.approx(direct.cost, abs=1e-6)
    translated.store(solved.values)
    assert sum(v.value for v in translated.variables if v.name.startswith("x[")) == pytest.approx(
        float((direct.plan.duties > 0).sum()), abs=40
    )


def test_components_carry_the_names_of_the_rules(ward: RosterProblem) -> None:
    model = pyomo_model(ward, form="clauses")
    names = {name.replace("_", " ") for name in model.component_map()}
    rows = {c.rule for c in ward.compiled.lines} | {c.rule for c in ward.compiled.counters}
    import re

    assert {re.sub(r"\W+", " ", r).strip() for r in rows} <= {re.sub(r"\W+", " ", n).strip() for n in names}
    key = next(iter(model.x))
    assert key[0] == ward.employees[0].id


def test_a_caller_can_add_a_constraint_and_keep_a_valid_bound(ward: RosterProblem) -> None:
    first = ward.employees[0].id

    def no_work_at_first(model: Any) -> None:
        import pyomo.environ as pyo

        model.mine = pyo.Constraint(expr=sum(model.x[k] for k in model.x if k[0] == first and k[1] == 0) == 0)

    plain = solve(ward, "highs", limits=Limits(seconds=60))
    result = solve(ward, "highs", limits=Limits(seconds=60), options={"customise": no_work_at_first})
    assert result.plan is not None
    assert result.plan.duties[0, 0] == 0
    assert result.cost >= plain.cost
    assert result.bounds.dual >= plain.bounds.dual - 1e-6


def test_auto_leaves_rows_of_the_users_own_to_the_whole_model(
    ward: RosterProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(auto, "choices", lambda problem: ("highs", "matheuristic"))
    result = solve(ward, "auto", limits=Limits(seconds=60), options={"customise": seen.append})
    assert len(seen) == 1
    assert result.proven
    with pytest.raises(InputError, match="customise: unknown option"):
        solve(ward, "matheuristic", options={"customise": seen.append})
    monkeypatch.setattr(auto, "_usable", lambda name, problem: name != "highs")
    with pytest.raises(UnsupportedError, match="need a whole model"):
        solve(ward, "auto", options={"customise": seen.append})


def test_a_changed_objective_claims_no_bound(ward: RosterProblem) -> None:
    def dearer(model: Any) -> None:
        model.cost.expr = model.cost.expr + 3 * next(iter(model.x.values()))

    result = solve(ward, "highs", limits=Limits(seconds=60), options={"customise": dearer})
    assert result.bounds.dual == -math.inf


def test_a_nonlinear_model_is_refused() -> None:
    import pyomo.environ as pyo

    model = pyo.ConcreteModel()
    model.y = pyo.Var()
    model.goal = pyo.Objective(expr=model.y**2)
    with pytest.raises(UnsupportedError, match="not linear"):
        from_pyomo(model)
