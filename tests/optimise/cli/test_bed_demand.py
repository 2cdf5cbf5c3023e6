"""The command from who is in the emergency department now to beds tonight."""

from __future__ import annotations

import csv
import json

import pytest

from optimise.demand.department.synthetic import department_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("department")
    department_folder(made, 30, 4, 3)
    return made


def test_the_command_tells_beds_and_writes_them(folder, tmp_path, wardwise):
    out = tmp_path / "out"
    tables = [a for name in ("stays", "beds", "planned") for a in (f"--{name}", str(folder / f"{name}.csv"))]
    options = ["--past", folder / "snapshots.csv", *tables, "--hours", "4", "--no-assess", "-o", out]
    said = wardwise("bed-demand", folder / "now.csv", *options)
    assert said.code == 0, said.err
    assert "in the department" in said.out
    with (out / "distributions.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["what"] for row in rows} == {"needed", "leaving", "free"}
    mine = [
        float(r["probability"])
        for r in rows
        if (r["unit"], r["sex"], r["hours"], r["what"]) == ("all", "", "4", "free")
    ]
    assert sum(mine) == pytest.approx(1.0, abs=1e-4)
    with (out / "patients.csv").open(encoding="utf-8") as stream:
        first = next(csv.DictReader(stream))
    assert 0 < float(first["within_4h"]) <= float(first["admitted"]) < 1
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2


def test_the_command_prints_one_object_or_an_error(folder, wardwise):
    ran = wardwise("bed-demand", folder / "now.csv", "--past", folder / "snapshots.csv", "--hours", "2", "--no-assess",
                   "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    made = json.loads(ran.out)
    assert made["hours"] == 2
    assert sum(made["needed"][0]["pmf"][0]) == pytest.approx(1.0, abs=1e-6)
    assert wardwise("bed-demand", folder / "snapshots.csv", "--past", folder / "snapshots.csv").code == 2
    assert wardwise("bed-demand", folder / "now.csv", "--past", folder / "now.csv").code == 2
