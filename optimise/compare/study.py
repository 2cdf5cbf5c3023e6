"""The study file: instances x methods x seeds, in TOML.

A mistake is told with the file and the entry at fault, before anything runs.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from optimise.compare.scaling import MEASURES, Measure, StudyFamily
from optimise.core.errors import InputError, WardwiseError
from optimise.core.method import available_methods
from optimise.core.problem import Problem
from optimise.formats.base import read, read_text
from optimise.formats.budget import parse_toml
from optimise.formats.document import validated
from optimise.formats.text import placed

__all__ = ["Contender", "Study", "json_schema", "read_study"]

Side = Literal["quantum", "classical"]
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Instance(BaseModel):
    """``[[instance]]``: a path in any known format, or a source of another package with keys of its own."""

    model_config = ConfigDict(extra="allow", frozen=True)
    path: str = Field(description="File or folder; relative paths begin at the study's folder")
    source: str | None = Field(None, description="encoded makes an energy of the file (with keys of its own)")
    format: str | None = Field(None, description="Format of the file, where it cannot be told")
    history: str | None = Field(None, description="INRC-II: which history")
    weeks: str | None = Field(None, description="INRC-II: which weeks, such as 6-2-9-1")


class _Method(_Table):
    """``[[method]]``: a method, its options, and a grid of options of which every combination is a contender."""

    method: str = Field(description="What `wardwise methods` lists; several entries may have the same")
    name: str | None = Field(None, description="How the report calls it; the method's name when left out")
    options: dict[str, Any] = Field(default_factory=dict, description="As `wardwise methods NAME` lists them")
    grid: dict[str, list[Any]] = Field(
        default_factory=dict, description="Values of options; every combination is a contender"
    )
    seeds: list[int] | None = Field(None, description="Seeds of this method, instead of the study's")
    time_limit: float | None = Field(default=None, gt=0, description="Seconds of a run, instead of the study's")
    iterations: int | None = Field(default=None, ge=1, description="Limit on work, as of `wardwise solve`")
    instances: list[str] = Field(
        default_factory=lambda: ["*"], description="Names of instances; * stands for any letters"
    )
    kinds: list[str] = Field(default_factory=list, description="Kinds of problem, such as roster; any when left out")
    side: Side | None = Field(None, description="Of the verdict; told by whether circuits ran when left out")

    @field_validator("grid")
    @classmethod
    def _filled(cls, grid: dict[str, list[object]]) -> dict[str, list[Any]]:
        for name, values in grid.items():
            if not values:
                raise ValueError(f"the grid of {name} is empty")
        return grid


class _Scaling(_Table):
    """``[[scaling]]``: a family of instances of growing size whose exponents are fitted, stated before the run."""

    name: str = Field(description="How the report calls the family")
    instances: list[str] = Field(min_length=1, description="Names of instances; * stands for any letters")
    measures: list[Measure] = Field(
        default_factory=lambda: list(MEASURES), min_length=1, description="What is fitted over the size"
    )
    against: str | None = Field(
        None, description="Contender with whose seconds the error-corrected clock of circuits is compared over the size"
    )


class _Document(_Table):
    """A study: every method on every instance that it takes, with every seed."""

    title: str = Field("", description="Of the report")
    submitter: str = Field("", description="Who made the runs, for the report")
    seeds: list[int] = Field(default_factory=lambda: [0], min_length=1, description="One run each")
    time_limit: float = Field(default=60.0, gt=0, description="Seconds of a run")
    threads: int = Field(default=1, ge=1, description="Threads of a run")
    tolerance: float = Field(default=1e-6, ge=0, description="Part of the best cost within which a run has succeeded")
    instance: list[_Instance] = Field(min_length=1, description="Problems, in order")
    method: list[_Method] = Field(min_length=1, description="Contenders")
    scaling: list[_Scaling] = Field(default_factory=list, description="Families of growing size")

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: list[int]) -> list[int]:
        if len(set(seeds)) < len(seeds) or min(seeds) < 0:
            raise ValueError("seeds must be distinct and 0 or more")
        return seeds


def json_schema() -> dict[str, Any]:
    """JSON Schema of the study file."""
    return _Document.model_json_schema()


@dataclass(frozen=True, slots=True)
class Contender:
    """One method with one choice of options.

    Attributes
    ----------
    label : str
        How tables and pictures call it, distinct within the study.
    side : {"quantum", "classical"} or None
        As the study says; None is told by the figures of its runs (it ran circuits).
    """

    label: str
    method: str
    options: Mapping[str, object] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    time_limit: float = 60.0
    iterations: int | None = None
    instances: tuple[str, ...] = ("*",)
    kinds: tuple[str, ...] = ()
    side: Side | None = None

    def takes(self, problem: Problem) -> bool:
        """Whether the study lets it run on an instance: by its name, and by its kind where kinds are given."""
        named = any(fnmatch(problem.name, pattern) for pattern in self.instances)
        return named and (not self.kinds or problem.kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Study:
    """A read study: its problems in their order, and the contenders."""

    title: str
    submitter: str
    file: Path
    threads: int
    tolerance: float
    problems: tuple[Problem, ...]
    contenders: tuple[Contender, ...]
    families: tuple[StudyFamily, ...] = ()


def read_study(file: str | Path) -> Study:
    """Read a study and all its instances.

    Raises
    ------
    InputError
        Naming the file and the entry at fault.
    """
    file = Path(file)
    data = parse_toml(read_text(file), file)
    with placed(file):
        document = validated(_Document, data)
        contenders = _contenders(document)
        problems = _problems(document, file.parent)
        families = _families(document, problems, contenders)
    _all_used(problems, contenders, file)
    return Study(
        document.title or file.stem,
        document.submitter,
        file,
        document.threads,
        document.tolerance,
        tuple(problems),
        tuple(contenders),
        tuple(families),
    )


def _families(document: _Document, problems: list[Problem], contenders: list[Contender]) -> list[StudyFamily]:
    made = []
    for number, entry in enumerate(document.scaling):
        if not any(fnmatch(problem.name, pattern) for problem in problems for pattern in entry.instances):
            raise InputError(f"no instance is called {' or '.join(entry.instances)}", item=f"scaling[{number}]")
        if entry.against is not None and all(entry.against != contender.label for contender in contenders):
            labels = ", ".join(contender.label for contender in contenders)
            message = f"no contender is called {entry.against!r}; there are {labels}"
            raise InputError(message, item=f"scaling[{number}].against")
        made.append(StudyFamily(entry.name, tuple(entry.instances), tuple(entry.measures), entry.against))
    return made


def _contenders(document: _Document) -> list[Contender]:
    made: list[Contender] = []
    known = available_methods()
    for number, entry in enumerate(document.method):
        item = f"method[{number}]"
        if entry.method not in known:
            raise InputError(f"unknown method {entry.method!r}; installed: {', '.join(known)}", item=item)
        base = entry.name or entry.method
        for values in itertools.product(*entry.grid.values()):
            point = dict(zip(entry.grid, values))
            label = " ".join([base, *(f"{name}={_short(value)}" for name, value in point.items())])
            if any(label == other.label for other in made):
                raise InputError(f"a second contender is called {label!r}; give it a name", item=item)
            made.append(
                Contender(
                    label,
                    entry.method,
                    {**entry.options, **point},
                    tuple(entry.seeds if entry.seeds is not None else document.seeds),
                    entry.time_limit or document.time_limit,
                    entry.iterations,
                    tuple(entry.instances),
                    tuple(entry.kinds),
                    entry.side,
                )
            )
    return made


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _problems(document: _Document, folder: Path) -> list[Problem]:
    made: list[Problem] = []
    for number, entry in enumerate(document.instance):
        try:
            for problem in _load(entry, folder):
                if any(problem.name == other.name for other in made):
                    raise InputError(f"a second instance is called {problem.name!r}; give it another name")
                made.append(problem)
        except InputError as error:
            item = f"instance[{number}]" + (f".{error.item}" if error.item else "")
            raise InputError(error.message, file=error.file, line=error.line, item=item) from None
        except WardwiseError as error:
            raise InputError(str(error), item=f"instance[{number}]") from None
    return made


def _load(entry: _Instance, folder: Path) -> list[Problem]:
    path = _expanded(entry.path)
    if entry.source is None:
        if entry.model_extra:
            raise InputError(f"unknown key {next(iter(entry.model_extra))!r}")
        where = Path(path).expanduser()
        where = where if where.is_absolute() else folder / where
        return [read(where, format=entry.format, history=entry.history, weeks=entry.weeks)]
    points = {point.name: point for point in entry_points(group="wardwise.sources")}
    if entry.source not in points:
        raise InputError(f"unknown source {entry.source!r}; installed: {', '.join(sorted(points)) or 'none'}")
    found: list[Problem] = points[entry.source].load()({"path": path, **(entry.model_extra or {})}, folder)
    return found


def _expanded(path: str) -> str:
    """Environment variables of a path; an unset one is a mistake that is told by name."""
    for name in (a or b for a, b in _VARIABLE.findall(path)):
        if name not in os.environ:
            raise InputError(f"the environment variable {name} is not set")
    return os.path.expandvars(path)


def _all_used(problems: list[Problem], contenders: list[Contender], file: Path) -> None:
    for contender in contenders:
        if not any(contender.takes(problem) for problem in problems):
            named = " or ".join(contender.instances) + (
                f" and is a {' or '.join(contender.kinds)}" if contender.kinds else ""
            )
            raise InputError(f"no instance is called {named}", file=file, item=f"method {contender.label}")
