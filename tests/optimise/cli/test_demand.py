"""The demand commands: forecast, scenarios, replay."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import json

import numpy as np
import pytest

from optimise.capacity.scenarios import Scenarios
from optimise.demand.synthetic import write


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write(tmp_path_factory.mktemp("demand") / "demand.csv", beds=40, weeks=12, seed=2)


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    from optimise.cli import main

    out = tmp_path_factory.mktemp("out") / "fc"
    options = ["--by", "day", "--horizon", "7d", "--group", "specialty", "--zone", "Europe/London", "-o", str(out)]
    models = ["--model", "climatology", "--model", "seasonal-naive", "--origins", "6", "--until", "2025-11-24"]
    with pytest.raises(SystemExit) as left:
        main(["forecast", str(data), *options, *models])
    assert left.value.code == 0
    return out


def test_forecast_leaves_quantiles_backtest_and_report(folder):
    with (folder / "forecast.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["what"] for row in rows} == {"arrivals", "departures", "occupancy"}
    assert len(rows) == 3 * 7 * 8
    assert rows[0]["time"] == "2025-11-24"
    for row in rows:
        quantiles = [float(row[q]) for q in ("q5", "q10", "q25", "q50", "q75", "q90", "q95")]
        assert quantiles == sorted(quantiles)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "seasonal-naive" in page
    assert page.count("data:image/png;base64,") == 4
    assert (folder / "backtest.csv").read_text(encoding="utf-8").count("\n") == 1 + 2 * 9


def test_forecast_prints_one_object(wardwise, data):
    ran = wardwise("forecast", data, "--horizon", "7d", "--model", "climatology", "--origins", "3", "--json")
    made = json.loads(ran.out)
    assert ran.code == 0
    assert made["model"] == "climatology"
    assert made["backtest"]["climatology"]["crps"] > 0
    assert len(made["expected"]) == len(made["groups"]) == 8


def test_counts_and_stays_say_that_nobody_lies_in_yet(wardwise, tmp_path):
    rows = [f"2026-01-{day:02},A,{3 + day % 3}" for day in range(1, 29)]
    (tmp_path / "counts.csv").write_text("\n".join(["date,ward,n", *rows, ""]))
    (tmp_path / "stays.csv").write_text("days\n2\n5\n")
    words = (
        "forecast",
        tmp_path / "counts.csv",
        "--time",
        "date",
        "--count",
        "n",
        "--group",
        "ward",
        "--horizon",
        "2d",
    )
    more = ("--model", "climatology", "--origins", "1", "--json")
    ran = wardwise(*words, *more, "--stay", tmp_path / "stays.csv")
    assert any("--stay: nobody knows who lies in now" in note for note in json.loads(ran.out)["notes"])
    ran = wardwise(*words, *more)
    assert not any("--stay" in note for note in json.loads(ran.out)["notes"])


def test_scenarios_are_drawn_and_reduced(wardwise, folder, tmp_path):
    file = tmp_path / "s.npz"
    ran = wardwise("scenarios", folder, "--n", "10", "--from", "40", "-o", file)
    assert ran.code == 0, ran.err
    assert "Wasserstein distance" in ran.out
    made = Scenarios.load(file)
    assert made.arrivals.shape == (10, 7, 8)
    assert made.start == datetime.datetime(2025, 11, 24)
    again = wardwise("scenarios", folder, "--n", "10", "-o", file)
    assert again.code == 2
    assert "--force" in again.err


def test_replay_compares_plans(wardwise, data, tmp_path):
    from optimise.capacity.formats.capacity import write_capacity
    from optimise.demand.fans import fan
    from optimise.demand.forecast import forecast, usual_models
    from optimise.demand.reading import read_demand
    from optimise.demand.trust import Trust, usual_plan
    from optimise.formats.base import write_plan

    demand = read_demand(data, period="hour", zone="Europe/London", until=datetime.datetime(2025, 11, 10))
    made, _ = forecast(demand, 168, models=usual_models(None, ("climatology",)), origins=3)
    trust = Trust.from_demand("t", demand)
    problem = trust.problem(fan(made, 3), made.spent)
    file = write_capacity(problem, tmp_path / "problem.json")[0]
    plan = usual_plan(problem, trust)
    usual = write_plan(plan, problem, tmp_path / "usual")[0]
    more = write_plan(dataclasses.replace(plan, opened=plan.opened + 1), problem, tmp_path / "more")[0]
    page = tmp_path / "replay.html"
    options = ["--plan", f"usual={usual}", "--plan", f"more={more}", "--repeats", "2", "--until", "2025-11-24"]
    ran = wardwise("replay", file, data, *options, "-o", page)
    assert ran.code == 0, ran.err
    assert "hours waiting" in ran.out
    assert "base64" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--by", "week"], "hour or day"),
        (["--horizon", "7x"], "7d or 168h"),
        (["--by", "day", "--horizon", "30h"], "whole number of days"),
        (["--group", "ward"], "no column 'ward'"),
        (["--zone", "Mars"], "time zone"),
        (["--model", "oracle"], "unknown model"),
        (["--holidays", "XX"], "region"),
        (["--until", "yesterday"], "--until"),
        (["--gaps", "ignore"], "gaps"),
        (["--until", "2025-09-10"], "backtest"),
    ],
)
def test_wrong_use_is_told(wardwise, data, tmp_path, arguments, words):
    ran = wardwise("forecast", data, *arguments, "--output", tmp_path / "out")
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "out").exists()


DAYS = "time,group,count\n" + "".join(f"2026-01-{d:02d},a,{d}\n" for d in range(1, 10))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2026-01-04,a,4\n", "", ("bad.csv:5", "no row for 2026-01-04")),
        ("2026-01-04,a,4\n", 2 * "2026-01-04,a,4\n", ("bad.csv:6", "occurs twice")),
        ("a,4\n", "a,-4\n", ("bad.csv:5", "cannot be -4")),
        ("a,4\n", "a,4.5\n", ("bad.csv:5", "whole number")),
        ("2026-01-04", "2026-01-04 08:00+01:00", ("bad.csv:5", "offset")),
        ("2026-01-04,a", "2026-01-04,ortho", ("bad.csv:5", "unknown group", "ortho")),
        ("2026-01-04,a,4", "2026-01-04,a", ("bad.csv:5", "2 fields")),
        ("2026-01-04", "2026-02-30", ("bad.csv:5", "expected a time")),
    ],
)
def test_a_slip_in_the_data_has_its_row(wardwise, tmp_path, old, new, words):
    assert DAYS.count(old) == 1
    file = tmp_path / "bad.csv"
    file.write_text(DAYS.replace(old, new), encoding="utf-8")
    options = ["--by", "day", "--group", "group", "--known", "a", "--output", tmp_path / "out"]
    ran = wardwise("forecast", file, *options)
    assert ran.code == 2
    for word in words:
        assert word in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "out").exists()


def test_generated_scenarios_hold_counts(folder, wardwise, tmp_path):
    file = tmp_path / "s.npz"
    assert wardwise("scenarios", folder, "--n", "5", "-o", file, "--seed", "9").code == 0
    assert np.issubdtype(Scenarios.load(file).arrivals.dtype, np.integer)
