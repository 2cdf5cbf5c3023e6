"""Certificates on disk: fractions that add up to the bound, and what is no certificate of a problem."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np

from optimise.generate import ward
from optimise.roster.certificate import Certificate, certified_bound, write_certificate


def test_cover_and_values_add_up_to_the_bound(tmp_path: Path) -> None:
    problem = ward(3, days=7, seed=1).problem()
    lines = len(problem.compiled.lines)
    duals, cover = np.full(lines, 0.125), np.full(lines, 2.5)
    made = Certificate(duals, cover, np.array([1.25, -3.0, 40.0]), [np.zeros(7, np.int16), None, None])
    bound = write_certificate(made, problem, tmp_path / "c.json")
    found = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    total = Fraction(found["cover"]) + sum(Fraction(person["value"]) for person in found["people"])
    assert total == Fraction(2.5) * lines + Fraction(38.25)
    assert bound == found["bound"] >= total > bound - max(found["step"], 1e-9)
    assert [person["line"] for person in found["people"]] == [["-"] * 7, None, None]
    assert {entry["dual"] for entry in found["duals"]} == {"1/8"}
    assert certified_bound(tmp_path / "c.json", problem) == bound


def test_a_file_of_another_problem_certifies_nothing(tmp_path: Path) -> None:
    problem, other = ward(3, days=7, seed=1).problem(), ward(3, days=7, seed=2).problem()
    lines = len(problem.compiled.lines)
    made = Certificate(np.zeros(lines), np.zeros(lines), np.zeros(3), [None] * 3)
    write_certificate(made, problem, tmp_path / "c.json")
    assert certified_bound(tmp_path / "c.json", other) is None
    assert certified_bound(tmp_path / "nothing.json", problem) is None
    (tmp_path / "text.json").write_text("[]", encoding="utf-8")
    assert certified_bound(tmp_path / "text.json", problem) is None
