"""A ward so small that all its plans can be tried."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from optimise import read_ward
from optimise.roster.evaluate import roster_cost
from optimise.roster.problem import Roster, RosterProblem

TINY = """\
schema_version: 1
name: Tiny ward
start: 2026-01-05
days: 4
shifts:
  - {id: E, start: 07:00, end: 15:00}
  - {id: N, start: 21:00, end: 07:00}
staff:
  - {id: Ann, weekly_hours: 20}
  - {id: Ben, weekly_hours: 20}
leave:
  - {staff: Ben, first: 2026-01-08, last: 2026-01-08}
cover_tiers:
  - {name: empty, weight: 30}
demand:
  - {shifts: [E], minimum: 1, maximum: 1}
  - {shifts: [N], minimum: 1, days: [2026-01-06], hard: true}
requests:
  - {staff: Ann, days: [2026-01-06, 2026-01-07], want: off, weight: 7}
  - {staff: Ben, days: [2026-01-06], avoid: [N], weight: 5}
  - {staff: Ann, days: [2026-01-05], want: [E], weight: 3}
"""

Tried = list[tuple[float, Roster]]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> RosterProblem:
    file: Path = tmp_path_factory.mktemp("tiny") / "ward.yaml"
    file.write_text(TINY, encoding="utf-8")
    return read_ward(file)


@pytest.fixture(scope="session")
def tried(tiny: RosterProblem) -> Tried:
    """Every plan that keeps the hard rules, with its cost, cheapest first."""
    people, days, duties = tiny.shape
    rows = list(itertools.product(range(duties), repeat=days))
    found = []
    for made in itertools.product(rows, repeat=people):
        plan = Roster.from_array(made)
        cost, hard = roster_cost(tiny.compiled, plan.duties)
        if not hard:
            found.append((cost, plan))
    return sorted(found, key=lambda pair: pair[0])
