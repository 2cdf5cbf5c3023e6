"""``wardwise rota`` as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
PLAN = """\
staff,2026-01-05,2026-01-06,2026-01-07,2026-01-08,2026-01-09,2026-01-10,2026-01-11
Ann,E,E,E,-,-,-,-
Ben,L,L,L,-,-,-,-
Chi,-,-,-,E,E,E,E
Dee,-,-,-,L,L,-,-
"""

pytest.importorskip("icalendar")
pytest.importorskip("jinja2")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.csv"
    file.write_text(PLAN, encoding="utf-8")
    return file


def test_everybody_gets_a_page_and_a_calendar(wardwise: Command, ward: Path, plan: Path, tmp_path: Path) -> None:
    done = wardwise("rota", plan, ward, "--all", tmp_path / "rotas")
    names = [f"{who}.{end}" for who in ("Ann", "Ben", "Chi", "Dee") for end in ("html", "ics")]
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [str(tmp_path / "rotas" / name) for name in names]
    assert (tmp_path / "rotas" / "Ann.ics").read_text().count("BEGIN:VEVENT") == 3


def test_one_person_is_enough_and_may_be_named_twice(wardwise: Command, ward: Path, plan: Path, tmp_path: Path) -> None:
    done = wardwise("rota", plan, ward, "--who", "ann", "--who", "Ann")
    assert done.out.splitlines() == [str(tmp_path / f"rota-Ann.{end}") for end in ("html", "ics")]


def test_duties_that_fell_away_are_cancelled(wardwise: Command, ward: Path, plan: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.csv"
    later.write_text(PLAN.replace("Ann,E,E,E,-", "Ann,-,E,E,E").replace("Chi,-,-,-,E", "Chi,E,-,-,-"), encoding="utf-8")
    wardwise("rota", later, ward, "--who", "Ann", "--earlier", plan, "-o", tmp_path / "new")
    text = (tmp_path / "new" / "rota-Ann.ics").read_text()
    assert (text.count("STATUS:CANCELLED"), text.count("STATUS:CONFIRMED")) == (1, 3)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "either --who WHO or --all DIR"),
        (("--who", "Zoe"), "person 'Zoe'"),
        (("--who", "Ann", "--all", "x"), "either"),
    ],
)
def test_wrong_use_is_one_line(wardwise: Command, ward: Path, plan: Path, given: tuple[str, ...], told: str) -> None:
    done = wardwise("rota", plan, ward, *given)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_plan_alone_asks_for_its_ward(wardwise: Command, plan: Path) -> None:
    done = wardwise("rota", plan, "--who", "Ann")
    assert done.code == 2
    assert "needs its WARD" in done.err
