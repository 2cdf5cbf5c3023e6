"""Where studies get energies from: the entry points ``wardwise.sources``.

A source is a function from a table of the study file and the folder of that file to problems. Paths may hold
environment variables, and all but those of single files wildcards.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from optimise.core.errors import InputError
from optimise.formats.base import read
from optimise.hospital.problem import HospitalProblem
from optimise.roster.problem import RosterProblem
from quantum.cuts import HospitalCut, RosterCut, encode
from quantum.encode.assembly import Cover
from quantum.encode.bed_choices import encode_bed_choices
from quantum.encode.masters import encode_master
from quantum.energy import EnergyProblem
from quantum.making import columns_of, plan_of
from quantum.options import defaults_of
from quantum.qubo import Qubo
from quantum.readers.inh import read_inh
from quantum.readers.qoblib import read_qs, read_solution

__all__ = ["MOST_ERROR", "bed_masters", "complete", "encoded", "inh", "masters", "qoblib"]

#: Share of the optimum by which the energy of a study may be off the cost that it stands for.
MOST_ERROR = 0.1


def qoblib(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """QOBLIB ``.qs`` files. Keys: ``path``, ``largest`` (variables).

    The optimum is the energy of the published solution beside it (``NAME.opt.sol``), completed where the file
    lists the sequence without auxiliary variables; else it is enumerated where that is cheap.
    """
    _known(table, ("path", "largest"))
    made = []
    for file in _files(table, folder):
        energy = read_qs(file)
        if energy.size > int(table.get("largest", 10**9)):
            continue
        published = file.with_suffix(".opt.sol")
        optimum, source = None, ""
        if published.is_file():
            bits = complete(energy, read_solution(published, energy.size))
            if bits is not None:
                optimum, source = energy.energy(bits), f"published solution {published.name}"
        made.append(EnergyProblem(file.stem, "qoblib", energy, optimum, source).with_optimum())
    return made


def inh(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """INH nurse instances. Keys: ``path``, ``names`` (wildcards, default all)."""
    _known(table, ("path", "names"))
    wanted = table.get("names", ["*"])
    made = []
    for file in _files(table, folder):
        for name, item in read_inh(file).items():
            if any(fnmatch(name, pattern) for pattern in wanted):
                made.append(
                    EnergyProblem(name, "inh", item.onehot(), item.optimum, "enumerated, from the file", item.lam)
                )
    if not made:
        raise InputError(f"no instance is called {' or '.join(wanted)}", item="names")
    return made


def encoded(table: Mapping[str, object], folder: Path) -> list[EnergyProblem]:
    """A planning instance cut to an energy.

    Keys: ``path``, and the options of `quantum.encode`: for rosters those of `quantum.cuts.RosterCut`, for
    hospitals those of `quantum.cuts.HospitalCut`. What is not open is fixed to a plan by construction with seed
    ``seed``. ``most_error``: share of the optimum by which the energy may be off the true cost at most (default
    `MOST_ERROR`); a fit that is further off is refused, since a study of it would judge the fit and not the problem.

    Raises
    ------
    InputError
        For a key that nobody knows, or an energy that may be too far off.
    """
    share = _share_of(table)
    files = _files(table, folder)
    made = []
    for file in files:
        options = {key: value for key, value in table.items() if key not in ("path", "most_error")}
        if "plan" in options:
            raise InputError("a plan cannot be given in a file; it is made by construction", item="plan")
        name = str(options.pop("name", file.stem))
        if len(files) > 1 and "name" in table:
            name += f" {file.stem}"
        problem = read(file)
        kind = RosterCut if isinstance(problem, RosterProblem) else HospitalCut
        _known(table, ("path", "most_error", *defaults_of(kind)))
        cut = replace(encode(problem, name=name, **options).problem(), origin=problem.name)
        made.append(_near(cut.with_optimum(), share))
    return made


def masters(table: Mapping[str, Any], folder: Path) -> list[EnergyProblem]:
    """Small masters of a column generation (`quantum.encode.masters`), one for every number of people.

    Keys: ``path`` (a roster in any format), ``columns`` (the file that method ``column-generation`` wrote with its
    option of this name), ``make`` (a table, `quantum.making.Make`: how to make that file where it is not there),
    ``people`` (a list of numbers), ``columns_each``, ``cover``, ``name``, ``most_error`` as for `encoded`.

    Raises
    ------
    InputError
        For a key that nobody knows, columns of another problem, or more people than there are.
    """
    _known(table, ("path", "columns", "make", "people", "columns_each", "cover", "name", "most_error"))
    share = _share_of(table)
    people, each = _grown(table, ("path", "columns", "people", "columns_each"))
    cover = table.get("cover", "pairs")
    if cover not in get_args(Cover):
        raise InputError(f"expected {', '.join(get_args(Cover))}, got {cover!r}", item="cover")
    problem = read(_at(table["path"], folder))
    if not isinstance(problem, RosterProblem):
        raise InputError(f"{problem.name} is no roster", item="path")
    columns = columns_of(problem, _at(table["columns"], folder), table.get("make"))
    made = []
    for m in people:
        name = f"{table.get('name', problem.name)}, {m} x {each}"
        cut = encode(encode_master(problem, columns, m, each, cover), name=name).problem()
        cut = replace(cut, family="master", origin=problem.name, bound=columns.bound)
        made.append(_near(cut.with_optimum(), share))
    return made


def bed_masters(table: Mapping[str, object], folder: Path) -> list[EnergyProblem]:
    """Small masters of a bed plan (`quantum.encode.bed_choices`), one for every number of patients.

    Keys: ``path`` (a hospital in any format), ``plan`` (a plan of it), ``make`` (a table, `quantum.making.Make`: how
    to make that plan where it is not there), ``people`` (a list of numbers of patients), ``columns_each`` (rooms of
    each), ``name``, ``most_error`` as for `encoded`.

    Raises
    ------
    InputError
        For a key that nobody knows, a plan of another problem, or more patients than there are.
    """
    _known(table, ("path", "plan", "make", "people", "columns_each", "name", "most_error"))
    share = _share_of(table)
    people, each = _grown(table, ("path", "plan", "people", "columns_each"))
    problem = read(_at(table["path"], folder))
    if not isinstance(problem, HospitalProblem):
        raise InputError(f"{problem.name} is no hospital", item="path")
    plan, bound = plan_of(problem, _at(table["plan"], folder), table.get("make"))
    made = []
    for m in people:
        name = f"{table.get('name', problem.name)}, {m} x {each}"
        cut = encode(encode_bed_choices(problem, plan, m, each), name=name).problem()
        cut = replace(cut, family="bed master", origin=problem.name, bound=bound)
        made.append(_near(cut.with_optimum(), share))
    return made


def _grown(table: Mapping[str, Any], needed: Sequence[str]) -> tuple[list[int], int]:
    """Numbers of people of nested masters, and choices of each."""
    for key in needed:
        if key not in table:
            raise InputError(f"needs {key}", item=key)
    people, each = table["people"], table["columns_each"]
    if not isinstance(people, list) or not people or not all(_whole(m, 1) for m in people):
        raise InputError(f"expected a list of numbers of people, got {people!r}", item="people")
    if not _whole(each, 2):
        raise InputError(f"expected a number of columns, 2 or more, got {each!r}", item="columns_each")
    return people, each


def _whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _share_of(table: Mapping[str, object]) -> float:
    """Share of the optimum by which an energy may be off."""
    share = table.get("most_error", MOST_ERROR)
    if isinstance(share, bool) or not isinstance(share, int | float) or not share >= 0:
        raise InputError(f"expected a share of the optimum, 0 or more, got {share!r}", item="most_error")
    return float(share)


def _at(path: object, folder: Path) -> Path:
    """A path of the study file: environment variables expanded, relative to its folder."""
    file = Path(os.path.expandvars(str(path))).expanduser()
    return file if file.is_absolute() else folder / file


def _near(problem: EnergyProblem, share: float) -> EnergyProblem:
    """The problem, unless its energy may be further off than that share of its optimum."""
    if problem.error == 0 or share == np.inf:
        return problem
    scale = 0.0 if problem.optimum is None else abs(problem.optimum)
    if problem.error > share * scale:
        part = (
            f"{100 * problem.error / scale:.0f} % of the optimum {problem.optimum:.6g}" if scale else "optimum unknown"
        )
        raise InputError(
            f"the energy of {problem.name} is a fit that may be off by up to {problem.error:.6g} ({part}); take an "
            f"exact encoding (cover = 'exact'), open less, or allow it by most_error",
            item="most_error",
        )
    return problem


def complete(energy: Qubo, bits: NDArray[np.int8]) -> NDArray[np.int8] | None:
    """Bits (n,) from a solution that lists the first ones only: the rest at its best by enumeration (at most 28)."""
    given = bits.size
    if given == energy.size:
        return bits
    if energy.size - given > 28:
        return None
    matrix = energy.matrix()
    rest = matrix[given:, given:].copy()
    rest[np.diag_indices_from(rest)] += bits.astype(np.float64) @ matrix[:given, given:]
    _, tail, _ = Qubo.from_matrix(rest).brute_force()
    return np.concatenate([bits, tail])


def _files(table: Mapping[str, object], folder: Path) -> list[Path]:
    if "path" not in table:
        raise InputError("needs a path")
    path = _at(table["path"], folder)
    found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))) if "*" in str(path) else [path]
    found = [f for f in found if f.is_file()]
    if not found:
        raise InputError("no such file", file=path)
    return found


def _known(table: Mapping[str, object], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            raise InputError(f"unknown key; there are {', '.join(keys)}", item=key)
