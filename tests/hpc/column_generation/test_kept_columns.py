"""Columns for others: written by a run that asks for them, priced by its duals, refused where there are none."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import optimise
from hpc.column_generation.kept_columns import keep
from hpc.column_generation.options import ColumnGenerationOptions
from optimise.core.errors import InputError
from optimise.generate import ward
from optimise.roster.columns import read_columns
from optimise.roster.kernels import Pricer


def test_columns_are_written_with_their_costs_and_sorted_by_what_the_duals_say(tmp_path: Path) -> None:
    made = ward(4, days=7, seed=2).problem()
    file = tmp_path / "c.json"
    result = optimise.solve(
        made, "column-generation", limits=optimise.Limits(30), seed=1, options={"columns": str(file)}
    )
    found = read_columns(file, made)
    assert found.cost == pytest.approx(result.cost)
    assert found.bound == pytest.approx(result.bounds.dual)
    pricer = Pricer(made.compiled)
    for e, words in enumerate(found.words):
        assert len(words) > 0
        assert (np.diff(found.reduced[e]) >= 0).all()
        assert [pricer.cost(e, word) for word in words] == pytest.approx(found.costs[e].tolist())
    # the linear master is solved: nothing of its own columns would make it cheaper
    assert min(float(r.min()) for r in found.reduced) > -1e-6


def test_where_there_are_no_columns_a_word_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = ward(4, days=7, seed=2).problem()
    options = {"columns": str(tmp_path / "c.json"), "root": False}
    with caplog.at_level(logging.WARNING):
        optimise.solve(made, "column-generation", limits=optimise.Limits(5, iterations=1), seed=1, options=options)
    assert "no columns are written" in caplog.text
    assert not (tmp_path / "c.json").exists()
    with pytest.raises(InputError, match="take long=false"):
        optimise.solve(
            made, "column-generation", limits=optimise.Limits(5), options={"columns": "c.json", "long": True}
        )


def test_a_file_that_cannot_be_written_costs_no_plan(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = ward(4, days=7, seed=2).problem()
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    nothing = ([np.zeros((0, 7), np.int16)] * 4, [np.zeros(0)] * 4, [np.zeros(0)] * 4)
    run: Any = SimpleNamespace(
        options=ColumnGenerationOptions(columns=tmp_path / "file" / "c.json"),
        plan=lambda: made.roster([["-"] * 7] * 4),
        comm=SimpleNamespace(rank=0),
        priced=nothing,
        cost=1.0,
        bound=0.0,
        problem=made,
    )
    with caplog.at_level(logging.WARNING):
        keep(run)
    assert "no columns are written" in caplog.text
    assert "c.json" in caplog.text
