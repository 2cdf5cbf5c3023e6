"""The native capacity format: one JSON file for a two-stage bed problem, and one for plans.

Scenarios are written out in the file, or lie in an ``.npz`` file beside it that forecasts wrote.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np

from optimise import formats
from optimise.capacity.formats.capacity_schema import (
    SCHEMA,
    CapacityFile,
    CapacityPlanFile,
    ScenariosFile,
    ScenariosInline,
)
from optimise.capacity.problem import CapacityPlan, CapacityProblem, Electives, Staffing, Wards
from optimise.capacity.risk import Risk
from optimise.capacity.scenarios import HOURS, Scenarios
from optimise.core.atomic import make_folder, write_text
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions
from optimise.formats.json_document import load_json, parse, top_keys, write_json
from optimise.formats.text import beside, head, placed

__all__ = ["CapacityFormat", "write_capacity"]

#: Counts beyond which scenarios are written to a file of their own.
_MOST_INLINE = 50_000
_MARK = re.compile(r'"schema"\s*:\s*"wardwise-capacity/')


class CapacityFormat:
    """Two-stage bed capacity problems in Wardwise's own JSON."""

    name = "capacity"
    description = "native JSON: beds, staff and electives to plan over scenarios of demand"
    kind = "capacity"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() != ".json":
            return False
        early = _MARK.search(head(path, 4096)) is not None  # also of a file that is cut short
        return early or (top_keys(path).get("schema") or "").startswith("wardwise-capacity/")

    def read(self, path: Path, options: ReadOptions) -> CapacityProblem:
        path = Path(path)
        data = parse(CapacityFile, load_json(path), path)
        with placed(path):
            return _problem(data, path)

    def read_plan(self, path: Path, problem: CapacityProblem) -> CapacityPlan:
        path = Path(path)
        data = parse(CapacityPlanFile, load_json(path), path)
        days = problem.days
        with placed(path):
            return CapacityPlan(
                _table(data.open, problem.wards.ids, days, "open", every=True),
                _row(data.bank, days, "bank"),
                _table(data.accept, problem.specialties, days, "accept"),
                _table(data.lent, problem.wards.ids, days, "lent"),
            )

    def write_plan(self, plan: CapacityPlan, problem: CapacityProblem, stem: Path) -> list[Path]:
        wards, groups = problem.wards.ids, problem.specialties
        made = {
            "schema": "wardwise-plan/1",
            "kind": "capacity",
            "problem": problem.name,
            "open": {w: row.tolist() for w, row in zip(wards, plan.opened, strict=True)},
            "lent": {w: row.tolist() for w, row in zip(wards, plan.lent, strict=True) if row.any()},
            "bank": plan.bank.tolist(),
            "accept": {g: row.tolist() for g, row in zip(groups, plan.accepted, strict=True)},
        }
        return [write_text(beside(stem, ".json"), _lines(made))]

    def write(self, problem: CapacityProblem, path: Path) -> list[Path]:
        return write_capacity(problem, path)


def _lines(made: dict[str, Any]) -> str:
    """JSON with one line for each ward and specialty."""
    import json

    parts = []
    for key, value in made.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"  {json.dumps(k, ensure_ascii=False)}: {json.dumps(v)}" for k, v in value.items())
            parts.append(f' "{key}": {{\n{rows}\n }}' if rows else f' "{key}": {{}}')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _daily(value: object, days: int, item: str) -> Any:
    if isinstance(value, list):
        return _row(value, days, item)
    return np.full(days, value)


def _row(values: list[Any], days: int, item: str) -> Any:
    if len(values) != days:
        raise InputError(f"has {len(values)} numbers, the problem {days} days", item=item)
    return np.array(values)


def _table(given: dict[str, list[int]], names: tuple[str, ...], days: int, item: str, every: bool = False) -> Any:
    made = np.zeros((len(names), days), dtype=np.int64)
    for name, row in given.items():
        if name not in names:
            raise InputError(f"the problem has no {name!r}; it has {', '.join(names[:12])}", item=item)
        made[names.index(name)] = _row(row, days, f"{item}.{name}")
    missing = [name for name in names if name not in given] if every else []
    if missing:
        raise InputError(f"says nothing of {missing[0]}", item=item)
    return made


