"""Certificates of the root: asked for by an option or by the command, refused or missed with a word."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

import optimise
from hpc.column_generation.certify import certify
from optimise.cli.app import app
from optimise.core.errors import InputError
from optimise.generate import ward


def test_the_command_says_what_the_certificate_shows(tmp_path: Path) -> None:
    file, out = tmp_path / "ward.json", tmp_path / "c.json"
    runner = CliRunner()
    runner.invoke(app, ["generate", "ward", "--staff", "4", "--weeks", "1", "--seed", "2", "-o", str(file)])
    command = ["solve", str(file), "-m", "column-generation", "--time-limit", "20", "--certificate", str(out)]
    done = runner.invoke(app, command)
    assert done.exit_code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert f"shows that no plan costs less than {found['bound']:.12g}" in done.output
    assert found["schema"] == "wardwise-certificate/1"


def test_where_there_is_no_bound_a_word_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    problem = ward(4, days=7, seed=2).problem()
    options = {"certificate": str(tmp_path / "c.json"), "root": False}
    with caplog.at_level(logging.WARNING, logger=certify.__module__):
        optimise.solve(problem, "column-generation", limits=optimise.Limits(5, iterations=1), seed=1, options=options)
    assert "no certificate is written" in caplog.text
    assert not (tmp_path / "c.json").exists()


def test_a_long_horizon_refuses_a_certificate() -> None:
    problem = ward(4, days=7, seed=2).problem()
    with pytest.raises(InputError, match="certificate: exact pricing alone makes it"):
        optimise.solve(
            problem,
            "column-generation",
            limits=optimise.Limits(5),
            options={"certificate": "c.json", "long": True},
        )
