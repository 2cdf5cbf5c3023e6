"""A ward so small that all its plans can be tried."""

from __future__ import annotations

import itertools
from collections.abc import Callable
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

SKILLED = """\
schema_version: 1
name: Skilled
start: 2027-01-04
weeks: 1
shifts:
  - {id: D, start: 08:00, end: 16:00}
  - {id: N, start: 21:00, end: 07:00}
skills: [registered, assistant]
staff:
  - {id: Reg, weekly_hours: 30, skills: [registered]}
  - {id: Rhea, weekly_hours: 30, skills: [registered]}
  - {id: Amy, weekly_hours: 30, skills: [assistant]}
  - {id: Bob, weekly_hours: 30, skills: [assistant]}
demand:
  - {shifts: [N], minimum: 1, who: {skills: [registered]}, days: [2027-01-07], hard: true}
  - {shifts: [D], minimum: 1}
requests:
  - {staff: Rhea, days: [2027-01-07], want: off, weight: 5}
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


@pytest.fixture
def skilled(tmp_path: Path) -> Callable[[str], tuple[RosterProblem, Roster]]:
    """A ward in which Reg is the only registered nurse of Thursday's night, and Rhea the other one of the ward."""

    def made(rhea: str) -> tuple[RosterProblem, Roster]:
        file = tmp_path / "ward.yaml"
        file.write_text(SKILLED, encoding="utf-8")
        rows = ("---N---", rhea, "-D-----", "----DD-")
        return read_ward(file), Roster.from_array([["-DN".index(d) for d in row] for row in rows])

    return made
