"""How many requests could be met, against all plans of a tiny ward."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from optimise.ask.requests import (
    FILE,
    MostRequests,
    most_requests,
    most_told,
    read_most_requests,
    write_most_requests,
)
from optimise.ask.told import requests_lines, requests_object
from optimise.core.errors import InputError
from optimise.roster.problem import Roster, RosterProblem
from optimise.roster.rules.requests import Requests
from optimise.roster.view import percentage, requests_met, requests_told

pytestmark = pytest.mark.quick

Tried = list[tuple[float, Roster]]


def test_the_bound_is_what_trying_everything_finds(tiny: RosterProblem, tried: Tried) -> None:
    found = most_requests(tiny, tried[0][1], method="highs", seconds=20)
    best = max(requests_met(tiny, plan) for _, plan in tried)
    assert (found.asked, found.most, found.met, found.exact) == (4, best, best, True)
    assert best < 4
    assert found.plan is not None
    assert tiny.evaluate(found.plan).feasible
    assert most_told(found) == "No plan that keeps the hard rules meets more than 3 of 4 requests (75.0 %)."


def test_without_time_nothing_is_claimed(tiny: RosterProblem, tried: Tried) -> None:
    found = most_requests(tiny, tried[0][1], method="matheuristic", seconds=1)
    assert found.most == 4 or found.met == found.most


def test_a_ward_without_requests_has_none_to_meet(tiny: RosterProblem, tried: Tried) -> None:
    bare = tiny.without_rules(*(r.name for r in tiny.rules if isinstance(r, Requests)))
    with pytest.raises(InputError, match="nobody asked for anything"):
        most_requests(bare, tried[0][1])
    assert requests_told(bare, tried[0][1]) == ""


def test_shares_are_told_without_rounding_to_all_or_none(tiny: RosterProblem, tried: Tried) -> None:
    assert [percentage(*p) for p in ((0, 9), (9, 9), (1, 100_000), (99_999, 100_000), (71, 72))] == [
        "0 %", "100 %", "0.1 %", "99.9 %", "98.6 %"]  # fmt: skip
    plan = max(tried, key=lambda pair: requests_met(tiny, pair[1]))[1]
    assert requests_told(tiny, plan) == "3 of 4 requests are met (75.0 %)"


def test_all_of_them_are_shown_or_open() -> None:
    assert most_told(MostRequests(4, 4, 4, "")) == "The hard rules allow all of the requests together."
    assert "is open" in most_told(MostRequests(4, 4, 3, ""))


def test_what_proved_the_bound_is_not_told_to_people(tiny: RosterProblem, tried: Tried) -> None:
    found = MostRequests(4, 3, 3, "Lagrangian bound")
    lines = requests_lines(found, tiny, tried[0][1])
    assert "Hard rules are kept in this bound and soft rules are free: this is proven." in lines
    assert requests_object(found, tiny, tried[0][1])["source"] == "Lagrangian bound"


def test_a_bound_is_kept_with_the_ward_it_is_of(tiny: RosterProblem, tmp_path: Path) -> None:
    assert read_most_requests(tmp_path, tiny) is None
    write_most_requests(MostRequests(4, 3, 3, "HiGHS", 0.5), tiny, tmp_path)
    found = read_most_requests(tmp_path, tiny)
    assert found is not None
    assert (found.asked, found.most, found.met) == (4, 3, 3)
    assert found.source == "as stated in result.json, not proven here: HiGHS"
    other = replace(tiny, rules=tiny.rules[:-1])
    assert read_most_requests(tmp_path, other) is None


@pytest.mark.parametrize("change", [{"most": 9}, {"met": "3"}, {"schema": "other"}])
def test_a_damaged_bound_is_refused(tiny: RosterProblem, tmp_path: Path, change: dict[str, object]) -> None:
    file = write_most_requests(MostRequests(4, 3, 3, "HiGHS"), tiny, tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(InputError, match=FILE):
        read_most_requests(tmp_path, tiny)
