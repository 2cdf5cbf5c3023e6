"""Certificates of bounds on disk: duals of the cover lines as fractions, and each person's cheapest line at them.

Column generation writes the file. Anybody can check it without this package: any duals give a valid bound, so a checker
only has to find each person's cheapest line again (``examples/certify_inrc2.py``, ``examples/certify_curtois.py``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from optimise.core.atomic import write_text
from optimise.core.errors import InputError
from optimise.core.grid import round_up
from optimise.core.stored import Name, Number, StoredModel
from optimise.formats.json_document import load_json, parse
from optimise.roster.problem import RosterProblem

__all__ = ["Certificate", "CertificateFile", "certified_bound", "write_certificate"]

Floats = NDArray[np.float64]
_Fraction = Annotated[str, Field(pattern=r"^-?[0-9]+(/[1-9][0-9]*)?$", max_length=400)]


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What shows a bound.

    Attributes
    ----------
    duals : float array (lines,)
        What one person more on a line earns.
    cover : float array (lines,)
        The least of each line's cost plus dual times head count.
    values : float array (people,)
        A bound of each person's cost minus the duals earned.
    lines : list of int16 array (days,), or None where pricing gave none
        Each person's cheapest line.
    """

    duals: Floats
    cover: Floats
    values: Floats
    lines: Sequence[NDArray[np.int16] | None]


class _Term(StoredModel):
    """Duties of some people on a day that a line counts."""

    day: Annotated[int, Field(ge=0)]
    duties: list[Name]
    people: list[Name] | None = None
    coefficient: _Fraction = "1"


class _Dual(StoredModel):
    """The dual of a line: what one person more earns."""

    rule: Name
    terms: list[_Term]
    dual: _Fraction


class _Person(StoredModel):
    """A person's cheapest line at the duals, and a bound of its cost minus what it earns."""

    id: Name
    value: _Fraction
    line: list[Name] | None


class CertificateFile(StoredModel):
    """``wardwise-certificate/1``: no roster of the problem costs less than ``bound``.

    ``cover`` plus the sum of the people's values, rounded up to a multiple of ``step``, is ``bound``. A line that
    is not listed has the dual 0.
    """

    schema_: Literal["wardwise-certificate/1"] = Field(alias="schema")
    problem: Name
    digest: Name
    bound: Number
    step: Number
    cover: _Fraction
    duals: list[_Dual]
    people: Annotated[list[_Person], Field(min_length=1, max_length=100_000)]


def write_certificate(certificate: Certificate, problem: RosterProblem, file: Path) -> float:
    """Write the file whole or not at all.

    Parameters
    ----------
    certificate : Certificate
    problem : RosterProblem
        What it bounds.
    file : path
        Where to write.

    Returns
    -------
    float
        The bound that the file shows.

    Raises
    ------
    InputError
        Where the file cannot be written.
    """
    lines, step = problem.compiled.lines, problem.compiled.grid
    cover = sum(map(Fraction, certificate.cover.tolist()), Fraction(0))
    total = cover + sum(map(Fraction, certificate.values.tolist()), Fraction(0))
    bound = round_up(float(total), step)
    duties = [duty.id if a else "-" for a, duty in enumerate(problem.duties)]
    names = [person.id for person in problem.employees]
    duals = [
        _Dual(
            rule=line.rule,
            dual=str(Fraction(float(dual))),
            terms=[
                _Term(
                    day=term.day,
                    duties=[name for a, name in enumerate(duties) if term.mask >> a & 1],
                    people=None if term.employees is None else [names[e] for e in term.employees],
                    coefficient=str(Fraction(term.coefficient)),
                )
                for term in line.terms
            ],
        )
        for line, dual in zip(lines, certificate.duals.tolist(), strict=True)
        if dual
    ]
    people = [
        _Person(id=name, value=str(Fraction(value)), line=None if line is None else [duties[a] for a in line.tolist()])
        for name, value, line in zip(names, certificate.values.tolist(), certificate.lines, strict=True)
    ]
    made = CertificateFile(
        schema="wardwise-certificate/1",
        problem=problem.name,
        digest=problem.digest(),
        bound=bound,
        step=step,
        cover=str(cover),
        duals=duals,
        people=people,
    )
    assert math.isfinite(bound)
    write_text(file, made.model_dump_json(by_alias=True) + "\n")
    return bound


def certified_bound(file: Path, problem: RosterProblem) -> float | None:
    """What a certificate says of a problem; it is not checked.

    Parameters
    ----------
    file : path
    problem : RosterProblem

    Returns
    -------
    float or None
        None where the file is not there, is no certificate, or is that of another problem.
    """
    try:
        found = parse(CertificateFile, load_json(file), file)
    except InputError:
        return None
    return found.bound if found.digest == problem.digest() else None
