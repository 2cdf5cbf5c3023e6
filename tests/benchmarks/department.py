"""An emergency department through two programs: chances of admission and beds needed, patientflow's beside ours.

    python -m tests.benchmarks.department [--days 120] [--patients 60] [--seed 1]

The data are patientflow's own example (``patientflow.generate``: made-up visits, triage and laboratory orders, seen at
five times a day). Both programs get the same snapshots: the first three quarters to learn from, of which patientflow
keeps the last fifth to choose and calibrate by, and the rest to be scored on. patientflow trains as its notebooks do
(boosted trees by time of day with one setting, balanced, calibrated) and adds chances up by its own function. It needs
``pip install patientflow==1.8.7``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from optimise.demand.department.admission import learn_admissions
from optimise.demand.department.assess import epudd, madcap
from optimise.demand.department.flows import Sum
from optimise.demand.department.reading import read_snapshots
from optimise.demand.pmf import FloatArray, IntArray
from optimise.demand.scores import score

TIMES = ((6, 0), (9, 30), (12, 0), (15, 30), (22, 0))
GRID = {"n_estimators": [30], "subsample": [0.7], "colsample_bytree": [0.7]}
NOT_FACTS = ["visit_number", "patient_id", "snapshot_date", "prediction_time"]


def snapshots(days: int, patients: float, seed: int) -> Any:
    """patientflow's example as a table, in order of time, with hours since arrival as seconds (``elapsed_los``)."""
    import pandas as pd
    from patientflow.generate import create_fake_finished_visits, create_fake_snapshots

    start = pd.Timestamp("2031-01-01")
    end = start + pd.Timedelta(days=days)
    np.random.seed(seed)  # noqa: NPY002 - patientflow draws from it
    visits, seen, orders = create_fake_finished_visits(f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", patients)
    table = create_fake_snapshots(TIMES, f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", visits, seen, orders)
    table = table.reset_index(drop=True)
    moment = pd.to_datetime(table["snapshot_date"]) + table["prediction_time"].map(
        lambda at: pd.Timedelta(hours=at[0], minutes=at[1])
    )
    arrival = table["visit_number"].map(visits.set_index("visit_number")["arrival_datetime"])
    table["elapsed_los"] = (moment - arrival).dt.total_seconds()
    return table


def theirs(table: Any, cut: Any) -> tuple[FloatArray, dict[Any, FloatArray]]:
    """Chances of the rows from ``cut`` on, and distributions of their sum by (date, time)."""
    from patientflow.aggregate import get_prob_dist
    from patientflow.train.classifiers import train_classifier

    early, held = table[table["snapshot_date"] < cut], table[table["snapshot_date"] >= cut]
    days = sorted(set(early["snapshot_date"]))
    middle = days[int(0.8 * len(days))]
    chance, sums = np.zeros(len(held)), {}
    for at in TIMES:
        model = train_classifier(
            early[early["snapshot_date"] < middle],
            early[early["snapshot_date"] >= middle],
            at,
            NOT_FACTS,
            GRID,
            {"latest_triage_score": [1.0, 2.0, 3.0, 4.0, 5.0]},
            visit_col="visit_number",
        )
        mine = held[held["prediction_time"] == at]
        rows, outcome = mine.drop(columns=[*NOT_FACTS, "is_admitted"]), mine["is_admitted"].astype(int)
        pipeline = model.calibrated_pipeline or model.pipeline
        chance[held["prediction_time"].map(lambda one, at=at: one == at).to_numpy()] = pipeline.predict_proba(rows)[
            :, 1
        ]
        groups = {day: list(part.index) for day, part in mine.groupby("snapshot_date")}
        for day, found in get_prob_dist(groups, rows, outcome, model).items():
            sums[day, at] = found["agg_predicted"]["agg_proba"].to_numpy()
    return chance, sums


def ours(table: Any, cut: Any, folder: Path) -> tuple[FloatArray, dict[Any, FloatArray]]:
    """The same from :func:`optimise.demand.department.admission.learn_admissions`."""
    held = table[table["snapshot_date"] >= cut]
    table[table["snapshot_date"] < cut].to_csv(folder / "past.csv", index=False)
    held.to_csv(folder / "held.csv", index=False)
    model = learn_admissions(read_snapshots(folder / "past.csv", past=True))
    chance = model.predict(read_snapshots(folder / "held.csv", past=True), 1).admitted
    sums = {}
    for key, part in held.reset_index(drop=True).groupby(["snapshot_date", "prediction_time"]):
        total = Sum(1, len(part))
        total.add(chance[part.index.to_numpy()][:, None])
        (net,) = total.result()
        sums[key] = np.concatenate([np.zeros(net.first), net.pmf])
    return chance, sums


def row(name: str, chance: FloatArray, sums: dict[Any, FloatArray], held: Any, seconds: float) -> str:
    """Scores of one program as a row of a table."""
    from sklearn.metrics import log_loss, roc_auc_score

    came: IntArray = held["is_admitted"].astype(int).to_numpy()
    moments = held.groupby(["snapshot_date", "prediction_time"])["is_admitted"].sum()
    largest = max(len(each) for each in sums.values())
    pmf = np.array([np.pad(sums[key], (0, largest - len(sums[key]))) for key in moments.index])
    scored = score(pmf, moments.to_numpy().astype(int), np.random.default_rng(73).random(len(pmf)))
    cells = [
        name,
        f"{((chance - came) ** 2).mean():.4f}",
        f"{log_loss(came, chance):.4f}",
        f"{roc_auc_score(came, chance):.4f}",
        f"{100 * madcap(chance, came).largest:.1f} %",
        f"{scored.crps:.3f}",
        f"{100 * scored.coverage80:.0f} %",
        f"{100 * epudd(pmf, moments.to_numpy().astype(int)).largest:.1f} %",
        f"{seconds:.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--patients", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    table = snapshots(chosen.days, chosen.patients, chosen.seed)
    days = sorted(set(table["snapshot_date"]))
    cut = days[int(0.75 * len(days))]
    held = table[table["snapshot_date"] >= cut]
    print(f"{len(table)} snapshots of {table['visit_number'].nunique()} visits; {len(held)} held, from {cut} on\n")
    print("| program | Brier | log loss | AUC | MADCAP | CRPS of beds | in 80 % by PIT | EPUDD | processor s |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, run in (("patientflow", theirs), ("wardwise", lambda *at: ours(*at, Path(folder)))):
            began = time.process_time()
            chance, sums = run(table, cut)
            print(row(name, chance, sums, held, time.process_time() - began), flush=True)


if __name__ == "__main__":
    main()
