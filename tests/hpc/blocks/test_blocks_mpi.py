"""Block problems over ranks: the same plan and bound on one, two and three."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json
import pyomo.environ as pyo
from mpi4py import MPI
import optimise
from optimise.blocks import split

def model():
    m = pyo.ConcreteModel()
    m.i, m.t = pyo.RangeSet(0, 4), pyo.RangeSet(0, 4)
    m.make = pyo.Var(m.i, m.t, bounds=(0, 60))
    m.stock = pyo.Var(m.i, m.t, bounds=(0, 200))
    m.on = pyo.Var(m.i, m.t, within=pyo.Binary)
    need = lambda i, t: (7 * i + 5 * t) % 13
    m.balance = pyo.Constraint(m.i, m.t, rule=lambda m, i, t: (
        (m.stock[i, t - 1] if t else 5) + m.make[i, t] == need(i, t) + m.stock[i, t]))
    m.setup = pyo.Constraint(m.i, m.t, rule=lambda m, i, t: m.make[i, t] <= 60 * m.on[i, t])
    m.hours = pyo.Constraint(m.t, rule=lambda m, t: sum(m.make[i, t] for i in m.i) <= 45)
    m.cost = pyo.Objective(expr=sum((20 + 3 * i) * m.on[i, t] + 2 * m.stock[i, t] for i in m.i for t in m.t))
    return m

comm = MPI.COMM_WORLD
problem = split(model(), lambda c: None if c.parent_component().name == "hours" else f"item {c.index()[0]}")
result = optimise.solve(problem, "column-generation", limits=optimise.Limits(seconds=60, iterations=40), comm=comm)
if comm.rank == 0:
    print(json.dumps([result.cost, result.bounds.dual, result.plan.values.round(9).tolist()]))
"""


@pytest.mark.mpi
def test_ranks_change_nothing(tmp_path: Path) -> None:
    script = tmp_path / "blocks.py"
    script.write_text(SCRIPT)
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("no mpiexec beside this Python")
    found = []
    for ranks in (1, 2, 3):
        command = [str(mpiexec), "-n", str(ranks), sys.executable, "-m", "mpi4py", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    assert found[0] == found[1] == found[2]
