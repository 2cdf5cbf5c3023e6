"""Scenario models in mpi-sppy: the same extensive form as ours, true bounds, nothing printed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hpc.hedging import method as progressive_hedging
from hpc.hedging.method import ProgressiveHedgingMethod, scenario_creator, scenario_names
from optimise.capacity.model.capacity import CapacityModel
from optimise.capacity.risk import Risk
from optimise.core.errors import InputError, MissingExtraError
from optimise.core.method import Limits
from optimise.driver import solve
from optimise.generate.capacity import capacity
from optimise.solvers.highs import Highs
from optimise.testing.capacity import CapacityCase, capacity_cases, tiny
from optimise.testing.contract import CLAUSES

CASE = Path(__file__).parents[1] / "hedging_case.py"

needs_extra = pytest.mark.skipif(
    importlib.util.find_spec("mpisppy") is None, reason='mpi-sppy is absent: pip install "wardwise[scenario]"'
)


@needs_extra
@pytest.mark.parametrize("risk", [Risk(), Risk(0.5, 0.6)])
def test_the_exported_scenarios_make_our_extensive_form(risk: Risk) -> None:
    problem = tiny(2, risk=risk)
    with progressive_hedging._silence():
        from mpisppy.opt.ef import ExtensiveForm

        form = ExtensiveForm({"solver": "appsi_highs"}, scenario_names(problem), scenario_creator(problem))
        form.solve_extensive_form(solver_options={"mip_rel_gap": 0.0})
        theirs = form.get_objective_value()
    ours = Highs(CapacityModel(problem).model.freeze()).solve()
    assert theirs == pytest.approx(ours.objective, rel=1e-6)


@needs_extra
@pytest.mark.parametrize(("seed", "risk"), [(1, None), (2, Risk(0.5, 0.6))])
@pytest.mark.parametrize("relaxed", [False, True])
def test_bounds_enclose_the_listed_optimum(
    seed: int, risk: Risk | None, relaxed: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    problem = tiny(seed, risk=risk)
    limits = Limits(seconds=60, iterations=15, gap=1e-3)
    result = solve(problem, "progressive-hedging", limits=limits, options={"relaxed": relaxed})
    best = CapacityCase("", problem).optimum.cost
    assert result.bounds.dual <= best * (1 + 1e-6)
    assert result.cost >= best * (1 - 1e-6)
    assert result.bounds.gap < 0.15
    assert "value of stochastic solution at most" in result.stats.counts
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


@needs_extra
@pytest.mark.parametrize("clause", CLAUSES)
def test_contract(clause: str, capfd: pytest.CaptureFixture[str]) -> None:
    cases: list[Any] = [c for c in capacity_cases() if c.tiny]
    cases.append(CapacityCase("larger", capacity(4, 3, 3, 4, 5, beds=30), tiny=False))
    CLAUSES[clause](ProgressiveHedgingMethod(), cases)
    assert capfd.readouterr().out == "", "a library prints nothing"


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.partition(".")[0] == "mpisppy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mpisppy", None)
    with pytest.raises(MissingExtraError, match=r"wardwise\[scenario\]"):
        solve(tiny(1), "progressive-hedging", limits=Limits(seconds=5))


def test_exits_of_the_library_do_not_end_our_process() -> None:
    with pytest.raises(RuntimeError, match="left"), progressive_hedging._silence():
        sys.exit(3)


@needs_extra
def test_an_unknown_option_is_told() -> None:
    with pytest.raises(InputError, match="speed"):
        solve(tiny(1), "progressive-hedging", options={"speed": 9})


@needs_extra
@pytest.mark.mpi
def test_two_ranks_bracket_the_optimum_and_print_nothing_else(mpiexec: str) -> None:
    command = [mpiexec, "-n", "2", sys.executable, str(CASE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    cost, dual = map(float, done.stdout.split())  # nothing but our own line
    best = CapacityCase("", tiny(1)).optimum.cost
    assert dual <= best * (1 + 1e-6)
    assert cost >= best * (1 - 1e-6)
