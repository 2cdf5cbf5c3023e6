"""The agreement of a region as JSON or YAML: shared units with their beds by day, and where each trust's own file lies.

::

    {"schema": "wardwise-region/1", "name": "North",
     "units": {"critical care": [12, 12, 12, 12, 12, 12, 12], "transfers": [0, 0, 0, 0, 0, 0, 0]},
     "trusts": [{"id": "A", "file": "a/trust.json"}, {"id": "B", "file": "b/trust.json"}]}

Reading it opens no trust's file. A federated plan says, by trust, its use of each unit and its cost.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from optimise.capacity.formats.capacity import CapacityFormat, write_capacity
from optimise.capacity.problem import CapacityProblem
from optimise.capacity.region import RegionPlan, RegionProblem
from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.formats.base import ReadOptions, read_text
from optimise.formats.document import Document, ItemError, validated
from optimise.formats.document_text import TEXT
from optimise.formats.json_document import Strict, load_json, parse, top_keys
from optimise.formats.text import beside, head, placed

__all__ = ["RegionFormat", "write_region"]

_MARK = re.compile(r"""(?m)(^|["'{\s])schema["']?\s*:\s*["']?wardwise-region/""")
Name = Annotated[str, Field(min_length=1, max_length=200)]
Beds = Annotated[int, Field(ge=0, le=100_000)]


class TrustEntry(Strict):
    """A trust and the file that only its own rank reads."""

    id: Name = Field(description="How plans name it")
    file: Name = Field(description="Its capacity file; relative paths begin at this file's folder")


class RegionFile(Strict):
    """An agreement."""

    schema_: Literal["wardwise-region/1"] = Field(alias="schema")
    name: Name
    units: dict[Name, Annotated[list[Beds], Field(min_length=1)]] = Field(description="Beds of each shared unit by day")
    trusts: Annotated[list[TrustEntry], Field(min_length=1)] = Field(description="Who shares them")


def json_schema() -> dict[str, Any]:
    """JSON Schema of an agreement."""
    made = RegionFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "wardwise:region-1", **made}


class RegionPlanFile(Strict):
    """Use and cost by trust."""

    schema_: Literal["wardwise-plan/1"] = Field(alias="schema")
    kind: Literal["region"]
    problem: str = ""
    use: dict[Name, dict[Name, list[int]]]
    cost: dict[Name, float]


class RegionFormat:
    """Agreements between trusts in Wardwise's own JSON or YAML."""

    name = "region"
    description = "native JSON or YAML: trusts that share units, each with a capacity file of its own"
    kind = "region"

    def detects(self, path: Path) -> bool:
        path = _agreement(path)
        if path.suffix.lower() not in TEXT:
            return False
        early = _MARK.search(head(path, 4096)) is not None  # also of a file that is cut short
        return early or (path.suffix.lower() == ".json" and _late(path))

    def read(self, path: Path, options: ReadOptions) -> RegionProblem:
        path = _agreement(Path(path))
        document = Document.parse(read_text(path), path)
        try:
            data = validated(RegionFile, document.data)
            if len({len(beds) for beds in data.units.values()}) != 1:
                raise ItemError("every unit needs one number for each day", ("units",))
            return RegionProblem(
                data.name,
                tuple(t.id for t in data.trusts),
                tuple(data.units),
                np.array(list(data.units.values())),
                partial(_open, tuple(str(path.parent / t.file) for t in data.trusts)),
            )
        except InputError as error:
            raise document.locate(error) from None

    def read_plan(self, path: Path, problem: RegionProblem) -> RegionPlan:
        data = parse(RegionPlanFile, load_json(Path(path)), Path(path))
        with placed(path):
            missing = [t for t in problem.trusts if t not in data.use or t not in data.cost]
            if missing:
                raise InputError(f"says nothing of {missing[0]}", item="use")
            use = np.zeros((len(problem.trusts), *problem.supply.shape), dtype=np.int64)
            for t, trust in enumerate(problem.trusts):
                for unit, row in data.use[trust].items():
                    if unit not in problem.units or len(row) != problem.days:
                        raise InputError(f"unknown unit, or not {problem.days} days", item=f"use.{trust}.{unit}")
                    use[t, problem.units.index(unit)] = row
            return RegionPlan(use, np.array([data.cost[t] for t in problem.trusts]))

    def write_plan(self, plan: RegionPlan, problem: RegionProblem, stem: Path) -> list[Path]:
        made = {
            "schema": "wardwise-plan/1",
            "kind": "region",
            "problem": problem.name,
            "use": {
                t: {u: plan.use[i, j].tolist() for j, u in enumerate(problem.units)}
                for i, t in enumerate(problem.trusts)
            },
            "cost": dict(zip(problem.trusts, plan.cost.tolist(), strict=True)),
        }
        return [write_text(beside(stem, ".json"), json.dumps(made, indent=1, ensure_ascii=False) + "\n")]


def _late(path: Path) -> bool:
    """Whether a file names its schema further down."""
    return (top_keys(path).get("schema") or "").startswith("wardwise-region/")


def _agreement(path: Path) -> Path:
    """The file of the agreement; of a folder, as ``wardwise generate region`` writes it, its ``region.json``."""
    try:
        inside = path / "region.json"
        return inside if path.is_dir() and inside.is_file() else path
    except (OSError, ValueError):
        return path


def _open(files: tuple[str, ...], trust: int) -> CapacityProblem:
    return CapacityFormat().read(Path(files[trust]), ReadOptions())


def write_region(
    folder: str | Path, name: str, supply: dict[str, Any], trusts: dict[str, CapacityProblem]
) -> list[Path]:
    """Write an agreement and every trust's file in a folder of its own; returns the agreement first."""
    folder = Path(folder)
    files, entries = [], []
    for trust, problem in trusts.items():
        inside = re.sub(r"\W+", "-", trust).strip("-").lower() or "trust"
        files += write_capacity(problem, folder / inside / "trust.json")
        entries.append({"id": trust, "file": f"{inside}/trust.json"})
    made = {
        "schema": "wardwise-region/1",
        "name": name,
        "units": {u: [int(n) for n in beds] for u, beds in supply.items()},
        "trusts": entries,
    }
    path = write_text(folder / "region.json", json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    return [path, *files]