def _problem(data: CapacityFile, path: Path) -> CapacityProblem:
    scenarios = _scenarios(data.scenarios, path)
    days = scenarios.horizon if scenarios.period == "day" else scenarios.horizon // 24
    by_name = {s.id: s for s in data.specialties}
    if len(by_name) != len(data.specialties):
        raise InputError("an id occurs twice", item="specialties")
    if set(by_name) != set(scenarios.groups):
        odd = sorted(set(by_name) ^ set(scenarios.groups))[0]
        where = "the scenarios know" if odd in by_name else "the file describes"
        raise InputError(f"{where} no specialty {odd!r}", item="specialties")
    groups = [by_name[name] for name in scenarios.groups]
    index = {g.id: i for i, g in enumerate(groups)}
    outlying = np.full((len(groups), len(data.wards)), np.inf)
    occupied = np.zeros_like(outlying)

    def place(name: str, item: str) -> int:
        if name not in index:
            raise InputError(f"unknown specialty {name!r}; known: {', '.join(index)}", item=item)
        return index[name]

    for w, ward in enumerate(data.wards):
        for name, price in ward.outlying.items():
            outlying[place(name, f"wards[{w}].outlying ({ward.id})"), w] = price
        for name in ward.home:
            outlying[place(name, f"wards[{w}].home ({ward.id})"), w] = 0.0
        for name, count in ward.occupied.items():
            occupied[place(name, f"wards[{w}].occupied ({ward.id})"), w] = count
        if not ward.home and not ward.outlying:
            raise InputError("serves no specialty", item=f"wards[{w}] ({ward.id})")
    wards = Wards(
        tuple(w.id for w in data.wards),
        np.array([_daily(w.minimum, days, f"ward {w.id} minimum") for w in data.wards]),
        np.array([_daily(w.maximum, days, f"ward {w.id} maximum") for w in data.wards]),
        np.array([w.price for w in data.wards]),
        tuple(w.unit for w in data.wards),
        tuple(w.lends for w in data.wards),
    )
    staff = data.staff
    return CapacityProblem(
        name=data.name,
        scenarios=scenarios,
        wards=wards,
        staffing=Staffing(
            _daily(staff.beds, days, "staff.beds"),
            staff.bank_beds,
            _daily(staff.bank_price, days, "staff.bank_price"),
            _daily(staff.bank_maximum, days, "staff.bank_maximum"),
        ),
        electives=Electives(
            np.array([_daily(g.requests, days, f"specialty {g.id} requests") for g in groups]),
            np.array([g.refusal for g in groups]),
            np.array([g.cancellation for g in groups]),
            data.elective_hour,
        ),
        outlying=outlying,
        boarding=np.array([g.boarding for g in groups]),
        transfer=np.array([g.transfer for g in groups]),
        occupied=occupied,
        step=24 // HOURS[scenarios.period] if data.step is None else data.step,
        risk=Risk(data.risk.weight, data.risk.level),
        share={u: _daily(v, days, f"shares.{u}") for u, v in data.shares.items()},
    )


def _scenarios(data: ScenariosFile | ScenariosInline, path: Path) -> Scenarios:
    if isinstance(data, ScenariosFile):
        return Scenarios.load(path.parent / data.file)
    try:
        start = datetime.datetime.fromisoformat(data.start)
    except ValueError:
        raise InputError(f"{data.start[:40]!r} is no date", item="scenarios.start") from None
    try:
        arrivals = np.array(data.arrivals, dtype=np.int64)
        remaining = None if data.remaining is None else np.array(data.remaining, dtype=np.int64)
        stay = np.array(data.stay, dtype=np.float64)
    except (ValueError, OverflowError):
        raise InputError("arrivals, remaining and stay need rows of one length", item="scenarios") from None
    if arrivals.ndim != 3 or (remaining is not None and remaining.ndim != 3):
        raise InputError("arrivals are by scenario, group and period", item="scenarios")
    count = len(arrivals)
    return Scenarios(
        arrivals.transpose(0, 2, 1),
        np.full(count, 1.0 / count) if data.probabilities is None else np.array(data.probabilities),
        tuple(data.groups),
        data.period,
        start,
        stay,
        None if remaining is None else remaining.transpose(0, 2, 1),  # type: ignore[arg-type]
    )


