"""Sixty small models of ours, made by seeds; their optima stand in ``small_models.json``.

``python tests/optimise/solvers/small_models.py`` makes that file anew: HiGHS and SCIP (of OR-tools) must agree on every
model of arrays, HiGHS and enumeration on every linearised energy. HiGHS and OR-tools cannot share a process, so SCIP
runs in a child.
"""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from optimise.core.kinds import kind_of
from optimise.generate import hospital, ward
from optimise.generate.capacity import capacity
from optimise.hospital.beds import ANY_GENDER, SAME_GENDER, BedProblem, Patients, Rooms, RoomWish
from optimise.hospital.problem import HospitalProblem, RuleSetting
from optimise.solvers.linear import Arrays

FILE = Path(__file__).with_suffix(".json")
KINDS = ("roster", "beds", "hospital", "capacity", "energy")
NAMES = [f"{kind}-{seed}" for kind in KINDS for seed in range(1, 13)]


def beds(seed: int) -> HospitalProblem:
    """Ten patients with fixed stays, three rooms, five nights; a night in each room and a move have a cost."""
    rng = np.random.default_rng(seed)
    days, patients, rooms = 5, 10, 3
    stay, release = rng.integers(1, 4, patients), rng.integers(0, days, patients)
    row = np.where(np.arange(days)[None, :] < stay[:, None], np.arange(patients)[:, None], -1)
    problem = BedProblem(
        days=days,
        rooms=Rooms(
            ("a", "b", "c"), rng.integers(3, 5, (rooms, days)), np.array([ANY_GENDER, SAME_GENDER, SAME_GENDER])
        ),
        patients=Patients(
            ids=tuple(f"p{i}" for i in range(patients)),
            gender=rng.integers(0, 2, patients),
            age_group=np.zeros(patients),
            release=release,
            due=release,
            stay=stay,
            mandatory=np.ones(patients),
            home=np.full(patients, -1),
            forbidden=np.zeros((patients, rooms)),
        ),
        wishes=(RoomWish("Wish", "is not wished for", rng.integers(0, 9, (patients, rooms)), row),),
    )
    hard = ("RoomCapacity", "MandatoryUnscheduledPatients", "AdmissionDay", "RoomGenderMix")
    rules = (*(RuleSetting(name) for name in hard), RuleSetting("Wish", 1), RuleSetting("Transfer", 3))
    return HospitalProblem("ten", "native", problem, rules)


def energy(seed: int) -> Any:
    """Blocks of two to four choices with whole-numbered couplings of every pair."""
    from quantum.onehot import OneHot
    from quantum.qubo import Qubo

    rng = np.random.default_rng(seed)
    sizes = tuple(rng.integers(2, 5, 5).tolist())
    return OneHot(Qubo.from_matrix(rng.integers(-9, 10, (sum(sizes), sum(sizes))).astype(float)), sizes)


def arrays(name: str) -> Arrays:
    """The whole model of one name."""
    kind, _, number = name.partition("-")
    seed = int(number)
    problem: Any
    if kind == "roster":
        problem = ward(3 + seed % 2, days=5 + seed % 2, seed=seed).problem()
    elif kind == "beds":
        problem = beds(seed)
    elif kind == "hospital":
        problem = hospital(5, 3, seed)
    else:
        problem = capacity(2 + seed % 3, 3, 2 + seed % 2, 3 + seed % 2, seed, beds=30)
    return kind_of(problem).model(problem).model.freeze()


def by_highs(name: str) -> float | None:
    """Optimum by HiGHS, None where there is none; what is not proven is an error."""
    from optimise.solvers.highs import Highs

    if name.startswith("energy"):
        from quantum.linearise import solve_linearised

        problem = energy(int(name.partition("-")[2]))
        linearised = solve_linearised(problem)
        assert linearised.proven
        assert linearised.choices is not None
        return float(problem.energy(linearised.choices))
    solved = Highs(arrays(name)).solve(seconds=120)
    assert solved.stop.value in ("optimal", "infeasible"), (name, solved.stop)
    return None if math.isinf(solved.objective) else solved.objective


def by_another(name: str) -> float | None:
    """Optimum by enumeration or by SCIP."""
    if name.startswith("energy"):
        problem = energy(int(name.partition("-")[2]))
        return min(float(problem.energy(np.array(c))) for c in itertools.product(*map(range, problem.sizes)))
    from ortools.linear_solver import pywraplp

    a = arrays(name)
    solver = pywraplp.Solver.CreateSolver("SCIP")
    far = solver.infinity()
    low, up = np.clip(a.lower, -far, far).tolist(), np.clip(a.upper, -far, far).tolist()
    columns = [solver.Var(x, y, bool(z), "") for x, y, z in zip(low, up, a.integer.tolist(), strict=True)]
    for r in range(a.rows):
        row = solver.RowConstraint(float(max(-far, a.row_lower[r])), float(min(far, a.row_upper[r])), "")
        for k in range(int(a.start[r]), int(a.start[r + 1])):
            row.SetCoefficient(columns[a.index[k]], row.GetCoefficient(columns[a.index[k]]) + float(a.value[k]))
    goal = solver.Objective()
    for column, cost in zip(columns, a.cost.tolist(), strict=True):
        goal.SetCoefficient(column, cost)
    goal.SetOffset(a.offset)
    goal.SetMinimization()
    parameters = pywraplp.MPSolverParameters()
    parameters.SetDoubleParam(pywraplp.MPSolverParameters.RELATIVE_MIP_GAP, 1e-8)
    solver.SetTimeLimit(30_000)
    status = solver.Solve(parameters)
    assert status in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.INFEASIBLE), (name, status)
    return float(goal.Value()) if status == pywraplp.Solver.OPTIMAL else None


def same(one: float | None, other: float | None) -> bool:
    """Whether two solvers say the same: an optimum, or that there is none."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-5 * max(1.0, abs(one))


def main() -> None:
    if sys.argv[1:] == ["another"]:
        print(json.dumps({name: by_another(name) for name in NAMES}))
        return
    child = subprocess.run([sys.executable, __file__, "another"], check=True, capture_output=True, text=True)
    others = json.loads(child.stdout.splitlines()[-1])
    found = {name: by_highs(name) for name in NAMES}
    wrong = [f"{name}: {found[name]} by HiGHS, {others[name]}" for name in NAMES if not same(found[name], others[name])]
    if wrong:
        sys.exit("\n".join(wrong))
    rounded = {name: None if value is None else round(value, 6) for name, value in found.items()}
    FILE.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
