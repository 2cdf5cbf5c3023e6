"""The native capacity format: one JSON or YAML file for a two-stage bed problem, and one for plans.

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
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.document import Document, ItemError, Path_, nearest, validated
from optimise.formats.document_text import TEXT
from optimise.formats.json_document import load_json, parse, top_keys, write_json
from optimise.formats.text import beside, head, placed

__all__ = ["CapacityFormat", "write_capacity"]

#: Counts beyond which scenarios are written to a file of their own.
_MOST_INLINE = 50_000
_MARK = re.compile(r"""(?m)(^|["'{\s])schema["']?\s*:\s*["']?wardwise-capacity/""")


class CapacityFormat:
    """Two-stage bed capacity problems in Wardwise's own JSON or YAML."""

    name = "capacity"
    description = "native JSON or YAML: beds, staff and electives to plan over scenarios of demand"
    kind = "capacity"

    def detects(self, path: Path) -> bool:
        if path.suffix.lower() not in TEXT:
            return False
        early = _MARK.search(head(path, 4096)) is not None  # also of a file that is cut short
        return early or (path.suffix.lower() == ".json" and _late(path))

    def read(self, path: Path, options: ReadOptions) -> CapacityProblem:
        path = Path(path)
        document = Document.parse(read_text(path), path)
        try:
            return _problem(validated(CapacityFile, document.data), path)
        except InputError as error:
            raise document.locate(error) from None

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


def _late(path: Path) -> bool:
    """Whether a file names its schema further down."""
    return (top_keys(path).get("schema") or "").startswith("wardwise-capacity/")


def _lines(made: dict[str, object]) -> str:
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


def _daily(value: object, days: int, *path: str | int) -> Any:
    if not isinstance(value, list):
        return np.full(days, value)
    if len(value) != days:
        raise ItemError(f"has {len(value)} numbers, the problem {days} days", path)
    return np.array(value)


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
    by_name: dict[str, int] = {}
    for i, entry in enumerate(data.specialties):
        if by_name.setdefault(entry.id, i) != i:
            raise ItemError(f"{entry.id!r} is there twice", ("specialties", i, "id"))
        if entry.id not in scenarios.groups:
            raise ItemError(f"the scenarios know no specialty {entry.id!r}", ("specialties", i, "id"))
    for name in scenarios.groups:
        if name not in by_name:
            raise ItemError(f"the file describes no specialty {name!r}", ("specialties",))
    groups = [(by_name[name], data.specialties[by_name[name]]) for name in scenarios.groups]
    index = {name: i for i, name in enumerate(scenarios.groups)}
    outlying = np.full((len(groups), len(data.wards)), np.inf)
    occupied = np.zeros_like(outlying)

    def place(name: str, path: Path_) -> int:
        if name not in index:
            raise ItemError(f"unknown specialty {name!r}{nearest(name, list(index))}", path)
        return index[name]

    for w, ward in enumerate(data.wards):
        for name, price in ward.outlying.items():
            outlying[place(name, ("wards", w, "outlying", name)), w] = price
        for i, name in enumerate(ward.home):
            outlying[place(name, ("wards", w, "home", i)), w] = 0.0
        for name, count in ward.occupied.items():
            occupied[place(name, ("wards", w, "occupied", name)), w] = count
        if not ward.home and not ward.outlying:
            raise ItemError(f"{ward.id} serves no specialty", ("wards", w))
    wards = Wards(
        tuple(w.id for w in data.wards),
        np.array([_daily(w.minimum, days, "wards", i, "minimum") for i, w in enumerate(data.wards)]),
        np.array([_daily(w.maximum, days, "wards", i, "maximum") for i, w in enumerate(data.wards)]),
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
            _daily(staff.beds, days, "staff", "beds"),
            staff.bank_beds,
            _daily(staff.bank_price, days, "staff", "bank_price"),
            _daily(staff.bank_maximum, days, "staff", "bank_maximum"),
        ),
        electives=Electives(
            np.array([_daily(g.requests, days, "specialties", i, "requests") for i, g in groups]),
            np.array([g.refusal for _, g in groups]),
            np.array([g.cancellation for _, g in groups]),
            data.elective_hour,
        ),
        outlying=outlying,
        boarding=np.array([g.boarding for _, g in groups]),
        transfer=np.array([g.transfer for _, g in groups]),
        occupied=occupied,
        step=24 // HOURS[scenarios.period] if data.step is None else data.step,
        risk=Risk(data.risk.weight, data.risk.level),
        share={u: _daily(v, days, "shares", u) for u, v in data.shares.items()},
    )


def _scenarios(data: ScenariosFile | ScenariosInline, path: Path) -> Scenarios:
    if isinstance(data, ScenariosFile):
        return Scenarios.load(path.parent / data.file)
    try:
        start = datetime.datetime.fromisoformat(data.start)
    except ValueError:
        raise ItemError(f"{data.start[:40]!r} is no date", ("scenarios", "start")) from None
    try:
        arrivals = np.array(data.arrivals, dtype=np.int64)
        remaining = None if data.remaining is None else np.array(data.remaining, dtype=np.int64)
        stay = np.array(data.stay, dtype=np.float64)
    except (ValueError, OverflowError):
        raise ItemError("arrivals, remaining and stay need rows of one length", ("scenarios",)) from None
    if arrivals.ndim != 3 or (remaining is not None and remaining.ndim != 3):
        raise ItemError("arrivals are by scenario, group and period", ("scenarios", "arrivals"))
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