def write_capacity(problem: CapacityProblem, path: str | Path, *, inline: bool | None = None) -> list[Path]:
    """Write a problem; large scenarios go to an ``.npz`` file beside it.

    Parameters
    ----------
    inline : bool, optional
        Write scenarios into the file, or beside it; decided by their size when left out.
        What is kept by period of arrival, and who is in bed by drawn stays, always goes beside it.
    """
    path = Path(path)
    if path.suffix.lower() != ".json":
        raise InputError("capacity problems are written as .json", file=path)
    demand, wards = problem.scenarios, problem.wards
    scenarios: dict[str, Any]
    written = []
    small = demand.arrivals.size <= _MOST_INLINE if inline is None else inline
    if small and demand.kept is None and demand.present is None:
        scenarios = {
            "groups": list(demand.groups),
            "period": demand.period,
            "start": demand.start.date().isoformat(),
            "probabilities": demand.probabilities.tolist(),
            "stay": demand.stay.tolist(),
            "arrivals": demand.arrivals.transpose(0, 2, 1).tolist(),
            "remaining": demand.remaining.transpose(0, 2, 1).tolist(),
        }
    else:
        make_folder(path.parent)
        written = [demand.save(path.with_suffix(".npz"))]
        scenarios = {"file": path.with_suffix(".npz").name}

    def prices(w: int) -> dict[str, Any]:
        home = [g for i, g in enumerate(problem.specialties) if problem.outlying[i, w] == 0]
        others = {
            g: float(problem.outlying[i, w])
            for i, g in enumerate(problem.specialties)
            if 0 < problem.outlying[i, w] < np.inf
        }
        inside = {g: float(n) for g, n in zip(problem.specialties, problem.occupied[:, w], strict=True) if n}
        return {"home": home, "outlying": others, "occupied": inside}

    asked, staff = problem.electives, problem.staffing
    made = {
        "schema": SCHEMA,
        "name": problem.name,
        "step": problem.step,
        "elective_hour": asked.hour,
        "specialties": [
            {
                "id": g,
                "boarding": float(problem.boarding[i]),
                "transfer": float(problem.transfer[i]),
                "requests": asked.requests[i].tolist(),
                "refusal": float(asked.refusal[i]),
                "cancellation": float(asked.cancellation[i]),
            }
            for i, g in enumerate(problem.specialties)
        ],
        "wards": [
            {
                "id": w,
                "minimum": wards.minimum[i].tolist(),
                "maximum": wards.maximum[i].tolist(),
                "price": float(wards.price[i]),
                **prices(i),
                **({"unit": wards.unit[i]} if wards.unit[i] else {}),
                **({"lends": wards.lends[i]} if wards.lends[i] else {}),
            }
            for i, w in enumerate(wards.ids)
        ],
        "staff": {
            "beds": staff.beds.tolist(),
            "bank_beds": staff.bank_beds,
            "bank_price": staff.bank_price.tolist(),
            "bank_maximum": staff.bank_maximum.tolist(),
        },
        "risk": {"weight": problem.risk.weight, "level": problem.risk.level},
        "shares": {u: v.tolist() for u, v in problem.share.items()},
        "scenarios": scenarios,
    }
    return [_write(path, made), *written]


def _write(path: Path, made: dict[str, Any]) -> Path:
    """JSON with one line for each entry of a list of objects; scenarios on one line each."""
    import json

    def dumped(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    parts = []
    for key, value in made.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            parts.append(f" {dumped(key)}: [\n" + ",\n".join(f"  {dumped(v)}" for v in value) + "\n ]")
        elif key == "scenarios":
            parts.append(
                f" {dumped(key)}: {{\n" + ",\n".join(f"  {dumped(k)}: {dumped(v)}" for k, v in value.items()) + "\n }"
            )
        else:
            parts.append(f" {dumped(key)}: {dumped(value)}")
    return write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


if __name__ == "__main__":
    from optimise.capacity.formats.capacity_schema import json_schema

    write_json(Path(formats.__file__).parent / "schema" / "capacity-1.json", json_schema())
