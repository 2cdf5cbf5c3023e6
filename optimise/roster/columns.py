"""Columns of a restricted master on disk: whole rosters of people, priced by the last duals of column generation.

Column generation writes the file, and whatever works on small masters reads it (the quantum studies do).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.quantities import finite_or_none
from optimise.core.stored import Amount, Name, Number, StoredModel
from optimise.formats.json_document import load_json, parse
from optimise.roster.problem import Roster, RosterProblem

__all__ = ["ColumnFile", "PricedColumns", "read_columns", "write_columns"]

_OFF = "-"
_Word = Annotated[list[Name], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True, slots=True, eq=False)
class PricedColumns:
    """Columns of everybody, those of each person by ascending reduced cost.

    Attributes
    ----------
    words : list of int16 arrays (columns, days)
        By person.
    costs, reduced : list of float arrays (columns,)
        By person: cost of the person's own rules; reduced cost at the last duals of the linear master.
    plan : Roster
        The best plan of the run.
    cost, bound : float
        Of that plan; certified by the run, or minus infinity.
    """

    words: list[NDArray[np.int16]]
    costs: list[NDArray[np.float64]]
    reduced: list[NDArray[np.float64]]
    plan: Roster
    cost: float
    bound: float


class _Column(StoredModel):
    """A roster of one person."""

    duties: _Word
    cost: Number
    reduced_cost: Number


class _Person(StoredModel):
    """Rosters of one person: the one of the plan, and the columns."""

    id: Name
    plan: _Word
    columns: Annotated[list[_Column], Field(max_length=1_000_000)]


class ColumnFile(StoredModel):
    """``wardwise-columns/1``: columns of the last restricted master of a column generation on a roster."""

    schema_: Literal["wardwise-columns/1"] = Field(alias="schema")
    problem: Name
    digest: Name
    cost: Number
    bound: Number | None
    hard: Amount = 0.0
    people: Annotated[list[_Person], Field(min_length=1, max_length=100_000)]


def write_columns(columns: PricedColumns, problem: RosterProblem, file: Path) -> Path:
    """Write the file whole or not at all.

    Parameters
    ----------
    columns : PricedColumns
        Of everybody.
    problem : RosterProblem
        What they are columns of.
    file : path
        Where to write.

    Returns
    -------
    path
        The file.
    """
    people = []
    for e, person in enumerate(problem.employees):
        kept = zip(columns.words[e], columns.costs[e].tolist(), columns.reduced[e].tolist(), strict=True)
        people.append(
            _Person(
                id=person.id,
                plan=_ids(problem, columns.plan.duties[e]),
                columns=[_Column(duties=_ids(problem, w), cost=c, reduced_cost=r) for w, c, r in kept],
            )
        )
    made = ColumnFile(
        schema="wardwise-columns/1",
        problem=problem.name,
        digest=problem.digest(),
        cost=columns.cost,
        bound=finite_or_none(columns.bound),
        hard=problem.evaluate(columns.plan).hard,
        people=people,
    )
    return write_text(file, made.model_dump_json(by_alias=True) + "\n")


def read_columns(file: str | Path, problem: RosterProblem) -> PricedColumns:
    """Read the file again.

    Parameters
    ----------
    file : path
        Made by `write_columns`.
    problem : RosterProblem
        What they must be columns of.

    Returns
    -------
    PricedColumns
        As they were written.

    Raises
    ------
    InputError
        For a file of another problem, or with duties that the problem does not have.
    """
    path = Path(file)
    data = parse(ColumnFile, load_json(path), path)
    if data.digest != problem.digest():
        raise InputError(f"has columns of {data.problem}, not of this problem", file=path, item="digest")
    known = [person.id for person in problem.employees]
    if [person.id for person in data.people] != known:
        raise InputError("has other people than the problem", file=path, item="people")
    number = {_OFF: 0} | {d.id: a for a, d in enumerate(problem.duties) if a}
    days = problem.horizon.days

    def word(ids: Sequence[str], who: str) -> list[int]:
        if len(ids) != days:
            raise InputError(f"{len(ids)} days of {days}", file=path, item=who)
        unknown = next((name for name in ids if name not in number), None)
        if unknown is not None:
            raise InputError(f"no duty is called {unknown!r}", file=path, item=who)
        return [number[name] for name in ids]

    plan = np.array([word(p.plan, f"plan of {p.id}") for p in data.people], dtype=np.int16)
    words, costs, reduced = [], [], []
    for p in data.people:
        rows = [word(c.duties, f"columns of {p.id}") for c in p.columns]
        words.append(np.array(rows, dtype=np.int16).reshape(-1, days))
        costs.append(np.array([c.cost for c in p.columns]))
        reduced.append(np.array([c.reduced_cost for c in p.columns]))
    bound = -math.inf if data.bound is None else data.bound
    return PricedColumns(words, costs, reduced, Roster.from_array(plan), data.cost, bound)


def _ids(problem: RosterProblem, word: NDArray[np.int16]) -> list[str]:
    return [problem.duties[a].id if a else _OFF for a in word.tolist()]
