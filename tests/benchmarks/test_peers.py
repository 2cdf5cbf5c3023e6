"""Rows of peers: those of a family that is run again take the place of its earlier ones."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.benchmarks.peers import INSTANCES, keep, methods, paths


def test_a_family_that_is_run_again_replaces_its_rows_only(tmp_path: Path) -> None:
    file = tmp_path / "peers.csv"
    file.write_text("family,cost\npas,7\ncurtois,9\n", encoding="utf-8")
    keep(file, "pas", [{"family": "pas", "cost": 5, "load": 0.1}])
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows == [
        {"family": "pas", "cost": "5", "load": "0.1"},
        {"family": "curtois", "cost": "9", "load": ""},
    ]


def test_instances_are_where_they_are_said_to_be(benchmarks: Path) -> None:
    assert not [path for family in INSTANCES for path in paths(family) if not (path.exists() or family == "inrc2")]
    assert all(path.parent.exists() for path in paths("inrc2"))


def test_a_solver_gets_what_it_can_take() -> None:
    assert methods("stochastic") == ("auto", "highs")
    assert methods("iprnpa") == ("auto",)
    assert "cpsat" in methods("pas")
