"""Instances read with their type: what :func:`optimise.read` reads, refused where it is of another kind.

Documents that a program has as values need no file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from optimise.capacity.problem import CapacityProblem
from optimise.core.errors import InputError
from optimise.core.given import refuse
from optimise.core.kinds import kind_of
from optimise.core.problem import Problem
from optimise.formats.base import read
from optimise.formats.json_document import parse
from optimise.hospital.formats.hospital import problem_of
from optimise.hospital.formats.hospital_schema import HospitalFile
from optimise.hospital.formats.hospital_tables import Hospital
from optimise.hospital.problem import HospitalProblem
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem

__all__ = ["read_capacity", "read_hospital", "read_ward"]

_P = TypeVar("_P", bound=Problem)


def _typed(wanted: type[_P], what: str, path: str | Path, choices: dict[str, Any]) -> _P:
    if not isinstance(path, str | Path):
        raise InputError(f"a file, a folder or the values of a document were expected, found {type(path).__name__}")
    problem = read(path, **choices)
    if not isinstance(problem, wanted):
        raise InputError(f"is a {kind_of(problem).title} problem, {what} was expected", file=Path(path))
    return problem


def _no_choices(choices: Mapping[str, object]) -> None:
    """The values of a document leave nothing to choose."""
    for name, value in choices.items():
        refuse(name, value, "no choice beside the values of a document")


def read_ward(path: str | Path | Mapping[str, object], **choices: object) -> RosterProblem:
    """Read a roster of any family; ``choices`` as for :func:`optimise.read`.

    Parameters
    ----------
    path : path or mapping
        File or folder of the instance; or the values of a ward document, as for :meth:`optimise.Ward.from_dict`.
    choices : object
        ``format``, ``history``, ``weeks`` and others, as for :func:`optimise.read`.

    Returns
    -------
    RosterProblem
        Validated.

    Raises
    ------
    InputError
        For what is no roster, and as :func:`optimise.read` does.
    """
    if isinstance(path, Mapping):
        _no_choices(choices)
        return Ward.from_dict(path).problem()
    return _typed(RosterProblem, "a roster", path, choices)


def read_hospital(path: str | Path | Mapping[str, object], **choices: object) -> HospitalProblem:
    """Read a hospital or bed plan of any family; see :func:`read_ward`.

    Parameters
    ----------
    path : path or mapping
        File or folder of the instance; or the values of a hospital document, as for
        :meth:`optimise.Hospital.from_dict`, or of a hospital file (``kind: hospital``).
    choices : object
        As for :func:`optimise.read`.

    Returns
    -------
    HospitalProblem
        Validated.
    """
    if isinstance(path, Mapping):
        _no_choices(choices)
        if path.get("kind") == "hospital":
            return problem_of(parse(HospitalFile, dict(path)))
        return Hospital.from_dict(path).problem()
    return _typed(HospitalProblem, "a hospital", path, choices)


def read_capacity(path: str | Path, **choices: object) -> CapacityProblem:
    """Read a two-stage capacity problem; see :func:`read_ward`.

    Parameters
    ----------
    path : path
        File of the instance.
    choices : object
        As for :func:`optimise.read`.

    Returns
    -------
    CapacityProblem
        Validated.
    """
    return _typed(CapacityProblem, "a capacity problem", path, choices)
