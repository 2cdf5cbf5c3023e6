"""Ranks whose clocks differ: what one rank's clock decides must not part it from the others."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from optimise.core.method import Limits, get_method
from optimise.core.problem import Problem
from optimise.generate import hospital, ward
from optimise.generate.capacity import capacity
from optimise.generate.region import region

sys.path.insert(0, str(Path(__file__).resolve().parent))

from thread_comm import ThreadComm, together


def beds() -> Problem:
    made = hospital(40, days=10, seed=3)
    people = made.patients
    fixed = dataclasses.replace(people, due=people.release, mandatory=people.mandatory | True)
    rooms = dataclasses.replace(made.rooms, beds=made.rooms.beds + len(people))
    stays = dataclasses.replace(made.beds, patients=fixed, rooms=rooms)
    rules = tuple(s for s in made.rules if s.rule != "RoomAgeMix")
    return dataclasses.replace(made, theatres=None, nursing=None, beds=stays, rules=rules)


CASES = {
    "beds, column-generation": (beds, "column-generation", {}),
    "beds, matheuristic": (beds, "matheuristic", {}),
    "hospital": (lambda: hospital(40, days=7, seed=3), "hospital", {}),
    "column-generation": (lambda: ward(8, 2, 3).problem(), "column-generation", {}),
    "parallel-search": (lambda: ward(8, 2, 3).problem(), "parallel-search", {}),
    "long horizon": (lambda: ward(6, 4, 3).problem(), "column-generation", {"long": True}),
    "benders": (lambda: capacity(20, 7, 1), "benders", {}),
    "federated": (lambda: region(trusts=2, scenarios=3, beds=20)[0], "federated", {}),
}


@pytest.mark.parametrize("late", [0, 1])
@pytest.mark.parametrize("name", list(CASES))
def test_ranks_whose_clocks_differ_end_together(name: str, late: int) -> None:
    make, method, options = CASES[name]
    problem = make()
    limits = [Limits(4.0, gap=0.0), Limits(4.0, gap=0.0)]
    limits[1 - late] = Limits(1.5, gap=0.0)

    def rank(comm: ThreadComm) -> object:
        found = get_method(method).solve(
            problem, limits=limits[comm.rank], seed=1, comm=comm, listen=lambda progress: False, options=options
        )
        return found.stop

    assert len(together(2, rank)) == 2
