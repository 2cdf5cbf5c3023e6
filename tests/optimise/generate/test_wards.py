"""Made wards: the same everywhere, and like a real ward in the figures that matter."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from optimise.core.errors import InputError
from optimise.generate import ward
from optimise.roster.formats.native import ward_text

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_shipped_examples_are_what_their_commands_make() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"generate ward --staff (\d+) --weeks (\d+) --seed (\d+) -o examples/(\S+?)`", text)
    assert len(commands) == 2
    for staff, weeks, seed, file in commands:
        made = ward(int(staff), int(weeks), int(seed))
        assert (EXAMPLES / file).read_text(encoding="utf-8") == ward_text(made)


def test_seeds_differ() -> None:
    assert ward(30, 4, 1).data() != ward(30, 4, 2).data()


def test_a_large_ward_looks_like_a_hospital() -> None:
    made = ward(900, 4, 3)
    bands = Counter(p.band for p in made.staff)
    assert set(bands) == {"2", "3", "5", "6", "7"}
    registered = sum(bands[b] for b in "567")
    assert 0.55 < registered / 900 < 0.65
    days = sum(((x.last or x.first) - x.first).days + 1 for x in made.leave)
    assert 0.11 < days / (900 * 28) < 0.17
    contracts = Counter(p.contract for p in made.staff)
    assert contracts["full-time"] > contracts["part-time-30"] > contracts["part-time-22"] > 50
    assert len(made.demand) > 30 * 6
    assert any(m.name == "site coordinators" for m in made.skill_mix)
    assert len({p.id for p in made.staff}) == 900


def test_demand_is_close_to_the_hours_of_the_staff() -> None:
    made = ward(300, 4, 7)
    contract = {c.id: c.weekly_hours or 0.0 for c in made.contracts}
    supply = sum(contract[p.contract or ""] for p in made.staff) * 4 * 0.86
    problem = made.problem()
    wanted = 0.0
    for line in problem.compiled.lines:
        if line.rule.startswith("cover"):
            # a morning and an afternoon together are one long day
            wanted += line.lower * (11.5 if "night" in line.rule else 6.0)
    assert 0.85 < wanted / supply < 1.15


@pytest.mark.parametrize(("staff", "weeks"), [(1, 4), (30_000, 4), (30, 0), (30, 60)])
def test_sizes_out_of_range(staff: int, weeks: int) -> None:
    with pytest.raises(InputError):
        ward(staff, weeks)
