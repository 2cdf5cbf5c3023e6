"""``wardwise capacity from-data``: from a bed state and a forecast to a plan by the command line alone."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from optimise.capacity.scenarios import Scenarios
from optimise.demand.dependence import independent
from optimise.demand.forecast import Forecast
from optimise.demand.pmf import negative_binomial

HOUR = datetime.datetime(2026, 11, 30, 6)


@pytest.fixture
def morning(tmp_path):
    folder = tmp_path / "morning"
    folder.mkdir()
    state = "ward,room,bed,patient,sex,specialty,expected_discharge\nA,Bay,1,P1,F,Medicine,2026-12-02\n"
    (folder / "bed-state.csv").write_text(state, encoding="utf-8")
    (folder / "rooms.csv").write_text("ward,room,beds\nA,Bay,12\nB,Bay,8\n", encoding="utf-8")
    (folder / "hospital.csv").write_text("key,value\nname,Mine\nstart,2026-11-30\n", encoding="utf-8")
    return folder


@pytest.fixture
def forecast(tmp_path):
    """By the hour, from six in the morning: what is planned begins at midnight."""
    pmf = negative_binomial(np.full((68, 1), 0.2), np.full((68, 1), 0.1), 20)
    stay = np.full((1, 48), 1 / 48)
    folder = tmp_path / "fc"
    folder.mkdir()
    Forecast(pmf, ("Medicine",), "hour", HOUR, "x", independent(68, 1), stay).save(folder / "forecast.npz")
    return folder


def test_a_bed_state_and_a_forecast_make_a_problem_that_is_solved(wardwise, morning, forecast, tmp_path):
    output = tmp_path / "trust.json"
    ran = wardwise("capacity", "from-data", morning, forecast, "--n", "4", "--from", "20", "-o", output)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("Mine 2026-12-01: 2 days from 2026-12-01, 2 wards, 20 to 20 beds, 4 scenarios\n")
    solved = wardwise("solve", output, "--gap", "0.05", "-t", "60", "-q", "-o", tmp_path / "plan")
    assert solved.code == 0, solved.err


def test_what_cannot_be_is_refused_in_words(wardwise, morning, forecast, tmp_path):
    scenarios, output = tmp_path / "s.npz", tmp_path / "trust.json"
    assert wardwise("scenarios", forecast, "--n", "3", "--whole-days", "-o", scenarios).code == 0
    assert Scenarios.load(scenarios).start == datetime.datetime(2026, 12, 1)
    later = "bed state is of 2026-11-30, the forecast begins on 2026-12-01 00:00"
    for arguments, text in (
        ((forecast, "-o", tmp_path / "s.json"), "s.npz: exists already; --force replaces it"),
        ((scenarios, "-o", tmp_path / "s.json", "--force"), "s.npz: is read; write to another file"),
        ((scenarios, "--stay", "x.csv", "-o", output), "--stay: scenarios hold their stays"),
        ((scenarios, "-o", output), later),
        ((forecast, "--n", "9", "--from", "3", "-o", output), "expected 1 <= n <= from"),
        ((forecast, "--staffed-beds", "-1", "-o", output), "expected 0 to 10000"),
        ((tmp_path / "none.npz", "-o", output), "none.npz: no such file"),
    ):
        ran = wardwise("capacity", "from-data", morning, *arguments)
        assert ran.code == 2
        assert text in ran.err


def test_the_hospital_that_is_read_is_not_replaced(wardwise, forecast, tmp_path):
    hospital = tmp_path / "hospital.json"
    hospital.write_text("{}", encoding="utf-8")
    ran = wardwise("capacity", "from-data", hospital, forecast, "-o", hospital, "--force")
    assert ran.code == 2
    assert "hospital.json: is read; write to another file" in ran.err
    assert hospital.read_text(encoding="utf-8") == "{}"
